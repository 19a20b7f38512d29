"""Figures must be drawable where neither torch nor Gradio is installed."""

import subprocess
import sys

PROBE = """
import sys
import demo.figures.tree, demo.figures.heatmap, demo.figures.next_tokens, demo.wording.figures
import demo.figures.head_maps, demo.figures.picture, demo.figures.comparison, demo.figures.length_curve
import demo.figures.lab_curves
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"torch", "gradio", "sentencepiece"}))
"""


def test_figures_load_neither_torch_nor_gradio() -> None:
    found = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
