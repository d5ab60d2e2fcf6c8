import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import MARIA, THOMAS
from monitor.domain.email_delivery import Bounce
from monitor.services.bounces import process_bounce
from monitor.services.outbox import send_due
from monitor.services.sessions import IDLE_LASTS, REMEMBERED_LASTS, SESSION_LASTS
from monitor.services.sign_in import (
    CODE_LASTS,
    LINK_LASTS,
    MAX_CODE_TRIES,
    MAX_CODE_TRIES_PER_DAY,
    MAX_LINKS_PER_HOUR,
)
from tests.monitor.services.fakes import DEFERRED, REFUSED
from tests.monitor.services.world import REVIEWERS
from tests.monitor.web.portal import ADDRESS, OPERATOR, Guest, Portal, Seen

DIGITS = re.compile(r"^ {4}(\d{3} \d{3})$", re.MULTILINE)
LINK = re.compile(rf"{ADDRESS}(/sign-in/\S+)")


def asks(guest: Guest, address: str) -> Seen:
    return guest.post("/sign-in", address=address)


def links(portal: Portal, address: str) -> list[str]:
    """Let the emails go out, and return the links that reached a mailbox."""
    portal.world.writes()
    emails = (email for email in portal.world.post.to(address))
    texts = (email.email.text for email in emails if email.envelope.kind == "sign-in-link")
    return [LINK.search(text)[1] for text in texts]  # type: ignore[index]  # each has one


def link_for(portal: Portal, guest: Guest, address: str) -> str:
    asks(guest, address)
    return links(portal, address)[-1]


def code_in(link: str) -> str:
    return link.rpartition("/")[2]


@pytest.mark.parametrize("who", ["staff", "reviewer", "operator"])
def test_a_link_from_the_mailbox_signs_in_the_browser_that_asked(portal: Portal, who: str) -> None:
    staff = portal.world.joins(MARIA).mail
    address = {"staff": staff, "reviewer": REVIEWERS[0], "operator": OPERATOR}[who]
    guest = portal.guest()

    link = link_for(portal, guest, address)
    assert guest.get(link).title == "One more step"
    gone = guest.post("/sign-in/link", code=code_in(link))

    start = {"staff": "/me", "reviewer": "/review", "operator": "/operate"}[who]
    assert guest.follow(gone).leads_to == start
    assert guest.get(start).status == 200


def test_an_address_with_a_line_break_is_not_returned_to(portal: Portal) -> None:
    guest = portal.guest()
    assert guest.get("/me/%0a").leads_to == "/sign-in"

    link = link_for(portal, guest, OPERATOR)

    assert guest.post("/sign-in/link", code=code_in(link)).leads_to == "/"


def test_a_link_that_was_used_opens_nothing_a_second_time(portal: Portal) -> None:
    guest = portal.guest()
    link = link_for(portal, guest, OPERATOR)
    guest.post("/sign-in/link", code=code_in(link))
    other_visit = guest.post("/sign-out")

    assert other_visit.status == 303
    assert guest.post("/sign-in/link", code=code_in(link)).status == 410


def test_a_link_is_over_after_a_quarter_of_an_hour(portal: Portal) -> None:
    guest = portal.guest()
    link = link_for(portal, guest, OPERATOR)
    portal.world.clock.at += LINK_LASTS

    assert guest.post("/sign-in/link", code=code_in(link)).status == 410


def test_a_link_opens_nothing_in_a_browser_that_did_not_ask_and_is_not_spent_there(
    portal: Portal,
) -> None:
    guest, thief = portal.guest(), portal.guest()
    link = link_for(portal, guest, OPERATOR)

    refused = thief.post("/sign-in/link", code=code_in(link))

    assert refused.status == 422
    assert "another browser" in refused.text
    assert thief.get("/operate").leads_to == "/sign-in"
    assert guest.post("/sign-in/link", code=code_in(link)).status == 303


