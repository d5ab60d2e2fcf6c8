"""The benchmark reads lists of every form, and accounts for all that is in them."""

import pytest

from scrapers.sites.importers import Known, imported
from tests.bench.catalogue import made_up, measured


@pytest.mark.parametrize(("name", "content"), list(made_up(400)))
def test_each_form_has_usable_entries_and_others(name: str, content: bytes) -> None:
    found = imported(name, content, Known())

    assert found.form == name
    assert len(found.entries) + len(found.left_out) + len(found.doubles) == 400
    assert min(len(found.entries), len(found.left_out), len(found.doubles)) > 0
    assert "400 entries" in measured(name, content)
