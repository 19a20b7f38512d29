"""The ways to decode that can be chosen, and what they wrote, as rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from demo.figures.labels import number
from demo.figures.ruler import Total, roles_for
from demo.figures.style import Role
from demo.service.searched import Searched
from demo.service.standing import Optimum, Standing, common_score, optimum_of
from demo.service.trial import Trial, Tried
from demo.service.ways import MOST, WAYS, Settings
from demo.tabs.parts.answers import LETTERS
from demo.tabs.parts.data import Data
from demo.tabs.parts.differences import difference
from demo.tabs.parts.message import problem_text
from demo.tabs.parts.result import brief, shown_text
from demo.wording import Words
from demo.wording.decoder_words import AnswerWords
from seq2seq_core.options import CoverageRule, LengthRule
from seq2seq_core.presets import PRESETS
from seq2seq_core.trace import Fate, Hypothesis, ScoreRule

STAR: Final = "★"


def ways_data(chosen: Sequence[str], beam_size: int, words: Words) -> Data:
    """The line-up of ways."""
    texts, names = words.decoders.ask, list(WAYS)
    return {
        "kinds": "",
        "groups": [],
        "group": 0,
        "models": texts.ways,
        "counted": texts.chosen,
        "change": texts.change,
        "most": MOST,
        "letters": LETTERS,
        "rows": [_choice(name, beam_size, words) for name in names],
        "chosen": [place for place, name in enumerate(names) if name in chosen],
    }


def _choice(name: str, beam_size: int, words: Words) -> Data:
    way = {"name": name, "title": way_name(name, beam_size, words), "architecture": way_idea(name, words)}
    return {**way, "numbers": _approximate(name, words)}


def way_name(name: str, beam_size: int, words: Words) -> str:
    """What a way is called; a toolkit's preset by its toolkit."""
    own = words.decoders.ways.get(name)
    return own.name.format(beam_size=beam_size) if own else PRESETS[name].toolkit


def way_idea(name: str, words: Words) -> str:
    """What it does, in a few words."""
    if own := words.decoders.ways.get(name):
        return own.idea
    known = PRESETS[name]
    return words.decoders.ask.toolkit.format(toolkit=known.toolkit, version=known.version)


def _approximate(name: str, words: Words) -> str:
    known = PRESETS.get(name)
    return words.decoders.ask.approximate.format(reason=known.approximate) if known and known.approximate else ""


def trial_data(trial: Trial, words: Words) -> Data:
    """The table of outputs, the optimum last."""
    texts, result = words.decoders.answers, words.page.result
    columns = (texts.own_score, result.log_prob_sum, result.length, result.time, texts.prefixes)
    standings = trial.standings()
    rows = [_row(trial, place, standings, words) for place in range(len(trial.tried))]
    return {
        "verdict": _verdict(trial, words),
        "columns": [texts.way, words.compare.table.output, *columns],
        "rows": [*rows, *([_optimum_row(trial.exact, words)] if trial.exact else [])],
        "missing": words.compare.table.missing,
        "legend": _judged(trial, texts),
        "formula": texts.common.format(formula=trial.exact.trace.formula) if trial.exact else "",
        "scores": texts.costs,
        "reference": {"label": result.reference, "text": trial.reference} if trial.reference else None,
    }


def _judged(trial: Trial, words: AnswerWords) -> str:
    """What the optimum says about the model."""
    if (model := trial.model()) is None:
        return ""
    found, optimum = (number(value or 0.0, 1) for value in (model.found_chrf, model.optimum_chrf))
    return words.models[model.model].format(found=found, optimum=optimum)


def _verdict(trial: Trial, words: Words) -> str:
    texts = Counter(each.best.text for each in trial.searched if each.best)
    if sum(texts.values()) < 2:
        return ""
    answers, same, count = words.decoders.answers, texts.most_common(1)[0][1], len(trial.tried)
    text = answers.agree if same == count else answers.some_agree if same > 1 else answers.differ
    return text.format(same=same, count=count)


def _row(trial: Trial, place: int, standings: Mapping[str, Standing], words: Words) -> Data:
    tried = trial.tried[place]
    searched, best = tried.searched, tried.searched.best if tried.searched else None
    return {
        "letter": LETTERS[place],
        "title": way_name(tried.way, trial.settings.beam_size, words),
        "architecture": way_idea(tried.way, words),
        "lang": trial.entry.target_language,
        "pieces": _pieces(trial, best),
        "instead": "" if best and best.text else _instead(tried, best, words),
        "notes": _notes(standings.get(tried.way), best, words),
        **_numbers(searched, best, words),
    }


