"""What people decide: rulings on flags, words on items, and taking either back.

A person sorts what exists: theirs, somebody else's, an imitation, not about them.

`owner_id` is the person who asks: what is not theirs does not exist. Who may decide what is for the
callers to check. Called inside a transaction, with the learning once at its end.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.app import App
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.lessons import (
    ITEM_DECISIONS,
    Feedback,
    resolve_feedback,
    resolve_previous_decision,
)
from monitor.domain.flag import (
    RESULTING_STATE,
    DecisionRecord,
    Flag,
    apply_decision,
    build_urgency_key,
    list_decision_steps,
)
from monitor.domain.item import Item, Presence
from monitor.domain.vocabulary import Decision, FlagKind, FlagState, OwnershipLabel
from monitor.errors import InputError
from monitor.services.flagging import (
    add_impersonation_flag,
    list_declared_items,
    reassess_person,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInput:
    """What somebody says of a flag. `by` is the person's ref or a role.

    `until` is when a ruling of harmless lapses, None where it does not.
    """

    decision: Decision
    by: str
    note: str = ""
    until: datetime | None = None


def record_decision(app: App, flag: Flag, entry: DecisionInput) -> Flag:
    """Append a ruling; what its person says of a flag is remembered with the item."""
    # One word has one time, however many steps it leads: so it is taken back as one.
    after, at = flag, app.clock.now()
    for step in list_decision_steps(flag, entry.decision):
        judgement = DecisionRecord(
            flag=flag.ref,
            ruling=step,
            by=entry.by,
            at=at,
            note=entry.note,
            until=entry.until if step is entry.decision else None,
        )
        before, after = after, apply_decision(after, judgement)
        app.db.flags.insert_decision(judgement)
        if entry.by == flag.person:
            _remember_feedback(app, before, step)
    app.db.flags.update_flag(after)
    _audit_decision(app, "decided", flag.ref, entry, flag.person)
    return after


def save_feedback(app: App, item_id: str, entry: DecisionInput) -> None:
    """Keep a person's word on an item, or take their last one back."""
    _append_feedback(app, item_id, entry.decision)
    _audit_decision(app, "answered", item_id, entry, app.db.items.load_item(item_id).person)


def learn_from_feedback(app: App, person_id: str) -> None:
    """See everything of a person in the light of what they just said."""
    reassess_person(app, app.db.people.load_person(person_id))


def _remember_feedback(app: App, before: Flag, ruling: Decision) -> None:
    if ruling in ITEM_DECISIONS or (
        ruling is Decision.REOPENED and _has_feedback_from_flag(app, before)
    ):
        _append_feedback(app, before.item, ruling, before.ref)


def _has_feedback_from_flag(app: App, flag: Flag) -> bool:
    """Tell whether the last word on the item was said of this flag, as it stands."""
    last = resolve_feedback(app.db.feedback.list_feedback_of_item(flag.item))
    return (
        last is not None
        and last.flag_id == flag.ref
        and _find_decided_state(last.decision) is flag.state
    )


def _append_feedback(app: App, item_id: str, ruling: Decision, flag_id: str = "") -> None:
    app.db.feedback.insert_feedback(
        Feedback(item_id=item_id, decision=ruling, at=app.clock.now(), flag_id=flag_id)
    )


def _audit_decision(
    app: App, action: str, subject_id: str, entry: DecisionInput, person_id: str
) -> None:
    actor = "person" if entry.by == person_id else entry.by
    app.db.audit.append_entry(
        app.clock.now(), actor, action, subject_id, {"decision": entry.decision}
    )


def _find_decided_state(ruling: Decision | None) -> FlagState | None:
    return RESULTING_STATE.get(ruling) if ruling else None