def test_a_scanner_that_opens_every_link_leaves_it_working(portal: Portal) -> None:
    guest, scanner = portal.guest(), portal.guest()
    link = link_for(portal, guest, OPERATOR)
    for _ in range(3):
        scanner.client.head(link, base_url=ADDRESS)
        scanner.get(link)

    assert guest.post("/sign-in/link", code=code_in(link)).status == 303


@pytest.mark.parametrize("code", ["", "forged", "a" * 43, "é", "x" * 5000])
def test_a_code_that_nobody_sent_is_refused(portal: Portal, code: str) -> None:
    guest = portal.guest()
    link_for(portal, guest, OPERATOR)

    assert guest.post("/sign-in/link", code=code).status == 410


def test_the_whole_link_does_as_well_as_its_code_even_broken_by_a_mail_program(
    portal: Portal,
) -> None:
    guest = portal.guest()
    link = link_for(portal, guest, OPERATOR)
    pasted = f" {ADDRESS}{link[:20]} {link[20:]}\r\n"

    assert guest.post("/sign-in/link", code=pasted).leads_to == "/"


def test_whether_an_address_is_known_cannot_be_told_from_the_answer(portal: Portal) -> None:
    joined = portal.world.joins(MARIA).mail

    known, unknown = (asks(portal.guest(), side) for side in (joined, THOMAS.person.mail))

    assert (known.status, known.leads_to) == (unknown.status, unknown.leads_to)
    assert links(portal, joined)
    assert links(portal, THOMAS.person.mail) == []


def test_an_address_gets_at_most_five_links_an_hour(portal: Portal) -> None:
    guest = portal.guest()
    answers = {asks(guest, OPERATOR).leads_to for _ in range(MAX_LINKS_PER_HOUR + 3)}

    assert answers == {"/sign-in/link"}
    assert len(links(portal, OPERATOR)) == MAX_LINKS_PER_HOUR
    portal.world.clock.at += timedelta(hours=1, minutes=1)
    asks(portal.guest(), OPERATOR)
    assert len(links(portal, OPERATOR)) == MAX_LINKS_PER_HOUR + 1


def test_tries_without_end_leave_no_more_than_the_links_that_are_sent(portal: Portal) -> None:
    guest = portal.guest()
    for number in range(20):
        asks(guest, OPERATOR)
        asks(guest, f"nobody-{number}@cedarvalley.example")

    assert portal.world.state.count_rows()["sign_in_links"] == MAX_LINKS_PER_HOUR + 1
    assert len(links(portal, OPERATOR)) == MAX_LINKS_PER_HOUR


def test_an_email_that_goes_out_too_late_is_not_sent(portal: Portal) -> None:
    asks(portal.guest(), OPERATOR)
    portal.world.clock.at += LINK_LASTS

    assert links(portal, OPERATOR) == []


@pytest.mark.parametrize("address", ["", "maria", "a@b.example, c@d.example", "a@b\r\nBcc: x@y"])
def test_what_is_not_one_address_is_said_at_the_field(portal: Portal, address: str) -> None:
    told = asks(portal.guest(), address)

    assert told.status == 422
    assert told.page.title.string.startswith("Error: ")
    assert told.page.find(id="address")["aria-describedby"] == "address-hint address-fault"
    assert told.page.select_one(".faults a")["href"] == "#address"


def test_who_left_between_asking_and_pressing_stays_outside(portal: Portal) -> None:
    maria = portal.world.joins(MARIA)
    guest = portal.guest()
    link = link_for(portal, guest, maria.mail)
    portal.world.state.people.erase_person(maria.id)

    assert guest.post("/sign-in/link", code=code_in(link)).status == 410


