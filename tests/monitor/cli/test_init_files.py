"""What setup writes on a machine that systemd runs: units, drop-ins, secrets; and the template."""

import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from monitor.app import Environment
from monitor.cli.context import CliContext
from monitor.cli.init import wait_for_portal
from monitor.config.file import load_config
from monitor.config.sections import find_shipped_files, read_secret
from monitor.domain.health import HealthResult, assess_certificate, report_failure, report_ok
from monitor.services.setup import SOCKET
from monitor.services.setup_files import (
    SHIPPED_PROGRAM,
    UNITS,
    HostMachine,
    ProgramResult,
    build_secret_command,
    fill_template,
    list_secret_names,
    plan_units,
    read_stored_secrets,
    run_program,
    store_secret,
)
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.monitor.cli.conftest import Said, Terminal, run
from tests.monitor.cli.test_init import type_answers
from tests.monitor.emails import PASSWORD

ANSWERS = """\
name = "Oak Hill Unified"
domains = ["oakhill.test"]
contact = "it@oakhill.test"
"""
RUNNING = ("namesake", "namesake-portal", "namesake-backup.timer")
ANALYZE = shutil.which("systemd-analyze") or ""


@dataclass
class Systemd:
    """Answers as systemd's programs do; `broken` names those that fail."""

    broken: frozenset[str] = frozenset()
    asked: list[tuple[str, ...]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str], given: str) -> ProgramResult:
        self.asked.append(tuple(command))
        self.given.append(given)
        if {command[0], command[1]} & self.broken:
            return ProgramResult(code=1, trouble="Unit namesake.service is masked.")
        if command[:2] == ("systemd-creds", "decrypt"):
            return ProgramResult(code=0, output=f"{PASSWORD}\n")
        return ProgramResult(code=0, output="sealed\n")


@dataclass
class Machine:
    """A folder in the place of `/`, and what was asked of systemd in it."""

    root: Path
    systemd: Systemd
    monkeypatch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.change(HostMachine(root=self.root, user_id=lambda: 0, program=SHIPPED_PROGRAM))

    def runs_release(self, release: int) -> None:
        library = self.root / f"usr/lib/systemd/libsystemd-shared-{release}.so"
        library.parent.mkdir(parents=True, exist_ok=True)
        library.touch()

    def change(self, host: HostMachine | None = None, **parts: object) -> None:
        host = replace(host or self.host, **{"run_program": self.systemd, **parts})
        self.host = host
        self.monkeypatch.setattr("monitor.services.setup_files.HOST", host)

    @property
    def config(self) -> Path:
        return self.root / "etc/namesake/namesake.toml"

    def init(self, answers: str = ANSWERS, *, again: bool = False) -> Said:
        file = self.root / "answers.toml"
        file.write_text(answers, "utf-8")
        return run(
            "--config", str(self.config), "init", *(() if again else ("--answers", str(file)))
        )

    def read_drop_in(self, unit: str, name: str = "namesake-init.conf") -> str:
        file = self.root / f"etc/systemd/system/{unit}.d/{name}"
        return file.read_text("utf-8") if file.exists() else ""

    def read_files(self, folder: str) -> dict[str, bytes]:
        place = self.root / folder
        files = (path for path in place.rglob("*") if path.is_file())
        return {file.relative_to(place).as_posix(): file.read_bytes() for file in files}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    for folder in ("var/lib", "run/systemd/system", "etc"):
        (tmp_path / folder).mkdir(parents=True)
    return Machine(tmp_path, Systemd(), monkeypatch)


def test_the_units_are_installed_as_they_are_shipped_where_they_fit(machine: Machine):
    said = machine.init()

    assert said.code == 0, said.err
    assert set(machine.read_files("etc/systemd/system")) == {*UNITS}
    for name in UNITS:
        shipped = (find_shipped_files() / name).read_text("utf-8")
        assert (machine.root / "etc/systemd/system" / name).read_text("utf-8") == shipped
    assert load_config(machine.config).state == machine.root / "var/lib/namesake"
    assert (machine.root / "var/lib/namesake/namesake.db").exists()


def test_the_service_starts_if_that_was_the_answer_and_makes_a_first_backup(machine: Machine):
    said = machine.init(f"{ANSWERS}start = true")

    assert said.code == 0
    changing = [command for command in machine.systemd.asked if command[1] != "show"]
    assert changing[-3:] == [
        ("systemctl", "daemon-reload"),
        ("systemctl", "enable", "--now", *RUNNING),
        ("systemctl", "start", "namesake-backup.service"),
    ]
    assert "enable --now" not in said.out


