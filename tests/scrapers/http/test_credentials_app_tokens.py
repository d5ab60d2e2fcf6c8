"""An application's key is exchanged for a token, which goes to its own origin and is not stored."""

import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

from scrapers.http.credentials import (
    FAILURE_LASTS,
    KEY_REFUSED,
    NO_TOKEN,
    AppCredential,
    AppTokenStore,
    Credentials,
)
from scrapers.models import Identity, Outcome, Page, ParseResult, Request
from scrapers.profiles.twitch import TWITCH
from scrapers.source import AccessMode, AppTokenSpec, CrawlPolicy, SecretPlace
from tests.rows import over_rows
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.fakes import MONDAY, FakeClock, lanes_over
from tests.scrapers.http.loopback import Loopback, answer, answering
from tests.scrapers.http.test_client_posting import whole

SITE = "http://site.example"
DOOR = "http://door.example"
API = CrawlPolicy(origins=(SITE,), access=AccessMode.API)


def app(secret_in: SecretPlace = SecretPlace.HEADER, id_header: str = "") -> AppCredential:
    return AppCredential(
        client_id="our-app",
        secret="s3cret",
        token=AppTokenSpec(url=f"{DOOR}/token", secret_in=secret_in, id_header=id_header),
        header="authorization",
        prefix="Bearer ",
    )


def keyed(credential: AppCredential) -> Credentials:
    return Credentials(apps={SITE: credential})


def token(word: str = "t0ken", **more: object) -> bytes:
    body = json.dumps({"access_token": word, "expires_in": 3600, "token_type": "bearer", **more})
    return answer(body.encode(), headers="Content-Type: application/json\r\n")


def served(internet: Internet, *tokens: bytes, answers: tuple[bytes, ...] = ()) -> Loopback:
    door = internet.serve(answering(*tokens), "door.example")
    door.hear = whole
    internet.serve(answering(*(answers or (answer(),))))
    return door


def store() -> tuple[AppTokenStore, FakeClock]:
    clock = FakeClock()
    return AppTokenStore(keyed(app()), clock), clock


def page(body: object, status: int = 200) -> Page:
    return Page(url=DOOR, status=status, body=json.dumps(body).encode(), fetched_at=MONDAY)


def test_a_token_is_asked_for_once_and_goes_along(internet: Internet) -> None:
    door = served(internet, token())
    client = internet.client(credentials=keyed(app()))

    came = [client.fetch(Request(url=f"{SITE}/{path}"), API) for path in "ab"]

    assert all(isinstance(entry, Page) for entry in came)
    assert len(door.requests) == 1
    assert door.requests[0].startswith(b"POST /token ")
    assert b"Basic " + b64encode(b"our-app:s3cret") in door.requests[0]
    assert door.requests[0].endswith(b"grant_type=client_credentials")
    asked = internet.servers["site.example"].requests
    assert all(b"authorization: Bearer t0ken" in request for request in asked)
    assert not any(b"s3cret" in request for request in asked)


def test_a_service_may_want_the_secret_in_the_body_and_the_id_along(internet: Internet) -> None:
    door = served(internet, token())
    client = internet.client(credentials=keyed(app(SecretPlace.BODY, "client-id")))

    client.fetch(Request(url=f"{SITE}/a"), API)

    assert b"client_id=our-app&client_secret=s3cret" in door.requests[0]
    assert b"Basic" not in door.requests[0]
    assert b"client-id: our-app" in internet.servers["site.example"].requests[0]


def test_a_token_that_was_ended_early_is_asked_for_again(internet: Internet) -> None:
    door = served(
        internet,
        token("first"),
        token("second"),
        answers=(answer(), answer(status="401 Unauthorized"), answer()),
    )
    client = internet.client(credentials=keyed(app()))
    client.fetch(Request(url=f"{SITE}/a"), API)

    came = client.fetch(Request(url=f"{SITE}/b"), API)

    assert isinstance(came, Page)
    assert came.status == 200
    assert len(door.requests) == 2
    assert b"Bearer second" in internet.servers["site.example"].requests[-1]


