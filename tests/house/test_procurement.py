"""The pages for a district's counsel say what the program does, no more and no less."""

import re

import pytest

from docs.procurement_pages import (
    CONSENT_FILE,
    DATA_FILE,
    FOLDER,
    LAW_FILE,
    build_consent_page,
    build_data_page,
    build_law_page,
)
from monitor.domain.consent_text import ConsentTerms

LINK = re.compile(r"\]\(([^)#]+)(#[\w-]+)?\)")


def test_the_inventory_is_up_to_date() -> None:
    assert DATA_FILE.read_text("utf-8") == build_data_page(), "renew it: make procurement"


def test_the_consent_text_is_the_one_that_people_read() -> None:
    assert CONSENT_FILE.read_text("utf-8") == build_consent_page(ConsentTerms()), (
        "renew it: make procurement"
    )


def test_the_page_of_laws_has_the_facts_about_laws() -> None:
    assert LAW_FILE.read_text("utf-8") == build_law_page(), "renew it: make procurement"


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.name)
def test_every_link_leads_to_a_file_that_is_there(page) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text("utf-8"))]

    assert [target for target in targets if not (FOLDER / target).exists()] == []
