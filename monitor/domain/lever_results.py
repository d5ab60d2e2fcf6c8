"""How well each way worked in this district: how often it was used, how often it helped, how fast.

Only what many people did tells anything, and nothing of one of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.case import Case
from monitor.domain.case_log import SENT_LEVERS, is_confirmation, read_verdict
from monitor.domain.case_progress import get_reply_time
from monitor.domain.small_counts import MIN_PEOPLE_SHOWN
from monitor.domain.vocabulary import Decision, LeverKind

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverUse:
    """One use that has an outcome. `days` from confirmed to gone; None where it did not help."""

    platform: str
    lever: LeverKind
    person_id: str
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverResult:
    """How a way did on a platform. `successes` is None where so few would tell who they were.

    Half of what is gone was gone within `days`, None where nothing is told of that.
    """

    platform: str
    lever: LeverKind
    uses: int
    successes: int | None
    days: int | None


def list_lever_uses(case: Case, platform: str, now: datetime) -> Iterator[LeverUse]:
    """Yield the ways of its log whose outcome is known: proof, a refusal, silence, another way."""
    entries = case.standing
    confirmed = (
        entry.at for entry in entries if is_confirmation(case.kind, read_verdict(case.kind, entry))
    )
    confirmed_at = min(confirmed, default=case.opened_at)
    sent = [entry for entry in entries if entry.decision in SENT_LEVERS]
    last = case.last_lever
    refused = last is not None and last.decision is Decision.REFUSED
    for entry in sent:
        if entry.lever is None:
            continue
        # What went after another way or a refusal did not go because of this one.
        replaced = entry is not sent[-1]
        gone_at = None if replaced or refused else case.gone_at
        silent = last is entry and now >= entry.at + get_reply_time(entry)
        if gone_at or replaced or refused or silent:
            days = None if gone_at is None else -((confirmed_at - gone_at) // _DAY)
            yield LeverUse(
                platform=platform, lever=entry.lever, person_id=case.person_id, days=days
            )


def summarize_lever_uses(uses: Iterable[LeverUse]) -> tuple[LeverResult, ...]:
    """Return the figures that hide each person, by platform and way."""
    groups: defaultdict[tuple[str, LeverKind], list[LeverUse]] = defaultdict(list)
    for use in uses:
        groups[use.platform, use.lever].append(use)
    return tuple(
        _summarize_group(platform, lever, group)
        for (platform, lever), group in sorted(groups.items())
        if _covers_enough(group)
    )


def _summarize_group(platform: str, lever: LeverKind, group: list[LeverUse]) -> LeverResult:
    # It brings fractions with it, which every process would hold.
    from statistics import median  # noqa: PLC0415 - see above

    helped = [use for use in group if use.days is not None]
    shown = _covers_enough(helped)
    return LeverResult(
        platform=platform,
        lever=lever,
        uses=len(group),
        successes=len(helped) if shown or not helped else None,
        days=round(median(use.days for use in helped if use.days is not None)) if shown else None,
    )


def _covers_enough(group: Iterable[LeverUse]) -> bool:
    return len({use.person_id for use in group}) >= MIN_PEOPLE_SHOWN
