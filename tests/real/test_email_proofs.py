"""Every email, as validators, mail programs and spam filters see it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from monitor.config.sections import MailConfig
from monitor.domain.email_delivery import Envelope, build_message_id
from monitor.mail.smtp import build_message
from reports.emails.registry import get_email_kind, render_email
from tests.real import proofs
from tests.reports.samples import EMAILS

pytestmark = pytest.mark.real

DOMAIN = "cedarvalley.example"
# What Gmail, Outlook or Apple Mail lack, and what their readers see instead.
COVERED = {
    "@media": "the letter is light and 600 wide, and reads well so",
    "color-scheme CSS property": "the letter is light, as its own colours say",
    "color-scheme meta tag": "the letter is light, as its own colours say",
    "<style> element": "every rule that matters stands in the elements themselves",
    "display:none": "the preheader is one small line in the colour of its ground",
    "max-height property": "Outlook hides the preheader by mso-hide",
    "overflow": "Outlook hides the preheader by mso-hide",
    "border-radius": "corners are square",
    "aria-hidden attribute": "the preheader is read out, and is a sentence",
    "aria-label attribute": "the subject is read out before the letter",
    "role attribute": "the tables are read out as tables, row by row, in the right order",
    "<body> element": "the ground is that of the outer table",
    "<bdi> element": "text from the web bears no direction marks by then",
    "<wbr> element": "addresses break at any letter (word-break)",
    "word-break": "addresses break behind slashes (wbr)",
}


@pytest.fixture(scope="module", autouse=True)
def _readers() -> None:
    if reason := proofs.lacking():
        pytest.skip(f"{proofs.NAME}: {reason}")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("emails")
    for name, view in EMAILS.items():
        (folder / f"{name}.html").write_text(render_email(view).html, "utf-8")
    return sorted(folder.iterdir())


def test_a_validator_finds_no_fault(pages: list[Path]) -> None:
    assert proofs.faults(pages) == []


def test_what_a_mail_program_lacks_has_something_in_its_place(pages: list[Path]) -> None:
    assert set(proofs.unsupported(pages)) == set(COVERED)


@pytest.mark.parametrize("width", [360, 700])
def test_no_email_is_wider_than_the_screen(browser: Browser, pages: list[Path], width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    too_wide = []
    for path in pages:
        page.set_content(path.read_text("utf-8"))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(path.stem)
    page.close()

    assert too_wide == []


def test_a_spam_filter_has_nothing_to_say(tmp_path: Path) -> None:
    opinions = proofs.opinions([written(name) for name in EMAILS], tmp_path)

    assert len(opinions) == len(EMAILS)
    assert max(opinion.score for opinion in opinions) <= 0
    assert [rules for opinion in opinions if (rules := heavy(opinion))] == []


def heavy(opinion: proofs.Opinion) -> dict[str, float]:
    return {name: weight for name, weight in opinion.rules.items() if weight > 0.5}


def written(name: str) -> bytes:
    view = EMAILS[name]
    envelope = Envelope(
        recipient=f"rosa.delgado@{DOMAIN}",
        message_id=build_message_id("cedar-valley", name, domain=DOMAIN),
        sent_at=datetime.now(UTC),
        kind=get_email_kind(view),
        dedupe_key="2026-W48",
        unsubscribe_url=f"https://namesake.{DOMAIN}/stop/{'a' * 32}.{'b' * 43}"
        if get_email_kind(view).form.stoppable
        else "",
    )
    settings = MailConfig(sender=f"Namesake <namesake@{DOMAIN}>", reply_to=f"privacy@{DOMAIN}")
    return build_message(render_email(view), envelope, settings).as_bytes().replace(b"\r\n", b"\n")