def test_it_counts_as_many_checks_as_the_doctor_after_it(machine: Machine):
    said = machine.init(f"{ANSWERS}start = true")

    dialer = Dialer(address_map={}, resolve=resolve_nothing)
    doctor = ("--config", str(machine.config), "doctor", "--json")
    checked = run(*doctor, environment=Environment(dialer=dialer)).json
    well = sum(check["level"] == "ok" for check in checked)
    assert f"`namesake doctor`: {well} of {len(checked)} checks passed." in said.out


def test_without_a_mail_server_it_is_started_only_on_request(machine: Machine):
    said = machine.init()

    assert [command for command in machine.systemd.asked if command[1] in {"enable", "start"}] == []
    assert f"systemctl enable --now {' '.join(RUNNING)}" in said.out
    assert "store a free token without permissions as github-token" in " ".join(said.out.split())


def test_a_service_that_does_not_start_is_said_with_what_systemd_says(machine: Machine):
    machine.systemd.broken = frozenset({"enable"})

    said = machine.init(f"{ANSWERS}start = true")

    assert said.code == 69
    assert "failed with 1: Unit namesake.service is masked." in said.out
    assert f"systemctl enable --now {' '.join(RUNNING)}" in said.out


def test_units_of_a_package_are_not_written_again(machine: Machine):
    folder = machine.root / "usr/lib/systemd/system"
    folder.mkdir(parents=True)
    for name in UNITS:
        (folder / name).write_text("[Unit]\n", "utf-8")

    machine.init()

    assert machine.read_files("etc/systemd/system") == {}


def test_another_place_of_the_program_stands_in_the_units_as_for_namesake_units(machine: Machine):
    program = Path("/srv/namesake/bin/namesake")
    machine.change(program=program)

    machine.init()

    assert machine.read_drop_in("namesake.service") == ""
    for planned in plan_units(machine.root / "etc/systemd/system", program, 257, ()):
        assert not planned.text or planned.path.read_text("utf-8") == planned.text
    service = (machine.root / "etc/systemd/system/namesake.service").read_text("utf-8")
    assert "\nExecStart=/srv/namesake/bin/namesake run\n" in service


PROVIDER = 'sign_in = "google"\nclient = "c"\n'


def test_the_portal_may_reach_a_provider_only_where_one_signs_people_in(machine: Machine):
    machine.init(ANSWERS + PROVIDER)

    assert "IPAddressAllow=any" in machine.read_drop_in("namesake-portal.service")
    assert machine.read_drop_in("namesake.service") == ""


def test_a_drop_in_that_a_stopped_run_left_goes_if_the_new_answers_need_none(machine: Machine):
    machine.init(ANSWERS + PROVIDER)
    machine.config.unlink()

    said = machine.init()

    assert said.code == 0, said.err
    assert machine.read_drop_in("namesake-portal.service") == ""
    assert "Removed" in said.out


@pytest.mark.parametrize(
    ("groups", "group"),
    [({"www-data"}, "www-data"), ({"caddy", "www-data"}, "caddy"), (set(), "")],
)
def test_a_socket_belongs_to_the_group_of_the_proxy(machine: Machine, groups, group):
    machine.change(has_group=groups.__contains__)

    said = machine.init(f'{ANSWERS}sign_in = "header"')

    told = machine.read_drop_in("namesake-portal.service")
    assert (f"\nGroup={group}\n" in told) is bool(group)
    assert ("Give the portal your proxy's group" in said.out) is (not group)
    assert not group or f"is open to the group {group}" in said.out


def test_backups_elsewhere_are_folders_that_the_units_may_write(machine: Machine):
    folder = machine.root / "var/lib"
    places = f'backup_folder = "{folder}/copies"\nbackup_keys = "{folder}/keys"\n'

    said = machine.init(ANSWERS + places)

    assert said.code == 0, said.err
    backup = machine.read_drop_in("namesake-backup.service")
    assert "StateDirectory=\nStateDirectory=namesake copies keys\n" in backup
    for unit in ("namesake.service", "namesake-portal.service"):
        assert "StateDirectory=\nStateDirectory=namesake keys\n" in machine.read_drop_in(unit)


def test_a_backup_folder_that_no_unit_may_write_is_refused(machine: Machine):
    said = machine.init(f'{ANSWERS}backup_folder = "/mnt/copies"')

    assert said.code == 65
    assert "line 4" in said.sentence
    assert "Mount the other disk there." in said.sentence
    assert not machine.config.exists()


