"""At a shell cases are counted and named by reference, and nothing of them is shown or decided."""

import pytest


@pytest.fixture
def case(after_demo):
    """Return the id of the student link in week 2, which is its person's alone."""
    rows = after_demo.run("cases", "--json").json
    (row,) = [row for row in rows if row["kind"] == "student-link"]
    return row["id"]


def test_cases_are_listed_by_ref_kind_and_age_and_whether_it_may_see_them(after_demo, case):
    said = after_demo.run("cases")

    assert said.code == 0
    (line,) = [line for line in said.out.splitlines() if case[:8] in line]
    assert case not in line
    assert "Link to a student" in line
    assert "not yet" in line
    assert said.out.splitlines()[-1] == "Cases that somebody has decided on are not listed."
    # The impostor's was told to its person a week ago, and they have not answered.
    lines = [line for line in said.out.splitlines() if "Possible impersonation" in line]
    assert [line.rstrip().endswith("open") for line in lines].count(True) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("show", "CASE"),
        ("show", "CASE", "--break-glass", "a threat"),
        ("rule", "CASE", "shared", "--for-person"),
        ("undo", "CASE", "--for-person"),
    ],
)
def test_no_case_is_shown_shared_or_ruled_at_a_shell(after_demo, case, words):
    with after_demo.app() as app:
        before = app.db.audit.list_entries()

    said = after_demo.run("cases", *(case if word == "CASE" else word for word in words))

    assert said.code == 2
    assert said.out == ""
    with after_demo.app() as app:
        assert app.db.audit.list_entries() == before
        assert app.db.cases.load_case(case).shared_at is None


def test_an_end_of_the_audit_log_that_was_kept_elsewhere_is_found_again(after_demo):
    end = after_demo.run("audit", "--json").json["end"]
    after_demo.run("mail", "preview", maria(after_demo), "--break-glass", "a call")

    assert after_demo.run("audit", "--end", end).code == 0
    said = after_demo.run("audit", "--end", f"{end[:-1]}{'1' if end[-1] == '0' else '0'}")
    assert said.code == 78
    assert "at the end of the audit log are missing" in said.sentence


@pytest.mark.parametrize("end", ["", "x", "7:abc", "no rows yet"])
def test_what_no_run_printed_as_an_end_is_no_sign_of_tampering(terminal, end):
    said = terminal.run("audit", "--end", end)

    assert said.code == 65
    assert f"{end!r} is not an end that `namesake audit` prints" in said.sentence


def maria(terminal) -> str:
    with terminal.app() as app:
        return app.db.cases.list_undecided_cases()[0].person_id
