"""The made-up internet: what every host of it answers, week by week.

What can be wrong with a host: it blocks us, limits us, or no longer makes sense.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.demo import fake_bluesky as appview
from monitor.demo import fake_searxng as engine
from monitor.demo import fake_sites as sites
from monitor.demo import response as cdn
from monitor.demo import response as pages
from monitor.demo.data import ALWAYS, Profile, Trace, Traces, planted
from monitor.demo.fake_searxng import Engine
from monitor.demo.response import Answer, Asked, html, render


class Mood(StrEnum):
    """`VAGUE` shows the same profile for everybody, `REBUILT` a page without any known mark."""

    BLOCKING = "blocking"
    LIMITING = "limiting"
    VAGUE = "vague"
    REBUILT = "rebuilt"
    BROKEN = "broken"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A host's mood in the weeks from `since` to `until`. `retry_after` is in seconds."""

    host: str
    mood: Mood
    retry_after: int = 86_400
    since: int = 1
    until: int = ALWAYS

    def concerns(self, asked: Asked) -> bool:
        """Tell whether this request runs into it; robots.txt is served from elsewhere."""
        spared = asked.path == "/robots.txt" and self.mood is not Mood.DOWN
        return asked.host == self.host and self.since <= asked.week <= self.until and not spared

    def answer(self, asked: Asked) -> Answer | None:
        """Answer in this mood; None closes the connection without a byte."""
        match self.mood:
            case Mood.BLOCKING:
                return html(render("captcha.html", host=asked.host, nonce=asked.nonce))
            case Mood.REBUILT:
                return html(render("rebuilt.html", nonce=asked.nonce))
            case Mood.LIMITING:
                return _limited(self.retry_after)
            case Mood.VAGUE:
                return _vague(asked)
            case Mood.BROKEN:
                return html("<!doctype html><title>Error</title><h1>Oops</h1>", status=503)
            case Mood.DOWN:
                return None


def _limited(seconds: int) -> Answer:
    text = b"<!doctype html><title>429 Too Many Requests</title><h1>Too Many Requests</h1>"
    headers = (("content-type", "text/html; charset=utf-8"), ("retry-after", str(seconds)))
    return Answer(body=text, status=429, headers=headers)


def _vague(asked: Asked) -> Answer:
    """Show a profile of nobody in particular, with everything that a real one has."""
    site = sites.BY_HOST[asked.host]
    anyone = Profile(
        site=site.name,
        handle="member",
        name=f"A member of {site.title}",
        bio="Sign in to see more.",
    )
    return sites.found(site, asked, anyone)


# A CAPTCHA that is gone a week later; a limit and a redesign that stay.
TROUBLES = (
    Trouble(host="readerly.example", mood=Mood.BLOCKING, since=2, until=2),
    Trouble(host="stitchbook.example", mood=Mood.LIMITING, since=2),
    Trouble(host="snapgarden.example", mood=Mood.VAGUE, since=2),
)
NETWORK = {appview.HOST: appview.answer, cdn.HOST: cdn.answer_cdn}


@dataclass(frozen=True, slots=True, kw_only=True)
class Internet:
    """A world that never changes by itself: each verb returns another one.

    What a verb does holds in every week; a later trouble of a host hides an earlier one.
    """

    traces: Traces = field(default_factory=planted)
    troubles: tuple[Trouble, ...] = TROUBLES
    engine: Engine = field(default_factory=Engine)

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({engine.HOST, *NETWORK, *sites.BY_HOST, *pages.hosts(self.traces)})

    def answer(self, asked: Asked) -> Answer | None:
        """Answer a request; None means that the connection closes without a byte."""
        trouble = next((each for each in reversed(self.troubles) if each.concerns(asked)), None)
        if trouble:
            return trouble.answer(asked)
        standing = self.traces.at(asked.week)
        if asked.host == engine.HOST:
            return self.engine.answer(asked, standing)
        if network := NETWORK.get(asked.host):
            return network(asked, standing)
        if site := sites.BY_HOST.get(asked.host):
            return sites.answer(site, asked, standing)
        if asked.host in self.hosts:
            return pages.answer(asked, standing)
        return html("<!doctype html><title>No such host</title>", status=421)

    def blocks_us(self, host: str) -> "Internet":
        return self._troubled(Trouble(host=host, mood=Mood.BLOCKING))

    def limits_us(self, host: str, retry_after: int) -> "Internet":
        return self._troubled(Trouble(host=host, mood=Mood.LIMITING, retry_after=retry_after))

    def says_the_same_for_everybody(self, host: str) -> "Internet":
        return self._troubled(Trouble(host=host, mood=Mood.VAGUE))

    def changes_its_markup(self, host: str) -> "Internet":
        return self._troubled(Trouble(host=host, mood=Mood.REBUILT))

    def is_broken(self, host: str) -> "Internet":
        return self._troubled(Trouble(host=host, mood=Mood.BROKEN))

    def is_down(self, host: str) -> "Internet":
        return self._troubled(Trouble(host=host, mood=Mood.DOWN))

    def recovers(self, host: str) -> "Internet":
        well = tuple(trouble for trouble in self.troubles if trouble.host != host)
        return replace(self, troubles=well)

    def shows(self, trace: Trace) -> "Internet":
        return replace(self, traces=self.traces.plus(trace))

    def removes(self, trace: Trace) -> "Internet":
        return replace(self, traces=self.traces.minus(trace))

    def reorders(self) -> "Internet":
        return replace(self, engine=replace(self.engine, shuffles=self.engine.shuffles + 1))

    def forbids_json(self) -> "Internet":
        return replace(self, engine=replace(self.engine, speaks_json=False))

    def loses_engines(self, messages: Mapping[str, str]) -> "Internet":
        """Let engines behind the search engine fail, each with its message."""
        silent = tuple(messages.items())
        return replace(self, engine=replace(self.engine, unresponsive=silent))

    def _troubled(self, trouble: Trouble) -> "Internet":
        return replace(self, troubles=(*self.troubles, trouble))
