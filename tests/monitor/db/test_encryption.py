"""What is sealed opens in its place alone, and only while its key lives."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.db.encryption import Encryption, KeyStore
from monitor.db.staged_answers import StagedAnswer
from monitor.domain.errors import DatabaseError, InputError
from monitor.domain.person import Person
from monitor.domain.serialization import decode_json, encode_json
from monitor.domain.students.matching import ContactMatchResult
from scrapers.models import CrawlResult, ParseResult, Query, Trace

times = st.datetimes(timezones=st.just(UTC))
traces = st.builds(Trace, created_at=st.none() | times)
queries = st.builds(Query)
readings = st.builds(
    ParseResult,
    traces=st.lists(traces, max_size=3).map(tuple),
    contacts=st.just(()),
    follow=st.lists(queries, max_size=3).map(tuple),
    retry_at=st.none() | times,
)
visits = st.builds(CrawlResult, query=queries, result=readings, at=times)
stageds = st.builds(StagedAnswer, visit=visits, verdict=st.none() | st.builds(ContactMatchResult))


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    keys = KeyStore.open_store(tmp_path)
    keys.create_key("rosa")
    yield keys
    keys.close()


@pytest.fixture
def sealing(keys: KeyStore) -> Encryption:
    return Encryption(keys)


@given(traces)
def test_a_finding_comes_back_as_it_was(trace: Trace) -> None:
    assert decode_json(encode_json(trace), Trace) == trace


@given(st.builds(Person))
def test_a_person_comes_back_as_they_were(person: Person) -> None:
    assert decode_json(encode_json(person), Person) == person


@given(stageds)
def test_a_visit_comes_back_as_it_was(staged: StagedAnswer) -> None:
    back = decode_json(encode_json(staged), StagedAnswer)

    assert back == staged
    assert back.visit.query.key == staged.visit.query.key


def test_half_a_surrogate_pair_on_a_page_spoils_nothing() -> None:
    hostile = Person(
        id="r", name={"a": ["\ud83d\ude00", "\ud800!"]}, mail="", organization="", zone=""
    )

    assert b'{"a":["\xf0\x9f\x98\x80","\xef\xbf\xbd!"]}' in encode_json(hostile)


def test_what_is_sealed_opens_in_its_place(sealing: Encryption) -> None:
    blob = sealing.encrypt("rosa", "people/1/encrypted", "a name")

    assert b"a name" not in blob
    assert sealing.decrypt("rosa", "people/1/encrypted", blob, str) == "a name"


def test_the_key_is_read_once_for_all_that_is_opened_together(
    keys: KeyStore, tmp_path: Path
) -> None:
    sealing = Encryption(keys)
    sealed = {place: sealing.encrypt("rosa", place, f"name {place}") for place in "abc"}
    opened = []

    with keys.hold_keys(), KeyStore.open_store(tmp_path) as others:
        for place, blob in sealed.items():
            opened.append(sealing.decrypt("rosa", place, blob, str))
            others.destroy_key("rosa")

    assert opened == ["name a", "name b", "name c"]


def test_a_destroyed_key_opens_nothing_though_it_was_held(keys: KeyStore) -> None:
    sealing = Encryption(keys)
    with keys.hold_keys():
        blob = sealing.encrypt("rosa", "a", "a name")
        keys.destroy_key("rosa")

        with pytest.raises(DatabaseError):
            sealing.decrypt("rosa", "a", blob, str)


def test_a_held_key_is_held_no_longer_than_the_block(keys: KeyStore, tmp_path: Path) -> None:
    sealing = Encryption(keys)
    with keys.hold_keys():
        blob = sealing.encrypt("rosa", "a", "a name")
    with KeyStore.open_store(tmp_path) as others:
        others.destroy_key("rosa")

    with keys.hold_keys(), pytest.raises(DatabaseError):
        sealing.decrypt("rosa", "a", blob, str)


def test_the_same_text_is_never_sealed_alike(sealing: Encryption) -> None:
    assert sealing.encrypt("rosa", "place", "a name") != sealing.encrypt("rosa", "place", "a name")


@pytest.mark.parametrize("place", ["people/2/encrypted", "findings/1/encrypted", ""])
def test_what_was_moved_does_not_open(sealing: Encryption, place: str) -> None:
    blob = sealing.encrypt("rosa", "people/1/encrypted", "a name")

    with pytest.raises(DatabaseError, match=r"cannot be read\. Restore") as refusal:
        sealing.decrypt("rosa", place, blob, str)

    assert refusal.value.exit_code == 78


@pytest.mark.parametrize(
    "change", [lambda blob: blob[:-1], lambda blob: blob[:5], lambda blob: blob[::-1]]
)
def test_what_was_altered_does_not_open(sealing: Encryption, change: object) -> None:
    blob = change(sealing.encrypt("rosa", "place", "a name"))

    with pytest.raises(DatabaseError):
        sealing.decrypt("rosa", "place", blob, str)


def test_what_has_another_shape_is_refused(sealing: Encryption) -> None:
    blob = sealing.encrypt("rosa", "place", "a name")

    with pytest.raises(DatabaseError):
        sealing.decrypt("rosa", "place", blob, Trace)


def test_another_persons_key_opens_nothing(sealing: Encryption, keys: KeyStore) -> None:
    keys.create_key("theo")
    blob = sealing.encrypt("rosa", "place", "a name")

    with pytest.raises(DatabaseError):
        sealing.decrypt("theo", "place", blob, str)


def test_a_mark_is_the_same_for_one_person_and_for_nobody_else(
    sealing: Encryption, keys: KeyStore
) -> None:
    keys.create_key("theo")

    assert sealing.keyed_hash("rosa", "a name") == sealing.keyed_hash("rosa", "a name")
    assert sealing.keyed_hash("rosa", "a name") != sealing.keyed_hash("theo", "a name")
    assert sealing.keyed_hash("rosa", "a name") != sealing.keyed_hash("rosa", "another")


def test_once_the_key_is_destroyed_nothing_opens(sealing: Encryption, keys: KeyStore) -> None:
    blob = sealing.encrypt("rosa", "place", "a name")
    keys.destroy_key("rosa")

    with pytest.raises(DatabaseError, match="rosa was deleted"):
        sealing.decrypt("rosa", "place", blob, str)


def test_a_destroyed_key_stands_in_no_file(keys: KeyStore, tmp_path: Path) -> None:
    key = keys.load_key("rosa")
    assert key.encryption_key in files(tmp_path)

    keys.destroy_key("rosa")

    assert key.encryption_key not in files(tmp_path)
    assert key.hash_key not in files(tmp_path)


def test_a_destroyed_key_is_never_made_again(keys: KeyStore) -> None:
    keys.destroy_key("rosa")

    with pytest.raises(InputError, match="was deleted"):
        keys.create_key("rosa")
    assert not keys.has_key("rosa")


def test_making_a_key_twice_keeps_the_first(keys: KeyStore) -> None:
    key = keys.load_key("rosa")
    keys.create_key("rosa")

    assert keys.load_key("rosa") == key


def test_a_key_is_never_printed(keys: KeyStore) -> None:
    assert repr(keys.load_key("rosa")) == "DataKey()"


def test_the_keys_are_for_their_owner_alone(keys: KeyStore, tmp_path: Path) -> None:
    assert keys.has_key("rosa")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("keys.db*")} == {0o600}


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("keys.db*"))
