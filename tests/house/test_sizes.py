import ast

from tests.house.tree import PACKAGES, parsed, place, python_files

LONGEST_FILE = 300
LONGEST_FUNCTION = 40

# Such a name says that nobody knew what the thing is.
EMPTY_NAMES = {
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "managers",
    "common",
    "base",
    "misc",
}


def test_a_file_tells_one_thing_and_so_is_short() -> None:
    lengths = {place(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_a_function_fits_in_the_eye() -> None:
    long = [
        f"{place(path, node.lineno)} {node.name}"
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_a_module_is_named_after_what_is_in_it() -> None:
    nameless = [
        place(path)
        for path in python_files(*PACKAGES, "tests")
        if EMPTY_NAMES & {word for part in path.with_suffix("").parts for word in part.split("_")}
    ]

    assert nameless == []
