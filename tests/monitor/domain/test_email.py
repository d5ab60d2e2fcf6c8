"""One bare address is told from everything that could reach anybody else."""

from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.email import LONGEST_ADDRESS, is_single_address

ROSA = "rosa.quackenbush@cedarvalley.example"


@pytest.mark.parametrize(
    ("text", "one"),
    [
        (ROSA, True),
        ("o'neil+web@cedarvalley.example", True),
        ("mallory@elsewhere.example, rosa@cedarvalley.example", False),
        ("mallory@elsewhere.example;rosa@cedarvalley.example", False),
        ("<mallory@elsewhere.example>rosa@cedarvalley.example", False),
        ("mallory@elsewhere.example@cedarvalley.example", False),
        ("rosa\r\nRCPT TO:<mallory@elsewhere.example>@cedarvalley.example", False),
        ("=?utf-8?q?rosa?=@cedarvalley.example", False),
        ("ro\u202esa@cedarvalley.example", False),
        ("rosa@", False),
        ("", False),
        (f"{'r' * LONGEST_ADDRESS}@cedarvalley.example", False),
    ],
)
def test_one_address_is_told_from_what_would_reach_others(text, one):
    assert is_single_address(text) is one


@given(st.text(alphabet="ab@.,;:<>()[]\"\\ \r\n=?'"))
def test_one_address_is_read_as_itself_and_as_nobody_else(text):
    if is_single_address(text):
        assert getaddresses([text]) == [("", text)]
