"""Whatever a directory sends is an entry, or is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.directory.scim_user import (
    DirectoryUser,
    ScimError,
    UserFilter,
    apply_patch,
    build_directory_user,
    find_invitee,
    parse_user_filter,
    read_user_fields,
)
from monitor.domain.staff_file_lines import StaffFileContext

CONTEXT = StaffFileContext(domains=("cedarvalley.example",))
ANN = DirectoryUser(id="1", user_name="Ann@cedarvalley.example", given="Ann", family="Abel")
NAMES = ["userName", "name", "name.givenName", "active", "title", "externalId", "id", "a[b eq 1].c"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["False", "Ann"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(), inside, max_size=3)
    ),
    max_leaves=8,
)
OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["add", "Replace", "REMOVE"]) | VALUES,
        "path": st.sampled_from(NAMES) | VALUES,
        "value": VALUES,
    },
)


@given(st.fixed_dictionaries({"Operations": st.lists(OPERATIONS, max_size=3)}) | VALUES)
def test_any_patch_gives_a_good_entry_or_no_other_failure(body):
    with suppress(ScimError):
        user = build_directory_user("1", apply_patch(ANN.to_fields(), body), CONTEXT)
        assert user.mail.endswith("@cedarvalley.example")
        assert find_invitee(user, CONTEXT)


@given(VALUES)
def test_any_resource_gives_a_good_entry_or_no_other_failure(resource):
    with suppress(ScimError):
        assert find_invitee(build_directory_user("1", read_user_fields(resource), CONTEXT), CONTEXT)


@given(st.text() | st.builds('userName eq "{}"'.format, st.text()))
def test_any_filter_is_read_or_refused(text):
    with suppress(ScimError):
        assert parse_user_filter(text).attribute in {"username", "externalid", "id"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('userName eq "ann@x.example"', "ann@x.example"),
        ('USERNAME EQ "a\\"b"', 'a"b'),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq ""', ""),
    ],
)
def test_a_filter_names_one_value(text, value):
    assert parse_user_filter(text) == UserFilter(attribute="username", value=value)


def test_an_entry_is_unchanged_by_its_own_attributes():
    assert build_directory_user("1", ANN.to_fields(), CONTEXT) == ANN


def test_an_entry_of_a_domain_that_was_given_up_invites_no_one():
    assert find_invitee(ANN, CONTEXT)
    assert find_invitee(ANN, StaffFileContext(domains=("other.example",))) is None
