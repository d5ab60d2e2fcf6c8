"""One-card links: an email lets its reader answer one finding without signing in.

A link is signed under the person's own key, for one card, one mailbox and 14 days, and put in only
when the email is sent, so that nothing stores it. It opens while the card waits for an answer, and
takes back the one that it gave, in the browser that gave it.
"""

import hmac
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from monitor.app import App
from monitor.domain.case import OWNERSHIP_CASES, Case
from monitor.domain.errors import DatabaseError, InputError
from monitor.domain.person import Person
from monitor.domain.vocabulary import Decision, Means
from monitor.services.answers import (
    ANSWER_ACTIONS,
    DecisionInput,
    answer_case,
    find_ownership_case,
    record_feedback,
    undo_decisions,
    undo_feedback,
)
from monitor.services.disclosure import disclose_own
from monitor.services.findings import list_pending_cards
from monitor.services.pictures import load_compared_picture
from monitor.services.sessions import SIGNED_OUT
from reports.case_view import CaseView
from reports.emails.account import AlertView, NudgeView, ReviewerQuestionView
from reports.emails.views import ChangeLine, EmailView, PersonalEmailView
from reports.finding_view import FindingView
from reports.pages.account import AnswerCardView
from reports.pages.findings import QuestionCard

ANSWER_LINK_LASTS = timedelta(days=14)
# Seconds since 1970 have ten digits until 2286; more would be no date.
MAX_END_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLink:
    """`card_id` is a finding, or a case if `is_case`; `finding_id` is what it is about."""

    person_id: str
    card_id: str
    finding_id: str
    is_case: bool
    expires_at: datetime


def build_answer_token(app: App, link: AnswerLink) -> str:
    subject = f"{'f' if link.is_case else 'i'}{link.card_id}"
    end = str(int(link.expires_at.timestamp()))
    person = app.db.people.load_person(link.person_id)
    return f"{subject}.{end}.{_sign_link(app, person, subject, end)}"


def open_answer_link(app: App, token: str) -> AnswerLink | None:
    """Return what a link may answer; None where it has expired or was never ours.

    Leaving, a new work address, erasure and "sign out everywhere" each end every link that is out.
    """
    subject, end, signature = (*token.split("."), "", "", "")[:3]
    link = _find_link_target(app, subject, end)
    if link is None or app.clock.now() >= link.expires_at:
        return None
    try:
        person = app.db.people.load_person(link.person_id)
        right = _sign_link(app, person, subject, end)
    except (InputError, DatabaseError):
        return None
    genuine = hmac.compare_digest(right.encode(), signature.encode())
    in_force = app.db.consents.has_consent_in_force(person.id, app.clock.now())
    return link if genuine and in_force else None


def _find_link_target(app: App, subject: str, end: str) -> AnswerLink | None:
    card_id, is_case = subject[1:], subject[:1] == "f"
    if not (subject.isascii() and end.isascii() and end.isdecimal() and len(end) <= MAX_END_DIGITS):
        return None
    try:
        finding_id = app.db.cases.load_case(card_id).finding_id if is_case else card_id
        person_id = app.db.findings.load_finding(finding_id).person_id
    except (InputError, DatabaseError):
        return None
    return AnswerLink(
        person_id=person_id,
        card_id=card_id,
        finding_id=finding_id,
        is_case=is_case,
        expires_at=datetime.fromtimestamp(int(end), UTC),
    )


def _sign_link(app: App, person: Person, subject: str, end: str) -> str:
    purpose = f"answer {subject} {end} {person.mail.casefold()}"
    for at in app.db.audit.list_own_action_times(person.id, SIGNED_OUT, 1):
        purpose += f" {at.isoformat()}"
    return app.db.email_codes.derive_email_code(person.id, purpose)


def build_answer_card(app: App, link: AnswerLink, token: str) -> AnswerCardView | None:
    """Show what the email showed; None where nothing waits for an answer anymore."""
    cards = list_pending_cards(app, link.person_id)
    pending = next((card for card in cards if card.id == link.card_id), None)
    if pending is None:
        return None
    zone = app.db.people.load_person(link.person_id).zone
    return AnswerCardView(token=token, zone=zone, card=pending.build(), expires_at=link.expires_at)


def load_linked_picture(app: App, link: AnswerLink, finding_id: str) -> bytes:
    """Return one of the two pictures that a link's own card shows; raise InputError for others."""
    asked = build_answer_card(app, link, "")
    pair = asked.card.case.pair if asked and asked.card.case else None
    if pair is None or finding_id not in {pair.their_id, pair.own_id}:
        raise InputError("This link shows no such picture.")
    return load_compared_picture(app, link.person_id, finding_id)


def answer_by_link(
    app: App, link: AnswerLink, decision: Decision
) -> tuple[QuestionCard, tuple[str, ...]] | None:
    """Record the person's answer; return what it is about and which other findings it filed.

    None where nothing waits anymore. Raises InputError where this card does not take it.
    """
    with app.db.begin_transaction():
        # Of two who answer at once, the second is told that the link is over.
        asked = build_answer_card(app, link, "")
        if asked is None:
            return None
        if decision not in {choice.value for choice in asked.card.choices}:
            raise InputError("This finding does not take this answer now. Sign in to see it.")
        if link.is_case:
            entry = DecisionInput(decision=decision, by=link.person_id, means=Means.LINK)
            filed = answer_case(app, app.db.cases.load_case(link.card_id), entry)
        else:
            answers = {link.card_id: decision}
            filed = record_feedback(app, link.person_id, answers, Means.LINK)
    return asked.card, filed


