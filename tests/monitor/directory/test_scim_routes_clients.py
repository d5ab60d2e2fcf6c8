"""A client library of SCIM, and a checker of servers, find nothing wrong.

Both are imported by the tests that use them: it takes seconds, and each process reads this file.
"""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from tests.monitor.directory.client import TOKEN, Directory
from tests.monitor.web.portal import ADDRESS

# What no schema can say: which texts are addresses and names.
EMAILS = str.maketrans("0123456789-", "ghijklmnopq")


def generate_staff_value(generate: Any, context: Any, path: Any, **told: Any) -> Any:
    """Make up a value that a member of staff may have."""
    value, name = generate(context, path=path, **told), str(path)
    if value is None or isinstance(value, bool):
        return value
    if name.endswith("userName"):
        return f"{uuid4()}@cedarvalley.example"
    if name.endswith(("givenName", "familyName")):
        return str(uuid4()).translate(EMAILS)
    return value


@pytest.fixture
def client(directory: Directory) -> Any:
    from scim2_client.engines.wsgi import WSGISCIMClient  # noqa: PLC0415 - see above

    return WSGISCIMClient(
        directory.portal.app,
        base_url=f"{ADDRESS}/scim/v2",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )


def test_a_checker_of_servers_finds_no_failure(client, monkeypatch):
    from scim2_tester import Status, check_server, filling  # noqa: PLC0415 - see above
    from scim2_tester.checkers import patch_add, patch_replace  # noqa: PLC0415 - see above

    generate = partial(generate_staff_value, filling.generate_random_value)
    for module in (filling, patch_add, patch_replace):
        monkeypatch.setattr(module, "generate_random_value", generate)

    results = check_server(client)

    wrong = {Status.ERROR, Status.CRITICAL, Status.DEVIATION}
    assert [result for result in results if result.status in wrong] == []
    assert sum(result.status is Status.SUCCESS for result in results) >= 39
    skipped = [result.title for result in results if result.status is Status.SKIPPED]
    assert skipped == ["search_with_attributes"]


def test_a_client_library_goes_through_the_life_of_an_entry(client):
    from scim2_models import (  # noqa: PLC0415 - see above
        PatchOp,
        PatchOperation,
        SearchRequest,
    )

    client.discover()
    user_type = client.get_resource_model("User")
    name = user_type.Name(given_name="Ann", family_name="Abel")
    mail = "ann@cedarvalley.example"

    made = client.create(user_type(user_name=mail, name=name, active=True, external_id="6f1c"))
    found = client.query(user_type, query_parameters=SearchRequest(filter=f'userName eq "{mail}"'))
    assert [resource.id for resource in found.resources] == [made.id]

    made.title = "Librarian"
    assert client.replace(made).title == "Librarian"
    leaves = PatchOperation(op=PatchOperation.Op.replace_, path="active", value=False)
    changed = client.modify(user_type, made.id, PatchOp[user_type](operations=[leaves]))
    assert changed.active is False
    assert changed.title == "Librarian"
    client.delete(user_type, made.id)
    assert client.query(user_type).total_results == 0
