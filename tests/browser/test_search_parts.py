"""Around the tree, as a visitor uses it: the ledger of the step in view, the trie, the health of the search."""

import math
import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect

from seq2seq_core.trace import Fate, Trace, cuts
from tests.browser.translate_page import SENTENCE, drawn, still, trace_from_api, translate
from tests.support.page_guard import PageOptions
from tests.support.served_app import ServedApp

ATTEMPTS = 5
KEPT = (Fate.LIVE, Fate.FINISHED, Fate.CUT_AT_MAXIMUM)
PHONE = PageOptions(width=390, height=844, color_scheme="dark")


@pytest.fixture(scope="module")
def beam(app: ServedApp) -> Trace:
    return trace_from_api(app, SENTENCE)


def to_step(page: Page, number: int) -> None:
    """The half-step that prunes."""
    page.locator("#tree .frame").focus()
    page.keyboard.press("Home")
    for _ in range(2 * number):
        page.keyboard.press("ArrowRight")


def cells(row: Locator) -> list[str]:
    return [text.strip() for text in row.locator("td").all_inner_texts()]


def expect_ledger(page: Page, trace: Trace, number: int) -> None:
    """Every candidate of the step in its order, with the roundings of the trace; the line where the trace cuts."""
    step = trace.steps[number - 1]
    rows = page.locator(f"#view-pruning table[data-step='{number}'] tbody tr[data-fate]")
    expect(rows).to_have_count(len(step.fate_N))
    shown = [row.locator("td").all_inner_texts() for row in rows.all()]
    for index, (rank, _, after, log_prob, total, fate) in enumerate(shown):
        assert rank == str(index + 1)
        assert (log_prob, total) == (f"{step.log_prob_N[index]:.3f}", f"{step.log_prob_sum_N[index]:.3f}")
        parent = int(step.parent_N[index])
        assert after.startswith("<s>" if parent < 0 else f"{parent + 1} · ")
        margins = re.findall(r"(\d+\.\d+) nats", fate)
        assert margins == ([] if step.fate_N[index] in KEPT else [f"{step.margin_N[index]:.3f}"])
    lines = page.locator("#view-pruning .cut-line")
    assert lines.all_inner_texts() == [f"cut line at {cut.key:.3f}" for cut in cuts(step)]


def test_ledger_and_health_follow_the_step_in_view_without_asking_and_a_row_can_be_chosen(
    page: Page, beam: Trace, screenshot: Callable[[str], None]
) -> None:
    translate(page, SENTENCE)
    drawn(page)
    summary = page.locator("#view-pruning summary")
    last = len(beam.steps)
    expect(summary).to_contain_text(f"step {last}: {len(beam.steps[-1].fate_N)} candidates")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    summary.click()
    expect(page.locator("#view-pruning .ended")).to_contain_text("The search ended in this step")
    expect_ledger(page, beam, last)
    for number in (1, 4):
        to_step(page, number)
        expect(summary).to_contain_text(f"step {number}:")
        expect_ledger(page, beam, number)
    expect(page.locator("#view-pruning .ended")).to_have_count(0)
    page.keyboard.press("Home")
    expect(summary).to_contain_text("nothing is ranked yet")
    assert not [url for url in asked if "queue" in url or "call" in url]
    screenshot("ledger")

    to_step(page, 4)
    lowest = len(beam.steps[3].fate_N)
    page.locator("#view-pruning table[data-step='4'] tbody tr[data-fate]").nth(lowest - 1).click()
    expect(page.locator("#view-panel .node-title")).to_contain_text(f"step 4, rank {lowest}")
    expect(page.locator("#view-panel")).to_contain_text("pruned")

    # The health of the search is what follows from the trace.
    page.locator("#view-health summary").click()
    health = page.locator("#view-health")
    finished = {each.tokens: each.log_prob_sum for each in beam.hypotheses if each.fate is Fate.FINISHED}
    mass = 100 * sum(math.exp(total) for total in finished.values())
    expect(health.locator("dd", has_text=f"{mass:.1f} %").first).to_be_visible()
    texts = {each.text for each in beam.hypotheses}
    expect(health.locator("dd").first).to_have_text(f"{len(texts)} of {len(beam.hypotheses)}")
    expect(health).to_contain_text("not judged")
    for number, (row, step) in enumerate(
        zip(health.locator("tbody tr").all(), beam.steps, strict=True), 1
    ):
        below = [float(step.margin_N[at]) for at, fate in enumerate(step.fate_N) if fate is Fate.BELOW_CUT]
        shares = [math.exp(log_prob) for log_prob in step.next_log_prob_EP[0].tolist()]
        rest = max(0.0, 1 - sum(shares))
        entropy = -sum(share * math.log(share) for share in (*shares, rest) if share > 0)
        found = cells(row)
        assert found[:3] == [str(number), f"{min(below):.3f}" if below else "–", str(step.fate_N.count(Fate.LIVE))]
        assert found[4] == f"≥ {entropy:.3f}"
    to_step(page, 3)
    expect(health.locator("tr[aria-current]")).to_have_count(1)
    expect(health.locator("tr[aria-current] td").first).to_have_text("3")


