"""A drill: an invented person's look-alike, on the district's own site, must be found and reported.

The invented person is alone in a district of its own, in `state/drill`, which is made anew for each
drill: no count, email or case of the real one can hold it. The audit log of the real one has how it
ended and how long each step took, and no more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from shutil import rmtree
from typing import Final

from monitor.app import App
from monitor.config.sections import Config, DistrictConfig, DrillConfig
from monitor.db.atomic_files import write_file
from monitor.db.outbox import OutboxEmail
from monitor.domain.consent_text import suppose_consent
from monitor.domain.health import DRILL, DRILL_EVERY
from monitor.domain.person import Person, PersonName
from monitor.domain.schedule import compute_next_sweep, compute_sweep_week
from monitor.domain.vocabulary import DrillOutcome, Scope, SweepKind
from monitor.services.outbox import send_due
from monitor.services.sweeps import SweepJob, run_sweep
from reports.emails.registry import EmailKind
from reports.emails.render import fill_template
from scrapers.parsers.presence import PresenceRule
from scrapers.sites.catalog import SiteEntry
from scrapers.sites.presence_source import PresenceSource
from scrapers.source_discovery import SourceRegistry

NAME = PersonName(given="Corvella", family="Drillhaven")
# One of the handles that are guessed from the name, and one that proves that the site answers.
HANDLE: Final = "corvelladrillhaven"
KNOWN_HANDLE: Final = "drill-proof"
PAGES: Final = {f"{HANDLE}.html": NAME.full_name, f"{KNOWN_HANDLE}.html": ""}
# In the head of both pages.
MARK: Final = 'content="namesake-drill"'
# A week and a day: two weekly sweeps at least.
FOUND_WITHIN = timedelta(days=8)
MAILED_WITHIN = timedelta(days=1)
MAIL_AGAIN_AFTER = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


def run_drill(app: App, chosen: DrillConfig) -> datetime:
    """Take the next step of a drill, and return when another one is due."""
    now = app.clock.now()
    with _open_drill_district(app, chosen) as district:
        begun = district.db.consents.list_latest_consents()
        if not begun:
            _begin_drill(district, chosen)
            return _find_next_sweep(app)
        was_checked = _find_alert(district) is not None or _run_drill_sweep(district)
        send_due(district)
        alert, begun_at = _find_alert(district), begun[0].given_at
    if alert is None:
        outcome = DrillOutcome.UNFOUND if was_checked else DrillOutcome.UNCHECKED
        ends_at, again_at = begun_at + FOUND_WITHIN, _find_next_sweep(app)
    else:
        outcome = DrillOutcome.DONE if alert.sent_at else DrillOutcome.UNMAILED
        ends_at, again_at = alert.queued_at + MAILED_WITHIN, now + MAIL_AGAIN_AFTER
    if now < ends_at and outcome is not DrillOutcome.DONE:
        return again_at
    details = {"outcome": outcome.value}
    if alert:
        details["alert"] = str((alert.queued_at - begun_at) // MINUTE)
    if alert and alert.sent_at:
        details["mail"] = str((alert.sent_at - alert.queued_at) // MINUTE)
    for file in PAGES:
        (chosen.folder / file).unlink(missing_ok=True)
    app.db.audit.append_entry(now, "namesake", DRILL, DRILL, details)
    rmtree(app.config.state / DRILL)
    return begun_at + DRILL_EVERY


def _begin_drill(district: App, chosen: DrillConfig) -> None:
    """Write the page; it waits for the weekly sweep, as another one would."""
    config = district.config.district
    for file, name in PAGES.items():
        page = fill_template("drill/page.html", {"name": name})
        write_file(chosen.folder / file, page.encode())
    person = Person(
        id=district.ids.new_id(),
        name=NAME,
        mail=config.contact,
        organization=config.name,
        zone=config.zone,
        absent_from=(DRILL,),
    )
    now = district.clock.now()
    with district.db.begin_transaction():
        district.db.people.insert_person(person)
        consent = suppose_consent(person.id, {Scope.PROFILES}, now, DRILL_EVERY)
        district.db.consents.insert_consent(consent)


def _run_drill_sweep(district: App) -> bool:
    """Sweep, and tell whether the page could be asked for."""
    config = district.config.district
    week = compute_sweep_week(district.clock.now(), config.id, config.zone)
    sweep = run_sweep(district, SweepJob(kind=SweepKind.SWEEP, week=week))
    runs = district.db.sweeps.list_source_runs(sweep.id)
    return bool(runs) and all(run.outcome.is_conclusive for run in runs)


def _find_alert(district: App) -> OutboxEmail | None:
    emails = district.db.outbox.list_emails()
    return next((email for email in emails if email.kind == EmailKind.ALERT), None)


def _find_next_sweep(app: App) -> datetime:
    district = app.config.district
    return compute_next_sweep(app.clock.now(), district.id, district.zone)


@contextmanager
def _open_drill_district(app: App, chosen: DrillConfig) -> Iterator[App]:
    """Open the district of the invented person: it asks one site, and mails our contact alone."""
    config = app.config
    district = DistrictConfig(
        id=f"{config.district.id}-{DRILL}",
        name=f"{config.district.name} (a drill: nothing to do)",
        zone=config.district.zone,
        domains=(),
        reviewers=config.district.reviewers,
        contact=config.district.contact,
    )
    own = Config(
        state=config.state / DRILL,
        district=district,
        mail=config.mail,
        portal=config.portal,
        detection=config.detection,
        fetch=config.fetch,
    )
    entry = SiteEntry(
        name=DRILL,
        uri_check=f"{chosen.address.rstrip('/')}/{{account}}.html",
        rule=PresenceRule(e_code=200, e_string=MARK, m_code=404, m_string=""),
        known_accounts=(KNOWN_HANDLE,),
    )
    sources = SourceRegistry({DRILL: PresenceSource(entry=entry)})
    with app.open_beside(own, sources) as opened:
        yield opened
