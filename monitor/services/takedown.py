"""Taking an impersonation or contact details down: the person asks; we give what that takes.

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
from monitor.domain.errors import InputError
from monitor.domain.finding import Finding, Presence
from monitor.domain.flag import ALLOWED_DECISIONS, Flag, name_contacts
from monitor.domain.reason import Reason
from monitor.domain.takedown import (
    RESULTS_ABOUT_YOU,
    RemovalGuide,
    TakedownGuide,
    load_removal_guides,
    load_takedown_guides,
)
from monitor.domain.vocabulary import (
    Decision,
    FlagKind,
    FlagState,
    ProofRequirement,
    UploadProblem,
)
from monitor.services.evidence import build_evidence_view, list_copied_fields
from monitor.services.feedback import DecisionInput, find_own_flag_opening, opens_to_it
from monitor.services.next_steps import build_advice_lines
from monitor.services.own_accounts import load_own_findings
from monitor.services.pictures import MAX_UPLOAD_BYTES, find_upload_problem
from monitor.services.presenters import format_finding_title
from monitor.services.review import decide_flags
from monitor.services.sweeps import (
    RECHECK,
    find_next_recheck,
    find_report_time,
    list_recheck_keys,
    list_recheck_times,
)
from reports.evidence_pack import ActionLogLine, EvidenceView, ScreenshotCopy
from reports.labels import (
    DECISION_PHRASES,
    FLAG_STATES,
    OWN_FLAG_STATES,
    REMOVAL_PHRASES,
    REMOVAL_STATES,
)
from reports.pages.takedown import (
    AccountSighting,
    PageSighting,
    PlatformGuide,
    RemovalGuideLine,
    RemovalView,
    ScreenshotLine,
    ScreenshotsView,
    TakedownView,
)
from scrapers.models import Outcome, Trace, TraceKind
from scrapers.parsers.profile_images import MOST_SCREENSHOT_COPY, is_picture_copy

NEXT_DECISIONS: Mapping[FlagState, tuple[Decision, ...]] = {
    FlagState.NEW: (Decision.REPORTED,),
    FlagState.OPEN: (Decision.REPORTED,),
    FlagState.IMPERSONATION: (Decision.REPORTED,),
    FlagState.MOCK: (Decision.REPORTED,),
    FlagState.REPORTED: (Decision.REMOVED, Decision.REFUSED, Decision.REOPENED),
    FlagState.REMOVED: (Decision.REOPENED,),
    FlagState.REFUSED: (Decision.REOPENED,),
}
# Enough for a profile, its posts and a conversation; the evidence must still fit into an email.
MAX_SCREENSHOTS = 5
LOOK_BY_PRESENCE = {
    Presence.PRESENT: AccountSighting.THERE,
    Presence.MISSING: AccountSighting.MISSING,
    Presence.GONE: AccountSighting.GONE,
}


def build_takedown_view(app: App, owner_id: str, flag_id: str) -> TakedownView:
    flag = _load_pursued_flag(app, owner_id, flag_id)
    finding = app.db.findings.load_finding(flag.finding_id)
    view = replace(build_evidence_view(app, flag), copied=list_copied_fields(app, flag))
    return TakedownView(
        id=flag.id,
        evidence=view,
        can_look=bool(list_recheck_keys(app, finding)),
        state=FLAG_STATES[flag.state],
        place=_find_guide(app, flag),
        log=tuple(build_log_lines(app, flag)),
        choices=NEXT_DECISIONS[flag.state],
        looked=_find_last_look(app, flag, finding),
        looked_at=finding.missing_since or finding.last_seen,
        looks_at=next(
            (at for at in list_recheck_times(app.db, flag) if at > app.clock.now()), None
        ),
        opens=opens_to_it(flag.kind, Decision.IMPERSONATION)
        and find_own_flag_opening(app, owner_id, flag_id) is None,
        advice=tuple(each for each in build_advice_lines(app, flag) if not each.path),
        screenshots=_build_screenshots_view(app, flag),
    )


def can_be_reported(flag: Flag) -> bool:
    return Decision.REPORTED in ALLOWED_DECISIONS[flag.kind] and flag.state in NEXT_DECISIONS


def build_review_guide(app: App, flag: Flag) -> PlatformGuide | None:
    """Return what the platform asks for, as a reviewer reads it: it speaks of the person by name.

    It takes the platform and the address alone, which reviewers see anyway.
    """
    guide, given = _find_guide(app, flag), app.db.people.load_person(flag.person_id).name.given
    if guide is None:
        return None
    return replace(guide, given=given)


def build_takedown_evidence(app: App, owner_id: str, flag_id: str) -> EvidenceView:
    """Return what the person may hand out; their screenshots are in no one else's evidence."""
    flag = _load_pursued_flag(app, owner_id, flag_id)
    shots = app.db.screenshots.list_screenshots_of_flag(flag.id)
    copies = (ScreenshotCopy(added_at=each.at, picture=each.picture) for each in shots)
    return replace(build_evidence_view(app, flag), screenshots=tuple(copies))


