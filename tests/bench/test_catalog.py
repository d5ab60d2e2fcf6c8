"""The benchmark reads lists of every form, and accounts for all that is in them."""

import pytest

from scrapers.sites.importers import KnownSites, import_site_list
from tests.bench.catalog import made_up, measured


@pytest.mark.parametrize(("name", "content"), list(made_up(400)))
def test_each_form_has_usable_entries_and_others(name: str, content: bytes) -> None:
    found = import_site_list(name, content, KnownSites())

    assert found.list_format == name
    assert len(found.entries) + len(found.exclusions) + len(found.duplicates) == 400
    assert min(len(found.entries), len(found.exclusions), len(found.duplicates)) > 0
    assert "400 entries" in measured(name, content)
