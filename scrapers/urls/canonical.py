"""One key for all the addresses of one page, and one for all the ways to name one account.

A key is made to be compared; it looks like an address but is not meant to be opened. An address
that is not of the web comes back as it was, but for white space.
"""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote

import idna

from scrapers.urls.platforms import (
    SPOKEN_NAMES,
    find_platform_place,
    match_profile,
    normalize_place_url,
)
from scrapers.urls.redirects import split_url_or_none, unwrap_url
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


# A finding's address and the own ones are compared in every assessment.
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
        return _compress_ipv6(host)
    while match := HOST_PREFIX.match(host):
        host = host[match.end() :]
    return BLOGSPOT.sub(".com", MOBILE_WIKI.sub("", host))


def _encode_idna(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except UnicodeError:
        return host


def _compress_ipv6(host: str) -> str:
    try:
        return str(IPv6Address(host))
    except AddressValueError:
        return host
