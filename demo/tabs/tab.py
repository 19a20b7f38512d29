"""What a tab is, and what it gets to build itself with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from demo.service import ExampleBook, ExposureTask, MeasuredTask, Service
from demo.service.lab import Lab
from demo.wording import Words, words_for

Properties: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Captions:
    """The components whose own texts follow the language, each with its texts as properties to set.

        captions.follow(gr.Button(), lambda words: {"value": words.page.input.translate})

    `follow` also sets the texts at once, in English, so that the page is never bare.
    """

    entries: list[tuple[Block, Callable[[Words], Properties]]] = field(default_factory=list)

    def follow(self, component: Block, texts: Callable[[Words], Properties]) -> None:
        self.entries.append((component, texts))
        for name, value in texts(words_for("en")).items():
            setattr(component, name, _shown(component, value) if name == "value" else value)

    @property
    def components(self) -> list[Block]:
        return [component for component, _ in self.entries]

    def updates(self, language: str) -> list[Any]:
        """The updates of all components, in their order."""
        words = words_for(language)
        return [_update(texts(words)) for _, texts in self.entries]


def _shown(component: Block, value: Any) -> Any:
    """A value as the component sends it to the browser."""
    shown: Any = component.postprocess(value) if isinstance(component, Component) else value  # type: ignore[no-untyped-call]
    return shown


def _update(properties: Properties) -> Any:
    """A value alone is sent as it is: for an update of properties Gradio would build the component anew."""
    return properties["value"] if set(properties) == {"value"} else gr.update(**properties)


@dataclass(frozen=True, slots=True)
class Context:
    """What all tabs share.

    `own` holds the names of the models that this visitor has trained: where it changes, lists of models follow.
    `wanted` is one that the tab 'Translate' is to take up, and when it was asked for. `place` is the tab being built.
    """

    app: gr.Blocks
    service: Service
    lab: Lab
    examples: ExampleBook
    language: gr.Radio
    captions: Captions
    tabs: gr.Tabs
    own: gr.State
    wanted: gr.State
    measured: tuple[MeasuredTask, ...] = ()
    exposure: tuple[ExposureTask, ...] = ()
    place: gr.Tab | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its title in every language, and how it lays itself out and wires itself."""

    id: str
    title: Callable[[Words], str]
    build: Callable[[Context], None]


def part_head(captions: Captions, texts: Callable[[Words], Sequence[str]]) -> None:
    """A heading and the one line that says what is below it."""

    def value(words: Words) -> Properties:
        title, explain = texts(words)
        return {"value": f"## {title}\n{explain}"}

    captions.follow(gr.Markdown(elem_classes="part-head"), value)


# How an event is answered that comes while the one before it is being answered. Gradio's third way, the default of most
# events, drops it.
# One that says what was chosen: each is answered, one after the other (`demo.waiting`).
EACH: Final[Properties] = {"trigger_mode": "multiple"}
# One that asks about what the page holds: once more, with what it holds by then. What the event itself said is lost.
LATEST: Final[Properties] = {"trigger_mode": "always_last"}


def quiet(*, inputs: Iterable[Any] = (), outputs: Iterable[Any] = ()) -> dict[str, Any]:
    """The settings of an event that belongs to the page alone: not part of the API, and no spinner over its outputs.

    Nothing shows its progress, hidden or not: at each turn of any event Gradio looks up all that ever showed some in
    the whole page and copies it with all inside. After one change of the language an event took 140 ms to be sent.
    """
    return {
        "inputs": list(inputs),
        "outputs": list(outputs),
        "api_visibility": "private",
        "show_progress": "hidden",
        "show_progress_on": [],
    }
