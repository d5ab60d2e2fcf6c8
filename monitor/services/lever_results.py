"""The district's own figures about what helped, for the plan of the next case.

Of who agreed to the text that says so, and who still does; nobody is named, and few are not told.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from monitor.app import App
from monitor.domain.finding import Finding
from monitor.domain.lever_results import LeverResult, list_lever_uses, summarize_lever_uses
from monitor.domain.reason import Count, Fact, Label, Name, Reason, Site
from monitor.domain.small_counts import MIN_PEOPLE_SHOWN, is_large_enough
from monitor.domain.vocabulary import LeverKind
from scrapers.urls.canonical import get_bare_host

# Platforms change how they answer.
MEASURED_OVER = timedelta(days=730)


def measure_levers(app: App) -> tuple[LeverResult, ...]:
    """Return how each way did on each platform, as far as that tells nothing of one person."""
    now = app.clock.now()
    active = [
        consent for consent in app.db.consents.list_latest_consents() if consent.is_active(now)
    ]
    if not is_large_enough(len(active)):
        return ()
    counted = frozenset(consent.person_id for consent in active if consent.tells_of_help)
    cases = app.db.cases.list_reported_cases(now - MEASURED_OVER, counted, MIN_PEOPLE_SHOWN)
    return summarize_lever_uses(
        use
        for case in cases
        for use in list_lever_uses(
            case, name_platform(app.db.findings.load_finding(case.finding_id)), now
        )
    )


def describe_platform_results(
    app: App, finding: Finding, levers: Iterable[LeverKind]
) -> tuple[Reason, ...]:
    """Return how these ways were seen to work where a finding is."""
    return tuple(describe_results(measure_levers(app), name_platform(finding), levers))


def name_platform(finding: Finding) -> str:
    """Return the platform of an account, or else the host of a page."""
    portrait = finding.portrait
    return portrait.platform or get_bare_host(portrait.url)


def describe_results(
    results: Iterable[LeverResult], platform: str, levers: Iterable[LeverKind]
) -> Iterator[Reason]:
    """Yield a sentence for each of these ways that was used there often enough."""
    wanted = frozenset(levers)
    for result in results:
        if platform and result.platform == platform and result.lever in wanted:
            yield describe_result(result)


def describe_result(result: LeverResult) -> Reason:
    way = Label("levers", result.lever)
    # Hosts have a dot, and are called by themselves.
    site: Fact = Name(result.platform) if "." in result.platform else Site(result.platform)
    uses: dict[str, Fact] = {"way": way, "site": site, "uses": Count(result.uses)}
    if result.successes is None:
        return Reason("lever-result.few", uses)
    if not result.successes:
        return Reason("lever-result.none", uses)
    worked, days = Count(result.successes), Count(result.days or 0)
    return Reason("lever-result", {**uses, "worked": worked, "count": days})
