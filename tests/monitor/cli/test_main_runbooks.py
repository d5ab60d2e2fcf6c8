"""Each command of docs/runbooks.md does on the made-up district what its paragraph says."""

import re

import pytest

from tests.house.tree import ROOT
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import lose, place, refs

TEXT = (ROOT / "docs/runbooks.md").read_text("utf-8")
COMMAND = re.compile(r"`namesake\s+([a-z][^`]*)`")
RUNBOOKS = {
    heading.strip('"'): [" ".join(command.split()) for command in COMMAND.findall(body)]
    for heading, _, body in (part.partition("\n") for part in TEXT.split("\n## ")[1:])
}
SITUATIONS = {
    *("She has left", "I have a new name", "A school closes", "A reviewer leaves"),
    *("We lost the key", "We move to another server", "My consent ends", "I got no mail"),
    *("We want all records about ...", "An alert, in the middle of the night"),
}
# The exit code of what does not end with 0 here, and why.
CODES = {
    "status": (69, "neither service nor portal runs"),
    "doctor": (64, "its addresses are those of an example"),
    "doctor --send-test": (64, "likewise, and no server takes the email"),
    "why EMAIL --resend": (77, "its invitation went out today"),
    "mail resume ID": (65, "no address of its two people rejects email"),
}
# What asks, seals secrets and starts units is walked where there is a systemd: test_init_runs.py.
ELSEWHERE = {"init"}
STAFF = "email,first name,last name\nida.berg@cedarvalley.example,Ida,Berg\n"


@pytest.fixture
def district(copied: Terminal) -> Terminal:
    """Two people have joined, emails have a server to wait for, and backups a place."""
    settings = copied.path.read_text("utf-8")
    backup = '\n[backup]\nfolder = "copies"\nkeys = "keys"\n'
    copied.path.write_text(settings + backup, "utf-8")
    for name in ("staff.csv", "earlier.csv"):
        place(copied, name).write_text(STAFF, "utf-8")
    (copied.config.state / "sent-log").touch()  # one email at least has gone out by then
    return copied.mails_by(9)


def test_there_is_a_runbook_for_each_thing_that_somebody_says() -> None:
    assert {*RUNBOOKS} == SITUATIONS
    assert [name for name, commands in RUNBOOKS.items() if not commands] == []


@pytest.mark.parametrize("name", sorted(RUNBOOKS))
def test_each_command_of_a_runbook_does_what_it_says(name: str, district: Terminal) -> None:
    filled = {
        "ID": min(refs(district)),
        "EMAIL": "rosa.marchetti@cedarvalley.example",
        "GIVEN": "Rosa",
        "FAMILY": "Berg",
        "FILE": str(place(district, "staff.csv")),
        "NEW": str(place(district, "staff.csv")),
        "OLD": str(place(district, "earlier.csv")),
        "COPIES": str(place(district, "copies")),
        "KEYS": str(place(district, "keys")),
        "KEYS/sent-log": str(place(district, "keys/sent-log")),
    }
    for command in RUNBOOKS[name]:
        if command in ELSEWHERE:
            continue
        if command.startswith("restore"):
            lose(district)
        words = (filled.get(word, word) for word in command.split())
        said = district.run(*words, typed="y\n")

        assert (command, said.code) == (command, CODES.get(command, (0, ""))[0]), said.err
