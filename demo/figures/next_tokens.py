"""What the model would say next after one prefix: the most probable tokens as bars."""

import math
from dataclasses import dataclass
from typing import Any, Final

from demo.figures.bundle import Bundle
from demo.figures.drawing import Drawing
from demo.figures.labels import full_label, number, short_label, visible
from demo.figures.style import FAINT, LOOKS, Role, base_layout
from demo.figures.walk import Node, step_at
from demo.wording.figure_words import BarWords
from seq2seq_core.trace import Trace

SHOWN: Final = 10
BAR_PX: Final = 24
MARGIN: Final = {"l": 104, "r": 48, "t": 8, "b": 40}


@dataclass(frozen=True, slots=True)
class Next:
    """One possible next token."""

    token: int
    piece: str
    log_prob: float

    @property
    def probability(self) -> float:
        return math.exp(self.log_prob)


def next_tokens(trace: Trace, node: Node) -> tuple[Next, ...]:
    """The most probable tokens after a node, best first; none if the search did not go on from it."""
    if node[0] >= len(trace.steps):
        return ()
    step = step_at(trace, node[0] + 1)
    for row in (step.expanded_E == node[1]).nonzero()[0]:
        pairs = zip(step.next_token_EP[row].tolist(), step.next_log_prob_EP[row].tolist(), strict=True)
        possible = [(token, log_prob) for token, log_prob in pairs if log_prob > -math.inf][:SHOWN]
        return tuple(Next(token, trace.labels[token], log_prob) for token, log_prob in possible)
    return ()


def next_tokens_bundle(trace: Trace, node: Node, words: BarWords) -> Bundle:
    tokens = next_tokens(trace, node)
    if not tokens:
        return Bundle(Drawing(), words.nothing, words.view, notes=(words.nothing,))
    account = words.account.format(tokens=", ".join(f"{visible(t.piece)} {number(t.probability)}" for t in tokens))
    figure = Drawing([_bars(tokens, words)], _layout(tokens, words))
    return Bundle(figure, account, words.view, savable=False)


def _bars(tokens: tuple[Next, ...], words: BarWords) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [token.probability for token in tokens],
        "y": list(range(len(tokens))),
        "text": [number(token.probability) for token in tokens],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": [_hover(token, words) for token in tokens],
        "hoverinfo": "text",
        "marker": {"color": LOOKS[Role.LIVE].colour},
    }


def _hover(token: Next, words: BarWords) -> str:
    return words.bar.format(
        token=f"<b>{full_label(token.piece)}</b>",
        probability=number(token.probability),
        log_prob=number(token.log_prob),
    )


def _layout(tokens: tuple[Next, ...], words: BarWords) -> dict[str, Any]:
    return base_layout(None, MARGIN["t"] + MARGIN["b"] + BAR_PX * len(tokens), MARGIN) | {
        "xaxis": {
            "range": [0, 1],
            "title": {"text": words.probability, "standoff": 4},
            "tickvals": [0, 0.5, 1],
            "gridcolor": FAINT,
            "zerolinecolor": FAINT,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [len(tokens) - 0.5, -0.5],
            "tickvals": list(range(len(tokens))),
            "ticktext": [short_label(token.piece) for token in tokens],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    }
