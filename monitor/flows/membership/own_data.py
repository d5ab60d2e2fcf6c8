"""What is kept of a person, and who looked at what and when: told to them, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.consent import Phase
from monitor.flows.membership.consenting import Consenting
from monitor.flows.membership.doer import doer
from monitor.store.audit import Entry
from monitor.store.state import State
from reports.pages.data import HoldLine, LookLine, Standing

STANDINGS = {
    Phase.ENROLLED: Standing.JOINED,
    Phase.PAUSED: Standing.PAUSED,
    Phase.EXPIRED: Standing.ENDED,
    Phase.WITHDRAWN: Standing.LEFT,
}
DEEDS: Mapping[str, str] = {
    "enrolled": "joined",
    "edited": "changed names, places or accounts",
    "address-asked": "asked to be written to at another address",
    "address-changed": "changed the work address",
    "signed-in": "signed in",
    "asked-check": "asked for a check",
    "sorted": "said whose this is",
    "ruled": "ruled on this flag",
    "viewed": "looked at this flag",
    "noted": "wrote a note on this flag",
    "took": "took on this flag",
    "gave-back": "gave this flag back",
    "asked": "asked you about this flag",
    "took-pack": "took the evidence of this flag that you shared",
    "proposed-glass": "proposed to open this flag early",
    "flagged": "raised a flag for you to look at",
    "broke-glass": "opened something of yours early; you were written to",
    "exported": "took a copy of all that is kept",
    "held": "placed a legal hold; you were written to",
    "released": "lifted a legal hold; you were written to",
    "consent-given": "agreed to the consent text",
    "consent-renewed": "renewed the consent",
    "consent-narrowed": "took part of the consent back",
    "consent-paused": "paused everything",
    "consent-resumed": "went on after a pause",
    "consent-withdrawn": "left",
    "withdrew": "left",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    state: State
    consenting: Consenting

    def standing(self, ref: str) -> Standing:
        return STANDINGS[self.consenting.standing(ref).phase]

    def hold(self, ref: str) -> HoldLine | None:
        hold = self.state.holds.standing(ref)
        return HoldLine(since=hold.placed_at, by=hold.by, reason=hold.reason) if hold else None

    def kept(self, ref: str) -> tuple[tuple[str, int], ...]:
        """Count what there is."""
        items, flags = self.state.items, self.state.flags.of_person(ref)
        return (
            ("Findings: accounts and pages", len(items.refs_of(ref))),
            ("Answers that you gave about them", items.count_judged(ref)),
            ("Flags", len(flags)),
            ("Of those, shared with IT", sum(1 for each in flags if each.shared_at)),
        )

    def looks(self, ref: str) -> tuple[LookLine, ...]:
        """Tell each line of the record about a person or a thing of theirs, the newest first."""
        things = {item: item for item in self.state.items.refs_of(ref)}
        things |= {flag.ref: flag.item for flag in self.state.flags.of_person(ref)}
        entries = self.state.audit.about((ref, *things))
        said = {(each.flag, each.at): each.text for each in self.state.remarks.of_person(ref)}
        return tuple(_line(each, ref, things, said) for each in reversed(entries))


def _line(
    entry: Entry,
    person: str,
    things: Mapping[str, str],
    said: Mapping[tuple[str, datetime], str],
) -> LookLine:
    remarked = entry.action in {"noted", "asked"}
    return LookLine(
        at=entry.at,
        who=doer(entry.actor, person),
        what=DEEDS.get(entry.action, entry.action.replace("-", " ")),
        item=things.get(entry.subject, ""),
        words=said.get((entry.subject, entry.at), "") if remarked else "",
    )
