import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from scrapers.models import Breach, Identity, Outcome, Page, Query, QueryKind
from scrapers.profiles.have_i_been_pwned import HaveIBeenPwned
from scrapers.source import SourceFamily

Answered = Callable[..., Page]

PAGES = "have-i-been-pwned"
# What follows the prefix in the hash of Nora's address.
SUFFIX = "94DD813D38B25BF720588AB2D794E84AD4"
NORA = Identity(
    person_id="p",
    names=("Nora Quill",),
    handles=("noraquill",),
    accounts=("github:@noraquill",),
    mail_hash="ab" * 32,
    mail="nquill+work@harbourlane.example",
)


@pytest.fixture
def source() -> HaveIBeenPwned:
    return HaveIBeenPwned()


@pytest.fixture
def query(source: HaveIBeenPwned) -> Query:
    (query,) = source.build_queries(NORA)
    return query


def test_the_work_address_alone_is_asked_for_and_nothing_without_it(
    source: HaveIBeenPwned, query: Query
) -> None:
    assert source.family is SourceFamily.BREACHES
    assert query.kind is QueryKind.BREACHES
    assert query.request.url == (
        "https://haveibeenpwned.com/api/v3/breachedaccount/nquill%2Bwork%40harbourlane.example"
    )
    assert query.request.params == (("truncateResponse", "false"),)
    assert list(source.build_queries(replace(NORA, mail=""))) == []


def test_an_address_is_never_shown_by_accident() -> None:
    assert "harbourlane" not in repr(NORA)


def test_the_key_goes_into_the_header_that_the_service_wants(source: HaveIBeenPwned) -> None:
    key = source.info.api_key

    assert key is not None
    assert key.required
    assert (key.name, key.header, key.prefix) == ("have-i-been-pwned-key", "hibp-api-key", "")


def test_the_smallest_plan_is_not_exceeded(source: HaveIBeenPwned) -> None:
    assert timedelta(minutes=1) / timedelta(seconds=source.seconds_between) < 10


def test_its_own_test_addresses_are_the_canaries(source: HaveIBeenPwned) -> None:
    asked = {canary.expects: canary.query.terms[0] for canary in source.build_canaries("nonce")}

    assert asked[Outcome.FOUND] == "account-exists@hibp-integration-tests.com"
    assert asked[Outcome.ABSENT].endswith("@hibp-integration-tests.com")


def test_what_leaked_and_when_is_read_and_no_description(
    source: HaveIBeenPwned, query: Query, saved: Answered
) -> None:
    result = source.parse_response(query, saved(f"{PAGES}/found.json"))

    assert result.outcome is Outcome.FOUND
    assert result.traces == ()
    assert result.breaches == (
        Breach(
            name="QuillPress",
            title="Quill Press",
            happened_on=date(2021, 3, 14),
            data=("Email addresses", "Passwords", "Physical addresses"),
        ),
        Breach(
            name="BulkLetters",
            title="Bulk Letters",
            happened_on=date(2023, 11, 1),
            data=("Email addresses",),
            verified=False,
            spam_list=True,
        ),
    )


@pytest.mark.parametrize("mark", ["IsSensitive", "IsRetired"])
def test_a_sensitive_or_retired_breach_is_left_out_should_it_ever_be_told(
    source: HaveIBeenPwned, query: Query, saved: Answered, answered: Answered, mark: str
) -> None:
    rows = json.loads(saved(f"{PAGES}/found.json").body)
    rows[0][mark] = True

    result = source.parse_response(query, answered(json.dumps(rows)))

    assert [breach.name for breach in result.breaches] == ["BulkLetters"]