def test_no_code_stands_in_the_database(portal: Portal) -> None:
    guest = portal.guest()
    code = code_in(link_for(portal, guest, OPERATOR)).encode()
    guest.post("/sign-in/link", code=code.decode())
    session = guest.visit_id.encode()

    kept = b"".join(path.read_bytes() for path in portal.world.config.state.glob("*.db*"))
    assert code not in kept
    assert session not in kept


def test_signing_out_everywhere_ends_every_session_of_that_reader(portal: Portal) -> None:
    one, other = portal.signed_in(OPERATOR), portal.signed_in(OPERATOR)
    reviewer = portal.signed_in(REVIEWERS[0])

    one.post("/sign-out/everywhere")

    assert other.get("/operate").leads_to == "/sign-in"
    assert reviewer.get("/review").status == 200


def test_every_form_that_is_taken_wakes_the_service_and_nothing_else_does(portal: Portal) -> None:
    guest = portal.guest()
    guest.get("/sign-in")
    assert asks(guest, "no address").status == 422
    assert portal.rung == []

    assert asks(guest, OPERATOR).status == 303
    assert len(portal.rung) == 1
    guest.post("/sign-in/link", code=code_in(links(portal, OPERATOR)[-1]))
    assert guest.post("/sign-out").status == 303
    assert len(portal.rung) == 3


def digits_for(portal: Portal, guest: Guest, address: str) -> str:
    asks(guest, address)
    portal.world.writes()
    emails = [
        email for email in portal.world.post.to(address) if email.envelope.kind == "sign-in-link"
    ]
    found = DIGITS.search(emails[-1].email.text)
    assert found
    return found[1]


def wrong(digits: str, step: int = 1) -> str:
    return f"{(int(digits.replace(' ', '')) + step) % 10**6:06}"


@pytest.mark.parametrize("who", ["staff", "office"])
def test_the_six_digits_of_the_email_sign_in_the_tab_that_asked(portal: Portal, who: str) -> None:
    address = portal.world.joins(MARIA).mail if who == "staff" else OPERATOR
    guest = portal.guest()
    digits = digits_for(portal, guest, address)

    assert guest.post("/sign-in/link", code=digits).leads_to == "/"
    assert guest.get("/").status == 303
    assert guest.post("/sign-in/link", code=digits).status == 422


def test_the_digits_open_nothing_in_another_browser(portal: Portal) -> None:
    guest, thief = portal.guest(), portal.guest()
    digits = digits_for(portal, guest, OPERATOR)
    asks(thief, "x@cedarvalley.example")

    refused = thief.post("/sign-in/link", code=digits)

    assert refused.status == 422
    assert "This code is wrong or too old" in refused.text
    assert thief.get("/operate").leads_to == "/sign-in"
    assert guest.post("/sign-in/link", code=digits).status == 303


def test_the_digits_are_over_after_ten_minutes_and_the_link_is_not(portal: Portal) -> None:
    guest = portal.guest()
    digits = digits_for(portal, guest, OPERATOR)
    portal.world.clock.at += CODE_LASTS

    assert guest.post("/sign-in/link", code=digits).status == 422
    assert guest.post("/sign-in/link", code=code_in(links(portal, OPERATOR)[-1])).status == 303


def test_after_a_handful_of_wrong_digits_the_right_ones_open_nothing(portal: Portal) -> None:
    guest = portal.guest()
    digits = digits_for(portal, guest, OPERATOR)
    answers = {
        guest.post("/sign-in/link", code=wrong(digits, step + 1)).text
        for step in range(MAX_CODE_TRIES)
    }

    answers.add(guest.post("/sign-in/link", code=digits).text)

    assert len(answers) == 1
    assert guest.get("/operate").leads_to == "/sign-in"
    assert guest.post("/sign-in/link", code=code_in(links(portal, OPERATOR)[-1])).status == 303


