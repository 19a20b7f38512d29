"""The forms that the bench puts our weights in compute the same function."""

from pathlib import Path
from typing import Final

import pytest
import torch

from seq2seq_core.models import TransformerSeq2Seq
from seq2seq_core.models.transformer_config import Norm, TransformerConfig
from tests.bench.peers import PegasusForm, check_form, names, write_ctranslate2
from tests.support.hugging_face_models import batched

SOURCES: Final = ((5, 6, 7, 8), (9, 4), (4, 4, 10, 6, 5, 11))
TARGETS: Final = ((2, 5, 9, 4), (2, 7, 7, 6), (2, 4, 10, 8))  # with the start token


def random_model(norm: Norm = Norm.PRE) -> TransformerSeq2Seq:
    torch.manual_seed(1)
    config = TransformerConfig(
        source_vocabulary=12, target_vocabulary=11, size=16, heads=2, encoder_layers=2, decoder_layers=1,
        feed_forward_size=24, norm=norm, source_cap=20, target_cap=20,
    )  # fmt: skip
    model = TransformerSeq2Seq(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))  # biases and norms too
    return model


def own_log_probs(model: TransformerSeq2Seq) -> torch.Tensor:
    stepper = model.open(SOURCES)
    state, rows = stepper.start(), []
    for tokens in torch.tensor(TARGETS).T:
        answer = stepper.step(tokens, state)
        state = answer.state
        rows.append(answer.log_probs_RV)
    return torch.stack(rows, dim=1)


@torch.inference_mode()
def test_pegasus_gives_every_log_probability() -> None:
    model = random_model()
    form = PegasusForm.of(model)
    batch = batched(form.model, SOURCES)
    found = form.model(
        input_ids=batch.input_ids,
        attention_mask=batch.attention_mask,
        decoder_input_ids=torch.tensor(TARGETS) + form.shift,
    ).logits.log_softmax(-1)
    assert found[..., : form.shift].exp().max() == 0
    torch.testing.assert_close(found[..., form.shift :], own_log_probs(model), atol=1e-5, rtol=0)


@torch.inference_mode()
def test_ctranslate2_gives_every_log_probability(tmp_path: Path) -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    model = random_model()
    write_ctranslate2(model, tmp_path / "model")
    translator = ctranslate2.Translator(str(tmp_path / "model"), compute_type="float32")
    words = names(12)
    found = translator.score_batch(
        [[words[token] for token in source] for source in SOURCES],
        [[words[token] for token in target[1:]] for target in TARGETS],
    )
    log_probs_BTV = own_log_probs(model)
    for at, (target, scored) in enumerate(zip(TARGETS, found, strict=True)):
        following = [*target[1:], 3]
        expected = [float(log_probs_BTV[at, place, token]) for place, token in enumerate(following)]
        assert scored.log_probs == pytest.approx(expected, abs=1e-3)


def test_a_model_that_normalises_afterwards_is_refused() -> None:
    with pytest.raises(SystemExit, match="the bench maps pre-norm models with sinusoids, got post"):
        check_form(random_model(Norm.POST))
