"""What the district's directory says by SCIM 2.0 (RFC 7643, 7644), as a line of a staff file.

Entra ID and Okta each have a dialect. Of what they send, only what a staff file may hold is read;
other attributes are ignored. An entry is refused for the reasons for which a line would be.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category

import msgspec

from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import InputError
from monitor.domain.staff_file_lines import StaffFileContext, parse_staff_header, parse_staff_line

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_PREFIXES = tuple(urn.casefold() for urn in (CORE_USER, _ENTERPRISE_USER))
# As many as Entra ID puts into one request, many times over.
MAX_OPERATIONS = 100
_LONGEST_TEXT = 256


class ScimFault(StrEnum):
    """What is wrong with a request, in the words of RFC 7644, section 3.12."""

    FILTER = "invalidFilter"
    PATH = "invalidPath"
    SYNTAX = "invalidSyntax"
    TARGET = "noTarget"
    UNCHANGEABLE = "mutability"
    UNIQUENESS = "uniqueness"
    VALUE = "invalidValue"


class ScimError(InputError):
    """A request of the directory that cannot be carried out."""

    def __init__(self, fault: ScimFault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


class UnknownUserError(InputError):
    """The directory has no entry under an ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryUser:
    """An entry of the directory, as it sent it."""

    id: str
    user_name: str
    given: str
    family: str
    external_id: str = ""
    title: str = ""
    active: bool = True

    @property
    def mail(self) -> str:
        return self.user_name.lower()

    def to_fields(self) -> "UserFields":
        return {
            "username": self.user_name,
            "name.givenname": self.given,
            "name.familyname": self.family,
            "externalid": self.external_id,
            "title": self.title,
            "active": self.active,
        }


UserFields = dict[str, object]
"""Values by the path of their attribute in lowercase, such as `name.givenname`."""

_STORED = frozenset(
    {"username", "name.givenname", "name.familyname", "externalid", "title", "active"}
)
# Read to recognize students, and then dropped.
_READ_ONCE = frozenset({"usertype", "department"})
_FIXED = frozenset({"id", "meta", "schemas"})
# The columns of a staff file with the same content.
_COLUMNS = {
    "username": "Email",
    "name.givenname": "First name",
    "name.familyname": "Last name",
    "title": "Job title",
    "usertype": "User type",
    "department": "Department",
}
_LAYOUT = parse_staff_header(tuple(_COLUMNS.values()))
_PATH = re.compile(
    r"(?P<attribute>[a-z$][\w$-]*)(?P<filter>\[[^\]]*\])?(?P<part>\.[a-z$][\w$-]*)?", re.ASCII
)
_IGNORED = "ignored"


def read_user_fields(resource: object) -> UserFields:
    """Read the attributes of a whole entry. Raise ScimError where it is none."""
    if not isinstance(resource, Mapping):
        raise ScimError(ScimFault.SYNTAX, "Send one JSON object.")
    return dict(_flatten(resource))


