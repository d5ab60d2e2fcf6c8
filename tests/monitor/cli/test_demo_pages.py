import ast
import os
import shutil
import signal
import socket
import threading
import urllib.error
import urllib.request
from io import StringIO

import pytest
from rich.console import Console

from monitor.cli.context import Output
from monitor.cli.demo import list_actors, serve_demo
from monitor.demo.district import ZONE
from monitor.demo.story import open_played_story
from monitor.web.app import create_portal_app
from monitor.web.demo import create_demo_app
from tests.house.tree import parsed, place, python_files

ADDRESS = "http://127.0.0.1:8765"


@pytest.fixture
def folder(played, tmp_path):
    return shutil.copytree(played.folder, tmp_path / "demo")


def test_one_may_be_anybody_of_the_demo_and_sees_what_they_would(folder):
    with open_played_story(folder, ADDRESS) as service:
        app = create_demo_app(service, wake=lambda: None, actors=lambda: list_actors(service))
        cast = list_actors(service)
        assert {each.group for each in cast} == {"Staff", "IT review", "Operator"}
        assert len(cast) == 9
        for actor in cast:
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


def test_nobody_else_can_be_chosen(folder):
    with open_played_story(folder, ADDRESS) as service:
        app = create_demo_app(service, wake=lambda: None, actors=lambda: list_actors(service))
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
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "monitor.web.demo"
    }
    saying = {
        place(path)
        for path in python_files("monitor")
        for node in ast.walk(parsed(path))
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
        for _ in range(200):
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
