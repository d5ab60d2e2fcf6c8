"""SCIM 2.0 under /scim/v2: the district's directory writes who its staff is, and reads it back.

It reads what it sent, and nothing else: not who joined, not who was invited. Every request needs
the token; without one in the configuration there are no such addresses.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

import msgspec
from flask import Blueprint, Response, request
from msgspec import Meta
from werkzeug.exceptions import BadRequest, HTTPException

from monitor.config.sections import MIN_TOKEN_LENGTH
from monitor.directory.scim_user import (
    CORE_USER,
    DirectoryUser,
    ScimError,
    ScimFault,
    UnknownUserError,
    UserFields,
    apply_patch,
    parse_user_filter,
    read_user_fields,
)
from monitor.directory.staff_directory import (
    MAX_LISTED,
    change_directory_user,
    create_directory_user,
    delete_directory_user,
    list_directory_users,
    load_directory_user,
)
from monitor.domain.errors import BusyError, ConfigError, MonitorError, describe_error_location
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, decode_body, read_query
from monitor.web.security import RateLimit, is_bearer_token

LOG = logging.getLogger(__name__)
PREFIX: Final = "/scim/v2"
# Entra ID sends 25 requests a second at most.
MAX_REQUESTS_A_MINUTE: Final = 3000
MAX_WRONG_TOKENS_A_MINUTE: Final = 10
MINUTE: Final = timedelta(minutes=1)
BUSY_SECONDS: Final = 30
_MESSAGES: Final = "urn:ietf:params:scim:api:messages:2.0"
_SCHEMAS: Final = "urn:ietf:params:scim:schemas:core:2.0"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ALLOWED: Final[Mapping[str, str]] = {
    "ServiceProviderConfig": "GET",
    "ResourceTypes": "GET",
    "Schemas": "GET",
    "Users": "GET, POST",
}


class UsersQuery(WebForm, frozen=True, kw_only=True, rename="camel"):
    filter: str = ""
    start_index: int = 1
    count: int = MAX_LISTED
    attributes: Annotated[str, Meta(max_length=500)] = ""
    excluded_attributes: Annotated[str, Meta(max_length=500)] = ""


def bind_scim_routes(token: str) -> Callable[[PortalContext], Blueprint]:
    """Return the routes, which need the token. Raises ConfigError where it could be guessed."""
    if len(token) < MIN_TOKEN_LENGTH:
        raise ConfigError(
            f"`scim` under [staff] needs the secret scim-token with {MIN_TOKEN_LENGTH} characters "
            "or more: make one with `openssl rand -hex 32`."
        )

    def build_routes(context: PortalContext) -> Blueprint:
        routes = Blueprint("scim", __name__, url_prefix=PREFIX)
        _add_guard(routes, context, token)
        _add_error_handlers(routes)
        _add_discovery_routes(routes, context)

        @routes.get("/Users")
        def list_users() -> Response:
            query = read_query(UsersQuery)
            wanted = parse_user_filter(query.filter) if query.filter else None
            page = list_directory_users(context.app, wanted, query.start_index, query.count)
            users = (_build_user(context, user) for user in page.users)
            return _render(_build_list(users, total=page.total, start=page.start))

        @routes.get("/Users/<user_id>")
        def show_user(user_id: str) -> Response:
            return _render(_build_user(context, load_directory_user(context.app, user_id)))

        _add_writing_routes(routes, context)

        @routes.route("/", defaults={"place": ""}, methods=_METHODS)
        @routes.route("/<path:place>", methods=_METHODS)
        def refuse_other_request(place: str) -> Response:
            collection, _, entry = place.partition("/")
            if collection in {"Me", "Bulk"} or place.endswith(".search"):
                return _render_error(HTTPStatus.NOT_IMPLEMENTED, "Namesake does not offer this.")
            if collection not in _ALLOWED:
                return _render_error(HTTPStatus.NOT_FOUND, "Nothing is at this address.")
            response = _render_error(
                HTTPStatus.METHOD_NOT_ALLOWED, "This method is not offered here."
            )
            single = entry and collection == "Users"
            response.headers["Allow"] = (
                "GET, PUT, PATCH, DELETE" if single else _ALLOWED[collection]
            )
            return response

        return routes

    return build_routes


def _add_guard(routes: Blueprint, context: PortalContext, token: str) -> None:
    requests = RateLimit(most=MAX_REQUESTS_A_MINUTE, period=MINUTE)
    wrong_tokens = RateLimit(most=MAX_WRONG_TOKENS_A_MINUTE, period=MINUTE)

    @routes.before_request
    def check_token() -> Response | None:
        if is_bearer_token(request, token):
            if requests.find_wait(context.now()) is None:
                return None
            LOG.warning("scim_refused", extra={"reason": "rate"})
            return _refuse_for_a_minute()
        if wrong_tokens.find_wait(context.now()):
            return _refuse_for_a_minute()
        LOG.warning("scim_refused", extra={"reason": "token"})
        response = _render_error(HTTPStatus.UNAUTHORIZED, "The bearer token is missing or wrong.")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response


def _refuse_for_a_minute() -> Response:
    response = _render_error(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests. Wait a minute.")
    response.headers["Retry-After"] = str(int(MINUTE.total_seconds()))
    return response


def _add_error_handlers(routes: Blueprint) -> None:
    """Answer each error in the form of the protocol, and never with what someone typed."""

    @routes.errorhandler(ScimError)
    def handle_refusal(error: ScimError) -> Response:
        LOG.info("scim_refused", extra={"reason": error.fault.value})
        taken = error.fault is ScimFault.UNIQUENESS
        status = HTTPStatus.CONFLICT if taken else HTTPStatus.BAD_REQUEST
        return _render_error(status, str(error), error.fault)

    @routes.errorhandler(UnknownUserError)
    def handle_unknown_user(error: UnknownUserError) -> Response:
        return _render_error(HTTPStatus.NOT_FOUND, str(error))

    @routes.errorhandler(HTTPException)
    def handle_http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        return _render_error(status, f"{status.phrase}.")

    @routes.errorhandler(Exception)
    def handle_failure(error: Exception) -> Response:
        LOG.error("scim_failed", extra={"error": describe_error_location(error)})
        if isinstance(error, BusyError):
            response = _render_error(HTTPStatus.SERVICE_UNAVAILABLE, "Busy. Try again soon.")
            response.headers["Retry-After"] = str(BUSY_SECONDS)
            return response
        known = isinstance(error, MonitorError)
        status = HTTPStatus.SERVICE_UNAVAILABLE if known else HTTPStatus.INTERNAL_SERVER_ERROR
        return _render_error(status, f"{status.phrase}.")


def _add_discovery_routes(routes: Blueprint, context: PortalContext) -> None:
    base = f"{context.app.config.portal.address}{PREFIX}"

    @routes.get("/ServiceProviderConfig")
    def show_service_config() -> Response:
        return _render(_build_service_config(base))

    for name, resource in (
        ("ResourceTypes", _build_resource_type(base)),
        ("Schemas", _build_user_schema(base)),
    ):
        routes.add_url_rule(f"/{name}", name, _bind_list(resource))
        routes.add_url_rule(f"/{name}/<wanted>", f"{name}_entry", _bind_entry(resource))


def _bind_list(resource: Mapping[str, Any]) -> Callable[[], Response]:
    return lambda: _render(_build_list((resource,), total=1, start=1))


def _bind_entry(resource: Mapping[str, Any]) -> Callable[[str], Response]:
    def show_entry(wanted: str) -> Response:
        if wanted != resource["id"]:
            return _render_error(HTTPStatus.NOT_FOUND, "Nothing is at this address.")
        return _render(resource)

    return show_entry


def _add_writing_routes(routes: Blueprint, context: PortalContext) -> None:
    @routes.post("/Users")
    def create_user() -> Response:
        user = create_directory_user(context.app, read_user_fields(_read_body()))
        response = _render(_build_user(context, user), HTTPStatus.CREATED)
        response.headers["Location"] = _build_location(context, user)
        return response

    @routes.put("/Users/<user_id>")
    def replace_user(user_id: str) -> Response:
        fields = read_user_fields(_read_body())

        def replace_fields(before: DirectoryUser) -> UserFields:
            return {"active": before.active, **fields}

        user = change_directory_user(context.app, user_id, replace_fields)
        return _render(_build_user(context, user))

    @routes.patch("/Users/<user_id>")
    def patch_user(user_id: str) -> Response:
        body = _read_body()
        user = change_directory_user(
            context.app, user_id, lambda before: apply_patch(before.to_fields(), body)
        )
        return _render(_build_user(context, user))

    @routes.delete("/Users/<user_id>")
    def delete_user(user_id: str) -> Response:
        delete_directory_user(context.app, user_id)
        return Response(status=HTTPStatus.NO_CONTENT)


def _read_body() -> object:
    try:
        return decode_body(object)
    except BadRequest:
        raise ScimError(ScimFault.SYNTAX, "The body is not valid JSON.") from None


def _render(body: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/scim+json")


def _render_error(status: HTTPStatus, detail: str, fault: ScimFault | None = None) -> Response:
    body = {"schemas": [f"{_MESSAGES}:Error"], "status": str(status.value), "detail": detail}
    return _render({**body, "scimType": fault.value} if fault else body, status)


def _build_list(
    resources: Iterable[Mapping[str, Any]], *, total: int, start: int
) -> dict[str, Any]:
    listed = list(resources)
    return {
        "schemas": [f"{_MESSAGES}:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(listed),
        "Resources": listed,
    }


def _build_location(context: PortalContext, user: DirectoryUser) -> str:
    return f"{context.app.config.portal.address}{PREFIX}/Users/{user.id}"


def _build_user(context: PortalContext, user: DirectoryUser) -> dict[str, Any]:
    """Return what the directory sent of an entry, or the part of it that it asks for."""
    whole = {
        "schemas": [CORE_USER],
        "id": user.id,
        "externalId": user.external_id,
        "userName": user.user_name,
        "name": {"givenName": user.given, "familyName": user.family},
        "title": user.title,
        "active": user.active,
        "meta": {"resourceType": "User", "location": _build_location(context, user)},
    }
    query = read_query(UsersQuery)
    wanted, unwanted = _split_names(query.attributes), _split_names(query.excluded_attributes)
    always = {"schemas", "id"}
    return {
        name: value
        for name, value in whole.items()
        if value != ""
        and (name in always or not wanted or name.lower() in wanted)
        and (name in always or name.lower() not in unwanted)
    }


def _split_names(listed: str) -> frozenset[str]:
    """Return the attributes of a list in lowercase; of a part such as name.givenName, the whole."""
    bare = (
        part.strip().lower().removeprefix(f"{CORE_USER.lower()}:") for part in listed.split(",")
    )
    return frozenset(name.partition(".")[0] for name in bare if name)


def _build_service_config(base: str) -> dict[str, Any]:
    return {
        "schemas": [f"{_SCHEMAS}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MAX_LISTED},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The secret scim-token, as Authorization: Bearer TOKEN",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base}/ServiceProviderConfig",
        },
    }


def _build_resource_type(base: str) -> dict[str, Any]:
    return {
        "schemas": [f"{_SCHEMAS}:ResourceType"],
        "id": "User",
        "name": "User",
        "description": "A member of staff, as the district's directory lists them",
        "endpoint": "/Users",
        "schema": CORE_USER,
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/User"},
    }


def _build_user_schema(base: str) -> dict[str, Any]:
    name_parts = [
        _build_attribute("givenName", "The first name", required=True),
        _build_attribute("familyName", "The last name", required=True),
    ]
    unique = {"uniqueness": "server"}
    return {
        "schemas": [f"{_SCHEMAS}:Schema"],
        "id": CORE_USER,
        "name": "User",
        "description": "A member of staff",
        "attributes": [
            _build_attribute("userName", "The work email address", required=True, **unique),
            _build_attribute("name", "", required=True, type="complex", subAttributes=name_parts),
            _build_attribute("title", "The job title", required=False),
            _build_attribute("active", "Whether they work here", required=True, type="boolean"),
        ],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{CORE_USER}"},
    }


def _build_attribute(
    name: str, description: str, *, required: bool, **more: object
) -> dict[str, Any]:
    return {
        "name": name,
        "type": "string",
        "multiValued": False,
        "description": description,
        "required": required,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        **more,
    }
