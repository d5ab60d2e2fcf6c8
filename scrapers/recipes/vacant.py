"""What a host shows where there is no page, with the status of one: neither found nor absent."""

import re
from collections.abc import Iterator

from scrapers.page import Page
from scrapers.recipes.document import visible_words
from scrapers.recipes.pattern import occurs, occurs_in
from scrapers.recipes.walls import FEW_WORDS, REACH

PARKED = "its domain is parked or for sale"
UNFINISHED = "its host shows what it shows before there is a site"
SUSPENDED = "its host says that the site was switched off"
NO_SUCH_PAGE = "it says that there is no such page, with the status of one"
LONGEST_LINE = 200

# Addresses that only those who park domains put into a page.
PARKING = (
    "sedoparking.com parkingcrew.net bodis.com parklogic.com afternic.com/forsale"
    " dan.com/buy-domain hugedomains.com/domain_profile d38psrni17bvxu.cloudfront.net"
    " window.park= img1.wsimg.com/parking-lander namebright.com/parking"
)
MARKS = "|".join(re.escape(mark) for mark in PARKING.split()).encode()

_THING = r"(?:\w+ )?(?:page|profile|user|account|channel|member|content|blog|teacher)"
_MISSING = r"(?:not|cannot|can't|couldn't|isn't|wasn't|doesn't|no longer|been (?:removed|deleted))"
_OFF = r"(?:suspended|disabled|expired|deactivated|unavailable|offline)"
_GONE = (
    r"(?:was not found|could not be found|cannot be found|does not exist|doesn't exist"
    r"|no longer exists|isn't available|is not available)"
)
# A title as a whole, or one of the parts that a site separates by a stroke.
TITLES = {
    PARKED: (
        r"(?:the domain )?[\w.-]+\.[a-z]{2,}(?: domain)? (?:is|may be) for sale.*",
        r"(?:this )?domain (?:name )?(?:is )?(?:for sale|parked|available|expired).*",
        r"buy this domain.*|parked domain.*|hugedomains.*|domain (?:name )?has expired.*",
    ),
    UNFINISHED: (
        r"welcome to nginx|apache2? .{0,40}default page.*|test page for .{0,60}|it works",
        r"iis windows.*|(?:plesk|cpanel|default)(?: web ?site)? (?:default )?page.*|index of /.*",
        r"(?:web ?site |site )?(?:is )?(?:under construction|coming soon)|future home of .*",
    ),
    SUSPENDED: (
        rf"(?:this )?(?:account|web ?site|site) (?:has been |is )?{_OFF}",
        r"site not found.*",
    ),
    NO_SUCH_PAGE: (
        r"(?:http )?(?:error\W{0,3})?4(?:04|10)(?:\W{0,3}(?:error|oops|page|not found).{0,60})?",
        rf"(?:sorry|oops|uh-?oh|whoops)\W.{{0,20}}{_THING} .{{0,40}}{_MISSING}.{{0,60}}",
        rf"(?:that |this |the )?{_THING} (?:was |is |could |has |may have )?{_MISSING}.{{0,60}}",
        r"(?:page|profile|user|account) (?:unavailable|deleted|removed|missing)",
        r"(?:sorry\W{1,2})?(?:we )?(?:can't|couldn't|cannot|could not) find .{0,60}|oops",
        r"(?:\w+ )?not found|nothing (?:was )?found|seite nicht gefunden|page introuvable",
        "p\u00e1gina no encontrada|page non trouv\u00e9e|pagina non trovata",
    ),
}
# What anybody could write: it counts only where the page says little else.
PHRASES = {
    PARKED: (
        r"\bth(?:is|e) domain (?:name )?(?:[\w.-]+ )?(?:is|may be|has been) (?:for sale|parked)",
        r"\b(?:inquire about|buy|make an offer on) this domain|\bthis domain has expired",
    ),
    SUSPENDED: (r"\bthis (?:account|web ?site) (?:has been|is) suspended",),
    NO_SUCH_PAGE: (
        rf"\b(?:page|profile|user|account) (?:you requested |you are looking for )?{_GONE}",
    ),
}
_PARTS = re.compile(r"\s+[|\u00b7\u2022\u2014\u2013-]\s+|:\s+")
# Without them at their ends, lines are more alike.
_EDGES = " .!?\"'\u201c\u201d\u00ab\u00bb()[]"


def vacant(page: Page, title: str, heading: str) -> str:
    """Return in one clause why a page stands for none, empty where it may be somebody's."""
    if occurs_in(MARKS, page.bytes[:REACH]):
        return PARKED
    lines = [part for line in (title, heading) for part in _parts(line)]
    for note, patterns in TITLES.items():
        if any(re.fullmatch(pattern, line) for pattern in patterns for line in lines):
            return note
    return _said(page.text[:REACH])


def _parts(line: str) -> Iterator[str]:
    whole = line[:LONGEST_LINE].casefold().replace("\u2019", "'")
    for part in (whole, *_PARTS.split(whole)):
        if part.strip(_EDGES):
            yield part.strip(_EDGES)


def _said(seen: str) -> str:
    plain = seen.replace("\u2019", "'")
    for note, patterns in PHRASES.items():
        if any(occurs(f"(?i){pattern}", plain) for pattern in patterns):
            return note if visible_words(seen) <= FEW_WORDS else ""
    return ""
