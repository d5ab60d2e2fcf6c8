"""Learnt weights stand beside each other, and going back is choosing another."""

from dataclasses import replace

import pytest

from monitor.errors import CannotWriteError, ConfigError, InputError
from monitor.services.weights import Shelf, own_weights

LEARNT = replace(own_weights(), version=1001, bits={**own_weights().bits, "place": 3.0})


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    return Shelf(tmp_path / "weights")


def test_ours_count_until_another_version_is_chosen(shelf):
    shelf.add(LEARNT)

    assert shelf.in_use() == own_weights()
    assert shelf.use(1001) == LEARNT
    assert shelf.in_use() == LEARNT


def test_going_back_is_choosing_the_one_before(shelf):
    shelf.add(LEARNT)
    shelf.use(1001)
    shelf.use(own_weights().version)

    assert shelf.in_use() == own_weights()
    assert shelf.get(1001) == LEARNT


def test_each_version_gets_a_number_of_its_own(shelf):
    assert shelf.next_version == 1001
    shelf.add(LEARNT)
    assert shelf.next_version == 1002
    shelf.add(replace(LEARNT, version=1002))

    assert shelf.versions() == (own_weights().version, 1001, 1002)


@pytest.mark.parametrize("version", [0, 2, 999, 1001, -1])
def test_a_version_that_is_not_there_is_refused(shelf, version):
    with pytest.raises(InputError, match="weights show"):
        shelf.use(version)
    assert shelf.in_use() == own_weights()


def test_a_damaged_file_is_refused_with_the_way_back(shelf):
    path = shelf.add(LEARNT)
    shelf.use(1001)
    path.write_text("version = 1001\n", "utf-8")

    with pytest.raises(ConfigError, match="namesake weights use 1"):
        shelf.in_use()
    shelf.use(own_weights().version)
    assert shelf.in_use() == own_weights()


def test_a_damaged_choice_is_refused_with_the_way_back(shelf):
    shelf.add(LEARNT)
    shelf.use(1001)
    (shelf.folder / "in-use").write_text("the last one", "ascii")

    with pytest.raises(ConfigError, match="namesake weights use 1"):
        shelf.in_use()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "weights").write_text("in the way", "utf-8")

    with pytest.raises(CannotWriteError, match="cannot be written"):
        Shelf(tmp_path / "weights").add(LEARNT)
