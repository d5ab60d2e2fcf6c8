"""Many readers at once beside self-checks: the short form of `python -m tests.bench.portal`."""

from argparse import Namespace

import pytest

from tests.bench.portal import run
from tests.real.pages import Pages

pytestmark = pytest.mark.real


def test_readers_and_self_checks_do_not_keep_each_other_out(pages: Pages):
    told = run(pages, Namespace(readers=40, checks=4, seconds=3, pause=1))

    assert told["answers"]
    assert told["faults"] == {}
