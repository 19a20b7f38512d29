"""A checkpoint comes back as it was saved, or is refused with the reason."""

import copy
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from seq2seq_core.card import model_card
from seq2seq_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from seq2seq_core.errors import CheckpointError
from seq2seq_core.files import recover_folder
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


def test_a_bar_in_a_value_does_not_break_the_cards_table() -> None:
    config = {"card": {}, "training": {}, "model": asdict(tiny_checkpoint().model.config)}
    card = model_card({**config, "metrics": {"signature": "nrefs:1|case:mixed"}}, parameters=1)
    assert "| signature | nrefs:1\\|case:mixed |" in card


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


def edit_weights(folder: Path, **changes: Tensor | None) -> None:
    """Change tensors of a folder (None takes one away) and let the config vouch for the result."""
    tensors: dict[str, Tensor | None] = {**load_tensors((folder / "model.safetensors").read_bytes()), **changes}
    content = save_tensors({name: tensor for name, tensor in tensors.items() if tensor is not None})
    (folder / "model.safetensors").write_bytes(content)
    edit_config(folder, weights={"file": "model.safetensors", "sha256": hashlib.sha256(content).hexdigest()})


@pytest.mark.parametrize(
    ("bias", "message"),
    [
        (torch.full((len(TOKENIZER),), torch.nan), "weights must be finite numbers, which output.bias does not hold"),
        (torch.full((len(TOKENIZER),), torch.inf), "weights must be finite"),
        (torch.zeros(len(TOKENIZER), dtype=torch.int64), "weights must be float16 or float32, got torch.int64"),
        (torch.zeros(3), "weights do not fit the model"),
        (None, "weights do not fit the model"),
    ],
)
def test_weights_that_no_training_gives_are_refused(folder: Path, bias: Tensor | None, message: str) -> None:
    edit_weights(folder, **{"output.bias": bias})
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["stray", "output_bias"])  # the second is an old name of output.bias
def test_a_tensor_too_many_is_refused(folder: Path, name: str) -> None:
    edit_weights(folder, **{name: torch.zeros(len(TOKENIZER))})
    with pytest.raises(CheckpointError, match="weights do not fit the model"):
        load_checkpoint(folder)


def test_weights_saved_under_an_old_name_are_those_of_the_new_one(folder: Path) -> None:
    bias = torch.arange(len(TOKENIZER), dtype=torch.float32)
    edit_weights(folder, **{"output.bias": None, "output_bias": bias})
    assert torch.equal(load_checkpoint(folder).model.get_parameter("output.bias"), bias)


def test_a_setting_that_an_old_config_lacks_has_its_default(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    needed = ("family", "source_vocabulary", "target_vocabulary")
    sizes = ("embedding_size", "encoder_size", "decoder_size", "attention_size")  # not the default's
    edit_config(folder, model={name: config["model"][name] for name in (*needed, *sizes)})
    assert load_checkpoint(folder).model.config == tiny_checkpoint().model.config


def test_vocabularies_have_no_default(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    edit_config(folder, model={name: config["model"][name] for name in ("family", "source_vocabulary")})
    with pytest.raises(CheckpointError, match=r"the model must have the settings .*target_vocabulary"):
        load_checkpoint(folder)


def test_a_file_that_is_no_safetensors_is_refused(folder: Path) -> None:
    content = (1 << 60).to_bytes(8, "little") + b"{}"  # a header that claims to be endless
    (folder / "model.safetensors").write_bytes(content)
    edit_config(folder, weights={"file": "model.safetensors", "sha256": hashlib.sha256(content).hexdigest()})
    with pytest.raises(CheckpointError, match="weights do not fit the model"):
        load_checkpoint(folder)


@pytest.mark.parametrize("size", [10**9, 10**30])
@pytest.mark.parametrize("name", ["embedding_size", "decoder_size", "attention_size", "source_vocabulary"])
def test_a_declared_size_beyond_the_file_asks_for_no_memory(folder: Path, name: str, size: int) -> None:
    config = json.loads((folder / "config.json").read_text())
    edit_config(folder, model=config["model"] | {name: size})
    with pytest.raises(CheckpointError, match=f"{name} must be from"):
        load_checkpoint(folder)
    edit_config(folder, model=config["model"] | {"embedding_size": 1 << 16, "decoder_size": 1 << 16})
    with pytest.raises(CheckpointError, match="weights do not fit the model"):
        load_checkpoint(folder)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every value inside nested objects, objects included."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from leaves(entry, (*path, name))


@pytest.mark.parametrize("wrong", [None, True, -1, 0.5, "", "a\x00b", "..", [], {}, [[1]], {"a": None}])
def test_a_wrong_value_anywhere_in_the_config_is_a_checkpoint_error_or_harmless(folder: Path, wrong: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    for path in leaves(config):
        changed = copy.deepcopy(config)
        place = changed
        for name in path[:-1]:
            place = place[name]
        if place[path[-1]] is wrong:  # a switch that is on
            continue
        place[path[-1]] = wrong
        (folder / "config.json").write_text(json.dumps(changed))
        try:
            load_checkpoint(folder)
        except CheckpointError:
            continue
        assert path[0] in ("training", "metrics", "card") or path in (("model", "dropout"), ("model", "source_cap"))


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"format": NaN}', b"1" * 5000, b"\xff\xfe{"])
def test_a_hostile_config_is_refused(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"config\.json is not valid JSON"):
        load_checkpoint(folder)


def test_a_pipe_in_place_of_a_file_does_not_wait_for_ever(folder: Path) -> None:
    (folder / "source.model").unlink()
    os.mkfifo(folder / "source.model")
    with pytest.raises(CheckpointError, match=r"source\.model: must be a regular file"):
        load_checkpoint(folder)


def test_a_weight_beyond_half_precision_keeps_all_in_full_precision(tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint()
    with torch.no_grad():
        checkpoint.model.get_parameter("output.bias")[7] = 1e5
    save_checkpoint(tmp_path / "half", checkpoint, half=True)
    loaded = load_checkpoint(tmp_path / "half").model.state_dict()
    for name, tensor in checkpoint.model.state_dict().items():
        assert torch.equal(loaded[name], tensor), name


def test_a_whole_number_serves_as_a_rate(tmp_path: Path) -> None:
    config = replace(tiny_checkpoint().model.config, dropout=0)
    save_checkpoint(tmp_path / "model", replace(tiny_checkpoint(), model=RecurrentSeq2Seq(config)))
    assert load_checkpoint(tmp_path / "model").model.config.dropout == 0


def test_the_current_folder_can_be_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert load_checkpoint(Path()).card["title"] == "Tiny"


def test_loading_leaves_the_random_state_alone(folder: Path) -> None:
    before = torch.get_rng_state()
    load_checkpoint(folder)
    assert torch.equal(torch.get_rng_state(), before)
