# Seq2Seq Lab. Needs make and Python 3.11 or newer (with pip and venv); everything else is set up here, in .venv.
#
#   PYTHON=/path/to/python make demo      another interpreter than the first suitable one found
#   GRADIO_SERVER_NAME, GRADIO_SERVER_PORT   where the app listens (default 127.0.0.1 and 7860)
#   SCREENSHOTS=folder make browser       keeps the pictures that the browser tests take
#
# Size of the download: on Linux x86 the torch wheel of the public index brings CUDA libraries of several GB. Without a
# GPU, point pip at the CPU build of the same version before the first `make`, by PIP_EXTRA_INDEX_URL or PIP_FIND_LINKS
# in the environment or by pip's own configuration file; torch's installation page names the address of that index.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-slow lint types unit safety browser browser-setup train queue clean

VENV   := .venv
RUN    := $(VENV)/bin/python
PYTEST := $(RUN) -m pytest --durations=10
ARGS   ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Two kinds of tests run side by side, each printed in one piece; one thread each, since two processes that both spread
# over two cores wait for one another.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
unit safety browser test-slow: export OMP_NUM_THREADS ?= 1

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime  ## install what the app needs, start it and print its address
	@exec $(RUN) app.py

test:  ## everything: lint, types, unit and golden tests, then the real page in a browser
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory browser-setup
	@$(MAKE) --no-print-directory -j2 $(SYNC) unit browser safety

lint: $(VENV)/.test  ## ruff: rules and formatting of imports
	$(RUN) -m ruff check .

# Importing a Gradio component class writes a .pyi beside its module, which mypy would read in the module's place.
types: $(VENV)/.test  ## mypy --strict
	@find demo -name '*.pyi' -delete
	$(RUN) -m mypy

unit: $(VENV)/.test  ## unit and golden tests, README blocks included
	$(PYTEST) -m "not slow and not browser" --ignore=tests/safety $(ARGS)

safety: $(VENV)/.test  ## tests that try to break the app while it runs
	$(PYTEST) -m "not slow" tests/safety $(ARGS)

browser: $(VENV)/.test browser-setup  ## tests that drive the page in Chromium
	$(PYTEST) -m "browser and not slow" tests/browser $(ARGS)

test-slow: $(VENV)/.test browser-setup  ## the tests too long for every day
	$(PYTEST) -m slow $(ARGS)

# A batch allocates and frees some hundred MB: with memory kept instead of given back, and with generated matrix kernels
# kept for all shapes of an epoch, trainings on the processor are faster (python -m tests.bench.train_settings measures it;
# glibc and oneDNN read these settings).
train queue: export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=100000000000
train queue: export ONEDNN_PRIMITIVE_CACHE_CAPACITY ?= 20000
train: $(VENV)/.runtime  ## train a model: make train ARGS="--help"
	@$(RUN) -m seq2seq_core.train $(ARGS)

queue: $(VENV)/.runtime  ## train the models in the box: make queue ARGS="--data data --output runs"
	@$(RUN) -m seq2seq_core.training.queue $(ARGS)

clean:  ## remove what these commands made, except trained models
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser-setup: $(VENV)/.test
	@$(RUN) -m tests.support.setup_browser

# A stamp is newer than the list it was installed from, so the second time is quick; it lives and dies with the venv.
$(VENV)/.runtime: requirements.txt | $(RUN)
	$(RUN) -m pip install --requirement requirements.txt
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.runtime
	$(RUN) -m pip install --editable '.[test]'
	@touch $@

# Candidates are run, not only looked for: a name on the PATH may belong to a version manager that cannot start it.
CANDIDATES := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
define NO_PYTHON
No Python 3.11 or newer found. Tried: $(CANDIDATES).
Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it: PYTHON=/path/to/python make ...
endef
define NO_VENV
This Python cannot make a virtual environment: its venv or ensurepip module is missing.
Install them (Debian, Ubuntu: apt install python3-venv), or name another Python: PYTHON=/path/to/python make ...
endef
export NO_PYTHON NO_VENV

$(RUN):
	@for python in $(CANDIDATES); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then echo "$$NO_PYTHON" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then echo "$$python: $$NO_VENV" >&2; exit 1; fi; \
	echo "Creating $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
