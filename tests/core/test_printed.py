"""Printed tables: the text of the reference's models is the model, and a mistake in it is named by its line."""

import pytest

from seq2seq_core.decoding import Table
from seq2seq_core.errors import InputError
from seq2seq_core.options import BeamOptions, ExactOptions, GreedyOptions
from seq2seq_core.printed import PrintedModel, parse_table, print_table
from seq2seq_core.trace import check
from tests.support.tables import CASES, GOLDEN, golden_table

M1 = "^: a .5 b .4 $ .1 | a: a .4 b .35 $ .25 | b: b .9 $ .1 | a a: $ .6 a .4 | a b: $ .7 a .3 | b b: $ .8 a .2"


def test_a_text_is_read_as_the_table_that_it_prints() -> None:
    assert parse_table(M1) == golden_table("M1")
    lines = "# a comment\n\n" + M1.replace(" | ", "\n").replace("^:", "  ^ :  ") + "  # the end"
    assert parse_table(lines) == golden_table("M1")


@pytest.mark.parametrize("name", GOLDEN["models"])
def test_a_printed_table_reads_back(name: str) -> None:
    assert parse_table(print_table(golden_table(name))) == golden_table(name)


def test_a_chain_is_looked_up_by_its_last_token() -> None:
    text = "@last 1\n@longest 5\n^: a .7 b .2 $ .1\na: a .35 b .27 $ .38\nb: a .48 b .13 $ .39"
    assert parse_table(text) == golden_table("M11")


def test_every_decoder_runs_on_the_text() -> None:
    model = PrintedModel()
    greedy, beam, exact = (
        model.trace(M1, options) for options in (GreedyOptions(), BeamOptions(beam_size=2, alpha=0), ExactOptions())
    )
    for trace in (greedy, beam, exact):
        check(trace)
        assert trace.source == M1
    assert (greedy.hypotheses[0].text, beam.hypotheses[0].text) == (
        CASES["G01"]["greedy"]["out"],
        CASES["G02"]["beam2"]["out"],
    )


def test_a_table_has_room_for_its_longest_output() -> None:
    model = PrintedModel()
    # The deepest prefix of M1 has two tokens; a third may follow it, and then the end.
    assert model.resolve_max_length(M1, BeamOptions()) == 4
    assert model.resolve_max_length("@last 1 | @longest 5 | ^: a 1", BeamOptions()) == 6
    assert model.resolve_max_length("@last 1 | ^: a 1 | a: a .5 $ .5", BeamOptions()) == 12
    assert model.resolve_max_length(M1, BeamOptions(max_length=9)) == 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: $ 1", "must say what follows the start, in a line that begins with '^:'"),
        ("^: a .5 $ .4", r"line 1: probabilities must sum to 1, those after '\^' sum to 0\.9"),
        ("^: a .5\n$ .5", "line 1: probabilities must sum to 1"),
        ("^: a 1\nb .5", "line 2: a line must be a prefix, a colon and what follows it, got 'b .5'"),
        ("^: a 1 b", "line 1: after '^' there must be tokens, each with its probability, got 'a 1 b'"),
        ("^:", "line 1: after '^' there must be tokens"),
        ("^: a x", "line 1: a probability must be a number, 'a' has 'x'"),
        ("^: a -1 $ 2", "line 1: a probability must be a number, 'a' has '-1'"),
        ("^: a nan", "line 1: a probability must be a number"),
        ("^: a 1e999", "line 1: a probability must be from 0 to 1"),
        ("^: a .5 a .5", "line 1: a token must have one probability, 'a' has two"),
        ("^: a 1\n^: $ 1", r"line 2: a prefix must have one line, '\^' has two"),
        ("^: ^ 1", r"line 1: a prefix or a following token must be a word, got '\^'"),
        ("^: <s> 1", "line 1: a prefix or a following token must be a word, got '<s>'"),
        ("^: a 1\na $: b 1", r"line 2: a prefix or a following token must be a word, got '\$'"),
        (": a 1", r"line 1: a line must begin with a prefix; the empty one is written '\^'"),
        ("@first 1\n^: a 1", "line 1: a setting must be one of @last, @longest, got '@first 1'"),
        ("@last 0\n^: a 1", "line 1: @last must be a whole number from 1 to 512, got '0'"),
        ("@longest many\n^: a 1", "line 1: @longest must be a whole number from 1 to 512, got 'many'"),
        ("^: a 1\n" * 5_000, "at most 8000 characters, got 35000"),
        ("\n".join(f"{at}: $ 1" for at in range(301)), "at most 300 lines, got 301"),
    ],
)
def test_a_mistake_is_named_by_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("'^:'", r"'\^:'").replace("after '^'", r"after '\^'")):
        parse_table(text)


def test_blank_text_is_blank() -> None:
    assert PrintedModel().is_blank(" \n")
    assert not PrintedModel().is_blank("^: $ 1")


def test_tables_of_other_words_share_a_batch() -> None:
    first, second = PrintedModel().translate(["^: a 1 | a: $ 1", "^: b 1 | b: c 1 | b c: $ 1"], GreedyOptions())
    assert (first, second) == ("a", "b c")


def test_a_printed_table_keeps_its_settings() -> None:
    table = Table(following={"": {"a": 0.25, "</s>": 0.75}, "a": {"</s>": 1.0}}, order=1, longest=3)
    assert print_table(table) == "@last 1\n@longest 3\n^: a 0.25 $ 0.75\na: $ 1.0"
