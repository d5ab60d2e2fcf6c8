"""A made-up district that a test sets up, changes by one verb, and looks at whole."""

import json
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import structs

from monitor.app import App, Environment, IdSource, open_app
from monitor.config.sections import Config, SiteCatalogConfig
from monitor.db.database import Database
from monitor.db.sweeps import SourceRun, Sweep
from monitor.demo import setup as stage
from monitor.demo.data import DemoAccount, DemoProfile, load_demo_contents
from monitor.demo.district import StaffMember
from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.domain.case import Case
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.domain.finding import Finding
from monitor.domain.vocabulary import CaseKind, Decision, SweepKind
from monitor.services.consent_end import withdraw_consent
from monitor.services.due_jobs import (
    delete_expired_data,
    run_mail_and_cleanup,
    schedule_jobs,
    take_over_jobs,
)
from monitor.services.enrollment import enroll_with_code, invite_person
from monitor.services.job_kinds import run_full_sweep
from monitor.services.outbox import send_due
from monitor.services.sweeps import FINAL_STATES, ProgressListener
from scrapers.crawl.crawler import Crawler
from scrapers.crawl.frontier import Inspector
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import CrawlPriority, CrawlResult, Query
from scrapers.source_discovery import SourceRegistry
from tests.monitor.decisions import decide_case
from tests.monitor.services.fakes import FakeMatcher, Mailroom, Sent, confirm_name
from tests.monitor.services.replays import Ids, Replay, Replays, Result

CODE = re.compile(r"^\s*([\w-]{43})\s*$", re.MULTILINE)
REVIEWERS = ("ana@cedarvalley.example", "bo@cedarvalley.example")

Told = tuple[str, str, str]
"""Whom it is about (their given name), what happened, and where."""


@dataclass
class Witness:
    """A crawler that lets a test act between a query and its settlement."""

    crawler: Crawler
    world: "World"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.crawler, name)

    def crawl(
        self,
        queries: Iterable[Query],
        watch: ProgressListener,
        priority: CrawlPriority = CrawlPriority.USUAL,
        inspect: Inspector | None = None,
    ) -> Iterator[CrawlResult]:
        ends: list[tuple[str, str]] = []

        def later(source: str, state: str) -> None:
            """Tell that a source is done once its answers have come, in whatever order."""
            if self.world.order is not None and state in FINAL_STATES:
                ends.append((source, state))
            else:
                watch(source, state)

        visits = self.crawler.crawl(queries, later, priority, inspect)
        for visit in visits if self.world.order is None else self.world.order(list(visits)):
            self.world.meanwhile(visit)
            yield visit
        for end in ends:
            watch(*end)


def priced(sources: SourceRegistry, prices: Mapping[str, Decimal]) -> SourceRegistry:
    """Let sources cost what a test says, in dollars for a thousand requests."""
    return SourceRegistry(
        {
            name: replace(source, info=replace(source.info, usd_per_1000=prices[name]))  # type: ignore[type-var] # any source is a dataclass
            if name in prices
            else source
            for name, source in sources.items()
        }
    )


def retaining(app: App, source: str, span: timedelta) -> App:
    """Let the terms of a source allow its text for so long, and no longer."""
    kept = app.sources[source]
    info = replace(kept.info, retain_text_for=span)
    limited = replace(kept, info=info)  # type: ignore[type-var] # any source is a dataclass
    return app.copy_with(sources=SourceRegistry({**app.sources, source: limited}))


def nothing_happens(_visit: CrawlResult) -> None:
    """Leave the world alone while it is asked."""


