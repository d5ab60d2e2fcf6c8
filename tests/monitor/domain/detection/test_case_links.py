import pytest

from monitor.domain.detection.case import linked
from scrapers.models import Finding, Kind

CHANNEL = Finding(
    key="https://youtube.com/channel/UCnora",
    kind=Kind.ACCOUNT,
    url="https://www.youtube.com/@NoraQuill",
    account="youtube:UCnora",
    account_aliases=("youtube:@noraquill",),
)
PAGE = Finding(key="https://nora.example/", kind=Kind.PAGE, url="https://nora.example/")


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://m.youtube.com/@noraquill/videos?si=x", CHANNEL),
        ("http://youtube.com/channel/UCnora", CHANNEL),
        ("https://www.youtube.com/redirect?q=https%3A%2F%2Fnora.example", PAGE),
        ("http://www.nora.example", PAGE),
    ],
)
def test_a_link_leads_to_an_account_however_it_is_spelled(link: str, shown: Finding) -> None:
    assert linked(("https://elsewhere.example/", link), shown)


@pytest.mark.parametrize(
    "link",
    [
        "https://youtube.com/@noraquill2",
        "https://youtube.com/watch?v=AbC-dEf_123",
        "https://nora.example/about",
        "mailto:nora@nora.example",
        "",
    ],
)
def test_a_link_to_something_near_it_does_not(link: str) -> None:
    assert not linked((link,), CHANNEL)
    assert not linked((link,), PAGE)
    assert not linked((), PAGE)
