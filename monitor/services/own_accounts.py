"""Which accounts and pages are a person's own: declared, confirmed, or proven.

The rest is what query planning adds to them: what waits for a proof, and what was flagged before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from monitor.db.account_proofs import ProofState
from monitor.db.database import Database
from monitor.domain.finding import Finding
from monitor.domain.names.searchable import has_exact_name
from monitor.domain.person import Person
from monitor.domain.vocabulary import CaseState, Decision
from scrapers.models import Trace, TraceKind
from scrapers.urls.canonical import canonicalize_url


def list_declared_findings(db: Database, person: Person) -> tuple[Finding, ...]:
    """Return the accounts and pages that they declared."""
    addresses = (*person.accounts, *map(canonicalize_url, person.pages))
    return db.findings.find_findings_by_aliases(person.id, addresses)


def load_own_findings(db: Database, person: Person) -> Mapping[str, Finding]:
    """Return, by id, what the person declared, and accounts that they confirmed.

    A page that they confirmed may still be written by others, such as their school.
    """
    own = {
        finding.id: finding
        for finding in (*list_declared_findings(db, person), *list_confirmed_accounts(db, person))
    }
    return {finding_id: own[finding_id] for finding_id in db.findings.sort_finding_ids(own)}


def list_confirmed_accounts(db: Database, person: Person) -> Iterator[Finding]:
    """Yield accounts that the person confirmed, without those that show another name."""
    unproven = list_unproven_accounts(db, person.id)
    for finding, decision in db.findings.list_findings_with_feedback(person.id):
        portrait = finding.portrait
        theirs = unproven.isdisjoint((portrait.account, *portrait.account_aliases))
        if decision is Decision.MINE and portrait.kind is TraceKind.ACCOUNT and theirs:
            yield finding


def list_unproven_accounts(db: Database, person_id: str) -> frozenset[str]:
    """Return the accounts that show someone else's name, without proof of control."""
    proofs = db.account_proofs.list_proofs_of_person(person_id)
    return frozenset(proof.account for proof in proofs if proof.state is not ProofState.PROVEN)


def include_confirmed_accounts(db: Database, person: Person) -> Person:
    """Return the person with confirmed accounts added; the rest stays as entered."""
    declared = set(person.accounts)
    confirmed = (
        extract_handle_key(finding.portrait)
        for finding in list_confirmed_accounts(db, person)
        if declared.isdisjoint(_list_account_keys(finding.portrait))
    )
    added = tuple(filter(None, confirmed))
    return replace(person, accounts=(*person.accounts, *added)) if added else person


def include_requested_accounts(db: Database, person: Person) -> Person:
    """Return the person with the accounts that wait for a proof check."""
    proofs = db.account_proofs.list_proofs_of_person(person.id)
    asked = [proof.account for proof in proofs if proof.state is ProofState.REQUESTED]
    return replace(
        person,
        accounts=(*person.accounts, *(account for account in asked if "://" not in account)),
        pages=(*person.pages, *(account for account in asked if "://" in account)),
    )


def list_trusted_accounts(db: Database, person: Person) -> frozenset[str]:
    """Return the accounts whose contacts may be read: proven, or showing their exact name."""
    return frozenset(
        account
        for account in person.accounts
        for finding in db.findings.find_findings_by_aliases(person.id, (account,))
        if is_trusted_account(db, person, finding)
    )


def is_trusted_account(db: Database, person: Person, finding: Finding) -> bool:
    """Tell whether a proof, or its exact name, shows that an account is the person's own.

    One that showed their name once stays trusted: it may have been taken over.
    """
    proofs = db.account_proofs.list_proofs_of_person(person.id)
    proven = {proof.account for proof in proofs if proof.state is ProofState.PROVEN}
    if not proven.isdisjoint(
        (finding.portrait.key, *map(str.casefold, _list_account_keys(finding.portrait)))
    ):
        return True
    shown = (
        finding.portrait.name,
        *(version.trace.name for version in db.versions.list_versions(finding.id)),
    )
    return any(has_exact_name(name, person) for name in shown if name)


def list_impersonator_keys(db: Database, person_id: str) -> tuple[str, ...]:
    """Return the accounts that were decided to be impersonations of this person."""
    cases = (case for case in db.cases.list_cases_of_person(person_id) if case.is_pursued)
    findings = dict.fromkeys(case.finding_id for case in cases)
    return tuple(
        filter(
            None,
            (
                extract_handle_key(db.findings.load_finding(finding_id).portrait)
                for finding_id in findings
            ),
        )
    )


def list_removal_pages(db: Database, person_id: str) -> tuple[str, ...]:
    """Return the pages whose site was asked to take details down; what is gone may come back."""
    states = {CaseState.REMOVAL_ASKED, CaseState.REMOVAL_DONE, CaseState.GONE}
    cases = db.cases.list_cases_of_person(person_id)
    asked = dict.fromkeys(case.finding_id for case in cases if case.state in states)
    portraits = (db.findings.load_finding(finding_id).portrait for finding_id in asked)
    return tuple(portrait.url for portrait in portraits if not extract_handle_key(portrait))


def _list_account_keys(portrait: Trace) -> tuple[str, ...]:
    return (portrait.account, *portrait.account_aliases)


def extract_handle_key(portrait: Trace) -> str:
    """Return the account key with its handle, as people declare accounts; else empty."""
    if portrait.kind is not TraceKind.ACCOUNT:
        return ""
    return next(
        (
            account_key.casefold()
            for account_key in _list_account_keys(portrait)
            if ":@" in account_key
        ),
        "",
    )
