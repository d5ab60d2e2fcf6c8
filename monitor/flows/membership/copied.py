"""What a person's copy tells them, kind by kind, in words and times."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.domain.consent import Consent
from monitor.domain.flag import Flag, Judgement
from monitor.domain.item import Item, Version
from monitor.domain.person import Person
from monitor.flows.membership.doer import doer
from monitor.store.address_changes import AddressChange
from monitor.store.audit import Entry
from monitor.store.events import Recorded
from monitor.store.holds import Hold
from monitor.store.outbox import OutboxLetter
from monitor.store.pages import KeptPage
from monitor.store.sessions import Session
from monitor.store.sweeps import Sweep
from reports.export import Cell, Part

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
        title="What you told us",
        about="By these words, and by no others, is anything looked up.",
        columns=("What", "Your words"),
        rows=tuple(_words(told.person)),
    )
    yield Part(
        title="What you agreed to",
        about="Every word about your consent, in its order. Nothing of it can be changed.",
        columns=("When", "What", "Text", "Agreed to", "Lasts until", "By way of"),
        rows=tuple(_consents(told)),
    )
    yield Part(
        title="Legal holds",
        about="While one stands, nothing of this may be erased.",
        columns=("Since", "Until", "By", "Why"),
        rows=tuple(
            (each.placed_at, each.lifted_at or "it stands", ", ".join(each.by), each.reason)
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
        "Organisation": (person.organisation,),
        "School": (person.school,),
        "What you do there": (person.role,),
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
        about="Accounts and pages that may be about you, with whose we think they are.",
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
        about="Each change that mattered, as the page itself said it.",
        columns=("Address", "From", "Name", "Handle", "Description", "Title"),
        rows=tuple(
            (told.address(item), each.at, *_looks(each))
            for item, versions in told.versions.items()
            for each in versions
        ),
    )
    yield Part(
        title="What happened",
        about="Events, which your digests told you of.",
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
        columns=("Opened", "Kind", "Severity", "State", "Address", "Reasons", "Shared with IT"),
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
        about="Rulings and notes, yours and those of reviewers.",
        columns=("When", "By", "Ruling", "Note"),
        rows=tuple(
            (each.at, doer(each.by, told.person.ref), each.ruling, each.note)
            for judgements in told.judgements.values()
            for each in judgements
        ),
    )


def _mail(told: Told) -> Iterator[Part]:
    yield Part(
        title="Letters",
        about="That they were sent, and when. What they said is forgotten once they are.",
        columns=("Written", "Kind", "State", "Sent"),
        rows=tuple(
            (each.queued_at, each.kind, each.state, each.sent_at or "") for each in told.letters
        ),
    )
    yield Part(
        title="Changes of address",
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
            (each.started_at, each.kind, each.closed_at or "under way") for each in told.checks
        ),
    )
    yield Part(
        title="Pages that are kept",
        about="As evidence of what a flag is about, while it is open, and for 30 days at most.",
        columns=("Fetched", "Address", "Bytes"),
        rows=tuple(
            (each.page.fetched_at, each.page.url, str(len(each.page.body))) for each in told.pages
        ),
    )
    yield Part(
        title="Where you are signed in",
        about="Each browser that is signed in as you just now.",
        columns=("Since", "Until", "By way of"),
        rows=tuple((each.started_at, each.expires_at, each.way) for each in told.sessions),
    )
    yield Part(
        title="The record",
        about="Who did what with anything of yours. It stays when all else is erased, without you.",
        columns=("When", "Who", "What"),
        rows=tuple(
            (each.at, doer(each.actor, told.person.ref), each.action) for each in told.record
        ),
    )
