"""Two spellings of one address are one place; two places are two."""

import pytest

from scrapers.sites.importers import normalize_template


@pytest.mark.parametrize(
    "other",
    [
        "http://alpha.example/u/{account}",
        "https://www.alpha.example/u/{account}/",
        "https://ALPHA.example/U/{account}",
        "https://m.alpha.example:443/u/{account}",
    ],
)
def test_spellings_of_one_address_have_one_shape(other: str) -> None:
    assert normalize_template(other) == normalize_template("https://alpha.example/u/{account}")


@pytest.mark.parametrize(
    "other",
    [
        "https://alpha.example/{account}",
        "https://beta.example/u/{account}",
        "https://{account}.alpha.example/",
        "https://alpha.example/u/{account}?region=na",
    ],
)
def test_another_place_has_another_shape(other: str) -> None:
    assert normalize_template(other) != normalize_template("https://alpha.example/u/{account}")


def test_hosts_of_one_platform_are_one_place() -> None:
    assert normalize_template("https://twitter.com/{account}") == normalize_template(
        "https://x.com/{account}"
    )


def test_the_order_of_parameters_does_not_count() -> None:
    first, second = "?action=query&u={account}", "?u={account}&action=query"

    assert normalize_template(f"https://alpha.example/api{first}") == normalize_template(
        f"https://alpha.example/api{second}"
    )
