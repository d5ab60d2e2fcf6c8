"""An address that somebody pastes, recognised: whose site it is, and which account it shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scrapers.models import Identity, QueryKind
from scrapers.source import Family, Source
from scrapers.urls.canonical import account_keys, canonical_key

LONGEST_ADDRESS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
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


NOTHING = Recognised()


def recognised(text: str, sources: Iterable[Source]) -> Recognised:
    """Name the account that an address shows, by what we know of platforms and of our sources."""
    address = _address(text)
    if not address:
        return NOTHING
    known = account_keys(address) or tuple(_by_source(address, sources))
    if known:
        return Recognised(account=known[0])
    return Recognised(page=address)


def _address(text: str) -> str:
    """Complete what people copy without its scheme; empty where it cannot be an address."""
    pasted = "".join(text.split())
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


def _by_source(address: str, sources: Iterable[Source]) -> Iterator[str]:
    """Ask each source of that host where an account of this name would be, and compare."""
    seen = urlsplit(address)
    host = (seen.hostname or "").removeprefix("www.")
    words = _words(seen.path, host)
    for source in sources:
        if source.platform and source.family is Family.PROFILES and _lives_at(source, host):
            for word in words:
                account = f"{source.platform}:@{word.casefold()}"
                if canonical_key(address).casefold() in _addresses(source, account):
                    yield account


def _words(path: str, host: str) -> tuple[str, ...]:
    segments = (unquote(each).removeprefix("@") for each in path.split("/"))
    return tuple(dict.fromkeys(each for each in (*segments, host.partition(".")[0]) if each))


def _lives_at(source: Source, host: str) -> bool:
    hosts = (origin.partition("://")[2].partition(":")[0] for origin in source.etiquette.origins)
    return any(
        host.endswith(each.removeprefix("*")) if each.startswith("*.") else host == each
        for each in (known.removeprefix("www.") for known in hosts)
    )


def _addresses(source: Source, account: str) -> frozenset[str]:
    """Return where a source would look for an account; sites seldom mind capitals."""
    asked = Identity(ref="", names=(), accounts=(account,))
    return frozenset(
        canonical_key(query.request.url).casefold()
        for query in source.plan(asked)
        if query.kind is QueryKind.PRESENCE
    )