def add_screenshot(app: App, owner_id: str, flag_id: str, body: bytes) -> UploadProblem | None:
    """Add a picture that the person uploaded to their evidence; return what prevented it.

    Only a copy of its pixels is stored, which a child process made.
    """
    flag = _load_pursued_flag(app, owner_id, flag_id)
    problem = _find_upload_problem(app, flag, body)
    if problem is not None:
        return problem
    result = app.copier.copy_screenshot(body)
    if not is_picture_copy(result.picture_copy, MOST_SCREENSHOT_COPY):
        busy = result.outcome is Outcome.FAILED
        return UploadProblem.BUSY if busy else UploadProblem.UNREADABLE
    with app.db.begin_transaction():
        if app.db.screenshots.count_screenshots_of_flag(flag.id) >= MAX_SCREENSHOTS:
            return UploadProblem.TOO_MANY
        app.db.screenshots.insert_screenshot(
            Screenshot(
                id=app.ids.new_id(),
                flag_id=flag.id,
                at=app.clock.now(),
                picture=result.picture_copy,
            )
        )
    return None


def _find_upload_problem(app: App, flag: Flag, body: bytes) -> UploadProblem | None:
    if problem := find_upload_problem(body):
        return problem
    if app.db.screenshots.count_screenshots_of_flag(flag.id) >= MAX_SCREENSHOTS:
        return UploadProblem.TOO_MANY
    return None


def load_screenshot(app: App, owner_id: str, flag_id: str, screenshot_id: str) -> bytes:
    flag = _load_pursued_flag(app, owner_id, flag_id)
    shot = app.db.screenshots.find_screenshot(flag.id, screenshot_id)
    if shot is None:
        reason = "There is no such screenshot."
        raise InputError(reason)
    return shot.picture


def remove_screenshot(app: App, owner_id: str, flag_id: str, screenshot_id: str) -> None:
    flag = _load_pursued_flag(app, owner_id, flag_id)
    app.db.screenshots.delete_screenshot(flag.id, screenshot_id)