def with_secret(machine: Machine) -> str:
    (machine.root / "key.txt").write_text(f"{PASSWORD}\n", "utf-8")
    return f'{ANSWERS}search = "brave"\n[secrets]\nbrave-key = "key.txt"\n'


def test_a_secret_is_encrypted_by_systemd_and_never_an_argument(machine: Machine):
    said = machine.init(with_secret(machine))

    sealed = machine.root / "etc/credstore.encrypted/brave-key"
    assert said.code == 0
    assert sealed.read_text("utf-8") == "sealed\n"
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert ("systemd-creds", "encrypt", "--name=brave-key", "-", "-") in machine.systemd.asked
    assert PASSWORD in machine.systemd.given
    assert not any(PASSWORD in word for command in machine.systemd.asked for word in command)
    assert not (machine.root / "etc/credstore").exists()
    assert PASSWORD not in machine.config.read_text("utf-8") + said.out


def test_without_systemd_creds_a_secret_is_a_private_file_that_the_units_load(machine: Machine):
    machine.systemd.broken = frozenset({"systemd-creds"})

    said = machine.init(with_secret(machine))

    plain = machine.root / "etc/credstore/brave-key"
    assert said.code == 0
    assert plain.read_text("utf-8") == PASSWORD
    assert plain.stat().st_mode & 0o777 == 0o600
    assert plain.parent.stat().st_mode & 0o777 == 0o700


def test_a_plain_secret_that_is_there_is_replaced_in_its_place_and_said(machine: Machine):
    plain = machine.root / "etc/credstore/brave-key"
    plain.parent.mkdir()
    plain.write_text("old", "ascii")

    said = machine.init(with_secret(machine))

    assert f"Replaced the secret brave-key in {plain}." in said.out
    assert plain.read_text("utf-8") == PASSWORD
    assert not (machine.root / "etc/credstore.encrypted").exists()


@pytest.mark.parametrize(
    ("version", "line"),
    [
        (249, "LoadCredential=brave-key:/etc/credstore/brave-key"),
        (252, "LoadCredential=brave-key"),
    ],
)
def test_an_older_systemd_gets_the_secret_as_it_can_hand_it_over(machine: Machine, version, line):
    machine.runs_release(version)

    machine.init(with_secret(machine))

    assert f"\n{line}\n" in machine.read_drop_in("namesake.service", "older-systemd.conf")
    assert (machine.root / "etc/credstore/brave-key").read_text("utf-8") == PASSWORD
    assert not (machine.root / "etc/credstore.encrypted").exists()


def test_the_same_answers_again_change_nothing(machine: Machine):
    machine.init(with_secret(machine))
    before = machine.read_files("etc")

    said = machine.init(with_secret(machine))

    assert said.code == 0
    assert "already exists. It was not changed." in said.out
    assert "Wrote" not in said.out
    assert machine.read_files("etc") == before


@pytest.mark.parametrize(("terminal", "written"), [(True, True), (False, False)])
def test_what_is_missing_is_offered_where_someone_can_answer(machine: Machine, terminal, written):
    machine.init()
    unit = machine.root / "etc/systemd/system/namesake.service"
    unit.unlink()
    machine.change(is_at_terminal=lambda: terminal)

    said = run("--config", str(machine.config), "init", typed="y\n")

    assert f"Missing: {unit}." in said.out
    assert said.code == 0
    assert unit.exists() is written


def test_a_secret_that_is_still_missing_is_offered_the_next_time(machine: Machine):
    machine.init(f'{ANSWERS}search = "brave"')
    machine.change(is_at_terminal=lambda: True)

    said = run("--config", str(machine.config), "init", typed=f"{PASSWORD}\n")

    assert said.code == 0, said.err
    assert "The secret brave-key is missing" in said.out
    assert "Stored the secret brave-key in" in said.out
    assert PASSWORD in machine.systemd.given
    assert PASSWORD not in said.out + said.err


@pytest.mark.parametrize("running", [True, False])
def test_what_is_left_to_do_is_said_the_next_time_too(machine: Machine, running):
    machine.init(f'{ANSWERS}search = "brave"')
    machine.systemd.broken = frozenset() if running else frozenset({"is-active"})

    said = run("--config", str(machine.config), "init")

    assert "Left to do, in this order:\n1. Name two reviewers" in said.out
    assert "Store the secret brave-key." in said.out
    assert ("Start the service, the portal and nightly backups." in said.out) is not running


