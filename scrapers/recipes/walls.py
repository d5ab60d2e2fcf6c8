"""Pages that stand between us and the answer, whatever status they are sent with."""

import re
from functools import lru_cache
from html import unescape

from scrapers.page import Page
from scrapers.recipes.document import is_markup, visible_words
from scrapers.recipes.pattern import occurs_in

CAPTCHA = "it shows a CAPTCHA"
CHECK = "it checks whether we are a browser"
LOGIN = "it asks to log in first"
CONSENT = "it asks to accept cookies first"
REFUSAL = "it refuses automatic visits"

# How far into a page its marks are looked for; walls are small, or carry theirs at the top.
REACH = 262_144
# A wall says little. A profile that only talks of CAPTCHAs says more, or names itself a profile.
FEW_WORDS = 160
SHORTEST_OWN_WORDS = 12
# Ordinary forms hold a CAPTCHA, too: alone it is a wall only where there is next to no text.
HARDLY_ANY_WORDS = 60

HEADERS: tuple[tuple[str, str, str], ...] = (
    ("cf-mitigated", r".+", CHECK),
    ("x-amzn-waf-action", r"challenge|captcha", CAPTCHA),
    ("x-vercel-mitigated", r"challenge|deny", CHECK),
    ("x-sucuri-block", r".+", REFUSAL),
)

LOGIN_ADDRESS = (
    r"https?://[^/?#]+/(?:[a-z]{2}(?:[-_][a-z]{2})?/)?"
    r"(?:log_?in|sign_?in|sign-in|authwall|accounts/login|account/login|users/sign_in"
    r"|auth/login|i/flow/login|checkpoint|uas/login)(?:\.php|\.html?)?/?(?:[?#]|$)"
)
ADDRESSES: tuple[tuple[str, str], ...] = (
    (r"https?://consent\.[a-z]+\.[a-z.]+/", CONSENT),
    (r"https?://[^/?#]+/(?:sorry/index|sorry/?\?|checkcaptcha|captcha|challenge)\b", CAPTCHA),
    (r"https?://validate\.perfdrive\.com/|https?://[^/]*captcha-delivery\.com/", CAPTCHA),
    (LOGIN_ADDRESS, LOGIN),
)

# Markup that only the wall's maker writes: in a bio its quotes and brackets would be escaped.
MARKUP: tuple[tuple[str, str], ...] = (
    ('id="challenge-error-text"', CHECK),
    ('id="challenge-form"', CHECK),
    ('id="challenge-running"', CHECK),
    ('data-translate="checking_browser"', CHECK),
    ('class="cf-error-details', REFUSAL),
    ('"/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page', CHECK),
    ("'/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page", CHECK),
    ("'/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page", CHECK),
    ('id="px-captcha"', CAPTCHA),
    ('"https://geo.captcha-delivery.com', CAPTCHA),
    ('src="/_incapsula_resource', CHECK),
    ('class="anomaly-modal', CAPTCHA),
    ('id="gs_captcha_f"', CAPTCHA),
    ('"https://www.google.com/recaptcha/challengepage/', CAPTCHA),
    ('"/.within.website/x/', CHECK),
    ('id="anubis_challenge"', CHECK),
    ('id="tiktok-verify-page"', CAPTCHA),
)

TITLES: tuple[tuple[str, str], ...] = (
    (r"just a moment(?:\.{3}|…)?", CHECK),
    (r"one moment, please(?:\.{3}|…)?", CHECK),
    (r"attention required! \| cloudflare", CAPTCHA),
    (r"please wait(?:\.{3}|…)? \| cloudflare", CHECK),
    (r"(?:vercel )?(?:client|security|browser) (?:challenge|measure|check(?:point)?)", CHECK),
    (r"checking your browser.*", CHECK),
    (r"making sure you['\u2019]re not a bot!?", CHECK),
    (r"pardon our interruption(?:\.{3}|…)?", CHECK),
    (r"ddos-guard|ddos protection.*", CHECK),
    (r"(?:robot|human|bot) (?:check|verification)|are you (?:a )?(?:robot|human)\??", CAPTCHA),
    (r"verif(?:y|ying) (?:that )?you are (?:a )?human.*", CAPTCHA),
    (r"(?:re)?captcha(?: challenge| required)?|enter the (?:characters|captcha).*", CAPTCHA),
    (r"access (?:to this page has been )?denied.*|request (?:rejected|blocked)|blocked", REFUSAL),
    (r"too many requests|unusual traffic.*", REFUSAL),
    (r"before you continue.*", CONSENT),
    (r"(?:log ?in|sign ?in|log into|log in to|sign up|login)\b.*", LOGIN),
    (r"[\w.]+ [•·|\u2013-] (?:log ?in|sign ?in)|login [•·|\u2013-] [\w.]+", LOGIN),
    (r"[\w.]+ (?:log ?in|login), sign ?in.*", LOGIN),
)

