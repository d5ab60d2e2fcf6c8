"""Where to report: facts of a known form and age, and a warning when nobody looked for long."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.takedown import (
    STALE_AFTER,
    TakedownGuide,
    load_takedown_guides,
    parse_takedown_guides,
)
from monitor.domain.vocabulary import AllowedReporter, GuideReliability, ProofRequirement
from scrapers.models import Trace, TraceKind
from scrapers.sites.catalog import load_own_catalog
from scrapers.urls.canonical import build_account_key

SEEN = date(2026, 3, 1)
GOOD = """
[alpha]
name = "Alpha"
hosts = ["alpha.example"]
form = "https://alpha.example/report"
in_app = "menu"
who = ["person"]
asks = ["name"]
identity = "no"
rule = "no-pretense"
known = "official"
seen_on = 2026-03-01
"""


def place(**changes: object) -> TakedownGuide:
    told = {
        "name": "Alpha",
        "hosts": ("alpha.example",),
        "in_app": "menu",
        "who": (AllowedReporter.PERSON,),
        "asks": ("name",),
        "identity": ProofRequirement.NO,
        "rule": "no-pretense",
        "known": GuideReliability.OFFICIAL,
        "seen_on": SEEN,
    }
    return TakedownGuide(**{**told, **changes})


def account(url: str, platform: str = "") -> Trace:
    key = build_account_key(platform, "rosa") if platform else ""
    return Trace(key=url, kind=TraceKind.ACCOUNT, url=url, account=key)


def test_a_fact_is_fresh_for_180_days_and_then_warns():
    seen = datetime(SEEN.year, SEEN.month, SEEN.day, 12, tzinfo=UTC)

    assert not place().is_stale(seen + STALE_AFTER)
    assert place().is_stale(seen + STALE_AFTER + timedelta(days=1))


@pytest.mark.parametrize("changes", [{"seen_on": None}, {"known": GuideReliability.RECALLED}])
def test_what_nobody_dated_or_looked_up_always_warns(changes):
    assert place(**changes).is_stale(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('form = "https:', 'form = "http:'),
        ('form = "https://', 'form = "javascript:'),
        ('identity = "no"', 'identity = "perhaps"'),
        ('who = ["person"]', "who = []"),
        ("asks =", "wants ="),
        ('asks = ["name"]', 'asks = ["your name"]'),
        ("seen_on = 2026-03-01", 'seen_on = "lately"'),
        ("[alpha]", "[alpha"),
    ],
)
def test_a_file_of_another_form_is_refused_and_named(old: str, new: str):
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        parse_takedown_guides(GOOD.replace(old, new), "mine.toml")


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
    place = parse_takedown_guides(GOOD, "mine.toml").find_guide(portrait, report)

    assert (place.name if place else None) == found


def test_every_platform_says_who_may_report_what_is_asked_and_by_what_rule():
    ours = dict(load_takedown_guides())

    assert len(ours) >= 15
    assert {"facebook", "instagram", "x", "tiktok", "linkedin", "bluesky"} <= ours.keys()
    assert ours["x"].least == 2


def test_every_form_lies_on_a_site_of_its_own_platform():
    lent = {"threads": "instagram.com"}
    strange = [
        (key, place.form)
        for key, place in load_takedown_guides()
        if place.form
        and not any(
            (place.form.split("/")[2] + ".").find(f"{host}.") >= 0
            for host in (*place.hosts, lent.get(key, "-"))
        )
    ]

    assert strange == []


def test_every_form_that_the_catalogue_names_is_known():
    ours = dict(load_takedown_guides())

    assert {
        entry.report_form for entry in load_own_catalog().entries if entry.report_form
    } <= ours.keys()
