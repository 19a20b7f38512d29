"""python -m tests.bench.parity: one Transformer's weights in our searches, in transformers and in CTranslate2.

The same ids go in, so that tokenisation plays no part, and the outputs that come out are counted: equal ones, ties (the
same outputs, of which some have changed places whose scores are within 1e-5) and others; and how far the scores of
equal outputs are apart. transformers is compared with the presets hf-*, CTranslate2 with ctranslate2, each with and
without beams. What of the weights has to be put into another order is in `peers`. Needs `pip install '.[bench]'`.
"""

import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import torch
import tyro

from seq2seq_core.decoding import decode
from seq2seq_core.models import TransformerSeq2Seq
from seq2seq_core.options import GreedyOptions, SearchOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.presets import preset
from seq2seq_core.tokenizer import END_ID
from tests.bench.peers import PegasusForm, check_form, names, write_ctranslate2
from tests.support.hugging_face_models import batched

MOST: Final = 60  # tokens of an output, its end included
TIE: Final = 1e-5
EARLY: Final = {"hf-true": True, "hf-false": False, "hf-never": "never"}
MODEL: Final = Path("assets/checkpoints/en-fr-transformer")
WHO: Final = ("I", "You", "We", "They", "Tom and Mary", "The children", "My friends", "Our teachers")
DO: Final = ("want to see", "have never liked", "would like to buy", "cannot find", "often think about")
WHAT: Final = ("the house.", "a red car that nobody knows.", "your brother.", "these books on the table.", "it!")

