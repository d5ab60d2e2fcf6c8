"""Bundles of first contacts: opened with care, since anyone can send one."""

import io
import json
import tarfile
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from monitor.domain.first_contact import ProbeReport, Verdict
from monitor.services.first_contact_bundle import BUNDLE_FORMAT, MANIFEST, SIGNATURE

MOST_BYTES = 64 << 20
SOURCES = "sources/"


class BundleError(Exception):
    """Holds one sentence: why a bundle is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSource:
    """What one installation saw of a source, as its file in a bundle and here tells it."""

    source: str
    kind: str
    reader: int
    on: date
    verdict: Verdict
    status: str
    reports: tuple[ProbeReport, ...]


def read_bundle(path: Path) -> tuple[SeenSource, ...]:
    """Check a bundle against its manifest and that against its signature; raise BundleError."""
    try:
        files = _unpack(path.read_bytes())
        manifest, signature = files.pop(MANIFEST), files.pop(SIGNATURE)
        listed = json.loads(manifest)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(listed["key"]))
        key.verify(bytes.fromhex(signature.decode()), manifest)
    except InvalidSignature as error:
        reason = f"{path} was changed: its signature does not fit."
        raise BundleError(reason) from error
    except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        reason = f"{path} is no bundle of a first contact ({type(error).__name__})."
        raise BundleError(reason) from error
    if listed.get("format") != BUNDLE_FORMAT:
        reason = (
            f"{path} has format {listed.get('format')}, and this program reads {BUNDLE_FORMAT}."
        )
        raise BundleError(reason)
    if {name: sha256(content).hexdigest() for name, content in files.items()} != listed["files"]:
        reason = f"{path} does not hold exactly what its manifest lists."
        raise BundleError(reason)
    return tuple(read_seen(content) for name, content in files.items() if name.startswith(SOURCES))


def read_seen(content: bytes) -> SeenSource:
    try:
        return msgspec.json.decode(content, type=SeenSource)
    except msgspec.MsgspecError as error:
        reason = f"A file in it is of another form ({error})."
        raise BundleError(reason) from error


def write_seen(seen: SeenSource) -> bytes:
    return json.dumps(msgspec.to_builtins(seen), indent=1).encode() + b"\n"


def _unpack(packed: bytes) -> dict[str, bytes]:
    """Read its files without writing any; two of one name are refused."""
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None or member.name in files or member.size > MOST_BYTES:
                raise ValueError(member.name)
            files[member.name] = content.read()
    return files
