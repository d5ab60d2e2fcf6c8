"""What happens to the children of a service that was killed."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT
from tests.scrapers.sandbox.conftest import alive

PATIENCE_SECONDS = 120
SERVICE = """
import sys
from scrapers.models import Identity
from scrapers.models import Page
from scrapers.sandbox.client import SandboxParser
from datetime import UTC, datetime
from tests.scrapers.sandbox.sources import MANNERS, Rogue

rogue = Rogue(name="rogue", crawl_policy=MANNERS)
(query,) = rogue.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
page = Page(url="https://a.example/", status=200, body=b"chat", fetched_at=datetime.now(UTC))
parser = SandboxParser(patience=120)
parser.parse_body(rogue, query, page)
print(*parser.child_pids, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def service() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVICE],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_the_children_of_a_killed_service_end_by_themselves(
    service: subprocess.Popen[str],
) -> None:
    assert service.stdout
    pids = [int(pid) for pid in service.stdout.readline().split()]
    ends = [os.pidfd_open(pid) for pid in pids]

    service.kill()

    for entry in ends:
        assert ended(entry)
        os.close(entry)
    assert len(pids) == 1
    assert not any(map(alive, pids))


def ended(process: int) -> bool:
    """Wait for a process that is nobody's child of ours."""
    ready, _, _ = select.select([process], [], [], PATIENCE_SECONDS)
    return ready != []
