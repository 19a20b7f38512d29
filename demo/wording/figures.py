"""The words of the figures: English and 简体中文."""

from typing import Final

from demo.wording import attention_figures as attention
from demo.wording import endings, trie
from demo.wording.figure_views import CHINESE_VIEW, ENGLISH_VIEW
from demo.wording.figure_words import BarWords, FigureWords, LedgerWords, StepperWords, TreeWords
from seq2seq_core.trace import Fate

_ENGLISH_TREE: Final = TreeWords(
    view=ENGLISH_VIEW,
    stepper=StepperWords(
        first="To the start",
        back="Back",
        forward="Forward",
        last="To the result",
        play="Play",
        pause="Pause",
        slider="Half-step",
        keys="Keys: ← → step · space plays · Home and End jump · ↑ ↓ choose a candidate",
        elsewhere="The selected node belongs to step {step} and is not in view here.",
    ),
    ledger=LedgerWords(
        place="step {step}, rank {rank} of {candidates}",
        sums="log p {log_prob} → sum {log_prob_sum}",
        score="T = {length}, penalty {penalty} → score {score}",
        fates={
            Fate.LIVE: "lives on",
            Fate.FINISHED: "finished",
            Fate.BELOW_CUT: "below the cut by {margin} nats",
            Fate.END_BELOW_CUT: "end token, below the cut by {margin} nats",
            Fate.CUT_AT_MAXIMUM: "cut at maximum length",
            Fate.NOT_DRAWN: "not drawn",
            Fate.CANNOT_WIN: "cannot win: its best completion stays {margin} below the best score",
            Fate.UNEXPLORED: "unexplored: the budget ended before its turn",
            Fate.HELD: "finished before, still in the beam",
            Fate.PUSHED_OUT: "finished before, pushed out of the beam by {margin}",
        },
        group="group {group}, penalty {penalty}",
        draws="drawn {draws} ×",
    ),
    step_axis="Step",
    rank_axis="Rank",
    start="Start: nothing is written yet. Source: “{source}”",
    expand="Step {step}, expand: {candidates} candidates of {prefixes} prefixes; cut at {cut}",
    expand_uncut="Step {step}, expand: {candidates} candidates of {prefixes} prefixes; none falls below the cut",
    expand_groups="Step {step}, expand: {candidates} candidates of {prefixes} prefixes; each group draws its own cut",
    expand_drawn="Step {step}: {candidates} likely tokens after {prefixes} prefixes; chance chooses among all tokens",
    left_out="; the {count} lowest are not drawn",
    prune="Step {step}, prune: {live} live on, {finished} finished, {pruned} pruned",
    prune_drawn="Step {step}, drawn: {live} go on, {finished} finished; {pruned} of those listed were not drawn",
    prune_stopped="Step {step}, prune: {stopped} cut at maximum length, {finished} finished, {pruned} pruned",
    result="Result: “{text}”, score {score}. The search ended in step {step}: {reason}.",
    nothing="The search ended in step {step} without an output: {reason}.",
    reasons={
        "k_finished": "as many outputs are finished as the beam is wide",
        "nothing_live_can_win": "no prefix still in the beam can win",
        **endings.ENGLISH,
        "maximum length": "maximum length reached",
        "no live prefix": "no prefix is left to continue",
    },
    stop="the search ends, step {step}: {reason}",
    live="lives on",
    group="group {group}, lives on",
    group_tokens="group {group}",
    drawn="drawn; 3× means by three samples",
    not_drawn="not drawn",
    finished="finished",
    stopped="cut at maximum length",
    pruned="pruned",
    best="best hypothesis",
    greedy="greedy’s path",
    leaves="greedy leaves the beam",
    cut="cut line",
    greedy_left="Greedy’s path leaves the beam in step {step}, at “{token}”; from there it runs in the top row.",
    greedy_outlives=(
        "Greedy’s path is still in the beam when the search ends, in step {step}; the rest of it runs in the top row."
    ),
    greedy_stays="Greedy’s path stays in the beam to its end.",
    rows_of_groups="Each group has its own rows: “2·1” is rank 1 of group 2. The lowest rows hold what groups pruned.",
    dots="{marks} marks are in view, more than {limit}: labels gave way to dots. Point at a dot to read it.",
    searches={
        "greedy": "Greedy search",
        "beam": "Beam search",
        "diverse": "Diverse beam search",
        "sampling": "Sampling",
        "exact": "Exact search",
    },
    account=(
        "{search} over “{source}”: {steps} steps, {finished} hypotheses. Columns are steps, rows are ranks in the "
        "beam, links lead to the parent. Score: {formula}."
    ),
    account_hypothesis="{place}: “{text}”, score {score}, sum {log_prob_sum}, T = {length}.",
)

