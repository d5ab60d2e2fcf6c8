import pytest

from scrapers.parsers.text import family_name, in_handle, names


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Jane Doe", "doe"),
        ("Doe, Jane", "doe"),
        ("Jane A. Doe Jr.", "doe"),
        ("Jane Doe, Ph.D.", "doe"),
        ("José Núñez", "nunez"),
        ("Jane Roe-Doe", "doe"),
        ("", ""),
    ],
)
def test_the_family_name_is_found_in_a_written_name(name: str, family: str) -> None:
    assert family_name(name) == family


def test_a_text_names_a_person_by_a_whole_word() -> None:
    assert names("Jane Doe", "Ms DOE's class")
    assert names("José Núñez", "JOSE NUNEZ")
    assert names("Jane Doe", "\N{FULLWIDTH LATIN CAPITAL LETTER D}oe")
    assert not names("Jane Doe", "What does it do?")


def test_an_address_names_a_person_by_a_part_unless_the_name_is_short() -> None:
    assert names("Jane Quill", address="https://alpha.example/janequill")
    assert names("Jane Doe", address="https://alpha.example/jane-doe")
    assert not names("Jane Doe", address="https://alpha.example/outdoers")


def test_a_handle_holds_a_family_name() -> None:
    assert in_handle("Jane Doe", "jdoe7.bsky.social")
    assert in_handle("Jane Li", "jli.bsky.social")
    assert not in_handle("Jane Li", "slime.example")
