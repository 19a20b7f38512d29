"""Both languages have every text, with the same fields to fill; every name the page may need has its words."""

import ast
import re
from pathlib import Path

import pytest

from demo.service import Kind, Note, Problem
from demo.service.requests import STOP_RULES
from demo.wording import LANGUAGE_NAMES, WORDS, Language, language_of, words_for
from seq2seq_core.options import StopRule
from seq2seq_core.trace import NODE_BUDGET, PROVED, TIME_BUDGET, Fate
from tests.support.project import ROOT
from tests.support.wording import expect_both_languages, without_chinese

SAME_IN_BOTH = re.compile(r"[A-Za-z0-9^{} ./=-]{1,14}|\{reason}：\{note}|，")  # T, log p, T^{alpha}, Alpha
ENGLISH, CHINESE = (WORDS[language].page for language in Language)


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    expect_both_languages(ENGLISH, CHINESE)


def test_the_chinese_texts_are_chinese() -> None:
    assert not [place for place, text in without_chinese(CHINESE).items() if not SAME_IN_BOTH.fullmatch(text)]


@pytest.mark.parametrize("language", Language)
def test_every_name_has_its_words(language: Language) -> None:
    page = WORDS[language].page
    assert set(page.message.problems) == set(Problem)
    assert set(page.result.verdicts) == set(Kind)
    assert set(page.result.notes) == set(Note)
    assert set(page.panel.fates) == set(Fate)
    assert set(page.input.stop_rules) == set(STOP_RULES)
    endings = {"end token", "end token drawn", "maximum length", "no live prefix", PROVED, NODE_BUDGET, TIME_BUDGET}
    assert {*StopRule, *endings} == set(page.result.reasons)
    assert set(page.architectures.names) == set(page.architectures.ideas)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en", "en"), ("zh", "zh"), ("zh-CN", "zh"), ("zh-TW", "zh"), ("ZH-hk", "zh"), ("fr", "en"), (None, "en")],
)
def test_a_browsers_tag_gives_a_language(tag: object, language: str) -> None:
    assert language_of(tag) == language
    assert words_for(tag).language == language


def test_every_language_is_called_by_its_own_name() -> None:
    assert set(LANGUAGE_NAMES) == set(Language)


def visible_literals(path: Path) -> list[str]:
    """Texts with a blank or a capital that are neither docstrings nor code for the browser."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    names = {getattr(node, field, None) for node in ast.walk(tree) for field in ("id", "name")}
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]
    return [text for text in found if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]+$", text) and text not in names]


def is_for_the_browser(text: str) -> bool:
    return any(mark in text for mark in ("=>", "window.", "<div", "<script", "<link"))


# The description of an API endpoint is for programmers and, like the API's page, English.
ALLOWED = {
    "Decode one source with one model and return the whole search as a trace (seq2seq-trace/1).",
    "Decode one source with two to four models; each answer has its search as a trace.",
    "a part of the page as JSON",
}


@pytest.mark.parametrize("path", sorted((ROOT / "demo" / "tabs").rglob("*.py")), ids=lambda path: path.stem)
def test_tabs_hold_no_visible_text(path: Path) -> None:
    literals = {text for text in visible_literals(path) if not is_for_the_browser(text)}
    assert literals <= ALLOWED


def test_a_planted_text_is_found(tmp_path: Path) -> None:
    path = tmp_path / "planted.py"
    path.write_text('"""About."""\nlabel = "Beam size"\nname = "Translate"\nkind = "nbest"\n', encoding="utf-8")
    assert visible_literals(path) == ["Beam size", "Translate"]
