"""Cedar Valley Public Schools: seven members of staff, and the students on its roster."""

from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass
from importlib.resources import files

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
REVIEWERS = (f"it-security@{MAIL_DOMAIN}",)
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


MARIA = StaffMember(
    person=Person(
        id="staff-maria",
        name=PersonName(given="Maria", family="Delgado"),
        mail=f"maria.delgado@{MAIL_DOMAIN}",
        organization=NAME,
        zone=ZONE,
        school=MAPLE_STREET,
        role="fifth grade science teacher",
        places=(TOWN,),
        handles=("mariadelgado",),
        accounts=(
            "bluesky:@mariadelgado.skies.example",
            "chalkboard:@mariadelgado",
            "snapgarden:@mariadelgado",
        ),
    ),
    scopes=STUDENT_LINK_SCOPES,
)

JOHN = StaffMember(
    person=Person(
        id="staff-john",
        name=PersonName(given="John", family="Smith", middle="Albert"),
        mail=f"john.smith@{MAIL_DOMAIN}",
        organization=NAME,
        zone=ZONE,
        school=HIGH_SCHOOL,
        role="mathematics teacher",
        places=(TOWN,),
        handles=("mrsmithmath",),
        accounts=("bluesky:@mrsmithmath.skies.example", "chalkboard:@mrsmithmath"),
    ),
)

BETH = StaffMember(
    person=Person(
        id="staff-beth",
        name=PersonName(
            given="Elizabeth", family="Novak", nicknames=("Beth",), former_families=("Hartley",)
        ),
        mail=f"elizabeth.novak@{MAIL_DOMAIN}",
        organization=NAME,
        zone=ZONE,
        school=MIDDLE_SCHOOL,
        role="librarian",
        places=(TOWN,),
        handles=("bethnovak", "bethreads"),
        accounts=(
            "bluesky:@bethnovak.skies.example",
            "readerly:@bethreads",
            "recipebox:@bethnovak",
        ),
    ),
)

THOMAS = StaffMember(
    person=Person(
        id="staff-thomas",
        name=PersonName(given="Thomas", family="Okafor", nicknames=("Tom",)),
        mail=f"thomas.okafor@{MAIL_DOMAIN}",
        organization=NAME,
        zone=ZONE,
        school=HIGH_SCHOOL,
        role="physical education teacher",
        places=(TOWN,),
        handles=("coachokafor",),
        accounts=("bluesky:@coachokafor.skies.example", "paceclub:@coachokafor"),
    ),
    scopes=STUDENT_LINK_SCOPES,
)

ROSA = StaffMember(
    person=Person(
        id="staff-rosa",
        name=PersonName(given="Rosa", family="Marchetti"),
        mail=f"rosa.marchetti@{MAIL_DOMAIN}",
        organization=NAME,
        zone=ZONE,
        school=HIGH_SCHOOL,
        role="band director",
        places=(TOWN,),
        handles=("rosamarchetti",),
        accounts=("bluesky:@rosamarchetti.skies.example", "tuneshelf:@rosamarchetti"),
    ),
    scopes=STUDENT_LINK_SCOPES,
)

DANIEL = StaffMember(
    person=Person(
        id="staff-daniel",
        name=PersonName(given="Daniel", family="Reyes", nicknames=("Dan",)),
        mail=f"daniel.reyes@{MAIL_DOMAIN}",
        organization=NAME,
        zone=ZONE,
        school=MIDDLE_SCHOOL,
        role="art teacher",
        places=(TOWN,),
        handles=("dreyesart",),
        accounts=(
            "bluesky:@dreyesart.skies.example",
            "stitchbook:@dreyesart",
            "givingdesk:@dreyesart",
        ),
        absent_from=("paceclub",),
    ),
)

KAREN = StaffMember(
    person=Person(
        id="staff-karen",
        name=PersonName(given="Karen", family="Whitfield"),
        mail=f"karen.whitfield@{MAIL_DOMAIN}",
        organization=NAME,
        zone=ZONE,
        school=MAPLE_STREET,
        role="office manager",
        places=(TOWN,),
        handles=("karenwhitfield",),
        accounts=("bluesky:@karenwhitfield.skies.example", "recipebox:@karenwhitfield"),
    ),
    scopes=STUDENT_LINK_SCOPES,
    withdrawn=True,
)

STAFF = (MARIA, JOHN, BETH, THOMAS, ROSA, DANIEL, KAREN)
ENROLLED = tuple(member for member in STAFF if not member.withdrawn)
# She is invited when the story is over: whoever looks at the demo can join as her.
NEWCOMER = Person(
    id="staff-nora",
    name=PersonName(given="Nora", family="Lindgren"),
    mail=f"nora.lindgren@{MAIL_DOMAIN}",
    organization=NAME,
    zone=ZONE,
)


def load_students() -> Iterator[DemoStudent]:
    """Read the roster that the district hashes; nothing else in the demo may know it."""
    text = (files("monitor.demo") / "web" / "students.csv").read_text("utf-8")
    for row in DictReader(text.splitlines()):
        grade = int(row["grades"])
        yield DemoStudent(given=row["givenName"], family=row["familyName"], grade=grade)
