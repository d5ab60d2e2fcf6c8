"""Who comes new finds the page that answers them: asked of the site's own search, in Node."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.house.test_docs_site import build_site
from tests.house.tree import ROOT
from tests.real.machine import HERE, PATIENCE, node_home, node_program

pytestmark = pytest.mark.real

FIRST = 5
# What somebody types, and the pages that answer it.
QUESTIONS = {
    "install on Ubuntu": {"install"},
    "which search engine": {"set-up", "sources"},
    "what does it cost": {"set-up", "sources", "procurement/index"},
    "import staff from Google Workspace": {"invite"},
    "employee leaves": {"runbooks"},
    "restore backup": {"backup"},
    "got no mail": {"runbooks", "mail"},
    "who sees my alerts": {"staff", "privacy"},
    "someone pretends to be me": {"staff"},
    "delete my data": {"staff", "privacy"},
    "public records request": {"procurement/public-records"},
    "FERPA": {"procurement/law"},
    "open a case early": {"review"},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    built = build_site(ROOT, target)
    assert built.returncode == 0, built.stderr
    return target


@pytest.fixture(scope="module")
def found(site: Path) -> dict[str, list[str]]:
    node = node_program(node_home())
    if node is None:
        pytest.skip("no Node")
    command = [node, HERE / "node" / "docs_search.cjs", site, json.dumps([*QUESTIONS])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return {
        question: [page.removesuffix(".html") for page in pages]
        for question, pages in json.loads(done.stdout).items()
    }


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_newcomer_finds_the_answer_among_the_first_five(
    question: str, found: dict[str, list[str]]
) -> None:
    assert QUESTIONS[question] & {*found[question][:FIRST]}, found[question][:FIRST]
