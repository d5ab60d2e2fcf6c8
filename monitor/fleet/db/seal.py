"""The keys of a fleet: what machines tell each other by way of PostgreSQL is sealed and signed."""

import hmac
import os
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.db.encryption import NONCE_BYTES
from monitor.domain.errors import ConfigError, DatabaseError
from monitor.domain.serialization import decode_json, encode_json, encode_utf8

T = TypeVar("T")
SHORTEST_KEY = 32
HASH_CHARACTERS = 32
PUBLIC_BYTES = 32


class FleetSeal:
    """One half seals, the other names what must not be told: hosts, districts and people.

    Made of the secret of machines with districts, from which all other keys are derived.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST_KEY:
            raise ConfigError(
                "The secret fleet-key is missing or too short. Make one for all machines with "
                "districts: openssl rand -base64 32"
            )
        self._root = secret.encode()
        self._take_keys(self._derive("seal"), self._derive("name"))

    def _take_keys(self, seal_key: bytes, hash_key: bytes) -> None:
        self._cipher = AESGCM(seal_key)
        self._hash_key = hash_key

    def _derive(self, purpose: str) -> bytes:
        if not self._root:
            reason = "Only a machine with districts does this: it has the secret fleet-key."
            raise ConfigError(reason)
        return hmac.digest(self._root, purpose.encode(), "sha256")

    def derive_home_seal(self) -> "FleetSeal":
        """Return the seal of what machines with districts tell each other alone."""
        return FleetSeal(self._derive("home").hex())

    def derive_worker_key(self, name: str) -> str:
        """Return the secret of a machine that asks: what all of these need, and its own."""
        keys = (self._derive("seal"), self._derive("name"), self._derive(f"worker {name}"))
        return ".".join((name, *(key.hex() for key in keys)))

    def is_signed_by(self, worker: str, place: str, blob: bytes, signature: bytes) -> bool:
        """Tell whether the machine of this name wrote it, for this place."""
        expected = _sign(self._derive(f"worker {worker}"), place, blob)
        return hmac.compare_digest(expected, signature)

    def wrap_key(self, key: bytes, public: bytes, name: str) -> bytes:
        """Seal a key to the pair of one process: without that, no secret of ours opens it."""
        own = X25519PrivateKey.generate()
        shared = own.exchange(X25519PublicKey.from_public_bytes(public))
        mine = own.public_key().public_bytes_raw()
        cipher = AESGCM(self._mix_key(shared, mine, public))
        # The key of this cipher is used once, so its nonce need not be random.
        return mine + cipher.encrypt(bytes(NONCE_BYTES), key, name.encode())

    def _mix_key(self, shared: bytes, sender: bytes, public: bytes) -> bytes:
        """Mix in a key of the fleet, so that nobody else passes on a key of theirs."""
        return hmac.digest(self._hash_key, b"wrap" + shared + sender + public, "sha256")

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
            reason = f"{place} cannot be read. All machines of a fleet need keys of one fleet."
            raise DatabaseError(reason) from error


class WorkerSeal(FleetSeal):
    """What a machine that asks has of it: it opens batches, and signs answers as itself."""

    def __init__(self, key: str) -> None:  # its root stays with the machines with districts
        self._root = b""
        name, *keys = key.strip().split(".")
        try:
            seal_key, hash_key, self._signing_key = map(bytes.fromhex, keys)
            self._take_keys(seal_key, hash_key)
        except ValueError as error:
            raise ConfigError(
                "The secret worker-key is missing or no such key. On a machine with districts, run "
                "`namesake fleet add-worker NAME`, and store what it prints."
            ) from error
        self.worker = name

    def unwrap_key(self, blob: bytes, pair: X25519PrivateKey, name: str) -> bytes:
        """Raise DatabaseError for what no machine of the fleet sealed to this pair."""
        public = pair.public_key().public_bytes_raw()
        sender, sealed = blob[:PUBLIC_BYTES], blob[PUBLIC_BYTES:]
        try:
            shared = pair.exchange(X25519PublicKey.from_public_bytes(sender))
            cipher = AESGCM(self._mix_key(shared, sender, public))
            return cipher.decrypt(bytes(NONCE_BYTES), sealed, name.encode())
        except (InvalidTag, ValueError) as error:
            raise DatabaseError(
                "A day's key was sealed by no machine with districts. Look who can write there."
            ) from error

    def sign(self, place: str, blob: bytes) -> bytes:
        return _sign(self._signing_key, place, blob)


def _sign(key: bytes, place: str, blob: bytes) -> bytes:
    return hmac.digest(key, place.encode() + b"\0" + blob, "sha256")
