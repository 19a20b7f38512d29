"""A page with nothing but figures over recorded searches: python -m tests.browser.figure_page

The figures sit in a tab that is closed when the page opens, as the app's may.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

from demo.figures.bundle import Bundle
from demo.figures.head_maps import draw_heads
from demo.figures.heads import choice_in
from demo.figures.heatmap import heatmap_bundle
from demo.figures.next_tokens import next_tokens_bundle
from demo.figures.tree import tree_bundle
from demo.figures.walk import START, node_in
from demo.plotly_view import PlotlyView, clicked, page_head, serve_assets
from demo.wording.figures import CHINESE, ENGLISH
from tests.demo.figures.made_traces import crossing, end_of, long_search, many_heads, parted, sampled, searched

SEARCHES = {
    "crossing": (crossing(), crossing()),
    "small": (searched(4, 10, seed=5), searched(1, 10, seed=5)),
    "long": (long_search(), long_search(1)),
    "groups": (parted(), searched(1, 9, seed=5)),
    "samples": (sampled(), None),
    "dots": (long_search(20), long_search(1)),
}
HEADS = many_heads(2, 8)


def show(name: str, chinese: bool) -> tuple[str, Bundle, Bundle, Bundle]:
    trace, greedy = SEARCHES[name]
    words, best = CHINESE if chinese else ENGLISH, trace.hypotheses[0]
    return (
        name,
        tree_bundle(trace, words.tree, greedy=greedy),
        heatmap_bundle(trace, (best.step, best.index), words.heatmap),
        next_tokens_bundle(trace, (1, 0), words.bars),
    )


def choose(name: str, event: gr.EventData) -> tuple[str, object]:
    trace, _ = SEARCHES[name]
    node = node_in(trace, clicked(event))
    if node is None or node == START:
        return str(node), gr.skip()
    return str(node), heatmap_bundle(trace, node, ENGLISH.heatmap)


def choose_head(event: gr.EventData) -> str:
    return str(choice_in(HEADS, clicked(event)))


def build() -> gr.Blocks:
    page: gr.Blocks
    with gr.Blocks(title="Figures") as page:
        # Short names: those that do not fit beside one another on a phone would move into a menu.
        with gr.Tab("Input"):
            name = gr.Radio(list(SEARCHES), value="small", label="Search")
            chinese = gr.Checkbox(label="Chinese")
            shown = gr.Textbox(label="Shown", interactive=False)
            chosen = gr.Textbox(label="Chosen", interactive=False)
        with gr.Tab("Tree"):
            tree = PlotlyView(elem_id="tree")
        with gr.Tab("Map"):
            heatmap, bars = PlotlyView(elem_id="heatmap"), PlotlyView(elem_id="bars")
        with gr.Tab("Heads"):
            heads = PlotlyView(draw_heads(HEADS, end_of(HEADS), ENGLISH.heads), elem_id="heads")
            clicked_head = gr.Textbox(label="Head", interactive=False)
        for event in (page.load, name.change, chinese.change):
            event(show, [name, chinese], [shown, tree, heatmap, bars], api_visibility="private")
        for view in (tree, heatmap):
            view.point_click(choose, [name], [chosen, heatmap], api_visibility="private")
        heads.point_click(choose_head, None, clicked_head, api_visibility="private")
    return page


if __name__ == "__main__":
    serve_assets()
    build().launch(head=page_head(), ssr_mode=False, enable_monitoring=False, run_history=False)
