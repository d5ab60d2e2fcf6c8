"""What is loaded or built when it is first asked for, so that a command pays for what it uses."""

from collections.abc import Callable
from dataclasses import fields
from threading import RLock
from types import ModuleType
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class LazyModule:
    """Stands for a module, which is loaded when something of it is first asked for."""

    _load: Callable[[], ModuleType]

    def __init__(self, load: Callable[[], ModuleType]) -> None:
        vars(self)["_load"] = load

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._load(), name)
        return found

    def __setattr__(self, name: str, _value: object) -> None:
        message = f"Set {name} on the module itself: here, the module would not see it."
        raise AttributeError(message)


class Deferred(Generic[T]):
    """A value that is built once, however many threads ask for it. What fails is tried again."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._built: list[T] = []
        self._noted: list[Callable[[T], object]] = []
        self._lock = RLock()

    def get(self) -> T:
        with self._lock:
            if not self._built:
                built = self._build()
                for act in self._noted:
                    act(built)
                self._built.append(built)
            return self._built[0]

    def act_once_built(self, act: Callable[[T], object]) -> None:
        """Do it to the value now if there is one, else before anyone gets it."""
        with self._lock:
            if self._built:
                act(self._built[0])
            else:
                self._noted.append(act)


class LateField(Generic[T]):
    """A field of a dataclass that takes a value, or a `Deferred` one, and always gives the value.

    `build` makes the default, which all that leave the field out share.
    """

    def __init__(self, build: Callable[[], T] | None = None) -> None:
        self._default = Deferred(build) if build else None

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, whole: None, _owner: type) -> Deferred[T]: ...
    @overload
    def __get__(self, whole: object, _owner: type) -> T: ...
    def __get__(self, whole: object | None, _owner: type) -> Deferred[T] | T:
        if whole is not None:
            value: Deferred[T] | T = vars(whole)[self._name]
            return value.get() if isinstance(value, Deferred) else value
        if self._default is None:  # which is how a dataclass learns that there is no default
            raise AttributeError(self._name)
        return self._default

    def __set__(self, whole: object, value: Deferred[T] | T) -> None:
        vars(whole)[self._name] = value


def act_once_built(whole: object, name: str, act: Callable[[Any], object]) -> None:
    """Do something to a field's value, and build no value for that: see `Deferred`."""
    value = vars(whole)[name]
    if isinstance(value, Deferred):
        value.act_once_built(act)
    else:
        act(value)


WholeT = TypeVar("WholeT")


def replace_fields(whole: WholeT, **changes: object) -> WholeT:
    """Do as `dataclasses.replace`, and build none of the fields that no one has asked for."""
    given: dict[str, Any] = {each.name: vars(whole)[each.name] for each in fields(whole)}  # type: ignore[arg-type]  # of any dataclass
    return type(whole)(**given | changes)
