"""A checkpoint comes back as it was saved, or is refused with the reason."""

import json
from pathlib import Path

import pytest
import torch

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from seq2seq_core.errors import CheckpointError
from seq2seq_core.files import recover_folder, write_file
from seq2seq_core.models import RecurrentConfig, RecurrentSeq2Seq
from seq2seq_core.tokenizer import Tokenizer

TOKENIZER = Tokenizer.train(["a cat", "a dog"] * 5, vocabulary_size=290)


def tiny_checkpoint() -> Checkpoint:
    torch.manual_seed(0)
    config = RecurrentConfig(
        source_vocabulary=len(TOKENIZER),
        target_vocabulary=len(TOKENIZER),
        embedding_size=4,
        encoder_size=3,
        decoder_size=5,
        attention_size=2,
    )
    card = {"title": "Tiny", "attribution": "made up"}
    return Checkpoint(RecurrentSeq2Seq(config), TOKENIZER, TOKENIZER, {"seed": 1}, {"BLEU": 1.5}, card)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_checkpoint(tmp_path / "model", tiny_checkpoint())
    return tmp_path / "model"


def edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_saved_model_comes_back_whole(folder: Path) -> None:
    saved, loaded = tiny_checkpoint(), load_checkpoint(folder)
    for name, tensor in saved.model.state_dict().items():
        assert torch.equal(loaded.model.state_dict()[name], tensor), name
    assert not loaded.model.training
    assert loaded.source_tokenizer.encode("a cat") == TOKENIZER.encode("a cat")
    assert (loaded.training, loaded.metrics, loaded.card["title"]) == ({"seed": 1}, {"BLEU": 1.5}, "Tiny")


def test_half_precision_on_disk_is_rounded_once(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "half", tiny_checkpoint(), half=True)
    loaded = load_checkpoint(tmp_path / "half").model.state_dict()
    for name, tensor in tiny_checkpoint().model.state_dict().items():
        assert torch.equal(loaded[name], tensor.half().float()), name


def test_saving_again_replaces_the_folder(folder: Path) -> None:
    (folder / "stray").write_text("x")
    save_checkpoint(folder, tiny_checkpoint())
    assert sorted(p.name for p in folder.iterdir()) == [
        "README.md",
        "config.json",
        "model.safetensors",
        "source.model",
        "target.model",
    ]
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


def test_a_crash_between_the_two_renames_is_undone(folder: Path) -> None:
    folder.rename(folder.with_name(".model.old"))
    assert load_checkpoint(folder).card["title"] == "Tiny"
    recover_folder(folder)
    assert folder.exists()


def test_the_card_names_data_scores_and_licence(folder: Path) -> None:
    card = (folder / "README.md").read_text()
    assert "made up" in card
    assert "| BLEU | 1.5 |" in card


@pytest.mark.parametrize("name", ["model.safetensors", "source.model", "target.model"])
def test_a_changed_byte_is_noticed(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match=f"{name} is not the file that was saved"):
        load_checkpoint(folder)


def test_a_truncated_file_is_noticed(folder: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[:-7])
    with pytest.raises(CheckpointError, match="not the file that was saved"):
        load_checkpoint(folder)


def test_a_future_format_is_named(folder: Path) -> None:
    edit_config(folder, format="seq2seq-checkpoint/9")
    with pytest.raises(CheckpointError, match="format must be 'seq2seq-checkpoint/1', got 'seq2seq-checkpoint/9'"):
        load_checkpoint(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"config.json: cannot be read: No such file"):
        load_checkpoint(tmp_path / "none")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
def test_a_config_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"config\.json|format"):
        load_checkpoint(folder)


def test_weights_of_another_model_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    edit_config(folder, model=config["model"] | {"encoder_size": 4})
    with pytest.raises(CheckpointError, match="weights do not fit"):
        load_checkpoint(folder)


@pytest.mark.parametrize("change", [{"encoder_size": "3"}, {"surprise": 1}, {"family": "oracle"}, {"dropout": 2.0}])
def test_foreign_model_settings_are_refused(folder: Path, change: dict[str, object]) -> None:
    config = json.loads((folder / "config.json").read_text())
    edit_config(folder, model=config["model"] | change)
    with pytest.raises(CheckpointError, match=r"setting|family|dropout"):
        load_checkpoint(folder)


def test_a_file_outside_the_folder_is_not_read(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    edit_config(folder, weights=config["weights"] | {"file": "../secret"})
    with pytest.raises(CheckpointError, match="must lie in the folder itself"):
        load_checkpoint(folder)


def test_a_symbolic_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    (folder / "source.model").rename(moved)
    (folder / "source.model").symlink_to(moved)
    with pytest.raises(CheckpointError, match="must lie in the folder itself"):
        load_checkpoint(folder)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")
    with pytest.raises(TypeError):
        write_file(path, "not bytes")  # type: ignore[arg-type]  # the failure is the point
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
