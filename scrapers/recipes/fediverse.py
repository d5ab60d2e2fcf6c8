"""What all servers of the fediverse share: user names, and the lists of whom they follow."""

import re

from scrapers.request import QueryKind

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
