"""Raise cases from changes, with reasons.

What a person declared, confirmed or decided before counts.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from monitor.app import App
from monitor.config.sections import load_weights
from monitor.db.database import Database
from monitor.db.staged_answers import StagedAnswer
from monitor.domain.case import (
    CASE_OF_DECISION,
    OWNERSHIP_CASES,
    Case,
    close_if_restored,
    close_on_event,
    join_contact_kinds,
    reopen_if_gone,
    reopen_if_lapsed,
    reopen_on_event,
    restart_case,
    resume_case,
)
from monitor.domain.case_drafts import (
    CASE_OF_LABEL,
    CaseDraft,
    build_account_change_draft,
    build_contact_draft,
    build_harm_draft,
    build_ownership_draft,
    build_student_link_draft,
    is_contact_likely_theirs,
)
from monitor.domain.detection.appearance import Inventory, Subject, shows_takeover
from monitor.domain.detection.assessment import NOT_ME_DECISIONS, Assessment, Assessor
from monitor.domain.detection.lessons import learn_from_feedback
from monitor.domain.detection.waves import (
    MakerWave,
    NewAccount,
    compute_appearance_time,
    count_people,
    find_maker_wave,
    find_wave,
    list_wave_marks,
)
from monitor.domain.disclosure import needs_immediate_notice
from monitor.domain.feedback import Feedback
from monitor.domain.finding import Finding, Presence
from monitor.domain.finding_events import Event
from monitor.domain.names.frequency import estimate_namesakes, load_census
from monitor.domain.names.matching import match_display_name
from monitor.domain.person import Person
from monitor.domain.planning.consented_queries import find_queried_accounts
from monitor.domain.private_details import list_exposed_kinds
from monitor.domain.severity import assess_change_severity, rate_exposure, rate_severity
from monitor.domain.source_trust import SourceTrust
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    ContactKind,
    Decision,
    EventKind,
    OwnershipLabel,
    WaveMark,
)
from monitor.services.notifications import queue_alert
from monitor.services.own_accounts import is_trusted_account, load_own_findings
from monitor.services.withheld_accounts import withhold_account
from scrapers.models import Trace, TraceKind
from scrapers.source import Source
from scrapers.urls.platforms import is_intimate_platform


def build_inventory(app: App, person: Person, own: Iterable[Finding]) -> Inventory:
    """Collect the person's own findings, their answers, and earlier impersonators.

    All of it is read from their encrypted findings each time, so nothing outlives those.
    """
    findings = tuple(own)
    portraits = tuple(finding.portrait for finding in findings)
    former = tuple(_list_former_portraits(app, findings))
    findings_with_feedback = app.db.findings.list_findings_with_feedback(person.id)
    impostors = {
        case.finding_id: app.db.findings.load_finding(case.finding_id)
        for case in app.db.cases.list_cases_of_person(person.id)
        if case.nature is CaseKind.IMPERSONATION and case.is_pursued
    }
    impostors |= {
        finding.id: finding
        for finding, decision in findings_with_feedback
        if decision is Decision.IMPERSONATION
    }
    # Count, for each of the person's new accounts in a wave, the people of the school in it.
    return Inventory(
        own_traces=portraits,
        former_traces=former,
        absent_platforms=frozenset(person.absent_from),
        lessons=learn_from_feedback(
            [(finding.portrait, decision) for finding, decision in findings_with_feedback],
            portraits,
            person.name,
        ),
        impersonators=tuple(finding.portrait for finding in impostors.values()),
        picture_use_counts=_count_picture_bearers(app, person, findings, former),
        wave_sizes=(
            {
                app.db.findings.load_finding(finding_id).portrait.key: size
                for finding_id in app.db.new_accounts.list_new_account_ids(person.id)
                if (size := count_people(load_wave(app.db, finding_id)))
            }
        ),
        maker_waves=_count_maker_waves(app, person),
        reference_picture=person.reference_picture,
        seen_at=app.clock.now(),
    )


def _list_former_portraits(app: App, own: Iterable[Finding]) -> Iterator[Trace]:
    """Yield how own accounts looked before, as far as it differs from today."""
    for finding in own:
        if finding.portrait.kind is TraceKind.ACCOUNT:
            shown = (version.trace for version in app.db.versions.list_versions(finding.id))
            yield from (trace for trace in dict.fromkeys(shown) if trace != finding.portrait)


def _count_picture_bearers(
    app: App, person: Person, own: tuple[Finding, ...], former: tuple[Trace, ...]
) -> Mapping[str, int]:
    """Count, for each picture of the person's, how many accounts of others show it."""
    portraits = (*(finding.portrait for finding in own), *former)
    prints = {person.reference_picture, *(trace.picture_print for trace in portraits)} - {""}
    finding_ids = tuple(finding.id for finding in own)
    return {
        picture_print: app.db.pictures.count_accounts_with_picture(
            picture_print, excluded_finding_ids=finding_ids
        )
        for picture_print in prints
    }


