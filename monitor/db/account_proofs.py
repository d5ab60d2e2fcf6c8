"""Accounts that show somebody else's name, and whether their owner proved to control them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.db.connection import Database, Row, read, written
from monitor.db.encryption import Sealing


class ProofState(StrEnum):
    """WAITING for the person, REQUESTED of the next check, PROVEN, or FAILED in that check."""

    WAITING = "waiting"
    REQUESTED = "requested"
    PROVEN = "proven"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProof:
    """`account` is an account key, or the address of a page; `at` is when its state began."""

    person: str
    account: str
    state: ProofState
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountProofs:
    database: Database
    sealing: Sealing

    def put(self, proof: AccountProof) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO account_proofs (person, mark, state, at, sealed)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (person, mark)
                DO UPDATE SET state = excluded.state, at = excluded.at""",
                proof.person,
                self._mark(proof.person, proof.account),
                proof.state,
                written(proof.at),
                self.sealing.seal(proof.person, _PLACE, proof.account),
            )

    def of_person(self, person: str) -> tuple[AccountProof, ...]:
        """Return all of a person's, the oldest first."""
        rows = self.database.rows(
            "SELECT person, state, at, sealed FROM account_proofs WHERE person = ? ORDER BY rowid",
            person,
        )
        return tuple(map(self._proof, rows))

    def drop(self, person: str, account: str) -> None:
        with self.database.write():
            self.database.run(
                "DELETE FROM account_proofs WHERE person = ? AND mark = ?",
                person,
                self._mark(person, account),
            )

    def code(self, person: str, account: str) -> str:
        """Return the code that proves control of an account: the same each time, kept nowhere."""
        mark = self.sealing.mark(person, f"code of {account}")
        return "namesake-" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in mark[:_CODE_LENGTH])

    def _mark(self, person: str, account: str) -> bytes:
        return self.sealing.mark(person, f"account {account}")

    def _proof(self, row: Row) -> AccountProof:
        person, state, at, sealed = row
        account = self.sealing.open(person, _PLACE, sealed, str)
        return AccountProof(person=person, account=account, state=ProofState(state), at=read(at))


# Letters only: digits could be taken for a phone number, and be blotted out.
_LETTERS = "abcdefghkmnpqrstuvwxyz"
_CODE_LENGTH = 8
_PLACE = "account_proofs/sealed"
