"""What the views show, compared with the traces: every number is a rounding of the trace's, or the trace's own."""

from dataclasses import replace

import pytest

from demo.figures.walk import START, Node
from demo.service import Decoded, DecodeRequest, Example, Kind, RequestError, Service, SourceKind, State, Verdict
from demo.service.problems import Problem
from demo.tabs.parts.examples import examples_data
from demo.tabs.parts.message import message_data, problem_text, state_message
from demo.tabs.parts.nbest import hypothesis_at, nbest_data
from demo.tabs.parts.node import attention_data, caption_text, panel_data
from demo.tabs.parts.result import brief, result_data, signed, telling, verdict_text
from demo.tabs.parts.selection import Selection, end_of, winner
from demo.wording import words_for
from seq2seq_core.options import StopRule
from seq2seq_core.trace import Fate
from tests.demo.service.made import TablePipeline, load_of, made_entry, ready_service

ENGLISH = words_for("en").page


@pytest.fixture(scope="module")
def service() -> Service:
    return ready_service()


@pytest.fixture(scope="module")
def decoded(service: Service) -> Decoded:
    return service.decode(DecodeRequest(text="x y", beam_size=3))


def node_with(decoded: Decoded, fate: Fate) -> Node:
    return next(
        (number, index)
        for number, step in enumerate(decoded.beam.steps, 1)
        for index, each in enumerate(step.fate_N)
        if each is fate
    )


def test_the_cards_print_the_traces_numbers(decoded: Decoded) -> None:
    data = result_data(winner(decoded), "", ENGLISH)
    for card, trace in zip(data["cards"], (decoded.greedy, decoded.beam), strict=True):
        best, shown = trace.hypotheses[0], dict(card["rows"])
        assert card["text"] == best.text
        assert shown["log-prob sum"] == f"{best.log_prob_sum:.3f}"
        assert shown["score"] == f"{best.score:.3f}"
        assert shown["length T"] == str(best.length)
        assert shown["found at step"] == f"{trace.stop.winner_step} of {trace.stop.last_step}"


def test_the_first_divergence_is_marked_in_both(decoded: Decoded) -> None:
    cards = result_data(winner(decoded), "", ENGLISH)["cards"]
    marked = [[piece["text"] for piece in card["pieces"] if piece["parts"]] for card in cards]
    assert marked == [["a"], ["b"]]


def test_the_formula_and_what_t_counts_are_printed(decoded: Decoded) -> None:
    formula = result_data(winner(decoded), "", ENGLISH)["formula"]
    assert "T^0.7" in formula
    assert "</s>" in formula


def test_a_result_from_before_says_so(service: Service, decoded: Decoded) -> None:
    again = service.decode(decoded.request)
    times = [dict(card["rows"])["time"] for card in result_data(winner(again), "", ENGLISH)["cards"]]
    assert all("kept from before" in time for time in times)


def test_a_reference_is_shown_where_there_is_one(decoded: Decoded) -> None:
    assert result_data(winner(decoded), "", ENGLISH)["reference"] is None
    assert result_data(winner(decoded), "Salut.", ENGLISH)["reference"]["text"] == "Salut."


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.8, "1.80"), (0.0042, "0.0042"), (0.00423, "0.0042"), (-0.5, "-0.50"), (0.0, "0.00"), (0.01, "0.01")],
)
def test_small_differences_stay_visible(value: float, text: str) -> None:
    assert telling(value) == text


def test_signs_and_alphas() -> None:
    assert (signed(0.5), signed(-0.5), signed(0.0)) == ("+0.50", "-0.50", "0.00")
    assert (brief(1), brief(0.7), brief(0.35)) == ("1", "0.7", "0.35")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", Kind)
def test_every_verdict_can_be_said(language: str, kind: Kind) -> None:
    text = verdict_text(Verdict(kind, nats=-800.0, score=0.1, tokens=2), words_for(language).page.result)
    assert text
    assert "{" not in text


def test_a_verdict_gives_its_numbers() -> None:
    text = verdict_text(Verdict(Kind.BEAM_BETTER, nats=1.7987), ENGLISH.result)
    assert "1.80 nats" in text
    assert "6.0 times" in text


def test_the_pool_is_sent_unrounded_with_all_orders(decoded: Decoded) -> None:
    data = nbest_data(decoded, START, ENGLISH)
    pool = decoded.beam.hypotheses
    assert [row["log_prob_sum"] for row in data["rows"]] == [each.log_prob_sum for each in pool]
    assert [row["score"] for row in data["rows"]] == [each.score for each in pool]
    assert (data["intervals"][0]["low"], data["intervals"][-1]["high"]) == (0.0, 2.0)
    assert all(sorted(interval["order"]) == list(range(len(pool))) for interval in data["intervals"])
    assert data["stops"] is None


def test_under_the_other_rule_the_stops_are_sent(service: Service) -> None:
    request = DecodeRequest(text="x y", beam_size=3, stop_rule=StopRule.NOTHING_LIVE_CAN_WIN)
    data = nbest_data(service.decode(request), START, ENGLISH)
    assert data["stops"][0]["low"] == 0.0
    assert data["last"] in [each["step"] for each in data["stops"]]


def test_the_row_of_the_selected_node_is_marked(decoded: Decoded) -> None:
    best = end_of(decoded.beam.hypotheses[0])
    data = nbest_data(decoded, best, ENGLISH)
    assert data["chosen"] == 0
    assert data["rows"][0]["node"] == best
    assert hypothesis_at(decoded.beam, START) is None
    assert nbest_data(decoded, winner(decoded, greedy=True).beam_node, ENGLISH)["chosen"] is None


