"""The words of figures about attention and quality: English and 简体中文."""

from dataclasses import replace
from typing import Final

from demo.wording.attention_words import ComparisonWords, HeadWords, PictureWords, SelfAttentionWords
from demo.wording.curve_words import CurveWords
from demo.wording.figure_views import CHINESE_VIEW, ENGLISH_VIEW
from demo.wording.figure_words import HeatmapWords

ENGLISH_HEATMAP: Final = HeatmapWords(
    view=ENGLISH_VIEW,
    source_axis="Source →",
    target_axis="Target ↓",
    weight="weight",
    cell="{target} ← {source}<br>weight {weight}",
    coverage="Total",
    coverage_cell="{source}: received attention of {sum} in total",
    dropped="▽ Hardly read (received less than {threshold} in total): {pieces}",
    repeated="△ Read repeatedly (received more than {threshold} in total): {pieces}",
    covered="No source piece was left out or read repeatedly: each received attention of {low} to {high} in total.",
    repeated_so_far="△ Read repeatedly so far (received more than {threshold} in total): {pieces}",
    covered_so_far="So far no source piece has received attention of more than {threshold} in total.",
    nothing="This model has no attention, so there is nothing to draw.",
    account="Attention from “{source}” (columns) to “{target}” (rows).",
    account_row="{target} looks most at {source} ({weight}).",
    head="Shown: layer {layer}, head {head}. The totals are of this head alone; what it leaves out another may read.",
    centre="centre pₜ, where the model expects the source piece",
    window="window pₜ ± {half_width}: the model sees nothing outside it",
    centre_cell="centre pₜ = {centre}",
    generate_axis="p_gen",
    generate_cell="{target}: p_gen {generate}",
    generate=(
        "p_gen is the share of the probability that comes from the vocabulary; the rest is copied from the source, "
        "where the row looks."
    ),
    coverage_kept="The totals are the model’s own coverage after the last step: it reads them before it looks again.",
    account_centres="Centres: {values}.",
    account_generate="p_gen: {values}.",
)

CHINESE_HEATMAP: Final = HeatmapWords(
    view=CHINESE_VIEW,
    source_axis="原文 →",
    target_axis="译文 ↓",
    weight="权重",
    cell="{target} ← {source}<br>权重 {weight}",
    coverage="总和",
    coverage_cell="{source}：得到的注意力总和为 {sum}",
    dropped="▽ 几乎没有读到（得到的注意力总和低于 {threshold}）：{pieces}",
    repeated="△ 反复读取（得到的注意力总和高于 {threshold}）：{pieces}",
    covered="没有遗漏或反复读取的原文词元：每个词元得到的注意力总和都在 {low} 与 {high} 之间。",
    repeated_so_far="△ 到目前为止反复读取（得到的注意力总和高于 {threshold}）：{pieces}",
    covered_so_far="到目前为止，没有原文词元得到的注意力总和超过 {threshold}。",
    nothing="该模型没有注意力机制，因此无图可画。",
    account="从“{source}”（列）到“{target}”（行）的注意力。",
    account_row="{target} 最关注 {source}（{weight}）。",
    head="当前显示：第 {layer} 层，第 {head} 个头。总和只属于这个头；它没有读到的，其他头可能读到。",
    centre="中心 pₜ：模型预测的原文位置",
    window="窗口 pₜ ± {half_width}：模型看不到窗口之外",
    centre_cell="中心 pₜ = {centre}",
    generate_axis="p_gen",
    generate_cell="{target}：p_gen {generate}",
    generate="p_gen 是来自词表的概率所占的份额；其余部分按该行的注意力从原文复制。",
    coverage_kept="总和就是模型自己在最后一步之后的覆盖量：它在下一次关注之前会读取这些值。",
    account_centres="中心：{values}。",
    account_generate="p_gen：{values}。",
)

ENGLISH_HEADS: Final = HeadWords(
    view=ENGLISH_VIEW,
    mean="Mean of all heads",
    choice="Layer {layer}, head {head}",
    title="L{layer} H{head}",
    weight="weight",
    hover="<b>Layer {layer}, head {head}</b><br>entropy {entropy} nats",
    hover_silent="<b>Layer {layer}, head {head}</b><br>attends to nothing",
    sharpest="lowest alignment entropy: layer {layer}, head {head}, {entropy} nats",
    how_to="One little map for each head: source across, target down, one colour scale. Click one to see it large.",
    left_out="The {shown} heads with the lowest entropy are drawn, of {heads}.",
    nothing="This model has no heads to choose from.",
    account="Attention of {heads} heads in {layers} layers.",
    account_head="Layer {layer}, head {head}: entropy {entropy} nats.",
)

