"""Taking an impersonation or contact details down: the person asks; we give them what they need.

We never report or ask for anyone, and never take a document that proves who they are. Once a site
was asked to remove details, we look at its page again.

`owner_id` is the person who asks; other people's data is not found.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.app.sources import PictureSupport, detect_picture_support, list_report_forms
from monitor.db.pictures import Screenshot
from monitor.domain.case import Case, list_possible_decisions, name_contacts
from monitor.domain.case_end import can_be_looked_at
from monitor.domain.case_log import LEVERS
from monitor.domain.case_progress import LOOKED_AT_AFTER, get_reply_time, list_look_times
from monitor.domain.errors import InputError
from monitor.domain.finding import Finding, Presence
from monitor.domain.person import Reviewer
from monitor.domain.reason import Reason
from monitor.domain.takedown_facts import RemovalGuide, TakedownGuide
from monitor.domain.vocabulary import (
    AllowedReporter,
    CaseKind,
    CaseState,
    CaseStep,
    Decision,
    LeverKind,
    ProofRequirement,
    Side,
    TakedownHarm,
    UploadProblem,
)
from monitor.domain.withheld_accounts import keeps_address_alone, may_be_sexual
from monitor.services.answers import DecisionInput, decide_cases
from monitor.services.disclosure import (
    REPORT_TAKEN_BACK,
    disclose_own,
    list_reports_to_withdraw,
)
from monitor.services.evidence_pack import build_evidence_view
from monitor.services.letters import list_own_letters
from monitor.services.lever_results import describe_platform_results
from monitor.services.next_steps import build_next_ways, build_removal_ways, list_report_levers
from monitor.services.own_accounts import load_own_findings
from monitor.services.pictures import MAX_UPLOAD_BYTES, find_upload_problem
from monitor.services.query_planning import list_recheck_keys
from monitor.services.sweeps import RECHECK, find_next_recheck, find_report_time
from reports.case_view import CaseView
from reports.evidence_pack import ActionLogLine, EvidenceView, ScreenshotCopy
from reports.finding_view import AdviceLine
from reports.labels.cases import LEFT_IT, LEFT_ITS_REPORT, OWN_CASE_STATES, OWN_DECISION_PHRASES
from reports.labels.takedown import LEVERS as LEVER_NAMES
from reports.labels.takedown import REMOVAL_PHRASES, SHARE_LINK
from reports.pages.review import OfficeReport
from reports.pages.takedown import (
    AccountSighting,
    PageSighting,
    PlatformGuide,
    RemovalGuideLine,
    RemovalView,
    ScreenshotLine,
    ScreenshotsView,
    TakedownView,
    WithdrawalView,
)
from scrapers.models import Outcome, Trace, TraceKind
from scrapers.parsers.profile_images import MOST_SCREENSHOT_COPY, is_picture_copy

NEXT_DECISIONS: Mapping[CaseState, tuple[Decision, ...]] = {
    CaseState.NEW: (Decision.REPORTED,),
    CaseState.OPEN: (Decision.REPORTED,),
    CaseState.IMPERSONATION: (Decision.REPORTED,),
    # A joke may be left as it is.
    CaseState.MOCK: (Decision.REPORTED, Decision.HARMLESS),
    CaseState.REPORTED: (Decision.REMOVED, Decision.REFUSED, Decision.REPORTED, Decision.REOPENED),
    CaseState.REMOVED: (Decision.REOPENED,),
    CaseState.REFUSED: (Decision.REPORTED, Decision.REMOVED, Decision.HARMLESS, Decision.REOPENED),
    CaseState.GONE: (),
    CaseState.RESTORED: (),
}
# Enough for a profile, its posts and a conversation; the evidence must still fit into an email.
MAX_SCREENSHOTS = 5
LOOK_BY_PRESENCE = {
    Presence.PRESENT: AccountSighting.THERE,
    Presence.MISSING: AccountSighting.MISSING,
    Presence.GONE: AccountSighting.GONE,
}


def build_takedown_view(app: App, owner_id: str, case_id: str) -> TakedownView:
    case = _load_pursued_case(app, owner_id, case_id)
    finding, view = app.db.findings.load_finding(case.finding_id), disclose_own(app, case)
    can_look = bool(list_recheck_keys(app, finding))
    levers = list_report_levers(app, case, Side.PERSON)
    consent, now = app.db.consents.find_latest_consent(owner_id), app.clock.now()
    # Nothing more is asked for while what is said to have worked is looked at.
    is_claimed = case.state is CaseState.REMOVED and view.next_step is not CaseStep.ESCALATE
    ways = () if is_claimed else build_next_ways(app, case)
    return TakedownView(
        case=view,
        evidence=build_evidence_view(app, case, Side.PERSON),
        can_look=can_look,
        paused_until=consent.find_pause_end(now) if consent else None,
        place=_find_guide(app, case),
        log=tuple(build_log_lines(app, case)),
        choices=tuple(_list_own_choices(view, NEXT_DECISIONS)),
        looked=_find_last_look(app, case, finding),
        looked_at=finding.missing_since or finding.last_seen,
        screenshots=_build_screenshots_view(app, case),
        levers=levers,
        next_way=ways[0] if ways else None,
        later_ways=(*_list_ways_of_it(view), *ways[1:]) if ways else (),
        law_until=_find_end_of_law(case),
        letters=list_own_letters(app, case, view),
        results=describe_platform_results(app, finding, levers),
    )


def _list_own_choices(
    case: CaseView, allowed: Mapping[CaseState, tuple[Decision, ...]]
) -> Iterator[Decision]:
    """Yield what its person can say next; what IT did is not theirs to undo."""
    for choice in allowed[case.state]:
        if choice is not Decision.REOPENED or case.undoes:
            yield choice


def _list_ways_of_it(case: CaseView) -> Iterator[AdviceLine]:
    """Yield what IT can add once a report has failed."""
    if case.nature is not CaseKind.HARMFUL_PAGE and not case.helper:
        path = "" if case.it_sees_since else f"/me/cases/{case.id}/share"
        words = Reason("advice.ask-it" if case.it_sees_since else "advice.share-with-it")
        yield AdviceLine(words=words, path=path, link=SHARE_LINK if path else "")


def _find_end_of_law(case: Case) -> datetime | None:
    """Return until when a law lets a platform wait that got a request by it."""
    sent = case.last_lever
    if sent is None or sent.lever is not LeverKind.LAW or case.state is not CaseState.REPORTED:
        return None
    return sent.at + get_reply_time(sent)


def list_review_results(app: App, case: Case) -> tuple[Reason, ...]:
    finding = app.db.findings.load_finding(case.finding_id)
    return describe_platform_results(app, finding, list_report_levers(app, case, Side.IT))


def build_withdrawal_view(
    app: App, owner_id: str, case_id: str, side: Side = Side.PERSON
) -> WithdrawalView:
    """Return how to take a side's report back; raises InputError where there is none of it."""
    case = app.db.cases.load_case_of_person(owner_id, case_id)
    shown = disclose_own(app, case)
    reports = {case.get_side(one): one for one in list_reports_to_withdraw(app, case)}
    report, by_it = reports.get(side), side is Side.IT
    if report is None:
        raise InputError("There is no such report to take back.")
    person, district = app.db.people.load_person(owner_id), app.config.district
    return WithdrawalView(
        case=shown,
        place=_find_guide(app, case),
        person=person.name.full_name,
        zone=person.zone,
        reported_at=report.at,
        note="" if by_it else report.note,
        office=(district.find_office_address(report.by) or district.contact) if by_it else "",
        has_several=len(case.list_mistaken_reports(side)) > 1,
    )


