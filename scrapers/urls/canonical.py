"""One key for all the addresses of one page, and one for all the ways to name one account.

A key is made to be compared; it looks like an address but is not meant to be opened. An address
that is not of the web comes back as it was, but for white space. What engines, apps and mail
gateways wrap around an address is taken off first.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit

import idna

from scrapers.facts.fact import DatedFact, load_facts
from scrapers.urls.platforms import (
    SPOKEN_NAMES,
    find_platform_place,
    match_profile,
    normalize_place_url,
)
from scrapers.urls.spelling import normalize_path, normalize_query, normalize_route, strip_amp

# Two spellings of one page become equal in two passes; the limit is for hostile addresses only.
MOST_ROUNDS = 12
SHORT_HOSTS = {
    "youtu.be": "https://youtube.com/watch?v=",
    "redd.it": "https://reddit.com/comments/",
    "buymeacoff.ee": "https://buymeacoffee.com/",
    "discord.gg": "https://discord.com/invite/",
}
HOST_PREFIX = re.compile(r"(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.[^.])")
MOBILE_WIKI = re.compile(r"(?<=[a-z-])\.m(?=\.wik[a-z]+\.org$)")
BLOGSPOT = re.compile(r"(?<=\.blogspot)\.(?:com?\.)?[a-z]{2}$")
DEFAULT_PORTS = (None, 80, 443)


# A trace's address and the own ones are compared in every assessment.
@lru_cache(maxsize=4_096)
def canonicalize_url(url: str) -> str:
    """Return the key of an address: equal for addresses of one page, and its own key."""
    key = _respell_url(url)
    for _ in range(MOST_ROUNDS):
        again = _respell_url(key)
        if again == key:
            break
        key = again
    return key


def extract_account_keys(url: str) -> tuple[str, ...]:
    """Return the keys of the account whose profile (not: whose post) an address shows."""
    seen = split_url_or_none(canonicalize_url(url))
    place = find_platform_place(seen.netloc) if seen else None
    if seen is None or place is None or (place.platform.sites and place.label):
        return ()
    if place.label:
        front = seen.path in {"/", "/about"} and not seen.query
        return (build_account_key(place.platform.name, place.label),) if front else ()
    target = f"{seen.path}?{seen.query}" if seen.query else seen.path
    named = match_profile(place.platform, seen.netloc, target)
    if named is None:
        return ()
    if named.account.startswith("@"):
        return (build_account_key(place.platform.name, named.account),)
    return (f"{place.platform.name}:{named.account}",)


def get_bare_host(url: str) -> str:
    """Return the host of an address as people say it, without `www.`; empty if it has none."""
    seen = split_url_or_none(url)
    return (seen.hostname or "").removeprefix("www.") if seen else ""


def strip_scheme(address: str) -> str:
    """Return what two spellings of one address have in common."""
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def build_account_key(platform: str, handle: str) -> str:
    """Return `platform:@handle`, or `bluesky:did:…` where the handle is such a stable id."""
    name = platform.strip().casefold()
    account = unquote(handle).strip().lstrip("@").casefold()
    mark = "" if account.startswith("did:") else "@"
    return f"{SPOKEN_NAMES.get(name, name)}:{mark}{account}"


def _respell_url(url: str) -> str:
    text = unwrap_url(_ensure_scheme(url))
    seen = split_url_or_none(text)
    if seen is None or seen.scheme not in {"http", "https"} or not seen.hostname:
        return text
    try:
        port = seen.port
    except ValueError:
        return text
    host = _normalize_host(seen.hostname)
    if host in SHORT_HOSTS and seen.path.strip("/"):
        return SHORT_HOSTS[host] + seen.path.strip("/")
    place = find_platform_place(host) if port in DEFAULT_PORTS else None
    if place is not None:
        return f"https://{normalize_place_url(place, host, seen)}"
    where = f"[{host}]" if ":" in host else host
    numbered = where if port in DEFAULT_PORTS else f"{where}:{port}"
    path, query = strip_amp(normalize_path(seen.path)), normalize_query(seen.query, None)
    asked = f"{path}?{query}" if query else path
    return f"https://{numbered}{asked}{normalize_route(seen.fragment)}"


def _ensure_scheme(url: str) -> str:
    text = re.sub(r"[\x00-\x1f\x7f]", "", url).strip().replace("\\", "/")
    if re.match(r"https?:", text, re.IGNORECASE):
        return re.sub(
            r"^(https?):/*", lambda match: f"{match[1].lower()}://", text, flags=re.IGNORECASE
        )
    if not text or re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE):
        return text
    return f"https://{text.lstrip('/')}"


def _normalize_host(seen: str) -> str:
    host = unquote(seen).lower().strip(".")
    if not re.fullmatch(r"[\w.-]+", host):
        host = seen.lower().strip(".")
    if not host.isascii():
        host = _encode_idna(host)
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except AddressValueError:
            return host
    while match := HOST_PREFIX.match(host):
        host = host[match.end() :]
    return BLOGSPOT.sub(".com", MOBILE_WIKI.sub("", host))


def _encode_idna(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except UnicodeError:
        return host


# A wrapper of this parameter is followed by the bare address: `href.li/?https://alpha.example`.
WHOLE_QUERY = ""


@dataclass(frozen=True, slots=True)
class LinkWrapper:
    """A redirector: the address it leads to is in one of `params`. `*` means any path."""

    host: str
    path: str
    params: tuple[str, ...]

    def has_host(self, host: str) -> bool:
        return re.fullmatch(self.host, host) is not None


GOOGLE = r"(?:[a-z]+\.)?google(?:\.com?)?\.[a-z]{2,3}"


class Redirector(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about redirectors: a link is a path, and then its parameters."""

    host: str
    links: tuple[tuple[str, ...], ...]


