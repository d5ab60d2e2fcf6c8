"""Accounts that show someone else's name, and whether their owner proved to control them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from monitor.db.encryption import SealedRecords
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.retention import RetainedKind


class ProofState(StrEnum):
    """WAITING for the person, REQUESTED of the next check, PROVEN, or FAILED in that check."""

    WAITING = "waiting"
    REQUESTED = "requested"
    PROVEN = "proven"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProof:
    """`account` is an account key, or the address of a page; `at` is when its state began."""

    person_id: str
    account: str
    state: ProofState
    at: datetime


class AccountProofsTable(SealedRecords[AccountProof]):
    declaration = TableDeclaration(
        "account_proofs",
        Owner.PERSON,
        RetainedKind.PERSON,
        "codes to prove control of an account",
        sealed=("encrypted",),
        exported="account_proofs",
    )

    record = AccountProof
    stored = ("person_id", "state", "at")
    key = ("person_id", "keyed_hash")

    def save_account_proof(self, proof: AccountProof) -> None:
        with self.connection.begin_transaction():
            self.replace_record(
                proof, keyed_hash=self._hash_account(proof.person_id, proof.account)
            )
            self.connection.forget_read(("account proofs", proof.person_id))

    def list_proofs_of_person(self, person_id: str) -> tuple[AccountProof, ...]:
        """Return all of a person's, the oldest first."""
        read = partial(self.list_records, "WHERE person_id = ? ORDER BY rowid", person_id)
        return self.connection.read_once(("account proofs", person_id), read)

    def delete_account_proof(self, person_id: str, account: str) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                "DELETE FROM account_proofs WHERE person_id = ? AND keyed_hash = ?",
                person_id,
                self._hash_account(person_id, account),
            )
            self.connection.forget_read(("account proofs", person_id))

    def derive_proof_code(self, person_id: str, account: str) -> str:
        """Return the code that proves control of an account: the same each time, stored nowhere."""
        mark = self.encryption.keyed_hash(person_id, f"code of {account}")
        return "namesake-" + "".join(
            _CODE_ALPHABET[byte % len(_CODE_ALPHABET)] for byte in mark[:_CODE_LENGTH]
        )

    def _hash_account(self, person_id: str, account: str) -> bytes:
        return self.encryption.keyed_hash(person_id, f"account {account}")


# Letters only: digits could be taken for a phone number, and be masked.
_CODE_ALPHABET = "abcdefghkmnpqrstuvwxyz"
_CODE_LENGTH = 8