_CHINESE_TREE: Final = TreeWords(
    view=CHINESE_VIEW,
    stepper=StepperWords(
        first="回到开头",
        back="后退",
        forward="前进",
        last="跳到结果",
        play="播放",
        pause="暂停",
        slider="半步",
        keys="按键：← → 逐步 · 空格播放 · Home 和 End 跳转 · ↑ ↓ 选择候选",
        elsewhere="选中的节点属于第 {step} 步，此时不在图中。",
    ),
    ledger=LedgerWords(
        place="第 {step} 步，第 {rank} 名（共 {candidates} 个）",
        sums="log p {log_prob} → 累计和 {log_prob_sum}",
        score="T = {length}，惩罚 {penalty} → 得分 {score}",
        fates={
            Fate.LIVE: "保留",
            Fate.FINISHED: "已完成",
            Fate.BELOW_CUT: "比剪枝线低 {margin} 奈特",
            Fate.END_BELOW_CUT: "结束符，比剪枝线低 {margin} 奈特",
            Fate.CUT_AT_MAXIMUM: "因达到最大长度而被截断",
            Fate.NOT_DRAWN: "未被抽中",
            Fate.CANNOT_WIN: "不可能获胜：它最好的续写也比最佳得分低 {margin}",
            Fate.UNEXPLORED: "未探索：轮到它之前预算已用完",
            Fate.HELD: "此前已完成，仍在束中",
            Fate.PUSHED_OUT: "此前已完成，以 {margin} 之差被挤出束",
        },
        group="第 {group} 组，惩罚 {penalty}",
        draws="抽中 {draws} 次",
    ),
    step_axis="步",
    rank_axis="名次",
    start="开始：还没有写出任何词元。原文：“{source}”",
    expand="第 {step} 步，扩展：{prefixes} 个前缀产生 {candidates} 个候选；剪枝线 {cut}",
    expand_uncut="第 {step} 步，扩展：{prefixes} 个前缀产生 {candidates} 个候选；没有候选低于剪枝线",
    expand_groups="第 {step} 步，扩展：{prefixes} 个前缀产生 {candidates} 个候选；每组各有自己的剪枝线",
    expand_drawn="第 {step} 步：{prefixes} 个前缀之后有 {candidates} 个可能的词元；从全部词元中随机抽取",
    left_out="；最低的 {count} 个未画出",
    prune="第 {step} 步，剪枝：保留 {live} 个，完成 {finished} 个，剪去 {pruned} 个",
    prune_drawn="第 {step} 步，抽取：继续 {live} 个，完成 {finished} 个；列出的词元中 {pruned} 个未抽中",
    prune_stopped="第 {step} 步，剪枝：{stopped} 个因达到最大长度而被截断，完成 {finished} 个，剪去 {pruned} 个",
    result="结果：“{text}”，得分 {score}。搜索在第 {step} 步结束：{reason}。",
    nothing="搜索在第 {step} 步结束，没有输出：{reason}。",
    reasons={
        "k_finished": "完整输出的个数已达到束宽",
        "nothing_live_can_win": "束中剩余的前缀都不可能胜出",
        **endings.CHINESE,
        "maximum length": "达到最大长度",
        "no live prefix": "没有可以继续的前缀",
    },
    stop="搜索在第 {step} 步结束：{reason}",
    live="保留",
    group="第 {group} 组，保留",
    group_tokens="第 {group} 组",
    drawn="被抽中；3× 表示三个样本经过这里",
    not_drawn="未抽中",
    finished="已完成",
    stopped="被截断（达到最大长度）",
    pruned="被剪枝",
    best="最佳假设",
    greedy="贪心搜索的路径",
    leaves="贪心搜索离开束",
    cut="剪枝线",
    greedy_left="贪心搜索的路径在第 {step} 步的“{token}”处离开束，此后画在最上面一行。",
    greedy_outlives="搜索在第 {step} 步结束时，贪心搜索的路径仍在束中；其余部分画在最上面一行。",
    greedy_stays="贪心搜索的路径始终留在束中。",
    rows_of_groups="每组有自己的行，“2·1”表示第 2 组的第 1 名；最下面几行是各组剪去的候选。",
    dots="视图中有 {marks} 个标记，超过 {limit} 个：不再显示标签，只画圆点；将鼠标移到圆点上即可查看。",
    searches={
        "greedy": "贪心搜索",
        "beam": "集束搜索",
        "diverse": "多样化集束搜索",
        "sampling": "采样",
        "exact": "精确搜索",
    },
    account=(
        "对“{source}”的{search}：共 {steps} 步，{finished} 个假设。列为步，行为束中名次，连线指向父节点。"
        "得分：{formula}。"
    ),
    account_hypothesis="第 {place} 名：“{text}”，得分 {score}，累计和 {log_prob_sum}，T = {length}。",
)

_ENGLISH_BARS: Final = BarWords(
    view=ENGLISH_VIEW,
    probability="Probability of the next token",
    bar="{token}<br>p {probability}, log p {log_prob}",
    nothing="The search went no further from here, so no next token was computed.",
    account="Most probable next tokens: {tokens}.",
)

_CHINESE_BARS: Final = BarWords(
    view=CHINESE_VIEW,
    probability="下一个词元的概率",
    bar="{token}<br>p {probability}，log p {log_prob}",
    nothing="搜索没有从这里继续，因此没有计算下一个词元。",
    account="最可能的下一个词元：{tokens}。",
)

ENGLISH: Final = FigureWords(
    tree=_ENGLISH_TREE,
    trie=trie.ENGLISH,
    heatmap=attention.ENGLISH_HEATMAP,
    bars=_ENGLISH_BARS,
    heads=attention.ENGLISH_HEADS,
    picture=attention.ENGLISH_PICTURE,
    self_attention=attention.ENGLISH_SELF_ATTENTION,
    comparison=attention.ENGLISH_COMPARISON,
    curve=attention.ENGLISH_CURVE,
)
CHINESE: Final = FigureWords(
    tree=_CHINESE_TREE,
    trie=trie.CHINESE,
    heatmap=attention.CHINESE_HEATMAP,
    bars=_CHINESE_BARS,
    heads=attention.CHINESE_HEADS,
    picture=attention.CHINESE_PICTURE,
    self_attention=attention.CHINESE_SELF_ATTENTION,
    comparison=attention.CHINESE_COMPARISON,
    curve=attention.CHINESE_CURVE,
)
