"""A copy of everything that is kept of one person, and of who looked at it, for that person.

Staff are named by role: who exactly it was is for the district to say.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import msgspec

from monitor.config import Config
from monitor.db.accounts import Session
from monitor.db.audit import Entry
from monitor.db.database import State
from monitor.db.events import Recorded
from monitor.db.journal import Staged
from monitor.db.outbox import OutboxLetter
from monitor.db.pages import KeptPage
from monitor.db.people import AddressChange, Hold
from monitor.db.sweeps import Sweep
from monitor.domain.consent import Consent, Phase
from monitor.domain.flag import Flag, Flagged, Judgement
from monitor.domain.item import Item, Version
from monitor.domain.person import Person
from monitor.domain.schedule import MOST_COPIES_AN_HOUR, next_copy
from monitor.errors import TooSoonError
from monitor.services.consent import Consenting
from monitor.services.notifications import Correspondence, LetterPlan
from monitor.services.ports import Now
from reports.data_export import Cell, ExportView, Part, as_sheet, render
from reports.emails.account import OwnDataView
from reports.emails.render import Attachment
from reports.pages.data import HoldLine, LookLine, Standing

REVIEWER = "A reviewer"


def doer(actor: str, person: str) -> str:
    """Name an actor to a person; "person" is whom a ruling's line has for its own person."""
    if actor in {person, "person"}:
        return "You"
    if actor == "namesake":
        return "Namesake"
    return REVIEWER if actor.startswith("reviewer") else "IT"


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that is kept of one person, as the store has it."""

    person: Person
    consents: tuple[Consent, ...]
    holds: tuple[Hold, ...]
    items: tuple[Item, ...]
    flags: tuple[Flag, ...]
    judgements: Mapping[str, tuple[Judgement, ...]]
    events: tuple[Recorded, ...]
    versions: Mapping[str, tuple[Version, ...]]
    labels: Mapping[str, str]
    verdicts: Mapping[str, str]
    letters: tuple[OutboxLetter, ...]
    checks: tuple[Sweep, ...]
    pages: tuple[KeptPage, ...]
    waiting: tuple[Staged, ...]
    moves: tuple[AddressChange, ...]
    sessions: tuple[Session, ...]
    record: tuple[Entry, ...]

    @property
    def refs(self) -> frozenset[str]:
        return frozenset({self.person.ref, *(item.ref for item in self.items)})

    def address(self, item: str) -> str:
        return next((each.portrait.url for each in self.items if each.ref == item), "")


def parts(told: Told) -> Iterator[Part]:
    yield Part(
        title="What you gave us",
        about="We look you up by these words and by no others.",
        columns=("What", "Your words"),
        rows=tuple(_words(told.person)),
    )
    yield Part(
        title="What you agreed to",
        about="Every step of your consent, in order. None of it can be changed.",
        columns=("When", "What", "Text", "Agreed to", "Lasts until", "Through"),
        rows=tuple(_consents(told)),
    )
    yield Part(
        title="Legal holds",
        about="During a hold, nothing here may be erased.",
        columns=("Since", "Until", "By", "Why"),
        rows=tuple(
            (each.placed_at, each.lifted_at or "not lifted", ", ".join(each.by), each.reason)
            for each in told.holds
        ),
    )
    yield from _findings(told)
    yield from _flags(told)
    yield from _mail(told)
    yield from _doings(told)


def _words(person: Person) -> Iterator[Row]:
    name = person.name
    told = {
        "Name": (name.given, name.middle, name.family),
        "Nicknames": name.nicknames,
        "Former surnames": name.former_families,
        "Work address": (person.mail,),
        "Organization": (person.organisation,),
        "School": (person.school,),
        "Your job": (person.role,),
        "Towns": person.places,
        "Handles": person.handles,
        "Own accounts": person.accounts,
        "Own pages": person.pages,
        "No account on": person.absent_from,
        "Time zone": (person.zone,),
    }
    for what, words in told.items():
        separator = " " if what == "Name" else ", "
        if any(words):
            yield what, separator.join(word for word in words if word)


def _consents(told: Told) -> Iterator[Row]:
    for each in told.consents:
        yield (
            each.written_at,
            each.act,
            f"{each.text_version} ({each.text_hash[:12]})",
            ", ".join(sorted(each.scopes)),
            each.withdrawn_at or each.expires_at,
            each.channel,
        )


def _findings(told: Told) -> Iterator[Part]:
    yield Part(
        title="What was found",
        about="Accounts and pages that may be about you, and whose we think they are.",
        columns=("Address", "Platform", "First seen", "Last seen", "Whose", "You said"),
        rows=tuple(
            (
                item.portrait.url,
                item.portrait.platform,
                item.first_seen,
                item.last_seen,
                told.labels[item.ref],
                told.verdicts[item.ref],
            )
            for item in told.items
        ),
    )
    yield Part(
        title="What it looked like",
        about="Each change that mattered, in the words of the page itself.",
        columns=("Address", "From", "Name", "Handle", "Bio", "Title"),
        rows=tuple(
            (told.address(item), each.at, *_looks(each))
            for item, versions in told.versions.items()
            for each in versions
        ),
    )
    yield Part(
        title="What happened",
        about="Events, which your weekly emails listed.",
        columns=("When", "What", "Address", "Which fields"),
        rows=tuple(
            (each.event.at, each.event.kind, each.url, ", ".join(each.event.fields))
            for each in told.events
        ),
    )


def _looks(version: Version) -> tuple[str, str, str, str]:
    finding = version.finding
    return finding.name, finding.handle, finding.bio, finding.title


def _flags(told: Told) -> Iterator[Part]:
    yield Part(
        title="Flags",
        about="What we asked you to look at, and why.",
        columns=("Opened", "Kind", "Severity", "Status", "Address", "Reasons", "Shared with IT"),
        rows=tuple(
            (
                each.opened_at,
                each.kind,
                each.severity,
                each.state,
                told.address(each.item),
                " ".join(each.reasons),
                each.shared_at or "no",
            )
            for each in told.flags
        ),
    )
    yield Part(
        title="What was said about flags",
        about="Answers and notes, yours and those of reviewers.",
        columns=("When", "By", "Answer", "Note"),
        rows=tuple(
            (each.at, doer(each.by, told.person.ref), each.ruling, each.note)
            for judgements in told.judgements.values()
            for each in judgements
        ),
    )


def _mail(told: Told) -> Iterator[Part]:
    yield Part(
        title="Emails",
        about="That they were sent, and when. Their text is erased once they are sent.",
        columns=("Written", "Kind", "Status", "Sent"),
        rows=tuple(
            (each.queued_at, each.kind, each.state, each.sent_at or "") for each in told.letters
        ),
    )
    yield Part(
        title="Changes of email address",
        about="What you asked for today, and each change for 30 days.",
        columns=("Asked", "From", "To", "Changed"),
        rows=tuple(
            (each.asked_at, each.old, each.new, each.changed_at or "not confirmed")
            for each in told.moves
        ),
    )


def _doings(told: Told) -> Iterator[Part]:
    yield Part(
        title="Checks",
        about="When you asked to be looked up, and what else was asked of you alone.",
        columns=("Begun", "Kind", "Ended"),
        rows=tuple(
            (each.started_at, each.kind, each.closed_at or "in progress") for each in told.checks
        ),
    )
    yield Part(
        title="Page copies",
        about="Evidence of what a flag is about, while it is open, and for 30 days at most.",
        columns=("Fetched", "Address", "Bytes"),
        rows=tuple(
            (each.page.fetched_at, each.page.url, str(len(each.page.body))) for each in told.pages
        ),
    )
    yield Part(
        title="Where you are signed in",
        about="Each browser that is signed in as you right now.",
        columns=("Since", "Until", "Through"),
        rows=tuple((each.started_at, each.expires_at, each.way) for each in told.sessions),
    )
    yield Part(
        title="The record",
        about="Who did what with your data. It remains when all else is erased, without you.",
        columns=("When", "Who", "What"),
        rows=tuple(
            (each.at, doer(each.actor, told.person.ref), each.action) for each in told.record
        ),
    )


Data = Mapping[str, object]
EXPORTED = "exported"

# Where each table with somebody's rows in it stands in a copy.
COPIED: Mapping[str, str] = {
    "people": "told",
    "consents": "consent",
    "holds": "holds",
    "hold_proposals": "holds_proposed",
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
    "name_changes": "names",
    "account_proofs": "proofs",
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

    def copy(self, ref: str, by: str, flagged: Flagged = Flagged.SHOWN) -> OwnCopy:
        """Copy what is kept of a person. `by` is who asked: the person, or a role.

        Raises TooSoonError where the person has had as many as they may within the hour. What an
        operator takes does not count.
        """
        with self.state.write():
            if by == ref and self.next_at(ref):
                reason = "Five copies were made for you within the last hour. Wait a little."
                raise TooSoonError(reason)
            self.state.audit.append(self.now(), by, EXPORTED, ref, {})
        return self.made(ref, flagged)

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

    def made(self, ref: str, flagged: Flagged = Flagged.SHOWN) -> OwnCopy:
        """Make a copy that was asked for, and written down, before."""
        now, told = self.now(), self._told(ref, flagged)
        person = told.person
        view = ExportView(
            name=person.name.full if person.is_named else person.mail,
            district=self.config.district.name,
            contact=self.config.district.contact,
            zone=person.zone,
            at=now,
            parts=tuple(parts(told)),
        )
        return OwnCopy(at=now, data={"made_at": now, **self._data(told)}, view=view)

    def _told(self, ref: str, flagged: Flagged) -> Told:
        state, now = self.state, self.now()
        person = state.people.get(ref)
        items, flags = state.items.of(ref), state.flags.of_person(ref)
        whole_copy = flagged is Flagged.SHOWN
        if not whole_copy:
            hidden = frozenset(flag.item for flag in flags)
            items, flags = tuple(each for each in items if each.ref not in hidden), ()
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
            # Pages are kept as evidence of flags, and what waits may yet raise one.
            pages=state.pages.of_person(ref) if whole_copy else (),
            waiting=tuple(self._waiting(ref)) if whole_copy else (),
            moves=state.address_changes.of(ref),
            sessions=state.sessions.of(ref, now),
            record=state.audit.about(whole),
        )

    def _data(self, told: Told) -> Data:
        state, ref = self.state, told.person.ref
        return {
            "told": told.person,
            "consent": told.consents,
            "holds": told.holds,
            "holds_proposed": [
                _without_names(each, first=REVIEWER) for each in state.hold_proposals.of(ref)
            ],
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
            "names": state.name_changes.of_person(ref),
            "proofs": state.account_proofs.of_person(ref),
            "waiting": told.waiting,
            "pages": [_page(each) for each in told.pages],
            "sign_ins": [_without_names(each, hash="") for each in told.sessions],
            "due": [each for each in state.due.all() if each.subject in told.refs],
            "record": [_without_names(each, actor=doer(each.actor, ref)) for each in told.record],
        }

    def _waiting(self, ref: str) -> Iterator[Staged]:
        for sweep in self.state.sweeps.open():
            yield from self.state.journal.of_person(sweep.ref, ref)

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


STANDINGS = {
    Phase.ENROLLED: Standing.JOINED,
    Phase.PAUSED: Standing.PAUSED,
    Phase.EXPIRED: Standing.ENDED,
    Phase.WITHDRAWN: Standing.LEFT,
}
DEEDS: Mapping[str, str] = {
    "enrolled": "joined",
    "edited": "changed names, places, or accounts",
    "took-back": "removed names, places, or accounts",
    "name-asked": "gave a name for IT to confirm",
    "name-withdrawn": "took back a name that was waiting for IT",
    "name-confirmed": "confirmed a name; we emailed you",
    "name-refused": "did not confirm a name; we emailed you",
    "account-dropped": "stopped monitoring an account that shows another name",
    "proof-asked": "asked for a check of an account with a code",
    "account-proven": "saw the proof that an account is controlled",
    "proof-failed": "did not find the proof on an account",
    "address-asked": "asked for email at another address",
    "address-changed": "changed the work email",
    "signed-in": "signed in",
    "asked-check": "asked for a check",
    "sorted": "said whose this is",
    "ruled": "answered this flag",
    "viewed": "viewed this flag",
    "noted": "wrote a note on this flag",
    "took": "took over this flag",
    "gave-back": "gave this flag back",
    "asked": "asked you about this flag",
    "took-pack": "downloaded the evidence of this flag that you shared",
    "proposed-glass": "requested early access to this flag",
    "flagged": "raised a flag for you to review",
    "broke-glass": "opened something of yours early; we emailed you",
    "exported": "took a copy of everything we have",
    "proposed-held": "proposed to place a legal hold",
    "held": "placed a legal hold; we emailed you",
    "proposed-released": "proposed to lift a legal hold",
    "released": "lifted a legal hold; we emailed you",
    "consent-given": "agreed to the consent text",
    "consent-renewed": "renewed the consent",
    "consent-narrowed": "took back part of the consent",
    "consent-paused": "paused everything",
    "consent-resumed": "resumed after a pause",
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
            ("Your answers about them", items.count_judged(ref)),
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
