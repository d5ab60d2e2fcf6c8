"""Taking an impersonation down: the person reports it; we give them what that takes.

We never report for anybody, and never take a document that proves who they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.db.database import State
from monitor.domain.flag import FITTING, Flag, FlagState, Ruling
from monitor.domain.item import Item, Presence
from monitor.domain.takedown.places import Place, Places, Proof
from monitor.errors import InputError
from monitor.services.evidence import EvidenceMaking
from monitor.services.feedback import Word
from monitor.services.ports import Now
from monitor.services.review import Reviewing
from monitor.services.sweeps import RECHECK, looks_again_at, reported_at
from reports.evidence_pack import EvidenceView, LogLine
from reports.labels import DEEDS, STATES
from reports.pages.takedown import Looked, PlaceLine, TakedownView

NEXT: Mapping[FlagState, tuple[Ruling, ...]] = {
    FlagState.NEW: (Ruling.REPORTED,),
    FlagState.OPEN: (Ruling.REPORTED,),
    FlagState.IMPERSONATION: (Ruling.REPORTED,),
    FlagState.REPORTED: (Ruling.REMOVED, Ruling.REFUSED, Ruling.REOPENED),
    FlagState.REMOVED: (Ruling.REOPENED,),
    FlagState.REFUSED: (Ruling.REOPENED,),
}
PRESENCE = {
    Presence.PRESENT: Looked.THERE,
    Presence.MISSING: Looked.MISSING,
    Presence.GONE: Looked.GONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingDown:
    """`owner` is the person who asks: what is not theirs is not there.

    `report` gives the key of a platform's form by the name of the platform, where the catalogue
    knows it.
    """

    state: State
    places: Places
    report: Mapping[str, str]
    evidence: EvidenceMaking
    reviewing: Reviewing
    now: Now

    def kit(self, owner: str, ref: str) -> TakedownView:
        flag = self._pursued(owner, ref)
        item, now = self.state.items.get(flag.item), self.now()
        place = self.places.for_account(item.portrait, self.report.get(item.portrait.platform, ""))
        view = self.evidence.of(flag)
        return TakedownView(
            ref=flag.ref,
            evidence=view,
            state=STATES[flag.state],
            place=_place(place, now) if place else None,
            log=tuple(self._log(flag)),
            choices=tuple(each.value for each in NEXT[flag.state]),
            looked=self._looked(flag, item),
            looked_at=item.missing_since or item.last_seen,
            looks_at=self._looks_at(flag),
        )

    def pack(self, owner: str, ref: str) -> EvidenceView:
        return self.evidence.of(self._pursued(owner, ref))

    def say(self, owner: str, ref: str, ruling: Ruling, note: str = "") -> Flag:
        """Keep what the person did, and have a reported account looked at again."""
        flag = self._pursued(owner, ref)
        if ruling not in NEXT[flag.state]:
            reason = f"A report that is {flag.state} cannot become {ruling}. Reload the page."
            raise InputError(reason)
        with self.state.write():
            (after,) = self.reviewing.rule_all(
                (ref,), Word(ruling=ruling, by=owner, note=note.strip())
            )
            if after.state is FlagState.REPORTED:
                self.state.due.ensure(RECHECK, flag.item, self.now())
            else:
                self.state.due.finish(RECHECK, flag.item, None)
        return after

    def _pursued(self, owner: str, ref: str) -> Flag:
        flag = self.state.flags.of_owner(owner, ref)
        if Ruling.REPORTED not in FITTING[flag.kind]:
            reason = "You can report only an account that pretends to be you or was taken over."
            raise InputError(reason)
        if flag.state not in NEXT:
            reason = f"You said that it is {flag.state}. Undo that before you report it."
            raise InputError(reason)
        return flag

    def _log(self, flag: Flag) -> Iterator[LogLine]:
        for each in self.state.flags.judgements(flag.ref):
            who = "You" if each.by == flag.person else "IT"
            yield LogLine(at=each.at, who=who, what=DEEDS[each.ruling], note=each.note)

    def _looked(self, flag: Flag, item: Item) -> Looked | None:
        """Return what was seen since the report; None where we have not looked since."""
        if flag.state in {FlagState.NEW, FlagState.OPEN, FlagState.IMPERSONATION}:
            return None
        reported = reported_at(self.state, flag)
        if item.presence is Presence.PRESENT and reported and item.last_seen < reported:
            return Looked.NOT_YET
        return PRESENCE[item.presence]

    def _looks_at(self, flag: Flag) -> datetime | None:
        at = looks_again_at(self.state, flag)
        return at if at and at > self.now() else None


def _place(place: Place, now: datetime) -> PlaceLine:
    return PlaceLine(
        name=place.name,
        form=place.form or "",
        in_app=place.in_app,
        who=tuple(each.value for each in place.who),
        asks=place.asks,
        identity=place.identity.value,
        rule=place.rule,
        least=place.least,
        defence=place.defence,
        help=place.help or "",
        known=place.known.value,
        seen_on=place.seen_on,
        stale=place.stale(now),
        proof=place.identity in {Proof.ALWAYS, Proof.SOMETIMES, Proof.UNTOLD},
    )
