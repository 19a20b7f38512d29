"""The section 'Exposure bias': the figures of a task, and no section without measurements."""

from typing import Any, cast

import pytest

from demo.service import ExposedModel, ExposureTask, MeasuredPerplexity, MeasuredShare
from demo.tabs.parts.exposure import exposure_figures, exposure_section, model_name
from demo.tabs.tab import Captions, Context
from demo.wording import WORDS, Language

SHARE = MeasuredShare(200, 150, 75.0, 68.5, 80.5)


def model(name: str, epsilon: float, free: float = 1.5) -> ExposedModel:
    forced, running = (MeasuredPerplexity(value, value - 0.1, value + 0.1, 900) for value in (1.25, free))
    return ExposedModel(name, epsilon, (SHARE,) * 3, (SHARE,) * 2, ((SHARE,),) * 2, forced, running, *(SHARE,) * 3)


TASK = ExposureTask("dates", 500, 4, (model("a", 1.0), model("b", 0.25, 1.375), model("c", 0.5)))


def test_the_first_two_models_stand_beside_each_other_and_all_over_epsilon() -> None:
    figures = exposure_figures(TASK, WORDS[Language.ENGLISH])
    assert [mark.text for mark in figures.positions.legend] == [
        "Teacher forcing, own prefix",
        "Teacher forcing, true prefix",
        "Scheduled sampling (ε ends at 0.25), own prefix",
        "Scheduled sampling (ε ends at 0.25), true prefix",
    ]
    assert len(figures.recovery.figure.layout.annotations) == 2
    assert [len(line.y) for line in figures.overcorrection.figure.data] == [3, 3]


def test_the_two_perplexities_have_their_names_and_intervals() -> None:
    _, what, forced, sampled, _ = exposure_figures(TASK, WORDS[Language.ENGLISH]).positions.notes
    assert "own prefix, but still of the reference’s token" in what
    assert "Teacher forcing: teacher-forced 1.250 (1.150 to 1.350), free-running 1.500 (1.400 to 1.600)" in forced
    assert "free-running 1.375" in sampled


@pytest.mark.parametrize("language", Language)
def test_the_convention_stands_under_the_figure_over_epsilon(language: Language) -> None:
    words = WORDS[language]
    assert words.exposure.convention in exposure_figures(TASK, words).overcorrection.notes


def test_a_model_is_called_by_its_training() -> None:
    words = WORDS[Language.ENGLISH].exposure
    assert model_name(TASK.models[0], words) == "Teacher forcing"
    assert model_name(TASK.models[2], words) == "Scheduled sampling (ε ends at 0.5)"


def test_without_measurements_there_is_no_section() -> None:
    nothing = cast(Any, None)
    captions = Captions([])
    context = Context(nothing, nothing, nothing, nothing, nothing, captions, nothing, nothing, nothing)
    exposure_section(context)
    assert context.captions.entries == []
