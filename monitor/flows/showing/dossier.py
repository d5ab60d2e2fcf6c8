"""One finding laid out for the person it is about: reasons, history, comparison, who sees it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.domain.comparison.beside import Likeness, Parallel
from monitor.domain.comparison.phrases import Piece as ReadPiece
from monitor.domain.disclosure import ANSWER_WITHIN, Key, ReviewFields, needs_notice
from monitor.domain.flag import Flag, FlagKind, Ruling
from monitor.domain.item import Presence
from monitor.domain.timeline import MomentKind
from monitor.domain.whose import Label
from monitor.errors import InputError
from monitor.flows.judging.history import RULED, field_line, told
from monitor.flows.judging.retracing import Beside, Retracing
from monitor.flows.showing.cards import Cards, flag_choices, title_of
from monitor.flows.showing.disclosing import Disclosing
from monitor.flows.writing.telling import Telling
from monitor.store.state import State
from reports import words
from reports.pages.item import (
    BesideView,
    FlagPanel,
    ItemView,
    ItLine,
    Mark,
    OwnLine,
    ParallelLine,
    Piece,
    VersionsView,
)
from reports.pages.sort import ANSWERS
from reports.theme import local

WHY = {
    Key.SHARED: "because you shared it",
    Key.CONFIRMED: "because you said that somebody poses as you",
    Key.UNANSWERED: "because it is serious and was not answered within 7 days",
    Key.COUNSEL: "as your consent text says of such links",
    Key.BREAK_GLASS: "because two reviewers opened it early, of which you were told",
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
            flags=tuple(self._panel(owner, flag) for flag in self.state.flags.of_item(ref)),
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
            reason = "There is no account of yours to lay it beside."
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

    def _panel(self, owner: str, flag: Flag) -> FlagPanel:
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
            fields=tuple(it_lines(self.disclosing.preview(owner, flag.ref))),
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


def it_lines(fields: ReviewFields) -> Iterator[ItLine]:
    """Show the closed list as IT reads it, field by field."""
    shown = (
        ("Name", fields.name),
        ("School", fields.school or "Not given"),
        ("Kind", words.FlagKind(fields.kind).words),
        ("How serious", words.Severity(fields.severity).words),
        ("Platform", words.site_name(fields.platform) if fields.platform else "Web page"),
        ("Address", fields.url),
        ("Where it stands", RULED.get(fields.state, fields.state)),
        ("Flagged", f"{fields.opened_at:%Y-%m-%d}"),
        ("First seen", f"{fields.first_seen:%Y-%m-%d}"),
        ("Last seen", f"{fields.last_seen:%Y-%m-%d}"),
        ("Reasons", " ".join(fields.reasons)),
        ("What you said", _said(fields.ruling)),
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
