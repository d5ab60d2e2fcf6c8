"""Texts that are made to be slow for one pattern, derived from its own parse tree.

For each repetition without an end: a text that leads there, then many of what it repeats, then
something that it cannot end with.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, product

from tests.house.backtracking import (
    Atomic,
    Chain,
    Choice,
    Condition,
    Group,
    Letter,
    Look,
    Node,
    Place,
    Reference,
    Repeat,
)

_PRINTED = "".join(map(chr, range(0x20, 0x7F)))
_OTHERS = (
    "\x00\n\t\r\x0b\x1c\x7f\u00a0\u00b7\u00e9\u00c9\u00df\u0130\u017f\u0660\u2014\u2019\u201c\u2022"
    "\u200b\ufeff\uff0e\U0001f393"
)
_MOST_EXAMPLES = 6
_MOST_SUFFIXES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    prefix: str
    pump: str
    suffix: str

    def build_text(self, pumps: int) -> str:
        return self.prefix + self.pump * pumps + self.suffix


def derive_attacks(tree: Node, *, is_bytes: bool = False) -> list[Attack]:
    """Return each text once that may make a pattern slow."""
    letters = _list_letters(tree)
    kinds = _pick_letter_kinds(letters, is_bytes=is_bytes)
    attacks: dict[Attack, None] = {}
    for way, repeat in _find_endless_repeats(tree, ("",), kinds):
        inside = _list_letters(repeat.body)
        singles = [kind for kind in kinds if any(node.accepts(kind) for node in inside)]
        others = [kind for kind in kinds if kind not in singles]
        suffixes = ("", *_spread(others, _MOST_SUFFIXES), *singles[-1:])
        wholes = [*_build_examples(repeat.body, kinds)]
        again = [prefix + whole for prefix in way for whole in wholes if prefix]
        pumps = dict.fromkeys(single for single in (*singles, *wholes, *again, *way) if single)
        for prefix, pump, suffix in product(way, pumps, suffixes):
            attacks[Attack(prefix=prefix, pump=pump, suffix=suffix)] = None
    return [*attacks]


def _list_letters(tree: Node) -> list[Letter]:
    """Return each set of characters once."""
    letters = (node for node in walk_nodes(tree) if isinstance(node, Letter))
    return [*{letter.accepts: letter for letter in letters}.values()]


def walk_nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in _list_children(node):
        yield from walk_nodes(child)


def _list_children(node: Node) -> tuple[Node, ...]:
    match node:
        case Chain(parts) | Choice(parts):
            return parts
        case Repeat() | Group() | Look() | Atomic():
            return (node.body,)
        case Condition():
            return (node.met, node.unmet)
    return ()


def _pick_letter_kinds(letters: list[Letter], *, is_bytes: bool) -> list[str]:
    """Return one character for each way in which the sets of a pattern can tell characters."""
    known = _PRINTED + "".join(other for other in _OTHERS if not is_bytes or ord(other) < 0x100)
    kinds: dict[tuple[bool, ...], str] = {}
    for letter in known:
        kinds.setdefault(tuple(one_letter.accepts(letter) for one_letter in letters), letter)
    return [*kinds.values()]


def _spread(items: list[str], most: int) -> list[str]:
    return items[:: max(1, -(-len(items) // most))]


def _find_endless_repeats(
    node: Node, before: tuple[str, ...], kinds: list[str]
) -> Iterator[tuple[tuple[str, ...], Repeat]]:
    """Yield each repetition without an end, with texts that lead to it."""
    match node:
        case Chain(parts):
            for part in parts:
                yield from _find_endless_repeats(part, before, kinds)
                before = _extend(before, _build_examples(part, kinds))
        case Repeat(body, _, most):
            yield from _find_endless_repeats(body, before, kinds)
            if most is None:
                yield before, node
        case Look(body, back):
            if not back:
                yield from _find_endless_repeats(body, before, kinds)
        case _:
            for child in _list_children(node):
                yield from _find_endless_repeats(child, before, kinds)


def _extend(before: tuple[str, ...], examples: Iterable[str]) -> tuple[str, ...]:
    """Return what leads on: the shortest and the longest way there."""
    ways = sorted(
        {one + other for one in before for other in examples}, key=lambda entry: (len(entry), entry)
    )
    return tuple(dict.fromkeys((ways[0], ways[-1]))) if ways else before


def _build_examples(node: Node, kinds: list[str]) -> list[str]:  # noqa: PLR0911 - one for each kind
    """Return some texts that a node accepts, the shortest among them."""
    match node:
        case Letter(accepts):
            found = next((kind for kind in kinds if accepts(kind)), None)
            return [found if found is not None else _search_letter(accepts)]
        case Chain(parts):
            ways = ("",)
            for part in parts:
                ways = _extend(ways, _build_examples(part, kinds))
            return [*ways]
        case Choice(branches):
            found = [_build_examples(branch, kinds) for branch in branches[:_MOST_EXAMPLES]]
            return [*dict.fromkeys(chain.from_iterable(found))]
        case Repeat(body, least, _):
            inside = _build_examples(body, kinds)
            return [
                *dict.fromkeys(
                    example * count for example in inside for count in (least, least + 1)
                )
            ]
        case Group(_, body) | Atomic(body):
            return _build_examples(body, kinds)
        case Condition(_, met, unmet):
            return [*_build_examples(met, kinds), *_build_examples(unmet, kinds)]
        case Look() | Place() | Reference():
            return [""]
    return [""]


@cache
def _search_letter(accepts: Callable[[str], bool]) -> str:
    """Return the first letter of all that a set accepts; a pattern has the same set many times."""
    return next((chr(code) for code in range(0x20000) if accepts(chr(code))), "")
