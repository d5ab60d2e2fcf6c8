"""The description of the API is valid, and the API does what it says."""

from copy import deepcopy

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, GenerationMode

from monitor.demo.district import MARIA, ROSA, THOMAS
from monitor.domain.vocabulary import Decision, TokenScope
from monitor.web.api import Operation
from monitor.web.app import API_OPERATIONS
from monitor.web.security import WRONG_TOKENS_PERIOD
from tests.monitor.services.world import IMPOSTOR, REVIEWERS
from tests.monitor.web.portal import ADDRESS, OPERATOR, Portal
from tests.monitor.web.review.flagged import fake

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# Seeded and bounded: it tries the same requests each time.
TRIES = settings(
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
DESCRIBED = "/api/v1/openapi.json"


@pytest.fixture
def described(portal: Portal) -> dict:
    return portal.app.test_client().get(DESCRIBED, base_url=ADDRESS).json


def test_it_is_valid_openapi(described) -> None:
    OpenAPIV31SpecValidator(described).validate()

    assert described["openapi"].startswith("3.1")


def test_it_describes_each_operation_and_the_scope_that_it_takes(described) -> None:
    found = {
        (method.upper(), path.removeprefix("/api/v1"), operation["security"][0]["token"][0])
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }

    assert found == {
        (operation.method, operation.path, operation.scope) for operation in API_OPERATIONS
    }


def test_each_operation_and_each_body_says_what_it_is(described) -> None:
    operations = [method for methods in described["paths"].values() for method in methods.values()]

    assert all(operation["summary"].endswith(".") for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert described["components"]["schemas"].keys() >= {"ProblemBody", "FindingBody", "CaseBody"}


def test_anyone_may_read_it_and_it_tells_nothing_of_the_district(described) -> None:
    assert "cedarvalley" not in str(described)


@pytest.fixture
def ids(portal: Portal) -> list[str]:
    """IDs of Maria's and of someone else's, and one of nothing."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria, thomas = world.joins(MARIA), world.joins(THOMAS)
    world.sweep()
    maria.rules(fake(maria), Decision.SHARED)
    findings = world.state.findings
    own = findings.list_finding_ids_of_person(maria.id)
    others = findings.list_finding_ids_of_person(thomas.id)
    return [fake(maria).id, *own[:3], *others[:1], "none"]


@pytest.fixture
def tokens(portal: Portal, ids: list[str]) -> dict[TokenScope, str]:
    """For each scope a token with all scopes of its role."""
    owners = {"own": MARIA.person.mail, "review": REVIEWERS[0], "operate": OPERATOR}
    made = {}
    for role, mail in owners.items():
        scopes = [
            scope
            for scope in TokenScope
            if scope.startswith(f"{role}:") and not scope.is_in_address
        ]
        made |= dict.fromkeys(scopes, portal.token(mail, *scopes))
    return made


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_requests_that_fit_and_that_do_not_are_answered_as_described(
    portal: Portal, described: dict, ids: list[str], tokens: dict[TokenScope, str], mode
) -> None:
    schema = schemathesis.openapi.from_dict(with_known_values(described, ids))
    schema.app = portal.app

    tried = 0
    for operation in API_OPERATIONS:
        if mode is GenerationMode.POSITIVE or operation.input_type or "{id}" in operation.path:
            tried += try_operation(schema, operation, tokens[operation.scope], mode)
            # It sends wrong tokens, too, and is told to wait.
            portal.world.clock.at += WRONG_TOKENS_PERIOD

    assert tried > len(API_OPERATIONS)


def try_operation(schema, operation: Operation, secret: str, mode: GenerationMode) -> int:
    """Send made-up requests, and return how many; raise what the answers got wrong."""
    cases = schema[f"/api/v1{operation.path}"][operation.method].as_strategy(generation_mode=mode)
    tried = 0

    @TRIES
    @given(case=cases)
    def ask(case: Case) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(base_url=ADDRESS, headers={"Authorization": f"Bearer {secret}"})

    ask()
    return tried


def with_known_values(described: dict, ids: list[str]) -> dict:
    """Name IDs and addresses that exist, or nearly every request would find nothing."""
    named = deepcopy(described)
    for methods in named["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "id":
                    parameter["schema"] = {"enum": ids}
    mails = [MARIA.person.mail, ROSA.person.mail]
    named["components"]["schemas"]["InvitationInput"]["properties"]["email"] = {"enum": mails}
    return named
