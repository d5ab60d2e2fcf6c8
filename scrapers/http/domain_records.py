"""Public records about domains: the name service, and a log of issued certificates.

No domain that is looked up is ever connected to. The log is asked through the guarded client.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from scrapers.http.client import PageFetcher
from scrapers.http.ssrf_guard import is_public_unicast
from scrapers.models import DomainRecords, LoggedNames, Outcome, Page, ParseResult
from scrapers.parsers.certificates import build_log_request, parse_log_page
from scrapers.source import CrawlPolicy

if TYPE_CHECKING:
    import dns.resolver

LOOKUP_SECONDS = 5.0
LOG_PAUSE_SECONDS = 1.0
# A zone can name thousands of each.
MOST_RECORDS = 8
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")
NO_ANSWER = "name-service-slow"
NAME_SERVICE_FAILED = "name-service-failed"
ONLY_PRIVATE = "addresses-private"


def build_system_resolver() -> "dns.resolver.Resolver":
    """Return one that asks the name servers of this machine; raises where it has none."""
    import dns.resolver  # noqa: PLC0415 - takes long, and only a check of the district needs it

    return dns.resolver.Resolver()


@dataclass(slots=True, kw_only=True)
class NameService:
    """Looks domains up; `resolver` is made at the first query, so that none is needed before."""

    seconds: float = LOOKUP_SECONDS
    resolver: "dns.resolver.Resolver | None" = None
    _lock: Lock = field(default_factory=Lock)

    def look_up_domain(self, domain: str) -> DomainRecords:
        """Return its mail servers and public addresses. A name that is only delegated is FOUND."""
        import dns.exception  # noqa: PLC0415 - as above
        import dns.resolver  # noqa: PLC0415 - as above

        try:
            resolver = self._get_resolver()
            mail_servers = tuple(self._list_mail_servers(resolver, domain))
            kinds = ("A", "AAAA")
            addresses = sorted(
                str(entry) for kind in kinds for entry in self._ask(resolver, domain, kind)
            )
        except dns.resolver.NXDOMAIN:
            return DomainRecords(outcome=Outcome.ABSENT)
        except dns.exception.Timeout:
            return DomainRecords(outcome=Outcome.FAILED, note=NO_ANSWER)
        except (dns.exception.DNSException, OSError, ValueError):
            return DomainRecords(outcome=Outcome.FAILED, note=NAME_SERVICE_FAILED)
        public = tuple(address for address in addresses if is_public_unicast(address))
        return DomainRecords(
            outcome=Outcome.FOUND,
            addresses=public[:MOST_RECORDS],
            mail_servers=mail_servers[:MOST_RECORDS],
            note=ONLY_PRIVATE if addresses and not public else "",
        )

    def _get_resolver(self) -> "dns.resolver.Resolver":
        with self._lock:
            if self.resolver is None:
                self.resolver = build_system_resolver()
            return self.resolver

    def _list_mail_servers(self, resolver: "dns.resolver.Resolver", domain: str) -> Iterator[str]:
        found = {
            str(record).partition(" ")[2].rstrip(".").casefold()
            for record in self._ask(resolver, domain, "MX")
        }
        # "." says that the domain takes no email (RFC 7505).
        yield from sorted(entry for entry in found if entry and _NAME_CHARACTERS.issuperset(entry))

    def _ask(self, resolver: "dns.resolver.Resolver", domain: str, kind: str) -> list[object]:
        answer = resolver.resolve(
            f"{domain}.", kind, lifetime=self.seconds, raise_on_no_answer=False, search=False
        )
        return list(answer)


@dataclass(slots=True, kw_only=True)
class InternetDomainLookup:
    """`log_url` is where the log of certificates is asked; empty where it is not."""

    names: NameService
    client: PageFetcher
    log_url: str = ""
    allow_private: tuple[str, ...] = ()

    def look_up_domain(self, domain: str) -> DomainRecords:
        return self.names.look_up_domain(domain)

    def search_certificate_log(self, word: str) -> LoggedNames:
        policy = CrawlPolicy.build_for_api(self.log_url, LOG_PAUSE_SECONDS, self.allow_private)
        answer = self.client.fetch(build_log_request(self.log_url, word), policy)
        if isinstance(answer, Page):
            return parse_log_page(answer)
        if isinstance(answer, ParseResult):
            return LoggedNames(outcome=answer.outcome, note=answer.note)
        return LoggedNames(outcome=Outcome.FAILED, note="log-moved")
