"""The pages for a district's counsel say what the program does, no more and no less."""

import re

import pytest

from docs.procurement_pages import (
    ABOUT,
    CONSENT_FILE,
    CONTENTS,
    DATA_FILE,
    FOLDER,
    PARTLY_ERASED,
    build_consent_page,
    build_data_page,
    is_erased_with_person,
    read_tables,
)

TABLES = read_tables()
LINK = re.compile(r"\]\(([^)#]+)(#[\w-]+)?\)")


def test_the_inventory_is_up_to_date() -> None:
    assert DATA_FILE.read_text("utf-8") == build_data_page(), "renew it: make procurement"


def test_the_consent_text_is_the_one_that_people_read() -> None:
    assert CONSENT_FILE.read_text("utf-8") == build_consent_page(), "renew it: make procurement"


def test_each_table_has_its_line_and_no_line_is_left_of_one_that_is_gone() -> None:
    assert CONTENTS.keys() == TABLES.keys()
    assert ABOUT.keys() <= TABLES.keys()


def test_what_is_about_staff_goes_with_the_person_but_for_what_the_page_says() -> None:
    about_staff = TABLES.keys() - ABOUT.keys()
    staying = {name for name in about_staff if not is_erased_with_person(name, TABLES)}

    assert staying == PARTLY_ERASED.keys() - ABOUT.keys()


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.name)
def test_every_link_leads_to_a_file_that_is_there(page) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text("utf-8"))]

    assert [each for each in targets if not (FOLDER / each).exists()] == []
