"""Each claim of the pages that people rely on is held by a test, or says why it needs none.

The rows are in promises.toml beside this file: of each page, words that stand in one of its
claims, and the tests that hold it, or why no test can. A claim is a sentence, or what a row of
a table says in one.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from docs.procurement_pages import build_consent_page
from monitor.directory.scim_routes import MAX_REQUESTS_A_MINUTE, MAX_WRONG_TOKENS_A_MINUTE
from monitor.domain.consent_text import ConsentTerms
from monitor.domain.disclosure import DisclosurePolicy
from monitor.mail.bounces import MAX_HEADER_BYTES, MESSAGE_CPU_SECONDS
from monitor.mail.delivery_reports import MAX_BYTES
from monitor.services.access_tokens import MAX_TOKENS
from monitor.web.app import MAX_FORM_BYTES
from monitor.web.security import MAX_WRONG_TOKENS
from scrapers.http.fetch_limits import FetchLimits
from scrapers.parsers.text import LARGEST_DOCUMENT
from scrapers.sandbox.client import PAGE_CPU_SECONDS
from scrapers.sandbox.worker import MEBIBYTE, MOST_MEMORY
from scrapers.text_limits import LONGEST_KEY, LONGEST_TEXT, LONGEST_URL, MOST_LINKS
from tests.house.tree import ROOT, exists, files
from tests.rows import over_rows

ROWS: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    (ROOT / "tests/house/promises.toml").read_text("utf-8")
)
CONSENT = "docs/procurement/consent.md"
# What only the consent text of a district with such settings says.
TERMS = ConsentTerms(
    engines=("Brave",),
    disclosure=DisclosurePolicy(
        student_link_days=14, counsel="Lee Doe", counsel_approved_on="2026-11-30"
    ),
)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
ITEM = re.compile(r"(?:- |\d+\. )")
RULE = re.compile(r"\|[-| ]+\|")
# Behind a full stop, also one in bold or in brackets; a cell of a table may end there, too.
END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?]\*\*)|(?<=[.!?]\)))\s+(?:\|\s*)?")
NO_END = re.compile(r"(?:\bMs|\bv|\b[A-Z]|\bCal|\bCir)\.$|^\*\*[^*]+\*\*$")
QUESTION = re.compile(r"\?(?:\*\*)?$")
FEWEST_WORDS = 4
COUNTED = {2: "two", 3: "three", 10: "ten"}
BODY, HEAD = FetchLimits().body_bytes, FetchLimits().head_bytes
# The figures of docs/security.md, as the code has them; the kernel rounds seconds of work up.
FIGURES = (
    f"the first {LARGEST_DOCUMENT >> 10} KB is parsed",
    f"killed after {COUNTED[PAGE_CPU_SECONDS + 1]} seconds of work",
    f"{MAX_HEADER_BYTES // 1000} kB of headers and {COUNTED[MESSAGE_CPU_SECONDS + 1]} seconds",
    f"{MOST_MEMORY // MEBIBYTE} MiB of memory",
    f"| the body of an answer; its headers | {BODY:,} bytes; {HEAD:,} |",
    f"| a page that is parsed as HTML or XML | {LARGEST_DOCUMENT:,} bytes |",
    f"| {LONGEST_TEXT:,} characters each |",
    f"| {LONGEST_URL:,} characters, longer ones are left out; {MOST_LINKS} links a finding |",
    f"| {LONGEST_KEY:,} characters, the finding is left out |",
    f"| a message to the bounce address | {MAX_BYTES:,} bytes |",
    f"{COUNTED[MAX_WRONG_TOKENS_A_MINUTE]} a minute are logged",
    f"requests: {MAX_REQUESTS_A_MINUTE:,} a minute, {MAX_FORM_BYTES >> 10} KB each",
    f"Access tokens: {MAX_TOKENS} per account and role",
    f"Wrong ones: {MAX_WRONG_TOKENS} in ten minutes",
)


@over_rows("page", sorted(ROWS))
def test_each_claim_is_held_by_a_test_or_says_why_it_needs_none(page: str) -> None:
    words = (*rows(page), *alike(page))

    assert [claim for claim in claims(page) if not any(word in claim for word in words)] == []


@over_rows("page", sorted(ROWS))
def test_the_words_of_a_row_stand_in_one_claim(page: str) -> None:
    found = {word: [claim for claim in claims(page) if word in claim] for word in rows(page)}

    assert {word: told for word, told in found.items() if len(told) != 1} == {}
    assert [word for word in alike(page) if not any(word in claim for claim in claims(page))] == []


@over_rows("page", sorted(ROWS))
def test_each_test_that_holds_a_claim_exists(page: str) -> None:
    held = {**rows(page), **alike(page)}
    named = {name for tests in held.values() if not isinstance(tests, str) for name in tests}

    assert all(held.values())
    assert [name for name in sorted(named) if not exists(*name.split("::"))] == []


def test_no_page_that_promises_is_left_out() -> None:
    procurement = {f"docs/procurement/{path.name}" for path in (ROOT / CONSENT).parent.glob("*.md")}

    assert {*ROWS} == {"docs/security.md", "docs/privacy.md", *procurement}


@over_rows("words", FIGURES)
def test_a_figure_is_that_of_the_code(words: str) -> None:
    assert words in (ROOT / "docs/security.md").read_text("utf-8")


def test_the_pages_move_nothing_and_need_no_gesture() -> None:
    styles = "".join(path.read_text("utf-8") for path in files("reports/static", kind="*.css"))
    scripts = "".join(path.read_text("utf-8") for path in files("reports/static", kind="*.js"))

    assert re.findall(r"@keyframes|position:\s*(?:fixed|sticky)|orientation", styles) == []
    assert re.findall(r":hover[^{}]*\{[^}]*(?:display|visibility|opacity)", styles) == []
    heard = set(re.findall(r"""addEventListener\(\s*["'](\w+)""", scripts))
    assert heard <= {"change", "click", "keydown", "pageshow", "submit"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# Head\nIt is as it is. It\nis not so.\n", ["It is as it is.", "It is not so."]),
        ("- **One.** It is [here](x.md).\n- Two, too.\n", ["**One.** It is here.", "Two, too."]),
        ("**Why?** No. Nobody knows it yet.", ["No. Nobody knows it yet."]),
        ("|a|b|\n|---|---|\n| one | It is. |\n| So what? | No two |\n", ["one | It is.", "No two"]),
        ("```\nNot this one.\n```\nMs. Doe v. Roe is there.", ["Ms. Doe v. Roe is there."]),
    ],
)
def test_a_claim_is_a_sentence_or_a_row(text: str, told: list[str]) -> None:
    assert list(read_claims(text, {})) == told


