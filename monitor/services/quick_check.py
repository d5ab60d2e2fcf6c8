"""A check of the person at the keyboard, without a district: `namesake me`.

It is the self-check of a person who joined, in a folder that is removed at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from monitor.app import App
from monitor.db.sweeps import Sweep
from monitor.domain.consent_text import suppose_consent
from monitor.domain.errors import InputError
from monitor.domain.person import Person, PersonName
from monitor.domain.planning.consented_queries import build_identity
from monitor.domain.schedule import compute_sweep_week
from monitor.domain.vocabulary import Scope, SweepKind
from monitor.services.alert_feeds import add_alert_feed, lacks_search_engine
from monitor.services.coverage import build_coverage, describe_shared_failure
from monitor.services.digests import build_digest_sections
from monitor.services.enrollment import recognize_profile_url
from monitor.services.sweeps import (
    ProgressListener,
    SweepJob,
    close_stopped_check,
    ignore_progress,
    run_sweep,
)
from reports.quick_check import QuickCheckView
from scrapers.search.gdelt import GDELT
from scrapers.source_discovery import SourceRegistry

# What needs no mailbox and no roster: the person sits at the keyboard and asks for it.
QUICK_CHECK_SCOPES = frozenset({Scope.SEARCH, Scope.PEOPLE_SEARCH, Scope.PROFILES, Scope.PHOTOS})
QUICK_CHECK_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickCheckAnswers:
    """What people say about themselves; `own` are addresses of their accounts and pages."""

    name: PersonName
    school: str = ""
    places: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


def add_own_person(app: App, answers: QuickCheckAnswers) -> Person:
    """Store the person at the keyboard. Raises InputError for an address that is none."""
    accounts, pages = _sort_addresses(app, answers.own)
    now = app.clock.now()
    person = Person(
        id=app.ids.new_id(),
        name=answers.name,
        mail="",
        organization=answers.school,
        zone=app.config.district.zone,
        school=answers.school,
        places=answers.places,
        handles=answers.handles,
        accounts=accounts,
        pages=pages,
    )
    consent = suppose_consent(person.id, QUICK_CHECK_SCOPES, now, QUICK_CHECK_LASTS)
    with app.db.begin_transaction():
        app.db.people.insert_person(person)
        app.db.consents.insert_consent(consent)
        for feed in answers.feeds:
            add_alert_feed(app, person.id, feed)
    return app.db.people.load_person(person.id)


def _sort_addresses(app: App, own: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the accounts and the pages among what people call their own."""
    accounts, pages = dict[str, None](), dict[str, None]()
    for address in own:
        target = recognize_profile_url(app, address)
        if target.account:
            accounts[target.account.casefold()] = None
        elif target.page:
            pages[target.page] = None
        else:
            raise InputError(
                f"{address} is not the address of a profile or page. "
                "Give one such as https://bsky.app/profile/jane.example."
            )
    return tuple(accounts), tuple(pages)


def list_asked_handles(app: App, person: Person) -> tuple[str, ...]:
    """Return the handles that profile sites are asked for: those given, and guesses."""
    consent = app.db.consents.find_latest_consent(person.id)
    return build_identity(person, consent, app.clock.now()).handles if consent else ()


def run_quick_check(
    app: App, person_id: str, on_progress: ProgressListener = ignore_progress
) -> Sweep:
    """Ask everything once; a check that is stopped shows what it has found by then."""
    district = app.config.district
    week = compute_sweep_week(app.clock.now(), district.id, district.zone)
    job = SweepJob(kind=SweepKind.SELFCHECK, week=week, person_id=person_id)
    sweep = run_sweep(app, job, on_progress)
    return sweep if sweep.closed_at else close_stopped_check(app, sweep, job)


def build_quick_check_view(app: App, sweep: Sweep) -> QuickCheckView:
    person = app.db.people.load_person(sweep.person_id)
    runs = app.db.sweeps.list_source_runs(sweep.id)
    found = build_digest_sections(app, person.id, None, build_coverage(runs))
    # Leave out the one engine without a key: it knows only the news of the last weeks.
    others = {name: source for name, source in app.sources.items() if name != GDELT.name}
    return QuickCheckView(
        name=person.name.full_name,
        zone=person.zone,
        at=sweep.closed_at or app.clock.now(),
        coverage=found["coverage"],
        trouble=describe_shared_failure(runs),
        cases=tuple(sorted(found["cases"], key=lambda case: case.severity.rank)),
        questions=found["questions"],
        about=found["about"],
        own=found["own"],
        set_aside=found["set_aside"],
        has_search_engine=not lacks_search_engine(
            app.copy_with(sources=SourceRegistry(others)), person
        ),
        has_own_accounts=bool(person.accounts or person.pages),
    )
