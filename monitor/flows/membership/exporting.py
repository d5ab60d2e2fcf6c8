"""A copy of everything that is kept of one person, for that person."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import msgspec

from monitor.config import Config
from monitor.domain.item import Item
from monitor.domain.own_copies import MOST_COPIES_AN_HOUR, next_copy
from monitor.errors import TooSoonError
from monitor.flows.membership.copied import Told, parts
from monitor.flows.membership.doer import REVIEWER, doer
from monitor.flows.parts import Now
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.store.pages import KeptPage
from monitor.store.state import State
from reports.export import ExportView, Part, as_sheet, render
from reports.letter import Attachment
from reports.standing import OwnDataView

Data = Mapping[str, object]
EXPORTED = "exported"

# Where each table with somebody's rows in it stands in a copy.
COPIED: Mapping[str, str] = {
    "people": "told",
    "consents": "consent",
    "holds": "holds",
    "items": "found",
    "verdicts": "found",
    "sightings": "found",
    "versions": "found",
    "events": "found",
    "flags": "found",
    "judgements": "found",
    "remarks": "found",
    "assignments": "found",
    "glass": "found",
    "questions": "asked",
    "outbox": "letters",
    "stopped_mail": "mail",
    "address_changes": "mail",
    "paused_addresses": "mail",
    "sweeps": "checks",
    "run_requests": "checks",
    "journal": "waiting",
    "pages": "pages",
    "sessions": "sign_ins",
    "due": "due",
    "audit": "record",
}
# What is left out, and why.
LEFT_OUT: Mapping[str, str] = {
    "aliases": "keyed hashes of addresses that stand in what was found",
    "pictures": "keyed hashes of prints that stand in what was found",
    "openings": "dates that follow from the flags, for a quick look",
    "looks": "permissions of minutes; each look stands in the record",
    "evidence": "which page belongs to which finding; the pages stand there",
    "settlements": "which source was done with when, without what it said",
    "outlays": "counts of requests and what they cost",
    "sign_in_links": "hashes of links that are good for minutes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCopy:
    at: datetime
    data: Data
    view: ExportView

    def json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self.data), indent=2)

    def html(self) -> str:
        return render(self.view)

    def sheet(self) -> str:
        """Write what was found as CSV."""
        return as_sheet(self._part("What was found"))

    def parcel(self) -> bytes:
        """Put all three into one archive."""
        made = BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name, body in (
                ("data.json", self.json()),
                ("data.html", self.html().encode()),
                ("found.csv", self.sheet().encode()),
            ):
                dated = zipfile.ZipInfo(name, self.at.timetuple()[:6])
                archive.writestr(dated, body, zipfile.ZIP_DEFLATED)
        return made.getvalue()

    def attached(self) -> Attachment:
        return Attachment(
            name="namesake-data.zip", media_type="application/zip", body=self.parcel()
        )

    def _part(self, title: str) -> Part:
        return next(each for each in self.view.parts if each.title == title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """Who asks is written down; the copy itself is kept nowhere."""

    state: State
    config: Config
    letters: Correspondence
    now: Now

    def copy(self, ref: str, by: str) -> OwnCopy:
        """Copy all that is kept of a person. `by` is who asked: the person, or a role.

        Raises TooSoonError where the person has had as many as they may within the hour. What an
        operator takes does not count.
        """
        with self.state.write():
            if by == ref and self.next_at(ref):
                reason = "Five copies were made for you within the hour: wait a little."
                raise TooSoonError(reason)
            self.state.audit.append(self.now(), by, EXPORTED, ref, {})
        return self.made(ref)

    def next_at(self, ref: str) -> datetime | None:
        """Return from when on a person may have another copy; None where they may now."""
        made = self.state.audit.own_deeds(ref, EXPORTED, MOST_COPIES_AN_HOUR)
        return next_copy(made, self.now())

    def send(self, ref: str, by: str) -> None:
        """Send the copy to its person, and to nobody else: it is made when the letter is."""
        now, person = self.now(), self.state.people.get(ref)
        with self.state.write():
            self.state.audit.append(now, by, EXPORTED, ref, {})
            view = OwnDataView(**self.letters.greeting(person))
            self.letters.queue(LetterPlan(reader=ref, period=now.isoformat()), view)

    def made(self, ref: str) -> OwnCopy:
        """Make a copy that was asked for, and written down, before."""
        now, told = self.now(), self._told(ref)
        person = told.person
        view = ExportView(
            name=person.name.full,
            district=self.config.district.name,
            contact=self.config.district.contact,
            zone=person.zone,
            at=now,
            parts=tuple(parts(told)),
        )
        return OwnCopy(at=now, data={"made_at": now, **self._data(told)}, view=view)

    def _told(self, ref: str) -> Told:
        state, now = self.state, self.now()
        person = state.people.get(ref)
        items = state.items.of(ref)
        flags = state.flags.of_person(ref)
        whole = (ref, *(item.ref for item in items), *(flag.ref for flag in flags))
        return Told(
            person=person,
            consents=state.consents.history(ref),
            holds=state.holds.of(ref),
            items=items,
            flags=flags,
            judgements={flag.ref: state.flags.judgements(flag.ref) for flag in flags},
            events=tuple(each for item in items for each in state.events.of_item(item.ref)),
            versions={item.ref: state.versions.of(item.ref) for item in items},
            labels={item.ref: state.items.label(item.ref) or "" for item in items},
            verdicts={item.ref: state.items.verdict(item.ref) or "" for item in items},
            letters=tuple(each for each in state.outbox.all() if each.recipient_ref == ref),
            checks=state.sweeps.of_person(ref),
            pages=state.pages.of_person(ref),
            moves=state.address_changes.of(ref),
            sessions=state.sessions.of(ref, now),
            record=state.audit.about(whole),
        )

    def _data(self, told: Told) -> Data:
        state, ref = self.state, told.person.ref
        waiting = (state.journal.of_person(sweep.ref, ref) for sweep in state.sweeps.open())
        return {
            "told": told.person,
            "consent": told.consents,
            "holds": told.holds,
            "found": [self._found(item) for item in told.items],
            "asked": state.questions.of(ref),
            "letters": told.letters,
            "mail": {
                "stopped_at": state.stopped_mail.since(ref),
                "paused": state.paused_addresses.of(ref, told.person.mail),
                "addresses": [_without_names(each, browser="") for each in told.moves],
            },
            "checks": {
                "made": told.checks,
                "asked_for": [each for each in state.requests.all() if each.person == ref],
            },
            "waiting": [each for staged in waiting for each in staged],
            "pages": [_page(each) for each in told.pages],
            "sign_ins": [_without_names(each, hash="") for each in told.sessions],
            "due": [each for each in state.due.all() if each.subject in told.refs],
            "record": [_without_names(each, actor=doer(each.actor, ref)) for each in told.record],
        }

    def _found(self, item: Item) -> dict[str, object]:
        state, ref = self.state, item.ref
        return {
            "item": item,
            "said": state.verdicts.of(ref),
            "assessment": state.items.assessment(ref),
            "sightings": state.sightings.of_item(ref),
            "versions": state.versions.of(ref),
            "events": state.events.of_item(ref),
            "flags": [self._flag(flag.ref) for flag in state.flags.of_item(ref)],
        }

    def _flag(self, ref: str) -> dict[str, object]:
        state = self.state
        taken_on = state.assignments.of(ref)
        remarks = state.remarks.of_flag(ref)
        return {
            "flag": state.flags.get(ref),
            "rulings": state.flags.judgements(ref),
            "notes": [_without_names(each, by=REVIEWER) for each in remarks],
            "taken_on_at": taken_on.at if taken_on else None,
            "opened_early": [each.at for each in state.glass.broken(ref, self.now())],
        }


def _without_names(value: object, **roles: object) -> dict[str, object]:
    """Write a value down with roles where the names of those who acted on it stand."""
    return {**msgspec.to_builtins(value, builtin_types=(datetime,)), **roles}


def _page(kept: KeptPage) -> Data:
    page = kept.page
    return {
        "source": kept.source,
        "url": page.url,
        "status": page.status,
        "fetched_at": page.fetched_at,
        "text": page.text,
        "read": kept.reading,
    }
