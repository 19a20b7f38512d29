"""A trace from plain arrays: a search that another program made, read from what it wrote down.

The least that makes one: of every step the candidates' tokens, parents and log-probabilities; of the search its
options, `max_length` among them, because arrays do not tell what would have been cut; and the end token. Sums, ranks,
fates, margins, scores, the outputs and the reason to stop follow from these by the rules of the options, and are worked
out here. What the program itself says of them (`live`, `finished`) is optional and is held against that: a beam search
of other rules is refused, not redrawn. At last the trace passes `check`.

Candidates may come in any order and padded with log-probabilities of minus infinity; parents follow when they are
sorted. A step must list every candidate that lives or finishes; the more losers it lists, the more the trace shows.

Sizes: S source pieces.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import FREE, BeamOptions, GreedyOptions, SearchOptions

from .array_rows import ArrayStep
from .array_steps import Builder
from .check import check
from .data import NO_TOKEN, Fate, Hypothesis, Stop, Trace, TraceStep
from .outcome import MAXIMUM_LENGTH, NO_LIVE_PREFIX
from .replay import first_stop
from .score_rule import ScoreRule
from .settings import Settings, settings_of
from .walk import Place, path

ALGORITHMS: Final[Mapping[type[SearchOptions], str]] = {BeamOptions: "beam", GreedyOptions: "greedy"}
_ALWAYS_STATED: Final = ("alpha", "max_length", "min_length", "beam_size", "n_best", "stop_rule")


@dataclass(frozen=True, slots=True)
class TokenNames:
    """The end token, and how tokens read."""

    end_id: int
    label: Callable[[int], str]  # such as the __getitem__ of a list or a dict
    detokenize: Callable[[Sequence[int]], str] | None = None  # of an output, without its end token; None: joined labels


@dataclass(frozen=True, slots=True)
class ArraySource:
    """What was decoded: the text, and the labels of its S pieces; neither where there is no source."""

    text: str = ""
    tokens: tuple[str, ...] = ()


def trace_of_arrays(
    steps: Iterable[ArrayStep],
    options: SearchOptions,
    names: TokenNames,
    source: ArraySource = ArraySource(),
    *,
    trailing: bool = False,
) -> Trace:
    """The trace of a greedy or beam search over one source; it passes `check`.

    Args:
        trailing: whether steps may follow the one that ends the search, as in a batch that goes on for the sake of
            other sources; they are left aside.

    Raises:
        OptionError: options of another search, without max_length, or with constraints, which arrays cannot show.
        TraceError: the arrays are malformed or contradict the options or one another; it names the step.
    """
    outline = _outline(options, source)
    settings = settings_of(outline)
    found, fault = _built(steps, Builder(settings, names.end_id, len(source.tokens)), trailing=trailing)
    trace = replace(outline, steps=tuple(found))
    fired = first_stop(trace, settings.rule)
    if fired is None and fault is not None:
        raise fault
    if fired is not None and trailing:
        trace = replace(trace, steps=trace.steps[:fired])
    elif fired is not None and (fault is not None or fired < len(found)):
        raise TraceError(f"step {fired} fulfils the stop rule {settings.stop_rule!r}, but the arrays go on")
    trace = _with_outcome(trace, settings, names, fired is not None)
    check(trace)
    return trace


def _outline(options: SearchOptions, source: ArraySource) -> Trace:
    """The trace without its steps and outcome.

    Raises:
        OptionError: arrays cannot have been searched so.
    """
    if type(options) not in ALGORITHMS:
        known = " or ".join(each.__name__ for each in ALGORITHMS)
        raise OptionError(f"a trace of arrays needs {known}, got {type(options).__name__}")
    if options.max_length is None:
        raise OptionError("max_length must be given: arrays do not tell it, got None")
    if isinstance(options, BeamOptions) and options.finished_compete:
        raise OptionError("finished_compete cannot be stated of arrays, whose outputs leave the beam; got True")
    if options.constraints != FREE:
        raise OptionError("constraints cannot be stated of arrays, which hold what they left possible; got some")
    if options.pins:
        raise OptionError(f"pins cannot be stated of arrays, got {options.pins}")
    return Trace(
        algorithm=ALGORITHMS[type(options)],
        options=_stated(options),
        formula=ScoreRule.of({each.name: getattr(options, each.name) for each in fields(options)}).formula(),
        source=source.text,
        source_tokens=tuple(source.tokens),
        labels={},
        steps=(),
        hypotheses=(),
        stop=Stop("", "", 0, 0),
    )


def _stated(options: SearchOptions) -> dict[str, int | float | str]:
    """The settings as a trace states them: the first ones always, others where they are not at their default."""
    default, stated = type(options)(), dict[str, int | float | str]()
    for each in fields(options):
        value = getattr(options, each.name)
        if each.name == "n_best" and value is None:
            value = stated["beam_size"]
        if each.name in _ALWAYS_STATED or (value != getattr(default, each.name) and each.name != "room"):
            stated[each.name] = str(value) if isinstance(value, str) else value + 0  # 1 and 0 for yes and no
    return stated


def _built(
    steps: Iterable[ArrayStep], builder: Builder, *, trailing: bool
) -> tuple[list[TraceStep], TraceError | None]:
    """The steps as far as they go, and what is wrong with the next one."""
    found: list[TraceStep] = []
    for given in steps:
        if found and trailing and Fate.LIVE not in found[-1].fate_N:
            break
        try:
            found.append(builder.add(given))
        except TraceError as error:
            return found, error
    return found, None


def _with_outcome(trace: Trace, settings: Settings, names: TokenNames, fired: bool) -> Trace:
    """Add what came out.

    Raises:
        TraceError: the steps end before the search does, or a token has no label.
    """
    if not trace.steps:
        raise TraceError("a trace must have steps, has none")
    last = trace.steps[-1].fate_N
    if not fired and Fate.LIVE in last:
        raise TraceError(
            f"step {len(trace.steps)} must end the search, but prefixes live, the stop rule {settings.stop_rule!r} is "
            f"not fulfilled and max_length is {settings.max_length}"
        )
    trace = replace(trace, labels=_labels(trace, names))
    hypotheses = _hypotheses(trace, settings, names)
    natural = MAXIMUM_LENGTH if Fate.CUT_AT_MAXIMUM in last else NO_LIVE_PREFIX
    stop = Stop(
        rule=settings.stop_rule,
        reason=settings.stop_rule if fired else natural,
        winner_step=hypotheses[0].step if hypotheses else 0,
        last_step=len(trace.steps),
    )
    return replace(trace, hypotheses=hypotheses, stop=stop)


def _labels(trace: Trace, names: TokenNames) -> dict[int, str]:
    tokens = {token for step in trace.steps for token in (*step.token_N.tolist(), *step.next_token_EP.ravel().tolist())}
    found: dict[int, str] = {}
    for token in sorted(tokens - {NO_TOKEN}):
        try:
            found[token] = names.label(token)
        except LookupError:
            raise TraceError(f"label must name every token, has none for {token}") from None
    return found


def _hypotheses(trace: Trace, settings: Settings, names: TokenNames) -> tuple[Hypothesis, ...]:
    places = {fate: _places(trace, fate) for fate in (Fate.FINISHED, Fate.CUT_AT_MAXIMUM)}
    finished, cut = places[Fate.FINISHED], places[Fate.CUT_AT_MAXIMUM]
    chosen = finished + cut if settings.cut_competes else finished or cut
    found = [_hypothesis(trace, place, names) for place in chosen]
    return tuple(sorted(found, key=lambda each: (-each.score, each.step, each.index)))


def _places(trace: Trace, fate: Fate) -> list[Place]:
    steps = enumerate(trace.steps, 1)
    return [(number, index) for number, step in steps for index, each in enumerate(step.fate_N) if each is fate]


def _hypothesis(trace: Trace, place: Place, names: TokenNames) -> Hypothesis:
    number, index = place
    step = trace.steps[number - 1]
    ids = [int(trace.steps[each - 1].token_N[at]) for each, at in path(trace, number, index)]
    tokens = ids[:-1] if step.fate_N[index] is Fate.FINISHED else ids
    text = names.detokenize(tokens) if names.detokenize else " ".join(trace.labels[token] for token in tokens)
    return Hypothesis(
        step=number,
        index=index,
        tokens=tuple(tokens),
        text=text,
        fate=step.fate_N[index],
        log_prob_sum=float(step.log_prob_sum_N[index]),
        length=int(step.length_N[index]),
        penalty=float(step.penalty_N[index]),
        score=float(step.score_N[index]),
        reward=0.0 if step.reward_N is None else float(step.reward_N[index]),
        coverage_penalty=0.0 if step.coverage_penalty_N is None else float(step.coverage_penalty_N[index]),
    )
