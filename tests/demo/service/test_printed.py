"""The printed table in the gallery: every shipped one shows what its title says, and a mistake is a message."""

from dataclasses import replace
from pathlib import Path

import pytest

from demo.service import Decoded, ExampleBook, Problem, RequestError, Service, SourceKind, printed_entry, read_tables
from demo.wording import WORDS
from seq2seq_core.options import BeamOptions, ExactOptions, StopRule
from seq2seq_core.printed import PrintedModel
from seq2seq_core.trace import PROVED, check
from tests.demo.service.made import TablePipeline, load_of, made_entry
from tests.support.project import ROOT

TABLES = ROOT / "assets" / "tables"
SHIPPED = {each.kind: each.source for each in read_tables(TABLES)}


@pytest.fixture(scope="module")
def service() -> Service:
    return Service([made_entry("lure"), printed_entry(TABLES)], load_of(TablePipeline()))


def asked(service: Service, text: str, **settings: object) -> Decoded:
    return service.decode(service.request(text, model="table", **settings))


def test_a_table_is_decoded_as_any_model_is(service: Service) -> None:
    decoded = asked(service, SHIPPED["greedy-trap"], beam_size=2)
    assert (decoded.greedy.hypotheses[0].text, decoded.beam.hypotheses[0].text) == ("A B B", "B B B")
    # .4 * .9 * .9 = .324 beats .6 * .6 * .6 = .216.
    assert decoded.beam.hypotheses[0].log_prob_sum == pytest.approx(-1.127012, abs=1e-6)
    for trace in (decoded.greedy, decoded.beam):
        check(trace)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("^: a .5", "line 1: probabilities must sum to 1"),
        ("hello", "line 1: a line must be a prefix, a colon and what follows it, got 'hello'"),
        ("^: a 1\n" * 2000, "at most 8000 characters"),
    ],
)
def test_a_mistake_in_a_table_is_refused_with_its_line(service: Service, text: str, reason: str) -> None:
    with pytest.raises(RequestError) as caught:
        asked(service, text)
    assert caught.value.problem is Problem.REFUSED
    assert reason in str(caught.value.values["reason"])


def test_an_empty_table_is_nothing_to_decode(service: Service) -> None:
    with pytest.raises(RequestError) as caught:
        asked(service, "  ")
    assert caught.value.problem is Problem.EMPTY


def test_a_table_has_no_self_attention(service: Service) -> None:
    request = service.request(SHIPPED["chain"], model="table")
    with pytest.raises(RequestError):
        service.self_attention(request, [])


def test_its_examples_are_the_shipped_tables(tmp_path: Path) -> None:
    book = ExampleBook((), read_tables(TABLES))
    assert [each.kind for each in book.of(printed_entry(TABLES))] == list(SHIPPED)
    assert book.of(made_entry("lure", source=SourceKind.TEXT, task="commands")) == ()
    assert read_tables(tmp_path) == ()


@pytest.mark.parametrize("words", WORDS.values(), ids=lambda words: words.language)
def test_every_shipped_table_has_a_title(words: object) -> None:
    assert set(SHIPPED) == set(words.page.gallery.tables)  # type: ignore[attr-defined]  # Words


def best(kind: str, **settings: object) -> str:
    options = BeamOptions(**{"beam_size": 2, "alpha": 0.0} | settings)  # type: ignore[arg-type]  # settings by name
    return PrintedModel().trace(SHIPPED[kind], options).hypotheses[0].text


def proved(kind: str, alpha: float = 0.0) -> str:
    trace = PrintedModel().trace(SHIPPED[kind], ExactOptions(alpha=alpha))
    assert trace.stop.reason == PROVED
    return trace.hypotheses[0].text


def test_greedy_search_is_led_astray() -> None:
    assert (best("greedy-trap", beam_size=1), best("greedy-trap"), proved("greedy-trap")) == ("A B B", "B B B", "B B B")


def test_a_beam_of_three_keeps_all_three_first_words() -> None:
    trace = PrintedModel().trace(SHIPPED["jane"], BeamOptions(beam_size=3))
    first = trace.steps[0]
    kept = [trace.labels[int(token)] for token, fate in zip(first.token_N, first.fate_N, strict=True) if fate == "live"]
    assert kept == ["in", "jane", "september"]
    assert best("jane", beam_size=1).startswith("in ")


def test_beams_of_one_and_two_miss_what_three_finds() -> None:
    missed = {best("search-error", beam_size=size) for size in (1, 2)}
    assert proved("search-error") == best("search-error", beam_size=3)
    assert proved("search-error") not in missed


def test_the_most_probable_output_is_empty_until_length_counts() -> None:
    assert (best("empty-output", beam_size=1), best("empty-output"), proved("empty-output")) == ("a a a a", "", "")
    assert proved("empty-output", alpha=1.0) == "a a a a"


def test_alpha_decides_how_long() -> None:
    assert [len(proved("length", alpha).split()) for alpha in (0.0, 0.7, 1.0)] == [1, 3, 6]


def test_stopping_with_a_full_pool_is_a_step_too_early() -> None:
    wins = {rule: best("stop-rule", stop_rule=rule) for rule in (StopRule.K_FINISHED, StopRule.NOTHING_LIVE_CAN_WIN)}
    assert wins == {StopRule.K_FINISHED: "a", StopRule.NOTHING_LIVE_CAN_WIN: "b b b"}


def test_the_chain_looks_at_its_last_token_alone() -> None:
    trace = PrintedModel().trace(SHIPPED["chain"], BeamOptions(beam_size=3))
    third = trace.steps[2]
    after_a = {
        tuple(row.tolist())
        for row, prefix in zip(third.next_log_prob_EP, third.expanded_E.tolist(), strict=True)
        if trace.labels[int(trace.steps[1].token_N[prefix])] == "a"
    }
    assert len(after_a) == 1


def test_a_table_reads_nothing_that_a_translation_reads() -> None:
    entry = printed_entry(TABLES)
    assert not entry.reads_like(made_entry("lure"))
    assert entry.reads_like(replace(entry, name="another"))
