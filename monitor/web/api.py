"""The API for programs: who may ask, what an answer looks like, and its description (OpenAPI).

An access token in the header `Authorization` opens it, and nothing else does: no cookie is read,
so no page elsewhere can ask for its reader. What an operation takes and gives is read from its
handler, so that the description cannot say anything else than the code does.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from http import HTTPStatus
from math import ceil
from typing import Annotated, Any, Final, NoReturn, TypeVar, get_type_hints

import msgspec
from flask import Blueprint, Response, request

from monitor.app import App
from monitor.domain.person import CURRENT_MEANS, Principal
from monitor.domain.reason import Fact, Reason
from monitor.domain.vocabulary import TokenScope
from monitor.services.access_tokens import TokenHolder, find_token_holder
from monitor.web.context import PortalContext
from monitor.web.errors import PROBLEM_TYPE, ApiProblem
from monitor.web.forms import read_json, read_strict_query
from monitor.web.roles import API_PREFIX
from monitor.web.security import read_bearer_token
from reports.labels.account import TOKEN_SCOPES
from reports.reason_rendering import Others, clean_facts, render_in_english
from reports.sanitize import CleanText

LOG = logging.getLogger(__name__)
MAX_LIMIT: Final = 100
MAX_CURSOR_LENGTH: Final = 200
Row = TypeVar("Row")


class ApiBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a program gets."""


class ReasonBody(ApiBody, frozen=True, kw_only=True):
    """A reason as a sentence in English, and as the id of its words with the facts in them."""

    sentence: str
    rule: str
    facts: Mapping[str, Fact]


def build_reason_body(reason: Reason, others: Others | None = None) -> ReasonBody:
    """Word it to its person, or to others; the facts are cleaned like the sentence."""
    shown = clean_facts(reason.without_quotes if others else reason)
    return ReasonBody(
        sentence=render_in_english(reason, others), rule=shown.rule, facts=shown.facts
    )


class ApiInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a program sends, in the address or as JSON; a field that we do not know is refused."""


class ListQuery(ApiInput, frozen=True, kw_only=True):
    """`cursor` is the `next_cursor` of the page before, empty for the first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=MAX_CURSOR_LENGTH)] = ""


class ProblemBody(ApiBody, frozen=True, kw_only=True):
    """A refusal, as RFC 9457 has it. `detail` says in one sentence what to do."""

    type: str
    title: str
    status: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """`path_id` is the ID in the address, empty where there is none."""

    context: PortalContext
    principal: Principal
    path_id: str = ""

    @property
    def app(self) -> App:
        return self.context.app


