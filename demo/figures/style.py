"""How a figure looks: one role, one colour, one line style and one marker shape.

The hues are Okabe and Ito's (safe for the common kinds of colour blindness); the black seat of their palette is a
middle grey here, since black is invisible on a dark page. No role is told apart by hue alone: line style and marker
shape say the same again. Backgrounds are transparent and the text colour is left to the page, which knows whether it
is dark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from seq2seq_core.trace import Fate


class Role(StrEnum):
    """What a mark stands for."""

    LIVE = "live"
    FINISHED = "finished"
    STOPPED = "stopped"  # cut at maximum length: kept, but not finished
    PRUNED = "pruned"
    BEST = "best"
    GREEDY = "greedy"
    LEAVES = "leaves"  # the first token of greedy's path that the beam did not keep
    CUT = "cut"
    CENTRE = "centre"  # of local attention, and how far it looks
    WINDOW = "window"
    SHARPEST = "sharpest"  # the head with the lowest alignment entropy
    DRAWN = "drawn"  # of samples: at least one of them went this way
    STOP = "stop"  # where the search ended
    GROUP_1 = "group 1"  # the groups of a diverse beam; from the seventh on they begin anew
    GROUP_2 = "group 2"
    GROUP_3 = "group 3"
    GROUP_4 = "group 4"
    GROUP_5 = "group 5"
    GROUP_6 = "group 6"
    MODEL_1 = "model 1"  # the models of a comparison, in the order given
    MODEL_2 = "model 2"
    MODEL_3 = "model 3"
    MODEL_4 = "model 4"
    MODEL_5 = "model 5"
    MODEL_6 = "model 6"
    OWN_1 = "own 1"  # two models, each behind its own prefix and behind the true one
    GOLD_1 = "gold 1"
    OWN_2 = "own 2"
    GOLD_2 = "gold 2"
    DAMAGE_0 = "damage 0"  # prefixes with so many random tokens
    DAMAGE_1 = "damage 1"
    DAMAGE_2 = "damage 2"
    DAMAGE_3 = "damage 3"
    DAMAGE_4 = "damage 4"
    DAMAGE_5 = "damage 5"


@dataclass(frozen=True, slots=True)
class Look:
    """How one role is drawn; `symbol` and `dash` are Plotly's names."""

    colour: str
    dash: str
    width: float
    symbol: str
    size: int


LOOKS: Final[Mapping[Role, Look]] = MappingProxyType(
    {
        Role.LIVE: Look("#0072B2", "solid", 1.8, "circle", 9),
        Role.FINISHED: Look("#009E73", "dash", 2.2, "square", 10),
        Role.STOPPED: Look("#E69F00", "longdash", 2.2, "triangle-right", 11),
        Role.PRUNED: Look("#808080", "dot", 1.4, "x-thin-open", 7),
        Role.BEST: Look("#D55E00", "solid", 4.0, "star", 15),
        Role.GREEDY: Look("#CC79A7", "dashdot", 3.0, "diamond-open", 14),
        Role.LEAVES: Look("#CC79A7", "dashdot", 3.0, "x", 11),
        Role.CUT: Look("#808080", "longdashdot", 2.4, "line-ew", 0),
        Role.CENTRE: Look("#D55E00", "solid", 1.0, "circle", 8),
        Role.WINDOW: Look("#56B4E9", "solid", 1.5, "square", 0),
        Role.SHARPEST: Look("#D55E00", "solid", 2.5, "square", 0),
        Role.DRAWN: Look("#0072B2", "solid", 2.6, "hexagon", 11),
        Role.STOP: Look("#808080", "solid", 3.0, "line-ns", 0),
        Role.GROUP_1: Look("#0072B2", "solid", 1.8, "circle", 9),
        Role.GROUP_2: Look("#56B4E9", "dash", 2.2, "diamond", 11),
        Role.GROUP_3: Look("#CC79A7", "dot", 2.2, "triangle-up", 11),
        Role.GROUP_4: Look("#E69F00", "dashdot", 2.2, "pentagon", 11),
        Role.GROUP_5: Look("#009E73", "longdash", 2.2, "cross", 10),
        Role.GROUP_6: Look("#808080", "longdashdot", 2.2, "triangle-down", 11),
        Role.MODEL_1: Look("#0072B2", "solid", 2.4, "circle", 8),
        Role.MODEL_2: Look("#D55E00", "dash", 2.4, "square", 8),
        Role.MODEL_3: Look("#009E73", "dot", 2.4, "diamond-open", 9),
        Role.MODEL_4: Look("#CC79A7", "dashdot", 2.4, "triangle-right", 9),
        Role.MODEL_5: Look("#E69F00", "longdash", 2.4, "x", 8),
        Role.MODEL_6: Look("#808080", "longdashdot", 2.4, "star", 10),
        Role.OWN_1: Look("#0072B2", "solid", 2.6, "circle", 8),
        Role.GOLD_1: Look("#0072B2", "dot", 2.0, "circle-open", 8),
        Role.OWN_2: Look("#D55E00", "solid", 2.6, "square", 8),
        Role.GOLD_2: Look("#D55E00", "dot", 2.0, "square-open", 8),
        Role.DAMAGE_0: Look("#808080", "solid", 2.4, "circle", 7),
        Role.DAMAGE_1: Look("#56B4E9", "dash", 2.4, "diamond", 8),
        Role.DAMAGE_2: Look("#E69F00", "dot", 2.4, "triangle-up", 9),
        Role.DAMAGE_3: Look("#D55E00", "dashdot", 2.4, "square", 8),
        Role.DAMAGE_4: Look("#CC79A7", "longdash", 2.4, "cross", 9),
        Role.DAMAGE_5: Look("#009E73", "longdashdot", 2.4, "star", 10),
    }
)

