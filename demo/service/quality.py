"""Quality against a reference, by sacrebleu; it is loaded with the first use."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF


def chrf(output: str, reference: str) -> float:
    """Character F-score of one output (Popović 2015), 0 to 100."""
    return float(_chrf().sentence_score(output, [reference]).score)


def corpus_chrf(outputs: Sequence[str], references: Sequence[str]) -> float:
    """Character F-score of a whole file against one reference each, 0 to 100."""
    return float(_chrf().corpus_score(list(outputs), [list(references)]).score)


def bleu(outputs: Sequence[str], references: Sequence[str], tokenizer: str = "13a") -> float:
    """BLEU of a whole file against one reference each, 0 to 100."""
    return float(_bleu(tokenizer).corpus_score(list(outputs), [list(references)]).score)


@cache
def _chrf() -> "CHRF":
    from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415 - see above

    return CHRF()


@cache
def _bleu(tokenizer: str) -> "BLEU":
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - see above

    return BLEU(tokenize=tokenizer)
