"""What somebody who is signed in may do: their own things, review, or operating."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """`operator` sees health and delivery, and no finding of anybody's."""

    STAFF = "staff"
    REVIEWER = "reviewer"
    OPERATOR = "operator"


class Way(StrEnum):
    """How somebody proved who they are. An invitation opens the joining pages and no more."""

    LINK = "link"
    INVITATION = "invitation"
    OIDC = "oidc"
    HEADER = "header"
    DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is signed in. `reader` is the opaque ref under which they are known everywhere.

    `person` is their ref once they joined, else empty; `invitation` is one that this session
    may answer, else empty.
    """

    reader: str
    mail: str
    name: str
    roles: frozenset[Role]
    way: Way
    started_at: datetime
    person: str = ""
    invitation: str = ""
