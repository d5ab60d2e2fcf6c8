"""Why a sound entry of a list is left out: it cannot be asked, or it is not ours to ask."""

import re
from collections.abc import Iterator

from scrapers.catalogue.entry import in_host
from scrapers.catalogue.row import Row, headers, place, text
from scrapers.platforms import BY_HOST
from scrapers.recipes.limits import TOO_MANY_REQUESTS
from scrapers.recipes.presence import PLACEHOLDER, REDIRECTS
from scrapers.recipes.refusal import REFUSALS, SERVER_ERRORS

ADULT = "xx nsfw xx"
# What these tell of a person is nobody's business at work.
NOT_LOOKED_AT = frozenset({"political", "dating", "religion"})
MOSTLY_MINORS = re.compile(
    r"\b(?:animaljam|clubpenguin|fortnite\w*|kidblog|kidzworld|kik|minecraft|moviestarplanet"
    r"|namemc|neopets|poptropica|quotev|roblox|scratch|tellonym|wattpad|webkinz)\b"
)
# Their terms forbid automatic visits, whoever lists them; a licensed search engine shows them.
CLOSED = frozenset({"facebook", "instagram", "linkedin", "snapchat", "threads", "tiktok", "x"})
# A header may say what we can read, never who we pretend to be.
HARMLESS_HEADERS = frozenset({"accept", "accept-language", "referer", "x-requested-with"})
OPEN_PORTS = frozenset({None, 80, 443})
SOMEBODYS_KEY = re.compile(
    r"[?&](?:api_?key|access_token|auth_?token|token|client_id|app_?id|apikey|key)=", re.IGNORECASE
)


def unusable(row: Row) -> Iterator[str]:
    """Yield the reason why a sound entry is left out, if there is one."""
    reasons = (
        (row.get("valid") is False, "its list says that it no longer works"),
        (text(row, "cat").lower() == ADULT, "it is for adults only"),
        (_minors(row), "mostly minors are there"),
        (text(row, "cat").lower() in NOT_LOOKED_AT, "it is not ours to look there"),
        (_closed(row), "it forbids automatic visits; search engines show it"),
        (bool(row.get("protection")), "it does not want automatic visits"),
        (bool(row.get("post_body")), "it has to be asked by POST"),
        (not _harmless(row), "it wants a browser or a login to be faked"),
        (bool(SOMEBODYS_KEY.search(text(row, "uri_check"))), "its address holds somebody's key"),
        (_unpaced(row), "every account has a host of its own, so it cannot be paced"),
        (_hidden_by_trouble(row), "its missing answer looks like a server in trouble"),
        (row.get("e_code") in REDIRECTS, "its answer for an account is a redirect"),
        (not row.get("m_string") and row.get("m_code") in REFUSALS, "its missing answer is bare"),
    )
    yield from [reason for holds, reason in reasons if holds][:1]


def beside_the_web(row: Row) -> bool:
    """Say whether it is asked on a port of its own, or as a user: only a district may say so."""
    where = place(text(row, "uri_check"))
    try:
        return where.port not in OPEN_PORTS or "@" in where.netloc
    except ValueError:
        return True


def _minors(row: Row) -> bool:
    host = place(text(row, "uri_check")).netloc
    return MOSTLY_MINORS.search(f"{text(row, 'name')} {host}".lower()) is not None


def _closed(row: Row) -> bool:
    shown = text(row, "uri_pretty") or text(row, "uri_check")
    host = place(shown).netloc.lower().removeprefix("www.").removeprefix("m.")
    return host in BY_HOST and BY_HOST[host].name in CLOSED


def _harmless(row: Row) -> bool:
    return all(name.lower() in HARMLESS_HEADERS for name in headers(row))


def _unpaced(row: Row) -> bool:
    host = place(text(row, "uri_check")).netloc
    return PLACEHOLDER in host and not in_host(host)


def _hidden_by_trouble(row: Row) -> bool:
    codes = {row.get("e_code"), row.get("m_code")}
    return any(code == TOO_MANY_REQUESTS or code in SERVER_ERRORS for code in codes)
