"""Sharing a flag with IT: what IT would see, word for word; sharing it, and stopping.

`owner_id` is the person who asks; other people's data is not found.
"""

from datetime import datetime, timedelta

from monitor.app import App
from monitor.domain.disclosure import (
    ANSWER_WITHIN,
    DISCLOSURE_RULES,
    DisclosureCase,
    ReviewFields,
    ReviewOpening,
    build_review_fields,
    compute_review_opening,
    forecast_opening,
    get_own_decision,
    needs_immediate_notice,
)
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.flag import Flag
from monitor.domain.vocabulary import Decision, FlagKind, OpeningReason
from monitor.services.consent import build_disclosure_policy
from monitor.services.feedback import DecisionInput, learn_from_feedback, record_decision


def preview_shared_fields(app: App, owner_id: str, flag_id: str) -> ReviewFields:
    """Return exactly what IT sees of a flag, or would see if it were shared now."""
    flag = app.db.flags.load_flag_of_person(owner_id, flag_id)
    person, item = (
        app.db.people.load_person(owner_id),
        app.db.items.load_item(flag.item_id),
    )
    opening = ReviewOpening(at=app.clock.now(), reason=OpeningReason.SHARED)
    return build_review_fields(person, item, _load_own_case(app, flag), opening)


def find_own_flag_opening(app: App, owner_id: str, flag_id: str) -> ReviewOpening | None:
    """Return since when and why IT may see a flag; None while it may not."""
    flag = app.db.flags.load_flag_of_person(owner_id, flag_id)
    return compute_review_opening(
        _load_own_case(app, flag), app.clock.now(), build_disclosure_policy(app)
    )


def forecast_own_opening(app: App, flag: Flag) -> datetime | None:
    """Return when a flag opens to IT by itself if the person does not answer; None for never."""
    case, policy = _load_own_case(app, flag), build_disclosure_policy(app)
    counted_from, days = forecast_opening(case.history).counted_from, policy.student_link_days
    if counted_from and days is not None and case.consent.text_hash in policy.told_in:
        return counted_from + timedelta(days=days)
    urgent = flag.kind is FlagKind.IMPERSONATION and needs_immediate_notice(flag)
    waits = urgent and flag.is_undecided
    return flag.notified_at + ANSWER_WITHIN if waits and flag.notified_at else None


def opens_to_it(kind: FlagKind, answer: Decision) -> bool:
    """Tell whether IT can see a flag of this kind once the person gave this answer."""
    confirms = OpeningReason.CONFIRMED in DISCLOSURE_RULES[kind].opened_by
    return confirms and answer is Decision.IMPERSONATION


def share_flag(app: App, owner_id: str, flag_id: str) -> None:
    flag = app.db.flags.load_flag_of_person(owner_id, flag_id)
    if flag.shared_at is not None:
        return
    with app.db.begin_transaction():
        record_decision(app, flag, DecisionInput(decision=Decision.SHARED, by=owner_id))


def unshare_flag(app: App, owner_id: str, flag_id: str) -> None:
    """Close a flag to IT again; the person's decision on it stays."""
    flag = app.db.flags.load_flag_of_person(owner_id, flag_id)
    if flag.shared_at is None:
        reason = "This was not shared, so there is nothing to undo."
        raise InputError(reason)
    ruling, until = get_own_decision(_load_own_case(app, flag)), flag.harmless_until
    with app.db.begin_transaction():
        while flag.shared_at is not None:
            flag = record_decision(
                app, flag, DecisionInput(decision=Decision.REOPENED, by=owner_id)
            )
        if ruling is not None and flag.is_undecided:
            record_decision(app, flag, DecisionInput(decision=ruling, by=owner_id, until=until))
        learn_from_feedback(app, owner_id)


def _load_own_case(app: App, flag: Flag) -> DisclosureCase:
    consent = app.db.consents.find_latest_consent(flag.person_id)
    if consent is None:
        reason = "Your consent has ended, so review has ended too."
        raise NotPermittedError(reason)
    return DisclosureCase(
        flag=flag,
        consent=consent,
        decisions=app.db.flags.list_decisions(flag.id),
        glass=tuple(app.db.break_glass.list_active_break_glass(flag.id, app.clock.now())),
    )
