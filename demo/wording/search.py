"""Around the tree: its layouts, the ledger of a step, the health of the search, in English and 简体中文."""

from typing import Final

from demo.wording.search_words import HealthWords, LayoutWords, PruningWords, SearchWords
from seq2seq_core.trace import Ban, Fate, Proof

_ENGLISH_PRUNING: Final = PruningWords(
    title="Prune ledger",
    before="nothing is ranked yet. Step through the tree: every step has its candidates here.",
    summary="step {step}: {candidates} candidates, {live} live on, {finished} finished, {pruned} pruned",
    summary_drawn="step {step}: {candidates} tokens listed, {live} go on, {finished} finished, {pruned} not drawn",
    explain="Ranked by the running sum of log-probs. What stands below the line is pruned. Choose a row to inspect it.",
    explain_groups=(
        "Each group ranks its own candidates, by the sum less a penalty for repeating earlier groups, and draws its "
        "own line."
    ),
    explain_drawn="Chance decides here, not rank: there is no cut line. Most probable first.",
    explain_exact="No beam, no line: a prefix is left aside once even its best completion cannot win.",
    explain_end="An end token must be among the best K of all candidates: it may fall though it stands above the line.",
    rank="rank",
    token="token",
    after="after",
    log_prob="log p",
    sum="sum",
    key="ranked by",
    draws="drawn",
    fate="what became of it, and why",
    fates={
        Fate.LIVE: "lives on",
        Fate.FINISHED: "finished",
        Fate.BELOW_CUT: "below the cut by {margin} nats",
        Fate.END_BELOW_CUT: "end token below the cut, by {margin} nats",
        Fate.CUT_AT_MAXIMUM: "cut at maximum length",
        Fate.NOT_DRAWN: "not drawn",
        Fate.CANNOT_WIN: "cannot win: its best completion stays {margin} below the best score",
        Fate.UNEXPLORED: "unexplored: the budget ended before its turn",
        Fate.HELD: "finished before, still in the beam",
        Fate.PUSHED_OUT: "finished before, pushed out of the beam by {margin}",
    },
    cut="cut line at {key}",
    group="Group {group}",
    penalty="group penalty {penalty}",
    penalty_decides="group penalty {penalty}: without it, {above} above this line",
    forbidden="Ruled out by a setting before ranking (among the listed most probable tokens of each prefix)",
    bans={
        Ban.BANNED: "banned",
        Ban.BANNED_AFTER: "banned after this prefix",
        Ban.NO_REPEAT: "banned: it would repeat tokens",
        Ban.FORCED_PREFIX: "banned: another token is forced here",
        Ban.MIN_LENGTH: "banned: the minimum length is not reached",
        Ban.FORCE_END: "banned: at the maximum length only the end may follow",
    },
    more="and {count} more, less probable",
    ended="The search ended in this step: {reason}.",
)

_CHINESE_PRUNING: Final = PruningWords(
    title="剪枝明细",
    before="还没有排名。逐步查看搜索树，每一步的候选都列在这里。",
    summary="第 {step} 步：{candidates} 个候选，保留 {live} 个，完成 {finished} 个，剪去 {pruned} 个",
    summary_drawn="第 {step} 步：列出 {candidates} 个词元，继续 {live} 个，完成 {finished} 个，未抽中 {pruned} 个",
    explain="按对数概率的累计和排名，线以下的被剪枝。选择一行即可查看。",
    explain_groups="每组单独排名：累计和减去与前面各组重复的惩罚，并各有自己的剪枝线。",
    explain_drawn="这里由随机抽样而不是名次决定，没有剪枝线。概率最高的排在前面。",
    explain_exact="没有束，也没有线：即使最好的续写也不能获胜的前缀被搁置。",
    explain_end="结束符必须在全部候选中排进前 K 名，所以它可能位于线以上却仍被剪去。",
    rank="名次",
    token="词元",
    after="接在其后",
    log_prob="log p",
    sum="累计和",
    key="排名依据",
    draws="抽中次数",
    fate="结果与原因",
    fates={
        Fate.LIVE: "保留",
        Fate.FINISHED: "已完成",
        Fate.BELOW_CUT: "比剪枝线低 {margin} 奈特",
        Fate.END_BELOW_CUT: "结束符低于剪枝线 {margin} 奈特",
        Fate.CUT_AT_MAXIMUM: "因达到最大长度而被截断",
        Fate.NOT_DRAWN: "未被抽中",
        Fate.CANNOT_WIN: "不可能获胜：它最好的续写也比最佳得分低 {margin}",
        Fate.UNEXPLORED: "未探索：轮到它之前预算已用完",
        Fate.HELD: "此前已完成，仍在束中",
        Fate.PUSHED_OUT: "此前已完成，以 {margin} 之差被挤出束",
    },
    cut="剪枝线：{key}",
    group="第 {group} 组",
    penalty="组间惩罚 {penalty}",
    penalty_decides="组间惩罚 {penalty}：没有它则高于此线 {above}",
    forbidden="排名之前就被设置排除（限于每个前缀列出的最可能的词元）",
    bans={
        Ban.BANNED: "被禁用",
        Ban.BANNED_AFTER: "在此前缀之后被禁用",
        Ban.NO_REPEAT: "被禁用：会重复已有的词元",
        Ban.FORCED_PREFIX: "被禁用：此处强制使用另一个词元",
        Ban.MIN_LENGTH: "被禁用：尚未达到最小长度",
        Ban.FORCE_END: "被禁用：达到最大长度时只能结束",
    },
    more="另有 {count} 个，概率更低",
    ended="搜索在这一步结束：{reason}。",
)

