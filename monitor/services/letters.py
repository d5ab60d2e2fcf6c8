"""Messages that a person, or IT, copies and sends to people an impersonation may reach.

Only of an account of which its person has said that it imitates them, of nothing that may be
sexual, and of nothing that says openly that others made it. Who sent one is noted.
"""

from monitor.app import App
from monitor.db.review_notes import ReviewNote, ReviewNoteKind
from monitor.domain.case import OWNERSHIP_CASES, Case, apply_decision
from monitor.domain.case_log import SENT_LEVERS, DecisionRecord
from monitor.domain.errors import InputError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import Decision, LetterKind, Side
from monitor.domain.withheld_accounts import may_be_sexual
from monitor.services.disclosure import find_open_sign
from monitor.services.review import load_viewed_case, queue_words_of_it
from reports.case_view import CaseView
from reports.letters import Letter, LetterFacts, write_letters

_NOTES = {
    LetterKind.PARENTS: ReviewNoteKind.PARENTS_TOLD,
    LetterKind.STAFF: ReviewNoteKind.STAFF_TOLD,
}


def list_office_letters(
    app: App, reviewer: Reviewer, case: Case, view: CaseView
) -> tuple[Letter, ...]:
    """Return what IT can send to families and staff of a case that it sees as `view`."""
    facts = _collect_facts(app, case, view, reviewer.address)
    if view.wrong_messages:
        return tuple(write_letters(LetterKind.CORRECTION, facts))
    if not _can_be_told(app, case) or case.is_doubted:
        return ()
    return tuple(letter for kind in _NOTES for letter in write_letters(kind, facts))


def list_own_letters(app: App, case: Case, view: CaseView) -> tuple[Letter, ...]:
    """Return what its person can send to whom they know."""
    if not _can_be_told(app, case):
        return ()
    return tuple(write_letters(LetterKind.CONTACTS, _collect_facts(app, case, view, "")))


def record_letter(app: App, reviewer: Reviewer, case_id: str, kind: LetterKind) -> None:
    """Note that a reviewer has sent a message, and email its person so."""
    with app.db.begin_transaction():
        case, now = load_viewed_case(app, reviewer, case_id), app.clock.now()
        if kind not in _NOTES or not _can_be_told(app, case) or case.is_doubted:
            raise InputError("There is no such message about this case.")
        note = ReviewNote(case_id=case.id, kind=_NOTES[kind], by=reviewer.address, at=now, text="")
        app.db.review_notes.insert_review_note(note)
        told = DecisionRecord(case_id=case.id, decision=Decision.TOLD, by=reviewer.id, at=now)
        case = apply_decision(case, told)
        app.db.cases.update_case(case)
        queue_words_of_it(app, case, reviewer, "", Decision.TOLD)
        app.db.audit.append_entry(now, reviewer.id, f"told-{kind}", case_id, {})


def _can_be_told(app: App, case: Case) -> bool:
    confirmed = case.get_verdict(Side.PERSON) is Decision.IMPERSONATION
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    imitates = confirmed and case.kind in OWNERSHIP_CASES and find_open_sign(app, case) is None
    return imitates and not may_be_sexual(case, portrait)


def _collect_facts(app: App, case: Case, view: CaseView, contact: str) -> LetterFacts:
    person = app.db.people.load_person(case.person_id)
    sent = (entry.at for entry in case.standing if entry.decision in SENT_LEVERS)
    return LetterFacts(
        case=view,
        person=person.name.full_name,
        organization=person.school or person.organization,
        reported_at=max(sent, default=None),
        zone=person.zone,
        contact=contact,
    )
