"""Where to report: facts of a known form, found by catalog, platform or address."""

import pytest

from monitor.domain.takedown_facts import FactBook, TakedownGuide, TakedownGuides
from monitor.domain.vocabulary import TakedownHarm
from scrapers.facts.fact import FactsError, parse_facts
from scrapers.models import Trace, TraceKind
from scrapers.sites.catalog import load_own_catalog
from scrapers.urls.canonical import build_account_key
from scrapers.urls.platforms import PLATFORMS_BY_NAME

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


def account(url: str, platform: str = "") -> Trace:
    key = build_account_key(platform, "rosa") if platform else ""
    return Trace(key=url, kind=TraceKind.ACCOUNT, url=url, account=key)


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
    with pytest.raises(FactsError, match=r"mine\.toml"):
        parse_facts(GOOD.replace(old, new), "mine.toml", TakedownGuide)


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
    place = TakedownGuides(parse_facts(GOOD, "mine.toml", TakedownGuide)).find_guide(
        portrait, report
    )

    assert (place.name if place else None) == found


def test_every_platform_says_who_may_report_what_is_asked_and_by_what_rule():
    ours = dict(FactBook().takedown_guides[TakedownHarm.IMPERSONATION])

    assert len(ours) >= 15
    assert {"facebook", "instagram", "x", "tiktok", "linkedin", "bluesky"} <= ours.keys()
    assert ours["x"].least == 2


def test_every_form_lies_on_a_site_of_its_own_platform():
    lent = {
        "threads": "instagram.com",
        "slideshare": "scribd.com",
        "reddit": "reddithelp.com",
        "flipboard": "helpshift.com",
    }
    strange = [
        (key, place.form)
        for key, place in FactBook().takedown_guides[TakedownHarm.IMPERSONATION]
        if place.form
        and not any(
            (place.form.split("/")[2] + ".").find(f"{host}.") >= 0
            for host in (*(place.hosts or PLATFORMS_BY_NAME[key].hosts), lent.get(key, "-"))
        )
    ]

    assert strange == []


def test_every_form_that_the_catalogue_names_is_known():
    ours = dict(FactBook().takedown_guides[TakedownHarm.IMPERSONATION])

    assert {
        entry.report_form for entry in load_own_catalog().entries if entry.report_form
    } <= ours.keys()
