"""The words of the tab 'Decoders', in both languages."""

from typing import Final

from .compare_words import SectionWords
from .decoder_words import AnswerWords, AskWords, DecoderWords, FileWords, RulerWords, StepsWords, SweepWords, WayWords
from .figure_views import CHINESE_VIEW, ENGLISH_VIEW

_ASK_ENGLISH: Final = AskWords(
    model="Model",
    ways="Decoders",
    toolkit="beam search as {toolkit} does it (read in {version})",
    approximate="approximate: {reason}",
    chosen="{count} chosen, at most {most}",
    change="change",
    decode="Decode",
    length_rule="Common score",
    length_rule_info="What all outputs are held to, whatever their own search had in view",
    length_rules={
        "power": "log-prob sum / T^alpha",
        "gnmt": "log-prob sum / ((5 + T) / 6)^alpha",
        "none": "log-prob sum alone",
    },
    top_p="Sampling: top p",
    top_p_info="Only the fewest tokens that together have this probability can be drawn; 1: all",
    hint="Type something, or choose an example: one search misses the best output, another finds what is worse.",
    working="{place} of {count}: {way} is at work…",
    proving="Looking for the best output of all, and a proof…",
    problems={
        "how many": "The decoders must be {fewest} to {most}, got {found}. Choose them above.",
        "twice": "The decoders must differ from each other, got {found} twice.",
    },
    reasons={
        "search_error": "search error: a better output is missed",
        "model_error": "model error: the best output is the worse one",
        "empty": "the best output is empty",
    },
)

_ASK_CHINESE: Final = AskWords(
    model="模型",
    ways="解码方法",
    toolkit="与 {toolkit} 相同的集束搜索（依据 {version} 的代码）",
    approximate="近似：{reason}",
    chosen="已选 {count} 个，最多 {most} 个",
    change="更换",
    decode="解码",
    length_rule="统一得分",
    length_rule_info="所有输出都按它衡量，不论各自的搜索以什么为目标",
    length_rules={
        "power": "对数概率和 / T^alpha",
        "gnmt": "对数概率和 / ((5 + T) / 6)^alpha",
        "none": "只用对数概率和",
    },
    top_p="采样：top p",
    top_p_info="只能抽取合计达到这一概率的最少几个词元；1 表示全部",
    hint="请输入内容，或选择一个例子：有的搜索会错过最优输出，有的找到最优输出却更差。",
    working="第 {place} 个（共 {count} 个）：{way} 正在解码……",
    proving="正在寻找全局最优的输出并加以证明……",
    problems={
        "how many": "解码方法必须有 {fewest} 到 {most} 个，得到的是 {found} 个。请在上方选择。",
        "twice": "解码方法必须各不相同，但 {found} 出现了两次。",
    },
    reasons={
        "search_error": "搜索错误：错过了更好的输出",
        "model_error": "模型错误：得分最高的输出反而更差",
        "empty": "得分最高的输出是空的",
    },
)

_ANSWERS_ENGLISH: Final = AnswerWords(
    title="Outputs",
    explain="One model, one input. The optimum is what no output can beat under the common score.",
    agree="All {count} decoders write the same.",
    some_agree="{same} of {count} decoders write the same; the marks show where the others depart from it.",
    differ="No two decoders write the same; the marks show where they depart from the first output.",
    way="decoder",
    own_score="its own score",
    prefixes="prefixes continued",
    optimum="Optimum",
    proved="exact search: proved, no other output can score higher",
    not_proved="exact search: best so far; only scores above {excluded} are excluded",
    nothing_proved="exact search found no finished output within its budget",
    no_output="(no output)",
    searches={
        "nothing": "no output",
        "cut": "cut at the maximum length: not a complete output, so not judged",
        "optimal": "common score {score}: the optimum, proved",
        "best known": "common score {score}: nothing better was found, but that is no proof",
        "error": "common score {score}. Search error: an output that scores {missed} more was missed",
        "other aim": "common score {score}, {missed} below the best; no search error, for it had its own score in view",
        "drawn": "common score {score}, {missed} below the best; no search error: a draw does not look for the best",
    },
    models={
        "not proved": "Model error: cannot be judged, because the optimum is not proved.",
        "not searched": "Model error: cannot be judged, because no decoder finished an output.",
        "found": "The proved optimum is among the outputs above: whatever is wrong with it is the model's doing.",
        "empty": (
            "Model error: the proved optimum is the empty output. A search that finds something else owes it to having "
            "missed the optimum."
        ),
        "no reference": "Model error: no reference, cannot judge whether the optimum is worse than what was found.",
        "worse": (
            "Model error: the proved optimum is worse than what a search found: chrF {optimum} against {found}, by the "
            "reference. The model scores the worse output higher."
        ),
        "not worse": "No model error: the optimum is not worse than what was found (chrF {optimum} against {found}).",
    },
    common=(
        "Common score: {formula}. A decoder's own score stands with its own formula: other toolkits divide by other "
        "lengths, so their scores cannot be compared, outputs can."
    ),
    costs="Prefixes continued: how often the model was asked what follows. Times are by the clock, this machine.",
)

