"""Every line of the log is an event with fields that are listed; operators read what it means."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from monitor.event_log import FIELDS, LOST
from tests.house.tree import ROOT, parsed, place, python_files
from tests.rows import over_rows

LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
EVENT = re.compile(r"[a-z]+(?:_[a-z]+)+")
# The handler's own formatter and levels: no event is logged there.
LOGGER = "LOG"


class LogCall(NamedTuple):
    """`fields` is None where the call has more or other arguments than an event and its fields."""

    line: int
    events: tuple[str, ...]
    fields: tuple[str, ...] | None


def list_log_calls(module: ast.Module) -> Iterator[LogCall]:
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in LEVELS and is_logger(node.func.value):
            yield LogCall(node.lineno, tuple(list_events(node.args[:1])), find_fields(node))


def is_logger(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).endswith("getLogger")
    return ast.unparse(node) == "logging" or ast.unparse(node).split(".")[-1].endswith(LOGGER)


def list_events(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Constant(value=str(name)):
                yield name
            case ast.IfExp():
                yield from list_events([node.body, node.orelse])


def find_fields(call: ast.Call) -> tuple[str, ...] | None:
    if len(call.args) != 1 or {one_keyword.arg for one_keyword in call.keywords} - {"extra"}:
        return None
    for keyword in call.keywords:
        if not isinstance(keyword.value, ast.Dict):
            return None
        keys = [key.value for key in keyword.value.keys if isinstance(key, ast.Constant)]
        return tuple(keys) if len(keys) == len(keyword.value.keys) else None
    return ()


@cache
def list_product_calls() -> list[tuple[str, LogCall]]:
    return [
        (place(path), call)
        for path in python_files("monitor", "scrapers", "reports")
        for call in list_log_calls(parsed(path))
    ]


def is_event_with_fields(call: LogCall) -> bool:
    named = bool(call.events) and all(map(EVENT.fullmatch, call.events))
    return named and call.fields is not None and set(call.fields) <= set(FIELDS)


def test_each_log_call_names_an_event_and_fields_that_are_listed():
    calls = list_product_calls()
    others = [f"{file}:{call.line}" for file, call in calls if not is_event_with_fields(call)]

    assert len(calls) >= 25
    assert others == []


def test_no_field_is_listed_that_no_call_uses():
    used = {field for _, call in list_product_calls() for field in call.fields or ()}

    assert set(FIELDS) - used == {"logger"}


def test_operators_find_every_event_explained_and_no_other():
    text = (ROOT / "docs/trouble.md").read_text("utf-8").partition("\n## Log")[2]
    explained = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text.partition("\n## ")[0]))

    assert explained == {event for _, call in list_product_calls() for event in call.events} | {
        LOST
    }


@over_rows(
    "code",
    [
        'LOG.info("Ready.")',
        'LOG.info("sent %s", count)',
        'LOG.info(f"sent_{kind}")',
        'LOG.info("email_sent", extra={"recipient": mail})',
        'LOG.info("email_sent", extra={**fields})',
        'LOG.info("email_sent", extra=fields)',
        'LOG.error("job_failed", exc_info=True)',
        "self._LOG.warning(str(error))",
        'logging.warning("email sent")',
        'logging.getLogger("monitor").warning("sent")',
    ],
)
def test_a_call_that_could_say_anything_is_seen(code: str):
    (call,) = list_log_calls(ast.parse(code))

    assert not is_event_with_fields(call)
