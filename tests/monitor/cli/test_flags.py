"""IT sees flags, and of a flag what its person shared, confirmed or left unanswered."""

import pytest

from monitor.db.outbox import LetterState
from monitor.demo.district import ROSA

REVIEWERS = (
    *("--reviewer", "it-security@cedarvalley.example"),
    *("--reviewer", "it-review@cedarvalley.example"),
)


@pytest.fixture
def flag(after_demo):
    """Return the ref of the student link in week 2, which is its person's alone."""
    rows = after_demo.run("flags", "list", "--json").json
    (row,) = [row for row in rows if row["kind"] == "student-link"]
    return row["ref"]


def waiting(terminal):
    with terminal.service() as service:
        return [each for each in service.state.outbox.all() if each.state is LetterState.QUEUED]


def test_flags_are_listed_by_ref_kind_and_age_and_whether_it_may_see_them(after_demo, flag):
    said = after_demo.run("flags", "list")

    assert said.code == 0
    (line,) = [line for line in said.out.splitlines() if flag in line]
    assert "student-link" in line
    assert "not yet" in line
    # The impostor's was told to its person a week ago, and they have not answered.
    (line,) = [line for line in said.out.splitlines() if "impersonation" in line]
    assert line.rstrip().endswith("open")


def test_a_flag_that_is_its_persons_alone_is_not_shown(after_demo, flag):
    said = after_demo.run("flags", "show", flag)

    assert said.code == 77
    assert "person's alone" in said.sentence


def test_a_flag_that_its_person_shared_is_shown_with_the_closed_list_of_fields(after_demo, flag):
    shared = after_demo.run("flags", "rule", flag, "shared", "--for-person")

    shown = after_demo.run("flags", "show", flag, "--json").json
    table = after_demo.run("flags", "show", flag).out

    assert shared.code == 0
    assert set(shown) == {
        *("name", "school", "kind", "severity", "platform", "url", "state"),
        *("opened_at", "first_seen", "last_seen", "reasons", "ruling"),
    }
    assert shown["reasons"]
    assert shown["url"].startswith("https://")
    assert "https://" not in table, "an address in a terminal is a link"


def test_it_may_not_rule_on_what_it_may_not_see(after_demo, flag):
    said = after_demo.run("flags", "rule", flag, "namesake")

    assert said.code == 77
    assert flag in {row["ref"] for row in after_demo.run("flags", "list", "--json").json}


def test_what_a_person_said_closes_their_flag(after_demo, flag):
    said = after_demo.run(
        "flags", "rule", flag, "explained", "--for-person", "--note", "my own class"
    )

    assert "now explained" in said.out
    assert flag not in {row["ref"] for row in after_demo.run("flags", "list", "--json").json}


def test_breaking_the_glass_shows_one_flag_is_audited_and_tells_the_person(after_demo, flag):
    before = len(waiting(after_demo))

    said = after_demo.run("flags", "show", flag, "--break-glass", "a threat", *REVIEWERS, "--json")

    assert said.code == 0
    assert said.json["url"]
    told = waiting(after_demo)
    assert len(told) == before + 1
    assert told[-1].kind == "break-glass"
    with after_demo.service() as service:
        actions = [each.action for each in service.state.audit.of(flag)]
        person = service.state.flags.get(flag).person
    assert told[-1].recipient_ref == person
    assert actions.count("broke-glass") == 1
    assert after_demo.run("audit", "verify").code == 0
    assert after_demo.run("flags", "show", flag).code == 77, "it was opened once"


@pytest.mark.parametrize(
    ("reason", "reviewers", "code"),
    [
        ("a threat", REVIEWERS[:2], (65, 77)),
        ("a threat", (*REVIEWERS[:2], *REVIEWERS[:2]), (65, 77)),
        ("a threat", (*REVIEWERS[:2], "--reviewer", "mallory@elsewhere.example"), (77,)),
        (" ", REVIEWERS, (65,)),
    ],
)
def test_the_glass_takes_two_reviewers_and_a_reason(after_demo, flag, reason, reviewers, code):
    before = len(waiting(after_demo))

    said = after_demo.run("flags", "show", flag, "--break-glass", reason, *reviewers)

    assert said.code in code
    assert said.sentence
    assert ROSA.person.name.family not in said.err
    assert len(waiting(after_demo)) == before


def test_several_are_ruled_alike_and_taken_back_alike(after_demo):
    refs = [
        row["ref"]
        for row in after_demo.run("flags", "list", "--json").json
        if row["kind"] == "impersonation"
    ]

    ruled = after_demo.run("flags", "rule", *refs, "harmless", "--for-person", "--note", "a joke")
    assert ruled.code == 0
    assert not {*refs} & {row["ref"] for row in after_demo.run("flags", "list", "--json").json}

    undone = after_demo.run("flags", "undo", *refs, "--for-person")
    assert undone.code == 0
    assert {*refs} <= {row["ref"] for row in after_demo.run("flags", "list", "--json").json}


def test_one_that_may_not_be_ruled_keeps_all_as_they_are(after_demo, flag):
    other, *_ = (
        row["ref"]
        for row in after_demo.run("flags", "list", "--json").json
        if row["kind"] == "impersonation"
    )

    said = after_demo.run("flags", "rule", other, flag, "harmless")

    assert said.code == 77
    assert {other, flag} <= {row["ref"] for row in after_demo.run("flags", "list", "--json").json}


@pytest.mark.parametrize(("until", "code"), [("2036-01-01", 0), ("2020-01-01", 65), ("soon", 2)])
def test_a_ruling_of_harmless_may_have_an_end_that_lies_ahead(after_demo, flag, until, code):
    said = after_demo.run("flags", "rule", flag, "harmless", "--for-person", "--until", until)

    assert said.code == code


def test_an_end_of_the_audit_log_that_was_kept_elsewhere_is_found_again(after_demo, flag):
    end = after_demo.run("audit", "verify", "--json").json["end"]
    after_demo.run("flags", "rule", flag, "family", "--for-person")

    assert after_demo.run("audit", "verify", "--end", end).code == 0
    said = after_demo.run("audit", "verify", "--end", f"{end[:-1]}x")
    assert said.code == 78
    assert "lacks rows" in said.sentence