def test_guesses_of_a_whole_day_are_counted_for_an_account(portal: Portal) -> None:
    for _ in range(MAX_CODE_TRIES_PER_DAY // MAX_CODE_TRIES):
        thief = portal.guest()
        digits = digits_for(portal, thief, OPERATOR)
        for step in range(MAX_CODE_TRIES):
            thief.post("/sign-in/link", code=wrong(digits, step + 1))
        portal.world.clock.at += timedelta(hours=2)

    owner = portal.guest()
    digits = digits_for(portal, owner, OPERATOR)
    assert owner.post("/sign-in/link", code=digits).status == 422
    assert owner.post("/sign-in/link", code=code_in(links(portal, OPERATOR)[-1])).status == 303

    portal.world.clock.at += timedelta(days=1)
    later = portal.guest()
    digits = digits_for(portal, later, OPERATOR)
    assert later.post("/sign-in/link", code=digits).status == 303


def test_a_code_that_did_not_go_out_is_tried_again_within_a_minute(portal: Portal) -> None:
    guest, world = portal.guest(), portal.world
    world.post.answer, taken = DEFERRED, world.post.answer
    asks(guest, OPERATOR)
    world.writes()
    sent = []
    for wait in (20, 59, 1, 60):
        world.clock.at += timedelta(seconds=wait)
        world.post.answer = taken if wait == 1 else DEFERRED
        world.writes()
        sent.append(len(world.post.to(OPERATOR)))

    assert sent == [0, 0, 1, 1]
    assert guest.post("/sign-in/link", code=code_in(links(portal, OPERATOR)[-1])).status == 303


def test_the_page_says_when_mail_is_late_whoever_asks(portal: Portal) -> None:
    late = "Email is late right now"
    maria, world = portal.world.joins(MARIA), portal.world
    world.writes()
    world.post.answer = DEFERRED
    guest, unknown = portal.guest(), portal.guest()
    for asker, address in ((guest, maria.mail), (unknown, THOMAS.person.mail)):
        asks(asker, address)
        world.writes()
        assert late not in asker.get("/sign-in/link").text

    world.on_monday()

    assert late in guest.get("/sign-in/link").text
    assert late in unknown.get("/sign-in/link").text


def test_digits_tell_nobody_whether_an_address_is_known(portal: Portal) -> None:
    joined = portal.world.joins(MARIA).mail
    known, unknown = portal.guest(), portal.guest()
    digits = digits_for(portal, known, joined)
    asks(unknown, THOMAS.person.mail)

    told = {side.post("/sign-in/link", code=wrong(digits)).text for side in (known, unknown)}

    assert len(told) == 1


def test_no_digits_are_stored(portal: Portal) -> None:
    digits = digits_for(portal, portal.guest(), OPERATOR)

    kept = b"".join(path.read_bytes() for path in portal.world.config.state.glob("*.db*"))
    assert digits.encode() not in kept
    assert digits.replace(" ", "").encode() not in kept


def remembered(portal: Portal, mail: str) -> Guest:
    guest = portal.guest()
    code = code_in(link_for(portal, guest, mail))
    assert guest.post("/sign-in/link", code=code, remember="1").status == 303
    return guest


def test_a_device_that_is_remembered_stays_signed_in_for_30_days(portal: Portal) -> None:
    guest = remembered(portal, portal.world.joins(MARIA).mail)
    cookie = guest.client.get_cookie("__Host-namesake", "namesake.cedarvalley.example")
    assert cookie
    assert cookie.max_age == REMEMBERED_LASTS.total_seconds()

    portal.world.clock.at += REMEMBERED_LASTS - timedelta(minutes=1)
    assert guest.get("/me").status == 200
    portal.world.clock.at += timedelta(minutes=1)
    assert guest.get("/me").leads_to == "/sign-in"


def test_a_device_is_not_remembered_unless_it_is_asked_for(portal: Portal) -> None:
    maria = portal.world.joins(MARIA)
    guest = portal.guest()
    guest.post("/sign-in/link", code=code_in(link_for(portal, guest, maria.mail)))

    portal.world.clock.at += IDLE_LASTS
    assert guest.get("/me").leads_to == "/sign-in"


def test_signing_out_everywhere_forgets_each_device(portal: Portal) -> None:
    maria = portal.world.joins(MARIA)
    guest = remembered(portal, maria.mail)

    portal.signed_in(maria.mail).post("/sign-out/everywhere")

    assert guest.get("/me").leads_to == "/sign-in"


@pytest.mark.parametrize("who", [REVIEWERS[0], OPERATOR])
def test_whoever_sees_other_peoples_data_signs_in_each_day(portal: Portal, who: str) -> None:
    guest = remembered(portal, who)
    start = "/operate" if who == OPERATOR else "/review"
    assert guest.get(start).status == 200

    portal.world.clock.at += IDLE_LASTS
    assert guest.get(start).leads_to == "/sign-in"
    late = remembered(portal, who)
    for _ in range(int(SESSION_LASTS / timedelta(minutes=20))):
        portal.world.clock.at += timedelta(minutes=20)
        answer = late.get(start)
    assert answer.leads_to == "/sign-in"


def asks_for_list(guest: Guest, address: str) -> Seen:
    return guest.follow(guest.post("/sign-in/emails", address=address))


def test_who_joined_gets_the_list_of_their_emails_and_the_page_tells_nobody_who_that_is(
    portal: Portal,
) -> None:
    joined = portal.world.joins(MARIA).mail
    portal.world.writes()
    portal.world.later(days=2)
    known, unknown = (
        asks_for_list(portal.guest(), address) for address in (joined, THOMAS.person.mail)
    )

    assert known.text == unknown.text
    assert "If this address has joined" in known.text
    portal.world.writes()
    (email,) = portal.world.post.of_kind("email-history")
    assert email.envelope.recipient == joined
    assert re.search(r": Welcome\. Sent", email.text)
    assert "List of your emails" not in email.text
    assert portal.world.post.to(THOMAS.person.mail) == []


def test_an_office_that_never_joined_has_no_list(portal: Portal) -> None:
    asks_for_list(portal.guest(), OPERATOR)
    portal.world.writes()

    assert portal.world.post.of_kind("email-history") == []


def test_a_list_goes_also_to_an_address_that_refused_an_email_and_says_so(portal: Portal) -> None:
    world = portal.world
    maria = world.joins(MARIA)
    send_due(world.app)
    (welcome,) = maria.emails_of("enrolled")
    process_bounce(world.app, Bounce(local_id=welcome.envelope.local_id, status="5.1.1"))
    asks_for_list(portal.guest(), maria.mail)
    send_due(world.app)

    (email,) = maria.emails_of("email-history")
    assert "refused one of our emails" in email.text
    assert "Welcome. Not delivered" in email.text


def test_a_list_that_is_refused_asks_no_operator_about_anybody(portal: Portal) -> None:
    world = portal.world
    maria = world.joins(MARIA)
    world.writes()
    world.post.answer = replace(REFUSED, bounce="5.1.1")
    asks_for_list(portal.guest(), maria.mail)
    send_due(world.app)

    assert world.state.suppression_list.list_suppressions() == ()


def test_lists_and_codes_together_are_no_more_than_five_an_hour(portal: Portal) -> None:
    joined = portal.world.joins(MARIA).mail
    for _ in range(MAX_LINKS_PER_HOUR):
        asks_for_list(portal.guest(), joined)

    assert links(portal, joined) == []
    assert len(portal.world.post.of_kind("email-history")) == MAX_LINKS_PER_HOUR
    asks(portal.guest(), joined)
    assert links(portal, joined) == []


def test_asking_for_a_list_signs_nobody_in(portal: Portal) -> None:
    joined, guest = portal.world.joins(MARIA).mail, portal.guest()
    asks_for_list(guest, joined)
    portal.world.writes()

    assert guest.get("/me").leads_to == "/sign-in"
