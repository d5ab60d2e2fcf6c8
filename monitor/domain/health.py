"""From numbers to sentences: what is well, what is to be seen to, and how.

What a look at the service's health comes to: one sentence each, and what to do about it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.failures import Failure, FailureGroup, fold_failures
from scrapers.models import Outcome


class Level(StrEnum):
    """WARN is to be seen to in the coming days; BAD means that something is not done now."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`what` names the part, `told` says how it is, and `remedy` what to do.

    `exit_code` is what a command ends with for it; only BAD has one.
    """

    what: str
    level: Level
    told: str
    remedy: str = ""
    exit_code: int = 0


def fine(what: str, told: str) -> Checked:
    return Checked(what=what, level=Level.OK, told=told)


def warned(what: str, told: str, remedy: str) -> Checked:
    return Checked(what=what, level=Level.WARN, told=told, remedy=remedy)


def bad(what: str, told: str, remedy: str, exit_code: int) -> Checked:
    return Checked(what=what, level=Level.BAD, told=told, remedy=remedy, exit_code=exit_code)


# What keeps all else from being told comes first.
WORST_FIRST = (78, 64, 73, 77, 76, 65, 75, 69, 70)


def worst(checked: Iterable[Checked]) -> int:
    """Return the exit code of the worst of them, 0 where none is bad."""
    codes = {each.exit_code for each in checked if each.level is Level.BAD}
    return min(codes, key=WORST_FIRST.index, default=0)


# A sweep is weekly; one that is not closed a day after its week has gone wrong.
SWEEP_MISSED = timedelta(days=8)
SWEEP_STUCK = timedelta(days=2)
# A copy is made every night; two nights may fail for a good reason.
COPY_LASTS = timedelta(days=3)
LETTER_WAITS = timedelta(hours=6)
OVERDUE = timedelta(hours=1)
# One sweep is asked after another, and the weekly one takes half a day.
ASKED = frozenset({"sweep", "second-proof", "recheck"})
# Two machines' clocks differ, and what is recorded may be a moment ahead.
CLOCK_SLIPS = timedelta(minutes=5)
MEGABYTE = 1_000_000
LEAST_ROOM = 100 * MEGABYTE
UNAVAILABLE, CANNOT_WRITE, DAMAGED = 69, 73, 78


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCopy:
    """The latest try to make a copy; one that was refused as damaged ends with 78."""

    at: datetime
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCondition:
    """`proven` is whether its canaries ever agreed in the field; `note` says what went wrong."""

    name: str
    outcome: Outcome
    since: datetime
    proven: bool
    note: str = ""


def of_sources(named: Iterable[str], known: Mapping[str, SourceCondition]) -> Iterator[Checked]:
    """Say of each source in trouble what it is, and of the others how many there are."""
    names = tuple(named)
    asked = [known[name] for name in names if name in known]
    troubled = [each for each in asked if not each.outcome.conclusive]
    unproven = [each.name for each in asked if each.outcome.conclusive and not each.proven]
    if not names:
        yield warned("sources", "No sources configured.", "Add some under [sources].")
        return
    well, unasked = len(asked) - len(troubled), len(names) - len(asked)
    told = f"{well} of {len(names)} sources could be checked"
    yield fine("sources", f"{told}; {unasked} not run yet." if unasked else f"{told}.")
    failures = (
        Failure(source=each.name, outcome=each.outcome, since=each.since, note=each.note)
        for each in troubled
    )
    for group in fold_failures(failures, len(names)):
        yield _of_failures(group)
    if unproven:
        yield warned(
            "sources",
            f"No self-test passed yet, so their findings raise no flags: {', '.join(unproven)}.",
            "Configure a canary where possible, and run `namesake sources check`.",
        )


def _of_failures(group: FailureGroup) -> Checked:
    how = f"{group.outcome} since {group.since:%b %-d, %Y}"
    if not group.is_folded:
        remedy = f"See `namesake sources show {group.source}`. Turn it off if this continues."
        return warned("sources", f"{group.source}: {how}.", remedy)
    note = f" ({group.note})" if group.note else ""
    told = f"{group.count} of {group.total} sources fail the same way: {how}{note}."
    after = "Fix that, then run `namesake sources check`."
    return warned("sources", told, f"{group.suspicion} {after}" if group.suspicion else after)


def of_sweep(
    closed: datetime | None, open_since: datetime | None, now: datetime, *, joined: bool
) -> Checked:
    if open_since and now - open_since > SWEEP_STUCK:
        remedy = "See `namesake sources list` for the slow source, and the service log."
        told = f"The sweep that started on {open_since:%b %-d} has not finished."
        return bad("sweep", told, remedy, UNAVAILABLE)
    if not joined:
        return fine("sweep", "No one has enrolled yet, so there is nothing to check.")
    if closed is None:
        told, remedy = "No sweep has run yet.", "See the next one with `namesake jobs`."
        return warned("sweep", told, remedy)
    told = f"The last sweep finished on {closed:%b %-d, %Y}."
    if now - closed > SWEEP_MISSED:
        return bad(
            "sweep", told, "Check that the service is running, and read its log.", UNAVAILABLE
        )
    return fine("sweep", told)


def of_copy(made_at: datetime | None, failed: FailedCopy | None, now: datetime) -> Checked:
    if failed is not None:
        return _of_failed(made_at, failed, now)
    remedy = "Enable namesake-backup.timer, or run `namesake backup`. See docs/backup.md."
    if made_at is None:
        return warned("backup", "No backup has been made yet.", remedy)
    told = f"The last backup was made on {made_at:%b %-d, %Y}."
    if now - made_at > COPY_LASTS:
        return bad("backup", told, remedy, UNAVAILABLE)
    return fine("backup", told)


def _of_failed(made_at: datetime | None, failed: FailedCopy, now: datetime) -> Checked:
    """Where a recent copy is good, a disk may be full for a night; damage may not wait."""
    last = (
        f"the last good one is from {made_at:%b %-d, %Y}" if made_at else "there is no good one yet"
    )
    told = (
        f"The backup of {failed.at:%b %-d, %Y, %-I:%M %p} UTC failed ({failed.exit_code}); {last}."
    )
    remedy = "See `journalctl -u namesake-backup`, or run `namesake backup`."
    if failed.exit_code == DAMAGED:
        return bad("backup", told, remedy, DAMAGED)
    if made_at is None or now - made_at > COPY_LASTS:
        return bad("backup", told, remedy, UNAVAILABLE)
    return warned("backup", told, remedy)


def of_waiting(waiting: int, oldest: datetime | None, now: datetime) -> Checked:
    told = f"{waiting} emails are queued."
    if oldest and now - oldest > LETTER_WAITS:
        since = f"The oldest has waited since {oldest:%b %-d, %-I:%M %p} UTC."
        remedy = "Check that the mail server accepts email. Retries are automatic."
        return bad("outbox", f"{told} {since}", remedy, UNAVAILABLE)
    return fine("outbox", told)


def of_undelivered(dead: int, paused: int) -> Iterator[Checked]:
    if dead:
        told = f"{dead} emails failed."
        yield warned("outbox", told, "See `namesake mail list`. Retry with `namesake mail retry`.")
    if paused:
        told = f"Email to {paused} people is paused, because their address rejects it."
        yield warned(
            "outbox", told, "See `namesake mail paused`. Resume with `namesake mail resume`."
        )


def of_overdue(names: Iterable[tuple[str, datetime]], now: datetime) -> Checked:
    late = {name for name, at in names if now - at > (SWEEP_STUCK if name in ASKED else OVERDUE)}
    if late:
        told = f"Overdue: {', '.join(sorted(late))}."
        return bad(
            "jobs", told, "Check that the service is running, and read its log.", UNAVAILABLE
        )
    return fine("jobs", "No job is overdue.")


def of_clock(now: datetime, recorded: datetime | None) -> Checked:
    if recorded and recorded - now > CLOCK_SLIPS:
        told = (
            f"The clock says {now:%b %-d, %Y, %-I:%M %p} UTC, earlier than the last recorded time."
        )
        return bad("clock", told, "Set it: `timedatectl set-ntp true`.", UNAVAILABLE)
    return fine("clock", f"The clock says {now:%a, %b %-d, %Y, %-I:%M %p} UTC.")


def of_room(free: int, database: int) -> Checked:
    """Count with an upgrade and a copy, which each need the database's size once more."""
    told = f"{free / MEGABYTE:,.0f} MB free; the database uses {database / MEGABYTE:,.1f} MB."
    remedy = "Free up space on the disk of the state folder."
    if free < LEAST_ROOM:
        return bad("disk", told, remedy, CANNOT_WRITE)
    if free < LEAST_ROOM + 3 * database:
        return warned("disk", told, remedy)
    return fine("disk", told)
