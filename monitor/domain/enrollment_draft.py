"""What someone who is joining has answered so far; no search runs before the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from monitor.domain.person import Person, PersonDetails, PersonName
from monitor.domain.vocabulary import EnrollmentStep, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Someone the district invites. `school` and `title` fill in the answers of the join page."""

    mail: str
    given: str = ""
    family: str = ""
    school: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentAnswers(PersonDetails):
    """What a person enters when joining. The email address is that of the invitation."""

    name: PersonName
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentDraft(EnrollmentAnswers):
    """`done` are the answered pages; an answer stays when its page is shown again."""

    done: frozenset[EnrollmentStep] = field(default_factory=frozenset)

    @classmethod
    def from_person(cls, person: Person, scopes: frozenset[Scope]) -> Self:
        """Return the answers of someone who has joined, to be changed page by page."""
        done = frozenset(EnrollmentStep)
        return cls(name=person.name, done=done, scopes=scopes, **person.copy_details())

    def apply_to_person(self, person: Person) -> Person:
        """Return the person with these answers."""
        return replace(person, name=self.name, **self.copy_details())

    @property
    def first_open_step(self) -> EnrollmentStep:
        """Return the first page without an answer: no one skips what comes before the consent."""
        return next(
            (step for step in EnrollmentStep if step not in self.done), EnrollmentStep.CHECK
        )

    def can_open(self, step: EnrollmentStep) -> bool:
        steps = list(EnrollmentStep)
        return steps.index(step) <= steps.index(self.first_open_step)


def adds_search_terms(before: Person, after: Person) -> bool:
    """Tell whether a change adds anything to look for, rather than only taking something back."""
    return not set(_list_search_terms(after)) <= set(_list_search_terms(before))


def _list_search_terms(person: Person) -> Iterator[tuple[str, str]]:
    """Yield each word that a person may be looked up by, with what it is."""
    name = person.name
    terms = {
        "given": (name.given, name.middle, *name.nicknames),
        "family": (name.family, *name.former_families),
        "work": (person.school, person.role),
        "place": person.places,
        "handle": person.handles,
        "account": (*person.accounts, *person.pages),
    }
    return ((what, word) for what, words in terms.items() for word in words if word)
