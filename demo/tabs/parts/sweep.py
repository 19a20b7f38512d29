"""Every beam size: what it wrote, as rows, and where more prefixes stop helping."""

from collections.abc import Sequence

from demo.figures.labels import number
from demo.figures.sweep import SweepPoint
from demo.service.standing import optimum_of
from demo.service.sweep import Sweep, SweptSize
from demo.tabs.parts.data import Data
from demo.tabs.parts.differences import difference
from demo.tabs.parts.result import shown_text
from demo.tabs.parts.ways import score_is
from demo.wording import Words
from seq2seq_core.trace import Fate, ScoreRule


def sweep_data(sweep: Sweep, words: Words) -> Data:
    """A row for every output, with the sizes that wrote it."""
    texts, result = words.decoders.sweep, words.page.result
    columns = (texts.score, result.log_prob_sum, result.length, result.time, words.decoders.answers.prefixes)
    return {
        "verdict": "",
        "columns": [texts.beam_size, words.compare.table.output, *columns],
        "rows": [_row(sweep, place, words) for place in range(len(sweep.runs))],
        "missing": words.compare.table.missing,
        "legend": " ".join(findings(sweep, words)),
        "formula": "",
        "scores": "",
        "reference": {"label": result.reference, "text": sweep.reference} if sweep.reference else None,
    }


def findings(sweep: Sweep, words: Words) -> list[str]:
    """Where bigger stops helping, and where it begins to hurt."""
    if not sweep.sizes:
        return []
    texts = words.decoders.sweep
    found = [texts.best_from.format(beam_size=sweep.best_from.beam_size)]
    if lower := sweep.lower_than_before:
        found.append(texts.hurts_score.format(beam_size=lower[0].beam_size, best=lower[1].beam_size))
    else:
        found.append(texts.no_hurt)
    if worse := sweep.worse_though_higher:
        size, before, after = worse
        found.append(
            texts.hurts_quality.format(beam_size=size.beam_size, before=number(before, 1), after=number(after, 1))
        )
    return found


def _row(sweep: Sweep, place: int, words: Words) -> Data:
    run, texts = sweep.runs[place], words.decoders.sweep
    first, last = run[0], run[-1]
    named = texts.size if first is last else texts.sizes
    best, rule = first.best, ScoreRule.of(first.searched.trace.options)
    return {
        "letter": named.format(first=first.beam_size, last=last.beam_size),
        "title": "",
        "architecture": "",
        "lang": sweep.entry.target_language,
        "pieces": _pieces(sweep, place),
        "instead": shown_text(best, words.page.result),
        "notes": [note for note in (_quality(sweep, first, words), _cut(first, words)) if note],
        "score": number(first.score),
        "score_is": score_is(rule, best),
        "numbers": [
            number(best.log_prob_sum),
            str(first.length),
            words.page.result.milliseconds.format(time=_from_to([1000 * size.searched.seconds for size in run])),
            _from_to([size.searched.prefixes for size in run]),
        ],
    }


def _from_to(values: Sequence[float]) -> str:
    """What the sizes of a row took, from the least to the most."""
    ends = dict.fromkeys(f"{value:,.0f}" for value in (min(values), max(values)))
    return "–".join(ends)


def _quality(sweep: Sweep, size: SweptSize, words: Words) -> str:
    value = sweep.quality(size)
    return "" if value is None else words.decoders.sweep.chrf.format(value=number(value, 1))


def _cut(size: SweptSize, words: Words) -> str:
    return words.page.nbest.cut if size.best.fate is Fate.CUT_AT_MAXIMUM else ""


def _pieces(sweep: Sweep, place: int) -> list[Data]:
    """The output, with marks where it departs from that of the smaller beams."""
    text, base = sweep.runs[place][0].best.text, sweep.runs[max(0, place - 1)][0].best.text
    if not text:
        return []
    pieces = difference(text, base or text).pieces
    return [{"part": str(piece.part), "text": piece.text, "after": piece.after} for piece in pieces]


def points_of(sweep: Sweep) -> list[SweepPoint]:
    """Every size on the figure."""
    return [SweepPoint(size.beam_size, size.best.text, size.score, size.length) for size in sweep.sizes]


def optimum_score(sweep: Sweep) -> float | None:
    """The proved optimum's score; None where nothing is proved."""
    optimum = optimum_of(sweep.optimum.trace) if sweep.optimum else None
    return optimum.best.score if optimum and optimum.proved and optimum.best else None