_ENGLISH_HEALTH: Final = HealthWords(
    title="Search health",
    summary="{distinct} of {outputs} outputs differ; together they have {mass} of the probability",
    distinct="distinct outputs",
    distinct_value="{distinct} of {outputs}",
    distinct_means="Different texts in the table of outputs; the others repeat one of them.",
    mass="probability covered",
    mass_means="All finished outputs together, by the model: the rest belongs to texts that the search never finished.",
    closest="closest cut",
    closest_value="{margin} nats, step {step}",
    closest_none="no cut",
    closest_means="How narrowly the best pruned prefix missed the beam; near 0 the cut was close to a coin toss.",
    collapse="beam collapse",
    collapse_value="{shared} of {step} tokens shared",
    collapse_none="no choice",
    collapse_means=(
        "After step {step} all {survivors} survivors share their first {shared} tokens: “{tokens}”. There the beam has "
        "nothing left to choose from."
    ),
    collapse_nothing="After step {step} the {survivors} survivors differ from their first token on: no collapse.",
    collapse_single="Never did several prefixes live on: there was no beam that could collapse.",
    outputs_share="outputs begin alike",
    outputs_share_value="{shared} tokens",
    outputs_share_means="First tokens that all outputs in the table have in common.",
    proof="proof",
    proofs={
        Proof.PROVED: "proved optimal",
        Proof.BUDGET: "not proved",
        Proof.NOT_JUDGED: "not judged",
    },
    proofs_mean={
        Proof.PROVED: "The exact search has shown that no other output scores higher.",
        Proof.BUDGET: "The exact search used up its budget before it could prove that its output is the best.",
        Proof.NOT_JUDGED: "Nobody looked at what was left out: a better output may have been among it.",
    },
    steps="Step by step",
    steps_means=(
        "Margin: nats from the cut to the best prefix below it. Shared: first tokens that all survivors have in "
        "common. Entropy: how undecided the model is after the leading prefix, in nats; ≥ where only the listed "
        "tokens are counted one by one."
    ),
    step="step",
    margin="margin",
    survivors="survivors",
    shared="shared",
    entropy="entropy",
)

_CHINESE_HEALTH: Final = HealthWords(
    title="搜索状况",
    summary="{outputs} 个输出中有 {distinct} 个不同，合计占 {mass} 的概率",
    distinct="不同的输出",
    distinct_value="{outputs} 个中的 {distinct} 个",
    distinct_means="输出表中不同文字的个数，其余是重复的。",
    mass="覆盖的概率",
    mass_means="模型给全部完整输出的概率之和，其余属于搜索从未完成的文字。",
    closest="最险的剪枝",
    closest_value="{margin} 奈特，第 {step} 步",
    closest_none="没有剪枝",
    closest_means="被剪去的最好前缀离束有多近，接近 0 时几乎等于抛硬币。",
    collapse="束坍缩",
    collapse_value="{step} 个词元中有 {shared} 个相同",
    collapse_none="没有选择",
    collapse_means=(
        "第 {step} 步之后，{survivors} 个存活前缀的前 {shared} 个词元全部相同：“{tokens}”。束在这里已没有选择。"
    ),
    collapse_nothing="第 {step} 步之后，{survivors} 个存活前缀从第一个词元起就不同：没有坍缩。",
    collapse_single="从未有多个前缀同时存活：没有可以坍缩的束。",
    outputs_share="输出的相同开头",
    outputs_share_value="{shared} 个词元",
    outputs_share_means="表中全部输出共有的开头词元数。",
    proof="证明",
    proofs={Proof.PROVED: "已证明最优", Proof.BUDGET: "未能证明", Proof.NOT_JUDGED: "未作判断"},
    proofs_mean={
        Proof.PROVED: "精确搜索已证明没有其他输出的得分能更高。",
        Proof.BUDGET: "精确搜索在证明最优之前用完了预算。",
        Proof.NOT_JUDGED: "没有检查被舍弃的部分：其中可能有更好的输出。",
    },
    steps="逐步数据",
    steps_means=(
        "间隔：剪枝线到线下最好前缀的奈特数。相同：全部存活前缀共有的开头词元数。"
        "熵：模型在领先前缀之后的不确定程度，单位奈特；只有列出的词元逐个计算时记为 ≥。"
    ),
    step="步",
    margin="间隔",
    survivors="存活",
    shared="相同",
    entropy="熵",
)

ENGLISH: Final = SearchWords(
    layout=LayoutWords(label="Show", tree="Tree of the search", trie="Trie of the outputs"),
    pruning=_ENGLISH_PRUNING,
    health=_ENGLISH_HEALTH,
)
CHINESE: Final = SearchWords(
    layout=LayoutWords(label="显示", tree="搜索树", trie="输出的前缀树"),
    pruning=_CHINESE_PRUNING,
    health=_CHINESE_HEALTH,
)