Handler = Callable[..., ApiBody]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation. The types of its handler say what it takes and gives, its docstring what for.

    `refusals` are what it may answer besides what every operation may.
    """

    method: str
    path: str
    scope: TokenScope
    handler: Handler
    status: HTTPStatus = HTTPStatus.OK
    refusals: tuple[HTTPStatus, ...] = ()

    @cached_property
    def output_type(self) -> type[ApiBody]:
        found: type[ApiBody] = get_type_hints(self.handler)["return"]
        return found

    @cached_property
    def input_type(self) -> type[ApiInput] | None:
        kinds = get_type_hints(self.handler).values()
        return next((kind for kind in kinds if issubclass(kind, ApiInput)), None)

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or "").partition("\n")[0]

    @property
    def id(self) -> str:
        return self.handler.__name__

    @property
    def takes_body(self) -> bool:
        return self.method == "POST" and self.input_type is not None

    def run(self, call: ApiCall) -> ApiBody:
        if self.input_type is None:
            return self.handler(call)
        try:
            read = read_json if self.takes_body else read_strict_query
            given = read(self.input_type)
        except msgspec.ValidationError as error:
            refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"Correct what you sent: {error}.")
        return self.handler(call, given)


def refuse(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> NoReturn:
    raise ApiProblem(status, detail, headers)


def refuse_until(next_at: datetime, now: datetime, detail: str) -> NoReturn:
    """Answer 429, and say when it may be asked again."""
    seconds = max(1, ceil((next_at - now).total_seconds()))
    refuse(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(seconds)})


@dataclass(frozen=True, slots=True)
class TokenGate:
    """Finds whose token it is. Wrong ones are counted; right ones work however many are wrong.

    They count together, wherever they are sent: to the API, or as the address of a feed.
    """

    context: PortalContext

    def find_holder(self, secret: str) -> TokenHolder | None:
        """Return None for a wrong token; answers 429 where there were too many of them."""
        holder = find_token_holder(self.context.app, secret)
        if holder is None:
            now, wrong = self.context.now(), self.context.wrong_tokens
            if until := wrong.find_wait(now):
                sentence = "Too many wrong access tokens were sent: check yours, and try later."
                refuse_until(until, now, sentence)
            if len(wrong.times) == wrong.most:
                LOG.warning("access_tokens_refused")
        else:
            CURRENT_MEANS.set(f"token:{holder.token.id}")
        return holder


def build_api_blueprint(context: PortalContext, operations: tuple[Operation, ...]) -> Blueprint:
    routes, gate = Blueprint("api", __name__, url_prefix=API_PREFIX), TokenGate(context)
    for operation in operations:
        routes.add_url_rule(
            operation.path.replace("{id}", "<path_id>"),
            operation.id,
            _bind_view(context, gate, operation),
            methods=[operation.method],
            provide_automatic_options=False,
        )

    def show_openapi() -> Response:
        return Response(_write_openapi(operations), mimetype="application/json")

    routes.add_url_rule("/openapi.json", "show_openapi", show_openapi)
    return routes


@cache
def _write_openapi(operations: tuple[Operation, ...]) -> str:
    return json.dumps(build_openapi(operations))


def _bind_view(
    context: PortalContext, gate: TokenGate, operation: Operation
) -> Callable[..., Response]:
    def answer(path_id: str = "") -> Response:
        principal = _authorize(gate, operation.scope)
        call = ApiCall(context=context, principal=principal, path_id=path_id)
        body = operation.run(call)
        # ASCII alone: what no reader would see is spelled out, and reads back as what it was.
        text = json.dumps(msgspec.to_builtins(body, enc_hook=_encode_clean_text))
        return Response(text, operation.status, mimetype="application/json")

    return answer


def _authorize(gate: TokenGate, scope: TokenScope) -> Principal:
    """Return whose token was sent, if it may do this."""
    secret = read_bearer_token(request)
    if not secret:
        refuse(
            HTTPStatus.UNAUTHORIZED,
            "Send an access token, as `Authorization: Bearer TOKEN`: make one on your own pages.",
            {"WWW-Authenticate": 'Bearer realm="namesake"'},
        )
    holder = gate.find_holder(secret)
    if holder is None:
        refuse(
            HTTPStatus.UNAUTHORIZED,
            "This access token has expired or was revoked: make a new one on your own pages.",
            {"WWW-Authenticate": 'Bearer realm="namesake", error="invalid_token"'},
        )
    if scope not in holder.token.scopes:
        challenge = f'Bearer realm="namesake", error="insufficient_scope", scope="{scope}"'
        refuse(
            HTTPStatus.FORBIDDEN,
            f"This access token lacks `{scope}`: make one that has it.",
            {"WWW-Authenticate": challenge},
        )
    return holder.principal


def _encode_clean_text(value: object) -> str:
    if isinstance(value, CleanText):
        return str(value)
    message = f"An answer cannot hold a {type(value).__name__}."
    raise TypeError(message)


def cut_page(
    rows: Iterable[Row], get_position: Callable[[Row], str], query: ListQuery
) -> tuple[tuple[Row, ...], str]:
    """Return one page, the highest position first, and the cursor of the next; empty for none.

    The cursor is the position of the last row, so that rows that come and go move no other.
    """
    ordered = sorted(rows, key=get_position, reverse=True)
    left = [row for row in ordered if not query.cursor or get_position(row) < query.cursor]
    shown = tuple(left[: query.limit])
    return shown, get_position(shown[-1]) if len(left) > len(shown) else ""


def format_position(at: datetime, row_id: str) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}~{row_id}"


OPENAPI_VERSION: Final = "3.1.0"
API_VERSION: Final = "1.0.0"
API_ABOUT: Final = (
    "What the portal shows, for programs: to the same people, and no more. Make an access token on "
    "your own pages and send it as `Authorization: Bearer TOKEN`. Lists come in pages: send "
    "`next_cursor` as `cursor` until it is empty. Times are in UTC."
)
EVERY_REFUSAL: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
)
_REFERENCE: Final = "#/components/schemas/{name}"


def build_openapi(operations: Sequence[Operation]) -> Mapping[str, Any]:
    """Describe the operations as OpenAPI does."""
    types: set[type[msgspec.Struct]] = {
        one_operation.output_type for one_operation in operations
    } | {ProblemBody}
    types |= {
        one_operation.input_type
        for one_operation in operations
        if one_operation.input_type and one_operation.takes_body
    }
    ordered = sorted(types, key=lambda cls: cls.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _describe_operation(operation, components)
        paths.setdefault(f"{API_PREFIX}{operation.path}", {})[operation.method.lower()] = described
    return {
        "openapi": OPENAPI_VERSION,
        "info": {"title": "Namesake", "version": API_VERSION, "description": API_ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_operation(operation: Operation, components: dict[str, Any]) -> Mapping[str, Any]:
    refusals = (*EVERY_REFUSAL, *operation.refusals)
    if operation.input_type:
        refusals = (*refusals, HTTPStatus.UNPROCESSABLE_ENTITY)
    if operation.takes_body:
        wrong = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        refusals = (*refusals, *wrong, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"Needs the scope `{operation.scope}`: {TOKEN_SCOPES[operation.scope]}.",
        "security": [{"token": [operation.scope]}],
        "parameters": [*_describe_parameters(operation, components)],
        "responses": {
            str(int(operation.status)): _describe_answer(
                operation.status, operation.output_type, "application/json"
            ),
            **{
                str(int(refusal)): _describe_answer(refusal, ProblemBody, PROBLEM_TYPE)
                for refusal in sorted(set(refusals))
            },
            "default": _describe_answer(None, ProblemBody, PROBLEM_TYPE),
        },
    }
    if operation.takes_body and operation.input_type:
        content = {"application/json": {"schema": _refer_to(operation.input_type)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _describe_parameters(
    operation: Operation, components: dict[str, Any]
) -> Iterable[Mapping[str, Any]]:
    if "{id}" in operation.path:
        yield {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    if operation.input_type is None or operation.takes_body:
        return
    _, found = msgspec.json.schema_components([operation.input_type], ref_template=_REFERENCE)
    own = found.pop(operation.input_type.__name__)
    components.update(found)
    for name, schema in own["properties"].items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _describe_answer(
    status: HTTPStatus | None, body: type[ApiBody], media_type: str
) -> Mapping[str, Any]:
    phrase = status.phrase if status else "Any other refusal"
    return {"description": phrase, "content": {media_type: {"schema": _refer_to(body)}}}


def _refer_to(body: type[msgspec.Struct]) -> Mapping[str, str]:
    return {"$ref": _REFERENCE.format(name=body.__name__)}