GROUP_ROLES: Final = (Role.GROUP_1, Role.GROUP_2, Role.GROUP_3, Role.GROUP_4, Role.GROUP_5, Role.GROUP_6)
CURVE_ROLES: Final = (Role.MODEL_1, Role.MODEL_2, Role.MODEL_3, Role.MODEL_4, Role.MODEL_5, Role.MODEL_6)
OWN_ROLES: Final = (Role.OWN_1, Role.OWN_2)
GOLD_ROLES: Final = (Role.GOLD_1, Role.GOLD_2)
DAMAGE_ROLES: Final = (
    Role.DAMAGE_0,
    Role.DAMAGE_1,
    Role.DAMAGE_2,
    Role.DAMAGE_3,
    Role.DAMAGE_4,
    Role.DAMAGE_5,
)

ROLE_OF_FATE: Final[Mapping[Fate, Role]] = MappingProxyType(
    {
        Fate.LIVE: Role.LIVE,
        Fate.FINISHED: Role.FINISHED,
        Fate.CUT_AT_MAXIMUM: Role.STOPPED,
        Fate.BELOW_CUT: Role.PRUNED,
        Fate.END_BELOW_CUT: Role.PRUNED,
        Fate.NOT_DRAWN: Role.PRUNED,
        Fate.CANNOT_WIN: Role.PRUNED,
        Fate.UNEXPLORED: Role.STOPPED,
        Fate.HELD: Role.FINISHED,
        Fate.PUSHED_OUT: Role.PRUNED,
    }
)

FONT_FAMILY: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
LABEL_SIZE: Final = 12
TRANSPARENT: Final = "rgba(0,0,0,0)"
STAYING: Final = {"ticklabeloverflow": "allow"}  # for axes whose labels have room: else Plotly measures each of them
FAINT: Final = "rgba(128,128,128,0.25)"  # grid lines that show on white and on black


def base_layout(width: int | None, height: int, margin: Mapping[str, int]) -> dict[str, Any]:
    """The part of the layout that all figures share; without a width the figure fills its frame.

    The empty template matters: Plotly's own would paint white paper and weighs 7 KB in every figure.
    """
    return {
        "template": "none",
        "width": width,
        "height": height,
        "autosize": width is None,
        "margin": {**margin, "autoexpand": False},
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "font": {"family": FONT_FAMILY, "size": LABEL_SIZE},
        "hoverlabel": {"align": "left", "font": {"family": FONT_FAMILY, "size": 13}},
        "hovermode": "closest",
        "showlegend": False,
        "dragmode": False,
    }


def corner_text(text: str, rise: float) -> dict[str, Any]:
    """A word left of the plot's upper left corner, `rise` pixels above it: names an axis where a title has no room."""
    corner = {"xref": "paper", "x": 0, "xanchor": "right", "xshift": -6, "yref": "paper", "y": 1, "yanchor": "middle"}
    return {"text": text, **corner, "yshift": rise, "showarrow": False}


def group_role(group: int) -> Role:
    """The role of a group's prefixes, groups counted from 0."""
    return GROUP_ROLES[group % len(GROUP_ROLES)]
