"""The words of what-if: English and 简体中文."""

from typing import Final

from .what_if_words import WhatIfWords

ENGLISH: Final = WhatIfWords(
    title="What if: this search was changed from outside; all probabilities are the model’s own.",
    title_pinned=(
        "What if: attention was set from outside. What follows is the model’s answer to this intervention, not its own "
        "behaviour."
    ),
    pinned="In step {step} all attention goes to the source piece “{piece}”",
    forced="Every output begins with “{prefix}”",
    banned="“{token}” must not follow “{prefix}”",
    banned_first="“{token}” must not come first",
    overruled=" (overruled by a newer change)",
    search="search",
    winner="best output",
    own_row="model’s own",
    changed_row="changed",
    difference="difference",
    same="Both end with the same output.",
    shared="Both begin with “{prefix}”. Then the model’s own goes on with “{old}”, the changed one with “{new}”.",
    nothing_shared="They differ from the first token: “{old}” in the model’s own, “{new}” in the changed one.",
    missed="The changed search found an output with a higher score: the model’s own search had missed it.",
    nothing="Under this change the search ends without an output.",
    undo="Undo last",
    back="Back to the model’s own search",
    own_path="best of the model’s own search",
    own_leaves="it leaves the changed beam",
    own_left=(
        "The best output of the model’s own search leaves the changed beam in step {step}, at “{token}”; from there it "
        "runs in the top row."
    ),
    own_outlives=(
        "The best output of the model’s own search is still in the changed beam when that search ends, in step {step}; "
        "the rest of it runs in the top row."
    ),
    own_stays="The best output of the model’s own search stays in the changed beam to its end.",
    try_instead="try this",
    try_hint="Decode again with “{token}” here",
    force="Keep this beginning",
    ban="Ban this token here",
    full="{limit} changes are in place, and no more are possible: undo one first.",
    pin_label="Step {step}, “{token}”: set all attention on",
    pin="Decode again with it",
    pin_explain=(
        "Click a cell to choose a step and a source piece. This intervenes in the model: it did not look there itself."
    ),
    pinned_rows="Set from outside: {pins}.",
    pinned_row="step {step} on “{piece}”",
)

CHINESE: Final = WhatIfWords(
    title="假设分析：这次搜索受到外部改动；所有概率仍是模型自己给出的。",
    title_pinned="假设分析：注意力被从外部设定。以下是模型对这一干预的回应，而不是它自己的行为。",
    pinned="第 {step} 步的全部注意力放在源端词元“{piece}”上",
    forced="每个输出都以“{prefix}”开头",
    banned="“{token}”不得出现在“{prefix}”之后",
    banned_first="“{token}”不得作为第一个词元",
    overruled="（已被更新的改动取代）",
    search="搜索",
    winner="最佳输出",
    own_row="模型自己的",
    changed_row="改动后的",
    difference="差值",
    same="两次搜索得到同一个输出。",
    shared="两者都以“{prefix}”开头，随后模型自己的搜索接“{old}”，改动后的接“{new}”。",
    nothing_shared="两者从第一个词元起就不同：模型自己的是“{old}”，改动后的是“{new}”。",
    missed="改动后的搜索找到了得分更高的输出：模型自己的搜索漏掉了它。",
    nothing="在这样的改动下，搜索没有得到任何输出。",
    undo="撤销上一步",
    back="回到模型自己的搜索",
    own_path="模型自己搜索的最佳输出",
    own_leaves="它在此离开改动后的束",
    own_left=(
        "模型自己搜索的最佳输出在第 {step} 步的“{token}”处离开改动后的束，此后画在最上面一行。"
    ),
    own_outlives="改动后的搜索在第 {step} 步结束时，模型自己搜索的最佳输出仍在束中；其余部分画在最上面一行。",
    own_stays="模型自己搜索的最佳输出始终留在改动后的束中。",
    try_instead="改用它",
    try_hint="在此处改用“{token}”重新解码",
    force="固定这个开头",
    ban="在此处禁用该词元",
    full="已有 {limit} 处改动，不能再多：请先撤销一处。",
    pin_label="第 {step} 步“{token}”：把全部注意力放在",
    pin="据此重新解码",
    pin_explain="点击单元格可选择步骤和源端词元。这是对模型的干预：它自己并没有这样看。",
    pinned_rows="从外部设定：{pins}。",
    pinned_row="第 {step} 步放在“{piece}”上",
)