# What anybody could write on a page: it counts only where the page says little else.
PHRASES: tuple[tuple[str, str], ...] = (
    ("_cf_chl_opt", CHECK),
    ("awswafintegration", CHECK),
    ("window.gokuprops", CHECK),
    ("perimeterxidentifiers", CAPTCHA),
    ("window.pow_challenge_data", CHECK),
    ("sucuri_cloudproxy_js", CHECK),
    ("slardarwaf", CHECK),
    ("unusual traffic", CAPTCHA),
    ("solve the captcha", CAPTCHA),
    ("complete the captcha", CAPTCHA),
    ("complete the security check", CAPTCHA),
    ("captcha to continue", CAPTCHA),
    ("verify you are human", CAPTCHA),
    ("verify that you are human", CAPTCHA),
    ("verify you are a human", CAPTCHA),
    ("confirm you are human", CAPTCHA),
    ("confirm that you are human", CAPTCHA),
    ("you are not a robot", CAPTCHA),
    ("you're not a robot", CAPTCHA),
    ("i'm not a robot", CAPTCHA),
    ("are you a robot", CAPTCHA),
    ("automated requests", CAPTCHA),
    ("automated queries", CAPTCHA),
    ("bots use duckduckgo too", CAPTCHA),
    ("checking your browser", CHECK),
    ("checking if the site connection is secure", CHECK),
    ("enable javascript and cookies to continue", CHECK),
    ("enable js and disable any ad blocker", CHECK),
    ("incapsula incident id", CHECK),
    ("security service to protect itself from online attacks", CHECK),
    ("blocked by network security", REFUSAL),
    ("the requested url was rejected", REFUSAL),
    ("generated by cloudfront", REFUSAL),
    ("your ip address has been", REFUSAL),
    ("your request has been blocked", REFUSAL),
    ("you have been blocked", REFUSAL),
    ("before you continue to", CONSENT),
    ("log in to continue", LOGIN),
    ("login to continue", LOGIN),
    ("sign in to continue", LOGIN),
    ("log in to view this", LOGIN),
    ("you must log in", LOGIN),
    ("you must be logged in", LOGIN),
    ("you must be logged-in", LOGIN),
    ("you need to log in", LOGIN),
)
WIDGETS = ("g-recaptcha", "h-captcha", "cf-turnstile", 'id="captcha"')
PROFILE = (
    r"og:type[\"']\s+content=[\"']profile\b|content=[\"']profile[\"']\s+property=[\"']og:type\b"
)
# One pass over a page for all of them: nearly every page holds none.
SIGNS = "|".join(re.escape(sign) for sign in (*dict((*MARKUP, *PHRASES)), *WIDGETS)).encode()
TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
ANY_TITLE = re.compile("|".join(f"(?:{pattern})" for pattern, _ in TITLES))
ANY_ADDRESS = re.compile("|".join(f"(?:{pattern})" for pattern, _ in ADDRESSES), re.IGNORECASE)


def wall(page: Page) -> str | None:
    """Return what stands between us and the answer, or None where nothing does."""
    note = wall_around(page)
    if note or not is_markup(page):
        return note
    start = page.bytes[:REACH]
    titled, signs = _titled(start), occurs_in(SIGNS, start)
    if not titled and not signs:
        return None
    seen = page.text[:REACH].lower()
    marked = next((note for mark, note in MARKUP if mark in seen), None)
    if marked or re.search(PROFILE, seen):
        return marked
    return titled or _said(seen)


@lru_cache(maxsize=4_096)
def distinctive(mark: str) -> bool:
    """Say whether a mark is long enough to be a site's own words, and none of a wall's."""
    return len(mark) >= SHORTEST_OWN_WORDS and not occurs_in(SIGNS, mark.encode())


def wall_around(page: Page) -> str | None:
    """Return what the headers and the address tell of a wall, whatever the page itself says."""
    return _in_headers(page) or _in_address(page)


def _in_headers(page: Page) -> str | None:
    for name, value, note in HEADERS:
        if name in page.headers and re.fullmatch(value, page.headers[name], re.IGNORECASE):
            return note
    return None


def _in_address(page: Page) -> str | None:
    if not ANY_ADDRESS.match(page.url):
        return None
    seen = (note for address, note in ADDRESSES if re.match(address, page.url, re.IGNORECASE))
    return next(seen, None)


def _titled(start: bytes) -> str | None:
    title = TITLE.match(start, max(start.lower().find(b"<title"), 0))
    told = title[1].decode("utf-8", "replace") if title else ""
    line = " ".join(unescape(told).lower().split())
    if not ANY_TITLE.fullmatch(line):
        return None
    return next((note for pattern, note in TITLES if re.fullmatch(pattern, line)), None)


def _said(seen: str) -> str | None:
    """Return what the page says of itself, if it says little else."""
    said = next((note for phrase, note in PHRASES if phrase in seen), None)
    widget = any(widget in seen for widget in WIDGETS)
    if said is None and not widget:
        return None
    words = visible_words(seen)
    if widget and words <= HARDLY_ANY_WORDS:
        return CAPTCHA
    return said if words <= FEW_WORDS else None
