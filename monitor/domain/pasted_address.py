"""An address that someone pastes, recognised: whose site it is, and which account it shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scrapers.models import Identity, QueryKind
from scrapers.source import Source, SourceFamily
from scrapers.urls.canonical import (
    build_account_key,
    canonicalize_url,
    extract_account_keys,
    get_bare_host,
)

LONGEST_ADDRESS = 2048
# What apps make for sharing, and posts, by host and path: they do not show whose account it is.
SHARE_LINKS = (
    *(("facebook.com", "/share"), ("fb.me", "/"), ("fb.watch", "/"), ("ig.me", "/")),
    *(("instagram.com", f"/{kind}/") for kind in ("p", "reel", "s", "share", "stories")),
    *(("lnkd.in", "/"), ("pin.it", "/"), ("snapchat.com", "/t/"), ("t.co", "/")),
    *(("tiktok.com", "/t/"), ("vm.tiktok.com", "/"), ("vt.tiktok.com", "/")),
    *(("x.com", "/i/status/"), ("youtube.com", "/watch")),
)
LONGEST_USERNAME = 60
# Where a username without a domain has its account.
_BLUESKY_DOMAIN = "bsky.social"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTarget:
    """`account` is `platform:@handle`, empty where the address shows no profile we can name.

    `page` is then the address itself, as that of an own page; both are empty where the text is
    no address of the web.
    """

    account: str = ""
    page: str = ""

    @property
    def platform(self) -> str:
        return self.account.partition(":")[0]

    @property
    def handle(self) -> str:
        return self.account.partition(":")[2].removeprefix("@")


NO_TARGET = AddressTarget()


def recognize_address(text: str, sources: Iterable[Source]) -> AddressTarget:
    """Name the account that an address shows, by what we know of platforms and of our sources."""
    address = complete_address(text)
    if not address:
        return NO_TARGET
    known = extract_account_keys(address) or tuple(_match_source_accounts(address, sources))
    if known:
        return AddressTarget(account=known[0])
    return AddressTarget(page=address)


def is_share_link(text: str) -> bool:
    """Tell whether an address was made for sharing, or is a post, and so names no account."""
    address = canonicalize_url(complete_address(text))
    host, parts = get_bare_host(address), urlsplit(address)
    return any(host == known and parts.path.startswith(path) for known, path in SHARE_LINKS)


def recognize_username(text: str, network: str) -> AddressTarget:
    """Name an account by its username on a network; nothing if the text can be no username."""
    username = text.strip().removeprefix("@")
    plain = 0 < len(username) <= LONGEST_USERNAME and not any(
        character.isspace() or character in "/\\:@?#" for character in username
    )
    if not plain:
        return NO_TARGET
    if network == "bluesky" and "." not in username:
        username = f"{username}.{_BLUESKY_DOMAIN}"
    return AddressTarget(account=build_account_key(network, username))


def complete_address(text: str) -> str:
    """Complete what people copy without its scheme; empty where it cannot be an address.

    `@name@server` is how the fediverse writes whose account it is.
    """
    pasted = "".join(text.split())
    if pasted.startswith("@") and pasted.count("@") > 1:
        _, name, server = pasted.split("@", 2)
        pasted = f"{server}/@{name}"
    if not pasted or len(pasted) > LONGEST_ADDRESS:
        return ""
    whole = pasted if "://" in pasted else f"https://{pasted}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    plain = (
        parts.scheme in {"http", "https"} and port in {None, 80, 443} and "@" not in parts.netloc
    )
    named = "." in host.strip(".") and not host.replace(".", "").isdigit()
    return whole if plain and named and "\\" not in whole else ""


def _match_source_accounts(address: str, sources: Iterable[Source]) -> Iterator[str]:
    """Ask each source of that host where an account of this name would be, and compare."""
    seen = urlsplit(address)
    host = get_bare_host(address)
    segments = (unquote(part).removeprefix("@") for part in seen.path.split("/"))
    words = tuple(
        dict.fromkeys(segment for segment in (*segments, host.partition(".")[0]) if segment)
    )
    for source in sources:
        if (
            source.platform
            and source.family is SourceFamily.PROFILES
            and _serves_host(source, host)
        ):
            for word in words:
                account = f"{source.platform}:@{word.casefold()}"
                if canonicalize_url(address).casefold() in _list_profile_addresses(source, account):
                    yield account


def _serves_host(source: Source, host: str) -> bool:
    hosts = (origin.partition("://")[2].partition(":")[0] for origin in source.crawl_policy.origins)
    return any(
        host.endswith(entry.removeprefix("*")) if entry.startswith("*.") else host == entry
        for entry in (known.removeprefix("www.") for known in hosts)
    )


def _list_profile_addresses(source: Source, account: str) -> frozenset[str]:
    """Return where a source would look for an account; sites seldom mind capitals."""
    asked = Identity(person_id="", names=(), accounts=(account,))
    return frozenset(
        canonicalize_url(query.request.url).casefold()
        for query in source.build_queries(asked)
        if query.kind is QueryKind.PRESENCE
    )
