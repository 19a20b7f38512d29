"""A Hugging Face model behind the project's door: folders, text, languages, the command line."""

import json
import socket
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from seq2seq_core.adapters import MODEL_TYPES, HuggingFaceModel
from seq2seq_core.checkpoint import save_checkpoint
from seq2seq_core.decode import main
from seq2seq_core.errors import CheckpointError, InputError, OptionError
from seq2seq_core.options import BeamOptions, Constraints, ExactOptions, GreedyOptions
from seq2seq_core.pipeline import HuggingFacePipeline, Pipeline, open_pipeline
from seq2seq_core.trace import check, from_json, same, to_json
from tests.support.hugging_face_folders import FOLDERS, make_folder
from tests.support.hugging_face_models import HEADS, LAYERS, POSITIONS

MOST: Final = 12
TEXTS: Final = ("The cat sees a dog.", "A café!", "</s> <pad>", "We hear a red house and a small cat")
AWKWARD: Final = ("<script>alert(1)</script>", "👩‍👩‍👧", "שלום", "a\x00b", "\u202eabc", "“it’s”")

kinds = pytest.mark.parametrize("kind", FOLDERS)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hugging_face")
    for kind in FOLDERS:
        make_folder(kind, folder / kind)
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> NoReturn:
        raise AssertionError(f"a folder was opened, and yet a connection was tried: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def library_outputs(folder: Path, texts: Sequence[str], **settings: Any) -> list[str]:
    """What the library itself writes for each text, one at a time."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, local_files_only=True)
    outputs = []
    for text in texts:
        batch = tokenizer([text], return_tensors="pt", return_token_type_ids=False)
        rows = model.generate(**batch, num_beams=1, do_sample=False, max_new_tokens=MOST, **settings)
        outputs += tokenizer.batch_decode(rows, skip_special_tokens=True)
    return [" ".join(text.splitlines()) for text in outputs]


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["decode", *map(str, arguments)])
    return main()


def flags(folder: Path, *more: object) -> list[object]:
    return ["--model", f"hf:{folder}", "--decoder", "greedy", "--max-length", MOST, *more]


@kinds
def test_the_command_line_prints_what_the_library_writes(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    lines = [TEXTS[0], "", *TEXTS[1:], *AWKWARD]
    (tmp_path / "in").write_text("\n".join(lines) + "\n", encoding="utf-8")
    written = [line for line in lines if line]
    expected = iter(library_outputs(shelf / kind, written))
    assert run_main(monkeypatch, *flags(shelf / kind, "--input", tmp_path / "in", "--output", tmp_path / "out")) == 0
    outputs = (tmp_path / "out").read_text(encoding="utf-8").split("\n")
    assert outputs == [next(expected) if line else "" for line in lines] + [""]


@kinds
def test_a_trace_holds_together_and_has_every_head(shelf: Path, kind: str) -> None:
    pipeline = open_pipeline(f"hf:{shelf / kind}")
    trace = pipeline.trace(TEXTS[0], BeamOptions(beam_size=3, max_length=6))
    check(trace)
    assert same(from_json(to_json(trace)), trace)
    assert trace.source_tokens == pipeline.encode(TEXTS[0]).pieces
    heads_ELHS = trace.steps[-1].heads_ELHS
    assert heads_ELHS is not None
    assert heads_ELHS.shape[1:] == (LAYERS, HEADS, len(trace.source_tokens))


@kinds
def test_a_batch_of_texts_gives_what_single_texts_give(shelf: Path, kind: str) -> None:
    pipeline, options = HuggingFacePipeline.load(str(shelf / kind)), BeamOptions(beam_size=3, max_length=8)
    alone = [pipeline.trace(text, options).hypotheses[0].text for text in TEXTS]
    assert pipeline.translate(TEXTS, options, batch_size=3) == alone


@kinds
def test_threads_that_share_a_model_do_not_disturb_each_other(shelf: Path, kind: str) -> None:
    pipeline, options = HuggingFacePipeline.load(str(shelf / kind)), GreedyOptions(max_length=6)
    expected = [to_json(pipeline.trace(text, options)) for text in TEXTS]
    with ThreadPoolExecutor(4) as threads:
        traces = threads.map(lambda text: to_json(pipeline.trace(text, options)), TEXTS * 5)
    assert list(traces) == expected * 5


def test_a_model_is_named_after_its_folder(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shelf / "t5")
    assert HuggingFacePipeline.load(".").name == "t5"


def test_the_folder_of_a_checkpoint_is_opened_as_ever(tiny_pipeline: Pipeline, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    opened = open_pipeline(tmp_path / "model")
    assert isinstance(opened, Pipeline)
    assert opened.translate(["Hello!"], GreedyOptions()) == ["Bonjour !"]


# Text


@kinds
def test_pieces_are_labelled_to_be_read(shelf: Path, kind: str) -> None:
    pieces = open_pipeline(f"hf:{shelf / kind}").encode("We hear the cat.").pieces
    text = "".join(piece for piece in pieces if piece not in ("<s>", "</s>", "eng_Latn"))
    assert text.replace("▁", " ").strip() == "We hear the cat."


@pytest.mark.parametrize("kind", ["t5", "bart", "nllb"])
def test_pieces_know_their_characters_where_the_tokenizer_does(shelf: Path, kind: str) -> None:
    text = "We hear the cat."
    encoding = open_pipeline(f"hf:{shelf / kind}").encode(text)
    for piece, (begin, end) in zip(encoding.pieces, encoding.spans, strict=True):
        letters = piece.strip("▁")
        assert (begin, end) == (0, 0) or not letters or text[begin:end].strip() == letters


def test_a_character_in_parts_keeps_its_parts_apart(shelf: Path) -> None:
    pieces = open_pipeline(f"hf:{shelf / 'bart'}").encode("👩").pieces
    assert len(set(pieces)) == len(pieces)


def test_a_token_that_the_tokenizer_lacks_is_shown_by_its_number(shelf: Path) -> None:
    model = HuggingFaceModel.open(str(shelf / "t5"))
    lacking = len(model.tokenizer)
    assert model.label(lacking) == f"<{lacking}>"
    assert model.detokenize([lacking]) == ""


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_text_of_blanks_has_nothing_to_decode(shelf: Path, text: str) -> None:
    pipeline = open_pipeline(f"hf:{shelf / 'marian'}")
    with pytest.raises(InputError, match="at least one character that is no blank"):
        pipeline.trace(text, GreedyOptions())
    assert pipeline.translate([text], GreedyOptions()) == [""]


def test_a_text_beyond_the_models_positions_is_refused_with_both_numbers(shelf: Path) -> None:
    pipeline = open_pipeline(f"hf:{shelf / 'bart'}")
    tokens = len(pipeline.encode("W " * 10).ids) + 40
    with pytest.raises(InputError, match=f"the source must have at most {POSITIONS} tokens, got {tokens}"):
        pipeline.encode("W " * 30)


def test_half_a_character_is_no_text(shelf: Path) -> None:
    with pytest.raises(InputError, match="valid Unicode, got the lone surrogate U\\+D800"):
        open_pipeline(f"hf:{shelf / 't5'}").encode("a\ud800")


def test_marian_with_two_vocabularies_labels_each_side_from_its_own(shelf: Path, tmp_path: Path) -> None:
    vocabulary = json.loads((shelf / "marian" / "vocab.json").read_text(encoding="utf-8"))
    turned = dict(zip(vocabulary, [0, 1, *reversed(range(2, len(vocabulary) - 1)), len(vocabulary) - 1], strict=True))
    (tmp_path / "target.json").write_text(json.dumps(turned), encoding="utf-8")
    tokenizer = transformers.MarianTokenizer(
        source_spm=str(shelf / "marian" / "source.spm"),
        target_spm=str(shelf / "marian" / "target.spm"),
        vocab=str(shelf / "marian" / "vocab.json"),
        target_vocab_file=str(tmp_path / "target.json"),
        separate_vocabs=True,
    )
    whole = HuggingFaceModel.open(str(shelf / "marian"))
    model = HuggingFaceModel(whole.model, tokenizer, whole.rules, "two")
    assert "▁cat" in model.encode("We hear the cat.").labels
    assert model.label(turned["▁cat"]) == "▁cat"


# Languages


def test_the_target_language_is_written_first_and_the_source_language_read_first(shelf: Path) -> None:
    folder = shelf / "nllb"
    pipeline = HuggingFacePipeline.load(str(folder), source_language="deu_Latn", target_language="fra_Latn")
    french = transformers.AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids("fra_Latn")
    assert pipeline.encode(TEXTS[0]).pieces[0] == "deu_Latn"
    (best,) = pipeline.hypotheses([TEXTS[0]], GreedyOptions(max_length=MOST))[0]
    assert best.tokens[0] == french
    english = HuggingFacePipeline.load(str(folder), target_language="fra_Latn")
    expected = library_outputs(folder, TEXTS, forced_bos_token_id=french)
    assert english.translate(TEXTS, GreedyOptions(max_length=MOST)) == expected


@pytest.mark.parametrize(
    ("kind", "code", "complaint"),
    [("nllb", "fr", "must be a language of the model.*got 'fr'"), ("marian", "fra", "goes with a model of many")],
)
@pytest.mark.parametrize("setting", ["source_language", "target_language"])
def test_a_language_that_a_model_does_not_know_is_refused(
    shelf: Path, kind: str, code: str, complaint: str, setting: str
) -> None:
    with pytest.raises(OptionError, match=f"{setting} {complaint}"):
        HuggingFacePipeline.load(str(shelf / kind), **{setting: code})


def test_a_checkpoint_of_this_project_has_no_languages() -> None:
    with pytest.raises(OptionError, match="a language goes with a model that begins with 'hf:', got 'fra_Latn'"):
        open_pipeline("anywhere", target_language="fra_Latn")


# What cannot be opened


def test_a_missing_library_is_named_with_what_to_install(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert run_main(monkeypatch, *flags(shelf / "t5")) == 2
    assert capsys.readouterr().err == (
        f"error: the model '{shelf / 't5'}' needs the package transformers, which is not installed: "
        "pip install 'seq2seq-lab[hf]'\n"
    )


@pytest.mark.parametrize("name", ["./nowhere", "/no/where", "a/b/c", ""])
def test_a_folder_that_is_not_there_is_looked_for_nowhere_else(name: str) -> None:
    with pytest.raises(CheckpointError, match="no such folder, and not a name of the hub"):
        open_pipeline(f"hf:{name}")


def copied(source: Path, folder: Path) -> Path:
    folder.mkdir()
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_pickled_weights_are_not_read(shelf: Path, tmp_path: Path) -> None:
    folder = copied(shelf / "t5", tmp_path / "pickled")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"pickled: cannot be opened: .*safetensors"):
        open_pipeline(f"hf:{folder}")


def test_weights_with_a_gap_are_refused_rather_than_filled_at_random(shelf: Path, tmp_path: Path) -> None:
    folder = copied(shelf / "bart", tmp_path / "gap")
    weights = load_file(folder / "model.safetensors")
    del weights["model.decoder.layers.0.fc1.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"gap: the weights must be complete, got none for .*layers\.0\.fc1"):
        open_pipeline(f"hf:{folder}")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]"])
def test_a_damaged_folder_is_named(shelf: Path, tmp_path: Path, damage: bytes) -> None:
    for file in ("config.json", "model.safetensors"):
        folder = copied(shelf / "t5", tmp_path / file)
        (folder / file).write_bytes(damage)
        with pytest.raises(CheckpointError, match=f"{file}: cannot be opened"):
            open_pipeline(f"hf:{folder}")


def test_a_model_of_another_kind_is_refused_with_the_kinds_there_are(shelf: Path, tmp_path: Path) -> None:
    folder = copied(shelf / "t5", tmp_path / "other")
    (folder / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(CheckpointError, match=f"model_type must be one of {', '.join(MODEL_TYPES)}, got 'gpt2'"):
        open_pipeline(f"hf:{folder}")


def test_a_device_that_is_not_there_is_named(shelf: Path) -> None:
    with pytest.raises(OptionError, match="device must be one that PyTorch can use here, got 'nonsense'"):
        open_pipeline(f"hf:{shelf / 't5'}", "nonsense")


def test_sequences_that_the_model_forbids_are_forbidden_to_every_search(shelf: Path, tmp_path: Path) -> None:
    folder = copied(shelf / "t5", tmp_path / "forbidding")
    (first,) = open_pipeline(f"hf:{folder}").hypotheses([TEXTS[0]], GreedyOptions(max_length=MOST))[0]
    settings = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps({**settings, "bad_words_ids": [list(first.tokens[:2])]}))
    expected = library_outputs(folder, TEXTS)
    assert open_pipeline(f"hf:{folder}").translate(TEXTS, GreedyOptions(max_length=MOST)) == expected
    assert expected[0] != first.text


@kinds
def test_required_words_are_written_as_the_tokenizer_writes_them(shelf: Path, kind: str) -> None:
    pipeline = HuggingFacePipeline.load(str(shelf / kind))
    tokens = pipeline.written("small")
    assert pipeline.model.detokenize(tokens).strip() == "small"
    size = len(tokens) + 2
    constraints = Constraints(required=(tokens,))
    for options in (
        BeamOptions(beam_size=size, max_length=MOST, constraints=constraints),
        ExactOptions(beam_size=size, max_length=MOST, max_nodes=30, constraints=constraints),
    ):
        trace = pipeline.trace(TEXTS[0], options)
        check(trace)
        assert trace.hypotheses
        assert all("small" in each.text for each in trace.hypotheses)
    with pytest.raises(InputError, match="required words must be some that the model can write, got ''"):
        pipeline.written("")
