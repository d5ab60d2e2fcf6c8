import ast
import os
import re
import shutil
import signal
import socket
import threading
import urllib.error
import urllib.request
from io import StringIO

import pytest
from rich.console import Console

from monitor.app import OUTBOX
from monitor.cli.context import Output
from monitor.cli.demo import DemoMailbox, list_actors, serve_demo
from monitor.demo.district import BASIC_SCOPES, NEWCOMER, ZONE
from monitor.demo.setup import PORTAL_URL
from monitor.demo.story import CODE, invite_newcomer, open_played_story
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.services.enrollment import enroll_with_code
from monitor.web.app import create_portal_app
from monitor.web.demo import create_demo_app
from tests.house.tree import place, python_files, walked

ADDRESS = "http://127.0.0.1:8765"


@pytest.fixture
def folder(played, tmp_path):
    return shutil.copytree(played.folder, tmp_path / "demo")


def test_one_may_be_anybody_of_the_demo_and_sees_what_they_would(folder):
    with open_played_story(folder, ADDRESS) as service:
        app = create_demo_app(
            service, wake=lambda: None, actors=lambda: list_actors(service), emails=tuple
        )
        cast = list_actors(service)
        assert {member.group for member in cast} == {"Staff", "IT review", "Operator"}
        assert len(cast) == 10
        for actor in (member for member in cast if member.reader):
            client = app.test_client()
            page = client.get("/demo", base_url=ADDRESS).text
            token = page.partition('name="csrf" value="')[2].partition('"')[0]
            form = {"csrf": token, "reader": actor.reader}
            entered = client.post("/demo", base_url=ADDRESS, data=form)
            landed = client.get("/", base_url=ADDRESS).headers["Location"]
            seen = client.get(landed, base_url=ADDRESS)

            assert entered.status_code == 303
            assert seen.status_code == 200
            assert "Demonstration." in seen.text


@pytest.fixture
def newcomer(folder):
    """The pages of the demo, as served, with one more person invited."""
    with open_played_story(folder, ADDRESS) as service:
        invite_newcomer(service)
        outbox = service.config.state / OUTBOX
        mailbox = DemoMailbox(folder=outbox, story_address=PORTAL_URL, address=ADDRESS)
        app = create_demo_app(
            service, lambda: None, lambda: list_actors(service), mailbox.list_emails
        )
        yield service, mailbox, app.test_client()


def test_whoever_is_invited_joins_by_the_link_in_their_mailbox(newcomer):
    service, _, client = newcomer
    (invited,) = [actor for actor in list_actors(service) if actor.inbox]
    inbox = client.get(invited.inbox, base_url=ADDRESS).text
    (name,) = re.findall(r'href="/demo/mail/([^"/]+)"', inbox)

    email = client.get(f"/demo/mail/{name}/html", base_url=ADDRESS).text
    (link,) = set(re.findall(rf'href="({ADDRESS}/join/[^"]+)"', email))

    opened = client.get(link, base_url=ADDRESS)
    assert opened.status_code == 200
    assert "invitation" in opened.text


def test_whoever_has_joined_is_one_of_the_staff(newcomer):
    service, mailbox, _ = newcomer
    (code,) = CODE.findall(mailbox.list_emails()[0].text)

    enroll_with_code(
        service, code, EnrollmentAnswers(name=NEWCOMER.name, scopes=BASIC_SCOPES, zone=ZONE)
    )

    (nora,) = [actor for actor in list_actors(service) if actor.name == "Nora Lindgren"]
    assert nora.reader
    assert not nora.inbox


def test_the_mailbox_shows_every_email_as_it_was_sent_with_links_to_this_demo(newcomer):
    _, mailbox, client = newcomer
    emails = mailbox.list_emails()
    listed = client.get("/demo/mail", base_url=ADDRESS).text

    assert len(emails) > 30
    assert [one_email.sent_at for one_email in emails] == sorted(
        (one_email.sent_at for one_email in emails), reverse=True
    )
    for email in emails:
        assert f'href="/demo/mail/{email.name}"' in listed
        assert email.html
        assert PORTAL_URL not in email.html + email.text


def test_an_email_is_framed_by_our_own_page_alone_and_runs_nothing(newcomer):
    _, mailbox, client = newcomer
    name = mailbox.list_emails()[0].name

    page = client.get(f"/demo/mail/{name}", base_url=ADDRESS)
    body = client.get(f"/demo/mail/{name}/html", base_url=ADDRESS)

    assert page.text.count(f'src="/demo/mail/{name}/html" sandbox=') == 2
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in body.headers["Content-Security-Policy"]
    assert "default-src 'none'" in body.headers["Content-Security-Policy"]
    assert "script-src" not in body.headers["Content-Security-Policy"]
    assert '<base target="_top">' in body.text


@pytest.mark.parametrize("path", ["/demo/mail/none", "/demo/mail/none/html", "/demo/mail/..%2f"])
def test_an_email_that_is_not_there_is_not_found(newcomer, path):
    assert newcomer[2].get(path, base_url=ADDRESS).status_code == 404


def test_nobody_else_can_be_chosen(folder):
    with open_played_story(folder, ADDRESS) as service:
        app = create_demo_app(
            service, wake=lambda: None, actors=lambda: list_actors(service), emails=tuple
        )
        client = app.test_client()
        page = client.get("/demo", base_url=ADDRESS).text
        token = page.partition('name="csrf" value="')[2].partition('"')[0]

        answer = client.post("/demo", base_url=ADDRESS, data={"csrf": token, "reader": "nobody"})

        assert answer.status_code == 400


def test_the_portal_of_a_district_has_no_way_to_be_somebody_else(folder):
    with open_played_story(folder, ADDRESS) as service:
        app = create_portal_app(service, wake=lambda: None)

        assert "demo" not in app.blueprints
        assert app.test_client().get("/demo", base_url=ADDRESS).status_code == 404


def test_only_the_demo_knows_the_switcher():
    knowing = {
        place(path)
        for path in python_files("monitor")
        for node in walked(path)
        if isinstance(node, ast.ImportFrom) and node.module == "monitor.web.demo"
    }
    saying = {
        place(path)
        for path in python_files("monitor")
        for node in walked(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "AuthMethod.DEMO"
    }

    assert knowing == {"monitor/cli/demo.py"}
    assert saying == {"monitor/web/demo.py"}


def test_it_listens_on_loopback_alone_until_it_is_told_to_stop(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seen = []

    def look_and_stop():
        # Two minutes: a busy machine must not stop it before it listens.
        for _ in range(2_400):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/demo", timeout=60) as page:
                    seen.append(page.status)
                break
            except urllib.error.URLError:
                threading.Event().wait(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    said = StringIO()
    threading.Thread(target=look_and_stop, daemon=True).start()
    serve_demo(folder, port, Output(ZONE, Console(file=said, width=200)))

    assert seen == [200]
    assert f"http://127.0.0.1:{port}/demo" in said.getvalue()
