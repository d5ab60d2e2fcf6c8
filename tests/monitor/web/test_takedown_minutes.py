"""From an alert to a sent report: what is read and pressed on the way fits into three minutes.

Read at 230 words a minute, below the mean of silent reading in English of 238 (Brysbaert, 2019),
down to what is pressed, at 3 seconds a press. Both are signed out, as one is who comes from an
email.
"""

import re
from dataclasses import dataclass, field

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag

from monitor.demo.district import MARIA
from monitor.domain.case import Case
from monitor.domain.person import build_reviewer_id
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.outbox import send_due
from monitor.services.review import queue_review_digests
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


# As a reader pressed: the email, its link; to the mail app and back, the field, the code and the
# button; the app of the site from the account to a report that is sent, and back.
PRESSES_FOR_EMAIL, PRESSES_FOR_CODE, PRESSES_THERE = 2, 6, 8
# What a desk shows, the list beside a case as well, and the report itself, which somebody signs.
UNSEEN = """
details:not([open]) > :not(summary), .unseen, .preheader, option, [type=hidden], .desk-back"""


@dataclass
class DeskWalk:
    """What a reviewer at a desk reads and presses, each email and each notice included."""

    words: list[int] = field(default_factory=list)
    presses: list[int] = field(default_factory=list)

    def reads(self, page: BeautifulSoup, pressed: Tag | str, presses: int) -> None:
        """Read a page, or an email, from its top down to what is pressed or typed."""
        part = page.find("main") or page.find("body") or page
        for hidden in part.select(UNSEEN):
            hidden.extract()
        words = part.get_text(" ")
        if isinstance(pressed, str):
            words = words[: words.index(pressed) + len(pressed)]
        else:
            above = [
                text
                for text in pressed.find_all_previous(string=True)
                if part in text.parents and type(text) is NavigableString
            ]
            words = " ".join((*above, pressed.get_text(" ")))
        self.words.append(len(words.split()))
        self.presses.append(presses)

    @property
    def seconds(self) -> float:
        return sum(self.words) / WORDS_PER_SECOND + sum(self.presses) * SECONDS_A_PRESS


def test_a_reviewer_gets_from_the_email_to_a_decision_and_a_sent_report(
    portal: Portal, maria: Staff
):
    portal.world.later(days=8)
    queue_review_digests(portal.world.app)
    send_due(portal.world.app)
    walk, ana, case = DeskWalk(), portal.guest(), fake(maria)

    email = portal.world.post.to(ANA)[-1].email
    page = BeautifulSoup(email.html, "lxml")
    link = page.find("a", href=re.compile(case.id))
    walk.words.append(len(email.subject.split()))
    walk.reads(page, link, PRESSES_FOR_EMAIL)
    sign_in = ana.get(link["href"].removeprefix(ADDRESS)).leads_to

    page = ana.get(sign_in).page
    walk.reads(page, page.find("button", string="Email me a code"), 1)
    page = ana.follow(ana.post("/sign-in", to=build_reviewer_id(ANA))).page
    assert not access_of(portal, case)
    walk.reads(page, page.find("button", string="Sign in and open the case"), PRESSES_FOR_CODE)
    send_due(portal.world.app)
    email = portal.world.post.to(ANA)[-1].email
    page = BeautifulSoup(email.html, "lxml")
    digits = page.find(class_="code").get_text(strip=True)
    walk.words.append(len(email.subject.split()))
    walk.reads(page, digits, 0)
    done = ana.post("/sign-in/link", code=digits, opens=case.id)

    # The look is written down by that press, and nothing else is pressed to see the case.
    assert access_of(portal, case)
    page = ana.follow(done).page
    walk.reads(page, page.find("button", string="Save decision"), 2)
    seen = f"{case.id} {case.revision}"
    done = ana.post("/review/rule", decision="impersonation", seen=seen)

    page = ana.follow(done).page
    sent = page.find("button", value="reported")
    copied = page.find("button", attrs={"data-copies": "report"})
    assert sent in copied.find_all_next("button")
    # One button stands out: that of the next step.
    assert [
        button["value"] for button in page.select("main button.button:not(.button-second)")
    ] == ["reported"]
    # The rest is as they have just read it.
    walk.words.append(len(page.find(class_="notice").get_text(" ").split()))
    walk.reads(page.find(class_="next-box"), sent, 2 + PRESSES_THERE + 1)
    seen = f"{case.id} {fake(maria).revision}"
    page = ana.follow(ana.post("/review/rule", decision="reported", seen=seen)).page
    walk.words.append(len(page.find(class_="notice").get_text(" ").split()))

    assert fake(maria).last_lever.decision is Decision.REPORTED
    assert walk.seconds <= MOST_SECONDS, (walk.words, walk.presses, walk.seconds)


def access_of(portal: Portal, case: Case) -> bool:
    world = portal.world
    return world.state.access_log.has_access(build_reviewer_id(ANA), case.id, world.clock.now())
