"""简体中文页面。"""

from typing import Final

from . import architectures, attention_sections, endings, gallery, search, trace_file, what_if
from .page_words import (
    FrameWords,
    InputWords,
    MessageWords,
    NBestWords,
    PageWords,
    PanelWords,
    ResultWords,
    TreeSectionWords,
)

_FRAME: Final = FrameWords(
    title="Seq2Seq 实验室",
    tagline="观察训练好的序列到序列模型如何一步一步写出结果。",
    language="语言",
    footer=(
        "页面上的每个数字都是模型计算结果的舍入值。"
        "同样的搜索也可以作为数据获取：[API](?view=api)，端点 `/decode` 与 `/compare`。"
    ),
    failed="这个请求出了问题，应用仍在运行。请再试一次。",
    crowded="演示正忙：已有 {waiting} 人在等待。请几秒后再试。",
)

_INPUT: Final = InputWords(
    sentence="{what}（最多 {limit} 个字符）",
    placeholder="在此输入，按回车键开始",
    translate="翻译",
    examples="试一试",
    reasons={
        "differ": "贪心搜索与集束搜索结果不同",
        "beam_worse": "集束搜索反而更差",
        "long": "长句",
        "unseen": "模型从未见过的词",
    },
    reason_and_note="{reason}：{note}",
    seed="种子",
    seed_info="相同的种子抽出相同的文字；按钮使用下一个种子",
    temperature="温度",
    temperature_info="低于 1 时偏向高概率词元，高于 1 时偏向低概率词元",
    sample="采样",
    beam_size="束宽",
    beam_size_info="每一步保留的前缀个数",
    alpha="Alpha",
    alpha_info="长度惩罚：0 表示没有，数值越大越偏向长输出",
    more="更多",
    max_length="最大长度",
    max_length_info="词元数，含结束符。0 表示原文的两倍再加模型自己的余量，最多 {limit}",
    min_length="最小长度",
    min_length_info="输出结束之前至少要写的词元数，不含结束符",
    stop_rule="集束搜索的停止规则",
    stop_rule_info="搜索何时结束",
    stop_rules={
        "k_finished": "完整输出的个数达到束宽",
        "nothing_live_can_win": "束中剩余的前缀都不可能胜出",
    },
)

_MESSAGE: Final = MessageWords(
    hint="请输入内容、选择一个例子，或按下按钮。",
    loading="模型正在加载，启动后需要几秒钟。加载完成后会立即处理您的输入。",
    busy="正在解码……",
    gone="该结果已不再保留，请重新解码。",
    problems={
        "empty": "还没有要解码的内容：请先输入。",
        "too long": "输入有 {found} 个字符，最多只能有 {limit} 个。",
        "too many tokens": "模型把这段文字切成了 {found} 个词元，最多只能有 {limit} 个。请缩短输入。",
        "not text": "这不是有效的文字：其中有一个编码不对应任何字符。",
        "model": "模型必须是 {models} 之一，得到的是 {found}。",
        "beam size": "束宽必须是 {low} 到 {high} 的整数，得到的是 {found}。",
        "alpha": "Alpha 必须是 {low} 到 {high} 的数，得到的是 {found}。",
        "maximum length": "最大长度必须是 {low} 到 {high} 的整数，得到的是 {found}。",
        "minimum length": "最小长度必须是 {low} 到 {high} 的整数，得到的是 {found}。",
        "minimum too high": "最小长度（{minimum}）必须小于最大长度（{maximum}），因为结束符也计入长度。",
        "stop rule": "停止规则必须是 {rules} 之一，得到的是 {found}。",
        "seed": "种子必须是 {low} 到 {high} 的整数，得到的是 {found}。",
        "temperature": "温度必须是 {low} 到 {high} 的数，得到的是 {found}。",
        "length rule": "统一得分必须是 {rules} 之一，得到的是 {found}。",
        "top p": "Top p 必须是 {low} 到 {high} 的数，得到的是 {found}。",
        "algorithm": "算法必须是这个模型所用的算法之一（{algorithms}），得到的是 {found}。",
        "pins": "无法从外部设定该模型的注意力：{reason}。",
        "trace": "这个文件不是可以显示的记录：{reason}",
        "no trace": "这个文件里没有记录：它是空的。",
        "trace too large": "文件有 {found} 个字符；最多 {limit} 个。",
        "trace too wide": (
            "记录太大，无法画出：有 {steps} 步、{candidates} 个候选和 {pieces} 个源端词元；"
            "最多分别为 {most_steps}、{most_candidates} 和 {most_pieces}。"
        ),
        "changes": "一次搜索最多可以改动 {limit} 处。",
        "loading": "模型仍在加载，请几秒后再试。",
        "failed": "这个模型无法加载。原因见程序日志。",
        "refused": "模型无法读取这段文字：{reason}。",
    },
)

