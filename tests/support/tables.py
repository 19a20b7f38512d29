"""Models that can be solved by hand: the golden ones, random ones, and plain solutions to compare with."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from hypothesis import strategies

from seq2seq_core.decoding import SourceText, Table, TableStepper, decode, record
from seq2seq_core.options import BeamOptions, LengthCount, LengthRule, SearchOptions, StopRule
from seq2seq_core.trace import Hypothesis, Trace

GOLDEN: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "golden" / "golden_decoding.json").read_text(encoding="utf-8")
)
CASES: Final[dict[str, dict[str, Any]]] = {case["id"]: case["expected"] for case in GOLDEN["cases"]}
WORDS: Final = ("a", "b", "c")
END: Final = "</s>"


def golden_table(name: str) -> Table:
    model = GOLDEN["models"][name]
    return Table(following=model["table"], order=model.get("order"), longest=model.get("max_n"))


def traces_of(tables: Sequence[Table], options: SearchOptions, vocabulary: Sequence[str] | None = None) -> list[Trace]:
    stepper = TableStepper(tables, vocabulary)
    sources = [SourceText(" ".join(table.source), table.source) for table in tables]
    return record(stepper, options, sources, label=stepper.label, detokenize=stepper.detokenize)


def trace_of(table: Table, options: SearchOptions) -> Trace:
    return traces_of([table], options)[0]


def best_of(table: Table, options: SearchOptions) -> Hypothesis:
    stepper = TableStepper([table])
    return decode(stepper, options, detokenize=stepper.detokenize)[0][0]


def log_prob(probability: float) -> float:
    """What a model in single precision says."""
    return float(np.float32(math.log(probability)))


def after(table: Table, prefix: tuple[str, ...]) -> dict[str, float]:
    """What follows a prefix, looked up directly."""
    if table.longest is not None and len(prefix) >= table.longest:
        return {END: 1.0}
    key = prefix if table.order is None else prefix[-table.order :]
    return dict(table.following.get(" ".join(key), {END: 1.0}))


def every_output(table: Table, prefix: tuple[str, ...] = (), total: float = 0.0) -> Iterator[tuple[str, float]]:
    """All complete outputs with their log-probability, by enumeration."""
    for token, probability in after(table, prefix).items():
        if probability == 0:
            continue
        if token == END:
            yield " ".join(prefix), total + log_prob(probability)
        else:
            yield from every_output(table, (*prefix, token), total + log_prob(probability))


@dataclass(frozen=True)
class Plain:
    """What `plain_beam` found: the pool in the order of finishing, what was cut, and the steps it took."""

    pool: list[tuple[str, float, int]]
    cut: list[tuple[str, float, int]]
    steps: int


def plain_score(total: float, content: int, options: SearchOptions, *, ends: bool) -> float:
    """The score written down from its definition, without coverage."""
    tokens = content + ends
    length = {"content": max(1, content), "end": tokens, "start_and_end": tokens + 1}[options.counts]
    match options.length_rule:
        case LengthRule.POWER:
            return float(total / length**options.alpha)
        case LengthRule.GNMT:
            return float(total / ((5 + length) / 6) ** options.alpha)
        case LengthRule.REWARD:
            return total + options.reward * content
        case LengthRule.BOUNDED_REWARD:
            return total + options.reward * min(content, options.reward_length or 0)
        case _:
            return total


def plain_beam(table: Table, options: BeamOptions, vocabulary: Sequence[str]) -> Plain:
    """Beam search written down from its definition, every candidate sorted in full."""
    ids = {END: 1, **{word: number for number, word in enumerate(vocabulary, 2)}}
    limit = options.resolve_max_length(len(table.source))
    shrinks = options.stop_rule is StopRule.SHRINKING
    live: list[tuple[tuple[str, ...], float]] = [((), 0.0)]
    pool: list[tuple[str, float, int]] = []
    ranks: set[int] = set()
    for step in range(1, limit + 1):
        size = options.beam_size - len(pool) if shrinks else options.beam_size
        ranked = sorted(
            (-(total + log_prob(probability)), parent, ids[token], token)
            for parent, (prefix, total) in enumerate(live)
            for token, probability in after(table, prefix).items()
            if probability and (token != END or len(prefix) >= options.min_length)
            if token == END or not (options.force_end and step == limit)
        )
        for rank, (loss, parent, _, token) in enumerate(ranked[:size]):
            if token == END:
                pool.append((" ".join(live[parent][0]), -loss, step))
                ranks.add(rank)
        others = ranked if options.refill and not shrinks else ranked[:size]
        others = [each for each in others if each[3] != END][:size]
        live = [((*live[parent][0], token), -loss) for loss, parent, _, token in others]
        top_ends = bool(ranked) and ranked[0][3] == END
        if step < limit and live and _stops(pool, live, options, limit, (ranks, top_ends)):
            return Plain(pool, [], step)
        if not live:
            return Plain(pool, [], step)
    return Plain(pool, [(" ".join(prefix), total, limit) for prefix, total in live], limit)


def _stops(
    pool: list[Any], live: list[Any], options: BeamOptions, limit: int, seen: tuple[set[int], bool]
) -> bool:
    size, step = options.beam_size, len(live[0][0])
    scores = [plain_score(total, len(text.split()), options, ends=True) for text, total, _ in pool]
    best, worst = max(scores, default=-math.inf), sorted([-math.inf] * size + scores)[-size]
    now = max(plain_score(total, step, options, ends=False) for _, total in live)
    ever = max(plain_score(total, limit - 1, options, ends=True) for _, total in live)
    ranks, top_ends = seen
    return {
        StopRule.K_FINISHED: len(pool) >= size,
        StopRule.SHRINKING: len(pool) >= size,
        StopRule.NOTHING_LIVE_CAN_WIN: best >= ever,
        StopRule.FIRST_FINISHED: bool(pool),
        StopRule.TOP_FINISHED: top_ends,
        StopRule.LIVE_SCORES_LOWER: len(pool) >= size and worst >= now,
        StopRule.NOTHING_LIVE_CAN_ENTER: len(pool) >= size and worst >= ever,
        StopRule.EVERY_PLACE_FINISHED: ranks == set(range(size)),
        StopRule.MAXIMUM_LENGTH: False,
    }[options.stop_rule]


@strategies.composite
def tables(draw: Callable[..., Any], depth: int = 3) -> Table:
    """A random table over WORDS: by prefix up to `depth` tokens, or by the last token. Ties and zeros are common."""
    weights = strategies.lists(strategies.integers(0, 4), min_size=4, max_size=4).filter(any)
    markov = draw(strategies.booleans())
    prefixes = ["", *WORDS] if markov else list(_prefixes(depth))
    following = {}
    for prefix in prefixes:
        row = draw(weights)
        following[prefix] = {token: weight / sum(row) for token, weight in zip((END, *WORDS), row, strict=True)}
    pieces = draw(strategies.integers(1, 3))
    return Table(
        following=following,
        order=1 if markov else None,
        longest=depth,
        source=tuple(f"s{number}" for number in range(pieces)),
        attention=tuple(tuple(row) for row in np.eye(pieces).tolist()),
    )


def _prefixes(depth: int) -> Iterator[str]:
    level: list[tuple[str, ...]] = [()]
    for _ in range(depth):
        yield from (" ".join(prefix) for prefix in level)
        level = [(*prefix, word) for prefix in level for word in WORDS]


def score_rules() -> strategies.SearchStrategy[dict[str, Any]]:
    """Random rules for scores, as options."""
    counts = strategies.sampled_from([each for each in LengthCount if each is not LengthCount.LATE_END])
    alpha = strategies.sampled_from([0.0, 0.5, 0.7, 1.0, 2.0])
    reward = strategies.sampled_from([0.3, 0.9, 2.0])
    divided = strategies.sampled_from([LengthRule.POWER, LengthRule.GNMT])
    return strategies.one_of(
        strategies.fixed_dictionaries({"alpha": alpha}),
        strategies.fixed_dictionaries({"length_rule": divided, "alpha": alpha, "counts": counts}),
        strategies.fixed_dictionaries({"length_rule": strategies.just(LengthRule.NONE)}),
        strategies.fixed_dictionaries({"length_rule": strategies.just(LengthRule.REWARD), "reward": reward}),
        strategies.fixed_dictionaries(
            {
                "length_rule": strategies.just(LengthRule.BOUNDED_REWARD),
                "reward": reward,
                "reward_length": strategies.integers(0, 3),
            }
        ),
    )


@strategies.composite
def beam_options(draw: Callable[..., Any]) -> BeamOptions:
    """Random settings whose beam is often too small and whose maximum length often cuts."""
    return BeamOptions(
        beam_size=draw(strategies.integers(1, 5)),
        max_length=draw(strategies.integers(3, 6)),
        min_length=draw(strategies.integers(0, 2)),
        stop_rule=draw(strategies.sampled_from(list(StopRule))),
        refill=draw(strategies.booleans()),
        force_end=draw(strategies.booleans()),
        cut_competes=draw(strategies.booleans()),
        **draw(score_rules()),
    )
