"""A colleague tells an address: it is stored alone, opened by nothing, and read by reviewers."""

import re
from datetime import timedelta

import pytest

from monitor.demo.district import MARIA, ROSA
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import DistrictFindingKind
from monitor.services.lookalike_checks import run_district_check
from monitor.services.outbox import send_due
from monitor.services.sign_in import MAX_LINKS_PER_HOUR
from monitor.services.tips import (
    MAX_TELL_LINKS_AN_HOUR,
    MAX_TIPS_PER_DAY,
    TELL_LINK_LASTS,
    can_tell,
    is_tell_token,
    request_tell_link,
    tell_address,
)
from tests.monitor.services.watched import stored, turn_on_telling, watches
from tests.monitor.services.world import World

FAKE = "https://www.instagram.com/mariadelgad0/"


@pytest.fixture
def telling(world: World) -> World:
    return turn_on_telling(world)


def told(world: World) -> list[str]:
    kind = DistrictFindingKind.TOLD
    return [finding.trace.address for finding in stored(world) if finding.trace.kind is kind]


def test_it_is_off_unless_the_district_turns_it_on(world: World):
    assert not can_tell(world.app)
    watches(world)
    assert not can_tell(world.app)


def test_the_address_alone_is_stored_and_nothing_opens_it(telling: World):
    maria = telling.joins(MARIA)
    telling.sweep()
    before = len(telling.asked)

    tell_address(telling.app, FAKE)

    assert told(telling) == [FAKE]
    assert len(telling.asked) == before
    telling.a_week_later()
    run_district_check(telling.app)
    telling.sweep()
    assert not telling.asked_about("mariadelgad0")
    # Nothing reaches the person, and no case of theirs is made of it.
    assert not [email for email in maria.emails if "mariadelgad0" in email.email.text]
    assert "mariadelgad0" not in str([case.finding_id for case in maria.cases])
    finding = next(finding for finding in stored(telling) if finding.trace.address == FAKE)
    assert maria.id not in str(finding)


def test_whoever_it_imitates_the_answer_and_what_is_stored_are_alike(telling: World):
    telling.joins(ROSA)
    for address in (FAKE, FAKE, "instagram.com/nobody.here", "https://nook.example/rosamarchetti"):
        assert tell_address(telling.app, address) is None

    assert len(told(telling)) == 3


@pytest.mark.parametrize("text", ["", "somebody", "ftp://x.example/a", "javascript:alert(1)"])
def test_what_is_no_address_is_not_stored(telling: World, text: str):
    with pytest.raises(InputError, match="no address"):
        tell_address(telling.app, text)
    assert told(telling) == []


def test_there_are_so_many_a_day_and_no_more(telling: World):
    for number in range(MAX_TIPS_PER_DAY):
        tell_address(telling.app, f"https://nook.example/{number}")
    with pytest.raises(InputError, match="call IT"):
        tell_address(telling.app, FAKE)

    telling.clock.at += timedelta(days=1, minutes=1)
    tell_address(telling.app, FAKE)
    assert FAKE in told(telling)


ADA, OTTO = "ada.lind@cedarvalley.example", "otto.berg@cedarvalley.example"


def links_to(world: World, mail: str) -> list[str]:
    """Send what is due, and return the tokens of the links that came."""
    send_due(world.app)
    emails = [one for one in world.post.to(mail) if one.envelope.kind == "tell-link"]
    return [re.search(r"/tell/([\w.]+)", one.email.text)[1] for one in emails]


def rows(world: World) -> dict[str, int]:
    counts = world.state.count_rows()
    return {table: counts[table] for table in ("outbox", "sign_in_links")}


def test_whoever_the_staff_file_lists_gets_a_link_whether_they_joined_or_not(telling: World):
    maria = telling.joins(MARIA)
    telling.state.staff_listings.save_listings((ADA, maria.mail))
    for mail in (ADA, f" {ADA.upper()} ".strip(), maria.mail, OTTO):
        assert request_tell_link(telling.app, mail, "a visit") is None

    assert (len(links_to(telling, ADA)), len(links_to(telling, maria.mail))) == (1, 1)
    assert links_to(telling, OTTO) == []
    assert all(is_tell_token(telling.app, token) for token in links_to(telling, ADA))


def test_of_who_asked_a_keyed_hash_is_left_for_a_day_and_their_email_is_gone(telling: World):
    telling.state.staff_listings.save_listings((ADA,))
    before = rows(telling)
    request_tell_link(telling.app, ADA, "a visit")
    assert rows(telling)["outbox"] == before["outbox"] + 1

    assert links_to(telling, ADA)
    assert rows(telling) == {**before, "sign_in_links": before["sign_in_links"] + 1}
    kept = telling.state.sign_in_links.connection.fetch_rows("SELECT * FROM sign_in_links")
    assert not any("ada.lind" in str(tuple(row)) for row in kept)


def test_a_link_that_could_not_be_sent_in_time_is_forgotten_too(telling: World):
    telling.state.staff_listings.save_listings((ADA,))
    before = rows(telling)["outbox"]
    request_tell_link(telling.app, ADA, "a visit")

    telling.clock.at += TELL_LINK_LASTS
    assert links_to(telling, ADA) == []
    assert rows(telling)["outbox"] == before


def test_nobody_gets_more_than_five_links_an_hour(telling: World):
    telling.state.staff_listings.save_listings((ADA,))
    for _ in range(MAX_LINKS_PER_HOUR + 2):
        request_tell_link(telling.app, ADA, "a visit")
        links_to(telling, ADA)

    assert len(links_to(telling, ADA)) == MAX_LINKS_PER_HOUR


def test_a_district_sends_so_many_links_an_hour_and_says_it_to_nobody(telling: World):
    staff = [f"a{number}@cedarvalley.example" for number in range(MAX_TELL_LINKS_AN_HOUR)]
    telling.state.staff_listings.save_listings((*staff, ADA))
    for mail in (*staff, ADA):
        assert request_tell_link(telling.app, mail, "a visit") is None
    assert links_to(telling, ADA) == []

    telling.clock.at += TELL_LINK_LASTS
    request_tell_link(telling.app, ADA, "a visit")
    assert len(links_to(telling, ADA)) == 1


def test_a_link_says_until_when_it_works_and_nothing_of_who_asked(telling: World):
    telling.state.staff_listings.save_listings((ADA, OTTO))
    for mail in (ADA, OTTO):
        request_tell_link(telling.app, mail, "a visit")

    (ours,), (theirs,) = (links_to(telling, mail) for mail in (ADA, OTTO))
    assert ours == theirs
    end, _, signature = ours.partition(".")
    for forged in ("", ".", f"{int(end) + 60}.{signature}", f"{end}.", "a.b", "\u0661.x"):
        assert not is_tell_token(telling.app, forged)
    telling.clock.at += TELL_LINK_LASTS
    assert not is_tell_token(telling.app, ours)
