"""Greedy and beam side by side, with the verdict."""

import math
from typing import Final

from demo.figures.labels import number, visible
from demo.service import Decoded, Verdict, first_divergence, judge
from demo.tabs.parts.data import Data
from demo.tabs.parts.gallery import line_text
from demo.tabs.parts.selection import Selection, end_of
from demo.wording.page_words import PageWords, ResultWords
from seq2seq_core.trace import Hypothesis, Trace, candidate_label, path

LARGEST_FACTOR: Final = 1000


def result_data(chosen: Selection, reference: str, page: PageWords) -> Data:
    decoded, words = chosen.decoded, page.result
    verdict = judge(decoded.greedy, decoded.beam)
    names = (_first_name(decoded, words), words.beam.format(beam_size=decoded.request.beam_size))
    seconds = (decoded.greedy_seconds, decoded.beam_seconds)
    parting = None if decoded.is_sampled else first_divergence(decoded.greedy, decoded.beam)
    notes = [] if decoded.is_sampled else [words.notes[note].format(**_lengths(decoded)) for note in verdict.notes]
    time = words.from_cache if decoded.from_cache else words.milliseconds
    return {
        "model": line_text(decoded.entry, page),
        "lang": decoded.entry.target_language,
        "verdict": words.sampled if decoded.is_sampled else verdict_text(verdict, words),
        "notes": notes,
        "cards": [
            _card(trace, name, parting, words, time.format(time=number(1000 * taken, 0)))
            for trace, name, taken in zip((decoded.greedy, decoded.beam), names, seconds, strict=True)
        ],
        "chosen": chosen.card,
        "words": _show_words(decoded, words),
        "formula": words.formula.format(alpha=brief(decoded.request.alpha)),
        "reference": {"label": words.reference, "text": reference} if reference else None,
    }


def _show_words(decoded: Decoded, words: ResultWords) -> dict[str, str]:
    """What choosing a card shows: its attention too, where there is any to see."""
    is_blind = decoded.beam.steps and decoded.beam.steps[0].attention_ES is None
    if is_blind or len(decoded.beam.source_tokens) == 1:  # one piece leaves nothing to choose from
        return {"show": words.show_numbers, "shown": words.numbers_shown}
    return {"show": words.show_attention, "shown": words.attention_shown}


def _first_name(decoded: Decoded, words: ResultWords) -> str:
    """Greedy's card; of a model without a source, the sample's."""
    if not decoded.is_sampled:
        return words.greedy
    return words.sample.format(seed=decoded.request.seed, temperature=brief(decoded.request.temperature))


def verdict_text(verdict: Verdict, words: ResultWords) -> str:
    return words.verdicts[verdict.kind].format(
        nats=signed(verdict.nats),
        score=signed(verdict.score),
        nats_size=telling(abs(verdict.nats)),
        score_size=telling(abs(verdict.score)),
        times=_factor(verdict.nats),
    )


def telling(value: float) -> str:
    """Rounded to two places, or as many as a small difference needs to be seen: 1.80, 0.0042."""
    if value == 0 or abs(value) >= 0.01:
        return number(value, 2)
    return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"


def signed(value: float) -> str:
    return f"+{telling(value)}" if value > 0 else telling(value)


def brief(alpha: float) -> str:
    """Alpha as short as it can be said without rounding."""
    return repr(float(alpha)).removesuffix(".0")


def _factor(nats: float) -> str:
    if nats > math.log(LARGEST_FACTOR):
        return f"> {LARGEST_FACTOR}"
    factor = math.exp(nats)
    return number(factor, 0 if factor >= 9.95 else 1 if factor >= 1.05 else 4)


def _lengths(decoded: Decoded) -> dict[str, int]:
    """T of both winners; a verdict has notes only where both exist."""
    pairs = {"greedy_length": decoded.greedy, "beam_length": decoded.beam}
    return {name: trace.hypotheses[0].length if trace.hypotheses else 0 for name, trace in pairs.items()}


def _card(trace: Trace, name: str, parting: int | None, words: ResultWords, time: str) -> Data:
    best = trace.hypotheses[0] if trace.hypotheses else None
    rows = _ledger(best, words) if best else []
    return {
        "name": name,
        "node": end_of(best) if best else None,
        "text": shown_text(best, words),
        "empty": best is None or not best.text,
        "pieces": _pieces(trace, best, parting) if best else [],
        "pieces_label": words.pieces,
        "pieces_hint": words.pieces_hint,
        "parting": words.parting,
        "rows": [*rows, *_course(trace, words), [words.time, time]],
    }


def shown_text(hypothesis: Hypothesis | None, words: ResultWords) -> str:
    if hypothesis is None:
        return words.no_output
    return hypothesis.text or words.empty


def _pieces(trace: Trace, best: Hypothesis, parting: int | None) -> list[Data]:
    labels = [visible(candidate_label(trace, *node)) for node in path(trace, best.step, best.index)]
    pieces = [{"text": label, "parts": place == parting} for place, label in enumerate(labels)]
    # An output that was cut where the other goes on parts behind its last token.
    return [*pieces, {"text": "…", "parts": True}] if parting == len(pieces) else pieces


def _ledger(best: Hypothesis, words: ResultWords) -> list[list[str]]:
    return [
        [words.log_prob_sum, number(best.log_prob_sum)],
        [words.length, str(best.length)],
        [words.penalty, number(best.penalty)],
        [words.score, number(best.score)],
    ]


def _course(trace: Trace, words: ResultWords) -> list[list[str]]:
    stop = trace.stop
    return [
        [words.found, words.found_value.format(winner=stop.winner_step or "–", last=stop.last_step)],
        [words.stopped, words.reasons.get(stop.reason, stop.reason)],
    ]
