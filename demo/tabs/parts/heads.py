"""The choice of one head of several."""

from collections.abc import Sequence

from demo.figures.heads import Choice, choice_label
from demo.tabs.parts.data import Data
from demo.wording import Words


def choice_data(choices: Sequence[Choice], chosen: Choice, sharpest: Choice, figure: str, words: Words) -> Data:
    """The heads to choose from, the sharpest named as such; `figure` is the view whose little maps offer the same."""
    labels = [choice_label(each, words.figures.heads) for each in choices]
    named = words.page.heatmap.sharpest
    return {
        "label": words.page.heatmap.choice,
        "options": [
            named.format(head=label) if each and each == sharpest else label
            for each, label in zip(choices, labels, strict=True)
        ],
        "chosen": list(choices).index(chosen),
        "figure": figure,
        "nodes": [[each.layer, each.head] if each else None for each in choices],
    }
