"""What a person can do about a case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app import App
from monitor.domain.case import Case
from monitor.domain.case_log import CLAIMS
from monitor.domain.case_progress import get_reply_time
from monitor.domain.english_dates import convert_to_zone
from monitor.domain.person import Person
from monitor.domain.reason import Count, Day, Fact, Listed, Name, Reason, Site
from monitor.domain.takedown_facts import AdviceStep, AdviceTarget, Lever
from monitor.domain.takedown_plan import (
    URGENT_HARMS,
    LeverPlan,
    Situation,
    is_harmful,
    list_harms,
    plan_levers,
)
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, LeverKind, Side, TakedownHarm
from monitor.domain.withheld_accounts import may_be_sexual
from reports.finding_view import AdviceLine, describe_source
from reports.labels.cases import ADVICE_LINKS, EVIDENCE_LINK
from scrapers.models import Trace

OWN_PAGES = {
    AdviceTarget.KIT: "/me/takedown/{id}",
    AdviceTarget.REMOVAL: "/me/removal/{id}",
    AdviceTarget.SHARE: "/me/cases/{id}/share",
}
_SAVING = AdviceStep(words="save-evidence")
# Who cannot get in asks others: the platform, IT, and whoever may hear from who took it.
_LOCKED_OUT = (
    AdviceStep(words="ask-it-for-help", at=AdviceTarget.SHARE),
    AdviceStep(words="warn-of-account"),
)
# Done once it is shared.
_SHARING = AdviceStep(words="tell-it", at=AdviceTarget.SHARE)
_DAY = timedelta(days=1)
# What takes something down; the others keep copies off, or hide it from a search.
_REPORTS = frozenset(LeverKind) - {LeverKind.HASHES, LeverKind.BROKERS}
# The kit has the text and the way for these.
_REPORTED_FROM_KIT = {LeverKind.FORM, LeverKind.APPEAL}
_LONGEST_IN_HOURS = timedelta(days=3)


def find_assignee_id(app: App, case_id: str) -> str:
    taken = app.db.assignments.find_assignment(case_id)
    return taken.reviewer_id if taken else ""


def find_case_office(app: App, case_id: str) -> str:
    """Return the address of who in IT works on it; empty for nobody, or who left the list."""
    return app.config.district.find_office_address(find_assignee_id(app, case_id))


def _find_it(app: App, case_id: str) -> str:
    """Return who in IT works on it; before anyone does, the first reviewer."""
    district = app.config.district
    return find_case_office(app, case_id) or next(iter(district.reviewers), district.contact)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A case, with what its steps need to know of it. Of what may be sexual, nothing is saved."""

    case: Case
    portrait: Trace
    person: Person
    site: Fact
    is_sexual: bool
    now: datetime


def _load_target(app: App, case: Case) -> _Target:
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    return _Target(
        case=case,
        portrait=portrait,
        person=app.db.people.load_person(case.person_id),
        site=_find_site(app, case, portrait),
        is_sexual=may_be_sexual(case, portrait),
        now=app.clock.now(),
    )


def build_advice_lines(app: App, case: Case, side: Side = Side.PERSON) -> tuple[AdviceLine, ...]:
    """Return the next steps about a case; none once an answer or proof has ended it.

    IT reads them without those that ask IT; how to look through lists stays with their person.

    Once it is known to be real, these are the ways to have it taken down, one at a time: the
    evidence comes before all of them.
    """
    is_answered = case.is_dismissed or (case.last_lever and not case.is_pursued)
    stays = case.kind is CaseKind.STUDENT_LINK and side is Side.PERSON
    if case.gone_at or (is_answered and not stays):
        return ()
    target, steps = _load_target(app, case), app.facts.advice[case.nature].steps
    if case.state is CaseState.RECOVERED:
        steps = tuple(step for step in steps if step.at is not AdviceTarget.RECOVERY)
    if case.state is CaseState.LOCKED_OUT:
        steps = (steps[0], *_LOCKED_OUT, *steps[1:-1])
    elif case.shared_at:
        steps = tuple(step for step in steps if step != _SHARING)
    if side is Side.IT:
        steps = tuple(step for step in steps if step.at is not AdviceTarget.SHARE)
    if case.kind is CaseKind.EXPOSED_CONTACT:
        return tuple(_list_removal_lines(app, target, steps))
    if case.kind is CaseKind.HARMFUL_PAGE:
        return tuple(_list_page_lines(app, target, steps))
    if not case.is_pursued or case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        urgent = _list_lines_of_harm(app, target)
        return (*urgent, *(_build_advice_line(app, target, step) for step in steps))
    return tuple(_list_takedown_lines(app, target, steps))


