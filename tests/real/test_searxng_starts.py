import pytest
import requests

from tests.real.searxng import Searxng
from tests.real.web_index import WebPage

pytestmark = pytest.mark.real


def ask(searxng: Searxng, query: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(
            f"{searxng.address}/search",
            params={"q": query, "format": "json"},
            timeout=60,
        )


def urls(response: requests.Response) -> set[str]:
    return {result["url"] for result in response.json()["results"]}


def test_searxng_finds_the_pages_that_name_a_person(searxng: Searxng) -> None:
    assert urls(ask(searxng, "Maria Delgado")) == {
        "https://cedarvalley.example/staff/mdelgado",
        "https://courier.example/2026/volcano-week",
        "https://runners.example/results",
    }


def test_searxng_finds_a_page_once_it_is_published_and_no_longer_than_it_stands(
    searxng: Searxng,
) -> None:
    page = WebPage(
        url="https://quilts.example/ottoline",
        title="Ottoline Quill",
        text="Ottoline Quill won the county quilt prize.",
    )

    searxng.web.publish(page)
    assert urls(ask(searxng, "Ottoline Quill")) == {page.url}

    searxng.web.withdraw(page.url)
    assert urls(ask(searxng, "Ottoline Quill")) == set()


def test_searxng_names_an_engine_that_does_not_answer(searxng: Searxng) -> None:
    with searxng.web.breakdown():
        answer = ask(searxng, "Maria Delgado").json()

    assert answer["results"] == []
    assert {name for name, _ in answer["unresponsive_engines"]} == {"index", "index in html"}


def test_searxng_refuses_json_where_its_owner_did_not_allow_it(
    searxng_without_json: Searxng,
) -> None:
    assert ask(searxng_without_json, "Maria Delgado").status_code == 403
