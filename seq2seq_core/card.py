"""The model card: what a checkpoint's config says, for people."""

from collections.abc import Mapping
from typing import Any

from seq2seq_core.architecture import describe


def model_card(config: Mapping[str, Any], *, parameters: int) -> str:
    """Markdown with data, licence, command to retrain, and the scores of the file as shipped."""
    card, training, model = config["card"], config["training"], config["model"]
    figures = {name: value for name, value in training.items() if not isinstance(value, Mapping) and name != "command"}
    sections = [
        f"# {card.get('title', 'Sequence-to-sequence model')}",
        f"{describe(model).name}; {parameters:,} parameters.\n\n{describe(model).paper}.",
        _section("Settings of the model", _table(model)),
        _section("Data", "\n\n".join(filter(None, (card.get("attribution", ""), _table(_splits(training)))))),
        _section("Scores of this file", _table(config["metrics"])),
        _section("Quality by length of the source", _curve(card.get("length_curve"))),
        _section("Training", _table(figures)),
        _section("Train it again", f"```\n{training['command']}\n```" if "command" in training else ""),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _splits(training: Mapping[str, Any]) -> dict[str, str]:
    data = training.get("data", {})
    return {name: f"{split['pairs']:,} pairs, SHA-256 of the text {split['sha256']}" for name, split in data.items()}


def _curve(curve: Any) -> str:
    """A curve of length_curve.py: a line for each bucket."""
    if not isinstance(curve, Mapping):
        return ""
    rows = "\n".join(
        f"| {point['length_from']} to {point['length_to']} | {point['n']} | {point['value']} "
        f"| {point['low']} to {point['high']} |"
        for point in curve["points"]
    )
    return f"| words | n | {_cell(curve['measure'])} | 95 % interval |\n|---|---:|---:|---|\n{rows}"


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _table(values: Mapping[str, Any]) -> str:
    if not values:
        return ""
    rows = "\n".join(f"| {_cell(name)} | {_cell(value)} |" for name, value in values.items())
    return f"| | |\n|---|---|\n{rows}"


def _cell(value: object) -> str:
    """Text of a table cell: a bar inside it (sacrebleu's signatures have them) must not end the cell."""
    return str(value).replace("|", "\\|")
