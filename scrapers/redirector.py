"""Engines, apps and mail gateways wrap the address they lead to; here it is taken out again."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A redirector: the address it leads to stands in one of `params`."""

    host: str
    path: str
    params: tuple[str, ...]

    def knows(self, host: str, path: str) -> bool:
        return path == self.path and re.fullmatch(self.host, host) is not None


GOOGLE = r"(?:[a-z]+\.)?google(?:\.com?)?\.[a-z]{2,3}"
WRAPPERS = (
    Wrapper(r"(?:[a-z]+\.)?duckduckgo\.com", "/l", ("uddg",)),
    Wrapper(GOOGLE, "/url", ("q", "url")),
    Wrapper(GOOGLE, "/imgres", ("imgrefurl",)),
    Wrapper(r"(?:lm?\.)?facebook\.com", "/l.php", ("u",)),
    Wrapper(r"l\.(?:instagram\.com|threads\.(?:com|net))", "", ("u",)),
    Wrapper(r"youtube\.com", "/redirect", ("q",)),
    Wrapper(r"consent\.(?:google|youtube)\.com", "/m", ("continue",)),
    Wrapper(r"consent\.(?:google|youtube)\.com", "/ml", ("continue",)),
    Wrapper(r"(?:[a-z]{2}\.)?linkedin\.com", "/safety/go", ("url",)),
    Wrapper(r"(?:[a-z]{2}\.)?linkedin\.com", "/redir/redirect", ("url",)),
    Wrapper(r"(?:[a-z]{2}\.)?linkedin\.com", "/authwall", ("sessionRedirect",)),
    Wrapper(r"instagram\.com", "/accounts/login", ("next",)),
    Wrapper(r"(?:[a-z-]+\.)?facebook\.com", "/login", ("next",)),
    Wrapper(r"(?:[a-z-]+\.)?facebook\.com", "/login.php", ("next",)),
    Wrapper(r"(?:x|twitter)\.com", "/i/flow/login", ("redirect_after_login",)),
    Wrapper(r"(?:x|twitter)\.com", "/login", ("redirect_after_login",)),
    Wrapper(r"t\.umblr\.com", "/redirect", ("z",)),
    Wrapper(r"out\.reddit\.com", "", ("url",)),
    Wrapper(r"vk\.com", "/away.php", ("to",)),
    Wrapper(r"steamcommunity\.com", "/linkfilter", ("u", "url")),
    Wrapper(r"slack-redir\.net", "/link", ("url",)),
    Wrapper(r"medium\.com", "/m/global-identity", ("redirectUrl",)),
    Wrapper(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com", "", ("url",)),
)

AMP_CACHE = re.compile(r"/(?:[civ]|wp)/(s/)?(?P<rest>[^/]+\..+)")
AMP_VIEWER = re.compile(r"/amp/(s/)?(?P<rest>[^/]+\..+)")
YAHOO = re.compile(r"/RU=(?P<target>[^/]+)/")
ADVERT = re.compile(
    r"duckduckgo\.com/y\.js|"
    r"google(?:\.com?)?\.[a-z]{2,3}/aclk|"
    r"googleadservices\.com/|doubleclick\.net/|"
    r"bing\.com/(?:aclick|aclk)",
    re.IGNORECASE,
)


def unwrapped(url: str) -> str:
    """Return the address a link really leads to; one that leads nowhere else stays as it is."""
    # What is wrapped is shorter than its wrapping, so this ends, however deep it is nested.
    while inner := next((each for each in _inner(url) if _leads_on(url, each)), ""):
        url = inner
    return url


def advert(url: str) -> bool:
    """Say whether a link (wrapped or not) is a paid one."""
    seen = urlsplit_or_none(unwrapped(url))
    return seen is not None and ADVERT.search(f"{seen.hostname or ''}{seen.path}") is not None


def urlsplit_or_none(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _leads_on(url: str, inner: str) -> bool:
    return inner.startswith(("http://", "https://")) and len(inner) < len(url)


def _inner(url: str) -> Iterator[str]:
    seen = urlsplit_or_none(url)
    if seen is None:
        return
    host = re.sub(r"^(?:(?:www|m|mobile)\.)+", "", (seen.hostname or "").lower())
    path = seen.path.rstrip("/")
    for wrapper in WRAPPERS:
        if wrapper.knows(host, path):
            yield from _from_query(url, seen, wrapper.params)
    yield from _from_path(host, seen)
    if host.endswith("bing.com") and path == "/ck/a":
        yield from _from_bing(seen)


def _from_query(url: str, seen: SplitResult, params: tuple[str, ...]) -> Iterator[str]:
    given = dict(parse_qsl(seen.query))
    for name in params:
        if given.get(name):
            yield _joined(url, given[name])


def _joined(url: str, target: str) -> str:
    """Resolve a target that may be given as a path of the same site."""
    try:
        return urljoin(url, target.strip())
    except ValueError:
        return ""


def _from_path(host: str, seen: SplitResult) -> Iterator[str]:
    amp = None
    if host.endswith(".cdn.ampproject.org"):
        amp = AMP_CACHE.match(seen.path)
    elif re.fullmatch(GOOGLE, host):
        amp = AMP_VIEWER.match(seen.path)
    if amp:
        query = f"?{seen.query}" if seen.query else ""
        yield f"{'https' if amp[1] else 'http'}://{amp['rest']}{query}"
    yahoo = YAHOO.search(seen.path) if host == "r.search.yahoo.com" else None
    if yahoo:
        yield unquote(yahoo["target"])


def _from_bing(seen: SplitResult) -> Iterator[str]:
    packed = dict(parse_qsl(seen.query)).get("u", "").removeprefix("a1")
    try:
        yield urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except ValueError:
        return
