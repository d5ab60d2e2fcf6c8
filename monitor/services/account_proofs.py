"""An account that shows somebody else's name is not followed, unless its owner proves control.

The proof is a code in its description, or a link from it to something of theirs that is trusted:
proven already, or bearing their exact name. It is looked for once, by the next check.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol

from monitor.db.account_proofs import AccountProof, ProofState
from monitor.db.database import State
from monitor.db.journal import Staged
from monitor.domain.names.bound import shows_other_name
from monitor.domain.names.frequency import NameCounts
from monitor.domain.person import Person
from monitor.services.flagging import is_trusted, own_items, with_confirmed
from monitor.services.notifications import Correspondence, LetterPlan
from monitor.services.ports import Now
from reports.emails.identity import AccountDroppedView
from scrapers.models import Finding, Identity, Outcome
from scrapers.source import Source
from scrapers.urls.canonical import account_keys, canonical_key

DROPPED: Final = "account-dropped"
PROVEN: Final = "account-proven"
NOT_PROVEN: Final = "proof-failed"


class Retires(Protocol):
    """Forgets what only words showed that are searched by no more."""

    def edited(self, before: Person, after: Person) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Who the answers are about, as they stand now, and the answers that may be settled."""

    person: Person
    answers: tuple[Staged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """Call it inside the transaction that settles the answers."""

    state: State
    counts: NameCounts
    letters: Correspondence
    retiring: Retires
    now: Now

    def hear(self, person: Person, source: Source, answers: tuple[Staged, ...]) -> Heard:
        """Drop what shows another name, and take in what was proved."""
        proofs = {each.account: each for each in self.state.account_proofs.of_person(person.ref)}
        requested = [each for each in proofs.values() if each.state is ProofState.REQUESTED]
        for proof in requested:
            about = tuple(_about(proof.account, person.ref, source, answers))
            if about and not self._proved(person, proof, about):
                answers = _without(answers, about)
        for account in self._followed(person):
            about = tuple(_about(account, person.ref, source, answers))
            if account not in proofs and about and self._is_anothers(person, account, about):
                answers = _without(answers, about)
                self._drop(person, account)
        return Heard(person=self.state.people.get(person.ref), answers=answers)

    def _followed(self, person: Person) -> tuple[str, ...]:
        everything = with_confirmed(self.state, person)
        return (*everything.accounts, *everything.pages)

    def _is_anothers(self, person: Person, account: str, about: tuple[Staged, ...]) -> bool:
        """Judge the first name an account shows; what was theirs and changed is for a flag."""
        items = self.state.items.find(person.ref, (account, canonical_key(account)))
        before = [each.portrait.name for each in items if each.portrait.name]
        if any(not shows_other_name(name, person, self.counts) for name in before):
            return False
        shown = [each.name for each in _findings(account, about) if each.name] or before
        return any(shows_other_name(name, person, self.counts) for name in shown)

    def _drop(self, ref: Person, account: str) -> None:
        now, before = self.now(), self.state.people.get(ref.ref)
        after = replace(
            before,
            accounts=tuple(each for each in before.accounts if each != account),
            pages=tuple(each for each in before.pages if each != account),
        )
        proof = AccountProof(person=ref.ref, account=account, state=ProofState.WAITING, at=now)
        self.state.account_proofs.put(proof)
        self.state.people.replace(after)
        self.retiring.edited(before, after)
        self.letters.queue(
            LetterPlan(reader=ref.ref, period=f"{account}-{now.isoformat()}"),
            AccountDroppedView(
                **self.letters.greeting(before),
                at=now,
                account=account,
                code=self.state.account_proofs.code(ref.ref, account),
            ),
        )
        self.state.audit.append(now, "namesake", DROPPED, ref.ref, {})

    def _proved(self, person: Person, proof: AccountProof, about: tuple[Staged, ...]) -> bool:
        """Look for the proof once. What cannot be read proves nothing, and is looked at again."""
        findings = tuple(_findings(proof.account, about))
        if any(self._proves(person, proof.account, each) for each in findings):
            self._conclude(proof, ProofState.PROVEN, PROVEN)
            self._take_in(proof)
            return True
        told = any(each.name or each.bio for each in findings)
        absent = any(each.visit.reading.outcome is Outcome.ABSENT for each in about)
        if told or absent:
            self._conclude(proof, ProofState.FAILED, NOT_PROVEN)
        return False

    def _proves(self, person: Person, account: str, finding: Finding) -> bool:
        code = self.state.account_proofs.code(person.ref, account)
        texts = (finding.bio, finding.name, finding.title, finding.snippet)
        if any(code in text.casefold() for text in texts):
            return True
        trusted = self._trusted_keys(person)
        linked = {
            key for link in finding.links for key in (*account_keys(link), canonical_key(link))
        }
        return not trusted.isdisjoint(linked)

    def _trusted_keys(self, person: Person) -> frozenset[str]:
        items = (
            each for each in own_items(self.state, person) if is_trusted(self.state, person, each)
        )
        return frozenset(
            key
            for item in items
            for key in (item.portrait.key, item.portrait.account, *item.portrait.account_aliases)
            if key
        )

    def _conclude(self, proof: AccountProof, state: ProofState, action: str) -> None:
        now = self.now()
        self.state.account_proofs.put(replace(proof, state=state, at=now))
        self.state.audit.append(now, "namesake", action, proof.person, {})

    def _take_in(self, proof: AccountProof) -> None:
        person, own = self.state.people.get(proof.person), proof.account
        if "://" in own:
            after = replace(person, pages=tuple(dict.fromkeys((*person.pages, own))))
        else:
            after = replace(person, accounts=tuple(dict.fromkeys((*person.accounts, own))))
        self.state.people.replace(after)


def _about(account: str, ref: str, source: Source, answers: Iterable[Staged]) -> Iterator[Staged]:
    """Yield the answers of an account's own address, by their question or by what they show."""
    page = (account,) if "://" in account else ()
    words = Identity(ref=ref, names=(), accounts=() if page else (account,), pages=page)
    keys = {query.key for query in source.plan(words)}
    for each in answers:
        if each.visit.query.kind.proves_absence and (
            each.visit.query.key in keys or tuple(_findings(account, (each,)))
        ):
            yield each


def _findings(account: str, answers: Iterable[Staged]) -> Iterator[Finding]:
    keys = {account.casefold(), canonical_key(account)}
    for each in answers:
        for finding in each.visit.reading.findings:
            told = (finding.key, finding.account.casefold(), *finding.account_aliases)
            if not keys.isdisjoint(told):
                yield finding


def _without(answers: tuple[Staged, ...], about: Collection[Staged]) -> tuple[Staged, ...]:
    keys = {each.visit.query.key for each in about}
    return tuple(each for each in answers if each.visit.query.key not in keys)
