"""What a person can do about a case."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.app import App
from monitor.domain.case import Case
from monitor.domain.dates import convert_to_zone
from monitor.domain.levers import (
    URGENT_HARMS,
    LeverPlan,
    Situation,
    is_harmful,
    list_harms,
    may_be_sexual,
    plan_levers,
)
from monitor.domain.reason import Count, Day, Fact, Listed, Name, Reason, Site
from monitor.domain.takedown import (
    AdviceStep,
    AdviceTarget,
    Lever,
)
from monitor.domain.vocabulary import CaseKind, Harm, LeverKind, Side
from reports import labels as words
from reports.finding_view import AdviceLine
from scrapers.models import Trace

OWN_PAGES = {AdviceTarget.KIT: "/me/takedown/", AdviceTarget.REMOVAL: "/me/removal/"}
_SAVING = AdviceStep(words="save-evidence")
_DAY = timedelta(days=1)
_LONGEST_IN_HOURS = timedelta(days=3)


def build_advice_lines(app: App, case: Case) -> tuple[AdviceLine, ...]:
    """Return the next steps about a case; none once an answer or proof has ended it.

    Once it is known to be real, these are the ways to have it taken down, one at a time: the
    evidence comes before all of them.
    """
    if case.is_dismissed or case.gone_at or (case.last_lever and not case.is_pursued):
        return ()
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    steps = app.facts.advice[case.nature].steps
    if case.kind is CaseKind.EXPOSED_CONTACT:
        return tuple(_list_removal_lines(app, case, portrait, steps))
    if case.kind is CaseKind.HARMFUL_PAGE:
        return tuple(_list_page_lines(app, case, portrait, steps))
    if not case.is_pursued or case.kind is CaseKind.OWN_ACCOUNT_CHANGED:
        urgent = _list_lines_of_harm(app, case, portrait)
        usual = (_build_advice_line(app, case, portrait, step) for step in steps)
        return (*urgent, *usual)
    return tuple(_list_takedown_lines(app, case, portrait, steps))


def build_school_line(app: App, case: Case) -> AdviceLine | None:
    """Return what a reviewer can send for the school; None where its platform has no such way."""
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    lever = _find_school_lever(app, case, portrait)
    if lever is None:
        return None
    said = Reason("advice.school.review", {"site": _find_site(app, case, portrait)})
    return AdviceLine(words=said, terms=_describe_terms(lever))


def _find_school_lever(app: App, case: Case, portrait: Trace) -> Lever | None:
    harms = list_harms(case, is_sexual=may_be_sexual(case, portrait))
    if not harms:
        return None
    lever = _make_plan(app, case, portrait, harms[-1], Side.IT).now
    return lever if lever and lever.kind is LeverKind.SCHOOL else None


def _list_takedown_lines(
    app: App, case: Case, portrait: Trace, steps: tuple[AdviceStep, ...]
) -> Iterator[AdviceLine]:
    """Yield what is done against an account: evidence, ways, whom to tell, and what comes then."""
    site, now = _find_site(app, case, portrait), app.clock.now()
    is_sexual = may_be_sexual(case, portrait)
    yield _build_evidence_line(case, is_sexual=is_sexual)
    yield from _list_lines_of_harm(app, case, portrait)
    plan = _make_plan(app, case, portrait, list_harms(case, is_sexual=is_sexual)[-1])
    (kit,) = (step for step in steps if step.at is AdviceTarget.KIT)
    if plan.now and plan.now.kind is not LeverKind.FORM:
        yield _build_lever_line(plan.now, site, now)
    else:
        yield _build_advice_line(app, case, portrait, kit)
    if school := _find_school_lever(app, case, portrait):
        yield _build_lever_line(school, site, now)
    for step in steps:
        if step not in {kit, _SAVING}:
            yield _build_advice_line(app, case, portrait, step)
    if plan.later:
        yield AdviceLine(words=Reason(f"advice.then.{plan.later[0].kind}"))


def _list_lines_of_harm(app: App, case: Case, portrait: Trace) -> Iterator[AdviceLine]:
    """Yield what cannot wait where an account's words are sexual, threaten, or tell an address."""
    site, now = _find_site(app, case, portrait), app.clock.now()
    is_sexual = may_be_sexual(case, portrait)
    for harm in list_harms(case, is_sexual=is_sexual):
        plan = _make_plan(app, case, portrait, harm)
        if harm in URGENT_HARMS:
            yield from _list_urgent_lines(plan, site, now)
        elif is_harmful(case) and not is_sexual:
            yield from _list_police_lines(plan, site, now)