class World:
    """The verbs of the tests. Time stands still until a test moves it."""

    def __init__(
        self,
        config: Config,
        web: WebServer,
        clock: StoryClock,
        replays: Replays | None = None,
    ) -> None:
        self.config, self.web, self.clock = config, web, clock
        self.started = clock.at
        self.purged: datetime | None = None
        self.post = Mailroom()
        self.matcher: FakeMatcher | None = None
        self.prices: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self.meanwhile: Callable[[CrawlResult], None] = nothing_happens
        self.order: Callable[[list[CrawlResult]], Iterable[CrawlResult]] | None = None
        self.refs, self.codes = Ids("ref"), Ids("code")
        self.replay = replays and Replay(self, replays)
        self._parts = ExitStack()
        self.opens()

    def opens(self) -> None:
        """Open what the world remembers; it is asked where it was when this began."""
        self._app = self._built()

    def _built(self) -> App:
        environment = Environment(
            clock=self.clock,
            ids=IdSource(new_id=self.refs, new_code=self.codes),
            dialer=Dialer(address_map=self.web.build_address_map(), resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
            variables=self.variables,
        )
        app = self._parts.enter_context(open_app(self.config, environment))
        witness: Any = Witness(app.crawler, self)
        return app.copy_with(crawler=witness, mailer=replace(app.mailer, transport=self.post))

    @property
    def app(self) -> App:
        """The district as it is now, with the prices and the matcher that a test gave it."""
        if self.replay:
            self.replay.end()
        app = self._app
        if self.prices:
            app = app.copy_with(sources=priced(app.sources, self.prices))
        return app if self.matcher is None else app.copy_with(matcher=self.matcher)

    @app.setter
    def app(self, app: App) -> None:
        if self.replay:
            self.replay.end()
        self._app = app

    def close(self) -> None:
        self._parts.close()

    def restarts(self, config: Config | None = None) -> None:
        """End the service and start it again on what it remembers."""
        if self.replay:
            self.replay.end()
        self.close()
        self.config = config or self.config
        self.opens()
        take_over_jobs(self.app)

    @property
    def state(self) -> Database:
        return self.app.db

    @property
    def internet(self) -> Internet:
        return self.web.web

    @internet.setter
    def internet(self, internet: Internet) -> None:
        self.web.web = internet

    @property
    def asked(self) -> list[FakeRequest]:
        return [visit for visit in self.web.visits if visit.path != "/robots.txt"]

    def asked_about(self, word: str) -> list[str]:
        """Return the addresses asked for that hold a word."""
        addresses = (f"{query.host}{query.path}?{query.query}".casefold() for query in self.asked)
        return [address for address in addresses if word.casefold() in address]

    def forgets_visits(self) -> None:
        self.web.visits.clear()

    def joins(self, member: StaffMember, *, read: bool = False, **answers: Any) -> "Staff":
        """Invite, answer with the code of the email, and have the accounts `read` once."""
        told = (member.person.mail, read, repr(sorted(answers.items())))
        ref = self._does("joins", told, lambda: self._joins(member, answers))
        joined = Staff(self, ref, member.person.mail)
        _ = read and self.sweep()
        return joined

    def _does(self, verb: str, told: Hashable, act: Callable[[], Result]) -> Result:
        return self.replay.do(verb, told, act) if self.replay else act()

    def _joins(self, member: StaffMember, answers: Mapping[str, Any]) -> str:
        person = member.person
        invite_person(self.app, person.mail, person.name.given, person.name.family)
        send_due(self.app)
        told = {
            "scopes": member.scopes,
            "handles": person.handles,
            "accounts": person.accounts,
            "absent_from": person.absent_from,
            **answers,
        }
        joined = enroll_with_code(self.app, self.code(person.mail), answers_of(member, **told))
        confirm_name(self.state, joined.id)
        return joined.id

    def code(self, mail: str) -> str:
        """Take the code out of the newest invitation to an address."""
        emails = [email for email in self.post.of_kind("invitation") if email in self.post.to(mail)]
        return CODE.findall(emails[-1].email.text)[0]

    def later(self, **span: float) -> None:
        self.clock.at += timedelta(**span)

    def a_week_later(self) -> None:
        self.later(weeks=1)

    def sweep(self) -> list[Told]:
        """Sweep everybody, and return what was told."""
        return self._does("sweep", (), lambda: self.told_in(run_full_sweep(self.app)))

    def told_in(self, sweep: Sweep) -> list[Told]:
        given = {
            ref: self.state.people.load_person(ref).name.given
            for ref in self.state.people.list_person_ids()
        }
        recorded = self.state.events.list_events_of_sweep(sweep.id)
        return sorted(
            (given[event.event.person_id], event.event.kind, event.url) for event in recorded
        )

    def writes(self) -> None:
        """Write and erase what is due, and purge what has expired if a day has passed."""
        run_mail_and_cleanup(self.app)
        if self.purged is None or self.clock.at - self.purged >= timedelta(days=1):
            delete_expired_data(self.app)
            self.purged = self.clock.at

    def on_monday(self) -> None:
        """Go on to the next Monday, when every hour for digests has passed, and write."""
        monday = self.clock.at.date() + timedelta(days=7 - self.clock.at.weekday())
        for hour in (15, 16):  # what was missed is made up for within the hour
            schedule_jobs(self.app)
            self.clock.at = datetime.combine(monday, time(hour), UTC)
        self.writes()

    def coverage(self) -> dict[str, SourceRun]:
        sweep = self.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
        return (
            {run.source: run for run in self.state.sweeps.list_source_runs(sweep.id)}
            if sweep
            else {}
        )

    def gaps(self) -> dict[str, str]:
        """Return the sources that could not be checked, and why."""
        runs = self.coverage().values()
        return {run.source: run.outcome for run in runs if not run.outcome.is_conclusive}


@dataclass(frozen=True)
class Staff:
    """A member of staff who joined."""

    world: World
    id: str
    mail: str

    @property
    def cases(self) -> tuple[Case, ...]:
        return self.world.state.cases.list_cases_of_person(self.id)

    def case(self, kind: CaseKind) -> Case:
        (case,) = (case for case in self.cases if case.kind is kind)
        return case

    @property
    def findings(self) -> dict[str, Finding]:
        return {
            finding.portrait.url: finding
            for finding in self.world.state.findings.list_findings_of_person(self.id)
        }

    @property
    def told(self) -> list[tuple[str, str]]:
        """Return what happened, and where, in the order it was noticed."""
        recorded = self.world.state.events.list_events_of_person(self.id, self.world.started)
        return [(event.event.kind, event.url) for event in recorded]

    @property
    def emails(self) -> list[Sent]:
        return self.world.post.to(self.mail)

    def emails_of(self, kind: str) -> list[Sent]:
        return [email for email in self.emails if email.envelope.kind == kind]

    def withdraws(self) -> None:
        withdraw_consent(self.world.app, self.id)

    def rules(self, case: Case, decision: Decision) -> Case:
        return decide_case(self.world.app, case.id, decision, self.id)


def answers_of(member: StaffMember, **told: Any) -> EnrollmentAnswers:
    person = member.person
    known = {
        "name": person.name,
        "scopes": member.scopes,
        "school": person.school,
        "role": person.role,
        "places": person.places,
    }
    return EnrollmentAnswers(**{**known, **told})


def profile(site: str, handle: str) -> DemoProfile:
    found = load_demo_contents().find_profile(site, handle)
    assert found
    return found


def account(id_: str, week: int = 1) -> DemoAccount:
    return next(
        one_account
        for one_account in load_demo_contents().filter_by_week(week).accounts
        if one_account.id == id_
    )


def configured(folder: Path, sites: tuple[str, ...], *families: str) -> Config:
    """Configure Cedar Valley with a few sources and two reviewers, and without a matcher."""
    config = stage.build_config(folder)
    sources = structs.replace(
        config.sources,
        searxng=config.sources.searxng if "searxng" in families else None,
        bluesky=structs.replace(config.sources.bluesky, enabled="bluesky" in families),
        sites=SiteCatalogConfig(own=False, files=(catalog(folder, sites),) if sites else ()),
    )
    return structs.replace(
        config,
        sources=sources,
        district=structs.replace(config.district, reviewers=REVIEWERS),
        students=structs.replace(config.students, enabled=False),
    )


def catalog(folder: Path, sites: tuple[str, ...], **changes: Any) -> Path:
    """Write the demo's catalog with only some of its sites, all of them changed alike."""
    path = folder / "catalog.json"
    whole = json.loads(stage.CATALOG_FILE.read_text("utf-8"))
    chosen = [entry for entry in whole["sites"] if entry["name"].casefold() in sites]
    told = {**whole, "sites": [{**entry, **changes} for entry in chosen]}
    path.write_text(json.dumps(told), "utf-8")
    return path


def due_time(state: Database, name: str, subject: str) -> datetime | None:
    """Return when a job is due; None where it is not."""
    jobs = (job for job in state.jobs.list_jobs() if (job.name, job.subject) == (name, subject))
    return next((job.due_at for job in jobs), None)


# Shows Maria's name and picture from the first week on.
IMPOSTOR = replace(account("impersonator", week=2), since=1)
