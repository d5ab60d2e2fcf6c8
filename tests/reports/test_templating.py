"""The environment cleans and escapes unasked, and refuses what it cannot tell."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import reports
from reports.labels import site_name
from reports.templating import ENVIRONMENT, counted, day, link, local, seen, spelled, week_days

FOLDER = Path(reports.__file__).parent
MORNING = datetime(2026, 11, 3, 12, 12, tzinfo=UTC)


def test_times_are_told_on_the_readers_clock() -> None:
    assert local(MORNING, "America/New_York") == "3 Nov 2026, 07:12 EST"
    assert local(MORNING, "Asia/Riyadh") == "3 Nov 2026, 15:12 Riyadh time"


def test_a_clock_elsewhere_tells_the_same_moment() -> None:
    there = MORNING.astimezone(timezone(timedelta(hours=9)))

    assert local(there, "UTC") == local(MORNING, "UTC")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        local(MORNING.replace(tzinfo=None), "UTC")


def test_a_day_names_its_year_only_when_it_must() -> None:
    assert day(MORNING, "UTC", 2026) == "3 Nov"
    assert day(MORNING, "UTC", 2027) == "3 Nov 2026"


def test_a_day_is_the_readers_day() -> None:
    late = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)

    assert day(late, "America/New_York", 2026) == "2 Nov"


@pytest.mark.parametrize(
    ("week", "days"),
    [
        ("2026-W48", "23 to 29 Nov 2026"),
        ("2026-W40", "28 Sep to 4 Oct 2026"),
        ("2026-W53", "28 Dec 2026 to 3 Jan 2027"),
    ],
)
def test_a_week_is_told_by_its_days(week: str, days: str) -> None:
    assert week_days(week) == days


def test_a_time_is_told_once_where_one_day_saw_it_all() -> None:
    later = MORNING + timedelta(hours=1)

    assert seen(MORNING, later, "UTC") == f"Seen {local(later, 'UTC')}"
    assert seen(MORNING - timedelta(days=1), later, "UTC") == (
        f"First seen 2 Nov 2026, last seen {local(later, 'UTC')}"
    )


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("readerly", "Readerly"),
        ("speaker-deck", "Speaker Deck"),
        ("youtube", "YouTube"),
        ("searxng", "Web search"),
        ("WikiHow", "WikiHow"),
        ("github-api", "GitHub"),
        ("gitlab-api", "GitLab"),
        ("stackoverflow-api", "Stack Overflow"),
        ("quill.example", "quill[.]example"),
    ],
)
def test_a_source_is_called_what_people_call_it(source: str, name: str) -> None:
    assert site_name(source) == name


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(n, "change") for n in (0, 1, 2)] == ["0 changes", "1 change", "2 changes"]
    assert spelled(3, "thing needs", "things need") == "Three things need"
    assert spelled(13, "thing") == "13 things"


@pytest.mark.parametrize("url", ["https://us.example/review?t=1", "http://127.0.0.1:8080/"])
def test_our_own_address_may_be_a_link(url: str) -> None:
    assert link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://us.example/ x",
        'https://us.example/"onload=x',
        "https://us.example@evil.example/",
        "https:///review",
        "",
    ],
)
def test_anything_else_is_refused_as_a_link(url: str) -> None:
    with pytest.raises(ValueError, match="may link"):
        link(url)


def test_what_a_template_prints_is_cleaned_unasked() -> None:
    template = ENVIRONMENT.from_string("{{ text }}")

    assert template.render(text="<b>a</b>\u202e & b") == "a &amp; b [1 hidden character]"


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ missing }}").render()


def test_nothing_but_text_and_numbers_is_printed() -> None:
    with pytest.raises(TypeError, match="cannot print a NoneType"):
        ENVIRONMENT.from_string("{{ missing }}").render(missing=None)


def test_no_template_escapes_the_escaping() -> None:
    # The one script there may be is a file of ours.
    loose = re.compile(
        r"\|\s*safe|autoescape|Markup|\shref=[^\"]|=\{\{"
        r"|<script(?! type=\"module\" src=\"\{\{ [\w\".]+ \| asset \}\}\"></script>)"
    )

    assert not [
        path.name
        for path in FOLDER.glob("templates/*/*")
        if loose.search(path.read_text(encoding="utf-8"))
    ]


def test_no_module_makes_markup() -> None:
    assert not [path for path in FOLDER.glob("*.py") if "Markup(" in path.read_text("utf-8")]