def record_report_taken_back(app: App, owner_id: str, case_id: str, side: Side) -> None:
    """Note that its person sent the text; raises InputError where there is no such report."""
    case = app.db.cases.load_case_of_person(owner_id, case_id)
    if side not in map(case.get_side, list_reports_to_withdraw(app, case)):
        raise InputError("There is no such report to take back.")
    now = app.clock.now()
    app.db.audit.append_entry(now, "person", REPORT_TAKEN_BACK, case.id, {"of": side})


def can_be_reported(case: Case) -> bool:
    return Decision.REPORTED in LEVERS[case.kind] and case.state in NEXT_DECISIONS


def build_review_guide(app: App, case: Case) -> PlatformGuide | None:
    """Return what the platform asks for, as a reviewer reads it: it speaks of the person by name.

    It takes the platform and the address alone, which reviewers see anyway.
    """
    guide, given = _find_guide(app, case), app.db.people.load_person(case.person_id).name.given
    return replace(guide, given=given) if guide is not None else None


def build_takedown_evidence(app: App, owner_id: str, case_id: str) -> EvidenceView:
    """Return what the person may hand out; their screenshots are in no one else's evidence.

    Of what may be sexual, it holds the address and the times alone.
    """
    case = _load_pursued_case(app, owner_id, case_id)
    view = build_evidence_view(app, case, Side.PERSON)
    if view.is_withheld:
        return view
    shots = app.db.screenshots.list_screenshots_of_case(case.id)
    copies = (ScreenshotCopy(added_at=shot.at, picture=shot.picture) for shot in shots)
    return replace(view, screenshots=tuple(copies))


