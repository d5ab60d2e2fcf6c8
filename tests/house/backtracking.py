"""What a pattern costs on a text: the steps of Python's matcher, counted and not timed.

The matcher of `re` keeps no count, so this one walks the same parse tree in the same order. A large
bound is taken for none, and a smaller one is lowered: with {0,3000} a pattern is linear on paper,
and 3,000 times too slow on a text.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from re import _compiler, _constants, _parser  # the tree has no public name

# What may be repeated more often than this counts as repeated without end.
LARGEST_BOUND = 64
LOWERED_BOUND = 5
_DEEPEST = 100_000
_ENDLESS = int(_constants.MAXREPEAT)

Onward = Callable[[int], bool]
Matcher = Callable[[int, Onward], bool]


class TooManyStepsError(Exception):
    """A pattern takes more steps than anything linear would."""


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """One character of a set; `accepts` is what the real matcher says of it."""

    accepts: Callable[[str], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    branches: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """`most` is None where nothing ends it; `kind` is greedy, lazy or possessive."""

    body: "Node"
    least: int
    most: int | None
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    number: int
    body: "Node"


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    number: int
    folded: bool


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    number: int
    met: "Node"
    unmet: "Node"


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """`back` is how many characters before it the look begins: 0 looks ahead."""

    body: "Node"
    back: int
    wanted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Atomic:
    body: "Node"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place between characters, such as the end of a line."""

    holds: Callable[[str, int], bool]


Node = Letter | Chain | Choice | Repeat | Group | Reference | Condition | Look | Atomic | Place
_LETTERS = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN}
_REPEATS = {
    _constants.MAX_REPEAT: "greedy",
    _constants.MIN_REPEAT: "lazy",
    _constants.POSSESSIVE_REPEAT: "possessive",
}


_LETTER_TESTS: dict[tuple[object, str, int], Callable[[str], bool]] = {}


