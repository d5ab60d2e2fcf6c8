"""Keys and tokens, added to a request at the last moment and for one origin only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from scrapers.http.ssrf_guard import RequestTarget
from scrapers.source import AppTokenSpec

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What one origin wants to see, in headers or in the query; never shown."""

    headers: Pairs = field(default=(), repr=False)
    params: Pairs = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCredential:
    """The key of an application, and where it is exchanged for a token; never shown."""

    client_id: str = field(repr=False)
    secret: str = field(repr=False)
    token: AppTokenSpec
    header: str
    prefix: str


NO_CREDENTIAL = Credential()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Origins (`https://host`) with the credential that goes there and nowhere else.

    `missing` are those that answer no one without one that we do not have. `apps` are those that
    want a token, which the client asks for.
    """

    by_origin: Mapping[str, Credential] = field(default_factory=dict, repr=False)
    missing: frozenset[str] = frozenset()
    apps: Mapping[str, AppCredential] = field(default_factory=dict, repr=False)

    def get_credential(self, target: RequestTarget) -> Credential:
        return self.by_origin.get(target.origin, NO_CREDENTIAL)

    def add_credential_params(self, target: RequestTarget) -> RequestTarget:
        """Add the parameters that its origin wants."""
        params = self.get_credential(target).params
        if not params:
            return target
        mark = "&" if "?" in target.path else "?"
        return replace(target, path=f"{target.path}{mark}{urlencode(params)}")

    def strip_credential_params(self, target: RequestTarget) -> RequestTarget:
        """Take such parameters off again: a server may echo them in a redirect."""
        secret = {name for name, _ in self.get_credential(target).params}
        path, mark, query = target.path.partition("?")
        if not secret or not mark:
            return target
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = urlencode([pair for pair in pairs if pair[0] not in secret])
        return replace(target, path=f"{path}?{kept}" if kept else path)
