"""What is sealed opens in its place alone, and only while its key lives."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.db.connection import Database
from monitor.db.encryption import Key, Keys, Sealing, decode, encode
from monitor.db.journal import Staged
from monitor.domain.person import Person
from monitor.domain.students.matching import ContactVerdict
from monitor.errors import DatabaseError, InputError
from scrapers.models import Finding, Query, Reading, Visit

times = st.datetimes(timezones=st.just(UTC))
findings = st.builds(Finding, created_at=st.none() | times)
queries = st.builds(Query)
readings = st.builds(
    Reading,
    findings=st.lists(findings, max_size=3).map(tuple),
    contacts=st.just(()),
    follow=st.lists(queries, max_size=3).map(tuple),
    retry_at=st.none() | times,
)
visits = st.builds(Visit, query=queries, reading=readings, at=times)
stageds = st.builds(Staged, visit=visits, verdict=st.none() | st.builds(ContactVerdict))


class Noting(Keys):
    """Keys that note whose was fetched."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.fetched: list[str] = []

    def of(self, ref: str) -> Key:
        self.fetched.append(ref)
        return super().of(ref)


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    keys = Keys.open(tmp_path)
    keys.create("rosa")
    yield keys
    keys.close()


@pytest.fixture
def sealing(keys: Keys) -> Sealing:
    return Sealing(keys)


@given(findings)
def test_a_finding_comes_back_as_it_was(finding: Finding) -> None:
    assert decode(encode(finding), Finding) == finding


@given(st.builds(Person))
def test_a_person_comes_back_as_they_were(person: Person) -> None:
    assert decode(encode(person), Person) == person


@given(stageds)
def test_a_visit_comes_back_as_it_was(staged: Staged) -> None:
    back = decode(encode(staged), Staged)

    assert back == staged
    assert back.visit.query.key == staged.visit.query.key


def test_half_a_surrogate_pair_on_a_page_spoils_nothing() -> None:
    hostile = Person(
        ref="r", name={"a": ["\ud83d\ude00", "\ud800!"]}, mail="", organisation="", zone=""
    )

    assert b'{"a":["\xf0\x9f\x98\x80","\xef\xbf\xbd!"]}' in encode(hostile)


def test_what_is_sealed_opens_in_its_place(sealing: Sealing) -> None:
    blob = sealing.seal("rosa", "people/1/sealed", "a name")

    assert b"a name" not in blob
    assert sealing.open("rosa", "people/1/sealed", blob, str) == "a name"


def test_the_key_is_fetched_once_for_all_that_is_opened_together(tmp_path: Path) -> None:
    with Noting.open(tmp_path) as keys:
        keys.create("rosa")
        sealing = Sealing(keys)
        sealed = [(each, sealing.seal("rosa", each, f"name {each}")) for each in "abc"]
        keys.fetched.clear()

        opened = list(sealing.open_each("rosa", sealed, str))

    assert opened == ["name a", "name b", "name c"]
    assert keys.fetched == ["rosa"]


def test_where_nothing_is_to_be_opened_no_key_is_wanted(sealing: Sealing) -> None:
    assert list(sealing.open_each("nobody", (), str)) == []


def test_one_of_several_that_was_moved_does_not_open_either(sealing: Sealing) -> None:
    blob = sealing.seal("rosa", "a", "a name")

    with pytest.raises(DatabaseError, match=r"b cannot be read\. Restore"):
        list(sealing.open_each("rosa", (("a", blob), ("b", blob)), str))


def test_the_same_text_is_never_sealed_alike(sealing: Sealing) -> None:
    assert sealing.seal("rosa", "place", "a name") != sealing.seal("rosa", "place", "a name")


@pytest.mark.parametrize("place", ["people/2/sealed", "items/1/sealed", ""])
def test_what_was_moved_does_not_open(sealing: Sealing, place: str) -> None:
    blob = sealing.seal("rosa", "people/1/sealed", "a name")

    with pytest.raises(DatabaseError, match=r"cannot be read\. Restore") as refusal:
        sealing.open("rosa", place, blob, str)

    assert refusal.value.exit_code == 78


@pytest.mark.parametrize(
    "change", [lambda blob: blob[:-1], lambda blob: blob[:5], lambda blob: blob[::-1]]
)
def test_what_was_altered_does_not_open(sealing: Sealing, change: object) -> None:
    blob = change(sealing.seal("rosa", "place", "a name"))

    with pytest.raises(DatabaseError):
        sealing.open("rosa", "place", blob, str)


def test_what_has_another_shape_is_refused(sealing: Sealing) -> None:
    blob = sealing.seal("rosa", "place", "a name")

    with pytest.raises(DatabaseError):
        sealing.open("rosa", "place", blob, Finding)


def test_another_persons_key_opens_nothing(sealing: Sealing, keys: Keys) -> None:
    keys.create("theo")
    blob = sealing.seal("rosa", "place", "a name")

    with pytest.raises(DatabaseError):
        sealing.open("theo", "place", blob, str)


def test_a_mark_is_the_same_for_one_person_and_for_nobody_else(
    sealing: Sealing, keys: Keys
) -> None:
    keys.create("theo")

    assert sealing.mark("rosa", "a name") == sealing.mark("rosa", "a name")
    assert sealing.mark("rosa", "a name") != sealing.mark("theo", "a name")
    assert sealing.mark("rosa", "a name") != sealing.mark("rosa", "another")


def test_once_the_key_is_destroyed_nothing_opens(sealing: Sealing, keys: Keys) -> None:
    blob = sealing.seal("rosa", "place", "a name")
    keys.destroy("rosa")

    with pytest.raises(DatabaseError, match="lacks the key of rosa"):
        sealing.open("rosa", "place", blob, str)


def test_a_destroyed_key_stands_in_no_file(keys: Keys, tmp_path: Path) -> None:
    key = keys.of("rosa")
    assert key.seal in files(tmp_path)

    keys.destroy("rosa")

    assert key.seal not in files(tmp_path)
    assert key.mark not in files(tmp_path)


def test_a_destroyed_key_is_never_made_again(keys: Keys) -> None:
    keys.destroy("rosa")

    with pytest.raises(InputError, match="was deleted"):
        keys.create("rosa")
    assert not keys.has("rosa")


def test_making_a_key_twice_keeps_the_first(keys: Keys) -> None:
    key = keys.of("rosa")
    keys.create("rosa")

    assert keys.of("rosa") == key


def test_a_key_is_never_printed(keys: Keys) -> None:
    assert repr(keys.of("rosa")) == "Key()"


def test_the_keys_are_for_their_owner_alone(keys: Keys, tmp_path: Path) -> None:
    assert keys.has("rosa")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("keys.db*")} == {0o600}


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("keys.db*"))
