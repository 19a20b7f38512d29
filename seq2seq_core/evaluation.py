"""Quality of a model on a test file, as shipped: BLEU, chrF (sacrebleu, with signatures) and exact match."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from seq2seq_core.errors import OptionError
from seq2seq_core.options import BeamOptions, GreedyOptions, SearchOptions
from seq2seq_core.pipeline import Pipeline

SEARCHES: dict[str, SearchOptions] = {"greedy": GreedyOptions(), "beam 5": BeamOptions(beam_size=5)}


@dataclass(frozen=True, slots=True)
class Scores:
    """Corpus scores, 0 to 100."""

    bleu: float
    chrf: float
    exact: float  # percent of outputs equal to a reference
    bleu_signature: str
    chrf_signature: str


def require_sacrebleu() -> None:
    """Say before hours of training, not after, that the measuring library is missing.

    Raises:
        OptionError: sacrebleu is not installed.
    """
    if find_spec("sacrebleu") is None:
        raise OptionError("test needs the package sacrebleu, which is not installed: pip install '.[evaluation]'")


def score(outputs: Sequence[str], references: Sequence[Sequence[str]]) -> Scores:
    """Corpus scores against one or more references for each output."""
    # optional packages are imported where they are used
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415

    most = max(map(len, references))
    # sacrebleu wants one list per reference number, and takes an empty text for "no further reference"
    columns = [[row[i] if i < len(row) else "" for row in references] for i in range(most)]
    bleu, chrf = BLEU(), CHRF()
    exact = sum(output in row for output, row in zip(outputs, references, strict=True)) / len(outputs)
    return Scores(
        bleu=bleu.corpus_score(list(outputs), columns).score,
        chrf=chrf.corpus_score(list(outputs), columns).score,
        exact=100 * exact,
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
    )


def sentence_chrf(output: str, reference: str) -> float:
    """Character F-score of one output, 0 to 100."""
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415

    return float(CHRF().sentence_score(output, [reference]).score)


def evaluate(
    pipeline: Pipeline, sources: Sequence[str], references: dict[str, Sequence[Sequence[str]]]
) -> dict[str, float | str]:
    """Scores of greedy and beam-5 outputs by name, e.g. `BLEU, beam 5, single reference`.

    Args:
        references: for each way of judging (its name), the accepted targets of every source.
    """
    metrics: dict[str, float | str] = {}
    for search, options in SEARCHES.items():
        outputs = pipeline.translate(sources, options)
        for judged, rows in references.items():
            scores = score(outputs, rows)
            metrics[f"BLEU, {search}, {judged}"] = round(scores.bleu, 2)
            metrics[f"chrF, {search}, {judged}"] = round(scores.chrf, 2)
            metrics[f"exact match %, {search}, {judged}"] = round(scores.exact, 2)
            metrics[f"signature of BLEU, {judged}"] = scores.bleu_signature
            metrics[f"signature of chrF, {judged}"] = scores.chrf_signature
    return metrics