def test_the_trie_shows_all_outputs_and_shares_the_selection_with_the_tree(
    page: Page, beam: Trace, screenshot: Callable[[str], None]
) -> None:
    translate(page, SENTENCE)
    drawn(page)
    page.get_by_role("button", name="Trie of the outputs").click()
    expect(page.locator("#trie .scatterlayer").first).to_be_visible()
    expect(page.locator("#tree")).to_be_hidden()
    expect(page.locator("#view-pruning")).to_be_hidden()
    texts = page.locator("#trie .textpoint text")
    for rank, output in enumerate(beam.hypotheses, 1):
        expect(texts.filter(has_text=f"{rank}: score {output.score:.3f}")).to_have_count(1)
    expect(page.locator("#trie .chosen-ring")).to_have_count(1)
    screenshot("trie")

    page.locator("#view-nbest tbody tr").nth(1).click()
    second = beam.hypotheses[1]
    rank = beam.steps[second.step - 1].rank_N[second.index]
    title = page.locator("#view-panel .node-title")
    expect(title).to_contain_text(f"step {second.step}, rank {rank}")
    expect(page.locator("#trie .chosen-ring")).to_have_count(1)
    # Counts of what was pruned and folded stretches have their marks first; then comes the start token's.
    before = texts.filter(has_text=re.compile(r"^(\+\d+|⋯ \d+ ⋯)$")).count()
    points = page.locator("#trie .trace path.point")
    points.first.click(force=True)
    expect(page.locator("#view-panel")).to_contain_text("pruned")
    drawn(page, "heatmap")  # the attention of that node, which moves all that stands below it
    for _ in range(ATTEMPTS):  # a page that still moves under the pointer takes another click than was meant
        points.nth(before + 1).scroll_into_view_if_needed()
        still(page, "#trie .plot")
        points.nth(before + 1).click(force=True)
        with suppress(AssertionError):
            expect(title).to_contain_text("step 1,", timeout=5_000)
            break
    expect(title).to_contain_text("step 1,")
    page.get_by_role("button", name="Tree of the search").click()
    expect(page.locator("#tree .chosen-ring")).to_have_count(1)
    expect(page.locator("#tree .frame")).to_be_visible()


def test_a_minimum_length_shows_what_it_banned(page: Page, app: ServedApp) -> None:
    page.locator("#more button").first.click()
    number = page.locator("#min-length input[type=number]")
    number.fill("8")
    number.press("Tab")
    translate(page, "Hello.")
    drawn(page)
    trace = trace_from_api(app, "Hello.", min_length=8)
    end = next(token for token, label in trace.labels.items() if label == "</s>")
    banned = [number for number in range(1, 9) if would_be_listed(trace, number, end)]
    page.locator("#view-pruning summary").click()
    to_step(page, banned[0])
    expect(page.locator("#view-pruning .is-banned").first).to_contain_text("the minimum length is not reached")
    expect(page.locator("#view-pruning .is-banned").first).to_contain_text("</s>")


def would_be_listed(trace: Trace, number: int, token: int) -> bool:
    """Whether a token that no candidate has would stand among the candidates of a step."""
    step = trace.steps[number - 1]
    for row, parent in enumerate(step.expanded_E.tolist()):
        before = 0.0 if parent < 0 else trace.steps[number - 2].log_prob_sum_N[parent]
        for other, log_prob in zip(step.next_token_EP[row], step.next_log_prob_EP[row], strict=True):
            if other == token and before + log_prob >= step.log_prob_sum_N.min():
                return True
    return False


@pytest.mark.parametrize("page_options", [PHONE], ids=str)
def test_nothing_is_wider_than_a_phone(page: Page, screenshot: Callable[[str], None]) -> None:
    translate(page, SENTENCE)
    drawn(page)
    for part in ("#view-pruning", "#view-health"):
        page.locator(f"{part} summary").click()
    to_step(page, 4)
    expect(page.locator("#view-pruning tbody tr[data-fate]").first).to_be_visible()
    screenshot("open")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Trie of the outputs").click()
    expect(page.locator("#trie .scatterlayer").first).to_be_visible()
    screenshot("trie")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
