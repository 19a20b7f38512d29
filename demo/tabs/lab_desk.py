"""The handlers of the tab 'Training lab': what a visitor lets learn, and what the page shows of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

import gradio as gr

from demo.service.lab import (
    DIFFICULTIES,
    WITHOUT_CHOICE,
    Comparison,
    Course,
    CrowdedError,
    Cut,
    Frame,
    Lab,
    LessonOptions,
    Looks,
    Network,
    OwnToken,
    RunView,
    Schedule,
    Size,
    Stage,
    UploadError,
    changed,
    lessons_of,
    take_upload,
)
from demo.wording import Words, words_for
from seq2seq_core.errors import OptionError

from .parts.data import Data
from .parts.lab import answers_data, curves_bundle, map_bundle, map_caption, runs_data
from .parts.message import message_data

RUNS: Final = 2  # side by side at most
MOST_LOOKS: Final = 10**6  # at a training
SECONDS_BETWEEN_LOOKS: Final = 1.2
SECONDS_IN_THE_QUEUE: Final = 3.0
OF_A_RUN: Final = 4  # outputs that show a look at one run
PLACE: Final = 1 + RUNS * OF_A_RUN  # the slider, and the looks
TAKE_AWAY: Final = 2 * RUNS  # a button to use and one to download each
EVERYTHING: Final = 9 + PLACE + TAKE_AWAY
TRAINING: Final = (Stage.STARTING, Stage.RUNNING, Stage.STOPPING)
CAN_BE_STOPPED: Final = (Stage.WAITING, Stage.STARTING, Stage.RUNNING)

Outputs: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a visitor's page shows of their trainings; kept on the server beside the page."""

    mark: object = None  # of what is in view: as long as it is the same nothing is sent
    last: int = 0  # the right end of the slider


@dataclass(frozen=True, slots=True, eq=False)
class LabDesk:
    """The handlers; a visitor is known by the session of their page."""

    lab: Lab

    def start(  # noqa: PLR0913, PLR0917 - one parameter for each control
        self,
        task: str,
        comparison: str,
        course: str,
        network: str,
        looks: str,
        size: str,
        difficulty: float,
        half: float,
        own: str,
        seed: float,
        cut: str,
        language: str,
        request: gr.Request,
    ) -> Outputs:
        """A new training, or two; what the visitor had is gone."""
        words, visitor = words_for(language), _visitor(request)
        try:
            lesson = LessonOptions(
                task=task,
                difficulty=_fitting(task, difficulty),
                cut=Cut(cut),
                network=Network(network),
                looks=Looks(looks),
                size=Size(size),
                schedule=_schedule(course, half, own),
                seed=int(seed),
            )
            chosen = Comparison(comparison)
            if not task and not self.lab.has_pairs(visitor) and chosen is not Comparison.LENGTH:
                return only_message(_message(words.lab.ask.file_missing, "problem", words))
            self.lab.start(visitor, lessons_of(chosen, lesson), chosen)
        except CrowdedError:
            return only_message(_message(words.lab.ask.crowded, "problem", words))
        except (OptionError, OSError, ValueError, TypeError, OverflowError) as error:
            return only_message(_message(words.lab.ask.refused.format(reason=error), "problem", words))
        return self._shown(visitor, Shown(), 0, words)

    def stop(self, place: int, shown: Shown, language: str, request: gr.Request) -> Outputs:
        """The models are saved; what waits is cancelled."""
        self.lab.stop(_visitor(request))
        return self._shown(_visitor(request), shown, place, words_for(language))

    def go_on(  # noqa: PLR0913, PLR0917 - one parameter for each control
        self,
        course: str,
        half: float,
        own: str,
        place: int,
        shown: Shown,
        language: str,
        request: gr.Request,
    ) -> Outputs:
        """From where it stopped, with the schedule that is chosen now."""
        words, visitor = words_for(language), _visitor(request)
        try:
            runs = self.lab.runs(visitor)
            comparison = runs[0].comparison if runs else Comparison.ONE
            lessons = tuple(run.lesson for run in runs)
            self.lab.go_on(visitor, changed(comparison, lessons, _schedule(course, half, own)))
        except (OptionError, OSError, ValueError, TypeError, OverflowError) as error:
            return only_message(_message(words.lab.ask.refused.format(reason=error), "problem", words))
        return self._shown(visitor, shown, place, words)

    def look(self, place: int, shown: Shown, language: str, request: gr.Request) -> Outputs:
        """Whatever is new; nothing is sent where nothing is."""
        visitor = _visitor(request)
        if shown.mark == _mark(self.lab.runs(visitor), language):
            return UNCHANGED
        return self._shown(visitor, shown, place, words_for(language))

    def look_back(self, place: int, shown: Shown, language: str, request: gr.Request) -> Outputs:
        """The look that the slider was moved to."""
        return _looks(self.lab.runs(_visitor(request)), place, words_for(language))

    def show_again(self, place: int, shown: Shown, language: str, request: gr.Request) -> Outputs:
        """All of it in another language."""
        words, visitor = words_for(language), _visitor(request)
        if not self.lab.runs(visitor):
            return only_message(self.hint(language))
        return self._shown(visitor, shown, place, words)

    def hint(self, language: str) -> Data:
        """What to say before anything was trained."""
        words = words_for(language)
        return _message(words.lab.ask.hint, "hint", words)

    def upload(self, path: str | None, language: str, request: gr.Request) -> Outputs:
        """A file of pairs, which becomes the task: a message, and the task. The file itself is deleted at once."""
        words = words_for(language)
        texts = words.lab.ask
        try:
            pairs = take_upload(path)
        except UploadError as error:
            text = texts.problems[error.problem].format(**error.values)
            return _message(text, "problem", words), gr.skip()
        try:
            self.lab.keep(_visitor(request), pairs)
        except CrowdedError:
            return _message(texts.crowded, "problem", words), gr.skip()
        return _message(texts.file_taken.format(count=len(pairs)), "hint", words), gr.update(value="")

    def leave(self, request: gr.Request) -> None:
        """The page was closed or loaded again."""
        self.lab.leave(_visitor(request))

    def use_of(self, place: int) -> Callable[[gr.Request], Outputs]:
        """The handler that gives a run's model to the tab 'Translate', which comes into view."""

        def use(request: gr.Request) -> Outputs:
            runs = self.lab.runs(_visitor(request))
            if not place < len(runs) or not runs[place].model:
                return gr.skip(), gr.skip()
            return gr.Tabs(selected="translate"), (runs[place].model, time.monotonic_ns())

        return use

    def _shown(self, visitor: str, shown: Shown, place: int, words: Words) -> Outputs:
        """Everything, in the order of the layout."""
        runs = self.lab.runs(visitor)
        if not runs:
            return only_message(self.hint(words.language))
        last = max(0, max(len(run.frames) for run in runs) - 1)
        place = min(_whole(place), last) if _whole(place) < shown.last else last
        stages = {run.stage for run in runs}
        return (
            _message(words.lab.ask.queued if Stage.WAITING in stages else "", "hint", words),
            gr.update(visible=True),
            _timer(stages),
            gr.update(interactive=bool(stages & set(CAN_BE_STOPPED))),
            gr.update(interactive=not any(run.is_unfinished for run in runs) and any(run.can_go_on for run in runs)),
            runs_data(runs, words),
            curves_bundle(runs, words),
            *_looks(runs, place, words, last=last),
            *self._take_away(visitor, runs, words),
            tuple(run.model for run in runs if run.model),
            Shown(_mark(runs, words.language), last),
        )

    def _take_away(self, visitor: str, runs: Sequence[RunView], words: Words) -> Outputs:
        """The buttons below the cards: to use a model, and to download it."""
        texts, outputs = words.lab.run, []
        for place in range(RUNS):
            run = runs[place] if place < len(runs) else None
            zipped = self.lab.zipped(visitor, run.letter) if run else None
            if run is None or zipped is None:
                outputs += [gr.update(visible=False), gr.update(visible=False)]
            else:
                head = f"{run.letter} · "
                outputs += [
                    gr.update(visible=True, value=head + texts.use),
                    gr.update(visible=True, label=head + texts.download, value=str(zipped)),
                ]
        return tuple(outputs)


