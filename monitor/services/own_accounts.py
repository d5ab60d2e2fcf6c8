"""Which accounts and pages are a person's own: declared, confirmed, or proven.

The rest is what query planning adds to them: what waits for a proof, and what was flagged before.
What the policy of the district says of them: an email has one clause at most, and each clause once
a quarter at most.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.config.sections import load_policy_texts
from monitor.db.account_proofs import ProofState
from monitor.db.database import Database
from monitor.domain.conduct_policy import PolicyClause, list_account_clauses
from monitor.domain.detection.affiliation_words import count_named_employers
from monitor.domain.detection.appearance import build_appearance
from monitor.domain.finding import Finding
from monitor.domain.names.searchable import has_exact_name
from monitor.domain.person import Person
from monitor.domain.reason import Reason, Site
from monitor.domain.schedule import list_quarter_weeks
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, Scope
from reports.pages.layout import PolicyReminder
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
    # The accounts that show someone else's name, without proof of control.
    proofs = db.account_proofs.list_proofs_of_person(person.id)
    unproven = frozenset(proof.account for proof in proofs if proof.state is not ProofState.PROVEN)
    for finding, decision in db.findings.list_findings_with_feedback(person.id):
        portrait = finding.portrait
        theirs = unproven.isdisjoint((portrait.account, *portrait.account_aliases))
        if decision is Decision.MINE and portrait.kind is TraceKind.ACCOUNT and theirs:
            yield finding


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


def find_typed_username(app: App, person_id: str, portrait: Trace) -> str:
    """Return how its person typed the username of their account; empty where they did not."""
    named, key = app.db.people.load_person(person_id).accounts, extract_handle_key(portrait)
    typed = next((account for account in named if account.casefold() == key), "")
    return typed.partition(":@")[2]


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


def build_policy_reminder(app: App, clauses: Iterable[PolicyClause]) -> PolicyReminder:
    """Put clauses in the words of the district, or else in ours."""
    texts = load_policy_texts(app.config.policy)
    return PolicyReminder(
        texts=tuple(texts[clause] for clause in clauses), url=app.config.policy.url
    )


_ABOUT_STUDENTS = frozenset({PolicyClause.STUDENT_PROFILES, PolicyClause.OFF_HOURS})


def build_account_reminder(app: App, finding: Finding) -> PolicyReminder:
    """Return what fits an account of the person's own."""
    portrait, person = finding.portrait, app.db.people.load_person(finding.person_id)
    named = _names_school(finding, person)
    clauses = list_account_clauses(names_school=named, is_public=not portrait.private)
    return _describe(app, clauses, (finding,) if named else ())


def build_digest_reminder(app: App, person: Person, last: datetime | None) -> PolicyReminder | None:
    """Return the clause that is due since the `last` digest, if it fits; a first one has none.

    Each clause has a week of its own in a quarter, and no two have the same.
    """
    if last is None:
        return None
    weeks = list_quarter_weeks(person.id, last, app.clock.now())
    due = {clause for place, clause in enumerate(PolicyClause) if place in weeks}
    if not due:
        return None
    accounts = tuple(
        finding
        for finding in load_own_findings(app.db, person).values()
        if finding.portrait.kind is TraceKind.ACCOUNT
    )
    naming = tuple(account for account in accounts if _names_school(account, person))
    fitting = frozenset(_list_fitting(app, person, accounts, naming))
    clause = next((clause for clause in PolicyClause if clause in due & fitting), None)
    return _describe(app, (clause,), naming) if clause else None


def _list_fitting(
    app: App, person: Person, accounts: tuple[Finding, ...], naming: tuple[Finding, ...]
) -> Iterator[PolicyClause]:
    if accounts or person.accounts:
        yield from (PolicyClause.PRIVACY_SETTINGS, PolicyClause.JOINING)
    public = any(not account.portrait.private for account in accounts)
    yield from list_account_clauses(names_school=bool(naming), is_public=public)
    cases = app.db.cases.list_cases_of_person(person.id)
    linked = any(case.kind is CaseKind.STUDENT_LINK for case in cases)
    if linked or app.db.consents.has_agreed(person.id, Scope.STUDENT_LINKS):
        yield from _ABOUT_STUDENTS


def _names_school(finding: Finding, person: Person) -> bool:
    return count_named_employers(build_appearance(finding.portrait, person).text, person) > 0


def _describe(
    app: App, clauses: tuple[PolicyClause, ...], naming: tuple[Finding, ...]
) -> PolicyReminder:
    """Say which account names the school beside the clause that this is about."""
    leads = [
        Reason("policy-names-school", {"site": Site(account.portrait.platform)})
        for account in naming[:1]
        if PolicyClause.SEPARATE_ACCOUNTS in clauses
    ]
    return replace(
        build_policy_reminder(app, clauses),
        leads=tuple(leads),
        has_guides=PolicyClause.PRIVACY_SETTINGS in clauses,
    )