_ANSWERS_CHINESE: Final = AnswerWords(
    title="输出",
    explain="同一个模型，同一个输入。最优输出是指按统一得分没有任何输出能超过它。",
    agree="{count} 种解码方法的输出完全相同。",
    some_agree="{count} 种解码方法中有 {same} 种输出相同；标记处是其余输出与它不同的地方。",
    differ="各种解码方法的输出都不相同；标记处是与第一个输出不同的地方。",
    way="解码方法",
    own_score="自己的得分",
    prefixes="续写的前缀数",
    optimum="最优输出",
    proved="精确搜索：已证明，没有其他输出得分更高",
    not_proved="精确搜索：目前最好；只能排除高于 {excluded} 的得分",
    nothing_proved="精确搜索在预算内没有找到完整的输出",
    no_output="（没有输出）",
    searches={
        "nothing": "没有输出",
        "cut": "在最大长度处被截断：不是完整输出，不作判断",
        "optimal": "统一得分 {score}：最优，已证明",
        "best known": "统一得分 {score}：没有找到更好的，但这不是证明",
        "error": "统一得分 {score}。搜索错误：错过了得分高 {missed} 的输出",
        "other aim": "统一得分 {score}，比最好的低 {missed}；不算搜索错误，因为它以自己的得分为目标",
        "drawn": "统一得分 {score}，比最好的低 {missed}；不算搜索错误，因为采样并不寻找最优",
    },
    models={
        "not proved": "模型错误：无法判断，因为最优输出没有得到证明。",
        "not searched": "模型错误：无法判断，因为没有任何解码方法得到完整输出。",
        "found": "已证明的最优输出就在上面的输出之中：若它有错，错在模型。",
        "empty": "模型错误：已证明的最优输出是空的。搜索若得到别的输出，正是因为错过了最优输出。",
        "no reference": "模型错误：没有参考译文，无法判断最优输出是否比找到的更差。",
        "worse": (
            "模型错误：按参考译文，已证明的最优输出比搜索找到的更差：chrF {optimum} 对 {found}。"
            "模型给更差的输出打了更高的分。"
        ),
        "not worse": "这里没有模型错误：最优输出不比找到的差（chrF {optimum} 对 {found}）。",
    },
    common=(
        "统一得分：{formula}。每种方法自己的得分附有自己的公式：各工具除以的长度不同，得分之间不能比较，输出可以。"
    ),
    costs="续写的前缀数：模型被问“下一个词元是什么”的次数。时间是在本机上的实际用时。",
)

_RULER_ENGLISH: Final = RulerWords(
    view=ENGLISH_VIEW,
    raw="log-prob sum (nats)",
    normalised="common score: {formula}",
    optimum="optimum",
    hover="{name}: {text}<br>log-prob sum {raw}, T {length}, common score {score}",
    account="{count} outputs by log-prob sum and by common score.",
    account_line="{name}: {raw}, then {score}.",
    flips="{first} and {second} change places: the longer output loses on the left and wins on the right.",
    no_flip="No two outputs change places: the length rule does not alter their order here.",
    nothing="There is no finished output to place on the ruler.",
)

