"""What stands beside the district in a test: a mail server and a matcher that do as told."""

from dataclasses import dataclass, field, replace

from monitor.db.database import Database
from monitor.domain.email_delivery import Delivery, DeliveryStatus, Envelope
from monitor.domain.students.matching import ContactMatchResult, MatcherUsage
from reports.emails.render import Email
from scrapers.models import Contact

ACCEPTED = Delivery(status=DeliveryStatus.ACCEPTED)
DEFERRED = Delivery(status=DeliveryStatus.DEFERRED, note="the mail server cannot be reached")
REFUSED = Delivery(
    status=DeliveryStatus.REFUSED, note="the mail server answered 550 to the recipient"
)


@dataclass(frozen=True, slots=True)
class Sent:
    email: Email
    envelope: Envelope

    @property
    def text(self) -> str:
        """The words, without the breaks that a narrow email needs."""
        return " ".join(self.email.text.split())


@dataclass
class Mailroom:
    """A mail server that keeps what it was given, and answers as it was told."""

    answer: Delivery = ACCEPTED
    answers_to: dict[str, Delivery] = field(default_factory=dict)
    tried: list[Sent] = field(default_factory=list)
    accepted: list[Sent] = field(default_factory=list)

    def send_email(self, email: Email, envelope: Envelope) -> Delivery:
        sent = Sent(email, envelope)
        self.tried.append(sent)
        answer = self.answers_to.get(envelope.recipient, self.answer)
        if answer.status is DeliveryStatus.ACCEPTED:
            self.accepted.append(sent)
        return answer

    def of_kind(self, kind: str) -> list[Sent]:
        return [sent for sent in self.accepted if sent.envelope.kind == kind]

    def to(self, mail: str) -> list[Sent]:
        return [sent for sent in self.accepted if sent.envelope.recipient == mail]


@dataclass
class FakeMatcher:
    """Says of every list of contacts what it was told to say."""

    says: ContactMatchResult | Exception
    shown: list[tuple[Contact, ...]] = field(default_factory=list)
    spent: MatcherUsage | None = None
    is_enabled: bool = True

    def compare_contacts(self, contacts: tuple[Contact, ...]) -> ContactMatchResult:
        self.shown.append(contacts)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def confirm_name(state: Database, ref: str) -> None:
    """Take a name that waits, such as one with a former surname, for confirmed without an email."""
    waiting = state.name_changes.find_name_change_of_person(ref)
    if waiting:
        known = (waiting.name,)
        state.people.update_person(
            replace(state.people.load_person(ref), name=waiting.name, confirmed_names=known)
        )
        state.name_changes.delete_name_change(ref)
