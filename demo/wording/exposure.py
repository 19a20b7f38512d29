"""The words of the section 'Exposure bias', in both languages."""

from typing import Final

from .exposure_words import ExposureFigureWords, ExposureWords
from .figure_views import CHINESE_VIEW, ENGLISH_VIEW

ENGLISH: Final = ExposureWords(
    title="Exposure bias",
    explain=(
        "With teacher forcing a model reads true prefixes only; in use it reads what it wrote itself. What to do after "
        "a mistake of its own it was never shown: this gap between training and use is the exposure bias. Scheduled "
        "sampling lets the model read some of its own tokens in training already. Each task was learnt in both ways, "
        "with nothing else changed, and measured once."
    ),
    task="Task",
    tasks={"dates": "Dates", "scan": "Commands to actions (SCAN)", "phonemes": "Letters to phonemes"},
    forced="Teacher forcing",
    sampled="Scheduled sampling (ε ends at {epsilon})",
    positions="Right tokens by position",
    positions_explain=(
        "Dotted: after the true prefix. Solid: after the model’s own. Where the two lines of one colour part, one "
        "mistake leads to the next. A position counts where the reference has a token, the end token included; an "
        "output that has ended before is wrong there."
    ),
    perplexities=(
        "{model}: teacher-forced {forced} ({forced_low} to {forced_high}), free-running {free} ({free_low} to "
        "{free_high}); {cut}\u00a0% of the outputs end too early."
    ),
    perplexity=(
        "Perplexity of the references, with 95 % intervals. Teacher-forced: after the true prefix. Free-running: after "
        "the model’s own prefix, but still of the reference’s token."
    ),
    measured="{pairs} test pairs, greedy choice, one reference each.",
    recovery="Back on the path after wrong tokens?",
    recovery_explain=(
        "The last k tokens of a true prefix are replaced by random ones, then the model goes on by itself. How soon is "
        "it as good as with an undamaged prefix (k = 0)? All k are compared on the same target tokens."
    ),
    place="The prefix has {place} tokens; the damage ends with the last of them.",
    overcorrection="Over-correction: the price of scheduled sampling",
    overcorrection_explain=(
        "A model that often reads its own tokens in training is still asked for the reference’s next token, whether it "
        "fits or not: it may learn to trust no prefix. Counted are outputs that repeat up to four tokens more often in "
        "a row than their reference does, and wrong tokens right after a prefix without a mistake."
    ),
    convention=(
        "ε is the probability that the decoder reads the true token in training (Bengio 2015), here at the end of "
        "training: 1 is teacher forcing. Course notes use both directions: some mean the model’s own token."
    ),
    figures=ExposureFigureWords(
        view=ENGLISH_VIEW,
        right="right tokens, %",
        wrong="share, %",
        position="position in the target",
        after="tokens after the damage",
        epsilon="ε: probability of the true token",
        gold="{model}, true prefix",
        own="{model}, own prefix",
        intact="k = 0: undamaged",
        damaged_one="k = 1 random token",
        damaged="k = {k} random tokens",
        repeated="outputs with a repetition",
        wrong_after_right="wrong tokens after a right prefix",
        at_position="<b>{line}</b><br>position {x}: {value} % right<br>interval {low} to {high} %, {count} of {n}",
        at_after=(
            "<b>{model}</b><br>{line}<br>{x} after the damage: {value} % right<br>"
            "interval {low} to {high} %, {count} of {n}"
        ),
        at_epsilon="<b>{model}</b><br>{line}: {value} %<br>interval {low} to {high} %, {count} of {n}",
        interval="Thin lines are 95 % intervals (Wilson).",
        interval_on_hover="Point at a position for its 95 % interval (Wilson) and its count.",
        account="{title}.",
        account_line="{line}: {points}.",
        account_point="at {x} {value} % ({low} to {high}, n = {n})",
    ),
)

