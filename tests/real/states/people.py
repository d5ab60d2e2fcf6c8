"""How things stand with each of the people of the scene: who paused, who left, who is new."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from monitor.app import App
from monitor.db.invitations import Invitation
from monitor.db.people import AddressChange
from monitor.db.sign_in import SignInLink
from monitor.demo.district import BETH, DANIEL, JOHN, MARIA, ROSA, THOMAS
from monitor.directory.staff_directory import create_directory_user
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.domain.person import PersonName
from monitor.domain.person_limits import MAX_EXPORTS_AN_HOUR
from monitor.domain.vocabulary import AuthMethod, ConsentChannel, Decision, Scope
from monitor.services.answer_links import AnswerLink, build_answer_token
from monitor.services.answers import record_feedback
from monitor.services.consent_end import withdraw_consent
from monitor.services.consent_renewal import pause_checks
from monitor.services.data_export import export_person_data
from monitor.services.due_jobs import run_requested_checks
from monitor.services.enrollment import enroll_with_code, hash_code, invite_person
from monitor.services.notifications import build_mailbox_token
from monitor.services.own_details import edit_profile
from monitor.services.preferences import stop_digest
from monitor.services.self_check import request_self_check
from monitor.services.sessions import find_account_id
from monitor.services.sweeps import ProgressListener
from monitor.services.tips import build_tell_token
from scrapers.crawl.crawler import Crawler
from scrapers.models import CrawlPriority, Query
from tests.cases import build_cards
from tests.monitor.services.held import places_hold

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# What somebody has who joined today, and at which point their self-check stands.
NEW = ("nina", "wilma", "ulla", "ella", "olga", "lena")
INVITED = ("iris", "igor", "ines")
# Who agreed to compare pictures, too.
PICTURED = "ulla"


class StopsHere(BaseException):
    """A self-check that goes no further, so that there is time to look at it."""


@dataclass(frozen=True, slots=True)
class FewAnswers:
    """A visitor that brings a few answers, and no more."""

    visitor: Crawler

    def is_stopped(self) -> bool:
        return False

    def crawl(self, queries: list[Query], watch: ProgressListener, priority: CrawlPriority):
        for number, visit in enumerate(self.visitor.crawl(queries, watch, priority)):
            if number == 12:
                raise StopsHere
            yield visit


def address(name: str) -> str:
    return f"{name}.field@cedarvalley.example"


def set_out(app: App) -> dict[str, str]:
    """Bring everybody to where they stand, and return the refs that addresses name them by."""
    refs = {
        person.person.mail.partition(".")[0]: app.db.people.find_person_id_by_mail(
            person.person.mail
        )
        for person in (MARIA, JOHN, BETH, THOMAS, ROSA, DANIEL)
    }
    refs |= {name: _joined(app, name) for name in NEW}
    _status(app, refs)
    _checks(app, refs)
    _links(app)
    _moves(app, refs)
    _renamed(app, refs["lena"])
    for _ in range(MAX_EXPORTS_AN_HOUR):
        export_person_data(app, refs["ulla"], refs["ulla"])
    tokens = {f"stop_{word}": _stop(app, refs[word]) for word in ("maria", "john")}
    tokens["answer_maria"] = _answer(app, refs["maria"])
    tokens["tell"] = build_tell_token(app, app.clock.now() + HOUR)
    tokens |= {f"undo_{word}": _undo(app, refs[word]) for word in ("nina", "olga")}
    codes = _invited(app)
    _unlisted(app, address("ines"))
    _new_in_directory(app)
    return {**refs, **tokens, **codes}


def reader(app: App, who: str) -> tuple[str, AuthMethod]:
    """Return who somebody is to the pages, and how they came in."""
    invitation = app.db.invitations.find_open_invitation_by_mail(address(who), app.clock.now())
    if invitation and who in INVITED:
        return invitation.id, AuthMethod.INVITATION
    known = next(filter(None, map(partial(find_account_id, app), _addresses(who))))
    return known, AuthMethod.LINK


def _addresses(who: str) -> tuple[str, ...]:
    staff = (MARIA, JOHN, BETH, THOMAS, ROSA, DANIEL)
    named = (member.person.mail for member in staff if member.person.mail.startswith(f"{who}."))
    return (*named, address(who), f"{who}@cedarvalley.example")


def _joined(app: App, name: str) -> str:
    invitation = invite_person(app, address(name), name.title(), "Field")
    app.db.invitations.set_code_hash(invitation.id, hash_code(f"joined-{name}"))
    scopes = frozenset({Scope.PROFILES, *([Scope.PHOTOS] if name == PICTURED else [])})
    answers = EnrollmentAnswers(name=PersonName(given=name.title(), family="Field"), scopes=scopes)
    return enroll_with_code(app, f"joined-{name}", answers).id


def _invited(app: App) -> dict[str, str]:
    for name in INVITED:
        invitation = invite_person(app, address(name), name.title(), "Field")
        app.db.invitations.set_code_hash(invitation.id, hash_code(f"code-of-{name}"))
    now = app.clock.now()
    old = Invitation(
        id="old-invitation",
        mail=address("ode"),
        given="Ode",
        family="Field",
        invited_at=now - 20 * DAY,
        expires_at=now - 6 * DAY,
    )
    app.db.invitations.insert_invitation(old)
    app.db.invitations.set_code_hash(old.id, hash_code("an-old-code"))
    return {f"code_{name}": f"code-of-{name}" for name in INVITED}


def _unlisted(app: App, mail: str) -> None:
    """Let a staff file list an address no more."""
    app.db.staff_listings.save_listings([mail])
    for unlisted_address in app.db.staff_listings.list_unlisted([]):
        app.db.staff_listings.mark_missing(unlisted_address.mark, app.clock.now())


def _new_in_directory(app: App) -> None:
    """Let the staff directory list someone whom no one has invited."""
    fields = {
        "username": address("neil"),
        "name.givenname": "Neil",
        "name.familyname": "Field",
    }
    create_directory_user(app, fields)


def _links(app: App) -> None:
    """Three links by which somebody could sign in, if not for what is wrong with each."""
    now, kept = app.clock.now(), app.db.sign_in_links
    for name, left in (("spent", HOUR), ("expired", -HOUR), ("elsewhere", HOUR)):
        kept.insert_sign_in_link(
            SignInLink(
                id=name,
                account_id=find_account_id(app, address("nina")),
                browser=hash_code("another browser"),
                asked_at=now,
                expires_at=now + left,
            )
        )
        kept.set_code_hash(name, hash_code(f"link-{name}"))
    kept.mark_sign_in_link_used("spent", now)


def _moves(app: App, refs: dict[str, str]) -> None:
    """One new address that waits for another browser, and one that is confirmed."""
    now, kept = app.clock.now(), app.db.address_changes
    for name, ref in (("move-elsewhere", refs["nina"]), ("moved", refs["ella"])):
        person = app.db.people.load_person(ref)
        kept.insert_address_change(
            AddressChange(
                id=name,
                person_id=ref,
                browser=hash_code("another browser"),
                old=f"former.{person.mail}",
                new=person.mail,
                asked_at=now - HOUR,
                expires_at=now + HOUR,
            )
        )
        kept.set_code_hash(name, hash_code(name))
    kept.confirm_address_change("moved", now)


def _renamed(app: App, ref: str) -> None:
    """Give one person a new family name, which waits for an operator."""
    person = app.db.people.load_person(ref)
    edit_profile(app, replace(person, name=replace(person.name, family="Stone")))


def _status(app: App, refs: dict[str, str]) -> None:
    now, consents = app.clock.now(), app.db.consents
    pause_checks(app, refs["elizabeth"], now + 30 * DAY, ConsentChannel.PORTAL)
    places_hold(app, refs["thomas"], "A request for records about a complaint.")
    stop_digest(app, refs["thomas"])
    for name, ends in (("rosa", now - HOUR), ("john", now + 10 * DAY)):
        consents.insert_consent(
            replace(consents.find_latest_consent(refs[name]), expires_at=ends, at=now)
        )
    withdraw_consent(app, refs["daniel"], ConsentChannel.PORTAL)
    several = (finding.id for finding in app.db.findings.list_findings_of_person(refs["john"]))
    record_feedback(app, refs["john"], dict.fromkeys(several, Decision.NAMESAKE))


def _checks(app: App, refs: dict[str, str]) -> None:
    checking, requests = app, app.db.jobs
    for name in ("ella", "john"):
        request_self_check(checking, refs[name])
    run_requested_checks(app)
    request_self_check(checking, refs["thomas"])
    with suppress(StopsHere):
        run_requested_checks(_stopping(app))
    request_self_check(checking, refs["wilma"])
    request_self_check(checking, refs["ulla"])
    unheard = requests.find_latest_request_of_person(refs["ulla"])
    requests.connection.write_rows("DELETE FROM jobs WHERE subject = ?", unheard.subject)
    requests.insert_request(replace(unheard, asked_at=app.clock.now() - HOUR))


def _stopping(app: App) -> App:
    few: Any = FewAnswers(app.crawler)
    return app.copy_with(crawler=few)


def _undo(app: App, ref: str) -> str:
    return build_mailbox_token(app.db, app.db.people.load_person(ref))


def _answer(app: App, ref: str) -> str:
    """Return what a link answers that an email has for the last question that waits."""
    card = [pending_card for pending_card in build_cards(app, ref) if not pending_card.is_case][-1]
    link = AnswerLink(
        person_id=ref,
        card_id=card.id,
        finding_id=card.finding.id,
        is_case=False,
        expires_at=app.clock.now() + DAY,
    )
    return build_answer_token(app, link)


def _stop(app: App, ref: str) -> str:
    return app.db.preferences.sign_unsubscribe_token(ref)
