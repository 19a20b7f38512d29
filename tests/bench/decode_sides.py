"""The sides of tests.bench.decode_peers: each decodes the same shape with weights of its own, forced to one length.

Shapes: Transformer of 3 + 3 layers, width 256, 4 heads, feed-forward 1024; GRU of embedding 256, hidden 512,
bidirectional, additive attention; vocabulary 8000; float32. Random weights: what is written does not matter, how long
it takes does.

Sizes: B sources, S source tokens, V vocabulary, D hidden size, E embedding size.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, Final
from unittest.mock import patch

import torch
from torch import Tensor, nn

from seq2seq_core.decoding import NEXT_TOKENS, SourceText, decode, record
from seq2seq_core.decoding.ordering import stable_top
from seq2seq_core.linear import pack_for_search
from seq2seq_core.models import RecurrentSeq2Seq, Seq2Seq, TransformerSeq2Seq
from seq2seq_core.models.config import DecoderKind, RecurrentConfig
from seq2seq_core.models.transformer import TransformerState
from seq2seq_core.models.transformer_config import TransformerConfig
from seq2seq_core.options import BeamOptions, GreedyOptions, SearchOptions
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID
from tests.bench.peers import names, write_ctranslate2

VOCABULARY: Final = 8000
FIRST_WORD: Final = 4  # after the special tokens
NEVER: Final = -1e4  # logit of the end token, so that our sides write as many tokens as the others are made to


@dataclass(frozen=True, slots=True)
class Case:
    """What is decoded."""

    source: int  # tokens
    target: int  # tokens, forced
    beam: int
    batch: int = 1

    def sources(self) -> list[list[int]]:
        """The same sources for every side."""
        generator = torch.Generator().manual_seed(self.source)
        return torch.randint(FIRST_WORD, VOCABULARY, (self.batch, self.source), generator=generator).tolist()


Work = Callable[[], object]
Side = Callable[[Case], Work]  # prepares a case; the work is what is timed


def our_transformer() -> TransformerSeq2Seq:
    torch.manual_seed(1)
    config = TransformerConfig(
        source_vocabulary=VOCABULARY, target_vocabulary=VOCABULARY, size=256, heads=4, encoder_layers=3,
        decoder_layers=3, feed_forward_size=1024, source_cap=128, target_cap=128,
    )  # fmt: skip
    return TransformerSeq2Seq(config).eval()


def our_gru() -> RecurrentSeq2Seq:
    torch.manual_seed(1)
    config = RecurrentConfig(
        source_vocabulary=VOCABULARY, target_vocabulary=VOCABULARY, embedding_size=256, encoder_size=512,
        decoder_size=512, attention_size=512, decoder=DecoderKind.BAHDANAU, attention="additive",
    )  # fmt: skip
    return RecurrentSeq2Seq(config).eval()


def _ours(
    build: Callable[[], Seq2Seq[Any]], *, traced: bool = True, threads: int = 1, at_once: int = 1, without: str = ""
) -> Side:
    torch.set_num_threads(threads)
    model = build()
    with torch.no_grad():
        model.get_parameter("output.bias")[END_ID] = NEVER
    if without:
        WITHOUT[without]()
    if without != "packing":
        pack_for_search(model)

    def prepared(case: Case) -> Work:
        sources = case.sources()
        options: SearchOptions = GreedyOptions()
        if case.beam > 1:
            options = BeamOptions(beam_size=case.beam)
        options = replace(options, max_length=case.target)
        texts = [SourceText("", tuple(map(str, ids))) for ids in sources]

        def once() -> object:
            stepper = model.open(sources)
            if traced:
                return record(stepper, options, texts, label=str, detokenize=str)
            return decode(stepper, options, detokenize=str)

        return partial(_at_once, once, at_once) if at_once > 1 else once

    return prepared


def _no_packing() -> None:
    """Wide matrices as PyTorch keeps them: nothing is to be undone, the side leaves the step out."""


def _no_tree() -> None:
    """Through the layers as in training, each row with copies of its own keys and values, which move with it."""
    patch.object(TransformerState, "is_root", new=False).start()


def _second_look() -> None:
    """A trace looks for the best next tokens of each row itself, after the search has."""
    patch("seq2seq_core.decoding.record._next", lambda step: stable_top(step.log_probs_RV, NEXT_TOKENS)).start()


WITHOUT: Final[Mapping[str, Callable[[], None]]] = {
    "packing": _no_packing,
    "tree": _no_tree,
    "shared look": _second_look,
}


def _at_once(work: Work, count: int) -> None:
    threads = [Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _marian(*, threads: int = 1) -> Side:
    import transformers  # noqa: PLC0415 - slow to load

    torch.set_num_threads(threads)
    config = transformers.MarianConfig(
        vocab_size=VOCABULARY, d_model=256, encoder_layers=3, decoder_layers=3, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=1024, decoder_ffn_dim=1024, max_position_embeddings=128,
        pad_token_id=PAD_ID, eos_token_id=END_ID, decoder_start_token_id=START_ID, forced_eos_token_id=None,
        attn_implementation="eager",
    )  # fmt: skip
    model = transformers.MarianMTModel(config).eval()

    def prepared(case: Case) -> Work:
        inputs = torch.tensor(case.sources())
        settings = {
            "num_beams": case.beam, "min_new_tokens": case.target, "max_new_tokens": case.target, "do_sample": False,
            "output_attentions": True, "output_scores": True, "return_dict_in_generate": True,
        }  # fmt: skip
        mask = torch.ones_like(inputs)
        return torch.inference_mode()(lambda: model.generate(inputs, attention_mask=mask, **settings))

    return prepared


def _ctranslate2(compute: str, threads: int) -> Side:
    import ctranslate2  # noqa: PLC0415 - a peer, installed for the bench alone

    folder = Path(tempfile.mkdtemp()) / "model"
    write_ctranslate2(our_transformer(), folder)
    translator = ctranslate2.Translator(str(folder), compute_type=compute, intra_threads=threads, inter_threads=1)
    words = names(VOCABULARY)

    def prepared(case: Case) -> Work:
        sources = [[words[token] for token in source] for source in case.sources()]
        return lambda: translator.translate_batch(
            sources, beam_size=case.beam, num_hypotheses=case.beam, return_scores=True,
            return_attention=True, min_decoding_length=case.target, max_decoding_length=case.target,
        )  # fmt: skip

    return prepared


class TextbookGru(nn.Module):
    """The per-step loop of a tutorial: keys projected and everything computed again in every step."""

    def __init__(self, *, hidden: int = 512, embedding: int = 256) -> None:
        super().__init__()
        self.source, self.target = nn.Embedding(VOCABULARY, embedding), nn.Embedding(VOCABULARY, embedding)
        self.encoder = nn.GRU(embedding, hidden, bidirectional=True, batch_first=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.query, self.key = nn.Linear(hidden, hidden), nn.Linear(2 * hidden, hidden)
        self.energy = nn.Linear(hidden, 1, bias=False)
        self.decoder = nn.GRU(embedding + 2 * hidden, hidden, batch_first=True)
        self.output = nn.Linear(hidden + 2 * hidden + embedding, VOCABULARY)

    def translate(self, ids_BS: Tensor, length: int) -> Tensor:
        """Greedy tokens, (B, T)."""
        states_BSD, last = self.encoder(self.source(ids_BS))
        hidden = torch.tanh(self.bridge(torch.cat((last[0], last[1]), dim=-1))).unsqueeze(0)
        token_B1 = torch.full((len(ids_BS), 1), START_ID)
        tokens: list[Tensor] = []
        for _ in range(length):
            embedded = self.target(token_B1)
            energy = self.energy(torch.tanh(self.query(hidden[-1]).unsqueeze(1) + self.key(states_BSD)))
            context = (energy.softmax(dim=1) * states_BSD).sum(dim=1, keepdim=True)
            answer, hidden = self.decoder(torch.cat((embedded, context), dim=-1), hidden)
            logits = self.output(torch.cat((answer, context, embedded), dim=-1))
            token_B1 = logits.log_softmax(dim=-1).argmax(dim=-1)
            tokens.append(token_B1)
        return torch.cat(tokens, dim=1)


def _textbook(*, threads: int = 1) -> Side:
    torch.set_num_threads(threads)
    model = TextbookGru().eval()

    def prepared(case: Case) -> Work:
        inputs = torch.tensor(case.sources())
        return torch.inference_mode()(lambda: model.translate(inputs, case.target))

    return prepared


SIDES: Final[Mapping[str, Callable[[], Side]]] = {
    "ours, Transformer": partial(_ours, our_transformer),
    "ours, Transformer, untraced": partial(_ours, our_transformer, traced=False),
    "ours, Transformer, two at once": partial(_ours, our_transformer, at_once=2),
    "ours, Transformer, 2 threads": partial(_ours, our_transformer, threads=2),
    **{f"ours, Transformer, no {name}": partial(_ours, our_transformer, without=name) for name in WITHOUT},
    "ours, GRU": partial(_ours, our_gru),
    "ours, GRU, no packing": partial(_ours, our_gru, without="packing"),
    "ours, GRU, untraced": partial(_ours, our_gru, traced=False),
    "Marian, 1 thread": _marian,
    "Marian, 2 threads": partial(_marian, threads=2),
    "CTranslate2 float32, 1 thread": partial(_ctranslate2, "float32", 1),
    "CTranslate2 float32, 2 threads": partial(_ctranslate2, "float32", 2),
    "CTranslate2 int8, 1 thread": partial(_ctranslate2, "int8", 1),
    "CTranslate2 int8, 2 threads": partial(_ctranslate2, "int8", 2),
    "textbook GRU, 1 thread": _textbook,
    "textbook GRU, 2 threads": partial(_textbook, threads=2),
}
GREEDY_ONLY: Final = ("textbook GRU, 1 thread", "textbook GRU, 2 threads")


def runs(side: str, case: Case) -> bool:
    """Whether a side can decode the case."""
    return case.beam == 1 or side not in GREEDY_ONLY


def chosen(wanted: Sequence[str]) -> list[str]:
    """The sides whose names begin with one of the given words; all for none."""
    return [name for name in SIDES if not wanted or any(name.startswith(each) for each in wanted)]
