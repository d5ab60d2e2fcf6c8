"""What a person can do about a case."""

from monitor.app import App
from monitor.domain.case import Case
from monitor.domain.dates import convert_to_zone
from monitor.domain.reason import Day, Fact, Name, Reason, Site
from monitor.domain.takedown import (
    AdviceStep,
    AdviceTarget,
)
from monitor.domain.vocabulary import CaseKind
from reports import labels as words
from reports.finding_view import AdviceLine
from scrapers.models import Trace

OWN_PAGES = {AdviceTarget.KIT: "/me/takedown/", AdviceTarget.REMOVAL: "/me/removal/"}


def build_advice_lines(app: App, case: Case) -> tuple[AdviceLine, ...]:
    """Return the next steps about a case; none once an answer or proof has ended it."""
    if case.is_dismissed or case.gone_at or (case.last_lever and not case.is_pursued):
        return ()
    portrait = app.db.findings.load_finding(case.finding_id).portrait
    zone = app.db.people.load_person(case.person_id).zone
    facts: dict[str, Fact] = {
        "site": _find_site(app, case, portrait),
        "since": Day(convert_to_zone(case.opened_at, zone).date()),
    }
    return tuple(
        _build_advice_line(app, case, portrait, step, Reason(f"advice.{step.words}", facts))
        for step in app.facts.advice[case.kind].steps
    )


def _build_advice_line(
    app: App, case: Case, portrait: Trace, step: AdviceStep, said: Reason
) -> AdviceLine:
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