def _build_evidence_line(case: Case, *, is_sexual: bool) -> AdviceLine:
    if is_sexual:
        return AdviceLine(words=Reason("advice.note-only"))
    path = f"{OWN_PAGES[AdviceTarget.KIT]}{case.id}/pack"
    return AdviceLine(words=Reason("advice.evidence"), path=path, link=words.EVIDENCE_LINK)


def _list_urgent_lines(plan: LeverPlan, site: Fact, now: datetime) -> Iterator[AdviceLine]:
    """Yield what cannot wait for an answer to anything else."""
    for lever in (plan.now, *plan.beside):
        if lever:
            yield _build_lever_line(lever, site, now)


def _list_police_lines(plan: LeverPlan, site: Fact, now: datetime) -> Iterator[AdviceLine]:
    """Yield whom to call about threats, before any report."""
    for lever in plan.later:
        if lever.kind is LeverKind.COUNSEL:
            yield _build_lever_line(lever, site, now)


def _list_page_lines(
    app: App, case: Case, portrait: Trace, steps: tuple[AdviceStep, ...]
) -> Iterator[AdviceLine]:
    """Yield what helps against a page that does harm: pictures that it may show come first."""
    site, now = _find_site(app, case, portrait), app.clock.now()
    for harm in URGENT_HARMS if may_be_sexual(case, portrait) else ():
        yield from _list_urgent_lines(_make_plan(app, case, portrait, harm), site, now)
    for step in steps:
        yield _build_advice_line(app, case, portrait, step)


def _list_removal_lines(
    app: App, case: Case, portrait: Trace, steps: tuple[AdviceStep, ...]
) -> Iterator[AdviceLine]:
    """Yield how details are taken down: one request for many brokers comes first, if it applies."""
    site, now = _find_site(app, case, portrait), app.clock.now()
    plan = _make_plan(app, case, portrait, Harm.CONTACT)
    if plan.now:
        yield _build_lever_line(plan.now, site, now)
    for step in steps:
        yield _build_advice_line(app, case, portrait, step)
    for lever in reversed(plan.beside):
        yield _build_lever_line(lever, site, now)


def _make_plan(
    app: App, case: Case, portrait: Trace, harm: Harm, side: Side = Side.PERSON
) -> LeverPlan:
    places = app.db.people.load_person(case.person_id).places
    lives_in = any(place.casefold().endswith((", ca", "california")) for place in places)
    situation = Situation(
        harm=harm,
        platform=portrait.platform,
        state="California" if lives_in else "",
        is_sexual=may_be_sexual(case, portrait),
    )
    return plan_levers(case, situation, app.facts.levers, side, app.clock.now())


def _build_lever_line(lever: Lever, site: Fact, now: datetime) -> AdviceLine:
    return AdviceLine(
        words=Reason(f"advice.{lever.words}", {"site": site}),
        terms=_describe_terms(lever),
        url=lever.address or "",
        unconfirmed=lever.is_stale(now),
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


def _build_advice_line(app: App, case: Case, portrait: Trace, step: AdviceStep) -> AdviceLine:
    # What nobody should save or send, is noted instead.
    if step == _SAVING and may_be_sexual(case, portrait):
        return _build_evidence_line(case, is_sexual=True)
    zone = app.db.people.load_person(case.person_id).zone
    facts: dict[str, Fact] = {
        "site": _find_site(app, case, portrait),
        "since": Day(convert_to_zone(case.opened_at, zone).date()),
    }
    said = Reason(f"advice.{step.words}", facts)
    if step.at in OWN_PAGES:
        path = f"{OWN_PAGES[step.at]}{case.id}"
        return AdviceLine(words=said, path=path, link=words.ADVICE_LINKS[step.at])
    if step.at is AdviceTarget.RECOVERY:
        page = app.facts.recovery_pages.get(portrait.platform)
        stale = page is not None and page.is_stale(app.clock.now())
        return AdviceLine(words=said, url=page.address if page else "", unconfirmed=stale)
    return AdviceLine(words=said, url=step.address or "")


def _find_site(app: App, case: Case, portrait: Trace) -> Fact:
    guide = app.facts.removal_guides.find_guide(portrait.url)
    if guide and case.kind is CaseKind.EXPOSED_CONTACT:
        return Name(guide.name)
    return Site(portrait.platform) if portrait.platform else Reason("the-site")
