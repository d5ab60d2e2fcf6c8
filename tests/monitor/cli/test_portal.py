"""The command that shows the pages, as an operator starts and stops it."""

import http.client
import os
import signal
import socket
import threading

import pytest

from monitor.app import open_portal_app
from monitor.db.database import Database
from monitor.domain.vocabulary import Scope
from monitor.services.job_kinds import run_self_check
from tests.monitor.cli.conftest import SETTINGS, Terminal

ADDRESS = "https://namesake.cedarvalley.example"


def written(tmp_path, lines: str) -> Terminal:
    """Write these lines under [portal], and the usual address where they have none."""
    usual = f'address = "{ADDRESS}"'
    path = tmp_path / "namesake.toml"
    shown = lines if "address" in lines else f"{usual}\n{lines}"
    path.write_text(SETTINGS.replace(usual, shown), "utf-8")
    return Terminal(path)


def portal_of(tmp_path, lines: str) -> Terminal:
    terminal = written(tmp_path, lines)
    terminal.run("init")
    return terminal


class Pipe(http.client.HTTPConnection):
    """What a proxy does: it asks over the socket, under the name that people know."""

    def __init__(self, path):
        super().__init__("namesake.cedarvalley.example", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def wait_for(path):
    for _ in range(400):
        with socket.socket(socket.AF_UNIX) as knock:
            if knock.connect_ex(str(path)) == 0:
                return
        threading.Event().wait(0.02)


def meanwhile(path, *asked: tuple[str, dict[str, str]]):
    """Ask once the pages are there, then stop them; return the answers as they come."""
    answers = []

    def ask():
        try:
            wait_for(path)
            for address, headers in asked:
                pipe = Pipe(path)
                pipe.request("GET", address, headers=headers)
                answer = pipe.getresponse()
                answers.append((answer.status, answer.getheader("Location"), answer.read()))
                pipe.close()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=ask, daemon=True).start()
    return answers


def test_the_pages_are_shown_on_a_socket_until_sigterm(tmp_path):
    path = tmp_path / "pages.sock"
    terminal = portal_of(tmp_path, f'listen = "unix:{path}"')
    answers = meanwhile(path, ("/healthz", {}), ("/sign-in", {}))

    said = terminal.run("portal")

    assert (said.code, said.out) == (0, "")
    assert [status for status, _, _ in answers] == [200, 200]
    assert path.stat().st_mode & 0o007 == 0


def test_pages_whose_database_was_replaced_end_with_one_sentence(tmp_path):
    path = tmp_path / "pages.sock"
    terminal = portal_of(tmp_path, f'listen = "unix:{path}"')
    state = terminal.config.state

    def replace_database():
        wait_for(path)
        state.rename(tmp_path / "moved")
        Database.create_or_open_folder(state).close()

    threading.Thread(target=replace_database, daemon=True).start()
    said = terminal.run("portal")

    assert said.code == 79
    assert "was moved, deleted or replaced" in said.err


def test_who_the_proxy_let_in_is_signed_in_and_nobody_else(tmp_path):
    path = tmp_path / "pages.sock"
    terminal = portal_of(tmp_path, f'listen = "unix:{path}"\nsign_in = "header"')
    reviewer = {"X-Forwarded-Email": "IT-security@cedarvalley.example"}
    stranger = {"X-Forwarded-Email": "nobody@cedarvalley.example"}
    answers = meanwhile(
        path, ("/review", reviewer), ("/review", stranger), ("/review", {}), ("/sign-in", stranger)
    )

    terminal.run("portal")

    assert [(status, to) for status, to, _ in answers] == [
        (200, None),
        (303, "/sign-in"),
        (303, "/sign-in"),
        (403, None),
    ]
    assert b"You have not joined" in answers[-1][2]


def test_a_link_is_no_way_in_where_the_proxy_decides(tmp_path):
    path = tmp_path / "pages.sock"
    terminal = portal_of(tmp_path, f'listen = "unix:{path}"\nsign_in = "header"')
    answers = meanwhile(path, ("/sign-in/link", {}), ("/sign-in/abc", {}))

    terminal.run("portal")

    assert [status for status, _, _ in answers] == [404, 404]


def test_a_header_is_believed_by_no_other_way_in(tmp_path):
    path = tmp_path / "pages.sock"
    terminal = portal_of(tmp_path, f'listen = "unix:{path}"')
    answers = meanwhile(path, ("/review", {"X-Forwarded-Email": "it-security@cedarvalley.example"}))

    terminal.run("portal")

    assert answers[0][:2] == (303, "/sign-in")


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ('address = "namesake.example"', "https"),
        ('address = "http://namesake.example"', "https"),
        ('address = "https://namesake.example/pages"', "host"),
        ('address = "https://a@namesake.example"', "host"),
        ('listen = "0.0.0.0:8080"', "this machine"),
        ('listen = "127.0.0.1"', "127.0.0.1:8080"),
        ('sign_in = "header"', "forge one"),
        ('sign_in = "oidc"', "issuer"),
        ('sign_in = "password"', "sign_in"),
    ],
)
def test_what_would_open_the_pages_to_the_wrong_people_is_refused(tmp_path, lines, word):
    said = written(tmp_path, lines).run("portal")

    assert said.code == 64
    assert word in said.err


def test_a_place_that_is_taken_is_said_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        terminal = portal_of(tmp_path, f'listen = "127.0.0.1:{port}"')

        said = terminal.run("portal")

    assert said.code == 69
    assert str(port) in said.sentence


def test_the_process_of_the_pages_can_ask_nobody(after_demo):
    service = after_demo.app
    with service() as whole:
        person = next(
            ref
            for ref in whole.db.people.list_person_ids()
            if whole.db.consents.has_consent_in_force(ref, whole.clock.now())
            and Scope.SEARCH in whole.db.consents.find_latest_consent(ref).scopes
        )
    with open_portal_app(after_demo.config, after_demo.environment) as pages:
        done = run_self_check(pages, person)
        outcomes = {run.outcome for run in pages.db.sweeps.list_source_runs(done.id)}

    assert outcomes
    assert not any(outcome.is_conclusive for outcome in outcomes)


@pytest.mark.parametrize("command", ["run", "portal"])
def test_a_format_that_is_none_is_wrong_usage(terminal: Terminal, command):
    said = terminal.run(command, "--log-format", "xml")

    assert said.code == 2
    assert "'logfmt', 'json'" in said.err
