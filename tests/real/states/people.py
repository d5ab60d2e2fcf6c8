"""How things stand with each of the people of the scene: who paused, who left, who is new."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.db.accounts import Invitation, SignInLink
from monitor.db.people import AddressChange
from monitor.demo.district import BETH, DANIEL, JOHN, MARIA, ROSA, THOMAS
from monitor.domain.consent import Channel, Scope
from monitor.domain.flag import Ruling
from monitor.domain.person import PersonName, Way
from monitor.domain.schedule import MOST_COPIES_AN_HOUR
from monitor.service import Service
from monitor.services.enrollment import Answers, hashed
from monitor.services.jobs import DueRounds
from monitor.services.notifications import token_of
from monitor.services.ports import Watch
from scrapers.models import Query
from tests.monitor.services.held import places_hold

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# What somebody has who joined today, and at which point their self-check stands.
NEW = ("nina", "wilma", "ulla", "ella", "olga", "lena")
INVITED = ("iris", "igor", "ines")


class StopsHere(BaseException):
    """A self-check that goes no further, so that there is time to look at it."""


@dataclass(frozen=True, slots=True)
class FewAnswers:
    """A visitor that brings a few answers, and no more."""

    visitor: object

    def visit(self, queries: list[Query], watch: Watch):
        for number, visit in enumerate(self.visitor.visit(queries, watch)):
            if number == 12:
                raise StopsHere
            yield visit


def address(name: str) -> str:
    return f"{name}.field@cedarvalley.example"


def set_out(service: Service) -> dict[str, str]:
    """Bring everybody to where they stand, and return the refs that addresses name them by."""
    refs = {
        each.person.mail.partition(".")[0]: service.state.people.find_by_mail(each.person.mail)
        for each in (MARIA, JOHN, BETH, THOMAS, ROSA, DANIEL)
    }
    refs |= {name: _joined(service, name) for name in NEW}
    _standing(service, refs)
    _checks(service, refs)
    _links(service)
    _moves(service, refs)
    _renamed(service, refs["lena"])
    for _ in range(MOST_COPIES_AN_HOUR):
        service.exporting.copy(refs["ulla"], refs["ulla"])
    tokens = {f"stop_{each}": _stop(service, refs[each]) for each in ("maria", "john")}
    tokens |= {f"undo_{each}": _undo(service, refs[each]) for each in ("nina", "olga")}
    return {**refs, **tokens, **_invited(service)}


def reader(service: Service, who: str) -> tuple[str, Way]:
    """Return who somebody is to the pages, and how they came in."""
    invitation = service.state.invitations.find_by_mail(address(who), service.now())
    if invitation and who in INVITED:
        return invitation.ref, Way.INVITATION
    known = next(filter(None, map(service.admitting.known, _addresses(who))))
    return known, Way.LINK


def _addresses(who: str) -> tuple[str, ...]:
    staff = (MARIA, JOHN, BETH, THOMAS, ROSA, DANIEL)
    named = (each.person.mail for each in staff if each.person.mail.startswith(f"{who}."))
    return (*named, address(who), f"{who}@cedarvalley.example")


def _joined(service: Service, name: str) -> str:
    invitation = service.joining.invite(address(name), name.title(), "Field")
    service.state.invitations.set_code(invitation.ref, hashed(f"joined-{name}"))
    scopes = frozenset({Scope.PROFILES})
    answers = Answers(name=PersonName(given=name.title(), family="Field"), scopes=scopes)
    return service.joining.enrol(f"joined-{name}", answers).ref


def _invited(service: Service) -> dict[str, str]:
    for name in INVITED:
        invitation = service.joining.invite(address(name), name.title(), "Field")
        service.state.invitations.set_code(invitation.ref, hashed(f"code-of-{name}"))
    now = service.now()
    old = Invitation(
        ref="old-invitation",
        mail=address("ode"),
        given="Ode",
        family="Field",
        invited_at=now - 20 * DAY,
        expires_at=now - 6 * DAY,
    )
    service.state.invitations.add(old)
    service.state.invitations.set_code(old.ref, hashed("an-old-code"))
    return {f"code_{name}": f"code-of-{name}" for name in INVITED}


def _links(service: Service) -> None:
    """Three links by which somebody could sign in, if not for what is wrong with each."""
    now, kept = service.now(), service.state.sign_in_links
    for name, left in (("spent", HOUR), ("expired", -HOUR), ("elsewhere", HOUR)):
        kept.add(
            SignInLink(
                ref=name,
                reader=service.admitting.known(address("nina")),
                browser=hashed("another browser"),
                asked_at=now,
                expires_at=now + left,
            )
        )
        kept.set_code(name, hashed(f"link-{name}"))
    kept.spend("spent", now)


def _moves(service: Service, refs: dict[str, str]) -> None:
    """One new address that waits for another browser, and one that is confirmed."""
    now, kept = service.now(), service.state.address_changes
    for name, ref in (("move-elsewhere", refs["nina"]), ("moved", refs["ella"])):
        person = service.state.people.get(ref)
        kept.add(
            AddressChange(
                ref=name,
                person=ref,
                browser=hashed("another browser"),
                old=f"former.{person.mail}",
                new=person.mail,
                asked_at=now - HOUR,
                expires_at=now + HOUR,
            )
        )
        kept.set_code(name, hashed(name))
    kept.confirm("moved", now)


def _renamed(service: Service, ref: str) -> None:
    """Give one person a new family name, which waits for an operator."""
    person = service.state.people.get(ref)
    service.editing.edit(replace(person, name=replace(person.name, family="Stone")))


def _standing(service: Service, refs: dict[str, str]) -> None:
    now, consents = service.now(), service.state.consents
    service.consenting.pause(refs["elizabeth"], now + 30 * DAY, Channel.PORTAL)
    places_hold(service, refs["thomas"], "A request for records about a complaint.")
    service.stopping.stop(refs["thomas"])
    for name, ends in (("rosa", now - HOUR), ("john", now + 10 * DAY)):
        consents.append(replace(consents.latest(refs[name]), expires_at=ends, at=now))
    service.leaving.withdraw(refs["daniel"], Channel.PORTAL)
    several = (each.ref for each in service.state.items.of(refs["john"]))
    service.sorting.sort(refs["john"], dict.fromkeys(several, Ruling.NAMESAKE))


def _checks(service: Service, refs: dict[str, str]) -> None:
    checking, requests = service.portal.checking, service.state.requests
    for name in ("ella", "john"):
        checking.ask(refs[name])
    service.rounds.serve()
    checking.ask(refs["thomas"])
    with suppress(StopsHere):
        _stopping(service).serve()
    checking.ask(refs["wilma"])
    checking.ask(refs["ulla"])
    unheard = requests.latest_of(refs["ulla"])
    requests.remove(unheard.ref)
    requests.add(replace(unheard, asked_at=service.now() - HOUR))


def _stopping(service: Service) -> DueRounds:
    sweeping = service.rounds.sweeping
    few = replace(sweeping, urgent=FewAnswers(sweeping.urgent))
    return replace(service.rounds, sweeping=few)


def _undo(service: Service, ref: str) -> str:
    return token_of(service.state, service.state.people.get(ref))


def _stop(service: Service, ref: str) -> str:
    return service.state.stopped_mail.token(ref)
