"""python -m demo.report RUN...: the curves of one or several trainings as one HTML file that needs nothing else.

    logs    a run's log.jsonl as data
    page    figures, tables and plotly.js in one document
"""
