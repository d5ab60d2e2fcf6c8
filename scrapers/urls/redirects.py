"""Engines, apps and mail gateways wrap the address they lead to; here it is taken out again."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit

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
FACEBOOK = r"(?:[a-z-]+\.)?facebook\.com"
LINKEDIN = r"(?:[a-z]{2}\.)?linkedin\.com"
WRAPPERS = (
    LinkWrapper(r"(?:[a-z]+\.)?duckduckgo\.com", "/l", ("uddg",)),
    LinkWrapper(GOOGLE, "/url", ("q", "url")),
    LinkWrapper(GOOGLE, "/imgres", ("imgrefurl",)),
    LinkWrapper(r"translate\.google\.[a-z.]{2,6}", "/translate", ("u",)),
    LinkWrapper(r"accounts\.google\.com", "/ServiceLogin", ("continue",)),
    LinkWrapper(r"consent\.(?:google|youtube)\.com", "/m", ("continue",)),
    LinkWrapper(r"consent\.(?:google|youtube)\.com", "/ml", ("continue",)),
    LinkWrapper(r"youtube\.com", "/redirect", ("q",)),
    LinkWrapper(r"youtube\.com", "/attribution_link", ("u",)),
    LinkWrapper(r"(?:lm?\.)?facebook\.com|l\.messenger\.com", "/l.php", ("u",)),
    LinkWrapper(FACEBOOK, "/flx/warn", ("u",)),
    LinkWrapper(FACEBOOK, "/login", ("next",)),
    LinkWrapper(FACEBOOK, "/login.php", ("next",)),
    LinkWrapper(r"l\.(?:instagram\.com|threads\.(?:com|net))", "", ("u",)),
    LinkWrapper(r"instagram\.com", "/accounts/login", ("next",)),
    LinkWrapper(LINKEDIN, "/safety/go", ("url",)),
    LinkWrapper(LINKEDIN, "/redir/redirect", ("url",)),
    LinkWrapper(LINKEDIN, "/redir/general-malware-page", ("url",)),
    LinkWrapper(LINKEDIN, "/authwall", ("sessionRedirect",)),
    LinkWrapper(LINKEDIN, "/login", ("session_redirect",)),
    LinkWrapper(LINKEDIN, "/uas/login", ("session_redirect",)),
    LinkWrapper(r"(?:x|twitter)\.com", "/i/flow/login", ("redirect_after_login",)),
    LinkWrapper(r"(?:x|twitter)\.com", "/login", ("redirect_after_login",)),
    LinkWrapper(r"tiktok\.com", "/link/v2", ("target",)),
    LinkWrapper(r"tiktok\.com", "/login", ("redirect_url",)),
    LinkWrapper(r"t\.umblr\.com", "/redirect", ("z",)),
    LinkWrapper(r"out\.reddit\.com", "*", ("url",)),
    LinkWrapper(r"(?:[a-z]{2}\.)?pinterest\.[a-z.]{2,6}", "/offsite", ("url",)),
    LinkWrapper(r"vk\.com", "/away.php", ("to",)),
    LinkWrapper(r"steamcommunity\.com", "/linkfilter", ("u", "url")),
    LinkWrapper(r"slack-redir\.net", "/link", ("url",)),
    LinkWrapper(r"medium\.com", "/m/global-identity", ("redirectUrl",)),
    LinkWrapper(r"medium\.com", "/m/global-identity-2", ("redirectUrl",)),
    LinkWrapper(r"(?:gate|exit)\.sc", "", ("url",)),
    LinkWrapper(r"deviantart\.com", "/users/outgoing", (WHOLE_QUERY,)),
    LinkWrapper(r"href\.li", "", (WHOLE_QUERY,)),
    LinkWrapper(r"(?:[a-z]+\.)?startpage\.com", "*", ("url",)),
    LinkWrapper(r"ecosia\.org", "/url", ("url", "u")),
    LinkWrapper(r"yandex\.[a-z.]{2,6}", "/clck/jsredir", ("url",)),
    LinkWrapper(r"go\.skimresources\.com", "", ("url",)),
    LinkWrapper(r"linkprotect\.cudasvc\.com", "/url", ("a",)),
    LinkWrapper(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com", "*", ("url",)),
    LinkWrapper(r"statics\.teams\.cdn\.office\.net", "*", ("url",)),
)
WRAPPERS_BY_PATH = {
    path: tuple(each for each in WRAPPERS if each.path in {path, "*"})
    for path in {"*", *(each.path for each in WRAPPERS)}
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
        (each for each in _extract_inner_urls(url) if _is_inner_url(url, each)), ""
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
    yield from _decode_packed_target(host, path, seen)


def _extract_from_query(url: str, seen: SplitResult, params: tuple[str, ...]) -> Iterator[str]:
    if params == (WHOLE_QUERY,):
        yield unquote(seen.query)
        return
    given = dict(parse_qsl(seen.query))
    for name in params:
        if given.get(name):
            yield _resolve_target(url, given[name])


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


def _decode_packed_target(host: str, path: str, seen: SplitResult) -> Iterator[str]:
    """Yield what a redirector hides in a code of its own."""
    given = dict(parse_qsl(seen.query)).get("u", "") if path in {"/ck/a", "/v2/url"} else ""
    if given and host.endswith("bing.com"):
        packed = given.removeprefix("a1")
        try:
            yield urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
        except ValueError:
            return
    if given and host == "urldefense.proofpoint.com":
        yield unquote(given.replace("-", "%").replace("_", "/"))
