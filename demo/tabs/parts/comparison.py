"""What several models wrote, as rows: outputs with marks, and the numbers behind them."""

from collections import Counter

from demo.figures.labels import number
from demo.tabs.parts.answers import Answer, Comparison
from demo.tabs.parts.data import Data
from demo.tabs.parts.differences import difference
from demo.tabs.parts.gallery import architecture_text, size_text
from demo.tabs.parts.message import problem_text
from demo.tabs.parts.result import brief, shown_text
from demo.wording import Words
from demo.wording.compare_words import TableWords
from demo.wording.page_words import ResultWords
from seq2seq_core.trace import Fate, Hypothesis


def comparison_data(comparison: Comparison, reference: str, words: Words) -> Data:
    texts, result = words.compare.table, words.page.result
    columns = (texts.output, result.score, result.log_prob_sum, result.length, result.time, texts.parameters)
    return {
        "verdict": verdict_text(comparison, texts),
        "columns": [texts.model, *columns],
        "rows": [_row(comparison, answer, words) for answer in comparison.answers],
        "missing": texts.missing,
        "legend": texts.legend if any(map(comparison.base, comparison.answers)) else "",
        "formula": result.formula.format(alpha=brief(comparison.request.alpha)),
        "scores": texts.scores,
        "reference": {"label": result.reference, "text": reference} if reference else None,
    }


def verdict_text(comparison: Comparison, words: TableWords) -> str:
    """How far the outputs agree; empty where there are fewer than two to compare."""
    written = comparison.written
    if len(written) < 2:
        return ""
    if len({answer.entry.target_language for answer in written}) > 1:
        return words.languages
    texts = Counter(best.text for answer in written if (best := comparison.best(answer)))
    same, count = texts.most_common(1)[0][1], len(comparison.answers)
    text = words.agree if same == count else words.some_agree if same > 1 else words.differ
    return text.format(same=same, count=count)


def _row(comparison: Comparison, answer: Answer, words: Words) -> Data:
    entry, best = answer.entry, comparison.best(answer)
    return {
        "letter": answer.letter,
        "title": entry.title,
        "architecture": architecture_text(entry, words.page),
        "lang": entry.target_language,
        "pieces": _pieces(comparison, answer),
        "instead": "" if answer in comparison.written else _instead(answer, best, words),
        "notes": _notes(comparison, answer, words),
        "score": number(best.score) if best else "",
        "score_is": _score_is(comparison, best, words.compare.table) if best else "",
        "numbers": [*_numbers(comparison, answer, words.page.result), size_text(entry.parameters, words.page)],
    }


def _instead(answer: Answer, best: Hypothesis | None, words: Words) -> str:
    """What stands in the place of an output: that it is empty, or why there is none."""
    if answer.refusal:
        return problem_text(answer.refusal, words.page.message)
    return shown_text(best, words.page.result)


def _score_is(comparison: Comparison, best: Hypothesis, words: TableWords) -> str:
    alpha, log_prob_sum = brief(comparison.request.alpha), number(best.log_prob_sum)
    return words.score_is.format(log_prob_sum=log_prob_sum, length=best.length, alpha=alpha)


def _numbers(comparison: Comparison, answer: Answer, words: ResultWords) -> list[str]:
    """Log-probability sum, length and time; nothing where there is no output."""
    best, decoded = comparison.best(answer), answer.decoded
    if best is None or decoded is None:
        return ["", "", ""]
    time = words.from_cache if decoded.from_cache else words.milliseconds
    milliseconds = number(1000 * comparison.seconds(decoded), 0)
    return [number(best.log_prob_sum), str(best.length), time.format(time=milliseconds)]


def _pieces(comparison: Comparison, answer: Answer) -> list[Data]:
    """The output, with marks where it is held against another one."""
    best = comparison.best(answer)
    if best is None or answer not in comparison.written:
        return []
    base = comparison.base(answer)
    held = comparison.best(base) if base else None
    pieces = difference(best.text, held.text if held else best.text).pieces
    return [{"part": str(piece.part), "text": piece.text, "after": piece.after} for piece in pieces]


def _notes(comparison: Comparison, answer: Answer, words: Words) -> list[str]:
    """How the output stands to the others, and whether it was cut."""
    best = comparison.best(answer)
    if best is None:
        return []
    cut = words.page.nbest.cut if best.fate is Fate.CUT_AT_MAXIMUM else ""
    return [note for note in (_standing(comparison, answer, best, words.compare.table), cut) if note]


def _standing(comparison: Comparison, answer: Answer, best: Hypothesis, words: TableWords) -> str:
    base = comparison.base(answer)
    held = comparison.best(base) if base else None
    if base is None or held is None:
        return words.alone if answer in comparison.written and len(comparison.written) > 1 else ""
    if base is answer:
        return words.base.format(letter=answer.letter)
    if best.text == held.text:
        return words.same.format(letter=base.letter)
    found = difference(best.text, held.text)
    return words.other.format(letter=base.letter, other=found.other, missing=found.missing)
