"""What can be wrong with a host: it blocks us, limits us, or no longer makes sense."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.demo import sites
from monitor.demo.answer import Answer, Asked, html
from monitor.demo.looks import render
from monitor.demo.traces import ALWAYS, Profile


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
