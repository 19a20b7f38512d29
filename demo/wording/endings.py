"""Why a search ended, in words that the result and the tree share."""

from collections.abc import Mapping
from typing import Final

ENGLISH: Final[Mapping[str, str]] = {
    "first_finished": "the first output finished",
    "top_finished": "the best candidate of the step is an end",
    "live_scores_lower": (
        "as many outputs finished as the beam is wide, and no live prefix scores above the worst of them now"
    ),
    "nothing_live_can_enter": (
        "as many outputs finished as the beam is wide, and no live prefix can still beat the worst of them"
    ),
    "shrinking": "every finished output took a place of the beam, and none is left",
    "every_place_finished": "at every rank of the beam an end token has stood",
    "maximum_length": "the maximum length alone ends the search",
    "proved optimal": "proved optimal: no other output can score higher",
    "node budget": "the budget of prefixes was used up",
    "time budget": "the budget of time was used up",
}
CHINESE: Final[Mapping[str, str]] = {
    "first_finished": "已有第一个完整输出",
    "top_finished": "这一步的最佳候选是结束符",
    "live_scores_lower": "完整输出的个数达到束宽，且目前没有存活前缀的得分高于其中最差者",
    "nothing_live_can_enter": "完整输出的个数达到束宽，且没有存活前缀还能胜过其中最差者",
    "shrinking": "每个完整输出都占去束中的一个位置，已无剩余位置",
    "every_place_finished": "束的每个名次上都出现过结束符",
    "maximum_length": "只有最大长度才会结束搜索",
    "proved optimal": "已证明最优：没有其他输出的得分能更高",
    "node budget": "前缀数量预算已用完",
    "time budget": "时间预算已用完",
}
