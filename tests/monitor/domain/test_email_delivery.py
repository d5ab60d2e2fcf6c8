"""One bare address is told from everything that could reach anybody else."""

from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.email_delivery import LONGEST_ADDRESS, fold_address, is_single_address
from tests.rows import over_rows

ROSA = "rosa.quackenbush@cedarvalley.example"


@over_rows(
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
        ("rosa.strau\u00df@cedarvalley.example", False),
        ("\u212aim@cedarvalley.example", False),
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


@pytest.mark.parametrize("other", ["rosa.strau\u00df", "\u212aim", "\ufb01nn", "\u0130van"])
def test_no_address_is_folded_into_that_of_somebody_else(other):
    assert fold_address(f"{other}@cedar.example") == f"{other}@cedar.example"
    assert fold_address(" Rosa@Cedar.EXAMPLE ") == "rosa@cedar.example"
