"""What a model is called follows from its settings."""

import pytest

from seq2seq_core.architecture import describe


@pytest.mark.parametrize(
    ("model", "key", "year", "author"),
    [
        ({"family": "transformer"}, "transformer", 2017, "Vaswani"),
        ({"family": "convolutional"}, "convolutional", 2017, "Gehring"),
        ({"family": "recurrent"}, "bahdanau", 2015, "Bahdanau"),  # a file of before there were other decoders
        ({"family": "recurrent", "decoder": "sutskever", "attention": "none"}, "sutskever", 2014, "Sutskever"),
        ({"family": "recurrent", "decoder": "cho", "attention": "none"}, "cho", 2014, "Cho"),
        ({"family": "recurrent", "decoder": "luong", "attention": "general"}, "luong", 2015, "Luong"),
        ({"family": "recurrent", "attention": "location-aware"}, "bahdanau", 2015, "Chorowski"),
        ({"family": "recurrent", "attention": "monotonic"}, "bahdanau", 2017, "Raffel"),
        ({"family": "recurrent", "output": "pointer-generator"}, "pointer-generator", 2017, "See"),
        ({"family": "recurrent", "output": "pointer", "decoder": "sutskever"}, "pointer", 2015, "Vinyals"),
        ({"family": "recurrent", "encoder": "patches"}, "picture", 2015, "Xu"),
        ({"family": "recurrent", "encoder": "none", "decoder": "sutskever"}, "language-model", 2010, "Mikolov"),
    ],
)
def test_settings_name_their_paper(model: dict[str, object], key: str, year: int, author: str) -> None:
    found = describe(model)
    assert (found.key, found.year) == (key, year)
    assert found.paper.startswith(author)
    assert found.equation


def test_the_name_tells_cell_and_mechanism() -> None:
    model = {"family": "recurrent", "decoder": "luong", "attention": "local-p", "cell": "lstm"}
    assert describe(model).name == "Attention with the current state (LSTM, local-p)"


def test_an_unknown_family_is_named_as_it_is() -> None:
    assert describe({"family": "oracle"}).name == "oracle"
