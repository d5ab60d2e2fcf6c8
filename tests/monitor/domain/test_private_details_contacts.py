"""Private phone numbers, mail addresses and home addresses are known by their form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.person import PersonName
from monitor.domain.private_details import MARKERS, Workplace, find_contacts, mask_contacts
from monitor.domain.vocabulary import ContactKind
from tests.rows import over_rows

ROSA = PersonName(given="Rosa", family="Delgado", nicknames=("Rosie",))
WORK = Workplace(
    domains=frozenset({"cedar.example"}),
    contacts=("(319) 555-0100", "20 Maple Street"),
    names=("Cedar Valley Public Schools", "Maple Elementary"),
)


def kinds(text: str) -> list[str]:
    return [str(contact.kind) for contact in find_contacts(text, ROSA, WORK)]


def shown(text: str) -> str:
    return mask_contacts(text, find_contacts(text, ROSA, WORK))


@over_rows(
    "written",
    [
        "(319) 555-0134",
        "319-555-0134",
        "319.555.0134",
        "319 555 0134",
        "+1 319 555 0134",
        "1-319-555-0134",
        "+44 20 7946 0958",
        "+49 (30) 901820",
        "3195550134",
        "13195550134",
        "319/555-0134",
        "319 / 555 / 0134",
        "319 - 555 - 0134",
        "319 \u00b7 555 \u00b7 0134",
        "319_555_0134",
        "319*555*0134",
        "319555-0134",
        "319-5550134",
        "(319) 555 01 34",
        "[319] 555-0134",
        "(319)-555-0134",
        "3 1 9 5 5 5 0 1 3 4",
        "00 1 319 555 0134",
        "\uff13\uff11\uff19-\uff15\uff15\uff15-\uff10\uff11\uff13\uff14",
        "319\u200b-555\u200b-0134",
    ],
)
def test_a_phone_number_is_known_by_its_groups(written):
    assert shown(f"Rosa Delgado, {written}, Iowa") == "Rosa Delgado, [phone number], Iowa"


def test_the_number_in_an_address_of_a_chat_is_one():
    assert shown("wa.me/13195550134") == "wa.me/[phone number]"


@pytest.mark.parametrize(
    "text", ["call 3195550134", "Text me at 555-0134", "cell: 3195550134", "Tel.319-555-0134"]
)
def test_a_bare_number_is_one_where_a_word_says_so(text):
    assert kinds(text) == ["phone"]


@over_rows(
    "text",
    [
        "Posted 2026-11-25 12:30, 3195550134 views",
        "ISBN 978-3-16-148410-0",
        "100-300-4000 pupils",
        "911-555-0134",
        "12 345 678 followers",
        "Version 3.19.555.0134",
        "https://a.example/319-555-0134",
        "2019-2026",
        "score 319-555-01345",
        "call 911",
        "Order no. 3195550134",
        "Order 319-555-0134-88",
        "ISBN-10 2123456789",
        "41.977900 -91.665600",
        "tracking 9400 1112 0255 5555 5555 55",
        "doi 10.1145/3195550.1955134",
        "orcid 0000-0002-1825-0097",
        "1700000000",
        "id=3195550134",
        "#3195550134",
        "@3195550134",
        "Invoice 3195550134",
        "2700000000 people",
        "$4,294,967,296",
        "192.168.100.200",
        "2 3 4 5 6 7 8 9 10 11",
        "3.14159265358979",
    ],
)
def test_other_numbers_are_none(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Front desk: 319-555-0134",
        "Cedar Valley Public Schools, 319-555-0134",
        "School office (319) 555-0134",
        "319-555-0134 ext. 12",
        "Reach me on 319-555-0100",
    ],
)
def test_the_number_of_a_school_exposes_nobody(text):
    assert kinds(text) == []


def test_a_school_in_the_sentence_before_says_nothing_of_a_number():
    assert kinds("She teaches at Maple Elementary. Home: 319-555-0134") == ["phone"]
    assert kinds("Maple Elementary; cell 319-555-0134") == ["phone"]


@pytest.mark.parametrize(
    "written",
    [
        "someone@gmail.com",
        "rosa.delgado@club.example",
        "rosie77@club.example",
        "rosa [at] gmail [dot] com",
        "rdelgado (at) club.example",
    ],
)
def test_a_private_mail_address_is_known_by_its_host_or_by_the_name(written):
    assert shown(f"Write to {written}!") == "Write to [email address]!"


@pytest.mark.parametrize(
    "text",
    [
        "rosa.delgado@cedar.example",
        "rosa.delgado@mail.cedar.example",
        "delgado@maple.k12.ia.us",
        "rosa@uni.edu",
        "info@club.example",
        "@rosa@social.example",
        "https://social.example/@rosa@gmail.com",
        "meet @ gmail",
    ],
)
def test_work_mail_and_handles_are_none(text):
    assert kinds(text) == []


@pytest.mark.parametrize(
    "written",
    [
        "14 Elm Street",
        "1402 N. Oak Ridge Ave",
        "7 3rd St NW, Apt 4B, Cedar Falls, IA 50613",
        "22 Willow Court, Cedar Falls, IA",
        "22 Willow Court, Cedar Falls IA 50613",
        "22 Willow Ct",
        "22 Willow Court",
        "8 Mill Row Apt 3",
        "301 O'Neil Blvd",
    ],
)
def test_a_home_address_is_known_by_its_street(written):
    assert shown(f"Rosa Delgado lives at {written} with a dog") == (
        "Rosa Delgado lives at [street address] with a dog"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Maple Street Elementary School",
        "5 Great Ways to teach",
        "10 Best Place names",
        "10 Best Place TV",
        "1 Long Way home",
        "She won 3 Main prizes",
        "Public Library, 14 Elm Street",
        "Maple Elementary, 14 Elm Street",
        "Visit us at 20 Maple Street",
        "2026 Street Fair",
    ],
)
def test_schools_and_what_reads_like_a_street_expose_nobody(text):
    assert kinds(text) == []


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    found = find_contacts(text, ROSA, WORK)

    assert all(0 <= contact.start < contact.end <= len(text) for contact in found)
    assert find_contacts(mask_contacts(text, found), ROSA, WORK) == () or found


@given(st.lists(st.sampled_from(["319-555-0134", "a@gmail.com", "14 Elm Street", "hello"])))
def test_nothing_of_a_value_is_left(parts):
    text = ", ".join(parts)
    left = shown(text)

    assert not any(secret in left for secret in ("0134", "gmail", "Elm"))
    assert left.count("hello") == parts.count("hello")


@pytest.mark.parametrize("hostile", ["(319) " * 3_000, "a@" * 5_000, "1 A " * 3_000, "+1" * 9_000])
def test_hostile_text_costs_little(hostile):
    assert isinstance(kinds(hostile), list)


def test_every_kind_has_a_marker_that_shows_nothing():
    assert all(find_contacts(MARKERS[kind], ROSA, WORK) == () for kind in ContactKind)
