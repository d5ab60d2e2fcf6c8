"""A browser's fields are declared as structs and read in one place."""

import ast
import re
from collections.abc import Iterator

import monitor.web.demo
from monitor.web.forms import WebForm
from tests.house.tree import ROOT, files, place, python_files, walked

READER = ROOT / "monitor/web/forms.py"
FIELDS_OF_A_REQUEST = {"form", "args", "values", "files", "json", "get_json", "get_data"}
ROUTES = monitor.web.demo.__name__  # loads every family of pages, and so every form


def declared(form: type[WebForm] = WebForm) -> Iterator[type[WebForm]]:
    for subclass in form.__subclasses__():
        yield subclass
        yield from declared(subclass)


def test_what_a_browser_sent_is_read_in_one_place() -> None:
    elsewhere = [
        place(path, node.lineno)
        for path in python_files("monitor/web")
        for node in walked(path)
        if isinstance(node, ast.Attribute)
        and node.attr in FIELDS_OF_A_REQUEST
        and isinstance(node.value, ast.Name)
        and node.value.id == "request"
        and path != READER
    ]

    assert elsewhere == []


def test_each_form_cannot_be_changed_once_it_is_read() -> None:
    found = [
        entry for entry in declared() if entry.__module__.startswith(ROUTES.rpartition(".")[0])
    ]

    assert found
    assert [entry for entry in found if not entry.__struct_config__.frozen] == []


def test_no_form_asks_for_a_password() -> None:
    fields = [
        place(path)
        for path in files("reports/templates", kind="*.html")
        if re.search(
            r"type=.password|autocomplete=.(?:current|new)-password", path.read_text("utf-8")
        )
    ]

    assert fields == []
    assert [form for form in declared() if "password" in form.__struct_fields__] == []
