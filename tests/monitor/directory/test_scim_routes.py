"""What a directory may say by SCIM, in which dialect, and all that it may learn."""

import logging
import re
import threading

import pytest

from monitor.demo.district import BETH, MARIA, THOMAS
from monitor.directory import scim_routes
from monitor.directory.tables import open_directory
from monitor.domain.errors import ConfigError
from monitor.services.consent_end import withdraw_consent
from monitor.services.enrollment import invite_person
from monitor.web.app import create_portal_app
from tests.monitor.directory.client import ANN, CORE_USER, TOKEN, Directory
from tests.monitor.web.portal import ADDRESS, OPERATOR, Portal, Seen

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
BEA = "bea@cedarvalley.example"
# As Entra ID creates someone, with the mappings it comes with.
ENTRA_ENTRY = {
    "schemas": [CORE_USER, ENTERPRISE],
    "externalId": "bea",
    "userName": BEA,
    "active": True,
    "displayName": "Bea Field",
    "emails": [{"primary": True, "type": "work", "value": BEA}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "Bea Field", "familyName": "Field", "givenName": "Bea"},
    "title": "Librarian",
    "preferredLanguage": "en-US",
    ENTERPRISE: {"employeeNumber": "1077", "department": "Library"},
}
# As Okta does.
OKTA_ENTRY = {
    "schemas": [CORE_USER],
    "userName": BEA,
    "name": {"givenName": "Bea", "familyName": "Field"},
    "emails": [{"primary": True, "value": BEA, "type": "work"}],
    "displayName": "Bea Field",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "password": "not for us",
    "active": True,
}


def shown(user_id: str, **sent: object) -> dict[str, object]:
    where = {"resourceType": "User", "location": f"{ADDRESS}/scim/v2/Users/{user_id}"}
    return {"schemas": [CORE_USER], "id": user_id, "meta": where, **sent}


def fault_of(answer) -> tuple[int, str]:
    assert answer.content_type == "application/scim+json"
    assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert answer.json["status"] == str(answer.status_code)
    return answer.status_code, answer.json.get("scimType", "")


def test_a_directory_reads_back_what_it_sent_and_no_more(directory: Directory):
    made = directory.ask("POST", "/Users", ENTRA_ENTRY)

    expected = shown(
        made.json["id"],
        userName=BEA,
        externalId="bea",
        name={"givenName": "Bea", "familyName": "Field"},
        title="Librarian",
        active=True,
    )
    assert made.status_code == 201
    assert made.json == expected
    assert made.headers["Location"] == expected["meta"]["location"]
    assert made.content_type == "application/scim+json"
    assert made.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in made.headers
    assert directory.get(f"/Users/{made.json['id']}").json == expected


def test_entra_id_tests_its_connection_changes_and_disables_someone(directory: Directory):
    probe = directory.find('userName eq "4b2b7c0e-0000-4000-8000-000000000000"')
    user_id = directory.create(ENTRA_ENTRY)
    changed = directory.patch(
        user_id,
        {"op": "Replace", "path": "displayName", "value": "Bea Nowak"},
        {"op": "Replace", "path": "name.familyName", "value": "Nowak"},
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "b@elsewhere.example"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Media"},
        {"op": "Add", "path": "externalId", "value": "b.nowak"},
    )
    directory.deactivate(user_id)

    assert probe == []
    assert changed.json["name"] == {"givenName": "Bea", "familyName": "Nowak"}
    (found,) = directory.find(f'userName eq "{BEA.upper()}"')
    assert (found["externalId"], found["active"]) == ("b.nowak", False)
    assert "department" not in str(found)
    assert directory.ask("DELETE", f"/Users/{user_id}").status_code == 204
    assert fault_of(directory.get(f"/Users/{user_id}")) == (404, "")


