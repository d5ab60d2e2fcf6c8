"""Where to report: facts of a known form and age, and a warning when nobody looked for long."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.takedown.places import (
    STALE_AFTER,
    Known,
    Place,
    Proof,
    Who,
    own_places,
    read_places,
)
from monitor.errors import ConfigError
from scrapers.models import Finding, Kind
from scrapers.sites.catalog import own_catalogue
from scrapers.urls.canonical import account_key

SEEN = date(2026, 3, 1)
GOOD = """
[alpha]
name = "Alpha"
hosts = ["alpha.example"]
form = "https://alpha.example/report"
in_app = "Open the profile and choose Report."
who = ["person"]
asks = ["your name"]
identity = "no"
rule = "Nobody may pose as another."
known = "official"
seen_on = 2026-03-01
"""


def place(**changes: object) -> Place:
    told = {
        "name": "Alpha",
        "hosts": ("alpha.example",),
        "in_app": "Choose Report.",
        "who": (Who.PERSON,),
        "asks": ("your name",),
        "identity": Proof.NO,
        "rule": "Nobody may pose as another.",
        "known": Known.OFFICIAL,
        "seen_on": SEEN,
    }
    return Place(**{**told, **changes})


def account(url: str, platform: str = "") -> Finding:
    key = account_key(platform, "rosa") if platform else ""
    return Finding(key=url, kind=Kind.ACCOUNT, url=url, account=key)


def test_a_fact_is_fresh_for_180_days_and_then_warns():
    seen = datetime(SEEN.year, SEEN.month, SEEN.day, 12, tzinfo=UTC)

    assert not place().stale(seen + STALE_AFTER)
    assert place().stale(seen + STALE_AFTER + timedelta(days=1))


@pytest.mark.parametrize("changes", [{"seen_on": None}, {"known": Known.RECALLED}])
def test_what_nobody_dated_or_looked_up_always_warns(changes):
    assert place(**changes).stale(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('form = "https:', 'form = "http:'),
        ('form = "https://', 'form = "javascript:'),
        ('identity = "no"', 'identity = "perhaps"'),
        ('who = ["person"]', "who = []"),
        ("asks =", "wants ="),
        ("seen_on = 2026-03-01", 'seen_on = "lately"'),
        ("[alpha]", "[alpha"),
    ],
)
def test_a_file_of_another_form_is_refused_and_named(old: str, new: str):
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        read_places(GOOD.replace(old, new), "mine.toml")


@pytest.mark.parametrize(
    ("portrait", "report", "found"),
    [
        (account("https://alpha.example/rosa"), "", "Alpha"),
        (account("https://www.alpha.example/rosa"), "", "Alpha"),
        (account("https://notalpha.example/rosa"), "", None),
        (account("https://alpha.example.evil.example/rosa"), "", None),
        (account("https://elsewhere.example/rosa", "alpha"), "", "Alpha"),
        (account("https://elsewhere.example/rosa", "beta"), "alpha", "Alpha"),
        (account("https://elsewhere.example/rosa", "beta"), "unknown", None),
    ],
)
def test_a_place_is_found_by_catalogue_platform_or_address(portrait, report, found):
    place = read_places(GOOD, "mine.toml").for_account(portrait, report)

    assert (place.name if place else None) == found


def test_every_platform_says_who_may_report_what_is_asked_and_by_what_rule():
    ours = dict(own_places())

    assert len(ours) >= 15
    assert {"facebook", "instagram", "x", "tiktok", "linkedin", "bluesky"} <= ours.keys()
    assert ours["x"].least == 2


def test_every_form_lies_on_a_site_of_its_own_platform():
    lent = {"threads": "instagram.com"}
    strange = [
        (key, place.form)
        for key, place in own_places()
        if place.form
        and not any(
            (place.form.split("/")[2] + ".").find(f"{host}.") >= 0
            for host in (*place.hosts, lent.get(key, "-"))
        )
    ]

    assert strange == []


def test_every_form_that_the_catalogue_names_is_known():
    ours = dict(own_places())

    assert {entry.report for entry in own_catalogue().entries if entry.report} <= ours.keys()