def list_report_levers(app: App, case: Case, side: Side) -> tuple[LeverKind, ...]:
    """Return by which ways this side may have reported it, the one that is due first."""
    target = _load_target(app, case)
    harms = list_harms(case, is_sexual=target.is_sexual)
    if case.kind is CaseKind.HARMFUL_PAGE:
        harms = (*(URGENT_HARMS if target.is_sexual else ()), TakedownHarm.HARASSMENT)
    # The law about intimate pictures has a clock, and comes before what is true of minors alone.
    plans = [_make_plan(app, target, harm, side) for harm in (*reversed(harms[:-1]), *harms[-1:])]
    ways = (lever for plan in plans for lever in (plan.now, *plan.later, *plan.beside) if lever)
    return tuple(dict.fromkeys(lever.kind for lever in ways if lever.kind in _REPORTS))


def build_next_ways(app: App, case: Case) -> tuple[AdviceLine, ...]:
    """Return the way that comes after one that failed, and those after it; none before that."""
    target = _load_target(app, case)
    harms = list_harms(case, is_sexual=target.is_sexual)
    if not harms or case.last_lever is None:
        return ()
    plan = _make_plan(app, target, harms[-1])
    if plan.now is None or plan.now.kind is LeverKind.FORM:
        return ()
    school = _find_school_lever(app, target)
    ways = (plan.now, *((school,) if school else ()), *plan.later)
    return tuple(_build_lever_line(lever, target) for lever in ways)


def build_removal_ways(app: App, case: Case) -> tuple[AdviceLine, ...]:
    """Return what else there is once a site was asked in vain to take details down."""
    target = _load_target(app, case)
    plan = _make_plan(app, target, TakedownHarm.CONTACT)
    ways = (*((plan.now,) if plan.now else ()), *reversed(plan.beside))
    return tuple(_build_lever_line(lever, target) for lever in ways)


def build_school_line(app: App, case: Case) -> AdviceLine | None:
    """Return what a reviewer can send for the school; None where its platform has no such way."""
    target = _load_target(app, case)
    lever = _find_school_lever(app, target)
    if lever is None:
        return None
    said = Reason(f"advice.{lever.words}.review", {"site": target.site})
    return AdviceLine(
        words=said,
        terms=_describe_terms(lever),
        known_words=describe_source(lever.known, lever.day),
        url=lever.address or "",
    )


def build_brand_line(app: App, platform: str) -> AdviceLine | None:
    """Return where a platform takes a report of the district's own trademark, if we know."""
    for lever in app.facts.levers:
        if TakedownHarm.BRAND in lever.harms and platform in lever.platforms:
            return AdviceLine(
                words=Reason(f"advice.{lever.words}", {"site": Site(platform)}),
                terms=_describe_terms(lever),
                url=lever.address or "",
                unconfirmed=lever.is_unconfirmed(app.clock.now()),
            )
    return None


def _find_school_lever(app: App, target: _Target) -> Lever | None:
    harms = list_harms(target.case, is_sexual=target.is_sexual)
    if not harms:
        return None
    lever = _make_plan(app, target, harms[-1], Side.IT).now
    return lever if lever and lever.kind is LeverKind.SCHOOL else None