def _count_maker_waves(app: App, person: Person) -> Mapping[str, tuple[WaveMark, int]]:
    """Count, for each new account that shares words or more, the people whose accounts do."""
    return {
        app.db.findings.load_finding(finding_id).portrait.key: (
            wave.mark,
            count_people(wave.accounts),
        )
        for finding_id in app.db.new_accounts.list_new_account_ids(person.id)
        if (wave := _load_maker_wave(app.db, finding_id)).accounts
    }


def load_wave(db: Database, finding_id: str) -> tuple[NewAccount, ...]:
    """Return the accounts of the wave that a finding is part of; nothing, if it is in none."""
    return find_wave(finding_id, db.new_accounts.list_accounts_of_same_place(finding_id))


def _load_maker_wave(db: Database, finding_id: str) -> MakerWave:
    return find_maker_wave(finding_id, db.new_accounts.list_accounts_alike(finding_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementChanges:
    """The result of a settlement: findings, their events, and how they looked before.

    `unkept` is what accounts show whose text is not kept: it is judged, and forgotten.
    """

    finding_ids: tuple[str, ...]
    events: tuple[Event, ...]
    before: Mapping[str, Trace]
    trust_status: SourceTrust
    unkept: Mapping[str, Trace] = field(default_factory=dict)


def assess_changes(app: App, person: Person, changes: SettlementChanges) -> None:
    """Assess changed findings; only a proven source may raise a case."""
    if not changes.finding_ids:
        return
    for finding_id in changes.finding_ids:
        app.db.pictures.save_picture(app.db.findings.load_finding(finding_id))
    own = load_own_findings(app.db, person)
    unsettled = [
        case_id for event in changes.events for case_id in _reopen_unsettled_cases(app, event)
    ]
    for event in changes.events if changes.trust_status is SourceTrust.PROVEN else ():
        _close_cleared_cases(app, event)
    _withdraw_outgrown_feedback(app, person, changes, own)
    joined = tuple(_record_new_accounts(app, person, changes, own))
    proven = changes.trust_status is SourceTrust.PROVEN
    findings = _select_findings_to_assess(app, person, changes, own)
    _assess_findings(app, person, findings, lambda _: proven, changes.unkept)
    for event in changes.events:
        if event.finding_id in own and changes.trust_status is SourceTrust.PROVEN:
            _flag_account_change(app, person, own[event.finding_id], event, changes.before)
    for case_id in unsettled:
        queue_alert(app, person, app.db.cases.load_case(case_id))
    _reassess_colleagues(app, person, joined)


def _record_new_accounts(
    app: App, person: Person, changes: SettlementChanges, own: Collection[str]
) -> Iterator[str]:
    """Record new accounts under the person's name, and yield the ids of their findings.

    A source that is not proven may show accounts that are not there. They are compared with those
    of colleagues, which the text that the person agreed to has to say.
    """
    consent = app.db.consents.find_latest_consent(person.id)
    told = consent is not None and consent.tells_of_comparing
    if changes.trust_status is not SourceTrust.PROVEN or not (person.school and told):
        return
    news = {event.finding_id for event in changes.events if event.kind is EventKind.APPEARED}
    known = frozenset(app.db.new_accounts.list_new_account_ids(person.id))
    for finding_id in changes.finding_ids:
        if finding_id in own:
            continue
        finding = app.db.findings.load_finding(finding_id)
        is_news = finding_id in news or finding_id in known
        appeared_at = compute_appearance_time(
            finding.portrait, person, app.clock.now(), is_news=is_news
        )
        if appeared_at:
            marks = list_wave_marks(finding.portrait, person)
            app.db.new_accounts.save_new_account(finding, marks, appeared_at)
            yield finding_id


def _reassess_colleagues(app: App, person: Person, finding_ids: Iterable[str]) -> None:
    """Assess the other accounts of a wave again: each account that joins it raises the others."""
    owners = {
        account.finding_id: account.person_id
        for each_id in finding_ids
        for account in (*load_wave(app.db, each_id), *_load_maker_wave(app.db, each_id).accounts)
    }
    now = app.clock.now()
    for finding_id, owner_id in owners.items():
        consent = app.db.consents.find_latest_consent(owner_id)
        if owner_id != person.id and consent and consent.allows_queries(now):
            owner = app.db.people.load_person(owner_id)
            findings = (app.db.findings.load_finding(finding_id),)
            _assess_findings(app, owner, findings, lambda _: True)


def reassess_person(app: App, person: Person) -> None:
    """Assess everything again after the person's answers; what follows is told at once."""
    health = app.db.source_health

    def is_proven(finding: Finding) -> bool:
        sightings = app.db.sightings.list_sightings_of_finding(finding.id)
        sources = {sighting.source for sighting in sightings if not sighting.misses}
        found = filter(None, map(health.find_source_health, sources))
        return any(source_health.proven_at for source_health in found)

    findings = app.db.findings.list_findings_of_person(person.id)
    _assess_findings(app, person, findings, is_proven)


def build_person_assessor(app: App, person: Person) -> Assessor:
    """Return the assessor for this person's findings."""
    return _build_assessor(app, person, load_own_findings(app.db, person))


def reopen_lapsed_cases(app: App, person_id: str) -> None:
    """Reopen cases that a person called harmless for a time that is over."""
    now = app.clock.now()
    for case in app.db.cases.list_cases_of_person(person_id):
        reopened = reopen_if_lapsed(case, now)
        if reopened != case:
            app.db.cases.update_case(reopened)
            app.db.audit.append_entry(now, "namesake", "lapsed", case.id, {})
            queue_alert(app, app.db.people.load_person(person_id), reopened)


def close_vanished_cases(app: App, person_id: str) -> None:
    """Close cases of a finding that is gone and no longer asked."""
    now = app.clock.now()
    for case in app.db.cases.list_cases_of_person(person_id):
        if (
            case.awaits_proof
            and app.db.findings.load_finding(case.finding_id).presence is Presence.GONE
        ):
            gone = Event(
                person_id=person_id, finding_id=case.finding_id, kind=EventKind.VANISHED, at=now
            )
            _close_cleared_cases(app, gone)


def add_ownership_case(app: App, person: Person, finding: Finding, decision: Decision) -> Case:
    """Return the case of a finding that its person says others made; no email is needed."""
    assessor = build_person_assessor(app, person)
    assessment = _judge(app, assessor, finding, decision, finding.portrait)
    # The answer decides, not the label: an account that they declared stays theirs by its label.
    case = _build_case(app, finding, build_ownership_draft(assessment, CASE_OF_DECISION[decision]))
    _add_case(app, case)
    return case


def flag_student_links(app: App, person: Person, staged: StagedAnswer, source: Source) -> None:
    """Case an own account that looks linked to students; the matcher says only that."""
    verdict, query = staged.verdict, staged.visit.query
    if verdict is None or not verdict.flagged:
        return
    accounts = find_queried_accounts(query, person, source)
    for finding in app.db.findings.find_findings_by_aliases(person.id, accounts):
        _raise_case(app, person, finding, build_student_link_draft(query.kind, verdict))


def _exclude_disputed_handles(app: App, finding: Finding) -> Trace:
    """Leave out a handle that another finding had first: it has another owner now.

    The address made of it is also left out, since older links still mean the first owner.
    """
    portrait, find = finding.portrait, app.db.findings.find_findings_by_aliases
    mine = tuple(
        alias
        for alias in portrait.account_aliases
        if all(entry.id == finding.id for entry in find(finding.person_id, (alias,)))
    )
    if mine == portrait.account_aliases:
        return portrait
    return replace(portrait, account_aliases=mine, url=portrait.key)


def _select_findings_to_assess(
    app: App, person: Person, changes: SettlementChanges, own: Mapping[str, Finding]
) -> tuple[Finding, ...]:
    """Choose the changed findings; or all, if own accounts changed, which all are compared with."""
    if any(finding_id in own for finding_id in changes.finding_ids):
        return app.db.findings.list_findings_of_person(person.id)
    return tuple(app.db.findings.load_finding(finding_id) for finding_id in changes.finding_ids)


def _assess_findings(
    app: App,
    person: Person,
    findings: tuple[Finding, ...],
    is_proven: Callable[[Finding], bool],
    unkept: Mapping[str, Trace] = MappingProxyType({}),
) -> None:
    """Assess findings; only what a proven source showed may raise a case.

    `unkept` is what accounts show whose text is not kept.
    """
    assessor = build_person_assessor(app, person)
    for known in findings:
        decision = app.db.findings.find_finding_feedback(known.id)
        shown = unkept.get(known.id, known.portrait)
        assessment = _judge(app, assessor, known, decision, shown)
        app.db.findings.set_assessment(known.id, assessment)
        finding = withhold_account(app, known, shown, assessment)
        # What is gone pretends to be no one, and exposes nothing.
        if finding.presence is Presence.GONE:
            continue
        imitates = assessment.label in CASE_OF_LABEL and not _is_harmful_page(app, finding)
        exposes = bool(finding.portrait.exposed) and is_contact_likely_theirs(
            person, shown, assessment, decision
        )
        harms = (
            bool(finding.portrait.harms)
            and assessment.label is not OwnershipLabel.MINE
            and decision not in NOT_ME_DECISIONS
        )
        if not (imitates or exposes or harms) or not is_proven(finding):
            continue
        if harms:
            exposed = list_exposed_kinds(finding.portrait) if exposes else ()
            _raise_case(app, person, finding, build_harm_draft(finding.portrait, exposed))
        if imitates:
            draft = build_ownership_draft(assessment, CASE_OF_LABEL[assessment.label])
            _raise_case(app, person, finding, draft)
        if exposes:
            _merge_into_harm_case(app, finding)
            _raise_exposure(app, person, finding, assessment.label)


def _judge(
    app: App, assessor: Assessor, finding: Finding, decision: Decision | None, shown: Trace
) -> Assessment:
    """Assess a finding by what it shows now.

    Of an account whose text is not kept, what was found stays, but for what is worse.
    """
    trace = _exclude_disputed_handles(app, replace(finding, portrait=shown))
    known = app.db.findings.find_assessment(finding.id) if finding.portrait.withheld else None
    if known is None:
        return assessor.assess_with_feedback(trace, decision)
    kept = assessor.keep_assessment(known, trace, decision)
    if shown.withheld or kept.label is OwnershipLabel.MINE or decision:
        return kept
    found = assessor.assess_with_feedback(trace, decision)
    return found.without_quotes if _is_worse(found, kept) else kept


def _is_worse(found: Assessment, known: Assessment) -> bool:
    if found.label not in CASE_OF_LABEL or known.label not in CASE_OF_LABEL:
        return found.label in CASE_OF_LABEL
    return rate_severity(found).rank < rate_severity(known).rank


def _is_harmful_page(app: App, finding: Finding) -> bool:
    """Tell whether it is told as a page about someone, which plays no one whatever they answer."""
    return finding.portrait.kind is TraceKind.PAGE and (
        bool(finding.portrait.harms)
        or app.db.cases.find_case(finding.id, CaseKind.HARMFUL_PAGE) is not None
    )


def _withdraw_outgrown_feedback(
    app: App, person: Person, changes: SettlementChanges, own: Mapping[str, Finding]
) -> None:
    """Undo answers about an account that has become another one since."""
    for event in changes.events:
        decision = app.db.findings.find_finding_feedback(event.finding_id)
        if event.kind is EventKind.CHANGED and decision:
            finding = app.db.findings.load_finding(event.finding_id)
            shown = changes.unkept.get(finding.id, finding.portrait)
            changed = _exclude_disputed_handles(app, replace(finding, portrait=shown))
            if _build_assessor(app, person, own).is_decision_outdated(changed, decision):
                outgrown = Feedback(finding_id=event.finding_id, decision=None, at=app.clock.now())
                app.db.feedback.insert_feedback(outgrown)


def _build_assessor(app: App, person: Person, own: Mapping[str, Finding]) -> Assessor:
    return Assessor(
        subject=Subject(person=person, commonness=estimate_namesakes(person.name, load_census())),
        inventory=build_inventory(app, person, own.values()),
        weights=load_weights(app.config.detection),
    )


def _flag_account_change(
    app: App, person: Person, finding: Finding, event: Event, before: Mapping[str, Trace]
) -> None:
    if event.kind not in {EventKind.CHANGED, EventKind.VANISHED, EventKind.REAPPEARED}:
        return
    if not is_trusted_account(app.db, person, finding):
        return
    known = app.db.cases.find_case(finding.id, CaseKind.OWN_ACCOUNT_CHANGED)
    if known and _close_restored_case(app, finding, known, event):
        return
    # Whoever has it back is asked about what it became since, and told of that at once.
    again = known if known and known.state is CaseState.RECOVERED else None
    if again:
        app.db.cases.update_case(restart_case(again, event.at))
    if event.kind is not EventKind.REAPPEARED:
        after = finding.portrait if event.kind is EventKind.CHANGED else None
        worst = assess_change_severity(
            before.get(event.finding_id, finding.portrait),
            after,
            lambda written: match_display_name(written, person.name).is_whole,
            shows_takeover,
        )
        _raise_case(app, person, finding, build_account_change_draft(event, worst))
    if again:
        queue_alert(app, person, app.db.cases.load_case(again.id))


def _close_restored_case(app: App, finding: Finding, known: Case, event: Event) -> bool:
    """Close the case of an account that was taken over, if it is its owner's again."""
    restored = close_if_restored(
        known, _list_traces_before_case(app, known), event, finding.portrait
    )
    if restored != known:
        _close_case(app, restored, event)
    return restored != known


def close_if_recovered(app: App, case: Case) -> Case:
    """End the case of an account that shows its owner as before on the day they have it back."""
    finding = app.db.findings.load_finding(case.finding_id)
    shown = Event(
        person_id=case.person_id,
        finding_id=case.finding_id,
        kind=EventKind.CHANGED,
        at=app.clock.now(),
    )
    before = _list_traces_before_case(app, case)
    restored = close_if_restored(case, before, shown, finding.portrait)
    if restored == case or finding.presence is not Presence.PRESENT:
        return case
    _close_case(app, restored, shown)
    return restored


def _list_traces_before_case(app: App, case: Case) -> tuple[Trace, ...]:
    """Return what an account showed until the change that its case is about."""
    events = app.db.events.list_events_of_finding(case.finding_id)
    changed = [
        record.event.at
        for record in events
        if record.event.kind in {EventKind.CHANGED, EventKind.VANISHED}
        and record.event.at <= case.opened_at
    ]
    until = max(changed, default=case.opened_at)
    versions = app.db.versions.list_versions(case.finding_id)
    return tuple(version.trace for version in versions if version.at < until)


def _reopen_unsettled_cases(app: App, event: Event) -> Iterator[str]:
    """Reopen the cases that a change affects, and yield those that an email may be about."""
    for case in app.db.cases.list_cases_of_finding(event.finding_id):
        reopened = reopen_on_event(case, event)
        if reopened != case:
            app.db.cases.update_case(reopened)
            if case.kind is not CaseKind.EXPOSED_CONTACT:
                yield case.id


def _close_cleared_cases(app: App, event: Event) -> None:
    """Close cases about details that are proven gone."""
    for case in app.db.cases.list_cases_of_finding(event.finding_id):
        done = close_on_event(case, event)
        if done != case:
            _close_case(app, done, event)


def _close_case(app: App, case: Case, event: Event) -> None:
    """Store a case that may have ended: one about several details goes on about the others."""
    app.db.cases.update_case(case)
    if case.gone_at:
        app.db.audit.append_entry(event.at, "namesake", "closed", case.id, {})


def _raise_case(app: App, person: Person, finding: Finding, draft: CaseDraft) -> None:
    """Raise a case once: a finding has one case of each kind and relation, open or decided."""
    existing = _find_raised_case(app, finding, draft)
    if existing:
        _renew_case(app, person, reopen_if_gone(existing, app.clock.now()), draft)
        return
    case = _build_case(app, finding, draft)
    _add_case(app, case)
    queue_alert(app, person, case)


def _find_raised_case(app: App, finding: Finding, draft: CaseDraft) -> Case | None:
    """Return the case that asks the same: whose an account is, is one question of two kinds."""
    if draft.kind not in OWNERSHIP_CASES:
        return app.db.cases.find_case(finding.id, draft.kind, draft.relation)
    other = OWNERSHIP_CASES - {draft.kind}
    asking = (app.db.cases.find_case(finding.id, kind) for kind in (draft.kind, *other))
    return next(filter(None, asking), None)


def _build_case(app: App, finding: Finding, draft: CaseDraft) -> Case:
    return Case(
        id=app.ids.new_id(),
        person_id=finding.person_id,
        finding_id=finding.id,
        kind=draft.kind,
        severity=draft.severity,
        opened_at=app.clock.now(),
        reasons=draft.reasons,
        lowered_by=draft.lowered_by,
        relation=draft.relation,
        is_intimate=is_intimate_platform(finding.portrait.platform),
    )


def _add_case(app: App, case: Case) -> None:
    app.db.cases.insert_case(case)
    app.db.audit.append_entry(app.clock.now(), "namesake", "flagged", case.id, {"kind": case.kind})


def _renew_case(app: App, person: Person, case: Case, draft: CaseDraft) -> None:
    """Give an open case today's reasons; a decided one stays as it was.

    That a link is still read contradicts who said that they removed it.
    """
    if case.state is CaseState.UNLINKED:
        case = resume_case(case, app.clock.now())
        queue_alert(app, person, case)
    if not case.is_undecided:
        return
    worst = min(case.severity, draft.severity, key=lambda severity: severity.rank)
    renewed = replace(
        case, kind=draft.kind, severity=worst, reasons=draft.reasons, lowered_by=draft.lowered_by
    )
    if case.kind is CaseKind.HARMFUL_PAGE:
        known = (*case.contact_kinds, *map(ContactKind, draft.relation.split()))
        renewed = replace(renewed, relation=join_contact_kinds(known))
    is_worse = needs_immediate_notice(renewed) and not needs_immediate_notice(case)
    if is_worse or (renewed.kind is CaseKind.IMPERSONATION and renewed.kind is not case.kind):
        # They were notified of something less severe, so the time to answer starts again.
        renewed = replace(renewed, notified_at=None)
        queue_alert(app, person, renewed)
    app.db.cases.update_case(renewed)


def _raise_exposure(app: App, person: Person, finding: Finding, label: OwnershipLabel) -> None:
    """Raise one case for the contact details that no case of the finding has an answer about."""
    cases = _list_exposures(app, finding.id)
    harm = app.db.cases.find_case(finding.id, CaseKind.HARMFUL_PAGE)
    still_open = tuple(filter(_is_open_to_more, cases))
    answered = {
        kind
        for told in (*cases, *filter(None, [harm]))
        if told not in still_open and told.gone_at is None
        for kind in told.contact_kinds
    }
    asked = list_exposed_kinds(finding.portrait) - answered
    back = [exposure for exposure in cases if exposure.gone_at]
    back = [exposure for exposure in back if not asked.isdisjoint(exposure.contact_kinds)]
    if not asked:
        return
    draft = build_contact_draft(finding.portrait, label, asked)
    if not still_open and not back:
        _raise_case(app, person, finding, draft)
        return
    # Several are open where an answer was taken back, or where two findings turned out to be one.
    case, *parts = (*still_open, *back)
    known = {kind for exposure in still_open for kind in exposure.contact_kinds}
    if not asked <= known:
        # Their notice was about less, so it starts again.
        case = restart_case(case, app.clock.now())
    case = replace(case, relation=join_contact_kinds(known | asked))
    for part in parts:
        app.db.cases.merge_cases(case, part.id)
    if asked >= known:
        _renew_case(app, person, case, draft)
    else:
        app.db.cases.update_case(replace(case, severity=rate_exposure(known | asked)))


def _merge_into_harm_case(app: App, finding: Finding) -> None:
    """Let the case of a harmful page ask what open exposures asked: one page is one case."""
    harm = app.db.cases.find_case(finding.id, CaseKind.HARMFUL_PAGE)
    if harm is None or harm.gone_at:
        return
    for exposure in filter(_is_open_to_more, _list_exposures(app, finding.id)):
        if not set(exposure.contact_kinds) <= set(harm.contact_kinds):
            continue
        app.db.cases.merge_cases(harm, exposure.id)
        # Its log has grown by that of the other.
        harm = app.db.cases.load_case(harm.id)


def _list_exposures(app: App, finding_id: str) -> tuple[Case, ...]:
    cases = app.db.cases.list_cases_of_finding(finding_id)
    return tuple(case for case in cases if case.kind is CaseKind.EXPOSED_CONTACT)


def _is_open_to_more(case: Case) -> bool:
    """Tell whether it may grow: no one answered it, and IT does not see it."""
    exposed = case.kind is CaseKind.EXPOSED_CONTACT
    return exposed and case.is_undecided and case.shared_at is None
