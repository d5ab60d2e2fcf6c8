from collections.abc import Callable

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profiles.wordpress import WordPress

Answered = Callable[..., Page]

PAGES = "wordpress-authors"
NORA = Identity(
    person_id="p",
    names=("Nora Quill",),
    handles=("noraquill",),
    accounts=("its-own.example:@noraquill", "other.example:@noraquill"),
)


@pytest.fixture
def site() -> WordPress:
    return WordPress(base_url="https://www.its-own.example/blog/")


@pytest.fixture
def search(site: WordPress) -> Query:
    return next(iter(site.build_queries(NORA)))


def test_names_and_own_authors_are_asked_for_whatever_its_addresses_look_like(
    site: WordPress,
) -> None:
    search, profile = site.build_queries(NORA)

    assert site.platform == "its-own.example"
    assert search.request.url == "https://www.its-own.example/blog/"
    assert dict(search.request.params) == {
        "rest_route": "/wp/v2/users",
        "search": "Nora Quill",
        "per_page": "100",
    }
    assert profile.kind is QueryKind.PROFILE
    assert dict(profile.request.params)["slug"] == "noraquill"


def test_authors_who_may_be_meant_are_kept(site: WordPress, search: Query, saved: Answered) -> None:
    nora, other = site.parse_response(search, saved(f"{PAGES}/found.json")).traces

    assert (nora.account, nora.account_aliases) == (
        "its-own.example:7",
        ("its-own.example:@nquill",),
    )
    assert nora.url == "https://its-own.example/author/nquill/"
    assert nora.bio == "Teaches art & craft."
    assert nora.links == ("https://noraquill.example",)
    assert other.name == "Quill, Nora"


def test_a_long_list_is_read_page_by_page(site: WordPress, search: Query, saved: Answered) -> None:
    page = saved(f"{PAGES}/found.json", headers={"x-wp-totalpages": "2"})
    (second,) = site.parse_response(search, page).follow

    assert (second.key, second.page) == (search.key, 2)
    assert dict(second.request.params)["page"] == "2"
    assert site.parse_response(second, page).follow == ()


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 200, Outcome.ABSENT),
        ("blocked.json", 401, Outcome.BLOCKED),
        ("blocked.json", 403, Outcome.BLOCKED),
        ("no_route.json", 404, Outcome.BLOCKED),
        ("limited.html", 429, Outcome.LIMITED),
        ("unreadable.html", 200, Outcome.UNREADABLE),
        ("unreadable.html", 404, Outcome.UNREADABLE),
    ],
)
def test_every_outcome_is_told_apart(
    site: WordPress, search: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case

    assert site.parse_response(search, saved(f"{PAGES}/{name}", status)).outcome is outcome
