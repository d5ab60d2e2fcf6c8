import json
from collections.abc import Callable

import pytest

from scrapers.sites.catalog import SiteCatalog, parse_catalog

Read = Callable[..., SiteCatalog]

ALPHA = {
    "name": "Alpha",
    "uri_check": "https://alpha.example/{account}",
    "e_code": 200,
    "e_string": "class='card'",
    "m_code": 404,
    "m_string": "Not found",
    "known": ["alpha"],
    "cat": "hobby",
}


@pytest.fixture
def alpha() -> dict[str, object]:
    return dict(ALPHA)


@pytest.fixture
def read() -> Read:
    def reading(*entries: dict[str, object]) -> SiteCatalog:
        content = json.dumps({"license": ["x"], "sites": entries})
        return parse_catalog("sites.json", content.encode())

    return reading
