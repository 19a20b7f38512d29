"""Trace -> positions -> Plotly figure. Nothing here loads torch or Gradio.

layout     where every mark sits: pure functions of a trace, compared with equality in tests
drawing    tree.py, heatmap.py, next_tokens.py: positions and words -> Bundle
bundle.py  the figure together with its steps, legend, notes and plain-text account
"""
