"""Everybody in front of the pages at once, for what must hold of all of them."""

from dataclasses import dataclass

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from monitor.demo.district import MARIA, ROSA, THOMAS
from monitor.domain.vocabulary import AuthMethod, CaseKind
from monitor.services.enrollment import invite_person
from tests.monitor.services.watched import turn_on_telling
from tests.monitor.services.world import IMPOSTOR, REVIEWERS
from tests.monitor.web.portal import ADDRESS, OPERATOR, Guest, Portal


@dataclass(frozen=True)
class Scene:
    """Everybody in front of the pages, and one finding that is Maria's alone."""

    portal: Portal
    guests: dict[str, Guest]
    case: str
    finding: str

    @property
    def rules(self) -> list[Rule]:
        return sorted(self.portal.app.url_map.iter_rules(), key=lambda rule: rule.rule)

    def address(self, rule: Rule) -> str:
        given = {"finding_id": self.finding, "own": self.finding, "code": "x", "name": "page.css"}
        given |= {"screenshot_id": "x", "token": "x"}
        same = ("path_id", "case_id", "change_id", "proposal_id", "finding_id")
        given |= dict.fromkeys(same, self.case)
        _, path = rule.build({name: given[name] for name in rule.arguments}) or ("", "")
        return path

    def asked(self, rule: Rule, method: str, who: str) -> TestResponse:
        guest, path = self.guests[who], self.address(rule)
        if method == "POST":
            seen = guest.post(path).response
        else:
            seen = guest.client.open(path, method=method, base_url=ADDRESS)
        # A stream is left as soon as it has begun.
        seen.close()
        return seen


def set_in(portal: Portal) -> Scene:
    """Have two of staff join, one be impersonated, and everybody sign in."""
    world = turn_on_telling(portal.world)
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria, thomas = world.joins(MARIA), world.joins(THOMAS)
    world.sweep()
    invitation = invite_person(world.app, ROSA.person.mail, "Rosa", "Marchetti")
    case = maria.case(CaseKind.IMPERSONATION)
    guests = {
        "nobody": portal.guest(),
        "invited": portal.entered(invitation.id, AuthMethod.INVITATION),
        "maria": portal.signed_in(maria.mail),
        "thomas": portal.signed_in(thomas.mail),
        "reviewer": portal.signed_in(REVIEWERS[0]),
        "operator": portal.signed_in(OPERATOR),
    }
    return Scene(portal=portal, guests=guests, case=case.id, finding=case.finding_id)
