"""Questions about a school district as a whole, and what their answers say of each of its staff.

One question serves everybody, so it costs by the number of sites and not by that of people. No
name is asked for; whom a hit is about is found out here, and what is about nobody who wants to
know is dropped.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from scrapers.finding import Finding
from scrapers.identity import District, Identity
from scrapers.outcome import Outcome
from scrapers.reading import Reading
from scrapers.recipes.hits import Hit, findings_about
from scrapers.recipes.search_terms import Terms
from scrapers.recipes.words import SHORTEST_IN_HANDLE, family_name, folded, words

WORK = "teacher"
# Where adults have accounts, and teachers pages of their own; as many as one question bears.
SITES = (
    ("facebook.com", "instagram.com", "threads.com"),
    ("tiktok.com", "youtube.com", "x.com"),
    ("linkedin.com", "pinterest.com", "snapchat.com"),
    ("ratemyteachers.com", "teacherspayteachers.com", "donorschoose.org"),
)
NOBODY_NAMED = "none of its results names the person"


def district_terms(district: District) -> Iterator[Terms]:
    """Yield the phrase to look for, what stands beside it, and the sites it is looked for on."""
    if not words(district.name):
        return
    for sites in SITES:
        yield (district.name, WORK, *(f"site:{site}" for site in sites))
    yield (district.name, WORK)
    for domain in district.domains:
        yield (domain, "", f"-site:{domain}")


def district_asked(terms: Terms) -> str:
    """Return the question as an engine reads it that knows OR and `site:`."""
    phrase, beside, *sites = terms
    places = " OR ".join(sites)
    parts = (f'"{_quotable(phrase)}"', beside, f"({places})" if len(sites) > 1 else places)
    return " ".join(filter(None, parts))


def _quotable(phrase: str) -> str:
    return " ".join(phrase.replace('"', " ").split())


@dataclass(frozen=True, slots=True)
class _Told:
    """A hit as it is compared with many names: its words, and its folded address."""

    hit: Hit
    words: frozenset[str]
    address: str

    @classmethod
    def of(cls, finding: Finding) -> "_Told":
        hit = Hit(url=finding.url, title=finding.title, snippet=finding.snippet)
        told = frozenset((*words(hit.title), *words(hit.snippet)))
        return cls(hit, told, folded(unquote(hit.url)))

    def may_name(self, family: str) -> bool:
        inside = len(family) >= SHORTEST_IN_HANDLE and family in self.address
        return inside or family in self.words or family in words(self.address)


def shared(reading: Reading, identities: Iterable[Identity]) -> Iterator[tuple[Identity, Reading]]:
    """Yield what an answer about a district says of each person: their hits, and no others'.

    An answer that could not be read says so of everybody.
    """
    told = tuple(map(_Told.of, reading.findings))
    for identity in identities:
        findings = tuple(_about(identity, told))
        outcome, note = reading.outcome, reading.note
        if outcome is Outcome.FOUND and not findings:
            outcome, note = Outcome.ABSENT, NOBODY_NAMED
        yield (
            identity,
            replace(reading, outcome=outcome, note=note, findings=findings, follow=(), kept=None),
        )


def _about(identity: Identity, told: Iterable[_Told]) -> Iterator[Finding]:
    families = {family for name in identity.names if (family := family_name(name))}
    hits = [each.hit for each in told if any(map(each.may_name, families))]
    # Nothing beside the name vouches for a hit: that all of them name the district is the question.
    yield from findings_about((*identity.names, ""), hits) if hits else ()
