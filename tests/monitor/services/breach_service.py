"""A service that knows data breaches, and answers as Have I Been Pwned does."""

import json
from dataclasses import dataclass, field
from hashlib import sha1
from urllib.parse import unquote

from msgspec import structs

from monitor.config.sections import BreachesConfig, Config
from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest, FakeResponse

HOST = "searx.example"  # of all hosts of the made-up internet, the one that is free
SOURCE = "have-i-been-pwned"
KEY = "0123456789abcdef0123456789abcdef"
KEY_VARIABLE = "NAMESAKE_HAVE_I_BEEN_PWNED_KEY"
_PATH = "/api/v3/breachedaccount/"
_CANARY = "account-exists@hibp-integration-tests.com"

Row = dict[str, object]


def with_breaches(config: Config, *, k_anonymity: bool = False) -> Config:
    chosen = BreachesConfig(
        url=f"http://{HOST}", seconds_between=0.1, k_anonymity=k_anonymity, canary=_CANARY
    )
    return structs.replace(
        config, sources=structs.replace(config.sources, have_i_been_pwned=chosen)
    )


def breach(name: str, day: str = "2021-03-14", *data: str, **marks: bool) -> Row:
    row: Row = {"Name": name, "Title": name.title(), "BreachDate": day}
    row |= {"DataClasses": list(data or ("Email addresses", "Passwords"))}
    cases = {"IsVerified": True} | dict.fromkeys(
        ("IsFabricated", "IsSensitive", "IsRetired", "IsSpamList"), False
    )
    return row | cases | marks


@dataclass
class BreachService:
    """`known` are the breaches by address; `instead` answers everything, if it is there."""

    internet: Internet
    known: dict[str, list[Row]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    instead: FakeResponse | None = None

    @property
    def hosts(self) -> frozenset[str]:
        return self.internet.hosts

    def knows(self, mail: str, *rows: Row) -> None:
        self.known[mail] = list(rows)

    def refuses(self, status: int, **headers: str) -> None:
        body = json.dumps({"statusCode": status, "message": "No."}).encode()
        self.instead = FakeResponse(body=body, status=status, headers=tuple(headers.items()))

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        path = unquote(asked.path)
        if asked.host == HOST and path == "/api/v3/breaches":
            self.asked.append("breaches")
            rows = [row for known in self.known.values() for row in known]
            return FakeResponse(body=json.dumps([*rows, breach("Canary")]).encode())
        if asked.host != HOST or not path.startswith(_PATH):
            return self.internet.answer_request(asked)
        self.asked.append(address := path.removeprefix(_PATH))
        if self.instead is not None:
            return self.instead
        if address.startswith("range/"):
            return FakeResponse(body=json.dumps(self._list_range(address[6:])).encode())
        rows = [breach("Canary")] if address == _CANARY else self.known.get(address, [])
        if not rows:
            return FakeResponse(body=b"", status=404)
        headers = (("content-type", "application/json; charset=utf-8"),)
        return FakeResponse(body=json.dumps(rows).encode(), headers=headers)

    def _list_range(self, prefix: str) -> list[Row]:
        """Return whom the service knows of a prefix, and somebody whom it always knows."""
        everyone = {**self.known, _CANARY: [breach("Canary")]}
        hashes = {
            sha1(mail.encode(), usedforsecurity=False).hexdigest().upper(): rows
            for mail, rows in everyone.items()
        }
        known: list[Row] = [
            {"hashSuffix": digest[6:], "websites": [row["Name"] for row in rows]}
            for digest, rows in hashes.items()
            if digest.startswith(prefix)
        ]
        return [*known, {"hashSuffix": "0" * 34, "websites": ["Somewhere"]}]