def test_okta_replaces_and_deactivates_someone(directory: Directory):
    user_id = directory.create(OKTA_ENTRY)
    replaced = directory.ask(
        "PUT",
        f"/Users/{user_id}",
        {**OKTA_ENTRY, "id": user_id, "name": {"givenName": "Bea", "familyName": "Nowak"}},
    )
    off = directory.patch(user_id, {"op": "replace", "value": {"active": False}})
    on = directory.patch(user_id, {"op": "replace", "value": {"active": True, "id": user_id}})

    assert replaced.json["name"]["familyName"] == "Nowak"
    assert "password" not in replaced.text
    assert (off.json["active"], on.json["active"]) == (False, True)
    page = directory.get("/Users", query_string={"startIndex": "1", "count": "100"}).json
    assert (page["totalResults"], page["itemsPerPage"]) == (1, 1)


@pytest.mark.parametrize(
    "value",
    [
        {"name.givenName": "Anna", "active": "False"},
        {f"{CORE_USER}:name": {"givenName": "Anna"}, "Active": False},
        {"NAME": {"GIVENNAME": "Anna"}, "active": "false"},
    ],
)
def test_an_operation_without_a_path_names_its_attributes_in_many_ways(directory, value):
    user_id = directory.create()

    changed = directory.patch(user_id, {"op": "Replace", "value": value}).json

    assert changed["name"] == {"givenName": "Anna", "familyName": "Abel"}
    assert changed["active"] is False


def test_a_whole_name_is_replaced_and_an_optional_attribute_removed(directory: Directory):
    user_id = directory.create(title="Librarian")
    whole = {"op": "replace", "path": "name", "value": {"givenName": "An", "familyName": "Ames"}}

    changed = directory.patch(
        user_id,
        whole,
        {"op": "remove", "path": "title"},
        {"op": "remove", "path": f"{CORE_USER}:externalId"},
    ).json

    assert changed["name"] == {"givenName": "An", "familyName": "Ames"}
    assert "title" not in changed
    assert "externalId" not in changed


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"userName": "ann@elsewhere.example"}, "not one of this district"),
        ({"userName": "ann"}, "not a single plain address"),
        ({"userName": "ann@cedarvalley.example, b@cedarvalley.example"}, "single plain address"),
        ({"userName": None}, "email address is missing"),
        ({"name": {"givenName": "Ann"}}, "last name is missing"),
        ({"name": None}, "first name is missing"),
        ({"name": {"givenName": "=1+1", "familyName": "Abel"}}, "not a name"),
        ({"userType": "Student"}, "Assign only staff"),
        ({"title": "Student"}, "Assign only staff"),
        ({ENTERPRISE: {"department": "Students"}}, "Assign only staff"),
        ({"active": "perhaps"}, "true or false"),
        ({"active": 0}, "true or false"),
        ({"externalId": 7}, "one line"),
        ({"title": "x" * 257}, "one line"),
        ({"title": "a\nb"}, "one line"),
    ],
)
def test_an_entry_is_refused_as_a_line_of_a_staff_file_would_be(directory, changes, sentence):
    refused = directory.ask("POST", "/Users", {**ANN, **changes})

    assert fault_of(refused) == (400, "invalidValue")
    assert sentence in refused.json["detail"]
    assert directory.get("/Users").json["totalResults"] == 0
    assert open_directory(directory.world.state).list_changes() == ()


def test_who_turns_out_to_be_a_student_is_refused_in_a_change_too(directory: Directory):
    user_id = directory.create()

    refused = directory.patch(user_id, {"op": "add", "path": "userType", "value": "student"})

    assert fault_of(refused) == (400, "invalidValue")


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ({"op": "remove"}, "noTarget"),
        ({"op": "remove", "path": "active"}, "mutability"),
        ({"op": "replace", "path": "id", "value": "mine"}, "mutability"),
        ({"op": "remove", "path": "userName"}, "invalidValue"),
        ({"op": "remove", "path": "name"}, "invalidValue"),
        ({"op": "replace", "path": "name[", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 7, "value": "x"}, "invalidPath"),
        ({"op": "move", "path": "title", "value": "x"}, "invalidSyntax"),
        ({"path": "title", "value": "x"}, "invalidSyntax"),
        ({"op": "replace", "value": "x"}, "invalidSyntax"),
        ({"op": "replace", "path": "active", "value": None}, "invalidValue"),
    ],
)
def test_a_bad_operation_changes_nothing_even_beside_good_ones(directory, operation, fault):
    user_id = directory.create()
    before = directory.get(f"/Users/{user_id}").json

    refused = directory.patch(user_id, {"op": "add", "path": "title", "value": "x"}, operation)

    assert fault_of(refused) == (400, fault)
    assert directory.get(f"/Users/{user_id}").json == before


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "7", b"\xff", '{"a": "\\ud800"}', "[" * 5000, '{"Operations": []}', "null"],
)
def test_a_body_that_is_no_request_is_refused(directory: Directory, body):
    user_id = directory.create()

    assert fault_of(directory.ask("PATCH", f"/Users/{user_id}", body)) == (400, "invalidSyntax")


