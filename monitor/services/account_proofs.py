"""An account that shows someone else's name is not followed, unless its owner proves control.

The proof is a code in its description, or a link from it to one of their trusted accounts: proven
already, or with their exact name. The next check looks for it, once.

Called inside the transaction that settles the answers.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from monitor.app import App
from monitor.db.account_proofs import AccountProof, ProofState
from monitor.db.staged_answers import StagedAnswer
from monitor.domain.names.frequency import load_census
from monitor.domain.names.searchable import shows_other_name
from monitor.domain.person import Person
from monitor.services.narrowed_consent import forget_removed_terms
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from monitor.services.own_accounts import (
    include_confirmed_accounts,
    is_trusted_account,
    load_own_findings,
)
from reports.emails.account import AccountRemovedView
from scrapers.models import Identity, Outcome, Trace
from scrapers.source import Source
from scrapers.urls.canonical import canonicalize_url, extract_account_keys

DROPPED: Final = "account-removed"
PROVEN: Final = "account-proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofCheckResult:
    """The person as stored now, and the answers that may be settled."""

    person: Person
    answers: tuple[StagedAnswer, ...]


def check_account_proofs(
    app: App, person: Person, source: Source, answers: tuple[StagedAnswer, ...]
) -> ProofCheckResult:
    """Drop what shows another name, and take in what was proved."""
    proofs = {
        account_proof.account: account_proof
        for account_proof in app.db.account_proofs.list_proofs_of_person(person.id)
    }
    requested = [
        one_proof for one_proof in proofs.values() if one_proof.state is ProofState.REQUESTED
    ]
    for proof in requested:
        about = tuple(_select_account_answers(proof.account, person.id, source, answers))
        if about and not _check_requested_proof(app, person, proof, about):
            answers = _exclude_answers(answers, about)
    everything = include_confirmed_accounts(app.db, person)
    for account in (*everything.accounts, *everything.pages):
        about = tuple(_select_account_answers(account, person.id, source, answers))
        if (
            account not in proofs
            and about
            and _is_other_persons_account(app, person, account, about)
        ):
            answers = _exclude_answers(answers, about)
            _drop_account(app, person, account)
    return ProofCheckResult(person=app.db.people.load_person(person.id), answers=answers)


def _is_other_persons_account(
    app: App, person: Person, account: str, about: tuple[StagedAnswer, ...]
) -> bool:
    """Check the first name that an account shows; a later change raises a case instead."""
    findings = app.db.findings.find_findings_by_aliases(
        person.id, (account, canonicalize_url(account))
    )
    before = [finding.portrait.name for finding in findings if finding.portrait.name]
    if any(not shows_other_name(name, person, load_census()) for name in before):
        return False
    shown = [trace.name for trace in _select_account_traces(account, about) if trace.name] or before
    return any(shows_other_name(name, person, load_census()) for name in shown)


def _drop_account(app: App, person: Person, account: str) -> None:
    now, before = app.clock.now(), app.db.people.load_person(person.id)
    after = replace(
        before,
        accounts=tuple(one_account for one_account in before.accounts if one_account != account),
        pages=tuple(page for page in before.pages if page != account),
    )
    proof = AccountProof(person_id=person.id, account=account, state=ProofState.WAITING, at=now)
    app.db.account_proofs.save_account_proof(proof)
    app.db.people.update_person(after)
    forget_removed_terms(app, before, after)
    queue_email(
        app,
        EmailPlan(recipient_id=person.id, dedupe_key=f"{account}-{now.isoformat()}"),
        AccountRemovedView(
            **build_greeting(app, before),
            at=now,
            account=account,
            code=app.db.account_proofs.derive_proof_code(person.id, account),
        ),
    )
    app.db.audit.append_entry(now, "namesake", DROPPED, person.id, {})


def _check_requested_proof(
    app: App, person: Person, proof: AccountProof, about: tuple[StagedAnswer, ...]
) -> bool:
    """Look for the proof once. What cannot be read proves nothing, and is looked at again."""
    traces = tuple(_select_account_traces(proof.account, about))
    if any(_has_proof(app, person, proof.account, trace) for trace in traces):
        _record_proof_result(app, proof, ProofState.PROVEN, PROVEN)
        _add_proven_account(app, proof)
        return True
    has_text = any(trace.name or trace.bio for trace in traces)
    absent = any(answer.visit.result.outcome is Outcome.ABSENT for answer in about)
    if has_text or absent:
        _record_proof_result(app, proof, ProofState.FAILED, "proof-failed")
    return False


def _has_proof(app: App, person: Person, account: str, trace: Trace) -> bool:
    code = app.db.account_proofs.derive_proof_code(person.id, account)
    texts = (trace.bio, trace.name, trace.title, trace.snippet)
    if any(code in text.casefold() for text in texts):
        return True
    findings = (
        finding
        for finding in load_own_findings(app.db, person).values()
        if is_trusted_account(app.db, person, finding)
    )
    trusted = frozenset(
        key
        for finding in findings
        for key in (
            finding.portrait.key,
            finding.portrait.account,
            *finding.portrait.account_aliases,
        )
        if key
    )
    linked = {
        key for link in trace.links for key in (*extract_account_keys(link), canonicalize_url(link))
    }
    return not trusted.isdisjoint(linked)


def _record_proof_result(app: App, proof: AccountProof, state: ProofState, action: str) -> None:
    now = app.clock.now()
    app.db.account_proofs.save_account_proof(replace(proof, state=state, at=now))
    app.db.audit.append_entry(now, "namesake", action, proof.person_id, {})


def _add_proven_account(app: App, proof: AccountProof) -> None:
    person, own = app.db.people.load_person(proof.person_id), proof.account
    if "://" in own:
        after = replace(person, pages=tuple(dict.fromkeys((*person.pages, own))))
    else:
        after = replace(person, accounts=tuple(dict.fromkeys((*person.accounts, own))))
    app.db.people.update_person(after)


def _select_account_answers(
    account: str, person_id: str, source: Source, answers: Iterable[StagedAnswer]
) -> Iterator[StagedAnswer]:
    """Yield the answers of an account's own address, by their query or by what they show."""
    page = (account,) if "://" in account else ()
    words = Identity(person_id=person_id, names=(), accounts=() if page else (account,), pages=page)
    keys = {query.key for query in source.build_queries(words)}
    for answer in answers:
        if answer.visit.query.kind.proves_absence and (
            answer.visit.query.key in keys or tuple(_select_account_traces(account, (answer,)))
        ):
            yield answer


def _select_account_traces(account: str, answers: Iterable[StagedAnswer]) -> Iterator[Trace]:
    keys = {account.casefold(), canonicalize_url(account)}
    for answer in answers:
        for trace in answer.visit.result.traces:
            names = (trace.key, trace.account.casefold(), *trace.account_aliases)
            if not keys.isdisjoint(names):
                yield trace


def _exclude_answers(
    answers: tuple[StagedAnswer, ...], about: Collection[StagedAnswer]
) -> tuple[StagedAnswer, ...]:
    keys = {answer.visit.query.key for answer in about}
    return tuple(answer for answer in answers if answer.visit.query.key not in keys)
