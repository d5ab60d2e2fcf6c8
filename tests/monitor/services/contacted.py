"""A made-up web whose answers a test changes on their way, as services do one day."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest, FakeResponse
from monitor.services.first_contact import run_first_contact
from monitor.services.sweeps import ignore_progress
from tests.monitor.services.world import World

APPVIEW, SITE = "appview.example", "chalkboard.example"
PROFILE, SEARCH, FOLLOWERS = "getProfile", "searchActors", "getFollowers"
Change = Callable[[FakeRequest, FakeResponse | None], FakeResponse | None]


@dataclass(frozen=True, slots=True)
class ChangedWeb:
    """`change` sees every answer but robots.txt; what it returns is sent."""

    web: Internet
    change: Change

    @property
    def hosts(self) -> Collection[str]:
        return self.web.hosts

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        answer = self.web.answer_request(asked)
        return answer if asked.path == "/robots.txt" else self.change(asked, answer)


def at(path: str, change: Callable[[FakeRequest, FakeResponse], FakeResponse | None]) -> Change:
    """Change the answers to requests whose path or host ends so, and no others."""

    def change_there(asked: FakeRequest, answer: FakeResponse | None) -> FakeResponse | None:
        there = asked.path.endswith(path) or asked.host.endswith(path)
        return change(asked, answer) if there and answer is not None else answer

    return change_there


def in_json(edit: Callable[[dict[str, Any]], object]) -> Callable[..., FakeResponse]:
    """Edit what a good answer says; errors stay as they are."""

    def change(_asked: FakeRequest, answer: FakeResponse) -> FakeResponse:
        told = json.loads(answer.body)
        if answer.status == 200:
            edit(told)
        return replace(answer, body=json.dumps(told).encode())

    return change


def unchanged(_asked: FakeRequest, answer: FakeResponse | None) -> FakeResponse | None:
    return answer


def contact(world: World, change: Change = unchanged) -> dict[str, Any]:
    """Make first contact with a web that answers so; return what came of each source."""
    well = world.web.web
    world.web.web = ChangedWeb(well if isinstance(well, Internet) else well.web, change)
    assert run_first_contact(world.app, (), ignore_progress)
    world.web.web = well
    contacts = world.state.first_contacts.list_contacts_since(world.clock.at)
    world.later(hours=1)
    return {contact.source: contact for contact in contacts}
