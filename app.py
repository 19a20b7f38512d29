"""Serves the page. Address: GRADIO_SERVER_NAME and GRADIO_SERVER_PORT (default 127.0.0.1:7860).

SEQ2SEQ_MODEL names a checkpoint folder that comes first in the gallery, SEQ2SEQ_MODELS a folder of further checkpoint
folders; those in assets/checkpoints are always there. SEQ2SEQ_HF_MODELS lists Hugging Face models, by folder or name,
that visitors may use (needs the extra hf).
"""

import gc
import os

# Read when Gradio is imported: with it, nothing is ever asked of an outside host.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

if __name__ == "__main__":
    # A start makes a million objects that stay; looking for garbage among them takes a fifth of it. `run` looks again.
    gc.disable()

    from demo.build import serve

    serve()
