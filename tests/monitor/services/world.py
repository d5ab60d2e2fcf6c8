"""A made-up district that a test sets up, changes by one verb, and looks at whole."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from monitor.build import build
from monitor.config import Config, SitesConfig
from monitor.db.database import State
from monitor.db.sweeps import SourceRun, Sweep, SweepKind
from monitor.demo import setup as stage
from monitor.demo.data import Account, Profile, planted
from monitor.demo.district import Member
from monitor.demo.internet import Internet
from monitor.demo.server import Knock, WebServer
from monitor.demo.setup import StoryClock
from monitor.domain.flag import Flag, FlagKind, Ruling
from monitor.domain.item import Item
from monitor.domain.planning.queries import StudentLinks
from monitor.outside import Outside
from monitor.service import Service
from monitor.services.enrollment import Answers
from monitor.services.jobs import DueRounds
from monitor.services.ports import Visitor, Watch
from monitor.services.sweeps import OVER
from scrapers.http.ssrf_guard import Egress, resolve_nothing
from scrapers.http.throttle import WITHOUT_WAITS
from scrapers.models import Query, Visit
from tests.monitor.services.fakes import FakeMatcher, Mailroom, Sent, confirm_name

CODE = re.compile(r"^\s*([\w-]{43})\s*$", re.MULTILINE)
REVIEWERS = ("ana@cedarvalley.example", "bo@cedarvalley.example")

Told = tuple[str, str, str]
"""Whom it is about (their given name), what happened, and where."""


@dataclass
class Witness:
    """A visitor that lets a test act between a question and its settlement."""

    visitor: Visitor
    world: "World"

    def visit(self, queries: Iterable[Query], watch: Watch) -> Iterator[Visit]:
        ends: list[tuple[str, str]] = []

        def later(source: str, state: str) -> None:
            """Tell that a source is done once its answers have come, in whatever order."""
            if self.world.order is not None and state in OVER:
                ends.append((source, state))
            else:
                watch(source, state)

        visits = self.visitor.visit(queries, later)
        for visit in visits if self.world.order is None else self.world.order(list(visits)):
            self.world.meanwhile(visit)
            yield visit
        for end in ends:
            watch(*end)


def nothing_happens(_visit: Visit) -> None:
    """Leave the world alone while it is asked."""


class World:
    """The verbs of the tests. Time stands still until a test moves it."""

    def __init__(self, config: Config, web: WebServer, clock: StoryClock) -> None:
        self.config, self.web, self.clock = config, web, clock
        self.started = clock.at
        self.post = Mailroom()
        self.matcher: FakeMatcher | None = None
        self.prices: dict[str, Any] = {}
        self.meanwhile: Callable[[Visit], None] = nothing_happens
        self.order: Callable[[list[Visit]], Iterable[Visit]] | None = None
        self.refs, self.codes = stage.counted("ref"), stage.counted("code")
        self._parts = ExitStack()
        self.service: Service = self._built()

    def _built(self) -> Service:
        outside = Outside(
            clock=self.clock,
            new_ref=self.refs,
            new_code=self.codes,
            egress=Egress(address_map=self.web.address_map(), resolve=resolve_nothing),
            pace=WITHOUT_WAITS,
        )
        service = self._parts.enter_context(build(self.config, outside))
        posting = replace(service.posting, post=self.post)
        rounds = replace(service.rounds, posting=posting)
        return replace(service, posting=posting, rounds=rounds)

    def close(self) -> None:
        self._parts.close()

    def restarts(self, config: Config | None = None) -> None:
        """End the service and start it again on what it remembers."""
        self.close()
        self.config = config or self.config
        self.service = self._built()
        self.rounds.begin()

    @property
    def state(self) -> State:
        return self.service.state

    @property
    def rounds(self) -> DueRounds:
        """The rounds, with a witness at every visit."""
        rounds = self.service.rounds
        sweeping = replace(
            rounds.sweeping,
            visitor=Witness(rounds.sweeping.visitor, self),
            urgent=Witness(rounds.sweeping.urgent, self),
        )
        if self.prices:
            planning = replace(sweeping.planning, prices=self.prices)
            sweeping = replace(sweeping, planning=planning)
        if self.matcher is not None:
            contacts = replace(sweeping.contacts, matcher=self.matcher)
            planning = replace(sweeping.planning, student_links=StudentLinks.ON)
            sweeping = replace(sweeping, contacts=contacts, planning=planning)
        return replace(rounds, sweeping=sweeping)

    @property
    def internet(self) -> Internet:
        return self.web.web

    @internet.setter
    def internet(self, internet: Internet) -> None:
        self.web.web = internet

    @property
    def asked(self) -> list[Knock]:
        return [each for each in self.web.visits if each.path != "/robots.txt"]

    def asked_about(self, word: str) -> list[str]:
        """Return the addresses asked for that hold a word."""
        addresses = (f"{each.host}{each.path}?{each.query}".casefold() for each in self.asked)
        return [each for each in addresses if word.casefold() in each]

    def forgets_visits(self) -> None:
        self.web.visits.clear()

    def joins(self, member: Member, *, read: bool = False, **answers: Any) -> "Staff":
        """Invite, answer with the code of the letter, and have the accounts `read` once."""
        person = member.person
        self.service.joining.invite(person.mail, person.name.given, person.name.family)
        self.service.posting.send_due()
        told = {
            "scopes": member.scopes,
            "handles": person.handles,
            "accounts": person.accounts,
            "absent_from": person.absent_from,
            **answers,
        }
        joined = self.service.joining.enrol(self.code(person.mail), answers_of(member, **told))
        confirm_name(self.state, joined.ref)
        _ = read and self.sweep()
        return Staff(self, joined.ref, person.mail)

    def code(self, mail: str) -> str:
        """Take the code out of the newest invitation to an address."""
        letters = [each for each in self.post.of_kind("invitation") if each in self.post.to(mail)]
        return CODE.findall(letters[-1].letter.text)[0]

    def later(self, **span: float) -> None:
        self.clock.at += timedelta(**span)

    def a_week_later(self) -> None:
        self.later(weeks=1)

    def sweep(self) -> list[Told]:
        """Sweep everybody, and return what was told."""
        return self.told_in(self.rounds.sweep())

    def told_in(self, sweep: Sweep) -> list[Told]:
        given = {ref: self.state.people.get(ref).name.given for ref in self.state.people.refs()}
        recorded = self.state.events.of_sweep(sweep.ref)
        return sorted((given[each.event.person], each.event.kind, each.url) for each in recorded)

    def writes(self) -> None:
        self.rounds.write()

    def on_monday(self) -> None:
        """Go on to the next Monday, when every hour for digests has passed, and write."""
        monday = self.clock.at.date() + timedelta(days=7 - self.clock.at.weekday())
        for hour in (15, 16):  # what was missed is made up for within the hour
            self.rounds.schedule()
            self.clock.at = datetime.combine(monday, time(hour), UTC)
        self.writes()

    def coverage(self) -> dict[str, SourceRun]:
        sweep = self.state.sweeps.latest(SweepKind.SWEEP)
        return {run.source: run for run in self.state.sweeps.runs(sweep.ref)} if sweep else {}

    def gaps(self) -> dict[str, str]:
        """Return the sources that could not be checked, and why."""
        runs = self.coverage().values()
        return {run.source: run.outcome for run in runs if not run.outcome.conclusive}


@dataclass(frozen=True)
class Staff:
    """A member of staff who joined."""

    world: World
    ref: str
    mail: str

    @property
    def flags(self) -> tuple[Flag, ...]:
        return self.world.state.flags.of_person(self.ref)

    def flag(self, kind: FlagKind) -> Flag:
        (flag,) = (flag for flag in self.flags if flag.kind is kind)
        return flag

    @property
    def items(self) -> dict[str, Item]:
        return {item.portrait.url: item for item in self.world.state.items.of(self.ref)}

    @property
    def told(self) -> list[tuple[str, str]]:
        """Return what happened, and where, in the order it was noticed."""
        recorded = self.world.state.events.of_person(self.ref, self.world.started)
        return [(each.event.kind, each.url) for each in recorded]

    @property
    def letters(self) -> list[Sent]:
        return self.world.post.to(self.mail)

    def letters_of(self, kind: str) -> list[Sent]:
        return [each for each in self.letters if each.envelope.kind == kind]

    def withdraws(self) -> None:
        self.world.service.leaving.withdraw(self.ref)

    def rules(self, flag: Flag, ruling: Ruling) -> Flag:
        return self.world.service.reviewing.rule(flag.ref, ruling, self.ref)


def answers_of(member: Member, **told: Any) -> Answers:
    person = member.person
    known = {
        "name": person.name,
        "scopes": member.scopes,
        "school": person.school,
        "role": person.role,
        "places": person.places,
    }
    return Answers(**{**known, **told})


def profile(site: str, handle: str) -> Profile:
    found = planted().profile(site, handle)
    assert found
    return found


def account(id_: str, week: int = 1) -> Account:
    return next(each for each in planted().at(week).accounts if each.id == id_)


def configured(folder: Path, sites: tuple[str, ...], *families: str) -> Config:
    """Configure Cedar Valley with a few sources and two reviewers, and without a matcher."""
    config = stage.configuration(folder)
    sources = structs.replace(
        config.sources,
        searxng=config.sources.searxng if "searxng" in families else None,
        bluesky=structs.replace(config.sources.bluesky, enabled="bluesky" in families),
        sites=SitesConfig(own=False, files=(catalogue(folder, sites),) if sites else ()),
    )
    return structs.replace(
        config,
        sources=sources,
        district=structs.replace(config.district, reviewers=REVIEWERS),
        students=structs.replace(config.students, enabled=False),
    )


def catalogue(folder: Path, sites: tuple[str, ...], **changes: Any) -> Path:
    """Write the demo's catalogue with only some of its sites, all of them changed alike."""
    path = folder / "catalogue.json"
    whole = json.loads(stage.CATALOGUE.read_text("utf-8"))
    chosen = [entry for entry in whole["sites"] if entry["name"].casefold() in sites]
    told = {**whole, "sites": [{**entry, **changes} for entry in chosen]}
    path.write_text(json.dumps(told), "utf-8")
    return path
