"""The account of one candidate: from this step's log-probability to the score, and what became of it.

A search has a thousand candidates, so their hover texts are not sent in full: a template says once per layer what all
of its marks have in common, and each mark sends its own values, already rounded. Plotly puts the two together.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from demo.figures.labels import full_label, number
from demo.figures.walk import Node, step_at
from demo.wording.figure_words import LedgerWords
from seq2seq_core.trace import Trace, TraceStep, candidate_label

FIELDS: Final = ("token", "rank", "log_prob", "log_prob_sum", "score", "fate")
FIRST_FIELD: Final = 2  # in a mark's customdata, behind step and index


def field(name: str) -> str:
    """Where Plotly finds a mark's own value."""
    return f"%{{customdata[{FIRST_FIELD + FIELDS.index(name)}]}}"


def ledger_template(trace: Trace, step: int, words: LedgerWords) -> str:
    """The hover text of all candidates of a step. Most formulas give them one length, hence one penalty; where T counts
    content tokens alone, an end has another than the rest, and both are named."""
    here = step_at(trace, step)
    length, penalty = _each(here.length_N), _each(map(number, here.penalty_N))
    lines = (
        f"<b>{field('token')}</b>",
        words.place.format(step=step, rank=field("rank"), candidates=len(here.token_N)),
        words.sums.format(log_prob=field("log_prob"), log_prob_sum=field("log_prob_sum")),
        words.score.format(length=length, penalty=penalty, score=field("score")),
        field("fate"),
    )
    return "<br>".join(lines) + "<extra></extra>"


def _each(values: Iterable[object]) -> str:
    return " / ".join(sorted(set(map(str, values))))


def ledger_values(trace: Trace, node: Node, words: LedgerWords) -> tuple[str, ...]:
    """A candidate's own values, in the order of FIELDS; each is the rounding of the trace's, nothing is computed."""
    step, index = step_at(trace, node[0]), node[1]
    return (
        full_label(candidate_label(trace, *node)),
        str(step.rank_N[index]),
        number(step.log_prob_N[index]),
        number(step.log_prob_sum_N[index]),
        number(step.score_N[index]),
        "; ".join(_outcome(step, index, words)),
    )


def _outcome(step: TraceStep, index: int, words: LedgerWords) -> Iterator[str]:
    """The fate; group and penalty of a parted beam; of several samples, how many drew it."""
    yield words.fates[step.fate_N[index]].format(margin=number(step.margin_N[index]))
    if step.group_N is not None:
        penalty = 0.0 if step.diversity_N is None else float(step.diversity_N[index])
        yield words.group.format(group=int(step.group_N[index]) + 1, penalty=number(penalty))
    if step.draws_N is not None and step.draws_N[index] > 0:
        yield words.draws.format(draws=int(step.draws_N[index]))
