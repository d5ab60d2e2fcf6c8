"""What a shell may print and do: each command against each kind of object.

At a shell there is one role, the operator's. A new command fails here until it has a row. What
the roles of the pages may do with the same objects, tests/monitor/web/test_app_routes.py holds.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from monitor.db.state_folder_lock import StateFolderLock
from monitor.demo.district import DANIEL, MARIA
from monitor.domain.reason import Quoted, Reason
from monitor.domain.vocabulary import CaseKind
from monitor.services.answers import share_case
from tests.cases import forget
from tests.monitor.cli.conftest import Said
from tests.monitor.cli.test_main import COMMANDS

WHY = ("--break-glass", "they asked at the desk")
SHARED, OPEN = "shared", "open"
CASES = tuple(f"{kind} case, {how}" for kind in CaseKind for how in (OPEN, SHARED))
FINDING, WORDS, ADDRESS = "finding without a case", "words of the consent", "work address"
OBJECTS = frozenset({*CASES, FINDING, WORDS, ADDRESS})
OPERATOR, NAMESAKE = "operator", "namesake"


@dataclass(frozen=True, kw_only=True)
class Row:
    """`words` follow the command; `prints` is which objects' secrets may come out of it.

    `acts` is what the audit must hold of it afterwards, who did it and what; what the app does
    by itself is not counted. `codes` are the exit codes that may be, whatever the object is.
    """

    words: tuple[str, ...] = ()
    prints: frozenset[str] = frozenset()
    acts: frozenset[tuple[str, str]] = frozenset()
    codes: frozenset[int] = frozenset({0})


def row(*words: str, prints: tuple[str, ...] = (), acts: tuple[str, ...] = (), codes=(0,)) -> Row:
    return Row(
        words=words,
        prints=frozenset(prints),
        acts=frozenset((OPERATOR, text) for text in acts),
        codes=frozenset(codes),
    )


# What the service does while they look on.
ASKING = frozenset({"check", "sources check", "sources first-contact"})
GLASS, REFUSED = "opened-early", (77,)
# Nothing can be served there, or the test would wait for its end.
NOWHERE = ("[portal]\n", '[portal]\nlisten = "unix:/nowhere/pages.sock"\n')
MATRIX: dict[str, tuple[Row, ...]] = {
    "init": (
        row(codes=(0, 73)),
        # Where Python lies below /root or /home, no service could run it.
        row("--units", "{folder}", "--systemd", "257", codes=(0, 77)),
    ),
    # This district is in no folder of many.
    "fleet add": (row("north", "--answers", "/dev/null", codes=(64,)),),
    "fleet add-worker": (row("west", codes=(64,)), row("west", "--json", codes=(64,))),
    "fleet drain": (row(codes=(64,)), row("--json", codes=(64,))),
    "fleet move": (row("north", "second", codes=(64,)),),
    "fleet remove": (row("north", codes=(64,)),),
    "fleet restore": (row("north", codes=(64,)),),
    # It holds no district, and here is no PostgreSQL.
    "fleet worker": (row(codes=(64,)),),
    "run": (row(codes=(75,)),),
    "portal": (row(codes=(69,)),),
    # Here runs no service and no portal.
    "status": (
        row(codes=(69,)),
        row("--json", codes=(69,)),
        row("--jobs"),
        row("--jobs", "--json"),
        row("--jobs", "--clock-is-right"),
    ),
    "audit": (row(), row("--json"), row("--accept", codes=(0, 65))),
    # The district is an example, and so are its addresses.
    "doctor": (row(codes=(64,)), row("--json", codes=(64,))),
    "metrics": (row(), row("--json")),
    # There is nothing of a person in these, and this district lists nothing of its own.
    "district list": (row(), row("--json")),
    "district check": (row(codes=(65,)),),
    "district domains": (row(codes=(65,)), row("--json", codes=(65,))),
    # It asks whether the name is one's own, and there is no one here to say so.
    "me": (row("Eve Moss", codes=REFUSED),),
    "staff invite": (row("eve@cedarvalley.example", "Eve", "Moss", codes=(69,)),),
    "why": (
        row("eve@cedarvalley.example", acts=("invitation-mail-viewed",)),
        row("eve@cedarvalley.example", "--json", acts=("invitation-mail-viewed",)),
        row("eve@cedarvalley.example", "--resend", codes=(69,)),
    ),
    "staff import": (row("nowhere.csv", codes=(2,)),),
    "staff list": (row(), row("--json")),
    "staff withdraw": (row("{person}", "--yes", acts=("consent-withdrawn",)),),
    "staff left": (row("{person}", "--yes", acts=("consent-left",)),),
    "staff pause": (row("{person}", "--until", "2026-12-24", acts=("consent-paused",)),),
    "staff export": (
        row("{person}", acts=("exported",)),
        row("{person}", "--to", "nowhere", codes=(65,)),
        row("{person}", *WHY, prints=(FINDING, WORDS, ADDRESS), acts=(GLASS, "exported")),
    ),
    "check": (
        row("{person}", acts=("check-requested",)),
        row("{person}", "--json", acts=("check-requested",)),
        row("--all"),
        row("--all", "--json"),
        row("--all", "--dry-run"),
        row("{person}", "--dry-run", codes=REFUSED),
        row("{person}", "--dry-run", *WHY, prints=(WORDS,), acts=(GLASS,)),
    ),
    "sources list": (row(), row("--json")),
    "sources show": (row("bluesky"), row("bluesky", "--json"), row("{case}", codes=(65,))),
    "sources facts": (row(), row("--json"), row("{case}", codes=(65,))),
    "sources update": (row("nowhere.facts", codes=(65,)), row("--back", codes=(65,))),
    "sources first-contact": (
        row("--dry-run"),
        row("--bundle", "{folder}/contact.tar"),
        row("{case}", codes=(65,)),
    ),
    "sources check": (row("chalkboard"), row("{case}", codes=(65,))),
    "mail preview": (
        row("{person}", codes=REFUSED),
        row("{person}", *WHY, prints=(FINDING,), acts=(GLASS,)),
        row("{person}", *WHY, "--html", prints=(FINDING,), acts=(GLASS,)),
        row("{person}", *WHY, "--json", prints=(FINDING,), acts=(GLASS,)),
    ),
    "mail send": (row(), row("--json")),
    "mail list": (row(), row("--json"), row("--paused"), row("--paused", "--json")),
    "mail retry": (row("--all"), row("{case}", codes=(65,))),
    "mail resume": (row("{person}", codes=(0, 65)),),
    "cases": (row(), row("--json")),
    "explain": (
        row("{finding}", codes=REFUSED),
        row("{case}", codes=(65, 77)),
        row("{finding}", *WHY, prints=(FINDING,), acts=(GLASS,)),
        row("{finding}", *WHY, "--json", prints=(FINDING,), acts=(GLASS,)),
        row("{case}", *WHY, codes=(65, 77)),
        row("{finding}", "--history", codes=REFUSED),
        row("{case}", "--history", codes=(65, 77)),
        row("{finding}", "--history", *WHY, prints=(FINDING,), acts=(GLASS,)),
        row("{finding}", "--history", *WHY, "--json", prints=(FINDING,), acts=(GLASS,)),
        row("{case}", "--history", *WHY, codes=(65, 77)),
        row("--weights"),
        row("--weights", "--json"),
    ),
    "roster import": (row("nowhere.csv", codes=(2,)),),
    "roster status": (row(codes=(0, 64, 65)),),
    "roster erase": (row("--yes", codes=(0, 64, 65)),),
    "backup": (row("{folder}/copies", "--keys", "{folder}/keys", codes=(0, 65)),),
    "restore": (row("{folder}/nowhere", "--keys", "{folder}/keys", codes=(65,)),),
    # It plays with made-up people in a folder of its own, and is tested by itself.
    "demo": (row("--out", "{folder}", codes=(65,)),),
}
# What the object itself forbids, whatever the command would do with another one.
FORBIDDEN = {("explain", "--break-glass")}


@dataclass(frozen=True, kw_only=True)
class Thing:
    """An object and whose it is; `secrets` are words that stand nowhere else."""

    person: str
    case: str
    finding: str
    secrets: frozenset[str]


@pytest.fixture
def things(after_demo) -> dict[str, Thing]:
    """Every kind of object of Maria's: each kind of case, open and shared, and what has none."""
    with after_demo.app() as app:
        state = app.db
        ref = state.people.find_person_id_by_mail(MARIA.person.mail)
        base = next(
            one_case
            for one_case in state.cases.list_cases_of_person(ref)
            if one_case.kind == "impersonation"
        )
        finding = state.findings.load_finding(base.finding_id)
        assessment = state.findings.find_assessment(base.finding_id)
        things = {}
        with state.begin_transaction():
            for number, name in enumerate((*CASES, FINDING)):
                secret = f"zq{number:02}planted"
                shown = replace(
                    finding.portrait, url=f"https://{secret}.example/me", handle="", name=secret
                )
                new = replace(finding, id=f"{number:032x}", portrait=shown)
                state.findings.insert_finding(new, [secret])
                state.findings.set_assessment(new.id, assessment)
                case = f"{number + 64:032x}"
                if name != FINDING:
                    reason = Reason("like-me.quoted", {"traits": Quoted(f"{secret}reason")})
                    kind = CaseKind(name.split(" ")[0])
                    raised = replace(
                        forget(base), id=case, finding_id=new.id, kind=kind, reasons=(reason,)
                    )
                    now = app.clock.now()
                    state.cases.insert_case(replace(raised, opened_at=now))
                things[name] = Thing(
                    person=ref, case=case, finding=new.id, secrets=frozenset({secret})
                )
        for name in CASES:
            if name.endswith(SHARED):
                share_case(app, ref, things[name].case)
    things[WORDS] = replace(things[FINDING], secrets=frozenset({"Delgado"}))
    things[ADDRESS] = replace(things[FINDING], secrets=frozenset({MARIA.person.mail}))
    assert set(things) == OBJECTS
    return things


