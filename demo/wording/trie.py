"""The words of the trie of the outputs: English and 简体中文."""

from typing import Final

from demo.wording.figure_words import TrieWords
from seq2seq_core.trace import Fate

ENGLISH: Final = TrieWords(
    tokens="tokens of the outputs",
    dead="+5: candidates that left here and led to no output",
    dead_head="{count} candidates left here and led to no output",
    dead_fates={
        Fate.LIVE: "{count} lived on for a while",
        Fate.FINISHED: "{count} finished",
        Fate.BELOW_CUT: "{count} below the cut",
        Fate.END_BELOW_CUT: "{count} end tokens below the cut",
        Fate.CUT_AT_MAXIMUM: "{count} cut at maximum length",
        Fate.NOT_DRAWN: "{count} not drawn",
        Fate.CANNOT_WIN: "{count} could not win",
        Fate.UNEXPLORED: "{count} unexplored",
    },
    dead_closest="A click selects the closest of them: “{token}”, step {step}",
    leaf="{rank}: score {score}",
    leaf_group="{rank}: score {score}, group {group}",
    leaf_draws="{rank}: score {score}, drawn {draws} ×",
    note="What outputs share is written once; they fork where they part. At each fork the better output goes on above.",
    left_out="The best {shown} outputs are drawn; {count} more are in the table.",
    account="The {shown} best of {finished} outputs for “{source}”, as a tree.",
)

CHINESE: Final = TrieWords(
    tokens="输出的词元",
    dead="+5：从这里离开、没有产生输出的候选",
    dead_head="{count} 个候选从这里离开，没有产生输出",
    dead_fates={
        Fate.LIVE: "{count} 个曾继续一段",
        Fate.FINISHED: "{count} 个已完成",
        Fate.BELOW_CUT: "{count} 个低于剪枝线",
        Fate.END_BELOW_CUT: "{count} 个结束符低于剪枝线",
        Fate.CUT_AT_MAXIMUM: "{count} 个因达到最大长度而被截断",
        Fate.NOT_DRAWN: "{count} 个未抽中",
        Fate.CANNOT_WIN: "{count} 个不可能获胜",
        Fate.UNEXPLORED: "{count} 个未探索",
    },
    dead_closest="点击可选择其中最接近的：“{token}”，第 {step} 步",
    leaf="{rank}：得分 {score}",
    leaf_group="{rank}：得分 {score}，第 {group} 组",
    leaf_draws="{rank}：得分 {score}，抽中 {draws} 次",
    note="输出共有的部分只写一次，在不同之处分叉。每个分叉处较好的输出在上方。",
    left_out="图中是最好的 {shown} 个输出，另外 {count} 个在表中。",
    account="“{source}”的 {finished} 个输出中最好的 {shown} 个，画成一棵树。",
)
