"""The words of the tab 'Training lab', in both languages."""

from typing import Final

from .compare_words import SectionWords
from .figure_views import CHINESE_VIEW, ENGLISH_VIEW
from .lab_words import LabAnswerWords, LabAskWords, LabCurveWords, LabMapWords, LabRunWords, LabWords

_ASK_ENGLISH: Final = LabAskWords(
    task="Task",
    tasks={
        "dates": "Dates to ISO",
        "copy": "Copy letters",
        "reverse": "Reverse letters",
        "sort": "Sort numbers",
        "number-words": "Number words → digits",
        "digits-to-words": "Digits → number words",
        "parse": "Sentence → tree",
        "labels": "Text → labels",
        "": "My own pairs (More)",
    },
    comparison="Side by side",
    comparisons={
        "one": "One model",
        "teaching": "Two ways of teaching",
        "attention": "Attention and none",
        "length": "Short and long sources",
    },
    course="What the decoder reads in training",
    course_info="ε: probability of the true token; else its own",
    courses={
        "truth": "Teacher forcing: ε = 1",
        "inverse-sigmoid": "Scheduled sampling: inverse sigmoid",
        "linear": "Scheduled sampling: linear",
        "exponential": "Scheduled sampling: exponential",
        "free": "Free running: ε = 0",
    },
    start="Train",
    stop="Stop",
    go_on="Continue",
    network="Network",
    networks={
        "gru": "GRU (recurrent)",
        "lstm": "LSTM (recurrent)",
        "rnn": "Simple RNN (recurrent)",
        "transformer": "Transformer",
        "convolutional": "Convolutional",
    },
    looks="Attention",
    looks_info="Transformer and convolution have their own",
    looks_names={
        "additive": "Additive (Bahdanau)",
        "general": "General (Luong)",
        "scaled-dot": "Scaled dot product",
        "location-aware": "Location-aware",
        "monotonic": "Monotonic",
        "none": "None: one vector",
        "own": "Its own",
    },
    size="Size",
    sizes={"small": "Small", "medium": "Medium", "large": "Large"},
    difficulty="Difficulty",
    difficulty_info="Longer sources, or more ways to write them",
    half="Speed of scheduled sampling",
    half_info="Updates after which ε is one half",
    own="Its own token is",
    owns={"argmax": "the likeliest", "sample": "drawn by probability"},
    seed="Seed",
    seed_info="The same seed learns the same again",
    file_title="My own pairs",
    file_explain=(
        "A text file, one pair a line: source, a tab, target. At most {lines} lines and {bytes} KB, {characters} "
        "characters a side. It stays on this server only while you are here, and is then deleted."
    ),
    file_choose="Choose a file",
    cut="Cut into",
    cuts={"char": "characters", "word": "words"},
    file_taken="{count} pairs read. Press Train to learn them.",
    file_missing="Choose a file under More first, or another task.",
    problems={
        "no file": "The file did not arrive. Choose it again.",
        "too large": "The file must have at most {limit} bytes, got {found}.",
        "not text": "Line {line}: the file must be UTF-8 text, and this line is not.",
        "too few": "The file must have {limit} pairs or more, got {found}.",
        "too many": "Line {line}: the file must have at most {limit} pairs.",
        "one source": "The pairs must have different sources, and all of these have the same.",
        "tabs": "Line {line}: a line must be source, one tab, target; this one has {tabs} tabs: “{found}”",
        "empty side": "Line {line}: source and target must not be empty: “{found}”",
        "long side": "Line {line}: a side must have at most {limit} characters, got {found}.",
        "control": "Line {line}: a side must have no control characters.",
    },
    refused="This cannot be trained: {reason}",
    hint="Press Train: a model begins knowing nothing, and you see it learn. A training takes at most three minutes.",
    queued="Two trainings run at a time, for all visitors. Yours begins as soon as one ends.",
    crowded="Too many visitors are training at the moment. Try again in a few minutes.",
)