def printed(said: Said, things: dict[str, Thing]) -> set[str]:
    """Return which objects' secrets came out, spelled as a table spells an address or not."""
    words = (said.out + said.err).replace("[.]", ".").casefold()
    return {
        name
        for name, thing in things.items()
        if any(secret.casefold() in words for secret in thing.secrets)
    }


def record(terminal) -> list[tuple[str, str]]:
    with terminal.app() as app:
        return [(entry.actor, entry.action) for entry in app.db.audit.list_entries()]


def test_every_command_has_its_row():
    assert set(MATRIX) == set(COMMANDS)


def test_no_command_opens_shares_or_rules_a_case_or_answers_for_somebody():
    words = {word for name in COMMANDS for word in name.split()}

    assert not words & {"rule", "undo", "share", "enrol", "enroll", "hold", "release", "sort"}
    options = {
        option for command in COMMANDS.values() for param in command.params for option in param.opts
    }
    assert not options & {"--for-person", "--reviewer", "--by"}
    assert not [name for name in COMMANDS if name.startswith("cases ")]


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_a_shell_prints_and_does_what_its_row_says(after_demo, things, tmp_path, name):
    after_demo.configured(NOWHERE)
    before = record(after_demo)
    for text in MATRIX[name]:
        typed_before: set[str] = set()
        for kind, thing in sorted(things.items()):
            told = {"person": thing.person, "case": thing.case, "finding": thing.finding}
            words = [word.format(**told, folder=tmp_path) for word in text.words]
            if str(words) in typed_before:
                continue  # it names no object, or a person, and so all of them were there at once
            typed_before.add(str(words))
            said = typed(after_demo, name, words)
            context = (name, words, kind, said)
            forbidden = kind in CASES and any((name, word) in FORBIDDEN for word in words)
            assert said.code in ({77, 65} if forbidden else text.codes), context
            assert printed(said, things) <= text.prints, context
            after = record(after_demo)
            done, before = after[len(before) :], after
            assert {actor for actor, _ in done} <= {OPERATOR, NAMESAKE}, context
            if said.code == 0:
                assert {entry for entry in done if entry[0] == OPERATOR} >= text.acts, context
            elif text.acts:
                assert not {act for _, act in done} & {GLASS}, context


