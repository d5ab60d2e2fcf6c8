"""Lists that were brought in are kept as they came, each under a plain name."""

import os
import stat

import pytest

from monitor.db.sources import Lists
from monitor.errors import CannotWriteError, InputError


def test_a_list_is_kept_as_it_came_and_for_nobody_else(tmp_path):
    lists = Lists(tmp_path)
    lists.keep("sherlock", b"{}")

    (path,) = (tmp_path / "catalogues").iterdir()
    assert lists.names() == ("sherlock",)
    assert lists.read("sherlock") == b"{}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lists_stand_in_the_order_in_which_they_were_brought_in(tmp_path):
    for minute, name in enumerate(("sherlock", "maigret")):
        Lists(tmp_path).keep(name, b"{}")
        os.utime(tmp_path / "catalogues" / f"{name}.json", (minute, minute))

    assert Lists(tmp_path).names() == ("sherlock", "maigret")


def test_a_list_takes_the_place_of_one_of_its_name(tmp_path):
    lists = Lists(tmp_path)
    for content in (b"old", b"new"):
        lists.keep("sherlock", content)

    assert (lists.names(), lists.read("sherlock")) == (("sherlock",), b"new")


def test_what_is_taken_out_is_gone(tmp_path):
    lists = Lists(tmp_path)
    lists.keep("sherlock", b"{}")
    lists.remove("sherlock")

    assert lists.names() == ()
    for act in (lists.read, lists.remove):
        with pytest.raises(InputError, match="There is no list 'sherlock'"):
            act("sherlock")


@pytest.mark.parametrize("name", ["", "../keys", "Big", "a b", "-a", "a" * 33, "a.json"])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path, name):
    for act in (Lists(tmp_path).read, lambda name: Lists(tmp_path).keep(name, b"")):
        with pytest.raises(InputError, match="cannot name a list"):
            act(name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "catalogues").write_text("in the way")

    with pytest.raises(CannotWriteError, match="catalogues"):
        Lists(tmp_path).keep("sherlock", b"{}")


def test_a_list_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "catalogues" / "sherlock.json").mkdir(parents=True)

    with pytest.raises(InputError, match="cannot be read"):
        Lists(tmp_path).read("sherlock")