_RULER_CHINESE: Final = RulerWords(
    view=CHINESE_VIEW,
    raw="对数概率和（奈特）",
    normalised="统一得分：{formula}",
    optimum="最优",
    hover="{name}：{text}<br>对数概率和 {raw}，T {length}，统一得分 {score}",
    account="{count} 个输出，先按对数概率和，再按统一得分。",
    account_line="{name}：{raw}，然后是 {score}。",
    flips="{first} 与 {second} 互换了名次：较长的输出在左边落后，在右边领先。",
    no_flip="没有输出互换名次：长度规则在这里不改变它们的顺序。",
    nothing="没有可以放在标尺上的完整输出。",
)

_SWEEP_ENGLISH: Final = SweepWords(
    title="Every beam size",
    explain="The same input with beams of 1, 2, 3…: where more prefixes stop helping, and where they begin to hurt.",
    start="Try all beam sizes",
    working="Beam size {beam_size} of {most}…",
    view=ENGLISH_VIEW,
    beam_size="Beam size",
    score="Common score",
    length="T",
    optimum="optimum",
    hover="Beam size {beam_size}: {text}<br>common score {score}, T {length}",
    account="{count} beam sizes.",
    account_line="Size {beam_size}: score {score}, T {length}.",
    sizes="{first}–{last}",
    size="{first}",
    best_from="The best score is reached at beam size {beam_size}; larger beams do not raise it.",
    hurts_score=(
        "At beam size {beam_size} the score falls below that of size {best}: a larger beam can lose what a smaller one "
        "kept."
    ),
    hurts_quality=(
        "From beam size {beam_size} on the output is worse by the reference (chrF {after}, before {before}), though it "
        "scores higher."
    ),
    no_hurt="No beam size scores below a smaller one here.",
    chrf="chrF {value}",
)

_SWEEP_CHINESE: Final = SweepWords(
    title="各种束宽",
    explain="同一个输入，束宽依次为 1、2、3……：看从哪里开始更多前缀不再有用，又从哪里开始有害。",
    start="尝试所有束宽",
    working="束宽 {beam_size}（最大 {most}）……",
    view=CHINESE_VIEW,
    beam_size="束宽",
    score="统一得分",
    length="T",
    optimum="最优",
    hover="束宽 {beam_size}：{text}<br>统一得分 {score}，T {length}",
    account="共 {count} 种束宽。",
    account_line="束宽 {beam_size}：得分 {score}，T {length}。",
    sizes="{first}–{last}",
    size="{first}",
    best_from="束宽为 {beam_size} 时达到最高得分；更大的束宽不再提高。",
    hurts_score="束宽为 {beam_size} 时得分低于束宽 {best}：更大的束可能丢掉较小的束所保留的前缀。",
    hurts_quality="从束宽 {beam_size} 起，按参考译文输出更差（chrF {after}，之前为 {before}），尽管得分更高。",
    no_hurt="这里没有哪个束宽的得分低于更小的束宽。",
    chrf="chrF {value}",
)

_FILE_ENGLISH: Final = FileWords(
    title="A file of sentences, by beam size",
    explain=(
        "A text file with a source, a tab and a reference in each line (at most 200 lines). It is decoded with the "
        "model and the score chosen above, with beams of 1, 2, 4 and 8, and is not kept."
    ),
    upload="Choose a file…",
    cancel="Stop",
    save="Save as CSV",
    working="Beam size {beam_size}: {done} of {count} sentences…",
    proving="Looking for better outputs: {done} of {count} sentences…",
    done="{count} sentences.",
    cancelled="Stopped; nothing is shown of what was not finished.",
    columns={
        "beam_size": "beam size",
        "bleu": "BLEU",
        "chrf": "chrF",
        "length_ratio": "length ratio",
        "search_errors": "search errors",
        "empty": "empty outputs",
    },
    problems={
        "not text": "The file must be UTF-8 text, and this one is not.",
        "too large": "The file must have at most {limit} bytes, got {found}.",
        "too many": "The file must have at most {limit} lines, got {found}.",
        "no lines": "The file must have at least one line with a source, a tab and a reference.",
        "line": "Line {line} must be a source, a tab and a reference, got {found}.",
        "source": "Line {line}: {reason}.",
    },
    notes=(
        "Length ratio: words written over words of the references, as blanks part them. Search errors: sentences for "
        "which the exact search, with a small budget, knows an output that scores higher; it proved the optimum for "
        "{proved} of {count}; where it did not, there may be more."
    ),
)

