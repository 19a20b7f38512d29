"""Dates: every form against readers of the standard library, and no text that could be two days."""

import re
from datetime import date, datetime, timedelta

import pytest

from seq2seq_core.tasks import generate
from seq2seq_core.tasks.dates import FORMS, SHORT_YEARS, Form, forms, ordinal
from seq2seq_core.tasks.task import words

# How strptime reads the forms, once weekdays, ordinal ends, "the", "of", commas and apostrophes are gone.
READERS = ("%B %d %Y", "%d %B %Y", "%b %d %Y", "%d %b %Y", "%d-%b-%Y", "%Y %B %d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")
MORE_READERS = ("%Y/%m/%d", "%Y%m%d", "%d %b %y", "%d.%m.%y")
DAYS_IN_WORDS = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
)


def readings(text: str) -> set[date]:
    """All days that the text can mean."""
    text = re.sub(r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,? ", "", text.lower())
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b|\b(the|of) |,|'", "", text)
    for day, word in reversed(list(enumerate(DAYS_IN_WORDS, start=1))):
        text = text.replace(word, str(day))
    found = set()
    for reader in READERS + MORE_READERS:
        try:
            found.add(datetime.strptime(text, reader).date())
        except ValueError:
            continue
    return found


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("March 3rd, 2019", "{month} {nth}, {yyyy}"),
        ("the 3rd of March 2019", "the {nth} of {month} {yyyy}"),
        ("03-Mar-2019", "{dd}-{mon}-{yyyy}"),
        ("Sunday, March 3, 2019", "{weekday}, {month} {d}, {yyyy}"),  # the 3rd of March 2019 was a Sunday
        ("Sun, 03 Mar 2019", "{wday}, {dd} {mon} {yyyy}"),
        ("March the third, 2019", "{month} the {word}, {yyyy}"),
        ("march 3rd 2019", "{small_month} {nth} {yyyy}"),
        ("03 MAR 2019", "{dd} {MON} {yyyy}"),
        ("3/3/2019", "{d}/{m}/{yyyy}"),
        ("20190303", "{yyyy}{mm}{dd}"),
        ("3 Mar '19", "{d} {mon} '{yy}"),
    ],
)
def test_a_form_writes_as_its_example_says(text: str, form: str) -> None:
    assert form in {form.template for form in FORMS}
    assert Form(form, 1).write(date(2019, 3, 3)) == text


def test_a_number_form_has_the_day_first_unless_the_year_is() -> None:
    day = date(2019, 4, 3)  # the 3rd of April
    assert Form("{dd}.{mm}.{yyyy}", 3).write(day) == "03.04.2019"
    assert Form("{yyyy}/{mm}/{dd}", 3).write(day) == "2019/04/03"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.template)
def test_the_standard_library_reads_every_form_as_one_day(form: Form) -> None:
    for offset in range(0, 366 * 6, 5):
        day = date(1998, 1, 1) + timedelta(days=offset)
        assert readings(form.write(day)) == {day}


@pytest.mark.parametrize("form", [form for form in FORMS if form.short_year], ids=lambda form: form.template)
def test_short_years_are_those_of_posix(form: Form) -> None:
    for year in SHORT_YEARS:
        assert readings(form.write(date(year, 5, 6))) == {date(year, 5, 6)}
    assert (SHORT_YEARS[0], SHORT_YEARS[-1]) == (1969, 2068)
    assert form not in forms(3, short_year=False)


def test_no_text_is_two_days() -> None:
    meanings: dict[str, date] = {}
    for year in (1919, 1920, 2019, 2020):
        for offset in range(365):
            day = date(year, 1, 1) + timedelta(days=offset)
            for form in forms(3, day.year in SHORT_YEARS):
                assert meanings.setdefault(form.write(day), day) == day


@pytest.mark.parametrize("difficulty", [1, 2, 3])
def test_generated_dates_mean_their_target_and_weekdays_are_true(difficulty: int) -> None:
    text = generate("dates", "train", 2000, difficulty=difficulty, seed=5)
    for source, target in zip(text.sources, text.targets, strict=True):
        day = date.fromisoformat(target)
        assert readings(source) == {day}
        if weekday := re.match(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)", source):
            assert f"{day:%a}" == weekday[0]


@pytest.mark.parametrize(("difficulty", "sign"), [(1, "[A-Z]"), (2, "[A-Za-z]")])
def test_easy_dates_name_the_month(difficulty: int, sign: str) -> None:
    assert all(
        re.search(sign, source) for source in generate("dates", "test", 300, difficulty=difficulty, seed=1).sources
    )


def test_hard_dates_come_in_numbers_too() -> None:
    sources = generate("dates", "test", 300, difficulty=3, seed=1).sources
    assert any(re.fullmatch(r"[\d./-]+", source) for source in sources)
    assert any(re.search(r"'\d\d$", source) for source in sources)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (31, "31st"),
    ],
)
def test_ordinals_end_as_in_english(day: int, text: str) -> None:
    assert ordinal(day) == text