def test_two_entries_never_share_an_address(directory: Directory):
    first = directory.create()
    second = directory.create(userName=BEA)
    taken = {"op": "replace", "path": "userName", "value": ANN["userName"].upper()}

    assert fault_of(directory.ask("POST", "/Users", ANN)) == (409, "uniqueness")
    assert fault_of(directory.patch(second, taken)) == (409, "uniqueness")
    assert directory.patch(first, taken).status_code == 200


def test_pages_of_entries_begin_and_end_where_they_are_asked_to(directory: Directory):
    ids = [directory.create(userName=f"a{n}@cedarvalley.example") for n in range(5)]

    def page(**query: object) -> tuple[list[str], int]:
        found = directory.get("/Users", query_string=query).json
        return [resource["id"] for resource in found["Resources"]], found["startIndex"]

    assert page(startIndex=2, count=2) == (ids[1:3], 2)
    assert page(startIndex=-4, count=-1) == ([], 1)
    assert page(startIndex=6) == ([], 6)
    assert page(startIndex="x", count="9" * 30) == (ids, 1)
    assert [entry["id"] for entry in directory.find(f'id eq "{ids[3]}"')] == [ids[3]]
    assert len(directory.find('externalId eq "6f1c"')) == 5
    assert directory.find('externalId eq ""') == []


@pytest.mark.parametrize(
    "expression",
    ["title pr", 'userName co "a"', 'userName eq a"', 'emails.value eq "a"', 'id eq "\\q"', "'"],
)
def test_other_filters_are_refused(directory: Directory, expression: str):
    refused = directory.get("/Users", query_string={"filter": expression})

    assert fault_of(refused) == (400, "invalidFilter")


def test_part_of_an_entry_is_given_where_no_more_is_wanted(directory: Directory):
    user_id = directory.create()
    path = f"/Users/{user_id}"

    some = directory.get(path, query_string={"attributes": "userName,name.givenName"}).json
    most = directory.get(path, query_string={"excludedAttributes": "Active, meta, id"}).json

    assert set(some) == {"schemas", "id", "userName", "name"}
    assert set(most) == {"schemas", "id", "externalId", "userName", "name"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/Users", 405),
        ("POST", "/Users/x", 405),
        ("GET", "/Groups", 404),
        ("GET", "/", 404),
        ("POST", "/Users/.search", 501),
        ("POST", "/Bulk", 501),
        ("GET", "/Me", 501),
        ("PUT", "/Users/x", 404),
        ("DELETE", "/Users/x", 404),
    ],
)
def test_what_is_not_offered_is_said_in_the_form_of_the_protocol(directory, method, path, status):
    body = ANN if method in {"PUT", "POST"} else None

    assert fault_of(directory.ask(method, path, body))[0] == status


def test_too_large_a_body_is_not_read(directory: Directory):
    refused = directory.ask("POST", "/Users", {**ANN, "title": "x" * 70_000})

    assert fault_of(refused)[0] == 413


