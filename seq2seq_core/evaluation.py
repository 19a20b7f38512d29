"""Quality of a model on a test file, as shipped.

    translation  BLEU and chrF (sacrebleu, with signatures) and exact match
    chinese      the same, with sacrebleu's tokenisation of Chinese
    sequences    exact match, and token error rate: edits per token of the reference
    phonemes     word error rate (outputs that equal no listed pronunciation) and phoneme error rate against the listed
                 pronunciation that needs fewest edits, with the stress digits of ARPAbet and without them
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from seq2seq_core.options import MAXIMUM_LENGTH_CAP, BeamOptions, GreedyOptions, SearchOptions, StopRule
from seq2seq_core.pipeline import Pipeline

SEARCHES: Final[Mapping[str, SearchOptions]] = {"greedy": GreedyOptions(), "beam 5": BeamOptions(beam_size=5)}
# Where every output but one is wrong, a pool of K finished outputs fills with cut ones before the long right one ends.
PATIENT_SEARCHES: Final[Mapping[str, SearchOptions]] = {
    "greedy": GreedyOptions(),
    "beam 5 (until nothing live can win)": BeamOptions(beam_size=5, stop_rule=StopRule.NOTHING_LIVE_CAN_WIN),
}
SPARE: Final = 10  # tokens that an output may have beyond its longest reference


@dataclass(frozen=True, slots=True)
class Scores:
    """Corpus scores, 0 to 100."""

    bleu: float
    chrf: float
    exact: float  # percent of outputs equal to a reference
    bleu_signature: str
    chrf_signature: str


def score(outputs: Sequence[str], references: Sequence[Sequence[str]], tokenize: str = "13a") -> Scores:
    """Corpus scores against one or more references for each output."""
    # optional packages are imported where they are used
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415

    most = max(map(len, references))
    # sacrebleu wants one list per reference number, and takes an empty text for "no further reference"
    columns = [[row[i] if i < len(row) else "" for row in references] for i in range(most)]
    bleu, chrf = BLEU(tokenize=tokenize), CHRF()
    return Scores(
        bleu=bleu.corpus_score(list(outputs), columns).score,
        chrf=chrf.corpus_score(list(outputs), columns).score,
        exact=exact_match(outputs, references),
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
    )


def bleu_with_interval(outputs: Sequence[str], targets: Sequence[str]) -> tuple[float, float, float]:
    """Corpus BLEU and the ends of its 95 % interval by 1,000 bootstrap resamples (Koehn 2004), always the same ones."""
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415

    found = BLEU().corpus_score(list(outputs), [list(targets)], n_bootstrap=1000)
    return found.score, found._mean - found._ci, found._mean + found._ci  # sacrebleu prints them and has no other door


def exact_match(outputs: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Percent of outputs equal to one of their references."""
    return 100 * sum(output in row for output, row in zip(outputs, references, strict=True)) / len(outputs)


def token_error_rate(outputs: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Edits per hundred reference tokens, each output against the reference that needs fewest; tokens are words."""
    edits = tokens = 0
    for output, row in zip(outputs, references, strict=True):
        best = min((edit_distance(output.split(), each.split()), len(each.split())) for each in row)
        edits, tokens = edits + best[0], tokens + best[1]
    return 100 * edits / tokens


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Least number of insertions, deletions and substitutions (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, token in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            diagonal, row[j] = row[j], min(diagonal + (token != wanted), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def without_stress(pronunciation: str) -> str:
    """ARPAbet without its digits."""
    return "".join(character for character in pronunciation if not character.isdigit())


def sentence_chrf(output: str, reference: str) -> float:
    """Character F-score of one output, 0 to 100."""
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415

    return float(CHRF().sentence_score(output, [reference]).score)


def evaluate(
    pipeline: Pipeline,
    sources: Sequence[str],
    references: Mapping[str, Sequence[Sequence[str]]],
    measure: str = "translation",
) -> dict[str, float | str]:
    """Scores of greedy and beam-5 outputs by name, e.g. `BLEU, beam 5, single reference`.

    Outputs may be as long as the longest reference for its source and more, so that the maximum length of the search
    is not what is measured.

    Args:
        references: for each way of judging (its name), the accepted targets of every source.
        measure: translation, chinese, sequences or phonemes.
    """
    metrics: dict[str, float | str] = {}
    searches = SEARCHES if measure in ("translation", "chinese") else PATIENT_SEARCHES
    room = room_for(pipeline, sources, references)
    for search, options in searches.items():
        outputs = pipeline.translate(sources, replace(options, room=room))
        for judged, rows in references.items():
            metrics |= _MEASURES[measure](outputs, rows, search, judged)
    return metrics


def room_for(pipeline: Pipeline, sources: Sequence[str], references: Mapping[str, Sequence[Sequence[str]]]) -> int:
    """`SearchOptions.room` for every reference and ten tokens more; the model's own, if that is larger."""
    checkpoint, needed = pipeline.checkpoint, 0
    positions = [
        checkpoint.model.positions(len(ids)) for ids in checkpoint.source_tokenizer.encode_ids(list(sources))
    ]
    for rows in references.values():
        for at, row in enumerate(rows):
            longest = max(map(len, checkpoint.target_tokenizer.encode_ids(list(row))), default=0)
            needed = max(needed, longest + 1 - 2 * positions[at])
    return min(MAXIMUM_LENGTH_CAP, max(needed + SPARE, int(checkpoint.training.get("room", 0))))


def _translation(
    outputs: Sequence[str], rows: Sequence[Sequence[str]], search: str, judged: str, tokenize: str = "13a"
) -> dict[str, float | str]:
    scores = score(outputs, rows, tokenize)
    return {
        f"BLEU, {search}, {judged}": round(scores.bleu, 2),
        f"chrF, {search}, {judged}": round(scores.chrf, 2),
        f"exact match %, {search}, {judged}": round(scores.exact, 2),
        f"signature of BLEU, {judged}": scores.bleu_signature,
        f"signature of chrF, {judged}": scores.chrf_signature,
    }


def _sequences(
    outputs: Sequence[str], rows: Sequence[Sequence[str]], search: str, judged: str
) -> dict[str, float | str]:
    return {
        f"exact match %, {search}, {judged}": round(exact_match(outputs, rows), 2),
        f"token error rate %, {search}, {judged}": round(token_error_rate(outputs, rows), 2),
    }


def _phonemes(
    outputs: Sequence[str], rows: Sequence[Sequence[str]], search: str, judged: str
) -> dict[str, float | str]:
    plain = [without_stress(output) for output in outputs]
    plain_rows = [[without_stress(each) for each in row] for row in rows]
    return {
        f"word error rate %, {search}, {judged}, with stress": round(100 - exact_match(outputs, rows), 2),
        f"phoneme error rate %, {search}, {judged}, with stress": round(token_error_rate(outputs, rows), 2),
        f"word error rate %, {search}, {judged}, without stress": round(100 - exact_match(plain, plain_rows), 2),
        f"phoneme error rate %, {search}, {judged}, without stress": round(token_error_rate(plain, plain_rows), 2),
    }


_MEASURES: Final[Mapping[str, Callable[..., dict[str, float | str]]]] = {
    "translation": _translation,
    "chinese": partial(_translation, tokenize="zh"),
    "sequences": _sequences,
    "phonemes": _phonemes,
}
