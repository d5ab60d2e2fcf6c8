"""Which part of the pages is open to which role: one table, and what is not in it is closed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from werkzeug.exceptions import Forbidden, NotFound, Unauthorized

from monitor.domain.person import Principal
from monitor.domain.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """One part of the pages. `role` is None where everybody may enter.

    `token_in_url` says that a token in the address proves who asks, so that a mail program may send
    the form for its reader. `ignores_cookies` says that who is signed in counts for nothing: the
    part asks for a token in a header by itself.
    """

    role: Role | None = None
    token_in_url: bool = False
    ignores_cookies: bool = False

    def allows_principal(self, principal: Principal | None) -> bool:
        return self.role is None or (principal is not None and self.role in principal.roles)


AccessRules = Mapping[str, AccessRule]
_PUBLIC: Final = AccessRule()
BY_TOKEN: Final = AccessRule(ignores_cookies=True)
ACCESS_RULES: Final[AccessRules] = MappingProxyType(
    {
        "": _PUBLIC,
        # The token in the address proves whose finding it is; the form takes its usual token, too.
        "answer": _PUBLIC,
        "api": BY_TOKEN,
        "calendar": BY_TOKEN,
        "feed": BY_TOKEN,
        "healthz": _PUBLIC,
        "join": _PUBLIC,
        "language": _PUBLIC,
        # Behind it a token is asked for, and without one configured there is nothing.
        "metrics": BY_TOKEN,
        "sign-in": _PUBLIC,
        "sign-out": _PUBLIC,
        "static": _PUBLIC,
        "stop": AccessRule(token_in_url=True),
        # Staff who have not joined ask for a link there, and act by it.
        "tell": _PUBLIC,
        "me": AccessRule(role=Role.STAFF),
        "review": AccessRule(role=Role.REVIEWER),
        "operate": AccessRule(role=Role.OPERATOR),
    }
)
_FOR_STAFF: Final = frozenset(
    {"", "answer", "calendar", "join", "language", "me", "sign-in", "sign-out", "stop", "tell"}
)
# Whoever has such a link from an email acts by it.
_BY_LINK: Final = frozenset({"answer", "join", "stop", "tell"})
# A browser reads `//host` as someone else's address.
_PLAIN_PATH: Final = re.compile(r"/(?!/)[\w./-]*", re.ASCII)
API_PREFIX: Final = "/api/v1"


def find_access_rule(path: str, rules: AccessRules = ACCESS_RULES) -> AccessRule | None:
    """Return the door before a path; None where there is none, and so no way in."""
    return rules.get(path.removeprefix("/").partition("/")[0])


def find_means(path: str) -> str:
    """Tell by what means a request acts, for the log; a token names itself where it is found."""
    return "link" if path.removeprefix("/").partition("/")[0] in _BY_LINK else "page"


def is_for_staff(path: str) -> bool:
    """Tell whether a page comes in every language: those of offices and programs are English."""
    return path.removeprefix("/").partition("/")[0] in _FOR_STAFF


def leads_to_staff_page(path: str) -> bool:
    """Tell whether it is the plain address of such a page, and of no other site's."""
    return bool(_PLAIN_PATH.fullmatch(path)) and is_for_staff(path)


def check_role(path: str, principal: Principal | None, rules: AccessRules) -> None:
    """Refuse people without the role that these pages need; answer 404 where there are none."""
    rule = find_access_rule(path, rules)
    if rule is None:
        raise NotFound
    if not rule.allows_principal(principal):
        raise Unauthorized if principal is None else Forbidden
