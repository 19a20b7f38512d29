"""The report as a document: what stands in it, and that no log can break out of its place."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from plotly.offline import get_plotlyjs

from demo.report.__main__ import main
from demo.report.logs import RunLog, run_of
from demo.report.page import figures_of, page
from demo.report.tables import differing
from demo.wording import report
from tests.demo.report.test_logs import START, event

HOSTILE = "</script><img src=x onerror=alert(1)>"


def run(name: str, *events: dict[str, Any]) -> RunLog:
    return run_of([json.dumps(each) for each in events], name)


def started(**options: Any) -> dict[str, Any]:
    return START | {"options": options}


PLAIN = run(
    "plain",
    started(seed=1, output="runs/plain"),
    event("update", 100, loss=2.0, rate=0.1),
    event("validation", 100, loss=1.5, accuracy=0.25),
    event("end"),
    event("test", bleu=31.25),
)
HOSTILE_RUN = run(
    HOSTILE,
    started(seed=HOSTILE, output=HOSTILE) | {"command": HOSTILE, "versions": {HOSTILE: HOSTILE}},
    event("update", 100, loss=2.5, **{HOSTILE: 0.5}),
)


class Tags(HTMLParser):
    """All tags of a document, and the text of its last JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href") or name.startswith("on")]


def without_plotly(document: str) -> str:
    return document.replace(get_plotlyjs(), "")


def parsed(document: str) -> Tags:
    tags = Tags()
    tags.feed(without_plotly(document))
    return tags


def data_of(document: str) -> dict[str, Any]:
    (content,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', without_plotly(document))
    data: dict[str, Any] = json.loads(content)
    return data


def test_figures_come_in_a_fixed_order_and_those_of_unknown_names_last() -> None:
    other = run("other", event("update", 100, zeta=1, alpha=1, epsilon=0.5, loss=1.0))
    names = [figure.name for figure in figures_of([PLAIN, other])]
    assert names == ["loss", "accuracy", "rate", "speed", "epsilon", "alpha", "zeta"]
    loss = figures_of([PLAIN, other])[0]
    assert [(curve.run, curve.place, curve.validation) for curve in loss.curves] == [
        ("plain", 0, False),
        ("plain", 0, True),
        ("other", 1, False),
    ]


def test_settings_that_differ_are_listed_and_folders_are_not() -> None:
    one, two = run("one", started(seed=1, same=2, output="a")), run("two", started(seed=3, same=2, output="b", new=4))
    assert differing([one, two]) == {"seed": ["1", "3"], "new": [None, "4"]}


def test_the_document_needs_nothing_from_elsewhere() -> None:
    tags = parsed(page([PLAIN], report.ENGLISH))
    assert tags.sources == []
    assert "link" not in tags.tags
    assert "default-src 'none'" in page([PLAIN], report.ENGLISH)


def test_no_name_or_setting_of_a_log_becomes_markup() -> None:
    document = page([PLAIN, HOSTILE_RUN], report.ENGLISH)
    tags = parsed(document)
    assert "img" not in tags.tags
    assert tags.tags.count("script") == parsed(page([PLAIN], report.ENGLISH)).tags.count("script") == 3
    hovers = [text for figure in data_of(document)["figures"] for line in figure["data"] for text in line["hovertext"]]
    assert any("&lt;/script&gt;&lt;img" in text for text in hovers)
    assert not any("<img" in text for text in hovers)


def test_every_line_has_its_places_over_tokens_and_over_seconds() -> None:
    line = data_of(page([PLAIN], report.ENGLISH))["figures"][0]["data"][0]
    assert (line["x"], line["y"], line["meta"]) == ([100], [2.0], {"tokens": [100], "seconds": [1.0]})


def test_scores_and_standing_are_in_the_tables() -> None:
    document = without_plotly(page([PLAIN, HOSTILE_RUN], report.ENGLISH))
    assert "<td>31.25</td><td>–</td>" in document
    assert "<td>ended</td><td>no end in the log: still running, or broken off</td>" in document
    assert "<td>1.5 at 100 tokens</td><td>–</td>" in document


def test_an_empty_log_makes_a_report_too() -> None:
    document = page([run("empty")], report.CHINESE)
    assert report.CHINESE.nothing in document
    assert '<html lang="zh-CN">' in document


def test_the_command_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.jsonl").write_text(json.dumps(START) + "\n", encoding="utf-8")
    output = tmp_path / "report.html"
    monkeypatch.setattr(sys, "argv", ["report", str(tmp_path), "--output", str(output), "--language", "zh"])
    assert main() == 0
    assert report.CHINESE.title in output.read_text(encoding="utf-8")


def test_a_run_without_a_log_is_one_line_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["report", str(tmp_path / "none"), "--output", str(tmp_path / "x")])
    assert main() == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "x").exists()