_FILE_CHINESE: Final = FileWords(
    title="一个文件的句子，按束宽比较",
    explain=(
        "文本文件，每行依次为源句、制表符和参考译文（最多 200 行）。"
        "用上面选定的模型和得分，以束宽 1、2、4、8 解码；文件不会保留。"
    ),
    upload="选择文件……",
    cancel="停止",
    save="保存为 CSV",
    working="束宽 {beam_size}：第 {done} 句，共 {count} 句……",
    proving="正在寻找更好的输出：第 {done} 句，共 {count} 句……",
    done="共 {count} 句。",
    cancelled="已停止；未完成的部分不显示。",
    columns={
        "beam_size": "束宽",
        "bleu": "BLEU",
        "chrf": "chrF",
        "length_ratio": "长度比",
        "search_errors": "搜索错误",
        "empty": "空输出",
    },
    problems={
        "not text": "文件必须是 UTF-8 文本，而这个不是。",
        "too large": "文件最多 {limit} 字节，得到的是 {found}。",
        "too many": "文件最多 {limit} 行，得到的是 {found} 行。",
        "no lines": "文件至少要有一行，依次为源句、制表符和参考译文。",
        "line": "第 {line} 行必须依次为源句、制表符和参考译文，得到的是 {found}。",
        "source": "第 {line} 行：{reason}。",
    },
    notes=(
        "长度比：输出的词数除以参考译文的词数（按空格分词）。搜索错误：精确搜索在很小的预算内已知有得分更高的输出的句子；"
        "{count} 句中有 {proved} 句证明了最优；其余句子可能还有未发现的搜索错误。"
    ),
)

ENGLISH: Final = DecoderWords(
    tab="Decoders",
    ways={
        "greedy": WayWords(name="Greedy", idea="always the most probable token"),
        "beam": WayWords(name="Beam, size {beam_size}", idea="ends when as many outputs finished as the beam is wide"),
        "patient": WayWords(name="Patient beam, size {beam_size}", idea="ends when nothing live can win"),
        "diverse": WayWords(name="Diverse beam, size {beam_size}", idea="groups that avoid each other's tokens"),
        "sampling": WayWords(name="Sampling", idea="draws every token by its probability"),
    },
    ask=_ASK_ENGLISH,
    answers=_ANSWERS_ENGLISH,
    ruler_head=SectionWords(
        title="Two totals, one ruler",
        explain=(
            "Left the sum of log-probabilities, right the common score; higher is better. Lines that cross are outputs "
            "that the length rule makes change places."
        ),
    ),
    ruler=_RULER_ENGLISH,
    steps=StepsWords(
        title="One search, step by step",
        explain="Each column is a step, each row a rank, each line leads to the true parent. Exact search has depths.",
        choice="Search of",
        save="Save this search as a trace file",
    ),
    sweep=_SWEEP_ENGLISH,
    file=_FILE_ENGLISH,
)

CHINESE: Final = DecoderWords(
    tab="解码方法",
    ways={
        "greedy": WayWords(name="贪心搜索", idea="总是取概率最大的词元"),
        "beam": WayWords(name="集束搜索，束宽 {beam_size}", idea="完整输出的个数达到束宽时结束"),
        "patient": WayWords(name="耐心的集束搜索，束宽 {beam_size}", idea="束中没有前缀还能胜出时结束"),
        "diverse": WayWords(name="多样化集束搜索，束宽 {beam_size}", idea="各组避开其他组用过的词元"),
        "sampling": WayWords(name="采样", idea="按概率抽取每个词元"),
    },
    ask=_ASK_CHINESE,
    answers=_ANSWERS_CHINESE,
    ruler_head=SectionWords(
        title="两种总分，一把标尺",
        explain="左边是对数概率和，右边是统一得分；越高越好。相交的线表示长度规则使这些输出互换了名次。",
    ),
    ruler=_RULER_CHINESE,
    steps=StepsWords(
        title="逐步查看一次搜索",
        explain="每列是一步，每行是一个名次，每条线都通向真正的父节点。精确搜索的列是深度。",
        choice="查看哪种方法",
        save="将这次搜索保存为记录文件",
    ),
    sweep=_SWEEP_CHINESE,
    file=_FILE_CHINESE,
)
