"""Every pattern of the product, wherever it stands: in globals, in values, and in calls of `re`."""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import ModuleType

from tests.house.tree import PACKAGES, ROOT, place, python_files, walked

FUNCTIONS = (
    "compile",
    "findall",
    "finditer",
    "fullmatch",
    "match",
    "search",
    "split",
    "sub",
    "subn",
)
_AT_START = {"match", "fullmatch", "pattern", "flags"}
_FLAGS_AT = {"compile": 1, "split": 3, "sub": 4, "subn": 4}
_DEEPEST = 6
# Most of what the product's tables hold; nothing is inside.
_WITHOUT_VALUES = frozenset({str, bytes, int, float, bool, type(None)})


@dataclass(slots=True, kw_only=True)
class FoundPattern:
    """A pattern, where it stands, and by which methods it meets a text."""

    text: str
    flags: int
    is_bytes: bool
    places: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)

    @property
    def is_searched(self) -> bool:
        """Tell whether a match may begin anywhere; so it is where we cannot tell."""
        return not self.methods or not self.methods <= _AT_START

    @property
    def is_matched_whole(self) -> bool:
        return "match" not in self.methods


@cache
def import_product() -> dict[str, ModuleType]:
    """Return each module of the product by its place."""
    modules = {}
    for path in python_files(*PACKAGES):
        if path.name != "__main__.py":
            name = place(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            modules[place(path)] = import_module(name)
    return modules


def collect_patterns(data: Mapping[str, list[str]]) -> list[FoundPattern]:
    """Return each pattern once. `data` has those that a call takes from a value, by that call."""
    found: dict[tuple[object, int], FoundPattern] = {}

    def note(pattern: "re.Pattern", where: str, methods: set[str]) -> None:
        each = found.setdefault(
            (pattern.pattern, pattern.flags),
            FoundPattern(
                text=_read_latin(pattern.pattern),
                # Latin-1 in the place of bytes is read as ASCII, as bytes are.
                flags=pattern.flags | (re.ASCII if isinstance(pattern.pattern, bytes) else 0),
                is_bytes=isinstance(pattern.pattern, bytes),
            ),
        )
        each.places.add(where)
        each.methods |= methods

    for where, module in import_product().items():
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                note(value, f"{where} {name}", _list_methods(where)[name])
            else:
                for inner in _walk_values(value, 0, set()):
                    note(inner, f"{where} {name}", {"search"})
        for call in _list_calls(where):
            for pattern in _read_call(call, module, data):
                # What a global holds is used as the global is.
                known = call.method == "compile" and (pattern.pattern, pattern.flags) in found
                note(pattern, f"{where}:{call.line}", set() if known else {call.method})
    return [*found.values()]


def _read_latin(pattern: str | bytes) -> str:
    return pattern if isinstance(pattern, str) else pattern.decode("latin-1")


@cache
def _list_methods(where: str) -> dict[str, set[str]]:
    """Return by which methods a file uses what has some name; by any, where it is handed on."""
    used: dict[str, set[str]] = defaultdict(set)
    owners = set()
    for node in walked(ROOT / where):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owners.add(node.value)
            used[node.value.id].add(node.attr)
    for node in walked(ROOT / where):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in owners:
            used[node.id].add("search")
    return used


def _walk_values(value: object, depth: int, seen: set[int]) -> Iterator["re.Pattern"]:
    """Yield the patterns in a container, in a value of ours, or in a class of ours."""
    if isinstance(value, re.Pattern):
        yield value
        return
    if depth > _DEEPEST or id(value) in seen:
        return
    seen.add(id(value))
    for inner in _list_inner_values(value):
        if type(inner) not in _WITHOUT_VALUES:
            yield from _walk_values(inner, depth + 1, seen)


def _list_inner_values(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, tuple | list | set | frozenset):
        return [*value]
    kind = value if isinstance(value, type) else type(value)
    if kind.__module__.partition(".")[0] not in PACKAGES:
        return []
    if isinstance(value, type):
        return [*vars(value).values()]
    slots = [name for entry in kind.__mro__ for name in getattr(entry, "__slots__", ())]
    names = [*getattr(value, "__dict__", {}), *slots]
    return [getattr(value, name) for name in names if hasattr(value, name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternCall:
    """A call of a function of `re`; `name` is how it is known among the data."""

    name: str
    line: int
    method: str
    pattern: ast.expr
    flags: ast.expr | None


@cache
def _list_calls(where: str) -> tuple[PatternCall, ...]:
    calls = []
    for node in walked(ROOT / where):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner, method = node.func.value, node.func.attr
        if isinstance(owner, ast.Name) and owner.id == "re" and method in FUNCTIONS:
            at = _FLAGS_AT.get(method, 2)
            named = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
            flags = node.args[at] if len(node.args) > at else next(iter(named), None)
            calls.append(
                PatternCall(
                    name=f"{where} {ast.unparse(node.args[0])}",
                    line=node.lineno,
                    method=method,
                    pattern=node.args[0],
                    flags=flags,
                )
            )
    return tuple(calls)


class _Stand(ast.NodeTransformer):
    """Puts a letter where a pattern takes in a text that only its function knows."""

    def __init__(self, known: set[str]) -> None:
        self.known = known

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        names = {one_node.id for one_node in ast.walk(node) if isinstance(one_node, ast.Name)}
        return node if names <= self.known else ast.Constant("x")


class UnknownPatternError(AssertionError):
    """A pattern that comes from a value: it has to be named among the data."""


def _read_call(
    call: PatternCall, module: ModuleType, data: Mapping[str, list[str]]
) -> Iterator["re.Pattern"]:
    flags = _evaluate(call.flags, module) if call.flags is not None else 0
    if call.name in data:
        yield from (re.compile(value, flags) for value in data[call.name])
        return
    known = {*vars(module), *dir(builtins)}
    pattern = ast.fix_missing_locations(_Stand(known).visit(deepcopy(call.pattern)))
    try:
        yield re.compile(_evaluate(pattern, module), flags)
    except (NameError, AttributeError, TypeError) as error:
        raise UnknownPatternError(call.name) from error


def _evaluate(node: ast.expr, module: ModuleType):
    code = compile(ast.Expression(node), module.__name__, "eval")
    return eval(code, vars(module))  # noqa: S307 - an expression of our own
