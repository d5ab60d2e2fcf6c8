"""The archive that an operator may send to the project: shapes of answers, listed and signed.

Its key is the installation's own, so that two bundles of one are known as such, and who made them
is not: the key tells nothing else.
"""

import io
import json
import tarfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from monitor.db.database import Database
from monitor.domain.first_contact import SourceContact
from scrapers.facts.fact import FactChanges
from scrapers.sites.catalog import load_own_catalog
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import Source
from scrapers.source_discovery import discover_built_in_sources

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BUNDLE_FORMAT = 1
MANIFEST, SIGNATURE, PAGE = "manifest.json", "manifest.sig", "page.txt"


def rename_publicly(
    sources: Mapping[str, Source], changes: FactChanges, contacts: Iterable[SourceContact]
) -> Iterator[SourceContact]:
    """Yield them under names that tell nothing of an installation.

    Sources that come with the program keep their names; a server or a list that an operator named
    is called by its kind.
    """
    shipped = {entry.key: entry for entry in load_own_catalog(changes).entries}
    numbers: Counter[str] = Counter()
    for contact in contacts:
        source = sources.get(contact.source)
        is_shipped = isinstance(source, PresenceSource) and (
            shipped.get(contact.source) == source.entry
        )
        if is_shipped or contact.source in discover_built_in_sources():
            yield contact
        else:
            numbers[contact.kind] += 1
            name = f"{contact.kind.lower()}-{numbers[contact.kind]}"
            yield replace(_remove_digests(contact), source=name)


def _remove_digests(contact: SourceContact) -> SourceContact:
    """Drop what is computed from an operator's own words: who guesses these could confirm them."""
    reports = tuple(
        replace(report, answer=replace(report.answer, marks=())) if report.answer else report
        for report in contact.reports
    )
    return replace(contact, reader=0, reports=reports)


def build_bundle(db: Database, contacts: Collection[SourceContact], page: str) -> bytes:
    """Return an archive of contacts with public names; its manifest lists exactly what is in it."""
    files = {PAGE: page.encode()}
    files |= {f"sources/{contact.source}.json": _encode(contact) for contact in contacts}
    key = _load_signing_key(db)
    manifest = {
        "format": BUNDLE_FORMAT,
        "version": version("namesake-monitor"),
        "key": key.public_key().public_bytes_raw().hex(),
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    listed = json.dumps(manifest, indent=1).encode()
    return _pack({MANIFEST: listed, SIGNATURE: key.sign(listed).hex().encode(), **files})


def _encode(contact: SourceContact) -> bytes:
    """Write a contact without the hour, and without that of the time before."""
    told = {
        "source": contact.source,
        "kind": contact.kind,
        "reader": contact.reader,
        "on": contact.at.date().isoformat(),
        "verdict": contact.verdict,
        "status": contact.find_status(),
        "reports": msgspec.to_builtins(contact.reports),
    }
    return json.dumps(told, indent=1).encode()


def _load_signing_key(db: Database) -> "Ed25519PrivateKey":
    # Large, and only a bundle is signed.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - see above
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey.from_private_bytes(db.derive_secret("first-contact"))


def _pack(files: Mapping[str, bytes]) -> bytes:
    """Return a tar file whose headers name no user, no machine and no time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