def _list_takedown_lines(
    app: App, target: _Target, steps: tuple[AdviceStep, ...]
) -> Iterator[AdviceLine]:
    """Yield what is done against an account: evidence, ways, whom to tell, and what comes then."""
    if _is_waited_for(target):
        # Nothing is asked of them but to tell people.
        yield from (
            _build_advice_line(app, target, step)
            for step in steps
            if step.at is not AdviceTarget.KIT and step != _SAVING
        )
        return
    yield _build_evidence_line(target)
    yield from _list_lines_of_harm(app, target)
    plan = _make_plan(app, target, list_harms(target.case, is_sexual=target.is_sexual)[-1])
    (kit,) = (step for step in steps if step.at is AdviceTarget.KIT)
    if plan.now and plan.now.kind not in _REPORTED_FROM_KIT:
        yield _build_lever_line(plan.now, target)
    else:
        yield _build_advice_line(app, target, kit)
    if school := _find_school_lever(app, target):
        yield _build_lever_line(school, target)
    for step in steps:
        if step not in {kit, _SAVING}:
            yield _build_advice_line(app, target, step)
    if plan.later:
        yield AdviceLine(words=Reason(f"advice.then.{plan.later[0].kind}"))


def _is_waited_for(target: _Target) -> bool:
    """Tell whether an answer may still come, or what is said to be gone is looked at."""
    sent = target.case.last_lever
    if sent is None or target.is_sexual or sent.decision is Decision.REFUSED:
        return False
    return sent.decision in CLAIMS or target.now < sent.at + get_reply_time(sent)


def _list_lines_of_harm(app: App, target: _Target) -> Iterator[AdviceLine]:
    """Yield what cannot wait where an account's words are sexual, threaten, or tell an address."""
    for harm in list_harms(target.case, is_sexual=target.is_sexual):
        plan = _make_plan(app, target, harm)
        if harm in URGENT_HARMS:
            yield from _list_urgent_lines(plan, target)
        elif is_harmful(target.case) and not target.is_sexual:
            # Whom to call about threats, before any report.
            counsel = (lever for lever in plan.later if lever.kind is LeverKind.COUNSEL)
            yield from (_build_lever_line(lever, target, is_now=True) for lever in counsel)


def _build_evidence_line(target: _Target) -> AdviceLine:
    if target.is_sexual or target.portrait.withheld:
        return AdviceLine(words=Reason("advice.note-only"))
    path = f"{OWN_PAGES[AdviceTarget.KIT].format(id=target.case.id)}/pack"
    return AdviceLine(words=Reason("advice.evidence"), path=path, link=EVIDENCE_LINK)


def _list_urgent_lines(plan: LeverPlan, target: _Target) -> Iterator[AdviceLine]:
    """Yield what cannot wait for an answer to anything else."""
    for lever in (plan.now, *plan.beside):
        if lever:
            yield _build_lever_line(lever, target, is_now=lever is plan.now)


def _list_page_lines(
    app: App, target: _Target, steps: tuple[AdviceStep, ...]
) -> Iterator[AdviceLine]:
    """Yield what helps against a page that does harm: pictures that it may show come first."""
    for harm in URGENT_HARMS if target.is_sexual else ():
        yield from _list_urgent_lines(_make_plan(app, target, harm), target)
    if target.portrait.exposed:
        yield from (
            _build_lever_line(lever, target)
            for lever in _make_plan(app, target, TakedownHarm.CONTACT).beside
            if lever.kind is LeverKind.SEARCH
        )
    yield from (_build_advice_line(app, target, step) for step in steps)


def _list_removal_lines(
    app: App, target: _Target, steps: tuple[AdviceStep, ...]
) -> Iterator[AdviceLine]:
    """Yield how details are taken down: one request for many brokers comes first, if it applies."""
    plan = _make_plan(app, target, TakedownHarm.CONTACT)
    if plan.now:
        yield _build_lever_line(plan.now, target)
    yield from (_build_advice_line(app, target, step) for step in steps)
    for lever in reversed(plan.beside):
        if lever.kind is not LeverKind.HOST:
            yield _build_lever_line(lever, target)


