"""The words of the tab 'Training lab'; `lab.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them. Epsilon is everywhere the
probability of the TRUE previous token.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .compare_words import SectionWords
from .view_words import ViewWords


@dataclass(frozen=True, slots=True, kw_only=True)
class LabAskWords:
    """What is to be trained, and how."""

    task: str
    tasks: Mapping[str, str]  # by task; "" is a visitor's own file
    comparison: str
    comparisons: Mapping[str, str]
    course: str
    course_info: str
    courses: Mapping[str, str]
    start: str
    stop: str
    go_on: str
    network: str
    networks: Mapping[str, str]
    looks: str
    looks_info: str
    looks_names: Mapping[str, str]
    size: str
    sizes: Mapping[str, str]
    difficulty: str
    difficulty_info: str
    half: str
    half_info: str
    own: str
    owns: Mapping[str, str]
    seed: str
    seed_info: str
    file_title: str
    file_explain: str  # {lines} {bytes} {characters}
    file_choose: str
    cut: str
    cuts: Mapping[str, str]
    file_taken: str  # {count}
    file_missing: str
    problems: Mapping[str, str]  # by an upload's problem; braces as the problem's values
    refused: str  # {reason}
    hint: str
    queued: str
    crowded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRunWords:
    """One training, as a card."""

    stages: Mapping[str, str]  # by stage; {place} {reason}
    what: str  # {task} {network} {looks} {size}
    taught: str  # {course}
    difficulty: str  # {difficulty}
    changed: str  # {tokens}
    exact: str
    exact_of: str  # {count}
    loss: str
    epsilon: str
    learnt_from: str
    tokens: str  # {thousands} {seconds}
    ready: str
    use: str
    download: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabCurveWords:
    """Loss, exact match and epsilon, live."""

    title: str
    explain: str
    view: ViewWords
    loss: str
    exact: str
    gap: str
    epsilon: str
    tokens: str
    hover: str  # {name} {tokens} {seconds} {loss} {exact} {true_prefix} {own_prefix} {epsilon}
    changed: str
    nothing: str
    account: str  # {name} {tokens} {loss} {exact} {epsilon}
    gap_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabMapWords:
    """The attention of one example, through the training."""

    title: str
    explain: str
    slider: str
    slider_info: str
    caption: str  # {letter} {tokens} {seconds} {output}
    quoted: str  # {output}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabAnswerWords:
    """Outputs, right and wrong."""

    title: str
    explain: str
    source: str
    output: str
    target: str
    right: str
    wrong: str
    empty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabWords:
    """All words of the tab."""

    tab: str
    head: SectionWords
    ask: LabAskWords
    run: LabRunWords
    curves: LabCurveWords
    maps: LabMapWords
    answers: LabAnswerWords
