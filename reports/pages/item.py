"""One finding: why we think so, how it came to be, what it shows of own accounts, who sees it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reports.page import Frame, page
from reports.pages.sort import CardLine, Choice
from reports.words import Severity

HARMLESS = "harmless"


class Mark(StrEnum):
    """What a piece of text is: the same in both, or only in the one."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
    COPIED = "copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    text: str
    mark: Mark = Mark.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field of a version beside another. `told` says whether a change of it is news."""

    field: str
    pieces: tuple[Piece, ...]
    changed: bool
    told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentLine:
    """One line of the timeline. `version` is the number of what was shown then, 0 where nothing."""

    at: datetime
    words: str
    fields: tuple[FieldLine, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItLine:
    """One field of the closed list that IT sees."""

    what: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagPanel:
    """A flag with its rulings. `fields` is what IT sees, or would see.

    `opened_at` is since when IT sees it and `why` the clause that says why; None while it does
    not, and then `opens_at` is when it would without an answer: None for never by itself.
    `ruled` is what was ruled, empty while nothing was; `until` is when that lapses.
    """

    ref: str
    kind: str
    severity: Severity
    what: str
    reasons: tuple[str, ...]
    lowered_by: tuple[str, ...]
    choices: tuple[Choice, ...]
    fields: tuple[ItLine, ...]
    opened_at: datetime | None = None
    why: str = ""
    opens_at: datetime | None = None
    ruled: str = ""
    until: datetime | None = None
    earlier: str = ""
    shared: bool = False
    pursued: bool = False
    asks_whose: bool = False

    @property
    def answers(self) -> tuple[Choice, ...]:
        return tuple(each for each in self.choices if each.value != HARMLESS)

    @property
    def harmless(self) -> Choice | None:
        """Return the answer that may have an end, if this kind of flag has one."""
        return next((each for each in self.choices if each.value == HARMLESS), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """An own account to lay beside. `copied` counts the fields that look taken from it."""

    item: str
    title: str
    platform: str
    copied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    card: CardLine
    zone: str
    whose: str
    flags: tuple[FlagPanel, ...] = ()
    own: tuple[OwnLine, ...] = ()
    moments: tuple[MomentLine, ...] = ()
    verdict: str = ""
    gone: bool = False
    versions: tuple[tuple[int, str], ...] = ()

    @property
    def asked_above(self) -> bool:
        """Tell whether an open flag asks already whose it is."""
        return any(flag.asks_whose and not flag.ruled for flag in self.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelLine:
    """One field of two accounts. `likeness` says how alike; `reason` more of it, or nothing."""

    field: str
    theirs: tuple[Piece, ...]
    ours: tuple[Piece, ...]
    likeness: str
    copied: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideView:
    item: str
    title: str
    url: str
    own_title: str
    own_url: str
    lines: tuple[ParallelLine, ...]
    others: tuple[OwnLine, ...]
    copied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsView:
    """Two versions of one item; `older` and `newer` are their numbers."""

    item: str
    title: str
    zone: str
    versions: tuple[tuple[int, str], ...]
    older: int
    newer: int
    lines: tuple[FieldLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """What IT would see of a flag, before it is shared."""

    ref: str
    item: str
    fields: tuple[ItLine, ...]


def render(view: ItemView, frame: Frame) -> str:
    return page("item", view, frame)


def render_beside(view: BesideView, frame: Frame) -> str:
    return page("beside", view, frame)


def render_versions(view: VersionsView, frame: Frame) -> str:
    return page("versions", view, frame)


def render_share(view: ShareView, frame: Frame) -> str:
    return page("share", view, frame)
