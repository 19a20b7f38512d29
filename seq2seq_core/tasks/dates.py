"""Dates as people write them in English -> ISO 8601, letter by letter: `the 3rd of March 2019` -> `2019-03-03`.

Days from 1900-01-01 to 2099-12-31, each in one of the forms of the table. No text can be read in two ways:

- Among numbers alone, four digits in front are the year and year, month, day follow (2019/03/04 is the 4th of March).
  Else the day comes first: 03.04.2019 and 3/4/2019 are the 3rd of April, as outside the United States.
- A year of two digits is always the last number and follows POSIX (`strptime`, %y): 69 to 99 are 1969 to 1999, 00 to 68
  are 2000 to 2068. Other years are always written in full.
- A weekday adds nothing; it is the true one.

Difficulty 1: the month in letters, the year in full. 2: also weekdays, ordinals as words, capitals, small letters.
3: also numbers alone and years of two digits.

    March 3rd, 2019                -> 2019-03-03    difficulty 1
    Sunday, the third of March 2019 -> 2019-03-03   difficulty 2
    3.3.19                         -> 2019-03-03    difficulty 3
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from seq2seq_core.tasks.task import Pair, Task, Units, words

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
SHORT_YEARS: Final = range(1969, 2069)  # years that two digits can name

# Spelt out, because those of the calendar module follow the locale.
_MONTHS: Final = words("January February March April May June July August September October November December")
_WEEKDAYS: Final = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_FIRST_ORDINALS: Final = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS: Final = (
    *_FIRST_ORDINALS,
    *(f"twenty-{word}" for word in _FIRST_ORDINALS[:9]),
    "thirtieth",
    "thirty-first",
)


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a date; the fields of the template are those of `_fields`."""

    template: str
    difficulty: int
    short_year: bool = False

    def write(self, day: date) -> str:
        """The date in this form."""
        return self.template.format_map(_fields(day))


FORMS: Final = (
    Form("{month} {d}, {yyyy}", 1),  # March 3, 2019
    Form("{month} {d} {yyyy}", 1),  # March 3 2019
    Form("{month} {nth}, {yyyy}", 1),  # March 3rd, 2019
    Form("{d} {month} {yyyy}", 1),  # 3 March 2019
    Form("{nth} {month} {yyyy}", 1),  # 3rd March 2019
    Form("{nth} of {month}, {yyyy}", 1),  # 3rd of March, 2019
    Form("the {nth} of {month} {yyyy}", 1),  # the 3rd of March 2019
    Form("{mon} {d}, {yyyy}", 1),  # Mar 3, 2019
    Form("{d} {mon} {yyyy}", 1),  # 3 Mar 2019
    Form("{dd}-{mon}-{yyyy}", 1),  # 03-Mar-2019
    Form("{yyyy} {month} {d}", 1),  # 2019 March 3
    Form("{weekday}, {month} {d}, {yyyy}", 2),  # Sunday, March 3, 2019
    Form("{weekday} {d} {month} {yyyy}", 2),  # Sunday 3 March 2019
    Form("{wday}, {dd} {mon} {yyyy}", 2),  # Sun, 03 Mar 2019
    Form("{weekday} the {nth} of {month}, {yyyy}", 2),  # Sunday the 3rd of March, 2019
    Form("{weekday}, the {word} of {month} {yyyy}", 2),  # Sunday, the third of March 2019
    Form("the {word} of {month}, {yyyy}", 2),  # the third of March, 2019
    Form("{month} the {word}, {yyyy}", 2),  # March the third, 2019
    Form("{small_month} {nth} {yyyy}", 2),  # march 3rd 2019
    Form("{dd} {MON} {yyyy}", 2),  # 03 MAR 2019
    Form("{d}.{m}.{yyyy}", 3),  # 3.3.2019
    Form("{dd}.{mm}.{yyyy}", 3),  # 03.03.2019
    Form("{d}/{m}/{yyyy}", 3),  # 3/3/2019
    Form("{dd}/{mm}/{yyyy}", 3),  # 03/03/2019
    Form("{dd}-{mm}-{yyyy}", 3),  # 03-03-2019
    Form("{yyyy}/{mm}/{dd}", 3),  # 2019/03/03
    Form("{yyyy}{mm}{dd}", 3),  # 20190303
    Form("{d} {mon} {yy}", 3, short_year=True),  # 3 Mar 19
    Form("{d} {mon} '{yy}", 3, short_year=True),  # 3 Mar '19
    Form("{d}.{m}.{yy}", 3, short_year=True),  # 3.3.19
)


def example(rng: random.Random, difficulty: int) -> Pair:
    """A day, drawn evenly, in a form, drawn evenly among those that can write it at this difficulty."""
    day = FIRST_DAY + timedelta(days=rng.randrange((LAST_DAY - FIRST_DAY).days + 1))
    form = rng.choice(forms(difficulty, day.year in SHORT_YEARS))
    return form.write(day), day.isoformat()


@lru_cache
def forms(difficulty: int, short_year: bool) -> tuple[Form, ...]:
    """The forms up to a difficulty; those with two digits for the year only if `short_year`."""
    return tuple(form for form in FORMS if form.difficulty <= difficulty and (short_year or not form.short_year))


def ordinal(day: int) -> str:
    """1st, 2nd, 3rd, 4th, ... 11th, 12th, 13th, ... 31st."""
    suffix = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def _fields(day: date) -> dict[str, str]:
    month, weekday = _MONTHS[day.month - 1], _WEEKDAYS[day.weekday()]
    return {
        "d": f"{day.day}",
        "dd": f"{day.day:02}",
        "nth": ordinal(day.day),
        "word": _ORDINALS[day.day - 1],
        "m": f"{day.month}",
        "mm": f"{day.month:02}",
        "month": month,
        "small_month": month.lower(),
        "mon": month[:3],
        "MON": month[:3].upper(),
        "yy": f"{day.year % 100:02}",
        "yyyy": f"{day.year}",
        "weekday": weekday,
        "wday": weekday[:3],
    }


TASK: Final = Task(
    name="dates",
    summary="English dates in 30 forms -> ISO 8601",
    example=example,
    difficulties=3,
    source_units=Units.CHAR,
    target_units=Units.CHAR,
)
