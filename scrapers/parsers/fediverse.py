"""What all servers of the fediverse share: user names, what is asked of them, and lists."""

import re
from collections.abc import Callable, Iterator

from scrapers.models import Identity, Outcome, Query, QueryKind
from scrapers.source import Canary

# Makes a question about a user name, of a kind, for a subject.
Ask = Callable[[QueryKind, str, str], Query]

HANDLES_ASKED = 4
USERNAME = re.compile(r"\w+(?:[.-]+\w+)*", re.ASCII)
LISTS = {QueryKind.FOLLOWS: "following", QueryKind.FOLLOWERS: "followers"}
DELETED = "the account was deleted"
SUSPENDED = "the account was suspended by its server"
ANOTHER = "it answered with another account than the one we asked for"


def own_username(account: str, platform: str, domain: str) -> str:
    """Return the user name in an account key of the server of `domain`, and nothing of others."""
    named, _, handle = account.partition(":@")
    username, _, its_domain = handle.partition("@")
    here = named == platform and its_domain.casefold() == domain.casefold()
    return username if here and USERNAME.fullmatch(username) else ""


def profile_questions(ask: Ask, own: list[str], identity: Identity) -> Iterator[Query]:
    """Ask for one's own accounts on the server, and whether one's other handles are taken there."""
    for username in own:
        yield ask(QueryKind.PROFILE, username, identity.ref)
    for handle in identity.handles[:HANDLES_ASKED]:
        if USERNAME.fullmatch(handle) and handle.casefold() not in own:
            yield ask(QueryKind.PRESENCE, handle, identity.ref)


def list_questions(ask: Ask, username: str, subject: str) -> Iterator[Query]:
    if username:
        yield ask(QueryKind.FOLLOWS, username, subject)
        yield ask(QueryKind.FOLLOWERS, username, subject)


def account_canaries(ask: Ask, nobody: str, known: str) -> Iterator[Canary]:
    """Ask for an account that nobody has, and for one that surely exists, where one is known."""
    yield Canary(query=ask(QueryKind.PRESENCE, nobody, ""), expects=Outcome.ABSENT)
    if known:
        query = ask(QueryKind.PRESENCE, known.removeprefix("@"), "")
        yield Canary(query=query, expects=Outcome.FOUND)
