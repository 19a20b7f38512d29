"""The handlers of the tab 'Decoders' that try every beam size: on one source, and on a file of sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import gradio as gr

from demo.figures.labels import number
from demo.figures.sweep import draw_sweep
from demo.service import RequestError
from demo.service.file_sweep import MOST_BYTES, FileError, FileProblem, FileProgress, FileSweep, read_pairs, swept_file
from demo.service.sweep import Sweep, swept
from demo.service.uploaded import TooLargeError, take
from demo.wording import Words, words_for
from demo.wording.decoder_words import FileWords

from .decoders_desk import DecodersDesk, sentence_of, settings_of
from .parts.data import Data
from .parts.message import message_data
from .parts.sweep import optimum_score, points_of, sweep_data

Outputs: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SweepDesk:
    """What stands below a trial; it asks with the trial's settings."""

    desk: DecodersDesk

    def sweep(  # noqa: PLR0913, PLR0917 - one parameter for each control
        self,
        text: str,
        ways: str,
        model: str,
        beam_size: float,
        alpha: float,
        length_rule: str,
        temperature: float,
        top_p: float,
        seed: float,
        language: str,
    ) -> Iterator[Outputs]:
        """Every beam size for the source in the input: a message, the sweep, its table and its figure."""
        words = words_for(language)
        try:
            settings = settings_of(beam_size, alpha, length_rule, temperature, top_p, seed)
            for state in swept(self.desk.service, text, model, settings):
                if isinstance(state, Sweep):
                    reference = self.desk.reference(state.entry, state.text)
                    yield self._shown(replace(state, reference=reference), words)
                else:
                    text_ = words.decoders.sweep.working.format(beam_size=state.beam_size, most=state.most)
                    yield (_busy(text_, words), *(gr.skip(),) * 3)
        except RequestError as error:
            yield (_message(sentence_of(error, words), "problem", words), *(gr.skip(),) * 3)

    def show_again(self, sweep: Sweep | None, language: str) -> Outputs:
        """The last sweep in another language."""
        if sweep is None:
            return (gr.skip(),) * 4
        return self._shown(sweep, words_for(language))

    def _shown(self, sweep: Sweep, words: Words) -> Outputs:
        figure = draw_sweep(points_of(sweep), optimum_score(sweep), words.decoders.sweep)
        return _message("", "hint", words), sweep, sweep_data(sweep, words), figure

    def sweep_file(
        self,
        path: str | None,
        model: str,
        beam_size: float,
        alpha: float,
        length_rule: str,
        language: str,
    ) -> Iterator[Outputs]:
        """A file of sentences by beam size: a message, the sweep and its table. The file is deleted at once."""
        words = words_for(language)
        try:
            pairs = read_pairs(_content(path))
            settings = settings_of(beam_size, alpha, length_rule, 1.0, 1.0, 0)
            for state in swept_file(self.desk.service, pairs, model, settings):
                if isinstance(state, FileSweep):
                    yield (_message(_done(state, words), "hint", words), state, file_data(state, words))
                else:
                    yield (_busy(_at_work(state, words.decoders.file), words), gr.skip(), gr.skip())
        except (RequestError, FileError) as error:
            yield (_message(_sentence(error, words), "problem", words), gr.skip(), gr.skip())

    def show_file_again(self, sweep: FileSweep | None, language: str) -> Any:
        """The last table in another language."""
        return gr.skip() if sweep is None else file_data(sweep, words_for(language))

    def cancelled(self, language: str) -> Data:
        """What to say where a visitor stopped it."""
        words = words_for(language)
        return _message(words.decoders.file.cancelled, "hint", words)


def file_data(sweep: FileSweep, words: Words) -> Data:
    """The table of a file; the view saves it as CSV."""
    texts = words.decoders.file
    return {
        "columns": list(texts.columns.values()),
        "rows": [
            [
                str(size.beam_size),
                number(size.bleu, 2),
                number(size.chrf, 2),
                number(size.length_ratio),
                str(size.search_errors),
                str(size.empty),
            ]
            for size in sweep.sizes
        ],
        "notes": texts.notes.format(proved=sweep.proved, count=sweep.count),
        "save": texts.save,
        "file": f"{sweep.entry.name}-beam-sizes.csv",
    }


def _content(path: str | None) -> bytes:
    """Of the uploaded file, which is deleted.

    Raises:
        FileError: there is none, or it is too large to be read.
    """
    if not path:
        raise FileError(FileProblem.NO_LINES)
    try:
        return take(path, MOST_BYTES)
    except TooLargeError as error:
        raise FileError(FileProblem.TOO_LARGE, limit=MOST_BYTES, found=error.size) from None
    except OSError:
        raise FileError(FileProblem.NO_LINES) from None


def _at_work(state: FileProgress, words: FileWords) -> str:
    if state.beam_size is None:
        return words.proving.format(done=state.done, count=state.count)
    return words.working.format(done=state.done, count=state.count, beam_size=state.beam_size)


def _done(sweep: FileSweep, words: Words) -> str:
    return words.decoders.file.done.format(count=sweep.count)


def _sentence(error: RequestError | FileError, words: Words) -> str:
    if isinstance(error, FileError):
        return words.decoders.file.problems[error.problem].format(**error.values)
    return sentence_of(error, words)


def _message(text: str, tone: str, words: Words) -> Data:
    return message_data(text, tone, words.page.message)


def _busy(text: str, words: Words) -> Data:
    return _message(text, "busy", words) | {"busy": text, "goes_on": True}
