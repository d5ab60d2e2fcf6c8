"""From an alert to a sent report: what is read and pressed on the way fits into three minutes.

Read at 238 words a minute, the mean of silent reading in English (Brysbaert, 2019), down to what
is pressed. The teacher is signed out, as one is who comes from an email.
"""

import re
from dataclasses import dataclass, field

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.outbox import send_due
from tests.monitor.services.world import IMPOSTOR, Staff
from tests.monitor.web.portal import ADDRESS, Portal
from tests.monitor.web.review.flagged import ANA, fake

WORDS_PER_SECOND = 230 / 60
SECONDS_A_PRESS = 3
# On the site itself: the menu, Report, the text pasted, and sent.
SECONDS_THERE = 45
# To the mail app and back, for an email that is sent at once, with its code above the first line.
SECONDS_FOR_CODE = 20
# A work address on a phone's keyboard, which offers it after the first letters.
SECONDS_FOR_ADDRESS = 10
DIGITS = re.compile(r"\d{3} \d{3}")
MOST_SECONDS = 180
MOST_PRESSES = 6
# Also what a phone does not show: the list beside a case (casework.css).
FOLDED = (
    "details:not([open]) > :not(summary), .unseen, .preheader, textarea, option, [type=hidden], "
    "head, .pane-list"
)


@dataclass
class Walk:
    """What somebody reads and presses, page after page."""

    words: list[int] = field(default_factory=list)
    waits: int = SECONDS_THERE

    def reads_to(self, page: BeautifulSoup, pressed: Tag | None) -> None:
        """Read a page from its top down to what is pressed."""
        assert pressed is not None
        part = page.find("main") or page
        for hidden in part.select(FOLDED):
            hidden.extract()
        above = [
            text
            for text in pressed.find_all_previous(string=True)
            # Nobody reads comments, which are strings of a class of their own.
            if part in text.parents and type(text) is NavigableString
        ]
        self.words.append(sum(len(text.split()) for text in (*above, pressed.get_text(" "))))

    @property
    def seconds(self) -> float:
        read = sum(self.words) / WORDS_PER_SECOND
        return read + len(self.words) * SECONDS_A_PRESS + self.waits


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Maria, who was just written to about somebody who poses as her."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    send_due(world.app)
    return maria


def test_a_teacher_gets_from_the_alert_to_a_sent_report(portal: Portal, maria: Staff):
    walk, guest = Walk(), portal.guest()
    (alert,) = maria.emails_of("alert")
    email = BeautifulSoup(alert.email.html, "lxml")
    link = re.search(rf"{re.escape(ADDRESS)}(/answer/\S+)", alert.email.text)[1]
    walk.reads_to(email, email.find("a", href=f"{ADDRESS}{link}"))

    page = guest.get(link).page
    walk.reads_to(page, page.find("button", value="impersonation"))
    page = guest.post(link, decision="impersonation").page
    walk.reads_to(page, page.find("button", string="Sign in"))
    send_due(portal.world.app)
    asked = maria.emails_of("sign-in-link")[-1].email
    walk.waits += SECONDS_FOR_CODE
    # Nobody has to open it: its first words are in the notice of it.
    digits = DIGITS.match(BeautifulSoup(asked.html, "lxml").body.get_text(" ", strip=True))
    kit = guest.post("/sign-in/link", code=digits[0]).leads_to

    page = guest.get(kit).page
    walk.reads_to(page, page.find("button", id="done"))
    # On the way the text is copied, and the account opened.
    walk.words += [0, 0]
    copied = page.find("button", attrs={"data-copies": "text"})
    opened = copied.find_next("a", class_="button")
    assert "button-second" not in opened["class"]
    assert opened.find_next("button", id="done")
    assert len(walk.words) <= MOST_PRESSES
    guest.post(kit, done="reported", lever="form")

    assert maria.case(CaseKind.IMPERSONATION).last_lever.decision is Decision.REPORTED
    assert walk.seconds <= MOST_SECONDS, (walk.words, walk.seconds)


def test_a_reviewer_gets_from_the_queue_to_a_sent_report(portal: Portal, maria: Staff):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    portal.world.later(days=4)
    walk, ana = Walk(), portal.guest()

    page = ana.get("/sign-in").page
    walk.reads_to(page, page.find("button", string="Email me a code"))
    walk.waits += SECONDS_FOR_ADDRESS + SECONDS_FOR_CODE
    page = ana.follow(ana.post("/sign-in", address=ANA)).page
    walk.reads_to(page, page.find("button", string="Sign in"))
    ana = portal.signed_in(ANA)

    page = ana.get("/review").page
    walk.reads_to(page, page.find("button", attrs={"name": "one"}))
    page = ana.follow(ana.post("/review/open", one=fake(maria).id)).page
    copied = page.find("button", attrs={"data-copies": "report"})
    walk.reads_to(page, copied)
    assert len(walk.words) <= MOST_PRESSES
    assert walk.seconds <= MOST_SECONDS, (walk.words, walk.seconds)

    # It is noted afterwards, further down the page.
    assert copied.find_next("button", string=re.compile("Save decision"))
    seen = f"{fake(maria).id} {fake(maria).revision}"
    ana.post("/review/rule", decision="reported", seen=seen)
    assert fake(maria).last_lever.decision is Decision.REPORTED
