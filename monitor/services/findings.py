"""What a person sees: what is open, cards to answer, and one finding in full."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from monitor.config import Config
from monitor.db.database import State
from monitor.db.sweeps import SourceRun, Sweep, SweepKind
from monitor.domain.consent import renewal_due
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.comparison import Likeness, Parallel
from monitor.domain.detection.comparison import Piece as ReadPiece
from monitor.domain.disclosure import ANSWER_WITHIN, Key, ReviewFields, needs_notice
from monitor.domain.evidence import Label
from monitor.domain.flag import Flag, FlagKind, Ruling, urgency
from monitor.domain.item import Item, Presence
from monitor.domain.schedule import SWEEP_TAKES, next_digest, next_sweep
from monitor.domain.timeline import MomentKind
from monitor.errors import InputError, NotPermittedError
from monitor.services.feedback import Sorting, Unsorted
from monitor.services.history import RULED, Beside, Retracing, field_line, told
from monitor.services.ports import Now
from monitor.services.presenters import Telling, speaking_against, speaking_for
from monitor.services.sharing import Disclosing
from reports import labels as words
from reports.emails.sections import Coverage
from reports.pages.findings import (
    ANSWERS,
    FLAG_ANSWERS,
    PAGE_ANSWERS,
    BesideView,
    CardLine,
    Choice,
    FlagPanel,
    HomeView,
    ItemView,
    ItLine,
    Mark,
    OwnLine,
    ParallelLine,
    Piece,
    SortedLine,
    VersionsView,
)
from reports.templating import day, local
from scrapers.models import Finding, Kind

ASKED = "Is this you?"
PAGE_ASKED = "Is this about you?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    state: State
    sorting: Sorting
    telling: Telling

    def waiting(self, owner: str) -> tuple[CardLine, ...]:
        """Return all that waits for the person's word, the worst first."""
        asked = [self.of_item(each) for each in self.sorting.waiting(owner)]
        flags = self.state.flags.of_person(owner)
        told = [self.of_flag(each) for each in flags if _ruled_apart(each)]
        return tuple(sorted((*told, *asked), key=_rank))

    def of_item(self, waiting: Unsorted) -> CardLine:
        item, flags = waiting.item, waiting.flags
        worst = flags[0] if flags else None
        portrait = item.portrait
        question = ASKED if portrait.kind is Kind.ACCOUNT else PAGE_ASKED
        return CardLine(
            ref=item.ref,
            item=item.ref,
            question=self.telling.flag(worst).what if worst else question,
            kind=words.FlagKind(worst.kind).words if worst else "",
            severity=words.Severity(worst.severity) if worst else None,
            choices=choices(portrait.kind, waiting.suggested),
            lowered_by=worst.lowered_by if worst else (),
            earlier=self.telling.flag(worst).earlier if worst else "",
            **_shown(item, waiting.assessment),
        )

    def of_flag(self, flag: Flag) -> CardLine:
        """Show a flag that is about more than whose something is."""
        line = self.telling.flag(flag)
        return CardLine(
            ref=flag.ref,
            item=flag.item,
            flag=True,
            question=line.what,
            kind=line.kind.words,
            severity=line.severity,
            choices=flag_choices(flag.kind),
            url=line.url,
            platform=line.platform,
            title=line.title,
            speaks_for=flag.reasons,
            lowered_by=flag.lowered_by,
            first_seen=line.first_seen,
            last_seen=line.last_seen,
            earlier=line.earlier,
        )

    def about(self, item: Item) -> CardLine:
        """Show an item, whether or not anything is asked about it."""
        assessment = self.state.items.assessment(item.ref)
        return CardLine(
            ref=item.ref,
            item=item.ref,
            question=ASKED if item.portrait.kind is Kind.ACCOUNT else PAGE_ASKED,
            choices=choices(item.portrait.kind),
            **_shown(item, assessment),
        )

    def sorted(self, owner: str) -> tuple[SortedLine, ...]:
        """Return what was answered, the latest found first."""
        return tuple(
            SortedLine(
                item=each.item.ref,
                title=title_of(each.item.portrait),
                url=each.item.portrait.url,
                platform=each.item.portrait.platform,
                words=ANSWERS[each.verdict],
            )
            for each in reversed(self.sorting.sorted(owner))
        )


def choices(kind: Kind, suggested: Ruling | None = None) -> tuple[Choice, ...]:
    """Return the four answers to whose something is."""
    answers = ANSWERS if kind is Kind.ACCOUNT else PAGE_ANSWERS
    return tuple(
        Choice(value=value, words=told, suggested=value == suggested)
        for value, told in answers.items()
    )


def flag_choices(kind: FlagKind) -> tuple[Choice, ...]:
    """Return the answers that fit a kind of flag; sharing is a thing of its own."""
    told = FLAG_ANSWERS[words.FlagKind(kind)]
    return tuple(Choice(value=value, words=said) for value, said in told.items())