@pytest.mark.parametrize("terminal", [True, False])
def test_the_last_step_is_offered_to_who_can_answer_and_the_next_time_too(
    machine: Machine, terminal
):
    machine.init(f'{ANSWERS}mail_host = "smtp.oakhill.test"')
    machine.change(is_at_terminal=lambda: terminal)

    said = run("--config", str(machine.config), "init", typed="n\n\n")

    assert said.code == 0, said.err
    ready, _, offer = said.out.partition(f"Ready: configuration {machine.config}")
    assert "Left to do" in ready
    assert ("Last step: your own digest\nDo you want to join" in offer) is terminal


def test_a_conversation_ends_with_the_first_check_and_volunteers(machine: Machine):
    machine.change(is_at_terminal=lambda: True, user_id=lambda: 1000)
    path = machine.root / "own/namesake.toml"
    typed = type_answers(mail_host="google\nlater")

    said = run("--config", str(path), "init", typed=f"{typed}no\n\n")

    assert said.code == 0, said.err
    _, _, rest = said.out.partition("Ready: configuration")
    assert rest.index("Last step: your own digest") < rest.index("Then three volunteers")


def test_a_changed_file_is_left_alone(machine: Machine):
    machine.init()
    unit = machine.root / "etc/systemd/system/namesake.service"
    unit.write_text("[Unit]\n# ours\n", "utf-8")

    assert machine.init().code == 0

    assert unit.read_text("utf-8") == "[Unit]\n# ours\n"


