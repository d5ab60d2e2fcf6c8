"""Every page for staff in a language of marks: nothing but facts stands outside of them."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from monitor.app import App
from monitor.domain.vocabulary import SITE_NAMES
from monitor.services.answers import build_lessons_line
from monitor.web.enrollment_forms import NETWORKS
from monitor.web.roles import is_for_staff
from reports.labels.findings import format_site_name
from reports.sanitize import clean_web_text, defang_url
from tests.real.states.people import INVITED, NEW
from tests.real.states.scene import STRANGER, Scene, apps, set_in
from tests.real.states.state import Site, State
from tests.real.states.table import CHAPTERS
from tests.reports.marked import find_unmarked_words, read_page, speaking_in_marks

# What people of the scene wrote, and names that no one translates.
OTHERS = (
    *("Namesake", "CDT", "CST", "SearXNG", "Number 17", "Called the platform.", "Is it yours?"),
    *("A request for records about a complaint.", "| FREE CRYPTO TIPS", "Whitepages"),
    *("Google Alerts", STRANGER, "Wrote to it."),
    *("English", "Español", "former.", "help.instagram.com/contact/636276399721841"),
    *(
        "myactivity.google.com/results-about-you",
        "www.whitepages.com/privacy/ccpa",
        "privacy.ca.gov/drop/",
        "lookup.icann.org",
    ),
    *(
        "support@bsky.app",
        "California",
        "whereabouts.example",
        "bsky.app/settings/privacy-and-security",
    ),
    # Where pictures of that kind are reported.
    *("cybertipline.org", "stopncii.org", "takeitdown.ftc.gov", "takeitdown.ncmec.org"),
    *(f"support.google.com/websearch/answer/{number}" for number in (3143948, 6302812)),
    # Of the difference between two versions: names that the network gives its counts, and days.
    *("followers:", "follows:", "posts:", "Sep 17, 2026"),
)
MOST_PAGES = 90
STATES = [
    state
    for chapter in CHAPTERS.values()
    for state in chapter
    if is_for_staff(state.address.partition("?")[0]) and not state.deeds
]


@pytest.fixture(scope="module")
def shown(
    played_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Scene, dict[Site, Flask]]]:
    """Set the scene with all people and districts once, to look at it from each page."""
    folder = tmp_path_factory.mktemp("languages")
    shutil.copytree(played_demo, folder / "story")
    with set_in(folder / "story", folder) as scene:
        yield scene, apps({site: one_site.app for site, one_site in scene.sites.items()})


@pytest.fixture(scope="module")
def facts(shown: tuple[Scene, dict[Site, Flask]]) -> frozenset[str]:
    """What people and the web say, as pages write it."""
    scene, _ = shown
    found = {text for site in scene.sites.values() for text in list_facts(site.app)}
    names = {*map(str.title, (*NEW, *INVITED)), "Field", *SITE_NAMES.values(), *OTHERS}
    # Of two usernames, what both have.
    names |= {found_one[:-1] for found_one in found if found_one.startswith("mariadelgad")}
    spelled = (clean_web_text, defang_url, format_site_name)
    written = {spell(text) for text in found | names for spell in spelled}
    return frozenset(written | found | names)


def list_facts(app: App) -> Iterator[str]:
    district = app.config.district
    yield from (district.name, district.contact, *district.domains, *district.operators)
    yield from (*district.reviewers, *app.sources, *NETWORKS)
    for row in app.db.findings.connection.fetch_rows("SELECT id FROM people"):
        person = app.db.people.load_person(row["id"])
        name = person.name
        yield from (name.given, name.family, name.middle, *name.former_families)
        yield from (person.mail, person.school, person.role)
        yield from (*person.places, *person.handles, *person.name.nicknames, *person.accounts)
        yield from (account.partition(":")[2] for account in person.accounts)
        if learned := build_lessons_line(app, person.id):
            yield from (*learned.me, *learned.others)
        for finding in app.db.findings.list_findings_of_person(person.id):
            yield finding.portrait.platform
            for version in app.db.versions.list_versions(finding.id):
                yield from list_words(version.trace)
            yield from list_words(finding.portrait)


def list_words(finding) -> Iterator[str]:
    yield from (finding.name, finding.title, finding.bio, finding.snippet, finding.handle)
    yield from (finding.url, urlsplit(finding.url).netloc, finding.location, *finding.links)
    yield from re.findall(r"\w{3,}", f"{finding.title} {finding.bio} {finding.snippet}")


def look_at(state: State, scene: Scene, app: Flask) -> str:
    client, site = app.test_client(), scene.sites[state.site]
    headers = scene.headers(state.site, state.who)
    if state.who and not headers:
        cookie = scene.cookie(state.site, state.who)
        client.set_cookie(cookie["name"], cookie["value"], domain="127.0.0.1")
    path = state.address.format_map(scene.refs)
    answer = client.get(path, base_url=site.address, headers={**headers, "Accept-Language": "es"})
    return answer.get_data(as_text=True)


def test_every_page_for_staff_is_translated_whole(
    shown: tuple[Scene, dict[Site, Flask]], facts: frozenset[str]
) -> None:
    scene, sites = shown
    with speaking_in_marks():
        pages = {
            str(one_state): read_page(look_at(one_state, scene, sites[one_state.site]))
            for one_state in STATES
        }
    left = {state: find_unmarked_words(page, facts) for state, page in pages.items()}

    assert len(pages) > MOST_PAGES
    assert {state: words for state, words in left.items() if words} == {}