@pytest.mark.parametrize("mark", ["IsMalware", "IsStealerLog"])
def test_what_malware_collected_is_told_apart(
    source: HaveIBeenPwned, query: Query, saved: Answered, answered: Answered, mark: str
) -> None:
    rows = json.loads(saved(f"{PAGES}/found.json").body)
    rows[0][mark] = True

    result = source.parse_response(query, answered(json.dumps(rows)))

    assert [breach.from_malware for breach in result.breaches] == [True, False]


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 404, Outcome.ABSENT),
        ("absent.json", 200, Outcome.UNREADABLE),
        ("blocked.json", 401, Outcome.BLOCKED),
        ("blocked.json", 403, Outcome.BLOCKED),
        ("limited.json", 429, Outcome.LIMITED),
        ("unreadable.json", 200, Outcome.UNREADABLE),
        ("found.json", 404, Outcome.UNREADABLE),
        ("found.json", 503, Outcome.FAILED),
    ],
)
def test_every_outcome_is_told_apart(
    source: HaveIBeenPwned, query: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case

    assert source.parse_response(query, saved(f"{PAGES}/{name}", status)).outcome is outcome


def test_another_servers_missing_page_does_not_prove_that_nothing_leaked(
    source: HaveIBeenPwned, query: Query, saved: Answered, answered: Answered
) -> None:
    page = saved(f"{PAGES}/unavailable.html", 404)

    assert not source.parse_response(query, page).outcome.is_conclusive
    assert source.parse_response(query, answered("", 404)).outcome is Outcome.ABSENT
    assert source.parse_response(query, answered("[]")).outcome is Outcome.UNREADABLE


def test_a_limit_says_when_to_come_back(
    source: HaveIBeenPwned, query: Query, saved: Answered
) -> None:
    page = saved(f"{PAGES}/limited.json", 429, headers={"retry-after": "4"})

    assert source.parse_response(query, page).retry_at == page.fetched_at + timedelta(seconds=4)


def test_a_key_that_is_not_accepted_is_named_as_the_reason(
    source: HaveIBeenPwned, query: Query, saved: Answered
) -> None:
    result = source.parse_response(query, saved(f"{PAGES}/blocked.json", 401))

    assert result.note == "key-refused"


@pytest.fixture
def ranged() -> HaveIBeenPwned:
    return HaveIBeenPwned(k_anonymity=True)


def in_range(*names: object, suffix: str = "5B0D8A43DC3E5AC2CFDB1F72DA26A6A0B0") -> str:
    rows = [{"hashSuffix": "0" * 34, "websites": ["Elsewhere"]}]
    return json.dumps([*rows, {"hashSuffix": suffix, "websites": list(names)}])


def test_by_k_anonymity_six_characters_of_a_hash_are_asked_for(ranged: HaveIBeenPwned) -> None:
    (query,) = ranged.build_queries(NORA)

    (shouted,) = ranged.build_queries(replace(NORA, mail=" NQuill+Work@HarbourLane.example"))

    assert query.request.url == ("https://haveibeenpwned.com/api/v3/breachedaccount/range/71E950")
    assert query.request.params == ()
    assert shouted.request == query.request


def test_who_is_in_the_range_is_followed_by_a_question_that_tells_nothing_of_them(
    ranged: HaveIBeenPwned, saved: Answered, answered: Answered
) -> None:
    (query,) = ranged.build_queries(NORA)

    first = ranged.parse_response(query, answered(in_range("QuillPress", suffix=SUFFIX)))
    (onward,) = first.follow
    second = ranged.parse_response(onward, saved(f"{PAGES}/found.json"))

    assert (first.outcome, first.breaches) == (Outcome.FOUND, ())
    assert onward.request.url == "https://haveibeenpwned.com/api/v3/breaches"
    assert onward.request.params == ()
    assert [breach.name for breach in second.breaches] == ["QuillPress"]


def test_who_is_not_in_the_range_was_in_no_breach(
    ranged: HaveIBeenPwned, answered: Answered
) -> None:
    (query,) = ranged.build_queries(NORA)

    reading = ranged.parse_response(query, answered(in_range("QuillPress")))

    assert (reading.outcome, reading.follow) == (Outcome.ABSENT, ())


@pytest.mark.parametrize(
    "body", ["[]", "{}", in_range(7, suffix=SUFFIX), in_range("A").replace("hashSuffix", "hash")]
)
def test_a_range_in_another_shape_proves_nothing(
    ranged: HaveIBeenPwned, answered: Answered, body: str
) -> None:
    (query,) = ranged.build_queries(NORA)

    assert ranged.parse_response(query, answered(body)).outcome is Outcome.UNREADABLE


def test_a_breach_that_is_not_in_the_list_of_all_is_a_gap(
    ranged: HaveIBeenPwned, saved: Answered
) -> None:
    (query,) = ranged.build_queries(NORA)
    onward = replace(query, terms=(*query.terms, "QuillPress", "Unheard"))

    reading = ranged.parse_response(onward, saved(f"{PAGES}/found.json"))

    assert reading.outcome is Outcome.UNREADABLE


def test_nobody_asks_which_breaches_a_canary_was_part_of(
    ranged: HaveIBeenPwned, answered: Answered
) -> None:
    (query,) = ranged.build_queries(replace(NORA, person_id=""))

    reading = ranged.parse_response(query, answered(in_range("QuillPress", suffix=SUFFIX)))

    assert (reading.outcome, reading.follow) == (Outcome.FOUND, ())
