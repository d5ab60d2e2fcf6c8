"""The fleet key: what machines tell each other by way of PostgreSQL is sealed under it."""

import hmac
import os
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.db.encryption import NONCE_BYTES
from monitor.domain.errors import ConfigError, DatabaseError
from monitor.domain.serialization import decode_json, encode_json, encode_utf8

T = TypeVar("T")
SHORTEST_KEY = 32
HASH_CHARACTERS = 32


class FleetSeal:
    """One half seals, the other names what must not be told: hosts, districts and people."""

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST_KEY:
            reason = (
                "The secret fleet-key is missing or too short. Make one for all machines: "
                "openssl rand -base64 32"
            )
            raise ConfigError(reason)
        root = self._root = secret.encode()
        self._cipher = AESGCM(hmac.digest(root, b"seal", "sha256"))
        self._hash_key = hmac.digest(root, b"name", "sha256")

    def derive_home_seal(self) -> "FleetSeal":
        """Return the seal of what machines with districts tell each other alone."""
        return FleetSeal(hmac.digest(self._root, b"home", "sha256").hex())

    def hash_name(self, kind: str, *parts: str) -> str:
        """Return the same word for the same thing; it tells nothing without the key."""
        text = "\x1f".join((kind, *parts))
        return hmac.digest(self._hash_key, encode_utf8(text), "sha256").hex()[:HASH_CHARACTERS]

    def encrypt(self, place: str, value: object) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, encode_json(value), place.encode())

    def decrypt(self, place: str, blob: bytes, shape: type[T]) -> T:
        """Raise DatabaseError for what another key sealed, or was for another place."""
        try:
            opened = self._cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], place.encode())
            return decode_json(opened, shape)
        except (InvalidTag, ValueError) as error:
            reason = f"{place} cannot be read. All machines of a fleet need the same fleet-key."
            raise DatabaseError(reason) from error
