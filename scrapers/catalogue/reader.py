"""Reads catalogues in the WhatsMyName format, and our own, which adds a few fields to it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from scrapers.catalogue.entry import Entry
from scrapers.catalogue.fields import entry_from, faults_of
from scrapers.catalogue.row import Row
from scrapers.catalogue.unusable import unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """`detail` says what is at fault, where the reason is a general one."""

    name: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...] = ()


class CatalogueError(ValueError):
    """The file cannot be used; `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(self.faults))


def own_catalogue() -> Catalogue:
    own = files("scrapers.catalogue") / "own.json"
    return catalogue_from("own.json", own.read_bytes())


def read_catalogue(path: Path) -> Catalogue:
    try:
        return catalogue_from(str(path), path.read_bytes())
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CatalogueError([message]) from error


def catalogue_from(file: str, content: bytes) -> Catalogue:
    rows = _rows(file, content)
    faults = [f"{at}: {fault}." for at, row in _placed(file, rows) for fault in faults_of(row)]
    faults += _doubles(file, rows)
    if faults:
        raise CatalogueError(faults)
    left_out = tuple(
        LeftOut(name=str(row["name"]), reason=reason) for row in rows for reason in unusable(row)
    )
    entries = tuple(entry_from(row) for row in rows if not any(unusable(row)))
    return joined(Catalogue(entries=entries, left_out=left_out))


def joined(*catalogues: Catalogue) -> Catalogue:
    """Return all entries; where one site is known twice, the earlier entry counts."""
    entries: dict[str, Entry] = {}
    left_out: list[LeftOut] = []
    for catalogue in catalogues:
        left_out += catalogue.left_out
        for entry in catalogue.entries:
            if entries.setdefault(entry.key, entry) is not entry:
                left_out.append(LeftOut(name=entry.name, reason="an earlier entry has its name"))
    return Catalogue(entries=tuple(entries.values()), left_out=tuple(left_out))


def json_of(file: str, content: bytes) -> object:
    """Return what the file holds, or raise CatalogueError."""
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"{file} is not whole: it is not valid JSON ({_where(error)})."
        raise CatalogueError([message]) from None
    return data


def _rows(file: str, content: bytes) -> list[Row]:
    data = json_of(file, content)
    sites = data.get("sites") if isinstance(data, dict) else None
    if not isinstance(sites, list) or not sites:
        message = f"{file} is not a catalogue: it holds no list of sites."
        raise CatalogueError([message])
    broken = [n for n, site in enumerate(sites, 1) if not isinstance(site, dict)]
    if broken:
        raise CatalogueError([f"{file}, entry {n}: it is not an object." for n in broken])
    return sites


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return "no position known"


def _placed(file: str, rows: list[Row]) -> Iterator[tuple[str, Row]]:
    for n, row in enumerate(rows, 1):
        name = row.get("name")
        called = f" ({name})" if isinstance(name, str) and name else ""
        yield f"{file}, entry {n}{called}", row


def _doubles(file: str, rows: list[Row]) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        name = row.get("name")
        if isinstance(name, str) and name.casefold() in seen:
            yield f"{file}, entry {name}: another entry has the same name."
        elif isinstance(name, str):
            seen.add(name.casefold())
