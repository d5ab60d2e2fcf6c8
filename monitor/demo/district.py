"""Cedar Valley Public Schools: seven members of staff, and the students on its roster."""

from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TypedDict, Unpack

from monitor.domain.person import Person, PersonName
from monitor.domain.vocabulary import Scope

NAME = "Cedar Valley Public Schools"
DISTRICT_ID = "cedar-valley"
MAIL_DOMAIN = "cedarvalley.example"
TOWN = "Cedar Valley"
ZONE = "America/Chicago"
CONTACT = f"privacy@{MAIL_DOMAIN}"
SENDER = f"namesake@{MAIL_DOMAIN}"
OPERATOR = f"operations@{MAIL_DOMAIN}"
# Opening a case early takes two.
REVIEWERS = (f"it-security@{MAIL_DOMAIN}", f"it-help-desk@{MAIL_DOMAIN}")
HIGH_SCHOOL = "Cedar Valley High School"
MIDDLE_SCHOOL = "Cedar Valley Middle School"
MAPLE_STREET = "Maple Street Elementary School"
SCHOOLS = (HIGH_SCHOOL, MIDDLE_SCHOOL, MAPLE_STREET)
# How people abbreviate a school beside a graduation year.
SCHOOL_ABBREVIATIONS = ("CVHS", "CVMS")

BASIC_SCOPES = frozenset({Scope.SEARCH, Scope.PROFILES})
STUDENT_LINK_SCOPES = BASIC_SCOPES | {Scope.STUDENT_LINKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """A member of staff, what they consented to, and whether they have withdrawn it since."""

    person: Person
    scopes: frozenset[Scope] = BASIC_SCOPES
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStudent:
    given: str
    family: str
    grade: int


class _Answers(TypedDict, total=False):
    school: str
    role: str
    handles: tuple[str, ...]
    accounts: tuple[str, ...]
    absent_from: tuple[str, ...]


def _build_person(person_id: str, name: PersonName, **answers: Unpack[_Answers]) -> Person:
    mail = f"{name.given}.{name.family}@{MAIL_DOMAIN}".lower()
    return Person(id=person_id, name=name, mail=mail, organization=NAME, zone=ZONE, **answers)


def _build_staff_member(
    person_id: str,
    name: PersonName,
    scopes: frozenset[Scope] = BASIC_SCOPES,
    *,
    withdrawn: bool = False,
    **answers: Unpack[_Answers],
) -> StaffMember:
    person = replace(_build_person(person_id, name, **answers), places=(TOWN,))
    return StaffMember(person=person, scopes=scopes, withdrawn=withdrawn)


MARIA = _build_staff_member(
    "staff-maria",
    PersonName(given="Maria", family="Delgado"),
    school=MAPLE_STREET,
    role="fifth grade science teacher",
    handles=("mariadelgado",),
    accounts=(
        "bluesky:@mariadelgado.skies.example",
        "chalkboard:@mariadelgado",
        "snapgarden:@mariadelgado",
    ),
    scopes=STUDENT_LINK_SCOPES,
)

JOHN = _build_staff_member(
    "staff-john",
    PersonName(given="John", family="Smith", middle="Albert"),
    school=HIGH_SCHOOL,
    role="mathematics teacher",
    handles=("mrsmithmath",),
    accounts=("bluesky:@mrsmithmath.skies.example", "chalkboard:@mrsmithmath"),
)

BETH = _build_staff_member(
    "staff-beth",
    PersonName(
        given="Elizabeth", family="Novak", nicknames=("Beth",), former_families=("Hartley",)
    ),
    school=MIDDLE_SCHOOL,
    role="librarian",
    handles=("bethnovak", "bethreads"),
    accounts=("bluesky:@bethnovak.skies.example", "readerly:@bethreads", "recipebox:@bethnovak"),
)

THOMAS = _build_staff_member(
    "staff-thomas",
    PersonName(given="Thomas", family="Okafor", nicknames=("Tom",)),
    school=HIGH_SCHOOL,
    role="physical education teacher",
    handles=("coachokafor",),
    accounts=("bluesky:@coachokafor.skies.example", "paceclub:@coachokafor"),
    scopes=STUDENT_LINK_SCOPES,
)

ROSA = _build_staff_member(
    "staff-rosa",
    PersonName(given="Rosa", family="Marchetti"),
    school=HIGH_SCHOOL,
    role="band director",
    handles=("rosamarchetti",),
    accounts=("bluesky:@rosamarchetti.skies.example", "tuneshelf:@rosamarchetti"),
    scopes=STUDENT_LINK_SCOPES,
)

DANIEL = _build_staff_member(
    "staff-daniel",
    PersonName(given="Daniel", family="Reyes", nicknames=("Dan",)),
    school=MIDDLE_SCHOOL,
    role="art teacher",
    handles=("dreyesart",),
    accounts=("bluesky:@dreyesart.skies.example", "stitchbook:@dreyesart", "givingdesk:@dreyesart"),
    absent_from=("paceclub",),
)

KAREN = _build_staff_member(
    "staff-karen",
    PersonName(given="Karen", family="Whitfield"),
    school=MAPLE_STREET,
    role="office manager",
    handles=("karenwhitfield",),
    accounts=("bluesky:@karenwhitfield.skies.example", "recipebox:@karenwhitfield"),
    scopes=STUDENT_LINK_SCOPES,
    withdrawn=True,
)

STAFF = (MARIA, JOHN, BETH, THOMAS, ROSA, DANIEL, KAREN)
ENROLLED = tuple(member for member in STAFF if not member.withdrawn)
# She is invited when the story is over: whoever looks at the demo can join as her.
NEWCOMER = _build_person("staff-nora", PersonName(given="Nora", family="Lindgren"))


def load_students() -> Iterator[DemoStudent]:
    """Read the roster that the district hashes; nothing else in the demo may know it."""
    text = (files("monitor.demo") / "web" / "students.csv").read_text("utf-8")
    for row in DictReader(text.splitlines()):
        grade = int(row["grades"])
        yield DemoStudent(given=row["givenName"], family=row["familyName"], grade=grade)
