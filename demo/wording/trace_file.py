"""The words of the tab that opens a trace file: English and 简体中文."""

from typing import Final

from .trace_file_words import TraceFileWords

ENGLISH: Final = TraceFileWords(
    tab="Trace file",
    title="Trace file",
    explain=(
        "A search that was kept as a file (seq2seq-trace/1), looked at without any model. The endpoint `/decode` and "
        "`python -m seq2seq_core.decode --trace` write such files."
    ),
    drop="Drop a trace file anywhere on this page",
    choose="or choose a file",
    limits="At most 4 MB of JSON. It is checked (sums, ranks, scores, attention) and drawn; nothing in it is run.",
    busy="Checking…",
    good="Checked: parents exist, sums add up, scores follow from the formula, fates and outcome from the ranks.",
    first="The file holds {count} traces; the first is shown. Checked: its sums, ranks, scores and outcome agree.",
    pinned="Attention was set from outside in this search. {rows} It is not the model’s own behaviour.",
    source="source",
    algorithm="search",
    formula="score",
    settings="settings",
    output="output",
    more="and {count} more outputs",
    reward="reward",
    coverage="coverage penalty",
    tree="The search, step by step",
    tree_explain="Each column is a step, each row a rank; lines lead to the true parent. Choose any node.",
    heatmap="Attention along the selected output or prefix.",
    account=(
        "A search over “{source}”: {steps} steps, {finished} outputs. Columns are steps, rows are ranks, links lead to "
        "the parent. Score: {formula}."
    ),
)

CHINESE: Final = TraceFileWords(
    tab="记录文件",
    title="记录文件",
    explain=(
        "以文件形式保存的一次搜索（seq2seq-trace/1），无需任何模型即可查看。接口 `/decode` 和 "
        "`python -m seq2seq_core.decode --trace` 都会写出这样的文件。"
    ),
    drop="把记录文件拖放到本页任意位置",
    choose="或选择文件",
    limits="最多 4 MB 的 JSON。文件会被检查（累计和、名次、状态、得分、注意力）并画出；其中的任何内容都不会被执行。",
    busy="正在检查…",
    good="检查通过：父节点存在，累计和相符，得分符合公式，状态与结果符合名次。",
    first="文件中有 {count} 份记录，这里显示第一份。检查通过：累计和、名次、得分与结果相符。",
    pinned="这次搜索的注意力被从外部设定。{rows}这不是模型自己的行为。",
    source="源文本",
    algorithm="搜索",
    formula="得分",
    settings="设置",
    output="输出",
    more="另有 {count} 个输出",
    reward="奖励",
    coverage="覆盖惩罚",
    tree="搜索过程，逐步查看",
    tree_explain="每列是一步，每行是一个名次；连线指向真正的父节点。可以逐步查看，也可以选择任意节点。",
    heatmap="沿所选输出或前缀的注意力。",
    account="对“{source}”的搜索：{steps} 步，{finished} 个输出。列为步，行为名次，连线指向父节点。得分：{formula}。",
)