def typed(terminal, name: str, words: list[str]) -> Said:
    if name in ASKING:
        return terminal.run_served(*name.split(), *words)
    if name != "run":
        return terminal.run(*name.split(), *words)
    with StateFolderLock(terminal.config.state):
        return terminal.run(*name.split(), *words)


def test_a_glass_broken_at_a_shell_tells_the_person_each_time(after_demo, things):
    before = _told(after_demo)
    for words in (
        ("explain", things[FINDING].finding, *WHY),
        ("explain", "--history", things[FINDING].finding, *WHY),
        ("check", "--dry-run", things[FINDING].person, *WHY),
        ("mail", "preview", things[FINDING].person, *WHY),
        ("staff", "export", things[FINDING].person, *WHY),
    ):
        after_demo.clock.at += timedelta(minutes=1)
        assert after_demo.run(*words).code == 0

    assert _told(after_demo) == before + 5


def test_what_is_left_out_of_a_print_is_counted(after_demo, things):
    person = things[FINDING].person
    with after_demo.app() as app:
        cases = len(app.db.cases.list_cases_of_person(person))

    preview = after_demo.run("mail", "preview", person, *WHY, "--json").json
    export = after_demo.run("staff", "export", person, *WHY)

    assert preview["cases_left_out"] == cases
    assert f"Cases left out: {cases}." in export.err
    assert {key for finding in export.json["findings"] for key in finding["cases"]} == set()
    assert export.json["pages"] == []


def test_a_marker_file_makes_no_demo_of_a_real_district(after_demo, things, tmp_path):
    with after_demo.app() as app:
        ref = app.db.people.find_person_id_by_mail(DANIEL.person.mail)
        person = app.db.people.load_person(ref)
        with app.db.begin_transaction():
            app.db.people.update_person(replace(person, mail="d.reyes@oakridge.example"))
    (tmp_path / ".namesake-demo").touch()

    said = after_demo.run("explain", things[CASES[0]].finding)

    assert said.code == 77
    assert "belong to the person" in said.sentence


def _told(terminal) -> int:
    with terminal.app() as app:
        return sum(1 for email in app.db.outbox.list_emails() if email.kind == "break-glass")
