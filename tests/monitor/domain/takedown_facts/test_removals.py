"""Where removal is asked for: facts of a known form, found by the address of a page."""

from urllib.parse import urlsplit

import pytest

from monitor.domain.takedown_facts import FactBook, RemovalGuide, RemovalGuides
from scrapers.facts.fact import FactsError, parse_facts

GOOD = """
[alpha]
name = "Alpha"
hosts = ["alpha.example"]
opt_out = "https://alpha.example/optout"
asks = ["name"]
days = 3
known = "secondary"
seen_on = 2026-03-01
"""


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://alpha.example/rosa", "Alpha"),
        ("https://www.Alpha.example/rosa", "Alpha"),
        ("https://notalpha.example/rosa", None),
        ("https://alpha.example.evil.example/rosa", None),
        ("mailto:rosa@alpha.example", None),
    ],
)
def test_a_site_is_found_by_its_host_and_below(url: str, found: str | None):
    guide = RemovalGuides(parse_facts(GOOD, "mine.toml", RemovalGuide)).find_guide(url)

    assert (guide.name if guide else None) == found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('opt_out = "https:', 'opt_out = "http:'),
        ("asks =", "wants ="),
        ("days = 3", "days = 0"),
        ('hosts = ["alpha.example"]', "hosts = []"),
        ("[alpha]", "[alpha"),
    ],
)
def test_a_file_of_another_form_is_refused_and_named(old: str, new: str):
    with pytest.raises(FactsError, match=r"mine\.toml"):
        parse_facts(GOOD.replace(old, new), "mine.toml", RemovalGuide)


def test_no_site_is_listed_twice():
    hosts = [host for _, guide in FactBook().removal_guides for host in guide.hosts]

    assert hosts
    assert len(hosts) == len(set(hosts))
    assert all(host == host.casefold() and "/" not in host for host in hosts)


def test_a_site_is_listed_only_by_its_own_published_page():
    for _, guide in FactBook().removal_guides:
        host = urlsplit(guide.opt_out).hostname or ""

        assert guide.known == "official"
        assert guide.source
        assert any(host == own or host.endswith(f".{own}") for own in guide.hosts)
