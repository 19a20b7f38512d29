"""The words of the page about attention, around the figures: English and 简体中文."""

from typing import Final

from .attention_section_words import HeatmapSectionWords, SelfAttentionSectionWords

HEATMAP_ENGLISH: Final = HeatmapSectionWords(
    title="Attention",
    explain="Where the model looked in the source while it wrote each token.",
    how_to=(
        "Each row is a written token and shares out its attention: bright cells got most. "
        "The bars below say what each source piece received in total."
    ),
    choice="Shown",
    sharpest="{head} (lowest entropy)",
    all_heads="All layers and heads",
    all_tokens="Every token",
    no_source="This model reads no source, so there is nothing to look at: it knows only what it has written.",
    table="A printed table looks at nothing: what may follow depends on the tokens so far, and stands in the table.",
    no_attention="This model has no attention: all it knows of the source is what one fixed vector holds.",
    one_piece="The source is a single token, so there is no choice of where to look.",
    one_patch="To this model the whole picture is a single place, so there is no choice of where to look.",
    of_hypothesis="Beam search’s output at rank {rank}: “{text}”",
    of_prefix="Prefix at step {step} ({fate}): “{text}”",
    of_greedy="Greedy’s output: “{text}”",
    of_greedy_prefix="Greedy’s prefix at step {step} ({fate}): “{text}”",
    of_sample="The sample: “{text}”",
    of_sample_prefix="The sample’s prefix at step {step} ({fate}): “{text}”",
    of_start="Nothing is written at the start token. Choose another node.",
)

SELF_ATTENTION_ENGLISH: Final = SelfAttentionSectionWords(
    title="Self-attention",
    explain=(
        "Before it writes, a Transformer lets every position look at the others of its own sentence. "
        "Shown for the source, and for the output that is selected above."
    ),
    encoder="Encoder: the source looks at itself",
    decoder="Decoder: the output looks back at itself",
)

HEATMAP_CHINESE: Final = HeatmapSectionWords(
    title="注意力",
    explain="模型写出每个词元时，关注原文的哪些位置。",
    how_to="每行是一个写出的词元，分配它的注意力：格子越亮，得到的越多。下方的条形是每个原文词元得到的注意力总和。",
    choice="当前显示",
    sharpest="{head}（熵最低）",
    all_heads="所有层与所有头",
    all_tokens="每个词元",
    no_source="这个模型没有源端，因此没有可以关注的内容：它只知道自己已经写出的部分。",
    table="概率表不关注任何内容：后面可以接什么，只取决于已经写出的词元，都在表里。",
    no_attention="这个模型没有注意力机制：它对原文的了解全在一个固定大小的向量里。",
    one_piece="原文只有一个词元，因此无需选择关注哪里。",
    one_patch="对这个模型来说，整张图片只是一个位置，因此无需选择关注哪里。",
    of_hypothesis="集束搜索中第 {rank} 名的输出：“{text}”",
    of_prefix="第 {step} 步的前缀（{fate}）：“{text}”",
    of_greedy="贪心搜索的输出：“{text}”",
    of_greedy_prefix="贪心搜索在第 {step} 步的前缀（{fate}）：“{text}”",
    of_sample="采样的输出：“{text}”",
    of_sample_prefix="采样在第 {step} 步的前缀（{fate}）：“{text}”",
    of_start="在起始符处还没有写出任何内容，请选择其他节点。",
)

SELF_ATTENTION_CHINESE: Final = SelfAttentionSectionWords(
    title="自注意力",
    explain="写出结果之前，Transformer 让每个位置查看同一句中的其他位置。这里显示原文，以及上方选中的输出。",
    encoder="编码器：原文看自己",
    decoder="解码器：输出回看自己",
)