@pytest.mark.parametrize("sent", ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}0", "Bearer é"])
@pytest.mark.parametrize("path", ["/Users", "/Schemas", "/nothing"])
def test_without_the_token_everything_is_the_same_refusal(directory, caplog, sent, path):
    caplog.set_level(logging.WARNING)

    refused = directory.get(path, headers={"Authorization": sent})

    assert fault_of(refused) == (401, "")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    logged = [(record.getMessage(), vars(record)["reason"]) for record in caplog.records]
    assert logged == [("scim_refused", "token")]


def test_wrong_tokens_are_limited_and_the_right_one_still_works(directory: Directory, caplog):
    wrong = Directory(directory.portal, token="wrong")
    answers = [wrong.get("/Users").status_code for _ in range(12)]

    assert answers == [401] * 10 + [429] * 2
    assert len(caplog.records) == 10
    assert directory.get("/Users").status_code == 200
    directory.world.later(minutes=1)
    assert wrong.get("/Users").status_code == 401


def test_a_directory_that_asks_without_end_is_told_to_wait(portal: Portal, monkeypatch):
    monkeypatch.setattr(scim_routes, "MAX_REQUESTS_A_MINUTE", 2)
    directory = Directory.of_portal(portal)
    answers = [directory.get("/Schemas") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    directory.world.later(minutes=1)
    assert directory.get("/Schemas").status_code == 200


def test_a_session_in_a_browser_opens_nothing_here(directory: Directory):
    operator = directory.portal.signed_in(OPERATOR)

    refused = operator.get("/scim/v2/Users")

    assert refused.status == 401
    assert "Set-Cookie" not in refused.headers


def test_other_host_names_are_not_answered(directory: Directory):
    assert directory.get("/Users", base_url="https://elsewhere.example").status_code == 400


def test_without_the_setting_there_are_no_such_addresses(portal: Portal):
    off = create_portal_app(
        portal.world.app, lambda: None, variables={"NAMESAKE_SCIM_TOKEN": TOKEN}
    ).test_client()

    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert off.get("/scim/v2/Users", base_url=ADDRESS, headers=headers).status_code == 404


@pytest.mark.parametrize("token", ["", "s3cret"])
def test_a_token_that_could_be_guessed_is_refused(directory: Directory, token: str):
    with pytest.raises(ConfigError, match="openssl rand -hex 32"):
        create_portal_app(
            directory.world.app, lambda: None, variables={"NAMESAKE_SCIM_TOKEN": token}
        )


def set_people(directory: Directory) -> list[str]:
    """Return the addresses of someone who joined, was invited, declined, left, and no one."""
    world = directory.world
    joined, left = world.joins(MARIA), world.joins(THOMAS)
    withdraw_consent(world.app, left.id)
    invite_person(world.app, "ida@cedarvalley.example", "Ida", "Field")
    return [joined.mail, left.mail, "ida@cedarvalley.example", BETH.person.mail]


def test_no_answer_and_no_work_behind_it_tells_who_joined(directory: Directory):
    """The same statements in the same order take the same time, and none asks who joined."""
    mails = set_people(directory)
    pool = open_directory(directory.world.state).connection._connections  # noqa: SLF001 - traced
    connection = pool.get_session().connection
    converse(directory, BEA)  # the first write of all reads the schema
    seen = []
    for mail in mails:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        answers = converse(directory, mail)
        connection.set_trace_callback(None)
        work = tuple(re.sub(r"'[^']*'|\b\d+\b", "?", statement) for statement in statements)
        assert not any(
            re.search(r"\b(people|consents|invitations|staff_listings|cases|findings)\b", entry)
            for entry in work
        )
        seen.append((answers, work))

    assert [answers for answers, _ in seen] == [seen[0][0]] * len(mails)
    assert [work for _, work in seen] == [seen[0][1]] * len(mails)


def converse(directory: Directory, mail: str) -> list[str]:
    """Say all that one may of someone, and return the answers without the address and the ID."""
    made = directory.ask("POST", "/Users", {**ANN, "userName": mail})
    user_id = made.json["id"]
    answers = [
        made,
        directory.get(f"/Users/{user_id}"),
        directory.get("/Users", query_string={"filter": f'userName eq "{mail}"'}),
        directory.get("/Users"),
        directory.ask("POST", "/Users", {**ANN, "userName": mail}),
        directory.patch(user_id, {"op": "replace", "path": "title", "value": "Aide"}),
        directory.patch(user_id, {"op": "replace", "path": "active", "value": False}),
        directory.get(f"/Users/{user_id}"),
        directory.ask("DELETE", f"/Users/{user_id}"),
        directory.get(f"/Users/{user_id}"),
    ]
    shown_headers = "\n".join(
        f"{answer.status} {answer.headers} {answer.text}" for answer in answers
    )
    masked = shown_headers.replace(user_id, "ID").replace(mail, "MAIL")
    return re.sub(r"Content-Length: \d+", "", masked).splitlines()


def test_a_person_who_joined_is_read_back_the_same_after_the_service_has_looked(directory):
    answers = []
    for mail in set_people(directory):
        user_id = directory.create(userName=mail)
        directory.settle()
        seen = directory.get(f"/Users/{user_id}").text
        directory.deactivate(user_id)
        directory.settle()
        gone = directory.get(f"/Users/{user_id}").text
        answers.append((seen + gone).replace(user_id, "ID").replace(mail, "MAIL"))

    assert answers == [answers[0]] * 4


def test_changes_at_the_same_time_lose_nothing(directory: Directory):
    user_id = directory.create()
    told = {"title": "Aide", "externalId": "new", "name.givenName": "Anna", "active": "False"}
    failed = []

    def change(path: str, value: str) -> None:
        for _ in range(5):
            answer = directory.patch(user_id, {"op": "replace", "path": path, "value": value})
            if answer.status_code != 200:
                failed.append(answer.text)

    threads = [threading.Thread(target=change, args=one_value) for one_value in told.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    entry = directory.get(f"/Users/{user_id}").json
    assert (entry["title"], entry["externalId"], entry["active"]) == ("Aide", "new", False)
    assert entry["name"]["givenName"] == "Anna"


def test_many_who_create_the_same_entry_make_one(directory: Directory):
    seen: list[int] = []

    def create() -> None:
        seen.append(directory.ask("POST", "/Users", ANN).status_code)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(seen) == [201, 409, 409, 409]


def listed_on(page: Seen) -> str:
    """Return what the form sends along of the list that is shown."""
    field = page.page.find("input", {"name": "listed"})
    return str(field["value"]) if field else ""


def test_the_operator_invites_those_whom_the_directory_is_the_first_to_list(directory: Directory):
    world = directory.world
    maria = world.joins(MARIA)
    directory.create()
    directory.create(userName=maria.mail)
    directory.settle()
    operator = directory.portal.signed_in(OPERATOR)
    assert "One new person is not invited yet" in operator.get("/operate").text
    page = operator.get("/operate/newcomers")
    assert "ann.abel@cedarvalley.example" in page.text
    assert maria.mail not in page.html

    done = operator.follow(operator.post("/operate/newcomers", listed=listed_on(page)))

    assert "People invited: 1." in done.html
    assert "No one is on this list." in done.text
    assert directory.portal.signed_in(maria.mail).get("/operate/newcomers").status == 403
    world.writes()
    assert len(world.post.to("ann.abel@cedarvalley.example")) == 1


def test_no_one_is_invited_whom_the_operator_has_not_seen(directory: Directory):
    directory.create()
    operator = directory.portal.signed_in(OPERATOR)
    listed = listed_on(operator.get("/operate/newcomers"))
    directory.create(userName="bea.bell@cedarvalley.example")

    for fields in ({"listed": listed}, {}):
        refused = operator.follow(operator.post("/operate/newcomers", **fields))

        assert "The list has changed: look at it again." in refused.html
        assert "bea.bell@cedarvalley.example" in refused.text
        assert directory.world.state.invitations.list_invitations() == ()


def test_the_service_page_says_when_the_directory_last_wrote(directory: Directory):
    operator = directory.portal.signed_in(OPERATOR)
    assert "has not written yet" in operator.get("/operate").text

    directory.create(active=False)

    assert "The staff directory last wrote on" in operator.get("/operate").text