CHINESE: Final = ExposureWords(
    title="曝光偏差",
    explain=(
        "教师强制训练时，模型只读到正确的前缀；使用时，它读到的是自己写出的内容。自己出错之后该怎么办，"
        "训练中从未见过：训练与使用之间的这种差距就是曝光偏差。计划采样让模型在训练时就读到一部分自己写出的词元。"
        "每个任务都用这两种方式各学一遍，其余设置不变，并测量一次。"
    ),
    task="任务",
    tasks={"dates": "日期", "scan": "指令到动作（SCAN）", "phonemes": "字母到音素"},
    forced="教师强制",
    sampled="计划采样（ε 最终为 {epsilon}）",
    positions="各位置的正确率",
    positions_explain=(
        "点线：前缀是参考输出。实线：前缀是模型自己的输出。同色的两条线分开之处，就是一错再错之处。"
        "只要参考输出在该位置有词元（包括结束词元），该位置就计入；输出若在此之前已经结束，则算错。"
    ),
    perplexities=(
        "{model}：教师强制 {forced}（{forced_low} 至 {forced_high}），自由运行 {free}（{free_low} 至 {free_high}）；"
        "{cut}\u00a0% 的输出过早结束。"
    ),
    perplexity=(
        "参考输出的困惑度及 95 % 区间。教师强制：前缀是参考输出。自由运行：前缀是模型自己的输出，"
        "要预测的仍是参考输出的词元。"
    ),
    measured="{pairs} 对测试数据，贪心选择，各一个参考输出。",
    recovery="写错之后能回到正轨吗？",
    recovery_explain=(
        "把正确前缀的最后 k 个词元换成随机词元，然后让模型自己写下去。要过多久才能和前缀未受损（k = 0）时一样好？"
        "所有 k 都在相同的目标词元上比较。"
    ),
    place="前缀有 {place} 个词元，受损部分到最后一个词元为止。",
    overcorrection="过度纠正：计划采样的代价",
    overcorrection_explain=(
        "训练时常读自己词元的模型，仍被要求写出参考输出的下一个词元，不管是否通顺：它可能学会不相信任何前缀。"
        "这里统计两种情况：输出中连续重复（至多四个词元为一组）的次数多于参考输出；在完全正确的前缀之后立即写错。"
    ),
    convention=(
        "ε 是训练时解码器读到正确词元的概率（Bengio 2015），这里取训练结束时的值：1 就是教师强制。"
        "各种讲义的用法有两种方向：有的指读到模型自己词元的概率。"
    ),
    figures=ExposureFigureWords(
        view=CHINESE_VIEW,
        right="正确词元，%",
        wrong="比例，%",
        position="目标序列中的位置",
        after="受损处之后第几个词元",
        epsilon="ε：读到正确词元的概率",
        gold="{model}，正确前缀",
        own="{model}，自己的前缀",
        intact="k = 0：未受损",
        damaged_one="k = 1 个随机词元",
        damaged="k = {k} 个随机词元",
        repeated="有重复的输出",
        wrong_after_right="正确前缀之后的错误词元",
        at_position="<b>{line}</b><br>位置 {x}：{value} % 正确<br>区间 {low} 至 {high} %，{n} 个中 {count} 个",
        at_after=(
            "<b>{model}</b><br>{line}<br>受损处之后第 {x} 个：{value} % 正确<br>"
            "区间 {low} 至 {high} %，{n} 个中 {count} 个"
        ),
        at_epsilon="<b>{model}</b><br>{line}：{value} %<br>区间 {low} 至 {high} %，{n} 个中 {count} 个",
        interval="细线是 95 % 区间（Wilson）。",
        interval_on_hover="指向某个位置可查看其 95 % 区间（Wilson）和计数。",
        account="{title}。",
        account_line="{line}：{points}。",
        account_point="{x} 处 {value} %（{low} 至 {high}，n = {n}）",
    ),
)
