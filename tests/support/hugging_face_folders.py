"""Folders as the hub has them: a tiny random model with a tokenizer that is learnt here; nothing is fetched.

    marian    two SentencePiece files and a list of the vocabulary
    t5        a SentencePiece file alone
    bart      pieces of bytes
    nllb      pieces of characters, and a token for every language
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import sentencepiece
import tokenizers
import transformers

from tests.support.hugging_face_models import tiny_model

LINES: Final = ("The cat sees a dog.", "A small café is open.", "We hear the cat.", "I like the red house!") * 10


def _sentencepiece(path: Path, **settings: Any) -> sentencepiece.SentencePieceProcessor:
    with path.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(LINES),
            model_writer=file,
            vocab_size=60,
            hard_vocab_limit=False,
            num_threads=1,
            minloglevel=2,
            **settings,
        )
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def _marian(folder: Path) -> Any:
    """Separate files for the source and the target, one vocabulary, `<pad>` last."""
    processors = [_sentencepiece(folder / f"{side}.spm") for side in ("source", "target")]
    learnt = {each.id_to_piece(i) for each in processors for i in range(each.get_piece_size())}
    pieces = ["</s>", "<unk>", *sorted(learnt - {"</s>", "<unk>", "<s>"}), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}), encoding="utf-8")
    files = {"source_spm": "source.spm", "target_spm": "target.spm", "vocab": "vocab.json"}
    tokenizer = transformers.MarianTokenizer(**{name: str(folder / file) for name, file in files.items()})
    tokenizer.save_pretrained(folder)
    pad = len(pieces) - 1
    model = tiny_model("marian", vocab_size=len(pieces), pad_token_id=pad, decoder_start_token_id=pad)
    model.generation_config.bad_words_ids = [[pad]]
    return model


def _t5(folder: Path) -> Any:
    processor = _sentencepiece(folder / "spiece.model", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer", "extra_ids": 0}')
    return tiny_model("t5", vocab_size=processor.get_piece_size() + 5)  # as T5's, a few more than there are tokens


def _bart(folder: Path) -> Any:
    learner = tokenizers.ByteLevelBPETokenizer()
    learner.train_from_iterator(
        LINES, vocab_size=320, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], show_progress=False
    )
    learnt = json.loads(learner.to_str())["model"]
    tokenizer = transformers.BartTokenizer(vocab=learnt["vocab"], merges=[tuple(pair) for pair in learnt["merges"]])
    tokenizer.save_pretrained(folder)
    return tiny_model("bart", vocab_size=len(tokenizer))


def _nllb(folder: Path) -> Any:
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *sorted({"\u2581", *"".join(LINES)} - {" "})]
    tokenizer = transformers.NllbTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}, merges=[])
    tokenizer.save_pretrained(folder)
    model = tiny_model("nllb", vocab_size=len(tokenizer))
    model.generation_config.forced_bos_token_id = None  # NLLB leaves it to whoever translates
    return model


FOLDERS: Final[dict[str, Callable[[Path], Any]]] = {"marian": _marian, "t5": _t5, "bart": _bart, "nllb": _nllb}


def make_folder(kind: str, folder: Path) -> Path:
    """Save a tiny model of this kind with its tokenizer."""
    folder.mkdir(parents=True)
    FOLDERS[kind](folder).save_pretrained(folder)
    return folder
