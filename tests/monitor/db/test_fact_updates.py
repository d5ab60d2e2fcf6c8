"""Updates of facts in the district's folder: signed, newer, whole, and taken back."""

import stat
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.db.fact_updates import FactUpdateStore
from monitor.domain.errors import CannotWriteError, ConfigError, InputError
from scrapers.facts.fact import SHIPPED_ON
from tests.sign_facts import sign_update

TODAY = date(2027, 6, 1)
OURS, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def spell(made_on: str, change: str = "seen_on = 2020-01-01") -> str:
    return f"made_on = {made_on}\n[report_forms.facebook]\n{change}\n"


@pytest.fixture
def store(tmp_path) -> FactUpdateStore:
    return FactUpdateStore(tmp_path, OURS.public_key().public_bytes_raw().hex())


def install(store: FactUpdateStore, made_on: str) -> None:
    store.install_update(store.check_update(sign_update(OURS, spell(made_on)), TODAY))


def test_an_update_counts_once_it_is_installed(store):
    assert (store.load_update().made_on, store.load_update().changes) == (SHIPPED_ON, {})

    install(store, "2027-01-02")

    installed = store.load_update()
    assert installed.made_on == date(2027, 1, 2)
    assert installed.changes == {"report_forms": {"facebook": {"seen_on": date(2020, 1, 1)}}}
    (path,) = (store.state_folder / "facts").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_going_back_leads_to_the_update_before_and_then_to_the_program(store):
    for made_on in ("2027-01-02", "2027-02-02", "2027-03-02"):
        install(store, made_on)

    assert store.remove_update() == date(2027, 2, 2)
    assert store.remove_update() == SHIPPED_ON
    with pytest.raises(InputError, match="No update"):
        store.remove_update()


@pytest.mark.parametrize("made_on", ["2027-01-02", "2027-01-01", str(SHIPPED_ON), "2020-01-01"])
def test_an_older_update_is_refused(store, made_on):
    install(store, "2027-01-02")

    with pytest.raises(InputError, match=r"facts here are of 2027-01-02"):
        install(store, made_on)


def test_an_update_from_the_future_is_refused_for_it_would_bar_all_others(store):
    with pytest.raises(InputError, match="check the clock"):
        install(store, "2027-06-02")


@pytest.mark.parametrize(
    "content",
    [
        sign_update(STRANGER, spell("2027-01-02")),
        sign_update(OURS, spell("2027-01-02")) + b" ",
        sign_update(OURS, spell("2027-01-02")).replace(b"2020-01-01", b"2020-01-02"),
        b"namesake-facts zz\n" + spell("2027-01-02").encode(),
        b"namesake-facts \xff\n" + spell("2027-01-02").encode(),
        spell("2027-01-02").encode(),
        b"",
        b"\x1f\x8b\x08",
        sign_update(OURS, "x" * 1_000_001),
        sign_update(OURS, "made_on = 2027-01-02\n[x"),
        sign_update(OURS, spell("2027-01-02", 'form = "https://evil.example/"')),
        sign_update(OURS, spell("2027-01-02", "seen_on = 2027-01-03")),
        sign_update(OURS, spell("2027-01-02", 'hosts = ["evil.example"]')),
    ],
)
def test_what_is_not_signed_or_changes_more_is_refused_whole(store, content: bytes):
    with pytest.raises(InputError):
        store.check_update(content, TODAY)

    assert store.load_update().changes == {}


def test_without_a_key_nothing_is_taken_and_an_update_counts_no_more(store):
    install(store, "2027-01-02")
    keyless = FactUpdateStore(store.state_folder, "")

    with pytest.raises(ConfigError, match="key"):
        keyless.check_update(sign_update(OURS, spell("2027-02-02")), TODAY)
    installed = keyless.load_update()
    assert installed.changes == {}
    assert "No key is set" in installed.fault


def test_a_changed_file_is_not_used_and_said_to_be_at_fault(store):
    install(store, "2027-01-02")
    (path,) = (store.state_folder / "facts").iterdir()
    path.write_bytes(path.read_bytes()[:-2])

    installed = store.load_update()

    assert (installed.changes, installed.made_on) == ({}, SHIPPED_ON)
    assert "not signed" in installed.fault


def test_an_update_that_is_older_than_the_program_counts_no_more(store):
    folder = store.state_folder / "facts"
    folder.mkdir()
    (folder / f"{SHIPPED_ON}.facts").write_bytes(sign_update(OURS, spell(str(SHIPPED_ON))))

    assert store.load_update().changes == {}
    assert not store.load_update().fault


def test_an_update_that_changes_more_than_this_version_allows_is_not_used(store):
    folder = store.state_folder / "facts"
    folder.mkdir()
    content = sign_update(OURS, spell("2027-01-02", 'rule = "imitated-alone"'))
    (folder / "2027-01-02.facts").write_bytes(content)

    installed = store.load_update()

    assert installed.changes == {}
    assert "report_forms.facebook.rule may change only with a release" in installed.fault


def test_no_state_folder_is_made_for_an_update(store, tmp_path):
    missing = FactUpdateStore(tmp_path / "nowhere", store.key)

    with pytest.raises(CannotWriteError, match="nowhere is not there"):
        install(missing, "2027-01-02")
    assert not missing.state_folder.exists()


def test_a_folder_that_cannot_be_made_is_said(store):
    (store.state_folder / "facts").write_text("a file")

    with pytest.raises(CannotWriteError, match="facts"):
        install(store, "2027-01-02")