def add_screenshot(app: App, owner_id: str, case_id: str, body: bytes) -> UploadProblem | None:
    """Add a picture that the person uploaded to their evidence; return what prevented it.

    Only a copy of its pixels is stored, which a child process made.
    """
    case = _load_pursued_case(app, owner_id, case_id)
    problem = _find_upload_problem(app, case, body)
    if problem is not None:
        return problem
    result = app.copier.copy_screenshot(body)
    if not is_picture_copy(result.picture_copy, MOST_SCREENSHOT_COPY):
        busy = result.outcome is Outcome.FAILED
        return UploadProblem.BUSY if busy else UploadProblem.UNREADABLE
    with app.db.begin_transaction():
        if app.db.screenshots.count_screenshots_of_case(case.id) >= MAX_SCREENSHOTS:
            return UploadProblem.TOO_MANY
        now = app.clock.now()
        app.db.screenshots.insert_screenshot(
            Screenshot(id=app.ids.new_id(), case_id=case.id, at=now, picture=result.picture_copy)
        )
        if case.state is CaseState.REMOVED and not can_be_looked_at(case):
            # What no source of ours can open, only they can show to be gone.
            app.db.cases.update_case(replace(case, gone_at=now))
            app.db.audit.append_entry(now, "person", "closed", case.id, {})
    return None


def _find_upload_problem(app: App, case: Case, body: bytes) -> UploadProblem | None:
    if problem := find_upload_problem(body):
        return problem
    if _is_withheld(app, case):
        return UploadProblem.SEXUAL
    if app.db.screenshots.count_screenshots_of_case(case.id) >= MAX_SCREENSHOTS:
        return UploadProblem.TOO_MANY
    return None


def _is_withheld(app: App, case: Case) -> bool:
    """Tell whether no picture of it may be kept, whoever takes it."""
    return keeps_address_alone(case, app.db.findings.load_finding(case.finding_id).portrait)


def load_screenshot(app: App, owner_id: str, case_id: str, screenshot_id: str) -> bytes:
    case = _load_pursued_case(app, owner_id, case_id)
    shot = app.db.screenshots.find_screenshot(case.id, screenshot_id)
    if shot is None:
        raise InputError("There is no such screenshot.")
    return shot.picture


