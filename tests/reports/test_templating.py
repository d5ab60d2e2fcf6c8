"""The environment cleans and escapes unasked, and refuses what it cannot tell."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import reports
from reports.dates import (
    format_day,
    format_local_time,
    format_near_time,
    format_seen_range,
    format_week_start,
)
from reports.labels.findings import format_account, format_site_name, strip_platform
from reports.templating import ENVIRONMENT, format_count, mark_own_link, spell_count

FOLDER = Path(reports.__file__).parent
MORNING = datetime(2026, 11, 3, 12, 12, tzinfo=UTC)


def test_times_are_shown_on_the_readers_clock() -> None:
    assert format_local_time(MORNING, "America/New_York") == "Tue, Nov 3, 2026, 7:12 AM EST"
    assert format_local_time(MORNING, "Asia/Riyadh") == "Tue, Nov 3, 2026, 3:12 PM Riyadh time"


def test_a_time_names_its_year_only_when_it_must() -> None:
    assert format_local_time(MORNING, "UTC", 2026) == "Tue, Nov 3, 12:12 PM UTC"
    assert format_local_time(MORNING, "UTC", 2027) == "Tue, Nov 3, 2026, 12:12 PM UTC"


def test_a_near_time_needs_no_year() -> None:
    assert format_near_time(MORNING, "America/Chicago") == "Tue, Nov 3, 6:12 AM CST"


@pytest.mark.parametrize(
    ("hour", "clock"), [(0, "12:05 AM"), (1, "1:05 AM"), (11, "11:05 AM"), (23, "11:05 PM")]
)
def test_a_clock_counts_twelve_hours(hour: int, clock: str) -> None:
    assert (
        format_near_time(MORNING.replace(hour=hour, minute=5), "UTC") == f"Tue, Nov 3, {clock} UTC"
    )


def test_another_clock_shows_the_same_moment() -> None:
    there = MORNING.astimezone(timezone(timedelta(hours=9)))

    assert format_local_time(there, "UTC") == format_local_time(MORNING, "UTC")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        format_local_time(MORNING.replace(tzinfo=None), "UTC")


def test_a_day_names_its_year_only_when_it_must() -> None:
    assert format_day(MORNING, "UTC", 2026) == "Nov 3"
    assert format_day(MORNING, "UTC", 2027) == "Nov 3, 2026"


def test_a_day_is_the_readers_day() -> None:
    late = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)

    assert format_day(late, "America/New_York", 2026) == "Nov 2"


@pytest.mark.parametrize(
    ("week", "monday"),
    [
        ("2026-W48", "November 23, 2026"),
        ("2026-W40", "September 28, 2026"),
        ("2026-W53", "December 28, 2026"),
        ("2027-W01", "January 4, 2027"),
    ],
)
def test_a_week_is_named_by_its_monday(week: str, monday: str) -> None:
    assert format_week_start(week) == monday


def test_a_week_names_its_year_only_when_it_must() -> None:
    assert format_week_start("2026-W48", 2026) == "November 23"
    assert format_week_start("2026-W01", 2026) == "December 29, 2025"


def test_a_time_is_shown_once_where_one_day_saw_it_all() -> None:
    later = MORNING + timedelta(hours=1)

    assert format_seen_range(MORNING, later, "UTC") == f"Seen {format_local_time(later, 'UTC')}"
    assert format_seen_range(MORNING - timedelta(days=1), later, "UTC") == (
        f"First seen Nov 2, 2026, last seen {format_local_time(later, 'UTC')}"
    )
    assert format_seen_range(MORNING - timedelta(days=1), MORNING, "UTC", 2026) == (
        "First seen Nov 2, last seen Tue, Nov 3, 12:12 PM UTC"
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
    assert format_site_name(source) == name


def test_an_account_is_called_by_the_name_of_its_site() -> None:
    assert format_account("ko-fi:@rosa") == "Ko-fi @rosa"
    assert strip_platform("bluesky:did:plc:rosa") == "did:plc:rosa"
    assert strip_platform("") == ""


def test_numbers_agree_with_their_nouns() -> None:
    assert [format_count(n, "change") for n in (0, 1, 2)] == ["0 changes", "1 change", "2 changes"]
    assert spell_count(3, "thing needs", "things need") == "Three things need"
    assert spell_count(13, "thing") == "13 things"


@pytest.mark.parametrize("url", ["https://us.example/review?t=1", "http://127.0.0.1:8080/"])
def test_our_own_address_may_be_a_link(url: str) -> None:
    assert mark_own_link(url) == url


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
        mark_own_link(url)


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
        r"|<script(?! type=\"module\" src=\"\{\{ [\w\".]+ \| build_asset_url \}\}\"></script>)"
    )

    assert not [
        path.name
        for path in FOLDER.glob("templates/*/*")
        if loose.search(path.read_text(encoding="utf-8"))
    ]


def test_no_module_makes_markup() -> None:
    assert not [path for path in FOLDER.glob("*.py") if "Markup(" in path.read_text("utf-8")]
