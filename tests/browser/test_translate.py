"""The first tab, used as a visitor uses it; what it prints is what the model computed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from demo.waiting import TOO_MANY
from demo.wording import words_for
from seq2seq_core.trace import Trace, ranking_intervals, score_at
from tests.browser.tabs import opened
from tests.browser.translate_page import (
    SENTENCE,
    card,
    drawn,
    expect_ranking,
    facts,
    open_more,
    ready,
    rows,
    set_alpha,
    set_beam_size,
    trace_from_api,
    translate,
)
from tests.support.page_guard import PageGuard, PageOptions
from tests.support.served_app import ServedApp

CANDIDATES = (SENTENCE, "He was so tired that he fell asleep.", "She said that she would not come.", "Hello.")


@pytest.fixture(scope="module")
def beam(app: ServedApp) -> Trace:
    return trace_from_api(app, SENTENCE)


@pytest.fixture(scope="module")
def greedy(app: ServedApp) -> Trace:
    return trace_from_api(app, SENTENCE, algorithm="greedy")


def test_the_page_prints_what_the_model_computed(
    page: Page, greedy: Trace, beam: Trace, screenshot: Callable[[str], None]
) -> None:
    translate(page, SENTENCE)
    for place, trace in enumerate((greedy, beam)):
        best = trace.hypotheses[0]
        expect(card(page, place).locator(".output")).to_have_text(best.text)
        numbers = facts(card(page, place))
        assert numbers["log-prob sum"] == f"{best.log_prob_sum:.3f}"
        assert numbers["length T"] == str(best.length)
        assert numbers["penalty"] == f"{best.penalty:.3f}"
        assert numbers["score"] == f"{best.score:.3f}"
        assert numbers["found at step"] == f"{trace.stop.winner_step} of {trace.stop.last_step}"
    expect_ranking(page, [each.text for each in beam.hypotheses], [each.score for each in beam.hypotheses])
    expect(page.locator("#view-nbest .formula")).to_contain_text("T^0.7")
    screenshot("decoded")

    # A row of the table can be chosen by keyboard.
    rows(page).nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#view-caption")).to_contain_text(beam.hypotheses[1].text)
    expect(rows(page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#view-panel")).to_contain_text(repr(beam.hypotheses[1].score))


def test_the_tree_is_stepped_to_its_end_by_keyboard_and_a_pruned_candidate_looked_at(page: Page, beam: Trace) -> None:
    translate(page, SENTENCE)
    frame, count = drawn(page), page.locator("#tree .count")
    end = 2 * len(beam.steps) + 1
    expect(count).to_have_text(f"{end} / {end}")
    frame.focus()
    page.keyboard.press("Home")
    expect(count).to_have_text(f"0 / {end}")
    for number in range(1, end + 1):
        page.keyboard.press("ArrowRight")
        expect(count).to_have_text(f"{number} / {end}")
    expect(page.locator("#tree .caption")).to_contain_text(beam.hypotheses[0].text)

    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#view-panel")).to_contain_text("pruned")
    expect(page.locator("#view-caption")).to_contain_text("pruned")
    expect(page.locator("#heatmap .plot")).to_have_attribute("aria-label", re.compile("Attention"))


def test_a_click_on_a_node_fills_the_side_panel(page: Page, beam: Trace) -> None:
    translate(page, SENTENCE)
    panel, attention = page.locator("#view-panel"), page.locator("#view-attention")
    title = panel.locator(".node-title")
    expect(title).to_contain_text(f"step {beam.hypotheses[0].step}")
    before = str(attention.text_content())
    drawn(page).evaluate("frame => { frame.scrollLeft = 0; }")
    first_kept = page.locator("#tree .scatterlayer .trace:not(.layer-out) path.point").filter(visible=True)
    first_kept.nth(1).click(force=True)
    expect(title).to_contain_text("step 1,")
    sums = facts(panel)
    step = beam.steps[0]
    shown = next(index for index in range(len(step.token_N)) if repr(float(step.score_N[index])) in sums.values())
    assert panel.locator(".ledger tbody tr").count() == 1
    assert repr(float(step.log_prob_sum_N[shown])) in panel.locator(".ledger tbody").inner_text()
    expect(attention).not_to_have_text(before)
    expect(page.locator("#view-next .bar").first).to_be_visible()
    expect(page.locator("#view-caption")).to_contain_text("step 1")


def sentence_with_moves(app: ServedApp) -> tuple[str, Trace, float]:
    """A sentence, its trace and an alpha under which its outputs rank otherwise."""
    for text in CANDIDATES:
        trace = trace_from_api(app, text, beam_size=8)
        for interval in ranking_intervals(trace.hypotheses):
            alpha = round((interval.low + interval.high) / 2 / 0.05) * 0.05
            moved = interval.order != tuple(range(len(trace.hypotheses)))
            if moved and interval.low + 1e-6 < alpha < interval.high - 1e-6:
                return text, trace, round(alpha, 2)
    raise AssertionError("alpha changes no ranking of any sentence tried")


def test_alpha_ranks_anew_without_asking_the_server(page: Page, app: ServedApp) -> None:
    text, trace, alpha = sentence_with_moves(app)
    set_beam_size(page, 8)
    translate(page, text)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    set_alpha(page, alpha)
    expect(page.locator("#view-nbest .now")).to_contain_text(f"alpha {alpha:g}")
    expected = sorted(trace.hypotheses, key=lambda each: (-score_at(each, alpha), each.step, each.index))
    expect_ranking(page, [each.text for each in expected], [score_at(each, alpha) for each in expected])
    assert page.locator("#view-nbest tr.has-moved").count() >= 2
    assert not [url for url in asked if "queue" in url or "call" in url]


def test_a_search_again_uses_the_alpha_of_the_moment(page: Page, app: ServedApp) -> None:
    open_more(page)
    page.locator("#stop-rule label").nth(1).click()
    translate(page, SENTENCE)
    set_alpha(page, 1.5)
    page.locator("#view-nbest .again").click()
    expect(page.locator("#view-nbest .now")).to_have_text("Ranked for alpha 1.5, as in the search.")
    trace = trace_from_api(app, SENTENCE, alpha=1.5, stop_rule="nothing_live_can_win")
    expect_ranking(page, [each.text for each in trace.hypotheses], [each.score for each in trace.hypotheses])
    expect(card(page, 1)).to_contain_text(f"{trace.hypotheses[0].score:.3f}")
    assert facts(card(page, 1))["score"] == f"{trace.hypotheses[0].score:.3f}"


def test_the_switch_changes_every_text_and_is_remembered(page: Page, context: BrowserContext, app: ServedApp) -> None:
    translate(page, SENTENCE)
    numbers = page.locator("#view-nbest td.score").all_inner_texts()
    page.locator("#language label").nth(1).click()
    expect(page.locator("#translate")).to_have_text("翻译")
    expect(page.locator("#view-panel .node-title")).to_contain_text("步")
    expect(page.locator("#tree .caption")).to_contain_text("结果")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert page.locator("#view-nbest td.score").all_inner_texts() == numbers
    # The next page of the same visitor: a reload would break off what is still under way, and the browser complain
    expect(opened(context.new_page(), app).locator("#translate")).to_have_text("翻译")


@pytest.mark.parametrize("page_options", [PageOptions(locale="zh-TW")], ids=str)
def test_a_chinese_browser_gets_a_chinese_page(page: Page) -> None:
    expect(page.locator("#translate")).to_have_text("翻译")
    expect(page.get_by_role("tab").first).to_have_text("翻译")
    expect(page.locator("#view-message .message").first).to_have_text(re.compile("请输入|正在加载"))


PHONES = [PageOptions(width=390, height=844), PageOptions(width=390, height=844, locale="zh-CN", color_scheme="dark")]


@pytest.mark.parametrize("page_options", PHONES, ids=str)
def test_a_phone_shows_it_all_without_scrolling_sideways(page: Page, screenshot: Callable[[str], None]) -> None:
    translate(page, SENTENCE)
    expect(page.locator("#tree .frame")).to_be_visible()
    expect(page.locator("#heatmap .frame")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#translate").evaluate("button => button.getBoundingClientRect().height") >= 40
    screenshot("decoded")


NOTE_DRAWINGS = """() => {
  const { react } = Plotly;
  let frames = 0;
  const count = () => { frames += 1; requestAnimationFrame(count); };
  count();
  window.drawings = [];
  Plotly.react = (element, ...figure) => {
    window.drawings.push([element.closest('#heatmap, #tree')?.id, frames]);
    return react(element, ...figure);
  };
}"""


def test_figures_are_drawn_from_the_top_of_the_page_down_each_painted_before_the_next(page: Page) -> None:
    page.wait_for_function("window.Plotly")
    page.evaluate(NOTE_DRAWINGS)
    translate(page, SENTENCE)
    drawn(page)
    (first, then), (second, later) = page.evaluate("window.drawings")[:2]
    assert (first, second) == ("heatmap", "tree")
    assert later > then


@pytest.mark.parametrize("page_options", [PageOptions(), PageOptions(locale="zh-CN")], ids=str)
def test_a_full_queue_is_told_in_the_pages_words_and_one_can_press_again(page: Page, guard: PageGuard) -> None:
    """What the server says then is seen in tests/demo/test_page.py."""
    language = "zh" if page.evaluate("document.documentElement.lang").startswith("zh") else "en"
    crowded = words_for(language).page.frame.crowded.format(waiting=64)
    ready(page)
    page.route("**/queue/join*", lambda route: route.fulfill(status=TOO_MANY, json={"detail": crowded}))
    page.locator("#sentence textarea").fill(SENTENCE)
    page.locator("#translate").click()
    expect(page.locator(".toast-body.error")).to_contain_text(crowded)
    expect(page.locator(".desk.is-busy")).to_have_count(0)
    page.unroute("**/queue/join*")
    page.locator("#translate").click()
    expect(page.locator("#view-result .card").first).to_be_visible()
    told = [complaint for complaint in guard.complaints if str(TOO_MANY) in complaint]
    assert told
    guard.complaints[:] = [complaint for complaint in guard.complaints if complaint not in told]