_ASK_CHINESE: Final = LabAskWords(
    task="任务",
    tasks={
        "dates": "英文日期",
        "copy": "复制字母",
        "reverse": "反转字母",
        "sort": "数字排序",
        "number-words": "英文数词 → 数字",
        "digits-to-words": "数字 → 英文数词",
        "parse": "句子 → 句法树",
        "labels": "文本 → 标签",
        "": "我自己的数据（更多）",
    },
    comparison="并排比较",
    comparisons={
        "one": "一个模型",
        "teaching": "两个：不同教法",
        "attention": "两个：有无注意力",
        "length": "两个：短或长输入",
    },
    course="训练时解码器读什么",
    course_info="ε：读真实词元的概率；否则读自己的输出",
    courses={
        "truth": "教师强制：ε = 1",
        "inverse-sigmoid": "计划采样：反 S 形下降",
        "linear": "计划采样：线性下降",
        "exponential": "计划采样：指数下降",
        "free": "自由运行：ε = 0",
    },
    start="开始训练",
    stop="停止",
    go_on="继续",
    network="网络",
    networks={
        "gru": "GRU（循环）",
        "lstm": "LSTM（循环）",
        "rnn": "简单 RNN（循环）",
        "transformer": "Transformer 模型",
        "convolutional": "卷积",
    },
    looks="注意力",
    looks_info="Transformer 和卷积网络用自己的注意力",
    looks_names={
        "additive": "加性（Bahdanau）",
        "general": "双线性（Luong）",
        "scaled-dot": "缩放点积",
        "location-aware": "位置感知",
        "monotonic": "单调",
        "none": "无：只用一个向量",
        "own": "自带",
    },
    size="规模",
    sizes={"small": "小", "medium": "中", "large": "大"},
    difficulty="难度",
    difficulty_info="输入更长，或写法更多",
    half="计划采样的速度",
    half_info="多少次更新后 ε 降到一半",
    own="自己的词元取",
    owns={"argmax": "概率最大者", "sample": "按概率抽取"},
    seed="随机种子",
    seed_info="种子相同，学习过程就相同",
    file_title="我自己的数据",
    file_explain=(
        "文本文件，每行一对：原文、一个制表符、译文。最多 {lines} 行、{bytes} KB，每侧最多 {characters} 个字符。"
        "文件只在您访问期间保留在服务器上，之后即被删除。"
    ),
    file_choose="选择文件",
    cut="切分为",
    cuts={"char": "字符", "word": "单词"},
    file_taken="已读入 {count} 对。请按“开始训练”。",
    file_missing="请先在“更多”中选择文件，或换一个任务。",
    problems={
        "no file": "文件没有传到，请重新选择。",
        "too large": "文件最多 {limit} 字节，实际为 {found}。",
        "not text": "第 {line} 行：文件必须是 UTF-8 文本，而这一行不是。",
        "too few": "文件至少要有 {limit} 对，实际为 {found}。",
        "too many": "第 {line} 行：文件最多只能有 {limit} 对。",
        "one source": "各行的原文应当不同，而这里全都一样。",
        "tabs": "第 {line} 行：每行应为原文、一个制表符、译文；这一行有 {tabs} 个制表符：“{found}”",
        "empty side": "第 {line} 行：原文和译文都不能为空：“{found}”",
        "long side": "第 {line} 行：每侧最多 {limit} 个字符，实际为 {found}。",
        "control": "第 {line} 行：不能含有控制字符。",
    },
    refused="无法训练：{reason}",
    hint="按“开始训练”：模型从一无所知开始，您可以看着它学习。一次训练最多三分钟。",
    queued="所有访客合计同时只运行两个训练；有一个结束，您的训练就开始。",
    crowded="目前训练的访客太多。请过几分钟再试。",
)

_RUN_ENGLISH: Final = LabRunWords(
    stages={
        "waiting": "Waiting: number {place} in the queue",
        "starting": "Starting…",
        "running": "Learning…",
        "stopping": "Stopping: the model is being saved…",
        "stopped": "Stopped",
        "learnt": "Learnt: no mistake in three looks in a row",
        "time": "Ended: three minutes are over",
        "cancelled": "Cancelled before it began",
        "failed": "The training broke off. Press Train to begin again. {reason}",
    },
    what="{task}; {network}, attention: {looks}, {size}",
    taught="{course}",
    difficulty="difficulty {difficulty}",
    changed="schedule changed after {tokens} k tokens",
    exact="Exact match",
    exact_of="greedy, {count} held-out pairs",
    loss="Loss",
    epsilon="ε",
    learnt_from="Learnt from",
    tokens="{thousands} k tokens in {seconds} s",
    ready="The model is now in your lists of Translate, Decoders and Compare; nobody else sees it.",
    use="Try it in Translate",
    download="Download",
)

_RUN_CHINESE: Final = LabRunWords(
    stages={
        "waiting": "等待中：排在第 {place} 位",
        "starting": "正在启动……",
        "running": "正在学习……",
        "stopping": "正在停止：保存模型……",
        "stopped": "已停止",
        "learnt": "学会了：连续三次检查无错误",
        "time": "已结束：三分钟到了",
        "cancelled": "开始之前已取消",
        "failed": "训练中断。请按“开始训练”重来。{reason}",
    },
    what="{task}；{network}，注意力：{looks}，规模：{size}",
    taught="{course}",
    difficulty="难度 {difficulty}",
    changed="在 {tokens} 千词元后更改了计划",
    exact="完全匹配",
    exact_of="贪心解码，{count} 对留出数据",
    loss="损失",
    epsilon="ε",
    learnt_from="已学习",
    tokens="{thousands} 千词元，用时 {seconds} 秒",
    ready="模型已出现在您的“翻译”“解码方法”和“模型比较”列表中，其他人看不到。",
    use="在“翻译”中试用",
    download="下载",
)

