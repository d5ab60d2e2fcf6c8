"""The cases of the scene: one at each point of its way, of accounts that pretend to be Maria."""

from dataclasses import replace
from datetime import timedelta

from monitor.app import App
from monitor.demo.district import REVIEWERS
from monitor.domain.case import Case
from monitor.domain.finding import Presence
from monitor.domain.person import Reviewer, build_reviewer_id
from monitor.domain.vocabulary import CaseKind, Decision, HarmKind, Severity
from monitor.services.findings import build_finding_page
from monitor.services.review import (
    add_review_note,
    assign_case,
    propose_early_access,
    queue_review_question,
)
from monitor.services.review_access import record_case_views
from monitor.services.withheld_accounts import withhold_account
from scrapers.models import Trace, TraceKind
from tests.cases import forget, say
from tests.monitor.decisions import decide_case

IT, HELP_DESK = REVIEWERS
DAY = timedelta(days=1)
REPORTED = {
    "there": Presence.PRESENT,
    "missing": Presence.MISSING,
    "gone": Presence.GONE,
}
OPEN = ("first", "second", "third", "fourth")
EXPOSED = {
    "listed": "https://www.whitepages.com/Maria-Delgado",
    "unlisted": "https://whereabouts.example/delgado-maria",
    "unheard": "https://silence.example/delgado-maria",
}
ELSEWHERE = {
    "unknown": {"account": "nook:@maria", "url": "https://nook.example/maria"},
    "proof": {"account": "instagram:@maria", "url": "https://instagram.com/maria"},
}


def raised(app: App, refs: dict[str, str]) -> dict[str, str]:
    """Raise and share what is needed, and return the refs that addresses name them by."""
    state, reviewing = app.db, app
    fake = _case(app, refs["maria"], CaseKind.IMPERSONATION)
    own = _case(app, refs["thomas"], CaseKind.OWN_ACCOUNT_CHANGED)
    told = {
        "case": fake.id,
        "finding": fake.finding_id,
        "unshared": own.id,
        "changed": own.finding_id,
    }
    with state.begin_transaction():
        for name in (*OPEN, *REPORTED, *ELSEWHERE, "mistaken", "answered", "mistold", "withheld"):
            told[name] = _another(app, fake, name)
        reported = say(state.cases.load_case(told["mistaken"]), Decision.REPORTED)
        state.cases.update_case(say(reported, Decision.NAMESAKE))
        by, at = build_reviewer_id(IT), app.clock.now() - DAY
        by_it = say(state.cases.load_case(told["answered"]), Decision.REPORTED, by=by, at=at)
        state.cases.update_case(say(by_it, Decision.NAMESAKE, at=at))
        real = say(state.cases.load_case(told["mistold"]), Decision.IMPERSONATION)
        by_it = say(real, Decision.TOLD, by=by, at=at)
        state.cases.update_case(say(by_it, Decision.NAMESAKE, at=at))
    _withhold(app, told["withheld"], fake)
    for name in ("case", *OPEN, "withheld"):
        decide_case(reviewing, told[name], Decision.SHARED, refs["maria"])
    _talked_about(app, told["first"])
    for by in (IT, HELP_DESK):
        propose_early_access(app, _as(by), own.id, "A parent called about it.")
    told |= _exposed(app, fake)
    told["own"] = next(
        entry.finding.id for entry in build_finding_page(app, refs["maria"], fake.finding_id).own
    )
    return told


def _case(app: App, person: str, kind: CaseKind) -> Case:
    return next(case for case in app.db.cases.list_cases_of_person(person) if case.kind is kind)


def _another(app: App, case: Case, name: str) -> str:
    state, now = app.db, app.clock.now()
    finding = state.findings.load_finding(case.finding_id)
    presence = REPORTED.get(name, Presence.PRESENT)
    portrait = replace(finding.portrait, **ELSEWHERE.get(name, {}))
    gone = None if presence is Presence.PRESENT else now - DAY
    ref = f"{name:f<32}"
    told = replace(finding, id=ref, portrait=portrait, presence=presence, missing_since=gone)
    state.findings.insert_finding(replace(told, last_seen=now), [f"alias of {name}"])
    reported = name in REPORTED
    raised = replace(forget(case), id=ref, finding_id=ref, notified_at=case.opened_at)
    if reported:
        raised = say(raised, Decision.REPORTED, at=now - 2 * DAY, note="Number 17")
    state.cases.insert_case(raised)
    return ref


def _withhold(app: App, ref: str, like: Case) -> None:
    """Forget what an account said that was judged as another was, and has sexual words."""
    finding = app.db.findings.load_finding(ref)
    shown = replace(finding.portrait, harms=(HarmKind.SEXUAL,))
    assessment = app.db.findings.find_assessment(like.finding_id)
    assert assessment is not None
    withhold_account(app, finding, shown, assessment)


def _exposed(app: App, case: Case) -> dict[str, str]:
    """Show Maria's street and phone number on sites that we know, and on one that we do not."""
    told = {}
    for name, address in EXPOSED.items():
        ref = _another(app, case, name)
        finding = app.db.findings.load_finding(ref)
        shown = Trace(
            key=f"{address}?{name}",
            kind=TraceKind.PAGE,
            url=address,
            title="Maria Delgado in Cedar Valley",
            exposed=("home-address:snippet", "phone:snippet"),
        )
        app.db.findings.update_finding(replace(finding, portrait=shown))
        raised = app.db.cases.load_case(ref)
        kind = CaseKind.EXPOSED_CONTACT
        raised = replace(raised, kind=kind, severity=Severity.HIGH, relation="home-address phone")
        if name == "unheard":
            raised = say(raised, Decision.REMOVAL_ASKED, at=app.clock.now() - 50 * DAY)
        app.db.cases.update_case(raised)
        told[name] = ref
    return told


def _talked_about(app: App, ref: str) -> None:
    """Have the help desk take it, note something, and ask."""
    queue, handling, reviewer = (
        app,
        app,
        _as(HELP_DESK),
    )
    record_case_views(queue, reviewer, [ref])
    assign_case(handling, reviewer, ref, "")
    add_review_note(handling, reviewer, ref, "Called the platform.")
    queue_review_question(handling, reviewer, ref, "Is it yours?")


def _as(mail: str) -> Reviewer:
    return Reviewer(address=mail, person_id="")