_RESULT: Final = ResultWords(
    title="结果",
    explain="贪心搜索每一步都取概率最大的词元，采样则抽取它；集束搜索同时保留多个前缀，最后才做决定。",
    greedy="贪心搜索",
    sample="采样，种子 {seed}，温度 {temperature}",
    beam="集束搜索，束宽 {beam_size}",
    empty="（空输出）",
    pieces="词元",
    pieces_hint="模型写出的词元；▁ 表示单词的开头，</s> 表示输出结束",
    parting="从这里开始不同",
    show_attention="查看注意力",
    attention_shown="正在显示注意力",
    show_numbers="查看它的数字",
    numbers_shown="正在显示它的数字",
    log_prob_sum="对数概率之和",
    length="长度 T",
    penalty="惩罚",
    score="得分",
    found="最佳输出所在的步",
    found_value="{winner}（共 {last} 步）",
    stopped="停止原因",
    reasons={
        "end token": "已写出结束符",
        "end token drawn": "已抽到结束符",
        "k_finished": "完整输出的个数已达到束宽",
        "nothing_live_can_win": "束中剩余的前缀都不可能胜出",
        **endings.CHINESE,
        "maximum length": "达到最大长度",
        "no live prefix": "没有可以继续的前缀",
    },
    time="用时",
    milliseconds="{time} 毫秒",
    from_cache="{time} 毫秒（之前保存的结果）",
    formula=(
        "得分 = 对数概率之和 / 惩罚，惩罚 = T^{alpha}；T 为词元数，计入结束符 </s>，不计起始符 <s>。"
        "对数为自然对数，单位是奈特：每多 1 奈特，概率是原来的 e ≈ 2.7 倍。"
    ),
    reference="参考答案",
    no_output="（没有输出）",
    verdicts={
        "nothing": "两种搜索都没有输出。",
        "only greedy": "只有贪心搜索有输出。",
        "only beam": "只有集束搜索有输出。",
        "agree": "两者一致：贪心搜索与集束搜索得到相同的输出。",
        "greedy cut": "贪心搜索达到最大长度仍未结束；集束搜索正常结束。",
        "beam cut": "集束搜索达到最大长度仍未结束；贪心搜索正常结束。",
        "both cut": "两者都达到最大长度仍未结束。集束搜索的输出在对数概率上相差 {nats} 奈特。",
        "tie": "两个输出不同，但概率与得分完全相同。",
        "beam better": "集束搜索找到了更好的输出：对数概率高 {nats_size} 奈特（概率是贪心搜索的 {times} 倍）。",
        "beam scores higher": (
            "集束搜索选中的输出概率并不更高（{nats} 奈特），但得分高 {score_size}：这是长度惩罚的作用。"
        ),
        "greedy scores higher": (
            "集束搜索的输出对数概率高 {nats_size} 奈特，但这里贪心搜索的得分高 {score_size}：按得分，集束搜索更差。"
        ),
        "beam worse": "这里集束搜索不如贪心搜索：对数概率 {nats} 奈特，得分 {score}。",
    },
    notes={
        "beam shorter": "集束搜索的输出更短：T = {beam_length}，贪心搜索为 {greedy_length}。",
        "beam longer": "集束搜索的输出更长：T = {beam_length}，贪心搜索为 {greedy_length}。",
        "beam empty": "集束搜索的输出为空：一开始就结束的得分最高。",
        "greedy empty": "贪心搜索的输出为空：第一个词元就是结束符。",
        "agreed empty": "输出为空：第一个词元就是结束符。",
        "agreed cut": "输出因达到最大长度而被截断，没有写出结束符。",
    },
    sampled="采样按概率随机抽出一段文字；集束搜索寻找概率最大的文字。",
)

