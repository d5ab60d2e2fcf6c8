from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest, FakeResponse


@dataclass
class Reader:
    """Asks the made-up internet directly, without a server in between."""

    internet: Internet = field(default_factory=Internet)
    asked: int = 0

    def get(self, url: str, *, week: int = 1, **params: object) -> FakeResponse | None:
        host, _, path = url.removeprefix("http://").partition("/")
        self.asked += 1
        return self.internet.answer_request(
            FakeRequest(
                host=host, path=f"/{path}", query=urlencode(params), week=week, nth=self.asked
            )
        )

    def read(self, url: str, *, week: int = 1, **params: object) -> FakeResponse:
        answer = self.get(url, week=week, **params)
        assert answer is not None
        return answer

    def verdict(self, entry: dict[str, Any], handle: str, week: int = 1) -> str:
        """Judge as the catalog says: both marks of one side, or nothing was learned."""
        answer = self.read(entry["uri_check"].format(account=handle), week=week)
        exists = answer.status == entry["e_code"] and entry["e_string"] in answer.text
        missing = answer.status == entry["m_code"] and entry["m_string"] in answer.text
        return {(True, False): "exists", (False, True): "missing"}.get((exists, missing), "unknown")


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def reader_of() -> Callable[[Internet], Reader]:
    return lambda internet: Reader(internet=internet)
