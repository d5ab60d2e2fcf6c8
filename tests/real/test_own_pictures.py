"""On a phone: two pictures next to each other, and screenshots that a person adds themselves."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.demo import response as cdn
from monitor.demo.district import MARIA
from monitor.domain.case import Case
from monitor.domain.vocabulary import CaseKind, ConsentChannel, Scope
from monitor.services.consent_renewal import ConsentAnswer, renew_consent
from monitor.services.consent_terms import hash_district_terms
from tests.real.browser import NARROW, Looks, unreachable
from tests.real.pages import Pages, served

pytestmark = pytest.mark.real
pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

LOADED = "[...document.images].every((each) => each.complete && each.naturalWidth > 1)"


# An answer in one test would end the case of the other, so each has pages of its own.
@pytest.fixture
def pages(played_demo: Path, tmp_path: Path) -> Iterator[Pages]:
    shutil.copytree(played_demo, tmp_path / "demo")
    with served(tmp_path / "demo") as running:
        yield running


@pytest.fixture
def looks(browser: Browser, pages: Pages) -> Looks:
    return Looks(browser, pages.address)


def find_case(pages: Pages) -> Case:
    """Return the case about the account that copies Maria's."""
    db = pages.app.db
    person_id = db.people.find_person_id_by_mail(MARIA.person.mail)
    cases = db.cases.list_cases_of_person(person_id)
    return next(case for case in cases if case.kind is CaseKind.IMPERSONATION)


def check_page(looks: Looks, page: Page, pictures: int) -> None:
    """See that all pictures are there, and what axe, the console and the width say."""
    expect(page.locator("main img")).to_have_count(pictures)
    page.wait_for_function(LOADED)
    assert looks.faults(page) == [], page.url


def test_the_pictures_that_a_check_brings_are_shown_until_the_answer(
    looks: Looks, pages: Pages
) -> None:
    app, case = pages.app, find_case(pages)
    scopes = MARIA.scopes | {Scope.PHOTOS}
    seen = hash_district_terms(app)
    answer = ConsentAnswer(scopes=scopes, seen_text_hash=seen, channel=ConsentChannel.PORTAL)
    renew_consent(app, case.person_id, answer)
    with looks.window(width=NARROW) as page:
        looks.become(page, MARIA.person.name.full_name)
        page.goto("/me/check")
        page.get_by_role("button", name="Check now").click()
        page.get_by_text("Your check finished on").first.wait_for()

        page.goto(f"/me/findings/{case.finding_id}")
        check_page(looks, page, 2)
        page.goto(f"/me/findings/{case.finding_id}/beside")
        check_page(looks, page, 2)
        page.goto("/me/sort")
        check_page(looks, page, 2)
        page.goto(f"/me/findings/{case.finding_id}")
        page.get_by_role("button", name="Someone else with my name").first.click()
        page.get_by_text("Saved.").first.wait_for()
        page.goto(f"/me/findings/{case.finding_id}")
        check_page(looks, page, 0)


def test_a_screenshot_is_added_saved_with_the_evidence_and_removed(
    looks: Looks, pages: Pages, tmp_path: Path
) -> None:
    shot, words = tmp_path / "what maria saw.png", tmp_path / "words.txt"
    shot.write_bytes(cdn.draw_png("what maria saw"))
    words.write_text("no picture", "utf-8")
    kit = f"/me/takedown/{find_case(pages).id}"
    with looks.window(width=NARROW) as page:
        looks.become(page, MARIA.person.name.full_name)
        page.goto(kit)
        page.get_by_text("Add your own screenshots").click()
        page.get_by_label("Screenshot", exact=True).set_input_files(words)
        page.get_by_role("button", name="Add screenshot").click()
        page.get_by_role("alert").get_by_text("We cannot open this file.").wait_for()
        assert unreachable(page) == []

    with looks.window(width=NARROW) as page:
        looks.become(page, MARIA.person.name.full_name)
        page.goto(kit)
        page.get_by_text("Add your own screenshots").click()
        page.get_by_label("Screenshot", exact=True).set_input_files(shot)
        page.get_by_role("button", name="Add screenshot").click()
        page.get_by_text("Screenshot added.").wait_for()
        page.get_by_alt_text("Your screenshot 1").scroll_into_view_if_needed()
        check_page(looks, page, 1)

        with page.expect_download() as saved:
            page.get_by_role("link", name="Download (ZIP)").click()
        with ZipFile(saved.value.path()) as pack:
            assert "screenshots/1.jpg" in pack.namelist()

        page.get_by_role("button", name="Remove screenshot 1").click()
        page.get_by_text("Screenshot removed.").wait_for()
        check_page(looks, page, 0)