def _instead(tried: Tried, best: Hypothesis | None, words: Words) -> str:
    """What stands in the place of an output: that it is empty, or why there is none."""
    if tried.refusal:
        return problem_text(tried.refusal, words.page.message)
    return shown_text(best, words.page.result) if best else words.decoders.answers.no_output


def _notes(standing: Standing | None, best: Hypothesis | None, words: Words) -> list[str]:
    texts = words.decoders.answers.searches
    cut = words.page.nbest.cut if best and best.fate is Fate.CUT_AT_MAXIMUM else ""
    if standing is None:
        return [cut] if cut else []
    numbers = {"score": number(standing.score or 0.0), "missed": number(standing.missed)}
    return [texts[standing.search].format(**numbers)]


def _optimum_row(exact: Searched, words: Words) -> Data:
    texts, optimum = words.decoders.answers, optimum_of(exact.trace)
    best = optimum.best
    return {
        "letter": STAR,
        "title": texts.optimum,
        "architecture": _proof(optimum, words),
        "lang": exact.entry.target_language,
        "pieces": [{"part": "same", "text": best.text, "after": ""}] if best and best.text else [],
        "instead": shown_text(best, words.page.result) if best else texts.no_output,
        "notes": [],
        **_numbers(exact, best, words),
    }


def _proof(optimum: Optimum, words: Words) -> str:
    texts = words.decoders.answers
    if optimum.best is None or optimum.excluded is None:
        return texts.nothing_proved
    return texts.proved if optimum.proved else texts.not_proved.format(excluded=number(optimum.excluded))


def _numbers(searched: Searched | None, best: Hypothesis | None, words: Words) -> Data:
    """The score with its formula, sum, length, time and cost; nothing where there is no output."""
    if searched is None:
        return {"score": "", "score_is": "", "numbers": ["", "", "", ""]}
    result = words.page.result
    time = (result.from_cache if searched.from_cache else result.milliseconds).format(
        time=number(1000 * searched.seconds, 0)
    )
    cost = f"{searched.prefixes:,}"
    if best is None:
        return {"score": "", "score_is": "", "numbers": ["", "", time, cost]}
    return {
        "score": number(best.score),
        "score_is": score_is(ScoreRule.of(searched.trace.options), best),
        "numbers": [number(best.log_prob_sum), str(best.length), time, cost],
    }


def score_is(rule: ScoreRule, output: Hypothesis) -> str:
    """The formula in force with the numbers put in."""
    text = number(output.log_prob_sum)
    if rule.length_rule is LengthRule.POWER:
        text = f"{text} / {output.length}^{brief(rule.alpha)}"
    elif rule.length_rule is LengthRule.GNMT:
        text = f"{text} / ((5 + {output.length}) / 6)^{brief(rule.alpha)}"
    if output.reward:
        text = f"{text} + {number(output.reward)}"
    if rule.coverage is not CoverageRule.NONE:
        text = f"{text} + ({number(output.coverage_penalty)})"
    return text


def _pieces(trial: Trial, best: Hypothesis | None) -> list[Data]:
    """The output, with marks where it departs from what most write, or from the first one."""
    if best is None or not best.text:
        return []
    texts = [each.best.text for each in trial.searched if each.best and each.best.text]
    # Of equally frequent outputs `most_common` names the first.
    pieces = difference(best.text, Counter(texts).most_common(1)[0][0]).pieces
    return [{"part": str(piece.part), "text": piece.text, "after": piece.after} for piece in pieces]


def totals_of(trial: Trial, words: Words) -> list[Total]:
    """The finished outputs on the ruler, the optimum last."""
    if (rule := trial.rule) is None or trial.exact is None:
        return []
    names = [way_name(each.way, trial.settings.beam_size, words) for each in trial.tried]
    roles = roles_for(len(names))
    found = [
        _total(rule, each.searched.best, letter, name, role)
        for each, letter, name, role in zip(trial.tried, LETTERS, names, roles, strict=False)
        if each.searched and each.searched.best and each.searched.best.fate is Fate.FINISHED
    ]
    best = optimum_of(trial.exact.trace).best
    star = [_total(rule, best, STAR, words.decoders.answers.optimum, Role.MODEL_6)] if best else []
    return [*found, *star]


def _total(rule: ScoreRule, output: Hypothesis, letter: str, name: str, role: Role) -> Total:
    score, length = common_score(rule, output)
    return Total(name, letter, output.text, output.log_prob_sum, length, score, role)


def names_of_ways(text: object) -> list[str]:
    """The names in a text of the page, or of anybody who sends one."""
    return [name for name in text.split("\n") if name] if isinstance(text, str) else []


def beam_size_of(value: object) -> int:
    """For names alone: anything that is no beam size is the usual one."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= 64
    return int(value) if usable and isinstance(value, int | float) else Settings().beam_size


