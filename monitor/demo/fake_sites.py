"""Eight profile sites, each with its own way of saying that somebody is not there."""

from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.demo.data import Profile, Traces, sweep_at
from monitor.demo.response import Answer, Asked, data, html, plain, redirect, render


class Denial(StrEnum):
    """How a site answers where there is no such profile."""

    STATUS = "404"
    MESSAGE = "a sentence in an ordinary page"
    REDIRECT = "the front page"
    JSON = "null"
    OPEN_GRAPH = "a page that is a website, not a profile"
    SOFT = "a page marked as not found, with status 200"
    GONE = "410"
    TITLE = "a title without a name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`profile_path` ends where the handle begins."""

    name: str
    title: str
    denial: Denial
    profile_path: str

    @property
    def host(self) -> str:
        return f"{self.name}.example"

    def url(self, handle: str) -> str:
        return f"http://{self.host}{self.profile_path}{handle}"


SITES = (
    Site(name="chalkboard", title="Chalkboard", denial=Denial.STATUS, profile_path="/t/"),
    Site(name="readerly", title="Readerly", denial=Denial.MESSAGE, profile_path="/reader/"),
    Site(name="stitchbook", title="Stitchbook", denial=Denial.REDIRECT, profile_path="/by/"),
    Site(name="tuneshelf", title="Tuneshelf", denial=Denial.JSON, profile_path="/api/users/"),
    Site(name="snapgarden", title="Snapgarden", denial=Denial.OPEN_GRAPH, profile_path="/@"),
    Site(name="paceclub", title="Pace Club", denial=Denial.SOFT, profile_path="/athletes/"),
    Site(name="givingdesk", title="Giving Desk", denial=Denial.GONE, profile_path="/people/"),
    Site(name="recipebox", title="Recipe Box", denial=Denial.TITLE, profile_path="/cooks/"),
)
BY_HOST = {site.host: site for site in SITES}

ROBOTS = """\
User-agent: *
Disallow: /settings
Disallow: /messages
Disallow: /search
"""


def answer(site: Site, asked: Asked, traces: Traces) -> Answer:
    if asked.path == "/robots.txt":
        return plain(ROBOTS)
    if asked.path == "/":
        return front_page(site, asked)
    if not asked.path.startswith(site.profile_path):
        return html(_rendered("nowhere.html", site, asked), status=404)
    handle = asked.path.removeprefix(site.profile_path).rstrip("/")
    profile = traces.profile(site.name, handle)
    if profile is None:
        return _denied(site, asked, handle)
    return found(site, asked, profile)


def front_page(site: Site, asked: Asked) -> Answer:
    return html(_rendered("front.html", site, asked))


def found(site: Site, asked: Asked, profile: Profile) -> Answer:
    """Show a profile, with a follower count that has moved since it was last looked at."""
    moved = replace(profile, followers=profile.followers + 3 * asked.week + asked.nth % 3)
    if site.denial is Denial.JSON:
        return data({"ok": True, "user": _as_data(moved), "server_time": _now(asked)})
    return html(_rendered(f"{site.name}.html", site, asked, profile=moved))


def _denied(site: Site, asked: Asked, handle: str) -> Answer:
    match site.denial:
        case Denial.JSON:
            return data({"ok": True, "user": None, "server_time": _now(asked)})
        case Denial.REDIRECT:
            moved = f'<html><body>Moved <a href="http://{site.host}/">here</a>.</body></html>'
            return redirect(f"http://{site.host}/", moved)
        case Denial.STATUS:
            status = 404
        case Denial.GONE:
            status = 410
        case _:
            status = 200
    page = _rendered(f"{site.name}.html", site, asked, profile=None, handle=handle)
    return html(page, status=status)


def _as_data(profile: Profile) -> dict[str, object]:
    return {
        "username": profile.handle,
        "display_name": profile.name,
        "about": profile.bio,
        "location": profile.town,
        "links": list(profile.links),
        "followers": profile.followers,
    }


def _now(asked: Asked) -> str:
    """Return the server's own clock, some seconds further at each request."""
    moment = sweep_at(asked.week)
    return moment.replace(second=asked.nth % 60).isoformat()


def _rendered(template: str, site: Site, asked: Asked, **more: object) -> str:
    return render(template, site=site, nonce=asked.nonce, now=_now(asked), **more)