def test_a_column_may_be_no_claim() -> None:
    table = "| a | b | c |\n|---|---|---|\n| one | two | and so on it goes |\n"

    assert list(read_claims(table, {"a", "b"})) == ["and so on it goes"]


def rows(page: str) -> Mapping[str, list[str] | str]:
    return {words: tests for words, tests in ROWS[page].items() if not isinstance(tests, dict)}


def alike(page: str) -> Mapping[str, list[str] | str]:
    """Return words that stand in many rows of one table."""
    return ROWS[page].get("alike", {})


@cache
def claims(page: str) -> tuple[str, ...]:
    text = (ROOT / page).read_text("utf-8")
    if page == CONSENT:
        text += build_consent_page(TERMS)
    return tuple(dict.fromkeys(read_claims(text, {*ROWS[page].get("columns", {})})))


def read_claims(text: str, unclaimed: set[str]) -> Iterator[str]:
    """Yield sentences and rows; what asks is none, and a word or two belong to what follows."""
    for block in _read_blocks(LINK.sub(r"\1", FENCED.sub("\n\n", text)), unclaimed):
        claim = ""
        for sentence in END.split(block):
            claim = f"{claim} {sentence}".strip()
            if QUESTION.search(claim):
                claim = ""
            elif len(claim.split()) >= FEWEST_WORDS and not NO_END.search(claim):
                yield claim
                claim = ""
        if claim:
            yield claim


def _read_blocks(text: str, unclaimed: set[str]) -> Iterator[str]:
    """Yield each paragraph, item of a list and row of a table, without what is not claimed."""
    for paragraph in re.split(r"\n\s*\n", text):
        block, columns = "", []
        for line in paragraph.splitlines():
            if line.startswith("|"):
                cells = [cell.strip() for cell in line[1:].rstrip().removesuffix("|").split("|")]
                if columns and not RULE.fullmatch(line):
                    named = zip(columns, cells, strict=True)
                    yield " | ".join(cell for name, cell in named if name not in unclaimed)
                columns = columns or cells
            elif ITEM.match(line) or line.startswith("#"):
                yield block
                block = "" if line.startswith("#") else ITEM.sub("", line, count=1)
            else:
                block = f"{block} {line.strip()}".strip()
        yield block
