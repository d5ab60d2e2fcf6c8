"""One spelling for every address of the same thing, so that it is known again.

`https` stands for http too: the key names a page and is not meant to be opened. An address that
is not of the web comes back as it was, but for white space.
"""

import re
from urllib.parse import SplitResult, unquote

import idna

from scrapers.platforms import BY_HOST, RESERVED, SPOKEN_NAMES, Platform
from scrapers.redirector import unwrapped, urlsplit_or_none
from scrapers.spelling import spelled_path, spelled_query, spelled_route, without_amp

# Two spellings of one page settle in two rounds; the bound is for hostile addresses only.
ROUNDS = 12
SHORT_HOSTS = {
    "youtu.be": "https://youtube.com/watch?v=",
    "redd.it": "https://reddit.com/comments/",
    "buymeacoff.ee": "https://buymeacoffee.com/",
}
PREFIX = re.compile(r"(?:www\d?|m|mobile)\.(?=[^.]+\.[^.])")
MOBILE_WIKI = re.compile(r"(?<=[a-z-])\.m(?=\.wik[a-z]+\.org$)")
BLOGSPOT = re.compile(r"(?<=\.blogspot)\.(?:com?\.)?[a-z]{2}$")


def canonical_key(url: str) -> str:
    """Return the key of an address: equal for addresses of one page, and its own key."""
    key = _respelled(url)
    for _ in range(ROUNDS):
        again = _respelled(key)
        if again == key:
            break
        key = again
    return key


def account_keys(url: str) -> tuple[str, ...]:
    """Return the keys of the account whose profile (not: whose post) an address shows."""
    seen = urlsplit_or_none(canonical_key(url))
    if seen is None or not seen.hostname:
        return ()
    platform, label = _platform(seen.hostname)
    if platform is None:
        return ()
    if label:
        own = seen.path in {"/", "/about"} and label not in RESERVED
        return (account_key(platform.name, label),) if own else ()
    target = f"{seen.path}?{seen.query}" if seen.query else seen.path
    match = re.fullmatch(platform.profile, target, re.IGNORECASE)
    return _named(platform, match.groupdict(), seen.hostname) if match else ()


def account_key(platform: str, handle: str) -> str:
    """Return `platform:@handle`, or `bluesky:did:…` where the handle is such a stable id."""
    name = platform.strip().casefold()
    account = unquote(handle).strip().lstrip("@").casefold()
    mark = "" if account.startswith("did:") else "@"
    return f"{SPOKEN_NAMES.get(name, name)}:{mark}{account}"


def _named(platform: Platform, found: dict[str, str | None], host: str) -> tuple[str, ...]:
    stable = found.get("id") or (found.get("legacy") or "").lower()
    if stable:
        return (f"{platform.name}:{stable}",)
    handle = found.get("handle") or ""
    if not handle or unquote(handle).casefold() in RESERVED | platform.reserved:
        return ()
    if platform.federated and "@" not in handle:
        handle = f"{handle}@{host}"
    return (account_key(platform.name, handle),)


def _respelled(url: str) -> str:
    text = unwrapped(_with_scheme(url))
    seen = urlsplit_or_none(text)
    if seen is None or seen.scheme not in {"http", "https"} or not seen.hostname:
        return text
    try:
        port = seen.port
    except ValueError:
        return text
    host = _host(seen.hostname)
    if host in SHORT_HOSTS and seen.path.strip("/"):
        return SHORT_HOSTS[host] + seen.path.strip("/")
    where = f"[{host}]" if ":" in host else host
    numbered = where if port in {None, 80, 443} else f"{where}:{port}"
    return f"https://{numbered}{_target(host, seen)}"


def _with_scheme(url: str) -> str:
    text = re.sub(r"[\x00-\x1f\x7f]", "", url).strip().replace("\\", "/")
    if re.match(r"https?:", text, re.IGNORECASE):
        return re.sub(
            r"^(https?):/*", lambda match: f"{match[1].lower()}://", text, flags=re.IGNORECASE
        )
    if not text or re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE):
        return text
    return f"https://{text.lstrip('/')}"


def _host(seen: str) -> str:
    host = unquote(seen).lower().strip(".")
    if not re.fullmatch(r"[\w.:-]+", host):
        host = seen.lower().strip(".")
    if not host.isascii():
        host = _ascii(host)
    while match := PREFIX.match(host):
        host = host[match.end() :]
    host = BLOGSPOT.sub(".com", MOBILE_WIKI.sub("", host))
    platform, label = _platform(host)
    return host if platform is None or platform.federated or label else platform.hosts[0]


def _ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except UnicodeError:
        return host


def _platform(host: str) -> tuple[Platform | None, str]:
    """Return whose host this is, and the label before it where that label is a handle."""
    if host in BY_HOST:
        return BY_HOST[host], ""
    label, _, rest = host.partition(".")
    platform = BY_HOST.get(rest)
    if platform is None:
        return None, ""
    if platform.subhosts and re.fullmatch(platform.subhosts, label):
        return platform, ""
    return (platform, label) if platform.in_host else (None, "")


def _target(host: str, seen: SplitResult) -> str:
    platform, label = _platform(host)
    path, fragment = seen.path, seen.fragment
    if platform and fragment.startswith("!/") and path in {"", "/"}:
        path, fragment = fragment[1:], ""
    path = spelled_path(path)
    if platform is None:
        path = without_amp(path)
    query = spelled_query(seen.query, None if platform is None or label else platform.keeps)
    target = f"{path}?{query}" if query else path
    if platform is None or label:
        return target + spelled_route(fragment)
    return _folded(platform, target)


def _folded(platform: Platform, target: str) -> str:
    for pattern, spelling in platform.rewrites:
        target = re.sub(pattern, spelling, target)
    path, mark, query = target.partition("?")
    segments = path.split("/")
    head = [each.lower() for each in segments[: platform.folds + 1]]
    path = "/".join(head + segments[platform.folds + 1 :])
    legacy = re.fullmatch(platform.profile, path, re.IGNORECASE) if platform.profile else None
    if legacy and legacy.groupdict().get("legacy"):
        path = path.lower()
    return path + mark + query
