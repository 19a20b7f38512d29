"""The words of the tab 'Compare models', in both languages."""

from typing import Final

from .compare_words import CompareWords, LineupWords, SectionWords, TableWords

_LINEUP_ENGLISH: Final = LineupWords(
    kinds="Input",
    from_language="{language} sentences",
    models="Models",
    chosen="{count} chosen, at most {most}",
    change="change",
    nothing=(
        "There are no two models here that read the same kind of text, so nothing can be compared. "
        "Train a second one, or add a folder of checkpoints."
    ),
    compare="Compare",
    search="Search",
    search_info="The same for all models",
    searches={"greedy": "Greedy", "beam": "Beam search"},
    reasons={
        "short": "short",
        "long": "long",
        "joined": "several sentences joined: one vector must hold them all",
    },
    hint="Type something, or choose an example: a short one and a long one.",
    loading="{place} of {count}: {model} is loading…",
    decoding="{place} of {count}: {model} is writing…",
    problems={
        "how many": "The models must be {fewest} to {most}, got {found}. Choose them above.",
        "twice": "The models must differ from each other, got {found} twice.",
        "unlike": "The models must read the same kind of text as {first}, got {found}, which does not.",
    },
)

_LINEUP_CHINESE: Final = LineupWords(
    kinds="输入",
    from_language="{language}句子",
    models="模型",
    chosen="已选 {count} 个，最多 {most} 个",
    change="更换",
    nothing="这里没有两个读取同类文字的模型，因此无法比较。请再训练一个模型，或添加检查点文件夹。",
    compare="比较",
    search="搜索",
    search_info="对所有模型相同",
    searches={"greedy": "贪心搜索", "beam": "集束搜索"},
    reasons={"short": "短句", "long": "长句", "joined": "几个句子连在一起：一个向量要装下全部内容"},
    hint="请输入内容，或选择一个例子：先试短句，再试长句。",
    loading="第 {place} 个（共 {count} 个）：{model} 正在加载……",
    decoding="第 {place} 个（共 {count} 个）：{model} 正在解码……",
    problems={
        "how many": "模型必须有 {fewest} 到 {most} 个，得到的是 {found} 个。请在上方选择。",
        "twice": "模型必须各不相同，但 {found} 出现了两次。",
        "unlike": "所有模型必须与 {first} 读取同类文字，而 {found} 不是。",
    },
)

_TABLE_ENGLISH: Final = TableWords(
    title="Outputs",
    explain="The same input and the same search for each model. Look at where the outputs part.",
    agree="All {count} models write the same.",
    some_agree="{same} of {count} models write the same; the marks show where the others depart from it.",
    differ="No two models write the same; the marks show where they depart from the first output.",
    languages="These models write in different languages; outputs are compared within one language only.",
    model="model",
    output="output",
    parameters="parameters",
    score_is="{log_prob_sum} / {length}^{alpha}",
    base="{letter}: the others are held against this one",
    same="the same as {letter}",
    other="against {letter}: other words {other}, missing words {missing}",
    alone="the only output in its language",
    missing="missing: {text}",
    legend="Underlined: other words than in the output it is held against. Struck through: missing here.",
    scores=(
        "A score says how probable a model finds its own output, not how good the output is. Models that cut text "
        "differently also count other tokens: compare outputs across models, scores within one."
    ),
)

_TABLE_CHINESE: Final = TableWords(
    title="输出",
    explain="每个模型的输入和搜索设置都相同。请看输出从哪里开始不同。",
    agree="{count} 个模型的输出完全相同。",
    some_agree="{count} 个模型中有 {same} 个输出相同；标记处是其余输出与它不同的地方。",
    differ="各个模型的输出都不相同；标记处是与第一个输出不同的地方。",
    languages="这些模型输出的语言不同；只在同一种语言之内比较输出。",
    model="模型",
    output="输出",
    parameters="参数量",
    score_is="{log_prob_sum} / {length}^{alpha}",
    base="{letter}：其他输出与它比较",
    same="与 {letter} 相同",
    other="与 {letter} 相比：不同的词 {other} 个，缺少的词 {missing} 个",
    alone="唯一使用这种语言的输出",
    missing="缺少：{text}",
    legend="下划线：与所比较的输出用词不同。删除线：这里缺少的词。",
    scores=(
        "得分表示模型认为自己的输出有多大概率，而不是输出有多好。切分文字方式不同的模型，词元数也不同："
        "不同模型之间请比较输出，得分只在同一模型之内比较。"
    ),
)

ENGLISH: Final = CompareWords(
    tab="Compare models",
    lineup=_LINEUP_ENGLISH,
    table=_TABLE_ENGLISH,
    maps=SectionWords(
        title="Attention side by side",
        explain=(
            "Each row is a written token; bright cells are the source pieces it looked at. A model without attention "
            "has no map: all it knew of the source was one vector of fixed size."
        ),
    ),
    curves=SectionWords(
        title="Quality by length",
        explain=(
            "Measured once on test data and kept in the model cards; the long sources are two to four test sentences "
            "joined. Look at the right: does the line of a model that has only one vector of fixed size fall earlier "
            "than the others?"
        ),
    ),
    no_curve="None of these models has been measured by length, so there is no curve to show.",
    not_measured="Not measured by length: {models}.",
    measured_otherwise="Measured on something else, so not drawn with the others: {models}.",
    task_curve=SectionWords(
        title="The bottleneck, without language in the way",
        explain=(
            "Three other models were each taught to write 1 to 20 letters in reverse: the same data, the same number "
            "of training tokens, nothing to know but the source. Percent of outputs without a mistake, by length. A "
            "vector of fixed size holds only so many letters; beyond 20, lengths that none of them has seen begin."
        ),
    ),
    task_length="Source length (letters)",
    run="{name} ({year}, {size})",
)

CHINESE: Final = CompareWords(
    tab="比较模型",
    lineup=_LINEUP_CHINESE,
    table=_TABLE_CHINESE,
    maps=SectionWords(
        title="并排看注意力",
        explain=(
            "每一行是一个写出的词元，亮的格子是它关注的原文词元。没有注意力的模型没有图："
            "它对原文的全部了解只有一个固定大小的向量。"
        ),
    ),
    curves=SectionWords(
        title="质量随长度的变化",
        explain=(
            "在测试数据上测量一次，保存在模型卡片中；长的原文由二到四个测试句子连接而成。请看右侧："
            "只有一个固定大小向量的模型，其曲线是否比其他模型更早下降？"
        ),
    ),
    no_curve="这些模型都没有按长度测量过质量，因此没有曲线。",
    not_measured="没有按长度测量：{models}。",
    measured_otherwise="测量的内容不同，因此没有与其他模型画在一起：{models}。",
    task_curve=SectionWords(
        title="瓶颈：不受语言因素干扰",
        explain=(
            "另外训练的三个模型都只学一件事：把 1 到 20 个字母倒过来写。数据相同，训练词元数相同，"
            "除了原文没有别的知识。图中是没有任何错误的输出所占的百分比，按长度排列。"
            "固定大小的向量只能装下有限的字母；20 以上是它们都没见过的长度。"
        ),
    ),
    task_length="原文长度（字母数）",
    run="{name}（{year} 年，{size}）",
)