def test_the_ledger_adds_up_in_unrounded_numbers(decoded: Decoded) -> None:
    best = decoded.beam.hypotheses[0]
    data = panel_data(winner(decoded), ENGLISH.panel)
    total = 0.0
    for _, _, log_prob, running in data["ledger"]["rows"]:
        total += float(log_prob)
        assert float(running) == pytest.approx(total, abs=1e-9)
    sums = dict(data["sums"])
    assert float(sums["score = sum / T^0.7"]) == best.score
    assert float(sums["T^0.7"]) == best.penalty
    assert total / float(sums["T^0.7"]) == pytest.approx(best.score, abs=1e-9)


def test_a_pruned_node_has_its_panel_and_its_caption(decoded: Decoded) -> None:
    node = node_with(decoded, Fate.END_BELOW_CUT)
    step = decoded.beam.steps[node[0] - 1]
    chosen = Selection(decoded, node)
    data = panel_data(chosen, ENGLISH.panel)
    fate = f"pruned: end token below the cut by {step.margin_N[node[1]]:.3f} nats"
    assert dict(data["facts"])[ENGLISH.panel.fate] == fate
    assert fate in caption_text(chosen, ENGLISH)
    attention = attention_data(chosen, words_for("en"))
    assert attention is not None
    assert len(attention["weights"]) == 2


def test_the_start_token_has_nothing_to_tell(decoded: Decoded) -> None:
    assert panel_data(Selection(decoded), ENGLISH.panel)["ledger"] is None
    assert attention_data(Selection(decoded), words_for("en")) is None
    assert caption_text(Selection(decoded), ENGLISH) == ENGLISH.heatmap.of_start


def test_a_result_arrives_with_its_best_output_selected(decoded: Decoded) -> None:
    chosen = winner(decoded)
    assert (chosen.node, chosen.greedy) == (end_of(decoded.beam.hypotheses[0]), False)
    assert result_data(chosen, "", ENGLISH)["chosen"] == 1


def test_greedys_output_has_its_own_panel_and_caption(decoded: Decoded) -> None:
    chosen, best = winner(decoded, greedy=True), decoded.greedy.hypotheses[0]
    assert caption_text(chosen, ENGLISH) == f"Greedy’s output: “{best.text}”"
    data = panel_data(chosen, ENGLISH.panel)
    assert data["title"].startswith("Greedy: ")
    assert dict(data["sums"])["score = sum / T^0.7"] == repr(best.score)
    assert result_data(chosen, "", ENGLISH)["chosen"] == 0
    earlier = chosen.at((1, 0))
    assert "Greedy’s prefix at step 1" in caption_text(earlier, ENGLISH)
    assert result_data(earlier, "", ENGLISH)["chosen"] is None


def test_a_node_of_the_tree_belongs_to_the_beam_again(decoded: Decoded) -> None:
    chosen = winner(decoded, greedy=True).in_beam((1, 1))
    assert chosen.trace is decoded.beam
    assert chosen.beam_node == (1, 1)


def test_examples_come_with_a_reason() -> None:
    kinds = [("long", ""), ("unseen", "kumquat"), ("other", "as it is"), ("", "")]
    shown = examples_data([Example(kind, "A b.", "", note) for kind, note in kinds], made_entry(), ENGLISH)
    reasons = [each["reason"] for each in shown["examples"]]
    assert reasons == ["a long sentence", "a word never seen: kumquat", "as it is", ""]


def test_messages_differ_even_if_their_text_does_not() -> None:
    assert message_data("a", "hint", ENGLISH.message) != message_data("a", "hint", ENGLISH.message)


def test_the_state_of_the_model_is_said() -> None:
    assert state_message(State.LOADING, ENGLISH.message)["text"] == ENGLISH.message.loading
    assert state_message(State.READY, ENGLISH.message)["text"] == ENGLISH.message.hint
    assert state_message(State.FAILED, ENGLISH.message)["tone"] == "problem"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_problem_is_said_with_its_values(language: str) -> None:
    with pytest.raises(RequestError) as caught:
        DecodeRequest(text="x" * 500)
    text = problem_text(caught.value, words_for(language).page.message)
    assert "500" in text
    assert "400" in text


def test_braces_of_a_visitor_stay_braces() -> None:
    error = RequestError(Problem.REFUSED, {"reason": "{0} {reason} ${x}"})
    assert "{0} {reason} ${x}" in problem_text(error, ENGLISH.message)


def test_a_sample_is_named_with_its_seed_and_not_judged_as_greedy() -> None:
    service = Service([made_entry(source=SourceKind.NONE)], load_of(TablePipeline()))
    decoded = service.decode(service.request("", seed=3, temperature=0.5))
    data = result_data(winner(decoded), "", ENGLISH)
    assert data["cards"][0]["name"] == "Sample, seed 3, temperature 0.5"
    assert (data["verdict"], data["notes"]) == (ENGLISH.result.sampled, [])
    sample = winner(decoded, greedy=True)
    assert caption_text(sample, ENGLISH) == f"The sample: “{decoded.greedy.hypotheses[0].text}”"
    assert panel_data(sample, ENGLISH.panel)["title"].startswith("Sample: ")


def test_a_card_without_attention_promises_none(decoded: Decoded) -> None:
    bare = replace(decoded.beam, steps=tuple(replace(step, attention_ES=None) for step in decoded.beam.steps))
    without = result_data(winner(replace(decoded, beam=bare)), "", ENGLISH)
    assert without["words"]["show"] == ENGLISH.result.show_numbers
    assert result_data(winner(decoded), "", ENGLISH)["words"]["show"] == ENGLISH.result.show_attention