_CURVES_ENGLISH: Final = LabCurveWords(
    title="What it can do",
    explain="Measured every second or two on held-out pairs: loss with the true prefix, exact match by greedy search.",
    view=ENGLISH_VIEW,
    loss="loss (nats)",
    exact="exact match %",
    gap="gap %",
    epsilon="ε",
    tokens="target tokens learnt from",
    hover=(
        "<b>{name}</b><br>{tokens} tokens, {seconds} s<br>loss {loss} nats a token<br>exact match {exact} %<br>"
        "tokens right: {true_prefix} % with the true prefix, {own_prefix} % with its own<br>ε {epsilon}"
    ),
    changed="schedule changed",
    nothing="The curves begin with the first look at the model.",
    account="{name}: after {tokens} tokens loss {loss}, exact match {exact} %, epsilon {epsilon}.",
    gap_note=(
        "Gap: of 100 tokens, how many more are right when the decoder reads the true prefix than when it reads its own "
        "output. That is exposure bias as it arises."
    ),
)

_CURVES_CHINESE: Final = LabCurveWords(
    title="它会了多少",
    explain="每一两秒在留出数据上测一次：损失用真实前缀计算，完全匹配由贪心解码得出。",
    view=CHINESE_VIEW,
    loss="损失（nat）",
    exact="完全匹配 %",
    gap="差距 %",
    epsilon="ε",
    tokens="已学习的目标词元数",
    hover=(
        "<b>{name}</b><br>{tokens} 个词元，{seconds} 秒<br>损失 {loss} nat/词元<br>完全匹配 {exact} %<br>"
        "正确词元：真实前缀 {true_prefix} %，自己的前缀 {own_prefix} %<br>ε {epsilon}"
    ),
    changed="计划更改",
    nothing="第一次检查模型后，曲线就会出现。",
    account="{name}：学习 {tokens} 个词元后，损失 {loss}，完全匹配 {exact} %，ε 为 {epsilon}。",
    gap_note="差距：每 100 个词元中，解码器读真实前缀时比读自己的输出时多对几个。这就是正在形成的曝光偏差。",
)

_MAPS_ENGLISH: Final = LabMapWords(
    title="Where it looks",
    explain="One held-out example, decoded at every look: attention is spread out at first, then finds its place.",
    slider="Look",
    slider_info="Move it back to see how it came about; the right end follows the training",
    caption="{letter}, after {tokens} tokens ({seconds} s): {output}",
    quoted="“{output}”",
)

_MAPS_CHINESE: Final = LabMapWords(
    title="它看向哪里",
    explain="同一个留出的例子，每次检查都重新解码：起初注意力是散开的，后来逐渐找到位置。",
    slider="检查次数",
    slider_info="往回拖动，看注意力如何形成；拖到最右端则跟随训练",
    caption="{letter}，学习 {tokens} 个词元后（{seconds} 秒）：{output}",
    quoted="“{output}”",
)

_ANSWERS_ENGLISH: Final = LabAnswerWords(
    title="What it says",
    explain="Held-out pairs at the look that the slider shows: the first four right ones, the first four wrong ones.",
    source="Source",
    output="Output",
    target="Right would be",
    right="right",
    wrong="wrong",
    empty="(nothing)",
)

_ANSWERS_CHINESE: Final = LabAnswerWords(
    title="它的输出",
    explain="滑块所示时刻的留出数据：最先答对的四个和最先答错的四个。",
    source="输入",
    output="输出",
    target="正确答案",
    right="正确",
    wrong="错误",
    empty="（空）",
)

ENGLISH: Final = LabWords(
    tab="Training lab",
    head=SectionWords(
        title="Training lab",
        explain="A small model learns before your eyes. Stop it, teach it differently, go on; use it in other tabs.",
    ),
    ask=_ASK_ENGLISH,
    run=_RUN_ENGLISH,
    curves=_CURVES_ENGLISH,
    maps=_MAPS_ENGLISH,
    answers=_ANSWERS_ENGLISH,
)

CHINESE: Final = LabWords(
    tab="训练实验室",
    head=SectionWords(
        title="训练实验室",
        explain="看一个小模型当场学习。可以停下，改变教法，再继续；学好后在别处使用。",
    ),
    ask=_ASK_CHINESE,
    run=_RUN_CHINESE,
    curves=_CURVES_CHINESE,
    maps=_MAPS_CHINESE,
    answers=_ANSWERS_CHINESE,
)
