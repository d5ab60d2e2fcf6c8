import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.tree import PACKAGES, comments, parsed, place, python_files, walked

# A name of Python in backticks; keys with hyphens, addresses and examples are no names.
QUOTED = re.compile(r"(?<!`)`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\(\))?`(?!`)")
QUOTING_COMMENT = re.compile(r"#.*`")
WORD = re.compile(r"\w+")


def test_a_name_in_backticks_exists_in_its_file_or_in_the_package() -> None:
    unknown = [
        f"{place(path, line)} {name}"
        for path in python_files()
        for line, text in _list_prose(path)
        for name in QUOTED.findall(text)
        if (last := name.removesuffix(".py").rpartition(".")[2]) not in _list_words(path)
        and last not in _list_package_names()
    ]

    assert unknown == []


def test_a_docstring_calls_a_field_or_parameter_by_its_name() -> None:
    shortened = [
        f"{place(path, node.lineno)} {name}"
        for path in python_files(*PACKAGES)
        for node in walked(path)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for name in QUOTED.findall(ast.get_docstring(node) or "")
        if {f"{name}_id", f"is_{name}"} & _list_own_names(node)
        and name not in set(_list_used_names(node))
    ]

    assert shortened == []


def test_a_loop_variable_is_named_after_what_it_holds() -> None:
    loops = (ast.For, ast.AsyncFor, ast.comprehension)
    nameless = [
        place(path, name.lineno)
        for path in python_files()
        for loop in walked(path)
        if isinstance(loop, loops)
        for name in ast.walk(loop.target)
        if isinstance(name, ast.Name) and name.id == "each"
    ]

    assert nameless == []


def _list_prose(path: Path) -> Iterator[tuple[int, str]]:
    yield from comments(path, QUOTING_COMMENT)
    for node in walked(path):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)


@cache
def _list_words(path: Path) -> frozenset[str]:
    """Return the names in the code of a file, and the words of its strings."""
    return frozenset(_list_used_names(parsed(path)))


def _list_used_names(node: ast.AST) -> Iterator[str]:
    docstrings = {one.value for one in ast.walk(node) if isinstance(one, ast.Expr)}
    for one in ast.walk(node):
        if one in docstrings:
            continue
        for value in (
            getattr(one, field, None) for field in ("id", "attr", "arg", "name", "asname")
        ):
            if isinstance(value, str):
                yield from WORD.findall(value)
        if isinstance(one, ast.Constant) and isinstance(one.value, str | bytes):
            yield from WORD.findall(str(one.value))


def _list_own_names(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    if isinstance(node, ast.ClassDef):
        targets = (one.target for one in node.body if isinstance(one, ast.AnnAssign))
        return {target.id for target in targets if isinstance(target, ast.Name)}
    return {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}


@cache
def _list_package_names() -> frozenset[str]:
    """Return what the product defines: modules, classes, functions, parameters, fields, values."""
    names = {part for path in python_files() for part in path.with_suffix("").parts}
    for path in python_files(*PACKAGES):
        for node in walked(path):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.arg):
                names.add(node.arg)
            elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
                names.add(node.id if isinstance(node, ast.Name) else node.attr)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names.add(str(node.value.value))
    return frozenset(names)
