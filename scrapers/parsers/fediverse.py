"""What all servers of the fediverse share: user names, what is asked of them, and lists."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from scrapers.models import Identity, Outcome, Query, QueryKind
from scrapers.source import Canary

# Makes a query about a user name, of a kind, for a subject.
QueryBuilder = Callable[[QueryKind, str, str], Query]

HANDLES_ASKED = 4
USERNAME = re.compile(r"\w+(?:[.-]+\w+)*", re.ASCII)
CONTACT_LISTS = {QueryKind.FOLLOWS: "following", QueryKind.FOLLOWERS: "followers"}
ACCOUNT_DELETED = "account-deleted"
ACCOUNT_SUSPENDED = "account-suspended"
ANOTHER_ACCOUNT = "other-account"
CONTACTS_UNTESTED = "contacts-untested"


def parse_own_username(account: str, platform: str, domain: str) -> str:
    """Return the user name in an account key of the server of `domain`, and nothing of others."""
    named, _, handle = account.partition(":@")
    username, _, its_domain = handle.partition("@")
    here = named == platform and its_domain.casefold() == domain.casefold()
    return username if here and USERNAME.fullmatch(username) else ""


def build_profile_queries(
    build_query: QueryBuilder, own_usernames: list[str], identity: Identity
) -> Iterator[Query]:
    """Ask for one's own accounts on the server, and whether one's other handles are taken there."""
    for username in own_usernames:
        yield build_query(QueryKind.PROFILE, username, identity.person_id)
    for handle in identity.handles[:HANDLES_ASKED]:
        if USERNAME.fullmatch(handle) and handle.casefold() not in own_usernames:
            yield build_query(QueryKind.PRESENCE, handle, identity.person_id)


def build_list_queries(build_query: QueryBuilder, username: str, subject: str) -> Iterator[Query]:
    if username:
        yield build_query(QueryKind.FOLLOWS, username, subject)
        yield build_query(QueryKind.FOLLOWERS, username, subject)


def build_account_canaries(
    build_query: QueryBuilder, nobody: str, known: str, pages_before_list: int
) -> Iterator[Canary]:
    """Ask for an account that no one has, and for one that surely exists, where one is known.

    Whom that one follows is read for a page, and who follows it for two: there are more of those.
    On a small server it may follow no one, or hide whom. `pages_before_list` are the answers that
    only lead to the list.
    """
    yield Canary(query=build_query(QueryKind.PRESENCE, nobody, ""), expects=Outcome.ABSENT)
    if known:
        username = known.removeprefix("@")
        yield Canary(query=build_query(QueryKind.PRESENCE, username, ""), expects=Outcome.FOUND)
        for kind, pages in ((QueryKind.FOLLOWS, 1), (QueryKind.FOLLOWERS, 2)):
            query = replace(build_query(kind, username, ""), pages=pages_before_list + pages)
            yield Canary(query=query, expects=Outcome.FOUND, blind_note=CONTACTS_UNTESTED)