def test_a_fresh_token_that_is_refused_is_not_asked_for_in_a_circle(internet: Internet) -> None:
    door = served(internet, token(), answers=(answer(status="401 Unauthorized"),))
    client = internet.client(credentials=keyed(app()))

    came = client.fetch(Request(url=f"{SITE}/a"), API)

    assert isinstance(came, Page)
    assert came.status == 401
    assert len(door.requests) == 1


def test_without_a_token_nothing_is_asked_and_the_key_is_not_tried_again(
    internet: Internet,
) -> None:
    door = served(internet, answer(status="401 Unauthorized"))
    client = internet.client(credentials=keyed(app()))

    came = [client.fetch(Request(url=f"{SITE}/{path}"), API) for path in "ab"]

    assert came == [ParseResult(outcome=Outcome.BLOCKED, note=KEY_REFUSED)] * 2
    assert len(door.requests) == 1
    assert internet.servers["site.example"].requests == []


def test_nothing_of_a_key_or_a_token_is_ever_shown(internet: Internet) -> None:
    served(internet, token())
    client = internet.client(credentials=keyed(app()))
    client.fetch(Request(url=f"{SITE}/a"), API)

    assert not {"s3cret", "our-app", "t0ken"} & set(repr(client).replace("'", " ").split())
    assert "s3cret" not in repr(client)
    assert "t0ken" not in repr(client)


def test_a_sweep_of_twitch_gets_its_token_on_the_way(internet: Internet) -> None:
    found = Path(__file__).parents[1] / "pages" / "twitch-api" / "found.json"
    json_type = "Content-Type: application/json\r\n"
    door = served(internet, token(), answers=(answer(found.read_bytes(), headers=json_type),))
    twitch: Any = replace(TWITCH, base_url=SITE, pictures=())
    nora = Identity(person_id="p", names=("Nora Quill",), handles=("noraquill",))
    credentials = keyed(app(SecretPlace.BODY, "client-id"))
    client: Any = internet.client(credentials=credentials)

    (visit,) = lanes_over(client, twitch).crawl(twitch.build_queries(nora))

    assert visit.result.outcome is Outcome.FOUND
    assert [trace.account for trace in visit.result.traces] == ["twitch:741852"]
    assert len(door.requests) == 1


def test_a_token_is_renewed_before_it_ends() -> None:
    tokens, clock = store()
    tokens.record_answer(SITE, page({"access_token": "t0ken", "expires_in": 3600}))

    clock.sleep(58 * 60)
    assert tokens.build_token_request(SITE) is None
    clock.sleep(60)
    assert tokens.build_token_request(SITE) is not None


@over_rows(
    ("answered", "outcome", "note"),
    [
        (page({"message": "invalid client"}, 400), Outcome.BLOCKED, KEY_REFUSED),
        (page({"message": "Forbidden"}, 403), Outcome.BLOCKED, KEY_REFUSED),
        (page({"token_type": "bearer"}), Outcome.UNREADABLE, NO_TOKEN),
        (page({"access_token": "with space"}), Outcome.UNREADABLE, NO_TOKEN),
        (page({"access_token": "line\r\nbreak"}), Outcome.UNREADABLE, NO_TOKEN),
        (page({"access_token": "t", "expires_in": "soon"}), Outcome.UNREADABLE, NO_TOKEN),
        (page([]), Outcome.UNREADABLE, NO_TOKEN),
        (page({}, 503), Outcome.FAILED, None),
        (page({}, 429), Outcome.LIMITED, None),
        (ParseResult(outcome=Outcome.FAILED, note="no-such-name"), Outcome.FAILED, "no-such-name"),
    ],
)
def test_whatever_else_comes_is_a_failure_for_a_while(
    answered: object, outcome: Outcome, note: str | None
) -> None:
    tokens, clock = store()

    tokens.record_answer(SITE, answered)

    failure = tokens.get_failure(SITE)
    assert failure is not None
    assert failure.outcome is outcome
    assert note is None or failure.note == note
    assert tokens.get_headers(SITE) == ()
    clock.sleep(FAILURE_LASTS.total_seconds())
    assert tokens.get_failure(SITE) is None