def remove_screenshot(app: App, owner_id: str, case_id: str, screenshot_id: str) -> None:
    case = _load_pursued_case(app, owner_id, case_id)
    app.db.screenshots.delete_screenshot(case.id, screenshot_id)


def _build_screenshots_view(app: App, case: Case) -> ScreenshotsView:
    shots = app.db.screenshots.list_screenshots_of_case(case.id)
    return ScreenshotsView(
        lines=tuple(
            ScreenshotLine(id=shot.id, at=shot.at, kilobytes=-(-len(shot.picture) // 1000))
            for shot in shots
        ),
        most=MAX_SCREENSHOTS,
        megabytes=MAX_UPLOAD_BYTES >> 20,
        supported=detect_picture_support() is PictureSupport.OPENED,
        withheld=_is_withheld(app, case),
    )


def record_takedown_step(app: App, case_id: str, step: DecisionInput) -> Case:
    """Keep what its person did, and have a reported account looked at again."""
    case = _load_pursued_case(app, step.by, case_id)
    check_next_decision(case, step.decision, NEXT_DECISIONS)
    with app.db.begin_transaction():
        (after,) = decide_cases(app, (case_id,), step)
        _plan_look(app, after)
    return after


def _plan_look(app: App, case: Case) -> None:
    """Have it looked at now that something was sent or said to have worked."""
    finding = app.db.findings.load_finding(case.finding_id)
    # What another case of the finding waits for goes on.
    has_news = case.state in LOOKED_AT_AFTER
    look_at = app.clock.now() if has_news else find_next_recheck(app, finding)
    app.db.jobs.finish_job(RECHECK, finding.id, None)
    if look_at:
        app.db.jobs.ensure_job(RECHECK, finding.id, look_at)


def check_next_decision(
    case: Case, decision: Decision, allowed: Mapping[CaseState, tuple[Decision, ...]]
) -> None:
    """Raise InputError where a case, as it stands now, does not take this decision."""
    if decision not in allowed[case.state]:
        raise InputError(
            f'The status is "{OWN_CASE_STATES[case.state]}". Reload the page to see what you can '
            "do next."
        )


def _load_pursued_case(app: App, owner_id: str, case_id: str) -> Case:
    case = app.db.cases.load_case_of_person(owner_id, case_id)
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        raise InputError("This account is your own. Get it back on the platform's recovery page.")
    if Decision.REPORTED not in LEVERS[case.kind]:
        raise InputError("You can report only an account that others made about you.")
    if case.state not in NEXT_DECISIONS:
        reason = f'The status is "{OWN_CASE_STATES[case.state]}". Undo that before you report it.'
        raise InputError(reason)
    return case


def build_log_lines(
    app: App, case: Case, phrases: Mapping[Decision, str] = OWN_DECISION_PHRASES
) -> Iterator[ActionLogLine]:
    for decision in app.db.cases.list_decisions(case.id):
        is_own, what = decision.by == case.person_id, phrases[decision.decision]
        if decision.decision is Decision.HARMLESS and is_own:
            what = LEFT_IT
        yield ActionLogLine(
            at=decision.at,
            who="You" if is_own else "IT",
            what=LEFT_ITS_REPORT if decision == case.upheld else what,
            note=decision.note,
            lever=LEVER_NAMES[decision.lever] if decision.lever else "",
        )


def _find_last_look(app: App, case: Case, finding: Finding) -> AccountSighting | None:
    """Return what was seen since the report; None where we have not looked since."""
    if case.last_lever is None or case.last_lever.decision is Decision.REFUSED:
        return None
    reported = find_report_time(app.db, case)
    if finding.presence is Presence.PRESENT and reported and finding.last_seen < reported:
        return AccountSighting.NOT_YET
    return LOOK_BY_PRESENCE[finding.presence]


def _find_guide(app: App, case: Case) -> PlatformGuide | None:
    """Return the platform's guide: for imitations, or for what others made to mock."""
    if case.nature is CaseKind.HARMFUL_PAGE:
        return None
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    silent = case.get_verdict(Side.PERSON) is None
    mocks = case.nature is CaseKind.MOCK_ACCOUNT or (
        silent and case.get_verdict(Side.IT) is Decision.MOCK
    )
    return find_platform_guide(
        app, portrait, TakedownHarm.HARASSMENT if mocks else TakedownHarm.IMPERSONATION
    )


def find_platform_guide(
    app: App, account: Trace, harm: TakedownHarm = TakedownHarm.IMPERSONATION
) -> PlatformGuide | None:
    """Return how the platform of an account takes such reports, if we know."""
    form = list_report_forms(app.sources.values()).get(account.platform, "")
    place = app.facts.takedown_guides[harm].find_guide(account, form)
    return _build_platform_guide(place, app.clock.now()) if place else None


def _name_demands(asks: Iterable[str]) -> tuple[Reason, ...]:
    return tuple(Reason(f"asks.{demand}") for demand in asks)


def _build_platform_guide(place: TakedownGuide, now: datetime) -> PlatformGuide:
    return PlatformGuide(
        name=place.name,
        form=place.form or "",
        in_app=Reason(f"in-app.{place.in_app}"),
        who=tuple(Reason(f"reporter.{who}") for who in place.who),
        asks=_name_demands(place.asks),
        identity=Reason(f"proof.{place.identity}"),
        rule=Reason(f"rule.{place.rule}"),
        least=place.least,
        room=place.room,
        help=place.help or "",
        mail=place.mail or "",
        known=place.known,
        day=place.day,
        stale=place.is_stale(now),
        for_anyone=AllowedReporter.ANYONE in place.who,
        proof=place.identity
        in {ProofRequirement.ALWAYS, ProofRequirement.SOMETIMES, ProofRequirement.UNKNOWN},
    )


NEXT_REMOVAL_DECISIONS: Mapping[CaseState, tuple[Decision, ...]] = {
    CaseState.NEW: (Decision.REMOVAL_ASKED,),
    CaseState.OPEN: (Decision.REMOVAL_ASKED,),
    CaseState.MINE: (Decision.REMOVAL_ASKED, Decision.HARMLESS),
    CaseState.REMOVAL_ASKED: (
        Decision.REMOVAL_DONE,
        Decision.REMOVAL_ASKED,
        Decision.HARMLESS,
        Decision.REOPENED,
    ),
    CaseState.REMOVAL_DONE: (Decision.REOPENED,),
    CaseState.GONE: (),
}


def build_removal_view(app: App, owner_id: str, case_id: str) -> RemovalView:
    case = _load_removal_case(app, owner_id, case_id)
    finding, now = app.db.findings.load_finding(case.finding_id), app.clock.now()
    person = app.db.people.load_person(owner_id)
    guide = app.facts.removal_guides.find_guide(finding.portrait.url)
    is_own = finding.id in load_own_findings(app.db, person) and (
        finding.portrait.kind is TraceKind.ACCOUNT
    )
    shown = disclose_own(app, case)
    in_vain = shown.next_step is CaseStep.ESCALATE and not is_own
    # Google's own tool, which hides what its search shows; the page itself stays.
    return RemovalView(
        case=shown,
        later_ways=build_removal_ways(app, case) if in_vain else (),
        shows=Reason(
            f"removal-shows.{'own' if is_own else 'other'}",
            {"what": name_contacts(case.contact_kinds)},
        ),
        guide=_build_guide_line(guide, now) if guide else None,
        results_tool=(
            next(
                lever.address or ""
                for lever in app.facts.levers
                if lever.kind is LeverKind.SEARCH and TakedownHarm.CONTACT in lever.harms
            )
        ),
        choices=tuple(_list_own_choices(shown, NEXT_REMOVAL_DECISIONS)),
        log=tuple(build_log_lines(app, case, REMOVAL_PHRASES)),
        own=is_own,
        looked=_find_sighting(app, case, finding),
        looked_at=finding.missing_since or finding.last_seen,
        looks_at=_list_next_looks(app, case),
        can_look=bool(list_recheck_keys(app, finding)),
        results=describe_platform_results(app, finding, (LeverKind.OPT_OUT,)),
    )


def record_removal_step(app: App, owner_id: str, case_id: str, decision: Decision) -> Case:
    """Keep what the person did; a page whose site was asked is looked at again."""
    case = _load_removal_case(app, owner_id, case_id)
    check_next_decision(case, decision, NEXT_REMOVAL_DECISIONS)
    with app.db.begin_transaction():
        step = DecisionInput(decision=decision, by=owner_id, lever=LeverKind.OPT_OUT)
        (after,) = decide_cases(app, (case_id,), step)
        _plan_look(app, after)
    return after


def _load_removal_case(app: App, owner_id: str, case_id: str) -> Case:
    case = app.db.cases.load_case_of_person(owner_id, case_id)
    if case.kind is not CaseKind.EXPOSED_CONTACT:
        raise InputError("You can ask for removal only where contact details are shown.")
    if case.state not in NEXT_REMOVAL_DECISIONS:
        reason = f'The status is "{OWN_CASE_STATES[case.state]}". Undo that before you ask.'
        raise InputError(reason)
    return case


def _find_sighting(app: App, case: Case, finding: Finding) -> PageSighting | None:
    """Return what was seen since the person's last word; None if the site was not asked."""
    if case.state is CaseState.GONE or finding.presence is Presence.GONE:
        return PageSighting.GONE
    since = case.ruled_at
    if case.state not in {CaseState.REMOVAL_ASKED, CaseState.REMOVAL_DONE} or since is None:
        return None
    if finding.presence is Presence.MISSING:
        return PageSighting.MISSING
    # Tell whether the page was seen at its own address.
    own = list_recheck_keys(app, finding)
    sightings = app.db.sightings.list_sightings_of_finding(finding.id)
    if any(
        sighting.query in own and not sighting.misses and sighting.last >= since
        for sighting in sightings
    ):
        return PageSighting.THERE
    if case.state is CaseState.REMOVAL_DONE:
        return None
    asked = [entry for entry in case.standing if entry.decision is Decision.REMOVAL_ASKED]
    unseen = PageSighting.SAID if len(asked) > 1 else PageSighting.NOT_YET
    return PageSighting.LISTED if finding.last_seen > since else unseen


def _list_next_looks(app: App, case: Case) -> tuple[datetime, ...]:
    now = app.clock.now()
    return tuple(at for at in list_look_times(case) if at > now)


def _build_guide_line(guide: RemovalGuide, now: datetime) -> RemovalGuideLine:
    return RemovalGuideLine(
        name=guide.name,
        opt_out=guide.opt_out,
        asks=_name_demands(guide.asks),
        days=guide.days,
        known=guide.known,
        day=guide.day,
        stale=guide.is_stale(now),
    )


def write_office_report(app: App, reviewer: Reviewer, case: Case, view: CaseView) -> str:
    """Return what IT can send to the platform; empty where that is its person's alone to do.

    Of a report that was a mistake, it takes it back.
    """
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        can_send = case.is_pursued and Decision.REPORTED in list_possible_decisions(case)
    else:
        wanted = case.is_pursued and can_be_reported(case) and not case.is_doubted
        is_fit = wanted and not may_be_sexual(case, portrait)
        can_send = is_fit and bool(list_report_levers(app, case, Side.IT))
    if not can_send and view.take_back_by is None:
        return ""
    person = app.db.people.load_person(case.person_id)
    return OfficeReport(
        case=view,
        organization=person.organization,
        contact=reviewer.address,
        zone=app.config.district.zone,
    ).write_text()
