"""Letters that do not wait for Monday."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.answers import for_flags
from reports.arrangement import cut
from reports.letter import Letter, composed, fitted
from reports.lines import FlagLine, LetterView
from reports.words import Ending, FlagKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView(LetterView):
    """A high flag, and whatever else came up beside it.

    `opens_at` is when IT sees an impersonation if nobody answers; None: never by itself.
    """

    flag: FlagLine
    more: tuple[FlagLine, ...] = ()
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnView(LetterView):
    """Consent has ended. `erased_by` and `backups_by` say when the last copy is gone.

    Both are None while a legal hold keeps everything.
    """

    ending: Ending = Ending.WITHDRAWN
    at: datetime
    erased_by: datetime | None
    backups_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEndingView(LetterView):
    """Consent ends by itself. `how` says how to renew it; else all is erased by `erased_by`."""

    expires_at: datetime
    erased_by: datetime
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassView(LetterView):
    """Somebody looked early. `seen` says what at, `by` who, `reason` why, in their words."""

    at: datetime
    seen: str
    by: tuple[str, ...]
    reason: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView(LetterView):
    """IT asks about a flag instead of guessing. `by` says who, `question` what, in their words."""

    kind: FlagKind
    url: str
    ref: str
    by: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledView(LetterView):
    """Consent was given. `agreed` lists what to; `not_me` says how to undo it at once."""

    at: datetime
    agreed: tuple[str, ...]
    expires_at: datetime
    not_me: str
    undo_url: str = ""


def render_alert(view: AlertView) -> Letter:
    flags = (view.flag, *view.more)
    answers = for_flags(flag.kind for flag in flags)

    def facts(most: int) -> Mapping[str, object]:
        return {"view": view, "flags": cut(flags, most), "answers": answers}

    return fitted("alert", facts)


def render_withdrawn(view: WithdrawnView) -> Letter:
    return composed("withdrawn", {"view": view})


def render_consent_ending(view: ConsentEndingView) -> Letter:
    return composed("consent_ending", {"view": view})


def render_break_glass(view: BreakGlassView) -> Letter:
    return composed("break_glass", {"view": view})


def render_asked(view: AskedView) -> Letter:
    return composed("asked", {"view": view, "answers": for_flags((view.kind,))})


def render_enrolled(view: EnrolledView) -> Letter:
    return composed("enrolled", {"view": view})
