"""Reads what a browser sent: each form and each query string is declared once, as a struct.

A field may be a line of text, a whole number, an enum or a tuple of these, or the bytes of a file.
Text comes without the blanks around it; `Meta(max_length=...)` cuts text and tuples. A value that
its field cannot hold counts as not sent: the field keeps its default, and one without a default
answers 400.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from io import BytesIO
from types import MappingProxyType
from typing import IO, Annotated, Any, Final, TypeVar, get_args, get_origin

import msgspec
from flask import Request, request
from msgspec.structs import FieldInfo
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from monitor.domain.serialization import convert_value, decode_json

# More than the longest text that any page takes, so that a page can say that a text is too long.
MAX_TEXT_LENGTH: Final = 10_000
UNREADABLE: Final = object()
NO_FILES: Final[MultiDict[str, FileStorage]] = ImmutableMultiDict()


class PortalRequest(Request):
    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Hold an uploaded file in memory: a temporary file would store it unencrypted."""
        del total_content_length, content_type, filename, content_length
        return BytesIO()


class WebForm(msgspec.Struct, frozen=True, kw_only=True):
    """What one form or one address may hold. Other fields that a browser sends are not read."""


FormType = TypeVar("FormType", bound=WebForm)
T = TypeVar("T")


def read_form(form_type: type[FormType]) -> FormType:
    """Read the form of this request. A bad or missing field that has no default answers 400."""
    return parse_fields(form_type, request.form, request.files)


def choose_status(view: object) -> HTTPStatus:
    """Return the status of a page: a form that came back with faults has 422."""
    faults = getattr(view, "faults", ())
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def read_query(query_type: type[FormType]) -> FormType:
    """Read the query string of this request, by the same rules."""
    return parse_fields(query_type, request.args)


def read_strict_query(query_type: type[T]) -> T:
    """Read the query string of a program, which is told what is wrong with it.

    Raises msgspec.ValidationError.
    """
    values = {}
    for name, sent in request.args.lists():
        if len(sent) > 1:
            message = f"`{name}` is given more than once"
            raise msgspec.ValidationError(message)
        values[name] = sent[0]
    return convert_value(values, query_type, strict=False)


def read_json(body_type: type[T]) -> T:
    """Read the JSON body of a program.

    Raises msgspec.ValidationError where a field is wrong, and BadRequest where it is no JSON.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return decode_body(body_type)


def decode_body(body_type: type[T]) -> T:
    """Read the body as JSON, whatever it says it is. Raises as `read_json` does."""
    try:
        return decode_json(request.get_data(), body_type)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest from error


def parse_fields(
    form_type: type[FormType],
    sent: MultiDict[str, str],
    files: MultiDict[str, FileStorage] = NO_FILES,
) -> FormType:
    values: dict[str, Any] = {}
    for name, field in _list_fields(form_type).items():
        if field.kind is bytes:
            value = _read_file(files.get(field.sent_as))
        else:
            value = field.parse_values(sent.getlist(field.sent_as))
        if value is not UNREADABLE:
            values[name] = value
        elif field.required:
            raise BadRequest
    return form_type(**values)


def _read_file(upload: FileStorage | None) -> object:
    return UNREADABLE if upload is None else upload.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReader:
    """How one field is read. `kind` is its type, or that of its entries if it is `repeated`."""

    sent_as: str
    kind: Any
    required: bool
    repeated: bool
    max_characters: int = MAX_TEXT_LENGTH
    max_entries: int | None = None

    def parse_values(self, sent: list[str]) -> object:
        if self.repeated:
            entries = map(self._parse_value, sent)
            readable = dict.fromkeys(entry for entry in entries if entry is not UNREADABLE)
            return tuple(readable)[: self.max_entries]
        return self._parse_value(sent[0]) if sent else UNREADABLE

    def _parse_value(self, text: str) -> object:
        try:
            line = text.strip()[: self.max_characters].rstrip()
            return convert_value(line, self.kind, strict=False)
        except msgspec.ValidationError:
            return UNREADABLE


@cache
def _list_fields(form_type: type[WebForm]) -> Mapping[str, FieldReader]:
    return MappingProxyType(
        {field.name: _build_reader(field) for field in msgspec.structs.fields(form_type)}
    )


def _build_reader(field: FieldInfo) -> FieldReader:
    bare, *notes = get_args(field.type) if get_origin(field.type) is Annotated else (field.type,)
    longest = next((note.max_length for note in notes if isinstance(note, msgspec.Meta)), None)
    if get_origin(bare) is tuple:
        return FieldReader(
            sent_as=field.encode_name,
            kind=get_args(bare)[0],
            required=field.required,
            repeated=True,
            max_entries=longest,
        )
    return FieldReader(
        sent_as=field.encode_name,
        kind=field.type,
        required=field.required,
        repeated=False,
        max_characters=longest or MAX_TEXT_LENGTH,
    )