def _build_screenshots_view(app: App, flag: Flag) -> ScreenshotsView:
    shots = app.db.screenshots.list_screenshots_of_flag(flag.id)
    return ScreenshotsView(
        lines=tuple(
            ScreenshotLine(id=each.id, at=each.at, kilobytes=-(-len(each.picture) // 1000))
            for each in shots
        ),
        most=MAX_SCREENSHOTS,
        megabytes=MAX_UPLOAD_BYTES >> 20,
        supported=detect_picture_support() is PictureSupport.OPENED,
    )


def record_takedown_step(
    app: App, owner_id: str, flag_id: str, decision: Decision, note: str = ""
) -> Flag:
    """Keep what the person did, and have a reported account looked at again."""
    flag = _load_pursued_flag(app, owner_id, flag_id)
    check_next_decision(flag, decision, NEXT_DECISIONS)
    with app.db.begin_transaction():
        (after,) = decide_flags(
            app, (flag_id,), DecisionInput(decision=decision, by=owner_id, note=note.strip())
        )
        if after.state is FlagState.REPORTED:
            app.db.jobs.ensure_job(RECHECK, flag.finding_id, app.clock.now())
        else:
            app.db.jobs.finish_job(RECHECK, flag.finding_id, None)
    return after


def check_next_decision(
    flag: Flag, decision: Decision, allowed: Mapping[FlagState, tuple[Decision, ...]]
) -> None:
    """Raise InputError where a flag, as it stands now, does not take this decision."""
    if decision not in allowed[flag.state]:
        reason = (
            f'The status is "{OWN_FLAG_STATES[flag.state]}". Reload the page to see what you can '
            "do next."
        )
        raise InputError(reason)


def _load_pursued_flag(app: App, owner_id: str, flag_id: str) -> Flag:
    flag = app.db.flags.load_flag_of_person(owner_id, flag_id)
    if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
        reason = "This account is your own. Get it back on the platform's recovery page."
        raise InputError(reason)
    if Decision.REPORTED not in ALLOWED_DECISIONS[flag.kind]:
        reason = "You can report only an account that others made about you."
        raise InputError(reason)
    if flag.state not in NEXT_DECISIONS:
        reason = f'The status is "{OWN_FLAG_STATES[flag.state]}". Undo that before you report it.'
        raise InputError(reason)
    return flag


def build_log_lines(
    app: App, flag: Flag, phrases: Mapping[Decision, str] = DECISION_PHRASES
) -> Iterator[ActionLogLine]:
    for each in app.db.flags.list_decisions(flag.id):
        who = "You" if each.by == flag.person_id else "IT"
        yield ActionLogLine(at=each.at, who=who, what=phrases[each.decision], note=each.note)


def _find_last_look(app: App, flag: Flag, finding: Finding) -> AccountSighting | None:
    """Return what was seen since the report; None where we have not looked since."""
    if Decision.REPORTED in NEXT_DECISIONS[flag.state]:
        return None
    reported = find_report_time(app.db, flag)
    if finding.presence is Presence.PRESENT and reported and finding.last_seen < reported:
        return AccountSighting.NOT_YET
    return LOOK_BY_PRESENCE[finding.presence]


def _find_guide(app: App, flag: Flag) -> PlatformGuide | None:
    """Return the platform's guide; they are for impersonation, and none is for a mock account."""
    if flag.kind is FlagKind.MOCK_ACCOUNT:
        return None
    return find_platform_guide(app, app.db.findings.load_finding(flag.finding_id).portrait)


def find_platform_guide(app: App, account: Trace) -> PlatformGuide | None:
    """Return how the platform of an account takes reports of impersonation, if we know."""
    form = list_report_forms(app.sources.values()).get(account.platform, "")
    place = load_takedown_guides().find_guide(account, form)
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
        help=place.help or "",
        known=place.known,
        seen_on=place.seen_on,
        stale=place.is_stale(now),
        proof=place.identity
        in {ProofRequirement.ALWAYS, ProofRequirement.SOMETIMES, ProofRequirement.UNKNOWN},
    )


NEXT_REMOVAL_DECISIONS: Mapping[FlagState, tuple[Decision, ...]] = {
    FlagState.NEW: (Decision.REMOVAL_ASKED,),
    FlagState.OPEN: (Decision.REMOVAL_ASKED,),
    FlagState.MINE: (Decision.REMOVAL_ASKED,),
    FlagState.REMOVAL_ASKED: (Decision.REMOVAL_DONE, Decision.REOPENED),
    FlagState.REMOVAL_DONE: (Decision.REOPENED,),
    FlagState.GONE: (),
}


def build_removal_view(app: App, owner_id: str, flag_id: str) -> RemovalView:
    flag = _load_removal_flag(app, owner_id, flag_id)
    finding, now = app.db.findings.load_finding(flag.finding_id), app.clock.now()
    person = app.db.people.load_person(owner_id)
    guide = load_removal_guides().find_guide(finding.portrait.url)
    is_own = finding.id in load_own_findings(app.db, person) and (
        finding.portrait.kind is TraceKind.ACCOUNT
    )
    return RemovalView(
        id=flag.id,
        finding_id=finding.id,
        zone=person.zone,
        title=format_finding_title(finding.portrait),
        url=finding.portrait.url,
        severity=flag.severity,
        state=REMOVAL_STATES[flag.state],
        shows=Reason(
            f"removal-shows.{'own' if is_own else 'other'}",
            {"what": name_contacts(flag.contact_kinds)},
        ),
        guide=_build_guide_line(guide, now) if guide else None,
        results_tool=RESULTS_ABOUT_YOU,
        choices=NEXT_REMOVAL_DECISIONS[flag.state],
        log=tuple(build_log_lines(app, flag, REMOVAL_PHRASES)),
        own=is_own,
        answered=flag.state is FlagState.MINE,
        looked=_find_sighting(app, flag, finding),
        looked_at=finding.missing_since or finding.last_seen,
        looks_at=_list_next_looks(app, flag),
        can_look=bool(list_recheck_keys(app, finding)),
    )


def record_removal_step(app: App, owner_id: str, flag_id: str, decision: Decision) -> Flag:
    """Keep what the person did; a page whose site was asked is looked at again."""
    flag = _load_removal_flag(app, owner_id, flag_id)
    check_next_decision(flag, decision, NEXT_REMOVAL_DECISIONS)
    with app.db.begin_transaction():
        (after,) = decide_flags(app, (flag_id,), DecisionInput(decision=decision, by=owner_id))
        finding = app.db.findings.load_finding(flag.finding_id)
        asked = after.state is FlagState.REMOVAL_ASKED
        # What another flag of the finding waits for goes on.
        look_at = app.clock.now() if asked else find_next_recheck(app, finding)
        app.db.jobs.finish_job(RECHECK, finding.id, None)
        if look_at:
            app.db.jobs.ensure_job(RECHECK, finding.id, look_at)
    return after


def _load_removal_flag(app: App, owner_id: str, flag_id: str) -> Flag:
    flag = app.db.flags.load_flag_of_person(owner_id, flag_id)
    if flag.kind is not FlagKind.EXPOSED_CONTACT:
        reason = "You can ask for removal only where contact details are shown."
        raise InputError(reason)
    if flag.state not in NEXT_REMOVAL_DECISIONS:
        reason = f'The status is "{OWN_FLAG_STATES[flag.state]}". Undo that before you ask.'
        raise InputError(reason)
    return flag


def _find_sighting(app: App, flag: Flag, finding: Finding) -> PageSighting | None:
    """Return what was seen since the person's last word; None if the site was not asked."""
    if flag.state is FlagState.GONE or finding.presence is Presence.GONE:
        return PageSighting.GONE
    since = flag.ruled_at
    if flag.state not in {FlagState.REMOVAL_ASKED, FlagState.REMOVAL_DONE} or since is None:
        return None
    if finding.presence is Presence.MISSING:
        return PageSighting.MISSING
    if _was_opened_since(app, finding, since):
        return PageSighting.THERE
    if flag.state is FlagState.REMOVAL_DONE:
        return None
    return PageSighting.LISTED if finding.last_seen > since else PageSighting.NOT_YET


def _was_opened_since(app: App, finding: Finding, since: datetime) -> bool:
    """Tell whether the page was seen at its own address."""
    own = list_recheck_keys(app, finding)
    sightings = app.db.sightings.list_sightings_of_finding(finding.id)
    return any(each.query in own and not each.misses and each.last >= since for each in sightings)


def _list_next_looks(app: App, flag: Flag) -> tuple[datetime, ...]:
    now = app.clock.now()
    return tuple(at for at in list_recheck_times(app.db, flag) if at > now)


def _build_guide_line(guide: RemovalGuide, now: datetime) -> RemovalGuideLine:
    return RemovalGuideLine(
        name=guide.name,
        opt_out=guide.opt_out,
        asks=_name_demands(guide.asks),
        days=guide.days,
        known=guide.known,
        seen_on=guide.seen_on,
        stale=guide.is_stale(now),
    )