CHINESE_HEADS: Final = HeadWords(
    view=CHINESE_VIEW,
    mean="所有头的平均",
    choice="第 {layer} 层，第 {head} 个头",
    title="L{layer} H{head}",
    weight="权重",
    hover="<b>第 {layer} 层，第 {head} 个头</b><br>熵 {entropy} 奈特",
    hover_silent="<b>第 {layer} 层，第 {head} 个头</b><br>没有关注任何词元",
    sharpest="对齐熵最低：第 {layer} 层，第 {head} 个头，{entropy} 奈特",
    how_to="每个头一张小图：横向为原文，纵向为译文，共用一个色标。点击小图可放大查看。",
    left_out="共 {heads} 个头，只画出熵最低的 {shown} 个。",
    nothing="该模型没有可供选择的头。",
    account="{layers} 层共 {heads} 个头的注意力。",
    account_head="第 {layer} 层，第 {head} 个头：熵 {entropy} 奈特。",
)

ENGLISH_PICTURE: Final = PictureWords(
    view=ENGLISH_VIEW,
    picture="A picture of {side} by {side} pixels. Colours: {colours}.",
    colours={
        "background": "background",
        "red": "red",
        "orange": "orange",
        "yellow": "yellow",
        "green": "green",
        "blue": "blue",
        "purple": "purple",
        "black": "black",
    },
    weight="weight",
    patch="{target} ← {patch}<br>weight {weight}",
    token="<b>{target}</b><br>looks most at {patch} ({weight})",
    shown="Where the model looked when it wrote “{target}”: bright patches count, dark ones do not.",
    how_to="One little picture for each token, one scale for all. Click one to see it large.",
    nothing="This model has no attention over patches of the picture.",
    account_row="{target} looks most at {patch} ({weight}).",
)

CHINESE_PICTURE: Final = PictureWords(
    view=CHINESE_VIEW,
    picture="一张 {side} × {side} 像素的图片。颜色：{colours}。",
    colours={
        "background": "背景",
        "red": "红",
        "orange": "橙",
        "yellow": "黄",
        "green": "绿",
        "blue": "蓝",
        "purple": "紫",
        "black": "黑",
    },
    weight="权重",
    patch="{target} ← {patch}<br>权重 {weight}",
    token="<b>{target}</b><br>最关注 {patch}（{weight}）",
    shown="模型写出“{target}”时看向哪里：亮的图块起作用，暗的不起作用。",
    how_to="每个词元一张小图，共用一个色标。点击小图可放大查看。",
    nothing="该模型没有对图块的注意力。",
    account_row="{target} 最关注 {patch}（{weight}）。",
)

ENGLISH_COMPARISON: Final = ComparisonWords(
    view=ENGLISH_VIEW,
    weight="weight",
    cell="{target} ← {source}<br>weight {weight}",
    no_attention="no attention: one fixed vector",
    no_source="no source: a language model",
    no_output="no output",
    how_to="The same input in every map: source across, output down, one colour scale.",
    account="{name}: {output}.",
    account_row="{target} looks most at {source} ({weight}).",
)

CHINESE_COMPARISON: Final = ComparisonWords(
    view=CHINESE_VIEW,
    weight="权重",
    cell="{target} ← {source}<br>权重 {weight}",
    no_attention="没有注意力：只有一个固定向量",
    no_source="没有原文：语言模型",
    no_output="没有输出",
    how_to="每张图的输入相同：横向为原文，纵向为输出，共用一个色标。",
    account="{name}：{output}。",
    account_row="{target} 最关注 {source}（{weight}）。",
)

ENGLISH_SELF_ATTENTION: Final = SelfAttentionWords(
    maps=replace(
        ENGLISH_COMPARISON,
        cell="{target} looks at {source}<br>weight {weight}",
        how_to="Each row is a token that looks; the columns are what it looks at.",
    ),
    heads=replace(
        ENGLISH_HEADS, how_to="One little map for each head, one colour scale. Click one to see it large."
    ),
)

CHINESE_SELF_ATTENTION: Final = SelfAttentionWords(
    maps=replace(
        CHINESE_COMPARISON,
        cell="{target} 看向 {source}<br>权重 {weight}",
        how_to="每行是一个正在查看的词元，各列是它所看的词元。",
    ),
    heads=replace(CHINESE_HEADS, how_to="每个头一张小图，共用一个色标。点击小图可放大查看。"),
)

ENGLISH_CURVE: Final = CurveWords(
    view=ENGLISH_VIEW,
    length="Source length (words)",
    point="<b>{name}</b><br>length {lengths}<br>{measure} {value}, interval {low} to {high}<br>n = {n}",
    interval="Thin lines are bootstrap intervals: where the value would lie had the test set been drawn again.",
    nothing="There is nothing to draw yet.",
    account="{measure} against source length.",
    account_point="{name}, length {lengths}: {value} ({low} to {high}, n = {n}).",
)

CHINESE_CURVE: Final = CurveWords(
    view=CHINESE_VIEW,
    length="原文长度（词数）",
    point="<b>{name}</b><br>长度 {lengths}<br>{measure} {value}，区间 {low} 至 {high}<br>n = {n}",
    interval="细线是自助法区间：重新抽取测试集时数值的可能范围。",
    nothing="暂时无图可画。",
    account="{measure}随原文长度的变化。",
    account_point="{name}，长度 {lengths}：{value}（{low} 至 {high}，n = {n}）。",
)
