"""The made-up internet: what every host of it answers, week by week.

What can be wrong with a host: it blocks us, limits us, or no longer makes sense.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.demo import fake_bluesky as appview
from monitor.demo import fake_searxng as engine
from monitor.demo import fake_sites as sites
from monitor.demo import response
from monitor.demo.data import ALWAYS, DemoContents, DemoEntry, DemoProfile, load_demo_contents
from monitor.demo.fake_searxng import FakeSearxng
from monitor.demo.response import (
    FakeRequest,
    FakeResponse,
    build_html_response,
    build_json_response,
    render_template,
)

DAY = 86_400


class HostMood(StrEnum):
    """`VAGUE` shows the same profile for everyone, `REBUILT` a page without any known mark.

    `SEARCHLESS` answers every search with an empty list, and is well in all else.
    """

    BLOCKING = "blocking"
    LIMITING = "limiting"
    VAGUE = "vague"
    REBUILT = "rebuilt"
    SEARCHLESS = "searchless"
    BROKEN = "broken"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTrouble:
    """A host's mood in the weeks from `since` to `until`. `retry_after` is in seconds."""

    host: str
    mood: HostMood
    retry_after: int = DAY
    since: int = 1
    until: int = ALWAYS

    def applies_to(self, asked: FakeRequest) -> bool:
        """Tell whether this request runs into it; robots.txt is served from elsewhere."""
        spared = asked.path == "/robots.txt" and self.mood is not HostMood.DOWN
        if self.mood is HostMood.SEARCHLESS:
            spared = asked.path not in SEARCH_PATHS
        return asked.host == self.host and self.since <= asked.week <= self.until and not spared

    def build_answer(self, asked: FakeRequest) -> FakeResponse | None:
        """Answer in this mood; None closes the connection without a byte."""
        template = MOOD_TEMPLATES.get(self.mood)
        if template:
            return build_html_response(
                render_template(template, host=asked.host, nonce=asked.nonce)
            )
        match self.mood:
            case HostMood.LIMITING:
                text = (
                    b"<!doctype html><title>429 Too Many Requests</title><h1>Too Many Requests</h1>"
                )
                headers = (
                    ("content-type", "text/html; charset=utf-8"),
                    ("retry-after", str(self.retry_after)),
                )
                return FakeResponse(body=text, status=429, headers=headers)
            case HostMood.VAGUE:
                # Show a profile of no one in particular, with everything that a real one has.
                site = sites.SITE_BY_HOST[asked.host]
                anyone = DemoProfile(
                    site=site.name,
                    handle="member",
                    name=f"A member of {site.title}",
                    bio="Sign in to see more.",
                )
                return sites.render_profile_page(site, asked, anyone)
            case HostMood.SEARCHLESS:
                return build_json_response(
                    {"actors": [], "results": [], "unresponsive_engines": []}
                )
            case HostMood.BROKEN:
                return build_html_response(
                    "<!doctype html><title>Error</title><h1>Oops</h1>", status=503
                )
        return None


# A CAPTCHA that is gone a week later; a limit and a redesign that stay.
TROUBLES = (
    HostTrouble(host="readerly.example", mood=HostMood.BLOCKING, since=2, until=2),
    HostTrouble(host="stitchbook.example", mood=HostMood.LIMITING, since=2),
    HostTrouble(host="snapgarden.example", mood=HostMood.VAGUE, since=2),
)
MOOD_TEMPLATES = {HostMood.BLOCKING: "captcha.html", HostMood.REBUILT: "rebuilt.html"}
SEARCH_PATHS = frozenset({"/search", "/xrpc/app.bsky.actor.searchActors"})
ANSWER_BY_HOST = {appview.HOST: appview.answer_appview, response.HOST: response.answer_cdn}


@dataclass(frozen=True, slots=True, kw_only=True)
class Internet:
    """A world that never changes by itself: each verb returns another one.

    What a verb does holds in every week; a later trouble of a host hides an earlier one.
    """

    traces: DemoContents = field(default_factory=load_demo_contents)
    troubles: tuple[HostTrouble, ...] = TROUBLES
    engine: FakeSearxng = field(default_factory=FakeSearxng)

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(
            {
                engine.HOST,
                *ANSWER_BY_HOST,
                *sites.SITE_BY_HOST,
                *response.list_page_hosts(self.traces),
            }
        )

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        """Answer a request; None means that the connection closes without a byte."""
        trouble = next(
            (
                host_trouble
                for host_trouble in reversed(self.troubles)
                if host_trouble.applies_to(asked)
            ),
            None,
        )
        if trouble:
            return trouble.build_answer(asked)
        traces = self.traces.filter_by_week(asked.week)
        if asked.host == engine.HOST:
            return self.engine.answer_request(asked, traces)
        if network := ANSWER_BY_HOST.get(asked.host):
            return network(asked, traces)
        if site := sites.SITE_BY_HOST.get(asked.host):
            return sites.answer_site(site, asked, traces)
        if asked.host in self.hosts:
            return response.answer_page(asked, traces)
        return build_html_response("<!doctype html><title>No such host</title>", status=421)

    def trouble_host(self, host: str, mood: HostMood, retry_after: int = DAY) -> "Internet":
        trouble = HostTrouble(host=host, mood=mood, retry_after=retry_after)
        return replace(self, troubles=(*self.troubles, trouble))

    def restore_host(self, host: str) -> "Internet":
        well = tuple(trouble for trouble in self.troubles if trouble.host != host)
        return replace(self, troubles=well)

    def add_entry(self, entry: DemoEntry) -> "Internet":
        return replace(self, traces=self.traces.add_entry(entry))

    def remove_entry(self, entry: DemoEntry) -> "Internet":
        return replace(self, traces=self.traces.remove_entry(entry))

    def reorder_results(self) -> "Internet":
        return replace(self, engine=replace(self.engine, shuffles=self.engine.shuffles + 1))

    def forbid_json(self) -> "Internet":
        return replace(self, engine=replace(self.engine, speaks_json=False))

    def disable_engines(self, messages: Mapping[str, str]) -> "Internet":
        """Let engines behind the search engine fail, each with its message."""
        silent = tuple(messages.items())
        return replace(self, engine=replace(self.engine, unresponsive=silent))
