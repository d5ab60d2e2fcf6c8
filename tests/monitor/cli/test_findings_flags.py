"""At a shell flags are counted and named by reference, and nothing of them is shown or decided."""

import pytest


@pytest.fixture
def flag(after_demo):
    """Return the id of the student link in week 2, which is its person's alone."""
    rows = after_demo.run("flags", "list", "--json").json
    (row,) = [row for row in rows if row["kind"] == "student-link"]
    return row["id"]


def test_flags_are_listed_by_ref_kind_and_age_and_whether_it_may_see_them(after_demo, flag):
    said = after_demo.run("flags", "list")

    assert said.code == 0
    (line,) = [line for line in said.out.splitlines() if flag in line]
    assert "student-link" in line
    assert "not yet" in line
    # The impostor's was told to its person a week ago, and they have not answered.
    lines = [line for line in said.out.splitlines() if "impersonation" in line]
    assert [line.rstrip().endswith("open") for line in lines].count(True) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("show", "FLAG"),
        ("show", "FLAG", "--break-glass", "a threat"),
        ("rule", "FLAG", "shared", "--for-person"),
        ("undo", "FLAG", "--for-person"),
    ],
)
def test_no_flag_is_shown_shared_or_ruled_at_a_shell(after_demo, flag, words):
    with after_demo.app() as app:
        before = app.db.audit.list_entries()

    said = after_demo.run("flags", *(flag if word == "FLAG" else word for word in words))

    assert said.code == 2
    assert said.out == ""
    with after_demo.app() as app:
        assert app.db.audit.list_entries() == before
        assert app.db.flags.load_flag(flag).shared_at is None


def test_an_end_of_the_audit_log_that_was_kept_elsewhere_is_found_again(after_demo):
    end = after_demo.run("audit", "verify", "--json").json["end"]
    after_demo.run("digest", "preview", maria(after_demo), "--break-glass", "a call")

    assert after_demo.run("audit", "verify", "--end", end).code == 0
    said = after_demo.run("audit", "verify", "--end", f"{end[:-1]}x")
    assert said.code == 78
    assert "at the end of the audit log are missing" in said.sentence


def maria(terminal) -> str:
    with terminal.app() as app:
        return app.db.flags.list_undecided_flags()[0].person_id
