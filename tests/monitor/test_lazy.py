"""What is deferred is built when it is asked for, once, and not before."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from threading import Barrier, Thread

import pytest

from monitor.lazy import Deferred, LateField, LazyModule, act_once_built, replace_fields


@dataclass(frozen=True, kw_only=True)
class House:
    lamp: LateField[list[str]] = LateField()
    door: LateField[str] = LateField(lambda: "oak")
    name: str = ""


class Builder:
    def __init__(self) -> None:
        self.built = 0

    def __call__(self) -> list[str]:
        self.built += 1
        return ["lamp"]


def test_a_deferred_field_is_built_at_its_first_use_and_once() -> None:
    build = Builder()
    house = House(lamp=Deferred(build))
    assert build.built == 0

    assert house.lamp is house.lamp
    assert build.built == 1


def test_a_value_can_be_given_and_a_default_left_out() -> None:
    house = House(lamp=["mine"], door="ash")

    assert (house.lamp, house.door) == (["mine"], "ash")
    assert House(lamp=[]).door == "oak"


def test_a_field_without_a_default_has_to_be_given() -> None:
    with pytest.raises(TypeError, match="lamp"):
        House()  # type: ignore[call-arg]  # which is the point


def test_a_copy_with_changes_builds_nothing_and_shares_what_is_built_later() -> None:
    build = Builder()
    house = House(lamp=Deferred(build))

    copy = replace_fields(house, name="copy")

    assert (build.built, copy.name) == (0, "copy")
    assert copy.lamp is house.lamp
    assert build.built == 1


def test_a_plain_copy_has_the_same_values() -> None:
    house = House(lamp=Deferred(Builder()))

    assert replace(house, name="copy").lamp is house.lamp


def test_what_fails_is_tried_again() -> None:
    answers = iter([OSError("not now"), None])

    def build() -> str:
        if fault := next(answers):
            raise fault
        return "built"

    deferred = Deferred(build)
    with pytest.raises(OSError, match="not now"):
        deferred.get()

    assert deferred.get() == "built"


def test_threads_that_ask_together_get_one_value() -> None:
    build, start, got = Builder(), Barrier(4), list[list[str]]()
    deferred = Deferred(build)

    def ask() -> None:
        start.wait()
        got.append(deferred.get())

    threads = [Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert build.built == 1
    assert all(each is got[0] for each in got)


def note(*, into: list[str]) -> Callable[[list[str]], None]:
    return lambda lamp: into.append(f"off: {lamp[0]}")


def test_what_was_to_happen_happens_before_anyone_gets_the_value() -> None:
    seen: list[str] = []
    house = House(lamp=Deferred(Builder()))

    act_once_built(house, "lamp", note(into=seen))
    assert seen == []
    assert house.lamp
    assert seen == ["off: lamp"]
    act_once_built(house, "lamp", note(into=seen))
    act_once_built(House(lamp=["given"]), "lamp", note(into=seen))

    assert seen == ["off: lamp", "off: lamp", "off: given"]


def test_a_module_is_loaded_when_something_of_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    module = LazyModule(lambda: import_module("colorsys"))
    assert "colorsys" not in sys.modules

    assert module.rgb_to_hsv

    assert "colorsys" in sys.modules


def test_nothing_can_be_set_where_the_module_would_not_see_it() -> None:
    module = LazyModule(lambda: import_module("colorsys"))

    with pytest.raises(AttributeError, match="the module itself"):
        module.ONE_SIXTH = 2  # type: ignore[misc]  # which is the point
