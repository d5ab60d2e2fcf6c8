"""`namesake setup`: what it prints, when it ends, and that it writes what `init` writes."""

import http.client
import re
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest

from monitor.app import Environment
from monitor.cli import setup_pages
from monitor.cli.context import CliContext
from monitor.cli.setup_pages import IDLE_LASTS, OwnFirstCheck, list_entry_lines, wait_for_end
from monitor.config.file import load_config
from monitor.demo.server import WebServer
from monitor.domain.enrollment import EnrollmentAnswers
from monitor.domain.errors import InputError
from monitor.web.server import LOOPBACK
from monitor.web.setup import SetupVisit
from tests.monitor.cli.conftest import EVERYTHING, ROSA, Said, Terminal, run
from tests.monitor.letters import read
from tests.monitor.post_office import Counter, opened
from tests.real.process import free_ports

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "district": {
        "name": "Oak Hill Unified",
        "zone": "America/Denver",
        "language": "en",
        "domains": "oakhill.test",
        "places": "Oak Hill",
        "contact": "it@oakhill.test",
        "reviewers": "none",
        "operators": "",
        "staff_file": "none",
    },
    "mail": {"mail_host": "none", "mail_sender": ""},
    "portal": {"portal_address": "", "sign_in": "link"},
    "search": {"search": "brave", "brave-key": "BSA-7"},
    "backups": {"backup_folder": "none"},
}