SUGGESTED_ANSWERS = {
    OwnershipLabel.OWN: Decision.MINE,
    OwnershipLabel.NAMESAKE: Decision.NAMESAKE,
    OwnershipLabel.UNRELATED: Decision.UNRELATED,
    OwnershipLabel.IMPERSONATION: Decision.IMPERSONATION,
}
# What we cannot tell comes before what we think we can; an imitation before everything.
_WORST_FIRST = (
    *(OwnershipLabel.IMPERSONATION, OwnershipLabel.UNKNOWN, OwnershipLabel.OWN),
    *(OwnershipLabel.NAMESAKE, OwnershipLabel.UNRELATED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFeedback:
    """`flags` are the item's undecided ones, the worst first. `assessment` tells the reasons."""

    item: Item
    assessment: Assessment
    flags: tuple[Flag, ...]

    @property
    def suggested_answer(self) -> Decision | None:
        """What we would say; None where we cannot tell."""
        return SUGGESTED_ANSWERS.get(self.assessment.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFeedback:
    item: Item
    answer: Decision


def list_pending_feedback(app: App, owner_id: str) -> tuple[PendingFeedback, ...]:
    """Return what is to be sorted, the worst first."""
    return tuple(sorted(_find_pending_feedback(app, owner_id), key=_rank_pending_feedback))


def list_given_feedback(app: App, owner_id: str) -> tuple[ItemFeedback, ...]:
    """Return what they sorted so far, the oldest first."""
    items_with_feedback = app.db.items.list_items_with_feedback(owner_id)
    return tuple(ItemFeedback(item=item, answer=ruling) for item, ruling in items_with_feedback)


def record_feedback(app: App, owner_id: str, answers: Mapping[str, Decision]) -> None:
    """Keep all answers or none, and learn from them at once. A later answer replaces one."""
    items = {ref: app.db.items.load_item_of_person(owner_id, ref) for ref in answers}
    for ruling in answers.values():
        _check_feedback_allowed(ruling)
    with app.db.begin_transaction():
        for ref, item in items.items():
            _record_item_feedback(app, item, DecisionInput(decision=answers[ref], by=owner_id))
        learn_from_feedback(app, owner_id)


def undo_feedback(app: App, owner_id: str, item_ids: Iterable[str]) -> None:
    """Take back the last answer about each; what they said before that stands again."""
    items = [app.db.items.load_item_of_person(owner_id, ref) for ref in item_ids]
    with app.db.begin_transaction():
        for item in items:
            _undo_item_feedback(app, item, owner_id)
        learn_from_feedback(app, owner_id)


def _find_pending_feedback(app: App, owner_id: str) -> Iterator[PendingFeedback]:
    declared = {
        each.ref for each in list_declared_items(app.db, app.db.people.load_person(owner_id))
    }
    raised = defaultdict(list)
    for flag in app.db.flags.list_flags_of_person(owner_id):
        raised[flag.item].append(flag)
    for item, assessment in app.db.items.list_items_awaiting_feedback(owner_id):
        if item.ref in declared or item.presence is Presence.GONE:
            continue
        flags = raised[item.ref]
        if not any(each.kind is FlagKind.IMPERSONATION and not each.is_undecided for each in flags):
            undecided = (each for each in flags if each.is_undecided)
            ordered = tuple(sorted(undecided, key=build_urgency_key))
            yield PendingFeedback(item=item, assessment=assessment, flags=ordered)


def _record_item_feedback(app: App, item: Item, entry: DecisionInput) -> None:
    """Settle the question of who plays whom together with whose it is: it is one question."""
    flag = app.db.flags.find_flag(item.ref, FlagKind.IMPERSONATION)
    if flag is None and entry.decision is Decision.IMPERSONATION:
        flag = add_impersonation_flag(app, app.db.people.load_person(item.person), item)
    if flag is None or (flag.is_pursued and entry.decision is Decision.IMPERSONATION):
        save_feedback(app, item.ref, entry)
        return
    _replace_decision(app, flag, entry)


def _replace_decision(app: App, flag: Flag, entry: DecisionInput) -> None:
    while not flag.is_undecided:
        flag = record_decision(app, flag, DecisionInput(decision=Decision.REOPENED, by=entry.by))
    record_decision(app, flag, entry)


def _undo_item_feedback(app: App, item: Item, owner_id: str) -> None:
    decisions = app.db.feedback.list_feedback_of_item(item.ref)
    if app.db.items.find_item_feedback(item.ref) is None:
        reason = "There is no answer, so there is nothing to undo."
        raise InputError(reason)
    before = resolve_previous_decision(decisions)
    flag = app.db.flags.find_flag(item.ref, FlagKind.IMPERSONATION)
    verdict = app.db.items.find_item_feedback(item.ref)
    taken_back = DecisionInput(decision=Decision.REOPENED, by=owner_id)
    if flag and verdict and RESULTING_STATE[verdict] is flag.state:
        record_decision(app, flag, taken_back)
    else:
        save_feedback(app, item.ref, taken_back)
    if before is not app.db.items.find_item_feedback(item.ref) and before is not None:
        _record_item_feedback(app, item, DecisionInput(decision=before, by=owner_id))


def _rank_pending_feedback(each: PendingFeedback) -> tuple[object, ...]:
    flag = build_urgency_key(each.flags[0]) if each.flags else ()
    label = _WORST_FIRST.index(each.assessment.label)
    return (not each.flags, flag, label, -each.assessment.bits, each.item.ref)


def _check_feedback_allowed(ruling: Decision) -> None:
    if ruling not in ITEM_DECISIONS:
        words = ", ".join(sorted(ITEM_DECISIONS))
        reason = f"Answer a finding with one of {words}. The answer {ruling} is only for flags."
        raise InputError(reason)
