"""The finished pool with everything the browser needs to rank it for any alpha by itself."""

from dataclasses import asdict

from demo.figures.walk import Node
from demo.service import Decoded, stop_intervals
from demo.tabs.parts.data import Data
from demo.tabs.parts.result import shown_text
from demo.tabs.parts.selection import end_of
from demo.wording.page_words import PageWords
from seq2seq_core.trace import Fate, Hypothesis, Trace, ranking_intervals


def nbest_data(decoded: Decoded, node: Node | None, words: PageWords) -> Data:
    trace = decoded.beam
    return {
        "lang": decoded.entry.target_language,
        "rows": [_row(each, words) for each in trace.hypotheses],
        "searched": float(decoded.request.alpha),
        "intervals": [asdict(interval) for interval in ranking_intervals(trace.hypotheses)],
        "stops": _stops(trace),
        "last": trace.stop.last_step,
        "chosen": hypothesis_at(trace, node),
        "words": asdict(words.nbest),
    }


def hypothesis_at(trace: Trace, node: Node | None) -> int | None:
    """Which hypothesis ended at a node; None where none did."""
    ends = [end_of(each) for each in trace.hypotheses]
    return ends.index(node) if node in ends else None


def _stops(trace: Trace) -> list[Data] | None:
    """None under a stop rule in which alpha has no say."""
    if trace.options.get("stop_rule") != "nothing_live_can_win":
        return None
    return [asdict(interval) for interval in stop_intervals(trace)]


def _row(hypothesis: Hypothesis, words: PageWords) -> Data:
    return {
        "node": end_of(hypothesis),
        "text": shown_text(hypothesis, words.result),
        "empty": not hypothesis.text,
        "cut": hypothesis.fate is Fate.CUT_AT_MAXIMUM,
        "log_prob_sum": hypothesis.log_prob_sum,
        "length": hypothesis.length,
        "penalty": hypothesis.penalty,
        "score": hypothesis.score,
    }
