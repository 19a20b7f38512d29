"""What a model's settings make it: its name in the literature, year, paper and central equation.

Reads the object `model` of a checkpoint's config.json; standard library only, so that a page can tell without loading
a model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Architecture:
    """A model of the literature."""

    key: str  # names the idea; pages have words for each
    name: str
    year: int
    paper: str
    equation: str  # LaTeX


_SUTSKEVER: Final = Architecture(
    "sutskever",
    "Encoder-decoder without attention",
    2014,
    "Sutskever, Vinyals and Le 2014: Sequence to Sequence Learning with Neural Networks",
    r"s_0 = h_S, \qquad s_t = \mathrm{RNN}(E y_{t-1},\, s_{t-1}), \qquad p(y_t) = \mathrm{softmax}(W s_t)",
)
_CHO: Final = Architecture(
    "cho",
    "Encoder-decoder, c at every step",
    2014,
    "Cho et al. 2014: Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation",
    r"c = \tanh(V h_S), \qquad s_t = \mathrm{RNN}([E y_{t-1};\, c],\, s_{t-1}), \qquad "
    r"p(y_t) = \mathrm{softmax}(G\,\mathrm{maxout}[s_t;\, E y_{t-1};\, c])",
)
_BAHDANAU: Final = Architecture(
    "bahdanau",
    "Attention with the previous state",
    2015,
    "Bahdanau, Cho and Bengio 2015: Neural Machine Translation by Jointly Learning to Align and Translate",
    r"e_{tj} = \mathrm{score}(s_{t-1}, h_j), \qquad a_t = \mathrm{softmax}(e_t), \qquad "
    r"c_t = \sum_j a_{tj} h_j, \qquad s_t = \mathrm{RNN}([E y_{t-1};\, c_t],\, s_{t-1})",
)
_LUONG: Final = Architecture(
    "luong",
    "Attention with the current state",
    2015,
    "Luong, Pham and Manning 2015: Effective Approaches to Attention-based Neural Machine Translation",
    r"a_t = \mathrm{softmax}_j(\mathrm{score}(s_t, h_j)), \qquad c_t = \sum_j a_{tj} h_j, \qquad "
    r"\tilde h_t = \tanh(W_c [c_t;\, s_t])",
)
_LANGUAGE_MODEL: Final = Architecture(
    "language-model",
    "Language model without a source",
    2010,
    "Mikolov et al. 2010: Recurrent Neural Network Based Language Model",
    r"p(y) = \prod_t p(y_t \mid y_{<t}), \qquad s_t = \mathrm{RNN}(E y_{t-1},\, s_{t-1})",
)
_PICTURE: Final = Architecture(
    "picture",
    "Picture encoder with attention over patches",
    2015,
    "Xu et al. 2015: Show, Attend and Tell: Neural Image Caption Generation with Visual Attention",
    r"h_j = \mathrm{CNN}(\mathrm{picture})_j, \qquad a_t = \mathrm{softmax}_j(\mathrm{score}(s_{t-1}, h_j)), \qquad "
    r"c_t = \sum_j a_{tj} h_j",
)
_POINTER_GENERATOR: Final = Architecture(
    "pointer-generator",
    "Pointer-generator",
    2017,
    "See, Liu and Manning 2017: Get To The Point: Summarization with Pointer-Generator Networks",
    r"P(w) = p_{\mathrm{gen}} P_{\mathrm{vocab}}(w) + (1 - p_{\mathrm{gen}}) \sum_{i : w_i = w} a_{ti}",
)
_POINTER: Final = Architecture(
    "pointer",
    "Pointer network",
    2015,
    "Vinyals, Fortunato and Jaitly 2015: Pointer Networks",
    r"u_{tj} = v^\top \tanh(W_1 h_j + W_2 s_t), \qquad p(y_t = j) = \mathrm{softmax}(u_t)_j",
)
_CONVOLUTIONAL: Final = Architecture(
    "convolutional",
    "Convolutional encoder-decoder",
    2017,
    "Gehring et al. 2017: Convolutional Sequence to Sequence Learning",
    r"h^l = \left(A h^{l-1}\right) \otimes \sigma\!\left(B h^{l-1}\right) + h^{l-1}, \qquad "
    r"a^l_{tj} = \mathrm{softmax}_j(d^l_t \cdot z_j), \qquad c^l_t = \sum_j a^l_{tj} (z_j + e_j)",
)
_TRANSFORMER: Final = Architecture(
    "transformer",
    "Transformer",
    2017,
    "Vaswani et al. 2017: Attention Is All You Need",
    r"\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V",
)

_FAMILIES: Final[Mapping[str, Architecture]] = {"convolutional": _CONVOLUTIONAL, "transformer": _TRANSFORMER}
_OUTPUTS: Final[Mapping[str, Architecture]] = {"pointer-generator": _POINTER_GENERATOR, "pointer": _POINTER}
_DECODERS: Final[Mapping[str, Architecture]] = {
    "sutskever": _SUTSKEVER,
    "cho": _CHO,
    "bahdanau": _BAHDANAU,
    "luong": _LUONG,
}
# Mechanisms with a paper of their own, which then gives the year and the equation of the score.
_MECHANISMS: Final[Mapping[str, tuple[int, str, str]]] = {
    "location-aware": (
        2015,
        "Chorowski et al. 2015: Attention-Based Models for Speech Recognition",
        r"f_t = F * a_{t-1}, \qquad e_{tj} = w^\top \tanh(W s_{t-1} + V h_j + U f_{tj} + b)",
    ),
    "monotonic": (
        2017,
        "Raffel et al. 2017: Online and Linear-Time Attention by Enforcing Monotonic Alignments",
        r"p_{tj} = \sigma(e_{tj}), \qquad "
        r"a_{tj} = p_{tj}\left((1 - p_{t,j-1})\frac{a_{t,j-1}}{p_{t,j-1}} + a_{t-1,j}\right)",
    ),
    "local-p": (
        2015,
        "Luong, Pham and Manning 2015: Effective Approaches to Attention-based Neural Machine Translation",
        r"p_t = S \cdot \sigma(v_p^\top \tanh(W_p s_t)), \qquad "
        r"a_{tj} = \mathrm{align}(s_t, h_j) \exp\!\left(-\frac{(j - p_t)^2}{2 \sigma^2}\right)",
    ),
}


def describe(model: Mapping[str, object]) -> Architecture:
    """The architecture of a model by its settings; unknown families are named as they are, without a paper."""
    family = str(model.get("family", ""))
    if family in _FAMILIES:
        return _FAMILIES[family]
    if family != "recurrent":
        return Architecture("unknown", family or "unknown", 0, "", "")
    found = _recurrent(model)
    attention, cell = str(model.get("attention", "additive")), str(model.get("cell", "gru")).upper()
    if found.key in ("bahdanau", "luong", "picture") and attention in _MECHANISMS:
        year, paper, equation = _MECHANISMS[attention]
        found = replace(found, year=year, paper=paper, equation=equation)
    looks = attention != "none" and found.key in ("bahdanau", "luong", "pointer-generator", "picture")
    return replace(found, name=f"{found.name} ({cell}, {attention})" if looks else f"{found.name} ({cell})")


def _recurrent(model: Mapping[str, object]) -> Architecture:
    if model.get("encoder") == "none":
        return _LANGUAGE_MODEL
    output = str(model.get("output", "tied"))
    if output in _OUTPUTS:
        return _OUTPUTS[output]
    decoder = _DECODERS.get(str(model.get("decoder", "bahdanau")), _BAHDANAU)
    pictures = model.get("encoder") in ("patches", "flat")
    return _PICTURE if pictures and decoder in (_BAHDANAU, _LUONG) else decoder
