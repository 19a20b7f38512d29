"""An attention heat map told in words: the notes below it and its account."""

from demo.figures.heatmap_layout import DROPPED_BELOW, REPEATED_ABOVE, Alignment, Reading
from demo.figures.labels import number, visible
from demo.wording.figure_words import HeatmapWords

NOTE_PLACES = 2


def notes(alignment: Alignment, words: HeatmapWords) -> tuple[str, ...]:
    """What is shown where there is a choice; which source pieces were hardly read and which again and again."""
    return (*_shown(alignment, words), *_read(alignment, words))


def _shown(alignment: Alignment, words: HeatmapWords) -> list[str]:
    found: list[str] = []
    if alignment.head is not None:
        found.append(words.head.format(layer=alignment.head.layer + 1, head=alignment.head.head + 1))
    if alignment.generate_T is not None:
        found.append(words.generate)
    if alignment.coverage_S is not None:
        found.append(words.coverage_kept)
    return found


def _read(alignment: Alignment, words: HeatmapWords) -> tuple[str, ...]:
    """Pieces read too little or too often, with the thresholds; or that there are none."""
    found: list[str] = []
    if dropped := _pieces(alignment, Reading.DROPPED):
        found.append(words.dropped.format(threshold=DROPPED_BELOW, pieces=dropped))
    if repeated := _pieces(alignment, Reading.REPEATED):
        wording = words.repeated if alignment.complete else words.repeated_so_far
        found.append(wording.format(threshold=REPEATED_ABOVE, pieces=repeated))
    if found:
        return tuple(found)
    if not alignment.complete:
        return (words.covered_so_far.format(threshold=REPEATED_ABOVE),)
    return (words.covered.format(low=DROPPED_BELOW, high=REPEATED_ABOVE),)


def _pieces(alignment: Alignment, wanted: Reading) -> str:
    return ", ".join(
        f"{visible(piece)} ({number(total, NOTE_PLACES)})"
        for piece, total, found in zip(alignment.source, alignment.sums, alignment.readings, strict=True)
        if found is wanted
    )


def account(alignment: Alignment, words: HeatmapWords) -> str:
    """The map as sentences: where each target piece looked most."""
    head = words.account.format(source=_joined(alignment.source), target=_joined(alignment.target))
    rows = (_row(alignment, row, words) for row in range(len(alignment.target)))
    return " ".join((head, *rows, *_evidence(alignment, words)))


def _evidence(alignment: Alignment, words: HeatmapWords) -> list[str]:
    """The numbers that stand beside the cells."""
    found: list[str] = []
    if alignment.window is not None:
        found.append(words.account_centres.format(values=_beside(alignment, alignment.window.centres_T)))
    if alignment.generate_T is not None:
        found.append(words.account_generate.format(values=_beside(alignment, alignment.generate_T)))
    return found


def _beside(alignment: Alignment, values_T: tuple[float, ...]) -> str:
    pairs = zip(alignment.target, values_T, strict=True)
    return ", ".join(f"{visible(piece)} {number(value, NOTE_PLACES)}" for piece, value in pairs)


def _joined(pieces: tuple[str, ...]) -> str:
    return " ".join(map(visible, pieces))


def _row(alignment: Alignment, row: int, words: HeatmapWords) -> str:
    column = int(alignment.weights_TS[row].argmax())
    return words.account_row.format(
        target=visible(alignment.target[row]),
        source=visible(alignment.source[column]),
        weight=number(float(alignment.weights_TS[row, column]), NOTE_PLACES),
    )
