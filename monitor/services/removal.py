"""Having details taken off a page: the person asks its site, and we look at the page again.

We never ask a site for anyone.

`owner_id` is the person who asks; other people's data is not found.
"""

from collections.abc import Mapping
from datetime import datetime

from monitor.app import App
from monitor.domain.errors import InputError
from monitor.domain.flag import Flag
from monitor.domain.item import Item, Presence
from monitor.domain.takedown.removals import RESULTS_ABOUT_YOU, RemovalGuide, load_removal_guides
from monitor.domain.vocabulary import Decision, FlagKind, FlagState
from monitor.services.feedback import DecisionInput
from monitor.services.flagging import list_own_items
from monitor.services.presenters import format_finding_title
from monitor.services.review import decide_flags
from monitor.services.sweeps import (
    RECHECK,
    find_next_recheck,
    list_recheck_keys,
    list_recheck_times,
)
from monitor.services.takedown import build_log_lines, check_next_decision
from reports.labels import CONTACT_KINDS, OWN_FLAG_STATES, REMOVAL_PHRASES, REMOVAL_STATES
from reports.pages.removal import PageSighting, RemovalGuideLine, RemovalView
from scrapers.models import FindingKind

NEXT_DECISIONS: Mapping[FlagState, tuple[Decision, ...]] = {
    FlagState.NEW: (Decision.REMOVAL_ASKED,),
    FlagState.OPEN: (Decision.REMOVAL_ASKED,),
    FlagState.MINE: (Decision.REMOVAL_ASKED,),
    FlagState.REMOVAL_ASKED: (Decision.REMOVAL_DONE, Decision.REOPENED),
    FlagState.REMOVAL_DONE: (Decision.REOPENED,),
    FlagState.GONE: (),
}


def build_removal_view(app: App, owner_id: str, flag_id: str) -> RemovalView:
    flag = _load_removal_flag(app, owner_id, flag_id)
    item, now = app.db.items.load_item(flag.item_id), app.clock.now()
    person = app.db.people.load_person(owner_id)
    guide = load_removal_guides().find_guide(item.portrait.url)
    own = {each.id for each in list_own_items(app.db, person)}
    return RemovalView(
        id=flag.id,
        item_id=item.id,
        zone=person.zone,
        title=format_finding_title(item.portrait),
        url=item.portrait.url,
        severity=flag.severity,
        state=REMOVAL_STATES[flag.state],
        kinds=tuple(CONTACT_KINDS[kind] for kind in flag.contact_kinds),
        guide=_build_guide_line(guide, now) if guide else None,
        results_tool=RESULTS_ABOUT_YOU,
        choices=NEXT_DECISIONS[flag.state],
        log=tuple(build_log_lines(app, flag, REMOVAL_PHRASES)),
        own=item.id in own and item.portrait.kind is FindingKind.ACCOUNT,
        answered=flag.state is FlagState.MINE,
        looked=_find_sighting(app, flag, item),
        looked_at=item.missing_since or item.last_seen,
        looks_at=_list_next_looks(app, flag),
        can_look=bool(list_recheck_keys(app, item)),
    )


def record_removal_step(app: App, owner_id: str, flag_id: str, ruling: Decision) -> Flag:
    """Keep what the person did; a page whose site was asked is looked at again."""
    flag = _load_removal_flag(app, owner_id, flag_id)
    check_next_decision(flag, ruling, NEXT_DECISIONS)
    with app.db.begin_transaction():
        (after,) = decide_flags(app, (flag_id,), DecisionInput(decision=ruling, by=owner_id))
        item = app.db.items.load_item(flag.item_id)
        asked = after.state is FlagState.REMOVAL_ASKED
        # What another flag of the item waits for goes on.
        look_at = app.clock.now() if asked else find_next_recheck(app, item)
        app.db.jobs.finish_job(RECHECK, item.id, None)
        if look_at:
            app.db.jobs.ensure_job(RECHECK, item.id, look_at)
    return after


def _load_removal_flag(app: App, owner_id: str, flag_id: str) -> Flag:
    flag = app.db.flags.load_flag_of_person(owner_id, flag_id)
    if flag.kind is not FlagKind.EXPOSED_CONTACT:
        reason = "You can ask for removal only where contact details are shown."
        raise InputError(reason)
    if flag.state not in NEXT_DECISIONS:
        reason = f'The status is "{OWN_FLAG_STATES[flag.state]}". Undo that before you ask.'
        raise InputError(reason)
    return flag


def _find_sighting(app: App, flag: Flag, item: Item) -> PageSighting | None:
    """Return what was seen since the person's last word; None if the site was not asked."""
    if flag.state is FlagState.GONE or item.presence is Presence.GONE:
        return PageSighting.GONE
    since = flag.ruled_at
    if flag.state not in {FlagState.REMOVAL_ASKED, FlagState.REMOVAL_DONE} or since is None:
        return None
    if item.presence is Presence.MISSING:
        return PageSighting.MISSING
    if _was_opened_since(app, item, since):
        return PageSighting.THERE
    if flag.state is FlagState.REMOVAL_DONE:
        return None
    return PageSighting.LISTED if item.last_seen > since else PageSighting.NOT_YET


def _was_opened_since(app: App, item: Item, since: datetime) -> bool:
    """Tell whether the page was seen at its own address."""
    own = list_recheck_keys(app, item)
    sightings = app.db.sightings.list_sightings_of_item(item.id)
    return any(each.query in own and not each.misses and each.last >= since for each in sightings)


def _list_next_looks(app: App, flag: Flag) -> tuple[datetime, ...]:
    now = app.clock.now()
    return tuple(at for at in list_recheck_times(app.db, flag) if at > now)


def _build_guide_line(guide: RemovalGuide, now: datetime) -> RemovalGuideLine:
    return RemovalGuideLine(
        name=guide.name,
        opt_out=guide.opt_out,
        asks=guide.asks,
        days=guide.days,
        known=guide.known,
        seen_on=guide.seen_on,
        stale=guide.is_stale(now),
    )
