"""A real Prometheus that reads the numbers of a service, the rules and nothing else."""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

from tests.real.machine import LOCALHOST, PATIENCE
from tests.real.process import Program, free_ports, says_ok
from tests.real.template import fill_in

NAME = "Prometheus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    port: int

    def query(self, expression: str) -> Sequence[Mapping[str, object]]:
        """Return the series that an expression has now. Raises AssertionError on a bad one."""
        return self._get(f"/api/v1/query?{urlencode({'query': expression})}")["result"]

    def list_rules(self) -> Sequence[Mapping[str, str]]:
        return [rule for group in self._get("/api/v1/rules")["groups"] for rule in group["rules"]]

    def _get(self, path: str) -> dict:
        with contextlib.closing(HTTPConnection(LOCALHOST, self.port)) as connection:
            connection.request("GET", path)
            answer = json.load(connection.getresponse())
        assert answer["status"] == "success", answer
        return answer["data"]


def lacking() -> str:
    return "" if shutil.which("prometheus") and shutil.which("promtool") else "apt: prometheus"


def run_promtool(*arguments: str) -> str:
    """Return what it says. Raises CalledProcessError if it is not content."""
    command = (str(shutil.which("promtool")), *arguments)
    return subprocess.run(
        command, timeout=PATIENCE, check=True, capture_output=True, text=True
    ).stdout


@contextlib.contextmanager
def running(folder: Path, metrics: bytes, rules: Path) -> Iterator[Prometheus]:
    (port,) = free_ports(1)
    with _serving(metrics) as served_port:
        settings = folder / "prometheus.yml"
        settings.write_text(
            fill_in("prometheus.yml", port=served_port, rules=rules.resolve()), "utf-8"
        )
        program = Program(
            argv=(
                "prometheus",
                f"--config.file={settings}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={LOCALHOST}:{port}",
            ),
            folder=folder,
            log=folder / "prometheus.log",
        )
        with program.running(lambda: says_ok(port, "/-/ready")):
            yield Prometheus(port=port)


@contextlib.contextmanager
def _serving(metrics: bytes) -> Iterator[int]:
    class Numbers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(metrics)

        def log_message(self, *_: object) -> None:
            """Say nothing: a test run is read by people."""

    server = ThreadingHTTPServer((LOCALHOST, 0), Numbers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()
