"""What the architectures are called, and the idea of each in a sentence or two, by their key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureWords:
    """Both by the key of an architecture."""

    names: Mapping[str, str]
    ideas: Mapping[str, str]


ENGLISH: Final = ArchitectureWords(
    names={
        "sutskever": "Encoder-decoder without attention",
        "cho": "Encoder-decoder, c at every step",
        "bahdanau": "Attention with the previous state",
        "luong": "Attention with the current state",
        "language-model": "Language model without a source",
        "picture": "Picture encoder with attention over patches",
        "pointer-generator": "Pointer-generator",
        "pointer": "Pointer network",
        "convolutional": "Convolutional encoder-decoder",
        "transformer": "Transformer",
        "table": "Probabilities by hand",
    },
    ideas={
        "sutskever": (
            "One network reads the whole source into one vector of fixed size; another starts from that vector and "
            "writes. Whatever the vector does not hold is lost, which long sources show."
        ),
        "cho": (
            "The whole source becomes one vector c, and the decoder gets c again at every step, so that it need not "
            "remember it. The vector is still of fixed size."
        ),
        "bahdanau": (
            "Before each step the decoder compares its previous state with every source position and mixes their "
            "states by how well they fit: no single vector has to hold the whole source."
        ),
        "luong": (
            "The decoder steps first; its current state is then compared with every source position, and the mixture "
            "of them joins the state to predict the next token."
        ),
        "language-model": (
            "There is no source: each token is predicted from the tokens before it, and text is drawn token by token."
        ),
        "picture": (
            "A small network turns each patch of a picture into a state; the decoder looks at the patches as it would "
            "look at words."
        ),
        "pointer-generator": (
            "At each step the model mixes two ways to go on, writing a word of its vocabulary or copying a word of "
            "the source; so it can write names that it has never seen."
        ),
        "pointer": "The attention is the answer: each output is a position of the source, not a word.",
        "convolutional": (
            "Layers of convolutions with gates replace recurrence: all positions are computed at once, and every "
            "layer of the decoder attends to the source."
        ),
        "transformer": (
            "Attention alone: each position looks at all others in its own sentence and, in the decoder, at the "
            "source; several heads look for different things."
        ),
        "table": (
            "No network: the probability of every next token is printed in a table that you can read, check by hand "
            "and change. What a search does with it is what it does with any model."
        ),
    },
)

CHINESE: Final = ArchitectureWords(
    names={
        "sutskever": "无注意力的编码器-解码器",
        "cho": "每一步都输入 c 的编码器-解码器",
        "bahdanau": "用前一状态计算注意力",
        "luong": "用当前状态计算注意力",
        "language-model": "没有源端的语言模型",
        "picture": "图片编码器，对图块的注意力",
        "pointer-generator": "指针生成网络",
        "pointer": "指针网络",
        "convolutional": "卷积编码器-解码器",
        "transformer": "Transformer 模型",
        "table": "手写的概率",
    },
    ideas={
        "sutskever": (
            "一个网络把整个源序列读成一个固定大小的向量，另一个网络从这个向量出发写出结果。"
            "向量装不下的内容就丢失了，长输入可以看出这一点。"
        ),
        "cho": "整个源序列变成一个向量 c，解码器每一步都再次得到 c，因此不必自己记住它。但向量的大小仍然是固定的。",
        "bahdanau": (
            "每一步之前，解码器用前一状态与源端的每个位置比较，按匹配程度把它们的状态加权混合："
            "不再需要一个向量装下整个源序列。"
        ),
        "luong": "解码器先走一步，再用当前状态与源端的每个位置比较；加权混合的结果与当前状态一起预测下一个词元。",
        "language-model": "没有源端：每个词元由它前面的词元预测，文字逐个词元地抽样得到。",
        "picture": "一个小网络把图片的每个图块变成一个状态，解码器像看单词一样看这些图块。",
        "pointer-generator": (
            "每一步，模型把两种方式混合：写出词表中的词，或复制源端的词；因此它能写出从未见过的人名。"
        ),
        "pointer": "注意力本身就是答案：每个输出是源端的一个位置，而不是一个词。",
        "convolutional": "用带门控的卷积层代替循环：所有位置同时计算，解码器的每一层都对源端做注意力。",
        "transformer": "只用注意力：每个位置查看同一句中的所有其他位置，解码器还查看源端；多个头关注不同的内容。",
        "table": (
            "没有神经网络：每个下一词元的概率都写在一张表里，可以阅读、手算和修改。"
            "搜索对它做的，与对任何模型做的一样。"
        ),
    },
)