UNCHANGED: Final[Outputs] = (gr.skip(),) * EVERYTHING


def only_message(message: Data) -> Outputs:
    """A message, and all else as it was."""
    return (message, *(gr.skip(),) * (EVERYTHING - 1))


def choose_task(task: str, difficulty: int) -> Any:
    """The difficulties of a task."""
    known = _difficulties(task)
    return gr.update(
        choices=[(str(each), each) for each in known],
        value=difficulty if difficulty in known else known[0],
        interactive=len(known) > 1,
    )


def choose_network(network: str, looks: str) -> Any:
    """The attention that goes with a network."""
    own = network in WITHOUT_CHOICE
    if own:
        return gr.update(value=Looks.OWN.value, interactive=False)
    return gr.update(value=Looks.ADDITIVE.value if looks == Looks.OWN else looks, interactive=True)


def _looks(runs: Sequence[RunView], place: float, words: Words, *, last: int | None = None) -> Outputs:
    """The slider, and of each run a look: column, caption, map, answers; the last look of a run that has fewer."""
    place = _whole(place)
    moved: dict[str, Any] = {"value": place, "interactive": bool(last)}
    outputs: list[Any] = [gr.skip() if last is None else gr.update(maximum=max(1, last), **moved)]
    for at in range(RUNS):
        run = runs[at] if at < len(runs) else None
        frame = _frame(run, place) if run else None
        if run is None or frame is None:
            outputs += [gr.update(visible=at < len(runs)), None, None, None]
            continue
        caption, answers = map_caption(run, frame, words), answers_data(run, frame, words)
        outputs += [gr.update(visible=True), caption, map_bundle(run, frame, words), answers]
    return tuple(outputs)


def _frame(run: RunView, place: int) -> Frame | None:
    return run.frames[max(0, min(place, len(run.frames) - 1))] if run.frames else None


def _timer(stages: set[Stage]) -> Any:
    """Quick while something is learnt, slow in the queue, still otherwise."""
    live = bool(stages & set(TRAINING))
    seconds = SECONDS_BETWEEN_LOOKS if live else SECONDS_IN_THE_QUEUE
    return gr.Timer(seconds, active=live or Stage.WAITING in stages)


def _mark(runs: Sequence[RunView], language: str) -> object:
    return language, tuple((run.stage, run.place, len(run.frames), run.model) for run in runs)


def _schedule(course: str, half: float, own: str) -> Schedule:
    return Schedule(course=Course(course), half=int(half), own=OwnToken(own))


def _fitting(task: str, difficulty: float) -> int:
    known = _difficulties(task)
    return int(difficulty) if difficulty in known else known[0]


def _difficulties(task: object) -> tuple[int, ...]:
    return DIFFICULTIES.get(task, (1,)) if isinstance(task, str) else (1,)


def _whole(place: object) -> int:
    """Where a slider is; one that lies is at its left end."""
    fits = isinstance(place, int | float) and 0 <= place <= MOST_LOOKS
    return int(cast(float, place)) if fits else 0


def _visitor(request: gr.Request) -> str:
    return str(request.session_hash or "")


def _message(text: str, tone: str, words: Words) -> Data:
    return message_data(text, tone, words.page.message)