def _ruled_apart(flag: Flag) -> bool:
    return flag.undecided and flag.kind is not FlagKind.IMPERSONATION


class Shown(TypedDict):
    """The part of a card that an item shows of itself."""

    url: str
    platform: str
    title: str
    snippet: str
    first_seen: datetime
    last_seen: datetime
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


def _shown(item: Item, assessment: Assessment | None) -> Shown:
    portrait = item.portrait
    return Shown(
        url=portrait.url,
        platform=portrait.platform,
        title=title_of(portrait),
        snippet=portrait.bio or portrait.snippet,
        first_seen=item.first_seen,
        last_seen=item.last_seen,
        speaks_for=speaking_for(assessment) if assessment else (),
        speaks_against=speaking_against(assessment) if assessment else (),
    )


def title_of(portrait: Finding) -> str:
    return portrait.name or portrait.title or portrait.handle


def _rank(card: CardLine) -> int:
    return card.severity.rank if card.severity else len(words.Severity)


MOST_FLAGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    state: State
    config: Config
    telling: Telling
    sorting: Sorting
    now: Now

    def home(self, ref: str) -> HomeView:
        person, now, district = self.state.people.get(ref), self.now(), self.config.district
        consents = self.state.consents.history(ref)
        if not consents:
            reason = "You have not joined."
            raise NotPermittedError(reason)
        flags = self.open_flags(ref)
        latest = self._latest(ref, consents[0].given_at)
        request = self.state.requests.latest_of(ref)
        return HomeView(
            name=person.name.given,
            zone=person.zone,
            flags=tuple(self.telling.flag(flag) for flag in flags[:MOST_FLAGS]),
            more_flags=max(len(flags) - MOST_FLAGS, 0),
            to_sort=sum(1 for each in self.sorting.waiting(ref) if not each.flags),
            joined_at=consents[0].given_at,
            next_sweep=next_sweep(now, district.ref, district.zone),
            next_digest=next_digest(now, ref, person.zone),
            ends_at=consents[-1].expires_at,
            coverage=self._coverage(latest),
            checked_at=(latest.closed_at or latest.started_at) if latest else None,
            checking=request is not None and request.done_at is None,
            renewal_due=renewal_due(consents[-1], now),
            paused=consents[-1].paused(now),
        )

    def coverage(self, ref: str) -> Coverage | None:
        """Tell what the latest look at them could check; None before there was one."""
        return self._coverage(self._latest(ref, self.state.consents.history(ref)[0].given_at))

    def open_flags(self, ref: str) -> tuple[Flag, ...]:
        """Return what nobody has ruled on, the worst first."""
        flags = (flag for flag in self.state.flags.of_person(ref) if flag.undecided)
        return tuple(sorted(flags, key=urgency))

    def _latest(self, ref: str, joined: datetime) -> Sweep | None:
        """Return the last look at them that can be told of: at everybody, or at their wish."""
        swept = self.state.sweeps.latest_told(self.now() - SWEEP_TAKES)
        checked = self.state.sweeps.latest(SweepKind.SELFCHECK, ref)
        known = [each for each in (swept, checked) if each and each.started_at >= joined]
        ended = [each for each in known if each.closed_at or each.kind is SweepKind.SWEEP]
        return max(ended, key=lambda each: each.started_at, default=None)

    def _coverage(self, latest: Sweep | None) -> Coverage | None:
        return self.telling.coverage(self._runs(latest)) if latest else None

    def _runs(self, sweep: Sweep) -> tuple[SourceRun, ...]:
        if sweep.kind is SweepKind.SWEEP:
            return self.state.sweeps.runs_so_far(sweep, self.now() - SWEEP_TAKES)
        return self.state.sweeps.runs(sweep.ref)


