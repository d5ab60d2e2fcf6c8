"""One client for all: what it may ask, where a redirect may lead, what comes back."""

from dataclasses import dataclass, field, replace
from ssl import SSLError
from typing import Protocol

from requests import RequestException
from requests.exceptions import SSLError as RequestsSSLError
from requests.exceptions import Timeout as RequestsTimeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as PoolSSLError
from urllib3.exceptions import TimeoutError as PoolTimeout

from scrapers.fetch.allowance import Allowance, allowed
from scrapers.fetch.body import read_body
from scrapers.fetch.clock import Clock
from scrapers.fetch.credentials import Credentials
from scrapers.fetch.egress import Egress, Reach
from scrapers.fetch.exchange import Exchanges
from scrapers.fetch.limits import Limits
from scrapers.fetch.moved import Moved
from scrapers.fetch.response import Response
from scrapers.fetch.revisit import unconditional
from scrapers.fetch.target import DEFAULT_PORTS, Target, declared, normal
from scrapers.fetch.traffic import Traffic
from scrapers.fetch.unfinished import Note, UnfinishedError, failed, refused, unreadable
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.request import Media, Request
from scrapers.source import Access, Etiquette

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Client(Protocol):
    """`fetch` asks once and never raises for what a server does: a failed visit is a Reading.

    Whatever it waits for, it waits for as `scrapers.fetch.loop` does: others go on meanwhile.
    """

    def fetch(self, request: Request, etiquette: Etiquette) -> Page | Reading | Moved: ...


@dataclass(slots=True)
class HttpClient:
    """Safe to share between threads. `user_agent` says honestly who asks and whom to write to.

    Whether robots.txt lets a page be asked is for the caller to see to, before each request.
    """

    egress: Egress
    clock: Clock
    user_agent: str
    limits: Limits = field(default_factory=Limits)
    credentials: Credentials = field(default_factory=Credentials)
    traffic: Traffic = field(init=False, default_factory=Traffic)
    _exchanges: Exchanges = field(init=False)

    def __post_init__(self) -> None:
        self._exchanges = Exchanges(
            egress=self.egress,
            idle_hosts=self.limits.idle_hosts,
            credentials=self.credentials,
            user_agent=self.user_agent,
        )

    def fetch(self, request: Request, etiquette: Etiquette) -> Page | Reading | Moved:
        with allowed(self.clock, self.limits) as allowance:
            try:
                return self._fetched(request, etiquette)
            except UnfinishedError as end:
                return end.reading
            except (SSLError, PoolSSLError, RequestsSSLError):
                return failed(Note.NO_TRUST).reading
            except (PoolTimeout, RequestsTimeout):
                return failed(Note.OUT_OF_TIME).reading
            except (HTTPError, RequestException, OSError):
                return self._broken(allowance)
            except ValueError:  # a header that cannot be sent
                return failed(Note.BROKE_OFF).reading
            finally:
                self.traffic.add(allowance.total)

    def close(self) -> None:
        self._exchanges.close()

    def _broken(self, allowance: Allowance) -> Reading:
        """Ask again, but in turn, where a kept connection may have been closed meanwhile."""
        reading = failed(Note.BROKE_OFF).reading
        if allowance.dialled or allowance.received:
            return reading
        return replace(reading, retry_at=self.clock.now())

    def _fetched(self, request: Request, etiquette: Etiquette) -> Page | Moved:
        target = Target.asked_by(request)
        if not request.led and declared(target, etiquette.origins) is None:
            raise refused(Note.NOT_ITS_OWN)
        if target.origin in self.credentials.missing:
            raise refused(Note.NO_KEY)
        reach = self._reach(target, etiquette)
        response = self._exchanges.ask(target, request, reach=reach, access=etiquette.access)
        try:
            return self._told(target, request, response, etiquette)
        except BaseException:
            response.close()
            raise

    def _told(
        self, target: Target, request: Request, response: Response, etiquette: Etiquette
    ) -> Page | Moved:
        location = response.headers.get("location")
        followed = request.hops > 0 and not request.body
        if response.status not in REDIRECTS or location is None or not followed:
            return self._page(target, response, request.media, etiquette.access)
        response.dismiss()
        onward = self._onward(target, location, etiquette)
        # What we keep is of the address that was asked, not of where it leads today.
        return Moved(replace(unconditional(request), url=onward.url, params=(), led=True))

    def _onward(self, target: Target, location: str, etiquette: Etiquette) -> Target:
        """Judge where a redirect leads: a page's anywhere public, an API's to its origins."""
        onward = self.credentials.unsigned(target.redirected(location))
        if etiquette.access is Access.API and declared(onward, etiquette.origins) is None:
            raise refused(Note.AWAY)
        return onward

    def _reach(self, target: Target, etiquette: Etiquette) -> Reach:
        """Only an origin that is the source's own and named in the config may be private."""
        named = target.origin in map(normal, etiquette.allow_private)
        if named and declared(target, etiquette.origins) is not None:
            return Reach.DECLARED
        usual = target.port in DEFAULT_PORTS.values()
        if not usual and not self.egress.opens_any_port(target.host):
            raise refused(Note.PORT)
        return Reach.PUBLIC

    def _page(self, target: Target, response: Response, media: Media, access: Access) -> Page:
        body, cut = read_body(response, self.limits.body_bytes, media)
        if cut and access is Access.API:
            # Half of a JSON document is nothing; half a page still shows what stands on it.
            raise unreadable(Note.NOT_TEXT)
        return Page(
            url=target.url,
            status=response.status,
            body=body,
            fetched_at=self.clock.now(),
            headers=response.headers,
            cut=cut,
        )