def _make_plan(
    app: App, target: _Target, harm: TakedownHarm, side: Side = Side.PERSON
) -> LeverPlan:
    places = target.person.places
    lives_in = any(place.casefold().endswith((", ca", "california")) for place in places)
    situation = Situation(
        harm=harm,
        platform=target.portrait.platform,
        state="California" if lives_in else "",
        is_sexual=target.is_sexual,
    )
    return plan_levers(target.case, situation, app.facts.levers, side, target.now)


def _build_lever_line(lever: Lever, target: _Target, *, is_now: bool = False) -> AdviceLine:
    return AdviceLine(
        words=Reason(f"advice.{lever.words}", {"site": target.site}),
        terms=_describe_terms(lever),
        known_words=describe_source(lever.known, lever.day),
        url=lever.address or "",
        mail=lever.mail or "",
        unconfirmed=lever.is_unconfirmed(target.now),
        is_now=is_now,
    )


def _describe_terms(lever: Lever) -> Reason | None:
    """Say who may send it, what it asks for, and how long it takes, where that is known."""
    if not lever.asks:
        return None
    facts: dict[str, Fact] = {
        "who": Listed(tuple(Reason(f"reporter.{who}") for who in lever.who)),
        "asks": Listed(tuple(Reason(f"asks.{demand}") for demand in lever.asks)),
    }
    if lever.hours is None:
        return Reason("advice.terms", facts)
    span = timedelta(hours=lever.hours)
    if span > _LONGEST_IN_HOURS:
        return Reason("advice.terms.days", {**facts, "count": Count(span // _DAY)})
    return Reason("advice.terms.hours", {**facts, "count": Count(lever.hours)})


def _build_advice_line(app: App, target: _Target, step: AdviceStep) -> AdviceLine:
    # What nobody should save or send, is noted instead.
    if step == _SAVING and target.is_sexual:
        return _build_evidence_line(target)
    since = convert_to_zone(target.case.opened_at, target.person.zone).date()
    # Who leads a school has no principal to tell.
    above = step.words == "tell-principal" and target.person.leads_school
    to_do = "tell-office" if above else step.words
    said = Reason(f"advice.{to_do}", {"site": target.site, "since": Day(since)})
    if step.at in OWN_PAGES:
        mail = _find_it(app, target.case.id) if step.at is AdviceTarget.SHARE else ""
        if mail and target.case.shared_at:
            return AdviceLine(words=said, mail=mail)
        path = OWN_PAGES[step.at].format(id=target.case.id)
        return AdviceLine(words=said, path=path, link=ADVICE_LINKS[step.at], mail=mail)
    if step.at is AdviceTarget.RECOVERY:
        page = app.facts.recovery_pages.get(target.portrait.platform)
        if page and page.words:
            said = Reason(f"advice.{page.words}")
        elif page and target.case.state is CaseState.LOCKED_OUT:
            said = Reason("advice.recover-locked-out", {"site": target.site})
        elif page is None or page.address is None:
            # A mailbox is no page to get back in on.
            said = Reason("advice.recover-any", {"site": target.site})
        if page is None:
            return AdviceLine(words=said)
        return AdviceLine(
            words=said,
            url=page.address or "",
            mail=page.mail or "",
            unconfirmed=page.is_unconfirmed(target.now),
        )
    return AdviceLine(words=said, url=step.address or "")


def _find_site(app: App, case: Case, portrait: Trace) -> Fact:
    guide = app.facts.removal_guides.find_guide(portrait.url)
    if guide and case.kind is CaseKind.EXPOSED_CONTACT:
        return Name(guide.name)
    return Site(portrait.platform) if portrait.platform else Reason("the-site")
