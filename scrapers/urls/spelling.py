"""The path, the query and the route of an address, each in one spelling."""

import re
from unicodedata import normalize
from urllib.parse import quote, unquote

# Decoding these cannot change which page is meant; `/ ? # % & = + ;` can, and stay encoded.
UNRESERVED_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$'()*,:@"
)
SAFE_CHARACTERS = "/?%&=+;:@!$'()*,-._~"
SPELLED = re.compile(r"[A-Za-z0-9/?&=+;:@!$'()*,._~-]*")
BYTES_OF_LETTERS = re.compile(r"(?:%[89A-F][0-9A-F])+")
INDEX = re.compile(
    r"/(?:index\.(?:s?html?|php|aspx?|jsp|cfm)|default\.(?:html?|aspx?))$", re.IGNORECASE
)
SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/]*|/\(s\([a-z0-9]{24}\)\)", re.IGNORECASE)
AMP_PAGE = re.compile(r"^/amp(?=/.)|(?<=[^/])/amp/?$|\.amp(?=(?:\.html?)?$)")

TRACKING = re.compile(
    r"utm_.*|[a-z_]*(?:cl(?:k)?id|clickid)|gad_.*|[gw]braid|gclsrc|srsltid|_g[al]|_branch.*|_hs.*|"
    r"__hs.*|hsctatracking|mc_[ce]id|mkt_tok|mk(?:evt|cid|rid)|igsh(?:id)?|hc_(?:ref|location)|"
    r"fb_(?:ref|source|action.*)|__(?:tn|cft|xts|eep)__.*|mibextid|sfnsn|rdid|share_(?:app_)?id|"
    r"ref_(?:src|url)|referrer|trk(?:info|email|_.*)?|lipi|s_cid|s_kwcid|ef_id|epik|cmp(?:id)?|"
    r"[no]cid|icid|li_fat_id|sca_(?:esv|upv)|ved|sxsrf|gs_l[a-z]*|rlz|(?:pk|mtm|piwik|matomo)_.*|"
    r"oly_.*_id|vero_.*|wickedid|_openstat|ns_(?:source|mchannel|campaign)|wt\.\w+|elqtrack.*|"
    r"at_(?:medium|campaign)|xtor|smid|smtyp|guc(?:counter|e_.*)|soc_(?:src|trk)|wprov|replytocom|"
    r"amp(?:_.*)?|__amp.*|usqp|outputtype|aspsessionid.*|mobileaction|spm|scm|dm_i|bsft_.*|"
    r"ck_subscriber_id|__s|_ke|_x_tr_.*|is_(?:from_webapp|copy_url)|sender_device|"
    r"(?:php|j)sessid|jsessionid|cfid|cftoken|__twitter_impression",
    re.IGNORECASE,
)
# Names that may mean anything: their value shows that they only tell where a visitor comes from.
TRACKING_BY_VALUE = re.compile(
    r"(?:ref|source|share|from|via|src)=(?:e-?mail|facebook|fb|feed|footer|google|header|hn|home|"
    r"homepage|ig|instagram|linkedin|nav|newsletter|pinterest|producthunt|reddit|rss|search|"
    r"share|sharing|sidebar|social|t\.co|telegram|tumblr|twitter|whatsapp|x)|"
    r"(?:s|sid|session|session_?id)=[0-9a-f]{16,}",
    re.IGNORECASE,
)


def normalize_path(path: str) -> str:
    """Return the path without detours, default documents, session ids and its last slash."""
    text = _normalize_escapes(path, safe="")
    if ";" in text or "/(" in text:
        text = SESSION.sub("", text)
    if "//" in text:
        text = re.sub(r"(?<!:)/{2,}", "/", text)
    if "/." in text:
        kept: list[str] = []
        for segment in text.split("/"):
            if segment == "..":
                kept[1:] = kept[1:-1]
            elif segment != ".":
                kept.append(segment)
        text = "/".join(kept)
    return INDEX.sub("", text).rstrip("/") or "/"


def strip_amp(path: str) -> str:
    return AMP_PAGE.sub("", path)


def normalize_query(query: str, keeps: frozenset[str] | None) -> str:
    """Return the query sorted and without tracking; if given, only the names in `keeps` stay."""
    if not query:
        return ""
    pairs = sorted(_split_parameter(part) for part in query.split("&") if part)
    return "&".join(
        f"{name}={value}" if value else name
        for name, value in pairs
        if (name in keeps if keeps is not None else not _is_tracking(name, value))
    )


def normalize_route(fragment: str) -> str:
    """Return the fragment where it is a page of its own (`#/people/7`), else nothing."""
    if not fragment.startswith(("/", "!")):
        return ""
    route = _normalize_escapes(fragment, safe="/?").rstrip("/")
    return f"#{route}" if route.strip("!/") else ""


def _is_tracking(name: str, value: str) -> bool:
    if TRACKING.fullmatch(name):
        return True
    return bool(value) and TRACKING_BY_VALUE.fullmatch(f"{name}={value}") is not None


def _split_parameter(part: str) -> tuple[str, str]:
    name, _, value = part.replace("+", "%20").partition("=")
    return _normalize_escapes(name, safe="/?"), _normalize_escapes(value, safe="/?")


def _normalize_escapes(text: str, *, safe: str) -> str:
    if SPELLED.fullmatch(text):
        return text

    def respell_escape(match: re.Match[str]) -> str:
        if len(match[0]) < len("%XX"):
            return "%25"
        character = chr(int(match[0][1:], 16))
        return (
            character
            if character in UNRESERVED_CHARACTERS or character in safe
            else match[0].upper()
        )

    decoded = re.sub(r"%(?:[0-9A-Fa-f]{2})?", respell_escape, text)
    return _compose_accents(quote(decoded, safe=SAFE_CHARACTERS, errors="replace"))


def _compose_accents(text: str) -> str:
    """Write a letter and its accent as one, as most do; some systems write them apart."""
    if "%CC%" not in text and "%CD%" not in text:
        return text
    plain = BYTES_OF_LETTERS.sub(_decode_letters, text)
    return quote(normalize("NFC", plain), safe=SAFE_CHARACTERS)


def _decode_letters(match: re.Match[str]) -> str:
    letters = unquote(match[0])
    return match[0] if "\ufffd" in letters else letters
