"""The words of the tab 'Decoders'; `decoders.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them. A way to decode is called by its
letter, A to D, in rows and figures; the optimum by a star.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .compare_words import SectionWords
from .view_words import ViewWords


@dataclass(frozen=True, slots=True, kw_only=True)
class WayWords:
    """One way to decode: its name, and its idea in a few words."""

    name: str  # {beam_size}
    idea: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWords:
    """Which decoders, asked what, how."""

    model: str
    ways: str
    toolkit: str  # the idea of a toolkit's preset; {toolkit} {version}
    approximate: str  # {reason}
    chosen: str  # {count} {most}
    change: str
    decode: str
    length_rule: str
    length_rule_info: str
    length_rules: Mapping[str, str]  # by length rule
    top_p: str
    top_p_info: str
    hint: str
    working: str  # {place} {count} {way}
    proving: str
    problems: Mapping[str, str]  # how many: {fewest} {most} {found}; twice: {found}
    reasons: Mapping[str, str]  # of examples, by kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWords:
    """The outputs, one row for each decoder and one for the optimum."""

    title: str
    explain: str
    agree: str  # {count}
    some_agree: str  # {same} {count}
    differ: str
    way: str
    own_score: str
    prefixes: str
    optimum: str
    proved: str
    not_proved: str  # {excluded}
    nothing_proved: str
    no_output: str
    searches: Mapping[str, str]  # by what can be said of the search; {missed} {score}
    models: Mapping[str, str]  # by what can be said of the model; {found} {optimum}
    common: str  # {formula}
    costs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulerWords:
    """Raw and normalised totals side by side."""

    view: ViewWords
    raw: str
    normalised: str  # {formula}
    optimum: str
    hover: str  # {name} {text} {raw} {length} {score}
    account: str  # {count}
    account_line: str  # {name} {raw} {score}
    flips: str  # {first} {second}
    no_flip: str
    nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsWords:
    """The search of one decoder, step by step."""

    title: str
    explain: str
    choice: str
    save: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepWords:
    """One sentence with beams of 1 to K."""

    title: str
    explain: str
    start: str
    working: str  # {beam_size} {most}
    view: ViewWords
    beam_size: str
    score: str
    length: str
    optimum: str
    hover: str  # {beam_size} {text} {score} {length}
    account: str  # {count}
    account_line: str  # {beam_size} {score} {length}
    sizes: str  # of one output; {first} {last}
    size: str  # {first}
    best_from: str  # {beam_size}
    hurts_score: str  # {beam_size} {best}
    hurts_quality: str  # {beam_size} {before} {after}
    no_hurt: str
    chrf: str  # {value}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWords:
    """A file of sentences with references, by beam size."""

    title: str
    explain: str
    upload: str
    cancel: str
    save: str
    working: str  # {done} {count} {beam_size}
    proving: str  # {done} {count}
    done: str  # {count}
    cancelled: str
    columns: Mapping[str, str]  # by column
    problems: Mapping[str, str]  # by problem
    notes: str  # {proved} {count}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderWords:
    """All words of the tab."""

    tab: str
    ways: Mapping[str, WayWords]  # our own, by name
    ask: AskWords
    answers: AnswerWords
    ruler_head: SectionWords
    ruler: RulerWords
    steps: StepsWords
    sweep: SweepWords
    file: FileWords
