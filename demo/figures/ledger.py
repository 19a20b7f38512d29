"""The account of one candidate: from this step's log-probability to the score, and what became of it."""

from demo.figures.labels import full_label, number
from demo.figures.walk import Node, step_at
from demo.wording.figure_words import LedgerWords
from seq2seq_core.trace import Trace, candidate_label


def ledger(trace: Trace, node: Node, words: LedgerWords) -> str:
    """The hover text of a node. Every number is the rounding of the trace's own; nothing is computed anew."""
    step, index = step_at(trace, node[0]), node[1]
    lines = (
        words.place.format(step=node[0], rank=step.rank_N[index], candidates=len(step.token_N)),
        words.sums.format(log_prob=number(step.log_prob_N[index]), log_prob_sum=number(step.log_prob_sum_N[index])),
        words.score.format(
            length=step.length_N[index], penalty=number(step.penalty_N[index]), score=number(step.score_N[index])
        ),
        words.fates[step.fate_N[index]].format(margin=number(step.margin_N[index])),
    )
    return "<br>".join((f"<b>{full_label(candidate_label(trace, *node))}</b>", *lines))
