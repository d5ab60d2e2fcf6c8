"""Readers of emails that we did not write: a validator, mail programs' tables, a spam filter."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import (
    HERE,
    PATIENCE,
    lacking_home,
    lacking_programs,
    node_program,
    proofs_home,
)

NAME = "proofs"

FILES = HERE / "proofs"
VALIDATOR = Path("node_modules/vnu-jar/build/dist/vnu.jar")
RULE = re.compile(r"^ *(-?\d+\.\d+) ([A-Z][A-Z0-9_]+) ", re.MULTILINE)
STATUS = re.compile(r"^X-Spam-Status: \w+, score=(-?\d+\.\d+)", re.MULTILINE)


def lacking() -> str:
    return lacking_home(proofs_home()) or lacking_programs("java", "spamassassin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the spam filter thinks of one email: its score, and that of each rule."""

    score: float
    rules: Mapping[str, float]


def unsupported(pages: Iterable[Path]) -> dict[str, list[str]]:
    """Return each feature that a mail program lacks, and which programs those are."""
    node = node_program(proofs_home())
    said = _ask(str(node), str(FILES / "unsupported.mjs"), str(proofs_home()), *map(str, pages))
    found: dict[str, list[str]] = json.loads(said)
    return found


def faults(pages: Iterable[Path]) -> list[str]:
    """Return what the Nu HTML checker calls an error; layout tables it calls obsolete."""
    jar = str(proofs_home() / VALIDATOR)
    said = _ask("java", "-jar", jar, "--format", "json", "--exit-zero-always", *map(str, pages))
    messages = json.loads(said)["messages"]
    return [
        f"{message['url']}: {message['message']}"
        for message in messages
        if message["type"] == "error"
    ]


def opinions(emails: Iterable[bytes], home: Path) -> list[Opinion]:
    """Ask SpamAssassin, with the rules on this machine alone."""
    box = b"".join(b"From MAILER Mon Nov 23 12:12:00 2026\n" + email + b"\n" for email in emails)
    program = shutil.which("spamassassin")
    assert program
    said = subprocess.run(
        (program, "--local", "--test-mode", "--mbox"),
        input=box,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C"},
        timeout=PATIENCE,
        check=True,
    )
    parts = said.stdout.decode("utf-8", "replace").split("\nFrom MAILER ")
    return [_opinion(part) for part in parts]


def _opinion(content: str) -> Opinion:
    score = STATUS.search(content)
    assert score, content
    return Opinion(
        score=float(score[1]),
        rules={name: float(weight) for weight, name in RULE.findall(content)},
    )


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    # The validator speaks on the other channel.
    return done.stdout or done.stderr
