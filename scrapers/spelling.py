"""The path, the query and the route of an address, each in one spelling."""

import re
from urllib.parse import quote

# Decoding these cannot change which page is meant; `/ ? # % & = + ;` can, and stay encoded.
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*,:@")
RAW = "/?%&=+;:@!$'()*,-._~"
INDEX = re.compile(r"/(?:index\.(?:html?|php|aspx?)|default\.(?:html?|aspx?))$", re.IGNORECASE)
SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
AMP_PAGE = re.compile(r"(?<=[^/])/amp/?$")

TRACKING = re.compile(
    r"utm_.*|[a-z]*cl(?:k)?id|gad_.*|[gw]braid|gclsrc|_g[al]|_branch.*|_hs.*|__hs.*|hsctatracking|"
    r"mc_[ce]id|mkt_tok|igsh(?:id)?|si|fb_(?:ref|source|action.*)|__(?:tn|cft|xts|eep)__.*|mibextid|"
    r"ref_(?:src|url)|li_fat_id|trk(?:info|email)?|lipi|s_cid|sca_(?:esv|upv)|ved|sxsrf|gs_l[a-z]*|"
    r"(?:pk|mtm|piwik|matomo)_.*|oly_.*_id|vero_.*|wickedid|_openstat|ns_(?:source|mchannel|campaign)|"
    r"at_(?:medium|campaign)|xtor|smid|smtyp|guc(?:counter|e_.*)|wprov|replytocom|amp(?:_.*)?|usqp|"
    r"outputtype|phpsessid|jsessionid|aspsessionid.*|mobileaction|share|spm|scm|cmpid|ncid",
    re.IGNORECASE,
)


def spelled_path(path: str) -> str:
    """Return the path without detours, default documents, session ids and its last slash."""
    text = re.sub(r"(?<!:)/{2,}", "/", SESSION.sub("", _percent(path, safe="")))
    text = _straight(text)
    return INDEX.sub("", text).rstrip("/") or "/"


def without_amp(path: str) -> str:
    return AMP_PAGE.sub("", path)


def spelled_query(query: str, keeps: frozenset[str] | None) -> str:
    """Return the query sorted and without tracking; `keeps` are the only names kept, if given."""
    pairs = sorted(_pair(part) for part in query.split("&") if part)
    return "&".join(
        f"{name}={value}" if value else name
        for name, value in pairs
        if (name in keeps if keeps is not None else TRACKING.fullmatch(name) is None)
    )


def spelled_route(fragment: str) -> str:
    """Return the fragment where it is a page of its own (`#/people/7`), else nothing."""
    route = _percent(fragment, safe="/?").rstrip("/")
    return f"#{route}" if route.startswith(("/", "!/")) and route != "!/" else ""


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.replace("+", "%20").partition("=")
    return _percent(name, safe="/?"), _percent(value, safe="/?")


def _percent(text: str, *, safe: str) -> str:
    def spelled(match: re.Match[str]) -> str:
        if len(match[0]) < len("%XX"):
            return "%25"
        character = chr(int(match[0][1:], 16))
        return character if character in PLAIN or character in safe else match[0].upper()

    decoded = re.sub(r"%(?:[0-9A-Fa-f]{2})?", spelled, text)
    return quote(decoded, safe=RAW, errors="replace")


def _straight(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept[1:] = kept[1:-1]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)