def test_nobody_but_root_is_given_units(machine: Machine):
    machine.change(user_id=lambda: 1000)

    assert machine.init().code == 0

    assert machine.read_files("etc/systemd/system") == {}


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not on this machine")
def test_systemd_understands_every_drop_in(machine: Machine):
    folder = machine.root / "var/lib"
    places = f'backup_folder = "{folder}/copies"\nbackup_keys = "{folder}/keys"\n'
    machine.runs_release(252)
    machine.change(program=Path("/bin/true"))
    machine.init(with_secret(machine).replace("[secrets]", f"{PROVIDER}{places}[secrets]"))
    units = machine.root / "etc/systemd/system"

    for name in UNITS:
        said = subprocess.run(
            (ANALYZE, "verify", "--man=no", str(units / name)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert [line for line in said.stderr.splitlines() if "namesake" in line] == []


def test_the_example_with_nothing_changed_is_the_example():
    example = (find_shipped_files() / "namesake.toml").read_text("utf-8")

    assert fill_template({}, {}) == example


def test_a_table_that_is_left_out_and_one_that_is_taken_in_are_whole():
    tables = {"sources.brave": False, "sources.alerts": True, "backup": False}

    told = tomllib.loads(fill_template({"sources.alerts.district_feeds": ("x",)}, tables))

    assert "brave" not in told["sources"]
    assert told["sources"]["alerts"] == {"district_feeds": ["x"]}
    assert "backup" not in told


def test_a_value_that_the_example_has_no_line_for_is_an_error():
    with pytest.raises(KeyError, match=r"district\.nmae"):
        fill_template({"district.nmae": "x"}, {})


def test_the_secrets_are_those_that_the_units_hand_over():
    assert {"smtp-password", "oidc-secret", "brave-key"} <= list_secret_names()


def test_a_program_that_is_not_there_is_a_result_and_no_error():
    result = run_program(("/nowhere/systemd-creds", "encrypt"))

    assert result.code == 127
    assert "/nowhere/systemd-creds" in result.trouble


def test_what_a_program_warns_of_is_kept_apart_from_what_it_prints():
    result = run_program(("sh", "-c", "cat; echo careful >&2"), "sealed")

    assert (result.code, result.output, result.trouble) == (0, "sealed", "careful")


@pytest.mark.parametrize(
    ("broken", "command"),
    [
        ((), "systemd-creds encrypt --name=brave-key - {}/etc/credstore.encrypted/brave-key"),
        (("systemd-creds",), "install -m 600 /dev/stdin {}/etc/credstore/brave-key"),
    ],
)
def test_a_secret_that_is_missing_is_left_to_do_as_this_machine_can(machine, broken, command):
    machine.systemd.broken = frozenset(broken)

    said = machine.init(f'{ANSWERS}search = "brave"\nstart = true\n')

    assert f"systemd-ask-password -n | {command.format(machine.root)}\n" in said.out
    assert "systemctl restart namesake namesake-portal\n" in said.out


@pytest.mark.parametrize("broken", [(), ("systemd-creds",)])
def test_the_doctor_looks_with_the_secrets_of_the_service(machine: Machine, broken):
    machine.systemd.broken = frozenset(broken)
    machine.init(with_secret(machine))

    told = Terminal(machine.config).run("doctor", "--json").json

    assert "Search engines in use: Brave Search." in [entry["message"] for entry in told]
    assert not [entry for entry in told if "lack of a key" in entry["message"]]


def test_nobody_but_the_matcher_reads_the_key_of_the_roster(machine: Machine):
    machine.init()
    for folder in ("credstore.encrypted", "credstore"):
        (machine.root / "etc" / folder).mkdir()
        (machine.root / "etc" / folder / "roster-key").write_text("0" * 64, "ascii")

    secrets = read_stored_secrets(machine.config, machine.host)

    assert secrets == {}
    assert not [command for command in machine.systemd.asked if "decrypt" in command]


@pytest.mark.parametrize("mark", ["run/.containerenv", ".dockerenv"])
def test_in_a_container_what_is_left_is_done_with_compose(machine: Machine, mark: str):
    (machine.root / "run/systemd/system").rmdir()
    (machine.root / mark).touch()
    config = machine.root / "config/namesake.toml"
    config.parent.mkdir()
    answers = machine.root / "answers.toml"
    answers.write_text(f'{ANSWERS}search = "brave"\n', "utf-8")

    said = run("--config", str(config), "init", "--answers", str(answers))

    assert said.code == 0, said.err
    assert "docker compose up -d" in said.out
    assert "docker compose exec service namesake sources first-contact" in said.out
    assert "sudo install -D -o 10001 -m 600 /dev/stdin config/secrets/brave-key" in said.out
    assert "systemctl" not in said.out
    assert f'listen = "{SOCKET}"' in config.read_text("utf-8")
    caddy = (config.parent / "proxy/Caddyfile").read_text("utf-8")
    assert f"reverse_proxy {SOCKET.replace(':', '/')} {{" in caddy


def test_in_a_container_the_pages_have_a_folder_of_secrets_of_their_own(machine: Machine):
    (machine.root / ".dockerenv").touch()
    config = machine.root / "config/namesake.toml"
    for name in ("metrics-token", "smtp-password"):
        store_secret(name, f"the {name}", config, machine.host)

    folder = config.parent / "secrets"
    assert (folder / "portal/metrics-token").read_text("utf-8") == "the metrics-token"
    assert (folder / "smtp-password").read_text("utf-8") == "the smtp-password"
    assert set(read_stored_secrets(config, machine.host)) == {"metrics-token", "smtp-password"}
    assert read_secret("metrics-token", {"CREDENTIALS_DIRECTORY": str(folder)})
    assert read_secret("metrics-token", {"CREDENTIALS_DIRECTORY": str(folder / "portal")})
    assert not read_secret("smtp-password", {"CREDENTIALS_DIRECTORY": str(folder / "portal")})
    asked = build_secret_command("metrics-token", config, machine.host)
    assert asked.endswith("config/secrets/portal/metrics-token")


def test_a_certificate_that_is_not_trusted_is_not_waited_for(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    untrusted = assess_certificate(
        "https://x.test", None, "self-signed certificate", terminal.clock.now()
    )
    looks = iter(([untrusted],))
    monkeypatch.setattr("monitor.cli.endpoints.check_portal", lambda *_a, **_o: next(looks))

    wait_for_portal(CliContext(terminal.path, terminal.environment))

    said = " ".join(capsys.readouterr().out.split())
    assert "is not trusted here: self-signed certificate" in said
    assert "If staff browsers trust it, all is well." in said


@pytest.mark.parametrize("stops", [False, True])
def test_the_name_of_the_portal_is_waited_for_until_it_answers_or_the_person_goes_on(
    terminal: Terminal, monkeypatch, capsys, *, stops: bool
):
    silent = report_failure("portal", "It does not answer.", "Start it.", 69)
    looks = iter(([silent], [silent], KeyboardInterrupt if stops else [report_ok("portal", "x")]))

    def check_portal(*_arguments: object, **_options: object) -> list[HealthResult]:
        look = next(looks)
        if look is KeyboardInterrupt:
            raise KeyboardInterrupt
        return look

    monkeypatch.setattr("monitor.cli.endpoints.check_portal", check_portal)

    wait_for_portal(CliContext(terminal.path, terminal.environment))

    said = capsys.readouterr().out
    assert said.count("It does not answer.") == 1
    assert f"{terminal.path.parent}/proxy" in said
    assert ("https://namesake.cedarvalley.example answers.\n" in said) is not stops
    assert ("Continuing without it." in said) is stops