WRAPPERS = tuple(
    LinkWrapper(redirector.host, path, tuple(params))
    for redirector in load_facts("redirectors", Redirector).values()
    for path, *params in redirector.links
)
WRAPPERS_BY_PATH = {
    path: tuple(entry for entry in WRAPPERS if entry.path in {path, "*"})
    for path in {"*", *(entry.path for entry in WRAPPERS)}
}

AMP_CACHE = re.compile(r"/(?:[civ]|wp)/(s/)?(?P<rest>[^/]+\..+)")
AMP_VIEWER = re.compile(r"/amp/(s/)?(?P<rest>[^/]+\..+)")
YAHOO = re.compile(r"/RU=(?P<target>[^/]+)/")
TRANSLATED = re.compile(r"(?P<site>[a-z0-9-]+)\.translate\.goog")
PROOFPOINT = re.compile(r"https?://urldefense\.(?:com|us)/v3/__(?P<target>[^*]+?)__;")
ADVERT = re.compile(
    r"duckduckgo\.com/y\.js|"
    r"google(?:\.com?)?\.[a-z]{2,3}/aclk|"
    r"googleadservices\.com/|doubleclick\.net/|"
    r"bing\.com/(?:aclick|aclk)",
    re.IGNORECASE,
)


def unwrap_url(url: str) -> str:
    """Return the address a link really leads to; one that leads nowhere else stays as it is."""
    # What is wrapped is shorter than its wrapping, so this ends, however deep it is nested.
    while inner := next(
        (inner_url for inner_url in _extract_inner_urls(url) if _is_inner_url(url, inner_url)), ""
    ):
        url = inner
    return url


def is_advert(url: str) -> bool:
    """Say whether a link (wrapped or not) is a paid one."""
    seen = split_url_or_none(unwrap_url(url))
    return seen is not None and ADVERT.search(f"{seen.hostname or ''}{seen.path}") is not None


def split_url_or_none(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _is_inner_url(url: str, inner: str) -> bool:
    shorter = inner.startswith(("http://", "https://")) and len(inner) < len(url)
    return shorter and split_url_or_none(inner) is not None


def _extract_inner_urls(url: str) -> Iterator[str]:
    seen = split_url_or_none(url)
    if seen is None:
        return
    host = re.sub(r"^(?:(?:www|m|mobile)\.)+", "", (seen.hostname or "").lower())
    path = seen.path.rstrip("/")
    if seen.query:
        for wrapper in WRAPPERS_BY_PATH.get(path, WRAPPERS_BY_PATH["*"]):
            if wrapper.has_host(host):
                yield from _extract_from_query(url, seen, wrapper.params)
    yield from _extract_from_path(url, host, seen)
    # Some redirectors hide the target in a code of their own.
    given = dict(parse_qsl(seen.query)).get("u", "") if path in {"/ck/a", "/v2/url"} else ""
    if given and host.endswith("bing.com"):
        packed = given.removeprefix("a1")
        try:
            yield urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
        except ValueError:
            return
    if given and host == "urldefense.proofpoint.com":
        yield unquote(given.replace("-", "%").replace("_", "/"))


def _extract_from_query(url: str, seen: SplitResult, params: tuple[str, ...]) -> Iterator[str]:
    if params == (WHOLE_QUERY,):
        yield unquote(seen.query)
        return
    given = dict(parse_qsl(seen.query))
    yield from (_resolve_target(url, given[name]) for name in params if given.get(name))


def _resolve_target(url: str, target: str) -> str:
    """Resolve a target that may be given as a path of the same site."""
    try:
        return urljoin(url, target.strip())
    except ValueError:
        return ""


def _extract_from_path(url: str, host: str, seen: SplitResult) -> Iterator[str]:
    query = f"?{seen.query}" if seen.query else ""
    if host.endswith(".cdn.ampproject.org"):
        amp = AMP_CACHE.match(seen.path)
    else:
        viewed = seen.path.startswith("/amp/") and re.fullmatch(rf"{GOOGLE}|bing\.com", host)
        amp = AMP_VIEWER.match(seen.path) if viewed else None
    if amp:
        yield f"{'https' if amp[1] else 'http'}://{amp['rest']}{query}"
    yahoo = YAHOO.search(seen.path) if host.endswith("search.yahoo.com") else None
    if yahoo:
        yield unquote(yahoo["target"])
    translated = TRANSLATED.fullmatch(host)
    if translated:
        site = translated["site"].replace("--", "\0").replace("-", ".").replace("\0", "-")
        yield f"https://{site}{seen.path}{query}"
    proofpoint = PROOFPOINT.match(url)
    if proofpoint:
        yield proofpoint["target"]
