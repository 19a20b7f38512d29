"""The tables of the report: how the runs stand, scores, settings that differ, data, versions and commands."""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from demo.report.logs import RunLog
from demo.wording.report_words import ReportWords

PLACE: Final = ("output", "resume")  # settings that say where and not what
LONGEST_HASH: Final = 12  # letters of one that are shown; all of them stand in its title


def tables(runs: Sequence[RunLog], words: ReportWords) -> Iterator[str]:
    """All tables, each with its heading."""
    yield _section(words.summary, _table(runs, dict(_summary(runs, words)), words))
    yield _section(words.scores, *_or(_rows([run.scores for run in runs]), words.no_scores, runs, words))
    yield _section(words.settings, *_differing(runs, words))
    same = all(run.data == runs[0].data for run in runs)
    yield _section(
        words.data,
        f"<p>{_text(words.same_data if same else words.other_data)}</p>" if len(runs) > 1 else "",
        _table(runs, _rows([run.data for run in runs]), words),
    )
    versions = [run.versions | ({words.machine: run.machine} if run.machine else {}) for run in runs]
    yield _section(words.versions, _table(runs, _rows(versions), words))
    commands = (f"<h3>{_text(run.name)}</h3><pre>{_text(run.command or words.missing)}</pre>" for run in runs)
    yield _section(words.command, *commands)


def differing(runs: Sequence[RunLog]) -> dict[str, list[str | None]]:
    """The settings that are not the same in all runs, by name; None where a run has none of the name."""
    rows = _rows([run.settings for run in runs])
    return {name: values for name, values in rows.items() if name not in PLACE and len(set(values)) > 1}


def _summary(runs: Sequence[RunLog], words: ReportWords) -> Iterator[tuple[str, list[str | None]]]:
    yield words.state, [_state(run, words) for run in runs]
    yield words.parameters, [None if run.parameters is None else f"{run.parameters:,}" for run in runs]
    yield words.updates, [f"{run.updates:,}" for run in runs]
    yield words.seen_tokens, [f"{run.tokens:,.0f}" for run in runs]
    yield words.time, [words.seconds_text.format(seconds=f"{run.seconds:,.0f}") for run in runs]
    yield words.best, [_best(run, words) for run in runs]


def _state(run: RunLog, words: ReportWords) -> str:
    parts = [words.states[run.state]]
    parts += [words.resumed.format(count=run.resumed)] if run.resumed else []
    parts += [words.unreadable.format(count=run.unreadable)] if run.unreadable else []
    return "; ".join(parts)


def _best(run: RunLog, words: ReportWords) -> str | None:
    """The lowest validation loss and where it was."""
    points = [point for each in run.series if each.validation and each.name == "loss" for point in each.points]
    if not points:
        return None
    best = min(points, key=lambda point: point.value)
    return words.best_at.format(loss=f"{best.value:.4g}", tokens=f"{best.tokens:,.0f}")


def _differing(runs: Sequence[RunLog], words: ReportWords) -> list[str]:
    if len(runs) == 1:
        return [f"<p>{_text(words.one_run)}</p>"]
    return _or(differing(runs), words.same_settings, runs, words)


def _rows(columns: Sequence[Mapping[str, str]]) -> dict[str, list[str | None]]:
    """Every name of any column with all columns' values, in the order in which names first occur."""
    names = dict.fromkeys(name for column in columns for name in column)
    return {name: [column.get(name) for column in columns] for name in names}


def _or(
    rows: Mapping[str, Sequence[str | None]], instead: str, runs: Sequence[RunLog], words: ReportWords
) -> list[str]:
    return [_table(runs, rows, words)] if rows else [f"<p>{_text(instead)}</p>"]


def _section(title: str, *parts: str) -> str:
    return f'<section class="wide"><h2>{_text(title)}</h2>{"".join(parts)}</section>'


def _table(runs: Sequence[RunLog], rows: Mapping[str, Sequence[str | None]], words: ReportWords) -> str:
    head = "".join(f'<th scope="col">{_text(run.name)}</th>' for run in runs)
    body = "".join(
        f'<tr><th scope="row">{_text(name)}</th>{"".join(_cell(value, name, words) for value in values)}</tr>'
        for name, values in rows.items()
    )
    return f'<div class="scroll"><table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: str | None, name: str, words: ReportWords) -> str:
    if value is None:
        return f"<td>{_text(words.missing)}</td>"
    if name.endswith("sha256") and len(value) > LONGEST_HASH:
        return f'<td title="{_text(value)}"><code>{_text(value[:LONGEST_HASH])}…</code></td>'
    return f"<td>{_text(value)}</td>"


def _text(text: str) -> str:
    return html.escape(text)
