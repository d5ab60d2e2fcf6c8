"""Work: whether a text speaks of the person's, or of other work."""

from monitor.domain.names.words import words_of
from monitor.domain.person import Person

_SHORTEST = 4
# What is said of many roles, and tells none.
_TELLS_NOTHING = frozenset(
    words_of("grade senior junior assistant head lead department first second")
)
_TEACHING = frozenset(
    words_of(
        "teacher teach teaches teaching educator education edu coach principal librarian counselor "
        "classroom professor instructor tutor paraeducator paraprofessional superintendent"
    )
)
_OTHER = frozenset(
    words_of(
        "accountant actor actress agent architect artist attorney author bailiff baker banker "
        "barber barista bartender blogger bookkeeper broker builder butcher carpenter cashier "
        "ceo chef chemist clerk comedian composer consultant contractor cook cosmetologist "
        "dancer dentist dental designer detective developer dispatcher dj driver ecologist "
        "economist editor electrician engineer entrepreneur farmer filmmaker firefighter "
        "fisherman florist founder gamer geologist guitarist hairstylist handyman hygienist "
        "illustrator influencer insurance investor janitor jeweler journalist judge landscaper "
        "lawyer locksmith machinist magician marketer marketing mechanic midwife "
        "mortgage musician novelist nurse nutritionist optician painter paralegal paramedic "
        "pharmacist photographer physician physicist pilot plumber podcaster poet "
        "producer programmer psychologist publicist rancher rapper realtor recruiter reporter "
        "researcher roofer sales salesman scientist sculptor singer songwriter "
        "stylist surgeon surveyor tailor tattoo technician therapist trader trainer translator "
        "trucker undergrad veterinarian videographer waiter waitress welder writer"
    )
)


def names_role(text: str, person: Person) -> bool:
    """Tell whether the text holds a telling word of the role, or speaks of teaching."""
    words = set(words_of(text))
    telling = {word for word in words_of(person.role) if len(word) >= _SHORTEST} - _TELLS_NOTHING
    return not words.isdisjoint(telling | (_TEACHING if _works_at_school(person) else set()))


def names_other_role(text: str, person: Person) -> bool:
    words = set(words_of(text)) - set(words_of(person.role))
    return not words.isdisjoint(_OTHER) and not names_role(text, person)


def _works_at_school(person: Person) -> bool:
    """Whoever told us a school, or no work at all, works at one."""
    return bool(person.school) or not _OTHER.intersection(words_of(person.role))
