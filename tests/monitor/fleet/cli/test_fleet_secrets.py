"""Secrets of one of many districts: what the pages need not know lies where they cannot read it."""

from pathlib import Path

import pytest

from monitor.fleet.district_folders import find_district_folder, list_exposed_secrets
from monitor.services.setup_files import list_handed_secrets, store_secret
from tests.monitor.cli.conftest import Said, run
from tests.monitor.cli.test_init_files import Machine, Systemd
from tests.monitor.emails import PASSWORD

ANSWERS = """\
name = "Oak Hill Unified"
domains = ["oakhill.test"]
contact = "it@oakhill.test"
mail_host = "smtp.oakhill.test"
mail_user = "namesake@oakhill.test"
search = "brave"
sign_in = "google"
client = "oak-hill"
[secrets]
smtp-password = "secret.txt"
brave-key = "secret.txt"
oidc-secret = "secret.txt"
"""
UNIT = "namesake-fleet.service"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    for folder in ("var/lib/districts", "run/systemd/system", "etc/namesake"):
        (tmp_path / folder).mkdir(parents=True)
    text = f'[fleet]\ndistricts = "{tmp_path}/var/lib/districts"\n'
    (tmp_path / "etc/namesake/fleet.toml").write_text(text, "utf-8")
    return Machine(tmp_path, Systemd(), monkeypatch)


def run_in_fleet(machine: Machine, *words: str, config: str = "etc/namesake/fleet.toml") -> Said:
    return run("--config", str(machine.root / config), "fleet", *words)


def add_district(machine: Machine, **where: str) -> Said:
    (machine.root / "secret.txt").write_text(f"{PASSWORD}\n", "utf-8")
    answers = machine.root / "answers.toml"
    answers.write_text(ANSWERS, "utf-8")
    return run_in_fleet(machine, "add", "oak", "--answers", str(answers), **where)


def test_a_new_district_leaves_no_secret_where_the_pages_need_not_read_it(machine: Machine) -> None:
    said = add_district(machine)

    assert said.code == 0, said.err
    folder = machine.root / "var/lib/districts"
    assert list_exposed_secrets(find_district_folder(folder, "oak")) == ()
    assert [path.name for path in (folder / "oak/secrets").iterdir()] == ["oidc-secret"]
    assert set(machine.read_files("etc/credstore.encrypted")) == {
        "district.oak.brave-key",
        "district.oak.smtp-password",
    }
    sealing = ("systemd-creds", "encrypt", "--name=district.oak.smtp-password", "-", "-")
    assert sealing in machine.systemd.asked


def test_the_checks_of_a_new_district_look_with_its_secrets(machine: Machine) -> None:
    said = add_district(machine)

    assert "lack of a key" not in said.out
    assert "Store the secret" not in said.out


def test_a_running_service_is_restarted_as_it_is_handed_secrets_at_its_start(
    machine: Machine,
) -> None:
    said = add_district(machine)
    assert ("systemctl", "try-restart", UNIT) in machine.systemd.asked
    assert "if it ran, it was restarted" in said.out


def test_a_service_that_does_not_start_again_is_said(machine: Machine) -> None:
    machine.systemd.broken = frozenset({"try-restart"})
    said = add_district(machine)
    assert f"`systemctl try-restart {UNIT}` failed" in said.out


@pytest.mark.parametrize(
    ("release", "line"),
    [(252, "{}"), (249, "{}:/etc/credstore/{}")],
)
def test_an_older_systemd_is_told_each_secret_by_its_name(
    machine: Machine, release: int, line: str
) -> None:
    machine.runs_release(release)
    add_district(machine)

    name = "district.oak.smtp-password"
    assert (machine.root / "etc/credstore" / name).read_text("utf-8") == PASSWORD
    drop_in = machine.read_drop_in(UNIT, "district-oak.conf")
    assert f"LoadCredential={line.replace('{}', name)}\n" in drop_in
    assert ("systemctl", "daemon-reload") in machine.systemd.asked


def test_in_containers_the_secrets_are_the_service_s(machine: Machine) -> None:
    (machine.root / "run/systemd/system").rmdir()
    (machine.root / ".dockerenv").touch()
    (machine.root / "etc/namesake").rename(machine.root / "config")
    said = add_district(machine, config="config/fleet.toml")

    assert said.code == 0, said.err
    assert set(machine.read_files("config/secrets")) == {
        "district.oak.brave-key",
        "district.oak.smtp-password",
    }
    district = machine.root / "var/lib/districts/oak"
    assert set(machine.read_files(str(district / "secrets"))) == {"portal/oidc-secret"}


def test_without_units_a_district_has_all_its_secrets_beside_it(machine: Machine) -> None:
    (machine.root / "etc/namesake").rename(machine.root / "own")
    said = add_district(machine, config="own/fleet.toml")

    assert said.code == 0, said.err
    district = machine.root / "var/lib/districts/oak"
    assert "secrets/smtp-password" in machine.read_files(str(district))


def test_who_removes_a_district_hears_which_secrets_stay(machine: Machine) -> None:
    add_district(machine)
    config = machine.root / "etc/namesake/fleet.toml"
    store_secret("district.oakdale.smtp-password", "another's", config, machine.host)
    stored = list_handed_secrets("oak", config, machine.host)
    said = run_in_fleet(machine, "remove", "oak")

    assert said.code == 0, said.err
    assert len(stored) == len(("brave-key", "smtp-password"))
    assert all(str(path) in said.out for path in stored)
    assert "oakdale" not in said.out