Ids = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ParityOptions:
    """What to compare."""

    model: Path = MODEL
    """checkpoint folder of a pre-norm Transformer with sinusoids"""
    sources: str = ""
    """a TSV file whose first column is decoded; made-up English sentences where there is none"""
    count: int = 200
    """how many sources"""
    beams: tuple[int, ...] = (1, 4)
    """beam sizes; 1 is greedy search"""
    alphas: tuple[float, ...] = (0.6, 1.0)
    """length penalties of the beams"""


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a search; nan where greedy search states no score."""

    tokens: Ids
    score: float


Outputs = list[list[Output]]  # of each source, best first


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    peer: str
    search: str
    alpha: float
    sources: int
    equal: int
    ties: int
    others: int
    furthest: float  # scores of equal outputs


def main() -> None:
    """Print the table and the same as a line of JSON."""
    options = tyro.cli(ParityOptions, description=__doc__)
    torch.set_num_threads(1)
    pipeline = Pipeline.load(options.model)
    model = pipeline.checkpoint.model
    if not isinstance(model, TransformerSeq2Seq):
        raise SystemExit(f"the bench compares Transformers, got a model of the family {model.family}")
    check_form(model)
    sources = [tuple(pipeline.encode(text).ids) for text in _texts(options)]
    rows = list(_rows(model, sources, options))
    print("| peer | search | alpha | sources | equal | ties | others | scores apart at most |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.peer} | {row.search} | {row.alpha:g} | {row.sources} | {row.equal} | {row.ties} | {row.others} | "
            f"{row.furthest:.1e} |"
        )
    print(json.dumps([{name: getattr(row, name) for name in Row.__slots__} for row in rows]))


def _texts(options: ParityOptions) -> list[str]:
    if options.sources:
        lines = Path(options.sources).read_text(encoding="utf-8").splitlines()
        return [line.partition("\t")[0] for line in lines[: options.count]]
    return [" ".join(words) for words in product(WHO, DO, WHAT)][: options.count]


@torch.inference_mode()
def _rows(model: TransformerSeq2Seq, sources: Sequence[Ids], options: ParityOptions) -> Iterator[Row]:
    import ctranslate2  # noqa: PLC0415 - a peer, installed for the bench alone
    import transformers  # noqa: PLC0415 - slow to load

    form, stepper = PegasusForm.of(model), model.open(sources)

    def ours(search: SearchOptions) -> Outputs:
        found = decode(stepper, search, detokenize=lambda tokens: "")
        return [[Output(each.tokens, each.score) for each in outputs] for outputs in found]

    with tempfile.TemporaryDirectory() as folder:
        write_ctranslate2(model, Path(folder) / "model")
        translator = ctranslate2.Translator(str(Path(folder) / "model"), compute_type="float32", intra_threads=1)
        for beams in options.beams:
            for alpha in options.alphas if beams > 1 else (1.0,):
                for name, early in EARLY.items() if beams > 1 else [("hf-true", True)]:
                    search = _search(name, beams, alpha)
                    theirs = _generated(form, sources, beams, alpha, early)
                    label = "greedy" if beams == 1 else f"{name}, beam {beams}"
                    yield _compared(f"transformers {transformers.__version__}", label, alpha, ours(search), theirs)
                theirs = _translated(translator, sources, beams, alpha)
                label = "greedy" if beams == 1 else f"ctranslate2, beam {beams}"
                found = ours(_search("ctranslate2", beams, alpha))
                yield _compared(f"CTranslate2 {ctranslate2.__version__}", label, alpha, found, theirs)


def _search(name: str, beams: int, alpha: float) -> SearchOptions:
    if beams == 1:
        return GreedyOptions(alpha=alpha, max_length=MOST, min_length=preset(name).min_length)
    return preset(name, beam_size=beams, alpha=alpha, max_length=MOST)


def _generated(form: PegasusForm, sources: Sequence[Ids], beams: int, alpha: float, early: object) -> Outputs:
    """The outputs of `generate()`."""
    batch = batched(form.model, sources)
    found = form.model.generate(
        batch.input_ids,
        attention_mask=batch.attention_mask,
        num_beams=beams,
        num_return_sequences=beams,
        do_sample=False,
        max_new_tokens=MOST,
        length_penalty=alpha,
        early_stopping=early if beams > 1 else None,
        return_dict_in_generate=True,
        output_scores=True,
    )
    end = form.shift + END_ID
    rows = [row[: row.index(end)] if end in row else row for row in found.sequences[:, 1:].tolist()]
    scores = found.sequences_scores.tolist() if beams > 1 else [float("nan")] * len(rows)
    outputs = [
        Output(tuple(token - form.shift for token in row), score) for row, score in zip(rows, scores, strict=True)
    ]
    return [outputs[at : at + beams] for at in range(0, len(outputs), beams)]


def _translated(translator: Any, sources: Sequence[Ids], beams: int, alpha: float) -> Outputs:
    """The outputs of CTranslate2."""
    words = names(max(max(source) for source in sources) + 1)
    found = translator.translate_batch(
        [[words[token] for token in source] for source in sources],
        beam_size=beams,
        num_hypotheses=beams,
        length_penalty=alpha,
        max_decoding_length=MOST,
        return_scores=True,
        max_batch_size=32,
    )
    ids = {word: token for token, word in enumerate(names(len(words) + 100_000))}
    return [
        [
            Output(tuple(ids[token] for token in tokens), score)
            for tokens, score in zip(each.hypotheses, each.scores, strict=True)
        ]
        for each in found
    ]


def _compared(peer: str, search: str, alpha: float, ours: Outputs, theirs: Outputs) -> Row:
    """All outputs of a source in their order count as one answer."""
    equal, ties, furthest = 0, 0, 0.0
    for one, other in zip(ours, theirs, strict=True):
        if [each.tokens for each in one] == [each.tokens for each in other]:
            equal += 1
            apart = [abs(mine.score - yours.score) for mine, yours in zip(one, other, strict=True)]
            furthest = max([furthest, *(distance for distance in apart if not math.isnan(distance))])
        elif _tied(one, other):
            ties += 1
    return Row(peer, search, alpha, len(ours), equal, ties, len(ours) - equal - ties, furthest)


def _tied(one: Sequence[Output], other: Sequence[Output]) -> bool:
    """The same outputs; what stands elsewhere has, by our own scores, almost the score of what stands there."""
    ours = {each.tokens: each.score for each in one}
    if set(ours) != {each.tokens for each in other}:
        return False
    return all(abs(mine.score - ours[yours.tokens]) <= TIE for mine, yours in zip(one, other, strict=True))


if __name__ == "__main__":
    main()
