"""Where an entry is asked, and which handles it can have."""

import pytest

from scrapers.parsers.presence import PresenceRule
from scrapers.sites.catalog import SiteEntry

RULE = PresenceRule(e_code=200, e_string="class='card'", m_code=404, m_string="")
BLOGS = SiteEntry(name="Blogs", uri_check="https://{account}.blogs.example/", rule=RULE)


def test_sites_whose_accounts_have_hosts_of_their_own_stand_in_one_queue() -> None:
    assert BLOGS.crawl_policy.origins == ("https://*.blogs.example",)
    assert BLOGS.format_check_url("nquill") == "https://nquill.blogs.example/"


@pytest.mark.parametrize("handle", ["n.quill", "n_quill", "-nquill", "nquill-", "n/quill", "ñ"])
def test_what_cannot_stand_in_a_host_is_never_put_there(handle: str) -> None:
    assert not BLOGS.is_valid_handle(handle)


@pytest.mark.parametrize("handle", ["nquill", "N-Quill", "n" * 63])
def test_a_label_may_stand_there(handle: str) -> None:
    assert BLOGS.is_valid_handle(handle)


def test_a_name_in_letters_that_keys_lack_is_told_by_its_host() -> None:
    entry = SiteEntry(name="Блоги", uri_check="https://www.blogs.example/{account}", rule=RULE)

    assert entry.key == "www-blogs-example"
