"""Letters about how things stand: what is agreed to, what is held, what was asked for."""

from dataclasses import dataclass
from datetime import datetime

from reports.letter import Letter, composed
from reports.lines import LetterView
from reports.words import ConsentChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChangedView(LetterView):
    """A consent was changed. `agreed` lists what it is to from now on.

    `paused_until` is when asking goes on by itself, None where it does not rest. `not_me` says
    how to undo it at once.
    """

    change: ConsentChange
    at: datetime
    agreed: tuple[str, ...]
    expires_at: datetime
    not_me: str
    paused_until: datetime | None = None
    undo_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView(LetterView):
    """A legal hold. `by` says who placed or lifted it, `reason` why, in their words.

    `lifted_at` is None while it stands; `erased_by` is when all is gone that it held, None for
    somebody who has not left.
    """

    placed_at: datetime
    by: tuple[str, ...]
    reason: str
    lifted_at: datetime | None = None
    erased_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDataView(LetterView):
    """A copy of all that is kept is attached, as of the moment the letter is sent."""


def render_consent_changed(view: ConsentChangedView) -> Letter:
    return composed("consent_changed", {"view": view})


def render_hold(view: HoldView) -> Letter:
    return composed("hold", {"view": view})


def render_own_data(view: OwnDataView) -> Letter:
    return composed("own_data", {"view": view})