def parse_pattern(pattern: str, flags: int, *, lowers_bounds: bool = True) -> Node:
    """Return the tree of a pattern; a pattern of bytes is given as Latin-1."""
    tree = _parser.parse(pattern, flags)
    return _TreeBuilder(lowers_bounds=lowers_bounds).build_chain(tree, tree.state.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TreeBuilder:
    lowers_bounds: bool

    def build_chain(self, items: Iterable[tuple[object, object]], flags: int) -> Node:
        parts = tuple(self._build_node(op, value, flags) for op, value in items)
        return parts[0] if len(parts) == 1 else Chain(parts)

    def _build_node(self, op, value, flags: int) -> Node:  # noqa: PLR0911 - one for each kind
        if op in _LETTERS:
            return Letter(_build_letter_test(op, value, flags))
        if op in _REPEATS:
            least, most, body = value
            return self._build_repeat(self.build_chain(body, flags), least, most, _REPEATS[op])
        if op is _constants.BRANCH:
            return Choice(tuple(self.build_chain(entry, flags) for entry in value[1]))
        if op is _constants.SUBPATTERN:
            number, added, removed, body = value
            inside = self.build_chain(body, (flags | added) & ~removed)
            return inside if number is None else Group(number, inside)
        if op in {_constants.ASSERT, _constants.ASSERT_NOT}:
            direction, body = value
            back = body.getwidth()[0] if direction < 0 else 0
            return Look(self.build_chain(body, flags), back, wanted=op is _constants.ASSERT)
        if op is _constants.ATOMIC_GROUP:
            return Atomic(self.build_chain(value, flags))
        if op is _constants.GROUPREF:
            return Reference(value, folded=bool(flags & re.IGNORECASE))
        if op is _constants.GROUPREF_EXISTS:
            number, met, unmet = value
            other = self.build_chain(unmet or (), flags)
            return Condition(number, self.build_chain(met, flags), other)
        return Place(_compile_node(op, value, flags))

    def _build_repeat(self, body: Node, least: int, most: int, kind: str) -> Node:
        # An exact count leaves nothing to try.
        if most == least or most <= LARGEST_BOUND:
            lowest = LOWERED_BOUND if self.lowers_bounds else most
            return Repeat(body, min(least, lowest), min(most, lowest), kind)
        if self.lowers_bounds:
            return Repeat(body, min(least, LOWERED_BOUND), None, kind)
        return Repeat(body, least, None if most == _ENDLESS else most, kind)


def _build_letter_test(op, value, flags: int) -> Callable[[str], bool]:
    """Return the same function for the same set, wherever it stands: a pattern has thousands."""
    key = (op, repr(value), flags)
    if key not in _LETTER_TESTS:
        holds = _compile_node(op, value, flags)
        _LETTER_TESTS[key] = cache(lambda letter: holds(letter, 0))
    return _LETTER_TESTS[key]


def _compile_node(op, value, flags: int) -> Callable[[str, int], bool]:
    """Let the real matcher say what a single node accepts."""
    state = _parser.State()
    state.flags, state.str = flags, ""
    compiled = _compiler.compile(_parser.SubPattern(state, [(op, value)]))
    return lambda text, at: compiled.match(text, at) is not None


class StepCounter:
    """Runs a tree over texts as `re` would, and counts what it looks at."""

    def __init__(self, tree: Node) -> None:
        self._run = self._build(tree)
        self._text, self._steps, self._most = "", 0, 0
        self._groups: dict[int, tuple[int, int]] = {}

    def count_search(self, text: str, most: int) -> tuple[int, list[tuple[int, int]]]:
        """Return the steps, and the spans, of looking for every match; raise past `most` steps."""
        self._text, self._steps, self._most = text, 0, most
        spans, at, was_empty = [], 0, False
        with _allow_deep_recursion():
            while at <= len(text):
                # Where nothing was found, `re` looks once more for something.
                least = at + was_empty
                end = self._match_at(at, lambda found, least=least: found >= least)
                if end is not None:
                    spans.append((at, end))
                    at, was_empty = end, end == at
                else:
                    at, was_empty = at + 1, False
        return self._steps, spans

    def count_match(self, text: str, most: int, *, whole: bool) -> tuple[int, int | None]:
        """Return the steps of one match at the beginning, and its end."""
        self._text, self._steps, self._most = text, 0, most
        with _allow_deep_recursion():
            end = self._match_at(0, lambda at: not whole or at == len(text))
        return self._steps, end

    def _match_at(self, at: int, accept: Onward) -> int | None:
        ends: list[int] = []
        self._groups.clear()
        self._step()

        def finish(end: int) -> bool:
            ends.append(end)
            return accept(end)

        return ends[-1] if self._run(at, finish) else None

    def _step(self, steps: int = 1) -> None:
        self._steps += steps
        if self._steps > self._most:
            raise TooManyStepsError

    def _build(self, node: Node) -> Matcher:  # noqa: C901, PLR0911 - one case for each node
        match node:
            case Letter():
                return self._build_letter(node)
            case Chain(parts):
                return self._build_chain(tuple(map(self._build, parts)))
            case Choice(branches):
                firsts = [_find_first_letter(branch) for branch in branches]
                return self._build_choice([*zip(firsts, map(self._build, branches), strict=True)])
            case Repeat(Letter() as letter):
                return self._build_letter_repeat(node, letter.accepts)
            case Repeat():
                return self._build_repeat(node)
            case Group(number, body):
                return self._build_group(number, self._build(body))
            case Reference():
                return self._build_reference(node)
            case Condition(number, met, unmet):
                one, other = self._build(met), self._build(unmet)
                return lambda at, on: one(at, on) if number in self._groups else other(at, on)
            case Look():
                return self._build_look(node)
            case Atomic(body):
                return self._build_atomic(self._build(body))
            case Place(holds):
                return lambda at, on: holds(self._text, at) and on(at)

    def _build_letter(self, node: Letter) -> Matcher:
        accepts = node.accepts

        def run(at: int, on: Onward) -> bool:
            self._step()
            return at < len(self._text) and accepts(self._text[at]) and on(at + 1)

        return run

    def _build_chain(self, parts: tuple[Matcher, ...]) -> Matcher:
        def run(at: int, on: Onward, part: int = 0) -> bool:
            if part == len(parts):
                return on(at)
            return parts[part](at, lambda after: run(after, on, part + 1))

        return run

    def _build_choice(self, branches: list[tuple[Letter | None, Matcher]]) -> Matcher:
        """Go by the next character, where there are hundreds of words: each other is a step."""

        @cache
        def list_fitting(letter: str) -> tuple[list[tuple[int, Matcher]], int]:
            fitting, others = [], 0
            for first, branch in branches:
                if first is None or (letter and first.accepts(letter)):
                    fitting.append((others, branch))
                    others = 0
                else:
                    others += 1
            return fitting, others

        def run(at: int, on: Onward) -> bool:
            self._step()
            fitting, rest = list_fitting(self._text[at : at + 1])
            for others, branch in fitting:
                self._step(others)
                if branch(at, on):
                    return True
            self._step(rest)
            return False

        return run

    def _build_letter_repeat(self, node: Repeat, accepts: Callable[[str], bool]) -> Matcher:
        if node.kind == "lazy":
            return self._build_lazy_letter_repeat(node, accepts)

        def run(at: int, on: Onward) -> bool:
            text, end, lowest = self._text, at, at + node.least
            last = len(text) if node.most is None else min(len(text), at + node.most)
            while end < last and accepts(text[end]):
                end += 1
            self._step(end - at + 1)
            if node.kind == "possessive":
                return end >= lowest and on(end)
            while end >= lowest:
                self._step()
                if on(end):
                    return True
                end -= 1
            return False

        return run

    def _build_lazy_letter_repeat(self, node: Repeat, accepts: Callable[[str], bool]) -> Matcher:
        def run(at: int, on: Onward) -> bool:
            text, end, lowest = self._text, at, at + node.least
            last = len(text) if node.most is None else min(len(text), at + node.most)
            while True:
                self._step()
                if end >= lowest and on(end):
                    return True
                if end >= last or not accepts(text[end]):
                    return False
                end += 1

        return run

    def _build_repeat(self, node: Repeat) -> Matcher:
        body = self._build(node.body)
        if node.kind == "possessive":
            greedy = self._build_repeat(Repeat(node.body, node.least, node.most, "greedy"))
            return self._build_atomic(greedy)

        def run(at: int, on: Onward, done: int = 0) -> bool:
            self._step()

            def again(after: int) -> bool:
                # A round that reads nothing is the last one.
                if after == at and done >= node.least:
                    return False
                return run(after, on, done + 1)

            more = node.most is None or done < node.most
            if node.kind == "lazy":
                return (done >= node.least and on(at)) or (more and body(at, again))
            return (more and body(at, again)) or (done >= node.least and on(at))

        return run

    def _build_group(self, number: int, body: Matcher) -> Matcher:
        def run(at: int, on: Onward) -> bool:
            before = self._groups.get(number)

            def close(end: int) -> bool:
                inner = self._groups.get(number)
                self._groups[number] = (at, end)
                if on(end):
                    return True
                self._set_group(number, inner)
                return False

            if body(at, close):
                return True
            self._set_group(number, before)
            return False

        return run

    def _set_group(self, number: int, span: tuple[int, int] | None) -> None:
        if span is None:
            self._groups.pop(number, None)
        else:
            self._groups[number] = span

    def _build_reference(self, node: Reference) -> Matcher:
        def run(at: int, on: Onward) -> bool:
            if node.number not in self._groups:
                return False
            start, end = self._groups[node.number]
            wanted, seen = self._text[start:end], self._text[at : at + end - start]
            self._step(len(wanted) + 1)
            same = wanted.casefold() == seen.casefold() if node.folded else wanted == seen
            return same and on(at + len(wanted))

        return run

    def _build_look(self, node: Look) -> Matcher:
        body = self._build(node.body)

        def run(at: int, on: Onward) -> bool:
            start = at - node.back
            seen = start >= 0 and body(start, lambda _: True)
            return seen is node.wanted and on(at)

        return run

    def _build_atomic(self, body: Matcher) -> Matcher:
        def run(at: int, on: Onward) -> bool:
            ends: list[int] = []
            return body(at, lambda end: ends.append(end) is None) and on(ends[-1])

        return run


def _find_first_letter(node: Node) -> Letter | None:
    """Return what a node begins with, where nothing stands before it."""
    while isinstance(node, Chain) and node.parts:
        node = node.parts[0]
    return node if isinstance(node, Letter) else None


@contextmanager
def _allow_deep_recursion() -> Iterator[None]:
    """Each round of a group is a few calls deeper."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPEST)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