WHY = {
    Key.SHARED: "because you shared it",
    Key.CONFIRMED: "because you said that someone is pretending to be you",
    Key.UNANSWERED: "because it is serious and you did not answer within 7 days",
    Key.COUNSEL: "as your consent text says about such links",
    Key.BREAK_GLASS: "because two reviewers opened it early; we notified you",
}
LIKENESS = {
    Likeness.SAME: "The same",
    Likeness.LIKE: "Looks the same",
    Likeness.PARTLY: "Partly the same",
    Likeness.DIFFERENT: "Different",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """`owner` is the person who asks: what is not theirs is not there."""

    state: State
    telling: Telling
    cards: Cards
    retracing: Retracing
    disclosing: Disclosing

    def item(self, owner: str, ref: str) -> ItemView:
        item = self.state.items.of_owner(owner, ref)
        verdict = self.state.items.verdict(ref)
        label = self.state.items.label(ref) or Label.UNKNOWN
        moments = self.retracing.timeline(owner, ref)
        zone = self.state.people.get(owner).zone
        return ItemView(
            card=self.cards.about(item),
            zone=zone,
            whose=words.Whose(label).words,
            flags=tuple(self._panel(owner, flag, zone) for flag in self.state.flags.of_item(ref)),
            own=tuple(_own_lines(self.retracing.beside(owner, ref))),
            moments=tuple(told(moments)),
            verdict=ANSWERS.get(verdict or "", ""),
            gone=item.presence is Presence.GONE,
            versions=self._versions(owner, ref),
        )

    def beside(self, owner: str, ref: str, own: str) -> BesideView:
        """Lay an item beside one own account; without one, beside that it shows most of."""
        item = self.state.items.of_owner(owner, ref)
        laid = self.retracing.beside(owner, ref)
        chosen = next((each for each in laid if own in {"", each.own.ref}), None)
        if chosen is None:
            reason = "There is no account of yours to compare it with."
            raise InputError(reason)
        return BesideView(
            item=ref,
            title=title_of(item.portrait),
            url=item.portrait.url,
            own_title=title_of(chosen.own.portrait),
            own_url=chosen.own.portrait.url,
            lines=tuple(map(_parallel, chosen.parallels)),
            others=tuple(_own_lines(each for each in laid if each is not chosen)),
            copied=chosen.copied,
        )

    def versions(self, owner: str, ref: str, older: int, newer: int) -> VersionsView:
        """Compare two versions; without numbers, the first with the last."""
        item = self.state.items.of_owner(owner, ref)
        known = self._versions(owner, ref)
        numbers = [number for number, _ in known]
        first, last = (older or numbers[0], newer or numbers[-1]) if numbers else (0, 0)
        marks = self.retracing.compare(owner, ref, first, last) if numbers else ()
        return VersionsView(
            item=ref,
            title=title_of(item.portrait),
            zone=self.state.people.get(owner).zone,
            versions=known,
            older=first,
            newer=last,
            lines=tuple(map(field_line, marks)),
        )

    def _versions(self, owner: str, ref: str) -> tuple[tuple[int, str], ...]:
        zone = self.state.people.get(owner).zone
        return tuple(
            (each.number, f"{local(each.at, zone)}, {words.site_name(each.source or 'a source')}")
            for each in self.retracing.timeline(owner, ref)
            if each.kind is MomentKind.SHOWN
        )

    def _panel(self, owner: str, flag: Flag, zone: str) -> FlagPanel:
        line = self.telling.flag(flag)
        opening = self.disclosing.opening(owner, flag.ref)
        waits = flag.kind is FlagKind.IMPERSONATION and needs_notice(flag) and flag.undecided
        opens = flag.notified_at + ANSWER_WITHIN if waits and flag.notified_at else None
        return FlagPanel(
            ref=flag.ref,
            kind=line.kind.words,
            severity=line.severity,
            what=line.what,
            reasons=flag.reasons,
            lowered_by=flag.lowered_by,
            choices=flag_choices(flag.kind),
            fields=tuple(it_lines(self.disclosing.preview(owner, flag.ref), zone)),
            opened_at=opening.at if opening else None,
            why=WHY[opening.key] if opening else "",
            opens_at=None if opening else opens,
            ruled="" if flag.undecided else RULED.get(flag.state, flag.state),
            until=flag.harmless_until,
            earlier=line.earlier,
            shared=flag.shared_at is not None,
            pursued=flag.pursued,
            asks_whose=flag.kind is FlagKind.IMPERSONATION,
        )


def it_lines(fields: ReviewFields, zone: str) -> Iterator[ItLine]:
    """Show the closed list as IT reads it, field by field."""
    shown = (
        ("Name", fields.name),
        ("School", fields.school or "Not given"),
        ("Kind", words.FlagKind(fields.kind).words),
        ("Severity", words.Severity(fields.severity).words),
        ("Platform", words.site_name(fields.platform) if fields.platform else "Web page"),
        ("Address", fields.url),
        ("Status", RULED.get(fields.state, fields.state)),
        ("Flagged", day(fields.opened_at, zone)),
        ("First seen", day(fields.first_seen, zone)),
        ("Last seen", day(fields.last_seen, zone)),
        ("Reasons", " ".join(fields.reasons)),
        ("Your answer", _said(fields.ruling)),
    )
    return (ItLine(what=what, value=value) for what, value in shown)


def _said(ruling: Ruling | None) -> str:
    return RULED.get(ruling, ruling) if ruling else "Nothing yet"


def _own_lines(laid: Iterable[Beside]) -> Iterator[OwnLine]:
    for each in laid:
        portrait = each.own.portrait
        yield OwnLine(
            item=each.own.ref,
            title=title_of(portrait),
            platform=portrait.platform,
            copied=each.copied,
        )


def _parallel(each: Parallel) -> ParallelLine:
    return ParallelLine(
        field=words.field_words(each.field),
        theirs=tuple(map(_piece, each.theirs)),
        ours=tuple(map(_piece, each.ours)),
        likeness=LIKENESS[each.likeness],
        copied=each.copied,
        reason=each.reason,
    )


def _piece(each: ReadPiece) -> Piece:
    return Piece(text=each.text, mark=Mark.COPIED if each.copied else Mark.KEPT)
