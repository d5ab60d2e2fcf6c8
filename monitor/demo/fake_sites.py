"""Eight profile sites, each with its own way of saying that someone is not there."""

from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.demo.data import DemoContents, DemoProfile, compute_sweep_time
from monitor.demo.response import (
    FakeRequest,
    FakeResponse,
    build_html_response,
    build_json_response,
    build_redirect,
    build_text_response,
    render_template,
)


class MissingProfileStyle(StrEnum):
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
class FakeSite:
    """`profile_path` ends where the handle begins."""

    name: str
    title: str
    missing_style: MissingProfileStyle
    profile_path: str

    @property
    def host(self) -> str:
        return f"{self.name}.example"

    def build_profile_url(self, handle: str) -> str:
        return f"http://{self.host}{self.profile_path}{handle}"


SITES = tuple(
    FakeSite(
        name=title.replace(" ", "").lower(), title=title, missing_style=style, profile_path=path
    )
    for title, style, path in (
        ("Chalkboard", MissingProfileStyle.STATUS, "/t/"),
        ("Readerly", MissingProfileStyle.MESSAGE, "/reader/"),
        ("Stitchbook", MissingProfileStyle.REDIRECT, "/by/"),
        ("Tuneshelf", MissingProfileStyle.JSON, "/api/users/"),
        ("Snapgarden", MissingProfileStyle.OPEN_GRAPH, "/@"),
        ("Pace Club", MissingProfileStyle.SOFT, "/athletes/"),
        ("Giving Desk", MissingProfileStyle.GONE, "/people/"),
        ("Recipe Box", MissingProfileStyle.TITLE, "/cooks/"),
    )
)
SITE_BY_HOST = {site.host: site for site in SITES}

ROBOTS = """\
User-agent: *
Disallow: /settings
Disallow: /messages
Disallow: /search
"""


def answer_site(site: FakeSite, asked: FakeRequest, traces: DemoContents) -> FakeResponse:
    if asked.path == "/robots.txt":
        return build_text_response(ROBOTS)
    if asked.path == "/":
        return build_html_response(_render_template("front.html", site, asked))
    if not asked.path.startswith(site.profile_path):
        return build_html_response(_render_template("nowhere.html", site, asked), status=404)
    handle = asked.path.removeprefix(site.profile_path).rstrip("/")
    profile = traces.find_profile(site.name, handle)
    if profile is None:
        return _render_missing_page(site, asked, handle)
    return render_profile_page(site, asked, profile)


def render_profile_page(site: FakeSite, asked: FakeRequest, profile: DemoProfile) -> FakeResponse:
    """Show a profile, with a follower count that has moved since it was last looked at."""
    moved = replace(profile, followers=profile.followers + 3 * asked.week + asked.nth % 3)
    if site.missing_style is MissingProfileStyle.JSON:
        return build_json_response(
            {
                "ok": True,
                "user": {
                    "username": moved.handle,
                    "display_name": moved.name,
                    "about": moved.bio,
                    "location": moved.town,
                    "links": list(moved.links),
                    "followers": moved.followers,
                },
                "server_time": _format_server_time(asked),
            }
        )
    return build_html_response(_render_template(f"{site.name}.html", site, asked, profile=moved))


def _render_missing_page(site: FakeSite, asked: FakeRequest, handle: str) -> FakeResponse:
    match site.missing_style:
        case MissingProfileStyle.JSON:
            return build_json_response(
                {"ok": True, "user": None, "server_time": _format_server_time(asked)}
            )
        case MissingProfileStyle.REDIRECT:
            moved = f'<html><body>Moved <a href="http://{site.host}/">here</a>.</body></html>'
            return build_redirect(f"http://{site.host}/", moved)
        case MissingProfileStyle.STATUS:
            status = 404
        case MissingProfileStyle.GONE:
            status = 410
        case _:
            status = 200
    page = _render_template(f"{site.name}.html", site, asked, profile=None, handle=handle)
    return build_html_response(page, status=status)


def _format_server_time(asked: FakeRequest) -> str:
    """Return the server's own clock, some seconds further at each request."""
    return compute_sweep_time(asked.week).replace(second=asked.nth % 60).isoformat()


def _render_template(template: str, site: FakeSite, asked: FakeRequest, **more: object) -> str:
    return render_template(
        template, site=site, nonce=asked.nonce, now=_format_server_time(asked), **more
    )
