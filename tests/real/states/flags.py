"""The flags of the scene: one at each point of its way, of accounts that pretend to be Maria."""

from dataclasses import replace
from datetime import timedelta

from monitor.demo.story import REVIEWERS
from monitor.domain.flag import Flag, FlagKind, FlagState, Judgement, Ruling
from monitor.domain.item import Presence
from monitor.service import Service
from monitor.services.notifications import Reviewer

IT, HELP_DESK = REVIEWERS
DAY = timedelta(days=1)
REPORTED = {
    "there": Presence.PRESENT,
    "missing": Presence.MISSING,
    "gone": Presence.GONE,
}
OPEN = ("first", "second", "third", "fourth")
ELSEWHERE = {
    "unknown": {"account": "nook:@maria", "url": "https://nook.example/maria"},
    "proof": {"account": "instagram:@maria", "url": "https://instagram.com/maria"},
}


def raised(service: Service, refs: dict[str, str]) -> dict[str, str]:
    """Raise and share what is needed, and return the refs that addresses name them by."""
    state, reviewing = service.state, service.reviewing
    fake = _flag(service, refs["maria"], FlagKind.IMPERSONATION)
    own = _flag(service, refs["thomas"], FlagKind.OWN_ACCOUNT_CHANGED)
    told = {"flag": fake.ref, "item": fake.item, "unshared": own.ref, "changed": own.item}
    with state.write():
        for name in (*OPEN, *REPORTED, *ELSEWHERE):
            told[name] = _another(service, fake, name)
    for name in ("flag", *OPEN):
        reviewing.rule(told[name], Ruling.SHARED, refs["maria"])
    _talked_about(service, told["first"])
    for by in (IT, HELP_DESK):
        service.casework.early.propose(_as(by), own.ref, "A parent called about it.")
    told["own"] = next(
        each.item for each in service.portal.dossier.item(refs["maria"], fake.item).own
    )
    return told


def _flag(service: Service, person: str, kind: FlagKind) -> Flag:
    return next(each for each in service.state.flags.of_person(person) if each.kind is kind)


def _another(service: Service, flag: Flag, name: str) -> str:
    state, now = service.state, service.now()
    item = state.items.get(flag.item)
    presence = REPORTED.get(name, Presence.PRESENT)
    portrait = replace(item.portrait, **ELSEWHERE.get(name, {}))
    gone = None if presence is Presence.PRESENT else now - DAY
    ref = f"{name:f<32}"
    told = replace(item, ref=ref, portrait=portrait, presence=presence, missing_since=gone)
    state.items.add(replace(told, last_seen=now), [f"alias of {name}"])
    reported = name in REPORTED
    standing = FlagState.REPORTED if reported else FlagState.OPEN
    state.flags.add(replace(flag, ref=ref, item=ref, state=standing, shared_at=None))
    if reported:
        said = Judgement(flag=ref, ruling=Ruling.REPORTED, by=flag.person, at=now - 2 * DAY)
        state.flags.judge(replace(said, note="Number 17"))
    return ref


def _talked_about(service: Service, ref: str) -> None:
    """Have the help desk take it, note something, and ask."""
    queue, handling, reviewer = (
        service.casework.queue,
        service.casework.handling,
        _as(HELP_DESK),
    )
    queue.open(reviewer, [ref])
    handling.take(reviewer, ref, "")
    handling.note(reviewer, ref, "Called the platform.")
    handling.ask(reviewer, ref, "Is it yours?")


def _as(mail: str) -> Reviewer:
    return Reviewer(address=mail, person="")