_NBEST: Final = NBestWords(
    title="所有完整输出",
    explain="Alpha 只改变排名，不重新解码。选择一行可查看它是如何得来的。",
    alpha="Alpha",
    rank="名次",
    change="变化",
    output="输出",
    log_prob_sum="对数概率之和",
    length="T",
    length_explained="T：词元数，计入结束符",
    penalty="惩罚",
    score="得分",
    same="与搜索时名次相同",
    up="上升 {by}",
    down="下降 {by}",
    cut="因达到最大长度而被截断",
    now="按 alpha {alpha} 排名；搜索时为 {searched}。",
    at_search="按 alpha {alpha} 排名，与搜索时相同。",
    formula="得分 = 对数概率之和 / 惩罚，惩罚 = T^{alpha}；T 为词元数，计入结束符",
    winner_changes="最佳输出在以下位置改变：{changes}。",
    winner_change="alpha 为 {alpha}（“{before}” → “{after}”）",
    winner_stays="alpha 在 0 到 2 之间时，最佳输出始终相同。",
    order_changes="alpha 为 {alphas} 时，有名次互换。",
    search_free="在这种停止规则下，alpha 不会改变搜索本身。",
    search_same="用这个 alpha，搜索会在同一步（{step}）结束。",
    search_earlier="用 alpha {alpha}，搜索本身会改变：将在第 {step} 步而不是第 {last} 步结束。",
    search_later="用 alpha {alpha}，搜索本身会改变：第 {last} 步之后还会继续。",
    search_ranges="alpha 取其他值时，搜索会在别处结束：{ranges}。",
    search_range="alpha {low} 到 {high}，第 {step} 步",
    search_range_later="alpha {low} 到 {high}，第 {last} 步之后",
    again="用 alpha {alpha} 重新搜索",
)

_TREE: Final = TreeSectionWords(
    title="集束搜索，一步一步看",
    explain="每列是一步，每行是一个名次，连线连到真正的父节点。可以逐步前进，也可以选择任意节点。",
)

_PANEL: Final = PanelWords(
    title="选中的节点",
    explain="它的得分如何得来（未舍入的数字）、预测时注意哪里、接下来可能是什么。",
    start="起始符：尚未写出任何内容。",
    node="“{token}”，第 {step} 步，第 {rank} 名",
    greedy_node="贪心搜索：“{token}”，第 {step} 步，第 {rank} 名",
    sample_node="采样：“{token}”，第 {step} 步，第 {rank} 名",
    fates={
        "live": "保留",
        "finished": "已完成",
        "below the cut": "被剪枝：比剪枝线低 {margin} 奈特",
        "end token below the cut": "被剪枝：结束符比剪枝线低 {margin} 奈特",
        "cut at maximum length": "因达到最大长度而被截断",
        "not drawn": "未被抽中",
        "cannot win": "不可能获胜：它最好的续写也比最佳得分低 {margin}",
        "unexplored": "未探索：轮到它之前预算已用完",
        "held": "此前已完成，仍在束中",
        "pushed out": "此前已完成，以 {margin} 之差被挤出束",
    },
    fate="状态",
    prefix="已写出",
    ledger="得分明细",
    step="步",
    token="词元",
    log_prob="log p",
    running="累计和",
    length_explained="T（词元数）",
    penalty="T^{alpha}",
    score="得分",
    score_is="累计和 / T^{alpha}",
    attention="预测该词元时的注意力",
    attention_of="预测该词元时的注意力：{head}",
    no_attention="该模型没有注意力机制。",
    next_tokens="下一个词元的候选",
)

PAGE: Final = PageWords(
    frame=_FRAME,
    translate="翻译",
    gallery=gallery.CHINESE,
    card=gallery.CARD_CHINESE,
    architectures=architectures.CHINESE,
    input=_INPUT,
    message=_MESSAGE,
    result=_RESULT,
    nbest=_NBEST,
    tree=_TREE,
    search=search.CHINESE,
    panel=_PANEL,
    heatmap=attention_sections.HEATMAP_CHINESE,
    self_attention=attention_sections.SELF_ATTENTION_CHINESE,
    what_if=what_if.CHINESE,
    trace_file=trace_file.CHINESE,
)
