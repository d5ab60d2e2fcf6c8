"""What all servers of the fediverse share: user names, what is asked of them, and lists."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scrapers.models import Identity, Outcome, Query, QueryKind
from scrapers.parsers.presence import build_impossible_handle
from scrapers.source import ApiSource, Canary, SourceFamily

HANDLES_ASKED = 4
USERNAME = re.compile(r"\w+(?:[.-]+\w+)*", re.ASCII)
CONTACT_LISTS = {QueryKind.FOLLOWS: "following", QueryKind.FOLLOWERS: "followers"}
ACCOUNT_DELETED = "account-deleted"
ACCOUNT_SUSPENDED = "account-suspended"
ANOTHER_ACCOUNT = "other-account"


@dataclass(frozen=True, slots=True, kw_only=True)
class FediverseServer(ApiSource, ABC):
    """`domain` is in the handles of its accounts, if it is not the host that we ask.

    `known_account` is an account of the server's own, which surely exists; empty where there is
    none. `pages_before_list` are the answers that only lead to a list of contacts.
    """

    name: str
    domain: str = ""
    known_account: str = ""
    seconds_between: float = 1.5
    pages_before_list: int = 1
    platform: str = "mastodon"
    family: SourceFamily = SourceFamily.PROFILES
    version: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "domain", self.domain or urlsplit(self.base_url).netloc)

    @abstractmethod
    def build_account_query(self, kind: QueryKind, username: str, subject: str) -> Query:
        """Ask for the account of a user name."""

    def build_account_queries(self, identity: Identity) -> Iterator[Query]:
        """Ask for one's own accounts here, and whether one's other handles are taken."""
        own = [name for name in map(self._parse_own_username, identity.accounts) if name]
        for username in own:
            yield self.build_account_query(QueryKind.PROFILE, username, identity.person_id)
        for handle in identity.handles[:HANDLES_ASKED]:
            if USERNAME.fullmatch(handle) and handle.casefold() not in own:
                yield self.build_account_query(QueryKind.PRESENCE, handle, identity.person_id)

    def build_contact_queries(self, account: str, subject: str) -> Iterator[Query]:
        if username := self._parse_own_username(account):
            yield self.build_account_query(QueryKind.FOLLOWS, username, subject)
            yield self.build_account_query(QueryKind.FOLLOWERS, username, subject)

    def build_canaries(self, nonce: str) -> Iterator[Canary]:
        """Ask for an account that no one has, and for one that surely exists, if one is known.

        Whom that one follows is read for a page, and who follows it for two: there are more of
        those. On a small server it may follow no one, or hide whom.
        """
        nobody = build_impossible_handle(nonce, self.name)
        yield Canary(
            query=self.build_account_query(QueryKind.PRESENCE, nobody, ""), expects=Outcome.ABSENT
        )
        if username := self.known_account.removeprefix("@"):
            known = self.build_account_query(QueryKind.PRESENCE, username, "")
            yield Canary(query=known, expects=Outcome.FOUND)
            for kind, pages in ((QueryKind.FOLLOWS, 1), (QueryKind.FOLLOWERS, 2)):
                query = self.build_account_query(kind, username, "")
                query = replace(query, pages=self.pages_before_list + pages)
                yield Canary(query=query, expects=Outcome.FOUND, blind_note="contacts-untested")

    def _parse_own_username(self, account: str) -> str:
        """Return the user name in a key of an account here, and nothing of others."""
        named, _, handle = account.partition(":@")
        username, _, its_domain = handle.partition("@")
        here = named == self.platform and its_domain.casefold() == self.domain.casefold()
        return username if here and USERNAME.fullmatch(username) else ""
