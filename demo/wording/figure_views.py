"""What the frame around any figure says: English and 简体中文."""

from typing import Final

from demo.wording.view_words import ViewWords

ENGLISH_VIEW: Final = ViewWords(
    loading="Drawing…",
    failed="The drawing library did not load, so this figure cannot be drawn. Reload the page to try again.",
    save_svg="Save as SVG",
    save_png="Save as PNG",
    scroll="Figure; scrolls sideways",
    file_name="figure",
)

CHINESE_VIEW: Final = ViewWords(
    loading="正在绘制……",
    failed="绘图库未能加载，无法显示此图。请刷新页面重试。",
    save_svg="保存为 SVG",
    save_png="保存为 PNG",
    scroll="图形，可左右滚动",
    file_name="图",
)
