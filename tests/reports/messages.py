"""What has to be translated: the texts of templates for staff, and the sentences of our code."""

import ast
import re
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from jinja2.ext import babel_extract

from monitor.domain.vocabulary import Role
from reports.emails.registry import EmailRecipient, list_email_kinds
from reports.labels.account import FEED_OFFERS
from tests.house.tree import ROOT, parsed, place

Text = str | tuple[str, str]

# Templates that only reviewers, operators, platforms or a terminal see: those stay English.
OFFICE_FOLDERS = {
    *("drill", "evidence", "feeds", "quick_check", "takedown"),
    *(kind.folder for kind in list_email_kinds(EmailRecipient.OFFICE)),
}
OFFICE_TEMPLATE = re.compile(
    r"pages/(?:_queue|review|operate|holds|early|audit|cast|demo|district|lookalikes|public)"
    r"|_base/(?:review|opened|proposals)"
)
# Tables of labels that only an office or a terminal shows.
OFFICE_TABLES = {
    *("STAFF_LINE_STATES", "HEALTH_LEVELS", "DOMAIN_REGISTERS"),
    *(
        "REVIEWER_HINTS",
        "LEFT_END",
        "UNTOLD_END",
    ),
    *("DISTRICT_FINDING_STATES", "REVIEWER_ACCESS_REASONS", "HOLD_NOTICES"),
    *(
        "REVIEWER_PLANS",
        "REVIEWER_END_REASONS",
        "CASE_BINS",
        "AUDIT_OPENINGS",
        "AUDIT_DECISIONS",
    ),
    *("HOLD_PROPOSALS", "CONTACT_VERDICTS", "CONTACT_STATUSES", "MISNAMED_TOO_OFTEN"),
    *("RECORD_KINDS", "RECORD_ACCESS", "DISTRICT_ACTIONS"),
    *(
        "REMARKS",
        "LETTERS",
        "LETTERS_SENT",
        "LEFT_REPORT",
        "TOOK_REPORT_BACK",
        "TOLD_OTHERS",
    ),
    *(
        "ANOTHER_PERSON",
        "HOLD_ERRORS",
        *("NOTICES", "NEW_WARNINGS"),
        "OFFICES",
        "REQUESTED_RUNS",
        "AUDIT_END_PROBLEMS",
        "JOB_LABELS",
        "DRILL_OUTCOMES",
    ),
    # Nothing shows staff what the demo signs in by either.
    "AUTH_METHODS",
}
# The code whose sentences staff read.
STAFF_CODE = (
    "reports/answer_choices.py",
    *(
        f"reports/labels/{topic}.py"
        for topic in ("account", "cases", "findings", "office", "takedown")
    ),
    "monitor/domain/source_failures.py",
    *(f"monitor/services/{name}.py" for name in ("finding_history", "findings", "next_steps")),
    *("monitor/services/notifications.py", "monitor/services/coverage.py"),
    *(f"monitor/services/{name}.py" for name in ("access_tokens", "alert_feeds", "self_check")),
    "monitor/services/tips.py",
    *(
        f"monitor/web/{name}.py"
        for name in (
            *(
                "access_tokens",
                "app",
                "context",
                "emailed_question",
                "enrollment",
                "enrollment_forms",
            ),
            *("errors", "findings", "home", "my_data", "own_details", "preferences"),
            *("self_check", "sign_in", "takedown", "tips"),
        )
    ),
)
# What reads like words in that code, and no member of staff ever reads.
NOT_FOR_STAFF = {
    # What Have I Been Pwned calls some kinds of data: we have plainer words for them.
    *("account balances", "browser user agent details", "geographic locations", "ip addresses"),
    *("government issued ids", "historical passwords", "mac addresses", "partial credit card data"),
    *("physical addresses", "security questions and answers", "user website urls"),
    # For reviewers and operators.
    "List the cases that IT can see, without names",
    "Open these cases, with names (recorded each time)",
    "Count the cases that IT can see, in a feed reader",
    *("Read health, jobs and sources", "Invite staff"),
    *FEED_OFFERS[Role.REVIEWER],
    # For a terminal, a log, or a program.
    "data: Xyz\n\n",
    *('attachment; filename="Xyz"', "openid email"),
    "The request could not be read: send JSON in UTF-8, to the host of the portal.",
    "Send an access token that is still valid, as `Authorization: Bearer TOKEN`.",
    "The token may not do this: make one that may, on the page Access tokens.",
    "There is nothing at this address, or nothing that this token may see.",
    "This address does not take this method: see /api/v1/openapi.json.",
    "The request is too large: send at most 64 kB.",
    "Send the body as JSON, with `Content-Type: application/json`.",
    "Something went wrong here; nothing that was saved before is lost. Try again later.",
    "Namesake is busy or under maintenance: try again in a few minutes.",
    "The provider's answer does not prove who this is: try again.",
    "Xyz cannot be reached, or does not answer as a provider does.",
    "Signing in with accounts needs authlib and joserfc: install requirements.txt.",
    # Errors that no page shows in these words.
    "You have not joined.",
    "There is no account of yours to compare it with.",
    "There is no version Xyz of this result. See its history for the versions we have.",
    # The name of a service.
    "Google Alerts",
}
# Of the files that staff read from: what is not a sentence.
DATA_FILES = ("conduct_policy.toml",)
_SETTINGS = {"known", "at", "address"}
_WORDS = re.compile(r"[A-Za-z]{2,}[,.:;]? [a-zA-Z]{1,}")
_FACT = re.compile(r"\{\w+\}")


