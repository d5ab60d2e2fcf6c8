"""Remove data that may not be stored from an answer.

Contacts of an own account go to the matcher's pipe and nowhere else.
"""

from dataclasses import replace

from monitor.app import App
from monitor.config.sections import Config
from monitor.domain.detection.harmful_pages import withhold_harm
from monitor.domain.errors import DatabaseError, InputError, UnavailableError
from monitor.domain.person import Person, PersonName
from monitor.domain.private_details import Workplace, is_on_district_site, redact_private_data
from monitor.domain.students.matching import ContactMatchResult
from scrapers.models import CrawlResult, Outcome, ParseResult, QueryKind, Trace
from scrapers.secret_numbers import drop_queries_with_numbers

UNNAMED_PERSON = PersonName(given="", family="")


def build_workplace(config: Config) -> Workplace:
    district = config.district
    return Workplace(
        domains=frozenset(domain.casefold() for domain in district.domains),
        contacts=district.public_contacts,
        names=(district.name, *config.students.schools),
    )


def redact_visit(app: App, visit: CrawlResult) -> CrawlResult:
    result = redact_result(app, visit.query.subject, visit.result)
    return visit if result is visit.result else replace(visit, result=result)


def redact_pages(app: App, visit: CrawlResult) -> CrawlResult:
    if not visit.pages:
        return visit
    # Their bodies came with secret numbers masked.
    pages = (
        replace(page, result=redact_result(app, page.query.subject, page.result))
        for page in visit.pages
    )
    return replace(visit, pages=tuple(pages))


def redact_result(app: App, person_id: str, result: ParseResult) -> ParseResult:
    """Clean the text about a person.

    What was parsed in a child comes without secret numbers; what an API said is masked here, and
    so is whatever a child that a page took over may say.
    """
    if not result.traces and not result.follow:
        return result
    person, work = _find_subject(app, person_id)
    name = person.name if person else UNNAMED_PERSON
    traces = tuple(redact_private_data(trace, name, work) for trace in result.traces)
    return replace(
        result,
        traces=tuple(_mark_harm(app, trace, person, work) for trace in traces),
        follow=drop_queries_with_numbers(result.follow),
    )


def _mark_harm(app: App, trace: Trace, person: Person | None, work: Workplace) -> Trace:
    """Mark a page that does harm, for who was told of that; of a sexual one drop the text."""
    if person is None or is_on_district_site(trace, work):
        return trace
    marked = withhold_harm(trace, person)
    consent = app.db.consents.find_latest_consent(person.id) if marked is not trace else None
    return marked if consent and consent.tells_of_harm else trace


def _find_subject(app: App, person_id: str) -> tuple[Person | None, Workplace]:
    """Return whom an answer is about, and where they work."""
    work = build_workplace(app.config)
    if not person_id:
        return None, work
    try:
        person = app.db.people.load_person(person_id)
    except (InputError, DatabaseError):
        if app.db.consents.find_latest_consent(person_id) is None:
            return None, work  # erased since they were asked about
        raise
    names = (*work.names, person.school, person.organization)
    return person, replace(work, names=names)


def drop_strangers(visit: CrawlResult) -> CrawlResult:
    """Return the answer to a canary without whom it shows: only that it shows someone counts."""
    if visit.query.subject or visit.query.kind is QueryKind.DISTRICT:
        return visit
    return replace(visit, result=replace(visit.result, traces=(), contacts=(), follow=()))


CONTACT_QUERY_KINDS = frozenset({QueryKind.FOLLOWS, QueryKind.FOLLOWERS})
CONTACTS_COMPARED = "compared"


def check_contacts(app: App, visit: CrawlResult) -> tuple[CrawlResult, ContactMatchResult | None]:
    """Return an answer without its contacts, and what the matcher says about them."""
    if visit.query.kind not in CONTACT_QUERY_KINDS:
        return visit, None
    contacts, result = visit.result.contacts, replace(visit.result, contacts=())
    if not contacts:
        return replace(visit, result=result), None
    try:
        return replace(visit, result=result), app.matcher.compare_contacts(contacts)
    except UnavailableError:
        failed = ParseResult(outcome=Outcome.FAILED, note="matcher-away")
        return replace(visit, result=failed), None


def audit_contact_checks(app: App) -> None:
    """Record how much the matcher was used on its last day, unless that is recorded already."""
    spent = app.matcher.spent
    if spent is None or not (spent.lists or spent.refused):
        return
    counted = {
        "day": spent.day.isoformat(),
        "lists": str(spent.lists),
        "contacts": str(spent.contacts),
        "refused": str(spent.refused),
    }
    last = app.db.audit.find_last_entry_of_action(CONTACTS_COMPARED)
    if last is None or last.details != counted:
        app.db.audit.append_entry(app.clock.now(), "namesake", CONTACTS_COMPARED, "", counted)