class Browser:
    """Sends forms to one address, with the cookie that it was given."""

    def __init__(self, address: str) -> None:
        self.host = address.removeprefix("http://").partition("/")[0]
        self.cookie = ""

    def ask(self, path: str, form: Mapping[str, object] | None = None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = None if form is None else urlencode(form, doseq=True)
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        given = answer.headers["Set-Cookie"]
        self.cookie = given.partition(";")[0] if given else self.cookie
        said = answer.status, answer.headers["Location"] or "", answer.read().decode()
        connection.close()
        return said

    def fill_in(self, path: str, answers: Mapping[str, str]) -> tuple[int, str, str]:
        token = re.findall(r'name="csrf" value="([^"]+)"', self.ask(path)[2])[0]
        return self.ask(path, {"csrf": token, "asked": list(answers), **answers})


def set_up(address: str) -> list[tuple[int, str]]:
    """Go through all pages as their reader does, and finish; return how each was answered."""
    browser = Browser(address)
    came = [browser.ask(address.partition(browser.host)[2])[:2]]
    came += [browser.fill_in(f"/questions/{name}", each)[:2] for name, each in ANSWERS.items()]
    came.append(browser.fill_in("/check", {})[:2])
    token = re.findall(r'name="csrf" value="([^"]+)"', browser.ask("/done")[2])[0]
    return [*came, browser.ask("/end", {"csrf": token})[:2]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "namesake.toml"


def type_setup(path: Path, port: int) -> Said:
    environment = Environment(variables={"SSH_CONNECTION": "192.0.2.9 5000 192.0.2.1 22"})
    return run("--config", str(path), "setup", "--port", str(port), environment=environment)


def test_a_browser_sets_up_what_the_terminal_would(path: Path, monkeypatch: pytest.MonkeyPatch):
    (port,) = free_ports(1)
    came: list[tuple[int, str]] = []

    def wait(visit: SetupVisit, _wait: object) -> None:
        address = f"http://{LOOPBACK}:{port}/start/{visit.token}"
        browser = threading.Thread(target=lambda: came.extend(set_up(address)))
        browser.start()
        browser.join()
        assert visit.is_over

    monkeypatch.setattr(setup_pages, "wait_for_end", wait)

    said = type_setup(path, port)

    assert said.code == 0, said.err
    assert [status for status, _ in came] == [303] * 7 + [200], came
    config = load_config(path)
    assert (config.district.name, config.district.zone) == ("Oak Hill Unified", "America/Denver")
    assert config.portal.address == "https://namesake.oakhill.test"
    secret = path.parent / "secrets" / "brave-key"
    assert (secret.read_text("utf-8"), secret.stat().st_mode & 0o777) == ("BSA-7", 0o600)
    assert "BSA-7" not in said.out + said.err
    assert "Left to do, in this order:" in said.out
    assert (path.parent / "state" / "namesake.db").exists()


def test_a_headless_server_says_how_it_is_reached(path: Path, monkeypatch: pytest.MonkeyPatch):
    (port,) = free_ports(1)
    monkeypatch.setattr(setup_pages, "wait_for_end", lambda _visit, _wait: None)

    said = type_setup(path, port)

    assert re.search(rf"^  http://127\.0\.0\.1:{port}/start/[\w-]{{40,}}$", said.out, re.MULTILINE)
    assert f"  ssh -L {port}:127.0.0.1:{port} USER@192.0.2.1\n" in said.out
    assert said.code == 65
    assert "Nothing was written." in said.err
    assert not path.exists()


def test_outside_of_ssh_the_machine_is_named_itself():
    lines = list(list_entry_lines({"SUDO_USER": "ana"}, "http://127.0.0.1:9", 9, "t"))

    assert any(line.startswith("  ssh -L 9:127.0.0.1:9 ana@") for line in lines)


def test_a_district_that_is_there_is_not_set_up_again(path: Path):
    path.parent.mkdir()
    path.write_text("", "utf-8")

    said = type_setup(path, 1)

    assert said.code == 65
    assert said.sentence == f"{path} already exists. `namesake init` writes what is missing."


def visited(**parts: object) -> SetupVisit:
    visit = SetupVisit(place="", token="t", answers={}, new_code=str, monotonic=lambda: 0.0)
    for name, value in parts.items():
        setattr(visit, name, value)
    return visit


def test_it_ends_when_nobody_has_used_it_for_half_an_hour():
    minutes = iter(range(100))
    visit = visited(monotonic=lambda: 60.0 * next(minutes))

    wait_for_end(visit, lambda _seconds: False)

    assert next(minutes) == IDLE_LASTS.total_seconds() // 60 + 1


def test_it_ends_when_it_is_over_once_the_last_page_is_sent():
    waited: list[float] = []

    wait_for_end(visited(is_over=True), lambda seconds: bool(waited.append(seconds)))

    assert len(waited) == 2


def test_it_ends_when_it_is_stopped():
    wait_for_end(visited(monotonic=lambda: pytest.fail("it went on")), lambda _seconds: True)


def test_the_port_of_another_program_is_one_sentence(path: Path):

    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        said = type_setup(path, taken.getsockname()[1])

    assert said.code == 69
    assert "cannot be used" in said.sentence


def test_what_someone_else_wrote_in_the_meantime_stays(path: Path):
    context = CliContext(path, Environment())
    actions = setup_pages.build_actions(context, visited())
    path.parent.mkdir()
    path.write_text("theirs", "utf-8")

    with pytest.raises(InputError, match="exists by now"):
        actions.write({}, {}, lambda _sentence: None)

    assert path.read_text("utf-8") == "theirs"


def test_the_pages_do_the_first_check_of_the_terminal(terminal: Terminal, web: WebServer):
    context = CliContext(terminal.path, terminal.environment)
    pages = OwnFirstCheck(context).build_actions(lambda: True)
    assert not pages.is_offered()
    told: list[tuple[str, str]] = []

    counter = Counter()
    with opened(counter) as office:
        terminal.mails_by(office.port)
        context = CliContext(terminal.path, terminal.environment)
        pages = OwnFirstCheck(context).build_actions(lambda: True)
        assert pages.is_offered()
        terms = pages.read_terms()
        sent = pages.invite("rosa.marchetti@cedarvalley.example", ROSA)
        letter = read(counter.letters[-1]).get_body(("plain",)).get_content()
        link = re.findall(r"https://\S+/join/(?!not-me)\S+", letter)[0]
        with pytest.raises(InputError, match="unknown, already used, or expired"):
            pages.join(sent.invitation, "wrong", EnrollmentAnswers(name=ROSA, scopes=EVERYTHING))
        answers = EnrollmentAnswers(name=ROSA, scopes=frozenset(terms.offered))
        person = pages.join(sent.invitation, link, answers)
        result = pages.run(person, lambda *each: told.append(each))

    assert terms.is_askable
    assert sent.words == "An invitation was sent to rosa.marchetti@cedarvalley.example."
    assert "Rosa" in result.text
    assert 0 < result.checked <= result.total
    assert {source for source, _ in told} >= {"searxng"}