def list_staff_templates() -> Iterator[Path]:
    folder = ROOT / "reports" / "templates"
    for path in sorted(folder.rglob("*.*")):
        name = path.relative_to(folder).as_posix()
        is_for_office = name.partition("/")[0] in OFFICE_FOLDERS or OFFICE_TEMPLATE.match(name)
        if not is_for_office and path.suffix in {".html", ".txt"}:
            yield path


def list_template_texts() -> Iterator[tuple[str, Text]]:
    """Yield each text of each template for staff, with its place; one that counts is a pair."""
    for path in list_staff_templates():
        options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
        found = babel_extract(BytesIO(path.read_bytes()), ("_", "ngettext"), (), options)
        for _, _, messages, _ in found:
            one = messages if isinstance(messages, str) else messages[0]
            many = "" if isinstance(messages, str) else messages[1]
            yield place(path), (one, many) if many else one


def list_code_sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what reads like words in a file, with its line; a fact in it is a made-up word."""
    tree = parsed(path)
    left_out = {id(one_ast) for node in ast.walk(tree) for one_ast in _list_left_out(node)}
    for node in ast.walk(tree):
        text = _read_text(node)
        if id(node) not in left_out and _WORDS.search(text) and _reads_like_words(text):
            yield getattr(node, "lineno", 0), _FACT.sub("Xyz", text)


def _reads_like_words(text: str) -> bool:
    """Leave out patterns, and what is made of facts alone."""
    return "\\" not in text and bool(re.search(r"[a-z]{4}", text.replace("Xyz", "")))


def _list_left_out(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is no text of its own: documentation, pieces of a text, and tables of offices."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
        yield from ast.walk(node.body[0])
    if isinstance(node, ast.JoinedStr):
        yield from (one_node for part in node.values for one_node in ast.walk(part))
    if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in OFFICE_TABLES:
        yield from ast.walk(node)


def _read_text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = (value.value if isinstance(value, ast.Constant) else "Xyz" for value in node.values)
        return "".join(map(str, parts))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def list_data_sentences() -> Iterator[tuple[str, str]]:
    """Yield the sentences of the files that tell staff what to do, with the file."""
    for name in DATA_FILES:
        table = tomllib.loads((ROOT / "monitor" / "domain" / name).read_text("utf-8"))
        yield from ((name, _FACT.sub("Xyz", text)) for text in _list_texts(table))


def _list_texts(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one_value in value.items():
            yield from _list_texts(one_value, name)
    elif isinstance(value, list):
        for entry in value:
            yield from _list_texts(entry, key)
    elif isinstance(value, str) and key not in _SETTINGS:
        yield value
