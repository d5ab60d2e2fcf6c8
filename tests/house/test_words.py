import re

import pytest

from tests.house.tree import comments, every_file, place, python_files

# A checker is silenced by its name and a code, and then a reason follows on the same line.
SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:)")
REASONED = re.compile(
    r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\]|pragma:\s*no \w+)"
    r"[\s#:-]+.*\w{4,}"
)

# A reader elsewhere has none of these: one machine's folders, and talk about how the work was done.
FOREIGN = re.compile(
    r"(?<![\w.])/(?:work/|root/|Users/\w+/)"
    r"|(?<![\w.])/home/\w"
    r"|\bshared/(?:design|facts|servers|recorded|detect|bench)"
    r"|\b(?:TODO|FIXME|XXX)\b"
    r"|(?i:\b(?:language model|chatbot|as an AI|co-authored-by)\b)"
    r"|(?i:\b(?:in|by|for) (?:this|another|an earlier) session\b)"
)
UNREAD_ENDINGS = {".png", ".jpg", ".gz", ".db", ".ico"}


def test_whoever_silences_a_checker_says_why() -> None:
    silent = [
        place(path, line)
        for path in python_files()
        for line, comment in comments(path, SILENCED)
        if SILENCED.search(comment) and not REASONED.search(comment)
    ]

    assert silent == []


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: S603", "# type: ignore", "# type: ignore[arg-type]", "# noqa: S603  # ok"],
)
def test_a_bare_silencer_is_seen(comment: str) -> None:
    assert SILENCED.search(comment)
    assert not REASONED.search(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603  # the command is our own",
        "# noqa: BLE001, S110 a letter must go out anyway",
        "# type: ignore[arg-type]  # the stubs are behind",
    ],
)
def test_a_reason_is_understood(comment: str) -> None:
    assert REASONED.search(comment)


def test_the_project_speaks_of_itself_alone() -> None:
    foreign = [
        f"{place(path, number)} {found[0]}"
        for path in every_file()
        if path.suffix not in UNREAD_ENDINGS and path.name != "test_words.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if (found := FOREIGN.search(line))
    ]

    assert foreign == []
