"""What the letters are made of: each value holds only what its reader may see.

All of it can be written as JSON and read back. Text may come from the web as it is; it is
cleaned where it is shown. Times are aware UTC. An empty string means: nothing to say.
"""

from dataclasses import dataclass
from datetime import datetime

from reports.words import EventKind, FlagKind, GapKind, Severity, Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """What every letter knows of its reader.

    `name` is how to address them, `zone` an IANA time zone. `why` says why they got this,
    `leave` how to stop it. `review_url` is empty where the district has no portal.
    """

    name: str
    district: str
    zone: str
    why: str
    leave: str
    review_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    """`what` is our sentence, `title` what the page calls itself.

    `reasons` stand strongest first; `earlier` is a ruling that a change has reopened. `item` is
    what it is about, for a page that leads there.
    """

    kind: FlagKind
    severity: Severity
    what: str
    url: str
    first_seen: datetime
    last_seen: datetime
    ref: str
    platform: str = ""
    title: str = ""
    reasons: tuple[str, ...] = ()
    lowered_by: tuple[str, ...] = ()
    earlier: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """`fields` are names of fields that differ."""

    event: EventKind
    whose: Whose
    url: str
    at: datetime
    ref: str
    platform: str = ""
    title: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """Something whose owner only the reader knows."""

    url: str
    ref: str
    title: str = ""
    platform: str = ""
    snippet: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """Something known to be the reader's own, or about them: nothing to do."""

    url: str
    platform: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """An earlier flag without an answer; `since` is when it was first told."""

    kind: FlagKind
    url: str
    since: datetime
    ref: str
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLine:
    """What became of an earlier flag: `what` is a clause of ours.

    `by` is who said so, empty where it ended by itself.
    """

    kind: FlagKind
    url: str
    what: str
    by: str
    at: datetime
    ref: str
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideLine:
    """Someone else with the reader's name: nothing to do."""

    url: str
    reason: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A source that could not be checked; `note` is a clause of ours, without web text."""

    source: str
    outcome: GapKind
    since: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """`total` counts the sources that should have been checked.

    `withheld` are those of them that have accounts which ask not to be found or read.
    """

    checked: int
    total: int
    gaps: tuple[Gap, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalView(LetterView):
    """What a letter about its own reader tells; `own` is told once, in the first one."""

    coverage: Coverage
    flags: tuple[FlagLine, ...] = ()
    changes: tuple[ChangeLine, ...] = ()
    questions: tuple[QuestionLine, ...] = ()
    own: tuple[OwnLine, ...] = ()
    set_aside: tuple[AsideLine, ...] = ()
    waiting: tuple[WaitingLine, ...] = ()
    decided: tuple[DecidedLine, ...] = ()
