"""Every beam size, of one source and of a file: the findings by hand on small tables, the file's rules one by one."""

from collections.abc import Sequence

import pytest

from demo.service import Problem, RequestError, Service, SourceKind, printed_entry, read_tables
from demo.service.file_sweep import (
    BEAM_SIZES,
    MOST_BYTES,
    MOST_LINES,
    FileError,
    FileProblem,
    FileProgress,
    FileSweep,
    Pair,
    read_pairs,
    swept_file,
)
from demo.service.quality import bleu, chrf, corpus_chrf
from demo.service.sweep import Sweep, SweepProgress, swept
from demo.service.ways import Settings
from seq2seq_core.options import SearchOptions
from seq2seq_core.trace import Hypothesis
from tests.demo.service.made import TablePipeline, load_of, made_entry, ready_service
from tests.support.project import ROOT

TABLES = ROOT / "assets" / "tables"
SHIPPED = {each.kind: each.source for each in read_tables(TABLES)}


def sweep(text: str, most: int = 4, alpha: float = 0.7) -> Sweep:
    service = Service([printed_entry(TABLES)], load_of(TablePipeline()))
    states = list(swept(service, text, "table", Settings(alpha=alpha), most))
    *progress, found = states
    assert [state.beam_size for state in progress if isinstance(state, SweepProgress)] == list(range(1, most + 1))
    assert isinstance(found, Sweep)
    return found


def test_bigger_beams_help_until_they_find_the_optimum() -> None:
    # The comment of the shipped table: beams of 1 and 2 miss the best output, a beam of 3 finds it.
    found = sweep(SHIPPED["search-error"], alpha=0)
    assert found.best_from.beam_size == 3
    assert [size.beam_size for size in found.runs[-1]] == [3, 4]
    assert found.lower_than_before is None


def test_a_bigger_beam_can_score_higher_and_be_worse() -> None:
    # Greedy writes four tokens, a beam of 2 nothing, which is more probable.
    found = sweep(SHIPPED["empty-output"], alpha=0)
    assert [run[0].best.text for run in found.runs][:2] == ["a a a a", ""]
    assert found.worse_though_higher is None  # without a reference nobody can tell
    judged = Sweep(found.text, found.entry, found.settings, found.sizes, found.optimum, "a a a a")
    assert judged.worse_though_higher is not None
    size, before, after = judged.worse_though_higher
    assert (size.beam_size, before, after) == (2, chrf("a a a a", "a a a a"), chrf("", "a a a a"))


def test_a_beam_that_scores_below_a_smaller_one_is_named() -> None:
    found = sweep(SHIPPED["search-error"], alpha=0)
    turned = Sweep(found.text, found.entry, found.settings, tuple(reversed(found.sizes)), None)
    assert turned.lower_than_before is not None
    lower, best = turned.lower_than_before
    assert lower.score < best.score


def test_lines_are_read_with_their_reference_and_nothing_more() -> None:
    content = "\ufeffa b\tc d\tmore\r\n\n  \ne\tf\n".encode()
    assert read_pairs(content) == [Pair("a b", "c d"), Pair("e", "f")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", FileProblem.NO_LINES),
        (b"\n \n", FileProblem.NO_LINES),
        (b"\xff\xfe\x00", FileProblem.NOT_TEXT),
        (b"a" * (MOST_BYTES + 1), FileProblem.TOO_LARGE),
        (b"a\tb\n" * (MOST_LINES + 1), FileProblem.TOO_MANY),
        (b"a\tb\nno tab", FileProblem.LINE),
        (b"a\t ", FileProblem.LINE),
        (b"a" * 401 + b"\tb", FileProblem.LINE),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(content: bytes, problem: FileProblem) -> None:
    with pytest.raises(FileError) as caught:
        read_pairs(content)
    assert caught.value.problem is problem


class Pupil(TablePipeline):
    """Also decodes batches, each text by itself."""

    def hypotheses(self, texts: Sequence[str], options: SearchOptions) -> list[tuple[Hypothesis, ...]]:
        return [self.trace(text, options).hypotheses for text in texts]


def test_a_file_is_measured_by_beam_size() -> None:
    # The table: greedy "a" (0.24) misses "b c" (0.36), which every beam of 2 or more finds.
    pairs = [Pair("x y", "b c"), Pair("z", "a")]
    states = list(swept_file(ready_service(Pupil()), pairs, "", Settings(alpha=0)))
    found = states[-1]
    assert isinstance(found, FileSweep)
    assert (found.count, found.proved) == (2, 2)
    assert [size.beam_size for size in found.sizes] == list(BEAM_SIZES)
    assert [size.search_errors for size in found.sizes] == [2, 0, 0, 0]
    # Three reference words; greedy writes one word twice, the beams two words twice.
    assert [size.length_ratio for size in found.sizes] == pytest.approx([2 / 3, 4 / 3, 4 / 3, 4 / 3])
    assert found.sizes[1].bleu == bleu(["b c", "b c"], ["b c", "a"])
    assert found.sizes[1].chrf == corpus_chrf(["b c", "b c"], ["b c", "a"])
    assert {state.beam_size for state in states if isinstance(state, FileProgress)} == {*BEAM_SIZES, None}


def test_a_line_that_the_model_refuses_is_named() -> None:
    pairs = [Pair("x", "a"), Pair("refused", "a")]
    with pytest.raises(FileError) as caught:
        list(swept_file(ready_service(Pupil()), pairs, "", Settings()))
    assert (caught.value.problem, caught.value.values["line"]) == (FileProblem.SOURCE, 2)


def test_a_model_that_reads_no_text_has_no_file() -> None:
    service = Service([made_entry(source=SourceKind.LABEL)], load_of(Pupil()))
    with pytest.raises(RequestError) as caught:
        service.batch(["x"], Settings().exact, "")
    assert caught.value.problem is Problem.REFUSED
