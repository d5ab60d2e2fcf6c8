"""What the columns of a roster file mean, whichever system wrote it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.domain.names.spelling import plain
from monitor.errors import InputError

_GIVEN = ("givenname", "firstname", "legalfirstname", "studentfirstname", "forename", "given")
_FAMILY = ("familyname", "lastname", "legallastname", "studentlastname", "surname", "family", "sn")
_FULL = ("fullname", "displayname", "studentname", "name", "student", "pupil")
_MIDDLE = ("middlename", "middle", "legalmiddlename")
_CALLED = ("preferredgivenname", "preferredfirstname", "preferredname", "nickname", "goesby")
_CALLED_FAMILY = ("preferredfamilyname", "preferredlastname")
_SOUND, _FAMILY_SOUND = "kanagivenname", "kanafamilyname"
_ROLE = ("role", "roles", "userrole", "persontype", "usertype", "type")
_GRADE = ("grade", "grades", "gradelevel", "yeargroup")
_STUDENTS_ONLY = ("studentid", "studentnumber", "studentsisid")
_STAFF_ONLY = ("teacherid", "teachernumber", "staffid")
# Where a directory says what somebody is; its export holds everybody.
_UNITS = ("orgunitpath", "department", "jobtitle", "employeetype", "employeetitle", "agegroup")
_DIRECTORY = ("orgunitpath", "userprincipalname", "employeeid", "jobtitle", "department")
_HANDLES = (
    *("handle", "handles", "socialhandle", "socialhandles", "socialmedia", "metadatahandles"),
    *("instagram", "tiktok", "snapchat", "bluesky", "mastodon", "twitter", "youtube", "threads"),
)
_BRACKETS = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The column that tells who is a student; where there is none, everybody in the file is.

    `ids` are those of another file, roles.csv, which tells.
    """

    role: int | None = None
    units: tuple[int, ...] = ()
    grade: int | None = None
    ids: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a file keeps what is read of it: numbers of columns; everything else stays unread.

    `names` are pairs of a given and a family name, the legal one first.
    """

    width: int
    names: tuple[tuple[int, int], ...] = ()
    full: int | None = None
    handles: tuple[int, ...] = ()
    status: int | None = None
    tells: Telling


@dataclass(frozen=True, slots=True)
class _Header:
    places: Mapping[str, int] = field(default_factory=dict)

    def first(self, words: Sequence[str]) -> int | None:
        return next((self.places[word] for word in words if word in self.places), None)

    def all(self, words: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.places[word] for word in words if word in self.places)

    def ending(self, ending: str) -> int | None:
        return next((at for word, at in self.places.items() if word.endswith(ending)), None)


def column(title: str) -> str:
    """Return a column's title as it is compared: `First Name [Required]` is `firstname`."""
    return "".join(sign for sign in plain(_BRACKETS.sub("", title)) if sign.isalnum())


def layout(titles: Sequence[str]) -> Layout:
    """Read the header of a roster. Raise InputError where it names no students' names."""
    header = _Header({column(title): at for at, title in reversed(list(enumerate(titles)))})
    names, full = _names(header), header.first(_FULL)
    if not names and full is None:
        reason = "has no header that names a column of given and one of family names"
        raise InputError(reason)
    if header.first(_STAFF_ONLY) is not None:
        reason = "lists staff, not students"
        raise InputError(reason)
    return Layout(
        width=len(titles),
        names=names,
        full=full,
        handles=header.all(_HANDLES),
        status=header.first(("status",)),
        tells=_telling(header),
    )


def _names(header: _Header) -> tuple[tuple[int, int], ...]:
    given, family = header.first(_GIVEN), header.first(_FAMILY)
    if given is None or family is None:
        return ()
    named = header.first(_CALLED_FAMILY)
    called, middle = header.first(_CALLED), header.first(_MIDDLE)
    sound, family_sound = header.ending(_SOUND), header.ending(_FAMILY_SOUND)
    pairs = (
        (given, family),
        (called, family),
        (middle, family),
        (given, named),
        (called, named),
        (sound, family_sound),
    )
    return tuple((one, other) for one, other in pairs if one is not None and other is not None)


def _telling(header: _Header) -> Telling:
    """Choose what tells who is a student; only one is believed."""
    role = header.first(_ROLE)
    if "userprincipalname" in header.places and role == header.first(("usertype",)):
        role = None  # there it tells members from guests
    if role is not None:
        return Telling(role=role)
    if header.first(_STUDENTS_ONLY) is not None:
        return Telling()
    if header.first(_DIRECTORY) is not None:
        return Telling(units=header.all(_UNITS) or header.all(_DIRECTORY))
    if "sourcedid" in header.places:
        return Telling(ids=header.places["sourcedid"])
    return Telling(grade=header.first(_GRADE))
