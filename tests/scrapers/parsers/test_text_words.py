import pytest

from scrapers.parsers.text import extract_family_name, has_family_name, is_name_in_handle


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
    assert extract_family_name(name) == family


def test_a_text_names_a_person_by_a_whole_word() -> None:
    assert has_family_name("Jane Doe", "Ms DOE's class")
    assert has_family_name("José Núñez", "JOSE NUNEZ")
    assert has_family_name("Jane Doe", "\N{FULLWIDTH LATIN CAPITAL LETTER D}oe")
    assert not has_family_name("Jane Doe", "What does it do?")


def test_an_address_names_a_person_by_a_part_unless_the_name_is_short() -> None:
    assert has_family_name("Jane Quill", address="https://alpha.example/janequill")
    assert has_family_name("Jane Doe", address="https://alpha.example/jane-doe")
    assert not has_family_name("Jane Doe", address="https://alpha.example/outdoers")


def test_a_handle_holds_a_family_name() -> None:
    assert is_name_in_handle("Jane Doe", "jdoe7.bsky.social")
    assert is_name_in_handle("Jane Li", "jli.bsky.social")
    assert not is_name_in_handle("Jane Li", "slime.example")