def build_link_means(app: App, link: AnswerLink, browser_id: str) -> str:
    """Return by which means this browser answers, so that it alone takes that back."""
    purpose = f"undo {link.card_id} {browser_id}"
    return f"{Means.LINK}:{app.db.email_codes.derive_email_code(link.person_id, purpose)}"


def find_link_answer(app: App, link: AnswerLink, browser_id: str) -> Decision | None:
    """Return what a link answered in this browser.

    None where nothing stands, or it was said elsewhere since.
    """
    case = _find_asking_case(app, link)
    subjects = (case.id,) if case and link.is_case else (link.finding_id, case.id if case else "")
    entries = app.db.audit.list_entries_of_subjects(subjects)
    said = [one for one in entries if one.action in ANSWER_ACTIONS and one.actor == "person"]
    decision = Decision(said[-1].details["decision"]) if said else Decision.REOPENED
    is_here = bool(said) and said[-1].means == build_link_means(app, link, browser_id)
    return decision if is_here and decision is not Decision.REOPENED else None


def undo_by_link(app: App, link: AnswerLink, browser_id: str) -> bool:
    """Take back what a link answered in this browser; tell whether there was anything."""
    # What began again because it changed has no answer anymore.
    with suppress(InputError), app.db.begin_transaction():
        if find_link_answer(app, link, browser_id) is None:
            return False
        if link.is_case:
            undo_decisions(app, (link.card_id,), link.person_id)
        else:
            undo_feedback(app, link.person_id, (link.finding_id,))
        return True
    return False


def disclose_answered(app: App, link: AnswerLink) -> CaseView | None:
    """Return the case that a link answered, as its person knows it; None where there is none."""
    case = _find_asking_case(app, link)
    return disclose_own(app, case) if case else None


def _find_asking_case(app: App, link: AnswerLink) -> Case | None:
    if link.is_case:
        return app.db.cases.load_case(link.card_id)
    return find_ownership_case(app, link.finding_id)


def add_finding_links(app: App, view: EmailView, sent_at: datetime) -> EmailView:
    """Give each finding of an email its own link: to answer it, or to its page."""
    links = LinkBuilder(app, sent_at + ANSWER_LINK_LASTS)
    match view:
        case AlertView():
            return replace(
                view, case=links.link_case(view.case), more=tuple(map(links.link_case, view.more))
            )
        case NudgeView():
            return replace(view, cases=tuple(map(links.link_open_case, view.cases)))
        case ReviewerQuestionView():
            link = links.link_open_case if view.did else links.link_to_page
            return replace(view, case=link(view.case))
        case PersonalEmailView():
            return replace(
                view,
                cases=tuple(map(links.link_case, view.cases)),
                questions=tuple(map(links.link_question, view.questions)),
                waiting=tuple(map(links.link_open_case, view.waiting)),
                changes=tuple(map(links.link_change, view.changes)),
                decided=tuple(map(links.link_to_page, view.decided)),
            )
    return view


@dataclass(frozen=True, slots=True)
class LinkBuilder:
    """Makes the links of one email. What is gone since it was queued gets none."""

    app: App
    expires_at: datetime

    def _build_page_url(self, finding_id: str) -> str:
        return f"{self.app.config.portal.address}/me/findings/{finding_id}"

    def link_change(self, line: ChangeLine) -> ChangeLine:
        url = self._build_page_url(line.finding.id)
        return replace(line, finding=replace(line.finding, link_url=url))

    def link_to_page(self, view: CaseView) -> CaseView:
        case = self._find_case(view.id)
        return replace(view, link_url=self._build_page_url(case.finding_id) if case else "")

    def link_case(self, view: CaseView) -> CaseView:
        """Ask whose it is where the case does; any other case has answers of its own."""
        case = self._find_case(view.id)
        if case is None:
            return view
        is_case = case.kind not in OWNERSHIP_CASES
        card_id = case.id if is_case else case.finding_id
        return replace(
            view, link_url=self._build_answer_url(card_id, case.finding_id, is_case=is_case)
        )

    def link_open_case(self, view: CaseView) -> CaseView:
        """Ask again what has no answer; what has one is followed on its page."""
        return self.link_case(view) if view.is_undecided else self.link_to_page(view)

    def link_question(self, view: FindingView) -> FindingView:
        try:
            return replace(view, link_url=self._build_answer_url(view.id, view.id, is_case=False))
        except InputError:
            return view

    def _find_case(self, case_id: str) -> Case | None:
        try:
            return self.app.db.cases.load_case(case_id)
        except InputError:
            return None

    def _build_answer_url(self, card_id: str, finding_id: str, *, is_case: bool) -> str:
        link = AnswerLink(
            person_id=self.app.db.findings.load_finding(finding_id).person_id,
            card_id=card_id,
            finding_id=finding_id,
            is_case=is_case,
            expires_at=self.expires_at,
        )
        return f"{self.app.config.portal.address}/answer/{build_answer_token(self.app, link)}"
