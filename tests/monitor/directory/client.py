"""A directory that writes its staff to a portal by SCIM, as Entra ID and Okta do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from msgspec import structs
from werkzeug.test import TestResponse

from monitor.config.sections import Config
from monitor.directory.config import DirectoryMode, DirectoryStaffConfig
from monitor.web.app import create_portal_app
from tests.monitor.services.world import World
from tests.monitor.web.portal import ADDRESS, Portal

TOKEN = "5c" * 16
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ANN: Mapping[str, Any] = {
    "schemas": [CORE_USER],
    "userName": "Ann.Abel@cedarvalley.example",
    "name": {"givenName": "Ann", "familyName": "Abel"},
    "active": True,
    "externalId": "6f1c",
}


def with_directory(config: Config, mode: DirectoryMode = DirectoryMode.PROPOSE) -> Config:
    """Let the district's directory write by SCIM."""
    mail = structs.replace(config.mail, host="127.0.0.1")
    return structs.replace(config, mail=mail, staff=DirectoryStaffConfig(scim=mode))


@dataclass
class Directory:
    """Sends requests with a token, which is the right one unless a test says otherwise."""

    portal: Portal
    token: str = field(default=TOKEN, repr=False)

    @classmethod
    def of_portal(cls, portal: Portal) -> Self:
        """Let the directory of a portal's district write to it."""
        portal.world.restarts(with_directory(portal.world.config))
        portal.app = create_portal_app(
            portal.world.app, lambda: None, variables={"NAMESAKE_SCIM_TOKEN": TOKEN}
        )
        return cls(portal)

    @property
    def world(self) -> World:
        return self.portal.world

    def ask(self, method: str, path: str, body: object = None, **told: Any) -> TestResponse:
        text = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        return self.portal.app.test_client().open(
            f"/scim/v2{path}",
            method=method,
            base_url=told.pop("base_url", ADDRESS),
            data=text,
            headers={"Authorization": f"Bearer {self.token}", **told.pop("headers", {})},
            content_type="application/scim+json",
            **told,
        )

    def get(self, path: str, **told: Any) -> TestResponse:
        return self.ask("GET", path, **told)

    def find(self, expression: str) -> list[dict[str, Any]]:
        found = self.get("/Users", query_string={"filter": expression})
        assert found.status_code == 200
        entries: list[dict[str, Any]] = found.json["Resources"]
        return entries

    def create(self, entry: Mapping[str, Any] = ANN, **changes: Any) -> str:
        """Create an entry, and return its ID."""
        made = self.ask("POST", "/Users", {**entry, **changes})
        assert made.status_code == 201, made.text
        return str(made.json["id"])

    def patch(self, user_id: str, *operations: Mapping[str, Any]) -> TestResponse:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.ask("PATCH", f"/Users/{user_id}", body)

    def deactivate(self, user_id: str) -> None:
        gone = self.patch(user_id, {"op": "Replace", "path": "active", "value": "False"})
        assert gone.status_code == 200

    def settle(self) -> None:
        """Let the service do what follows from what was written."""
        self.world.later(minutes=16)
        self.world.writes()