def _flatten(values: Mapping[str, object], parent: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        path = f"{parent}{_strip_urn(str(key))}"
        if path in _STORED or path in _READ_ONCE:
            yield path, value
        elif isinstance(value, Mapping) and path in {"", "name"}:
            yield from _flatten(value, f"{path}." if path else "")


def _strip_urn(path: str) -> str:
    """Return a path in lowercase, without the schema before it; empty for a schema alone."""
    folded = path.strip().casefold()
    for urn in _PREFIXES:
        if folded == urn or folded.startswith(f"{urn}:"):
            return folded.removeprefix(urn).removeprefix(":")
    return folded


def apply_patch(fields: UserFields, body: object) -> UserFields:
    """Return the attributes after all operations of a PATCH, or raise ScimError."""
    operations = _read_key(body, "operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MAX_OPERATIONS:
        raise ScimError(ScimFault.SYNTAX, (f"Send a list of 1 to {MAX_OPERATIONS} Operations."))
    changed = dict(fields)
    for operation in operations:
        _apply_operation(changed, operation)
    return changed


def _read_key(holder: object, key: str) -> object:
    if not isinstance(holder, Mapping):
        raise ScimError(ScimFault.SYNTAX, "Send one JSON object.")
    return next((value for name, value in holder.items() if str(name).casefold() == key), None)


def _apply_operation(fields: UserFields, operation: object) -> None:
    what, path = _read_key(operation, "op"), _read_key(operation, "path")
    value = _read_key(operation, "value")
    kind = what.casefold() if isinstance(what, str) else ""
    if kind not in {"add", "replace", "remove"}:
        raise ScimError(ScimFault.SYNTAX, "An operation must be add, replace or remove.")
    if path is None or path == "":
        if kind == "remove":
            raise ScimError(ScimFault.TARGET, "Say in `path` what to remove.")
        fields.update(read_user_fields(value))
        return
    attribute = _parse_path(path)
    if kind == "remove" and attribute == "active":
        reason = "The attribute active cannot be removed; replace it with false."
        raise ScimError(ScimFault.UNCHANGEABLE, reason)
    if kind == "remove":
        for name in [name for name in fields if f"{name}.".startswith(f"{attribute}.")]:
            del fields[name]
    elif attribute in _STORED or attribute in _READ_ONCE:
        fields[attribute] = value
    elif attribute in {"", "name"}:
        fields.update(read_user_fields({attribute: value} if attribute else value))


def _parse_path(path: object) -> str:
    """Return the attribute that a path leads to; attributes that we do not read are one."""
    bare = _strip_urn(path) if isinstance(path, str) else "?"
    found = _PATH.fullmatch(bare)
    if bare and not bare.startswith("urn:") and found is None:
        raise ScimError(ScimFault.PATH, "The path cannot be read.")
    attribute = bare.partition(".")[0]
    if attribute in _FIXED:
        raise ScimError(ScimFault.UNCHANGEABLE, (f"The attribute {attribute} cannot be changed."))
    return _IGNORED if bare and (found is None or found["filter"]) else bare


def build_directory_user(
    user_id: str, fields: UserFields, context: StaffFileContext
) -> DirectoryUser:
    """Return the entry with these attributes.

    Raise ScimError with a reason where a staff file could not have such a line.
    """
    invitee = _build_invitee(fields, context)
    return DirectoryUser(
        id=user_id,
        user_name=_read_text(fields, "username"),
        given=invitee.given,
        family=invitee.family,
        external_id=_read_text(fields, "externalid"),
        title=_read_text(fields, "title"),
        active=_read_switch(fields.get("active", True)),
    )


def find_invitee(user: DirectoryUser, context: StaffFileContext) -> Invitee | None:
    """Return whom an entry invites; None where the rules have changed since it was written."""
    try:
        return _build_invitee(user.to_fields(), context)
    except ScimError:
        return None


def _build_invitee(fields: UserFields, context: StaffFileContext) -> Invitee:
    cells = tuple(_read_text(fields, path) for path in _COLUMNS)
    try:
        invitee = parse_staff_line(1, cells, _LAYOUT, context).invitee
    except InputError as error:
        raise ScimError(ScimFault.VALUE, (f"Entry refused: {error}.")) from None
    if invitee is None:
        reason = (
            "Entry refused: it is a student's or a parent's. "
            "Assign only staff to this application in your directory."
        )
        raise ScimError(ScimFault.VALUE, reason)
    return invitee


def _read_text(fields: UserFields, path: str) -> str:
    value = fields.get(path)
    if value is None:
        return ""
    if (
        not isinstance(value, str)
        or len(value) > _LONGEST_TEXT
        or any(category(sign) in {"Cc", "Cs"} for sign in value)
    ):
        reason = f"The attribute {path} must be one line of at most {_LONGEST_TEXT} characters."
        raise ScimError(ScimFault.VALUE, reason)
    return value.strip()


def _read_switch(value: object) -> bool:
    """Read true or false; Entra ID writes them as words."""
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.strip().casefold())
    if not isinstance(value, bool):
        raise ScimError(ScimFault.VALUE, "The attribute active must be true or false.")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFilter:
    """Entries whose attribute (`username`, `externalid` or `id`) equals a value."""

    attribute: str
    value: str


_FILTER = re.compile(r'\s*([\w:.]+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*', re.IGNORECASE)


def parse_user_filter(text: str) -> UserFilter:
    """Read the filters by which a directory looks for an entry. Raise ScimError for others."""
    found = _FILTER.fullmatch(text)
    attribute = _strip_urn(found[1]) if found else ""
    if found is None or attribute not in {"username", "externalid", "id"}:
        reason = 'The filter must be userName eq "..." or externalId eq "...".'
        raise ScimError(ScimFault.FILTER, reason)
    try:
        # Unlike json, it refuses half a surrogate, which no database takes.
        value = msgspec.json.decode(found[2], type=str)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise ScimError(ScimFault.FILTER, "The text in the filter cannot be read.") from None
    return UserFilter(attribute=attribute, value=value)
