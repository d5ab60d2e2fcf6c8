"""Lists that were brought in are kept as they came, each under a plain name."""

import os
import stat

import pytest

from monitor.db.site_lists import SiteListStore
from monitor.domain.errors import CannotWriteError, InputError


def test_a_list_is_kept_as_it_came_and_for_nobody_else(tmp_path):
    lists = SiteListStore(tmp_path)
    lists.save_site_list("sherlock", b"{}")

    (path,) = (tmp_path / "site-lists").iterdir()
    assert lists.list_site_list_names() == ("sherlock",)
    assert lists.read_site_list_file("sherlock") == b"{}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lists_stand_in_the_order_in_which_they_were_brought_in(tmp_path):
    for minute, name in enumerate(("sherlock", "maigret")):
        SiteListStore(tmp_path).save_site_list(name, b"{}")
        os.utime(tmp_path / "site-lists" / f"{name}.json", (minute, minute))

    assert SiteListStore(tmp_path).list_site_list_names() == ("sherlock", "maigret")


def test_a_list_takes_the_place_of_one_of_its_name(tmp_path):
    lists = SiteListStore(tmp_path)
    for content in (b"old", b"new"):
        lists.save_site_list("sherlock", content)

    assert (lists.list_site_list_names(), lists.read_site_list_file("sherlock")) == (
        ("sherlock",),
        b"new",
    )


def test_what_is_taken_out_is_gone(tmp_path):
    lists = SiteListStore(tmp_path)
    lists.save_site_list("sherlock", b"{}")
    lists.delete_site_list("sherlock")

    assert lists.list_site_list_names() == ()
    for act in (lists.read_site_list_file, lists.delete_site_list):
        with pytest.raises(InputError, match="There is no list 'sherlock'"):
            act("sherlock")


@pytest.mark.parametrize("name", ["", "../keys", "Big", "a b", "-a", "a" * 33, "a.json"])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path, name):
    for act in (
        SiteListStore(tmp_path).read_site_list_file,
        lambda name: SiteListStore(tmp_path).save_site_list(name, b""),
    ):
        with pytest.raises(InputError, match="cannot name a list"):
            act(name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "site-lists").write_text("in the way")

    with pytest.raises(CannotWriteError, match="site-lists"):
        SiteListStore(tmp_path).save_site_list("sherlock", b"{}")


def test_a_list_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "site-lists" / "sherlock.json").mkdir(parents=True)

    with pytest.raises(InputError, match="cannot be read"):
        SiteListStore(tmp_path).read_site_list_file("sherlock")
