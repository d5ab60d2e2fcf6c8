"""Who looks for the tests of a module finds them where its package is mirrored."""

from pathlib import Path

from tests.house.tree import PACKAGES, ROOT, place, python_files

TESTS = tuple(f"tests/{package}" for package in PACKAGES)
# Parts that their users' tests reach; whoever adds a module adds a test beside it.
MODULES_WITH_TESTS = 250


def mirrored(path: Path) -> bool:
    """Tell whether "test_X.py" names a module X, or "test_X_aspect.py" an aspect of one."""
    folder = ROOT / path.parent.relative_to(ROOT / "tests")
    if folder.with_suffix(".py").is_file():
        return True
    parts = {
        one_path.stem
        for one_path in folder.iterdir()
        if one_path.suffix == ".py" or one_path.is_dir()
    }
    named = path.stem.removeprefix("test_")
    return any(f"{named}_".startswith(f"{part}_") for part in {*parts, folder.name})


def with_tests() -> set[str]:
    """Return the modules that have a test file of their name, or a folder of them."""
    found = set()
    for path in python_files(*PACKAGES):
        folder = ROOT / "tests" / path.parent.relative_to(ROOT)
        own = folder / path.stem
        files = [*folder.glob(f"test_{path.stem}.py"), *folder.glob(f"test_{path.stem}_*.py")]
        if files or (own.is_dir() and [*own.glob("test_*.py")]):
            found.add(place(path))
    return found


def test_each_test_file_names_the_module_that_it_tests() -> None:
    strays = [
        place(path)
        for path in python_files(*TESTS)
        if path.name.startswith("test_") and not mirrored(path)
    ]

    assert strays == []


def test_modules_with_tests_of_their_own_do_not_become_fewer() -> None:
    assert len(with_tests()) >= MODULES_WITH_TESTS
