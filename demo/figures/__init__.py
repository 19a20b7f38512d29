"""Trace -> positions -> Plotly figure. Nothing here loads torch or Gradio.

layout     where every mark sits: pure functions of a trace, compared with equality in tests
drawing    tree.py, heatmap.py, next_tokens.py: positions and words -> Bundle
           head_maps.py, picture.py, comparison.py: small multiples, placed by panels.py and comparison_layout.py
           length_curve.py: quality against source length
heads.py   which head of a model with several to show
bundle.py  the figure together with its steps, legend, notes and plain-text account
"""
