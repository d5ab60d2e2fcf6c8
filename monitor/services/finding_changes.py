"""What an answer shows against what the same query showed before, as changes of findings."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.db.database import Database
from monitor.db.queries import QueryRecord
from monitor.domain.detection.picture_likeness import PictureResults
from monitor.domain.finding import (
    Finding,
    FindingVersion,
    LastReadPage,
    Sighting,
    compute_anchor,
    is_different_account,
    list_aliases,
    withhold_account_text,
)
from monitor.domain.finding_events import (
    FindingAbsence,
    FindingObservation,
    create_finding,
    is_listed_as_bait,
    list_reportable_changes,
)
from monitor.domain.planning.rotation import AnswerNovelty, QueryHistory, record_answer
from monitor.domain.private_details import list_vanished_contacts
from monitor.domain.snapshot_diff import (
    Snapshot,
    apply_parse_result,
    diff_snapshots,
    key_by_anchor,
    list_material_changes,
)
from monitor.services.withheld_accounts import forget_withheld_text
from scrapers.models import Outcome, ParseResult, Query, QueryKind, Trace
from scrapers.source import SourceFamily


@dataclass(slots=True)
class FindingChanges:
    """The findings that the queries of one settlement showed, and those they missed.

    `left_lists` holds, by finding, the sightings of lists that showed it until now, and `unkept`
    what was read of accounts whose text is not kept: it is judged, and forgotten.
    """

    observations: dict[str, list[FindingObservation]] = field(
        default_factory=lambda: defaultdict(list)
    )
    absences: dict[str, list[FindingAbsence]] = field(default_factory=lambda: defaultdict(list))
    merged_into: dict[str, str] = field(default_factory=dict)
    new_finding_ids: set[str] = field(default_factory=set)
    portraits_before: dict[str, Trace] = field(default_factory=dict)
    left_lists: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    unkept: dict[str, list[Trace]] = field(default_factory=lambda: defaultdict(list))

    @property
    def finding_ids(self) -> tuple[str, ...]:
        seen = {**self.observations, **self.absences}
        return tuple(
            finding_id
            for finding_id in seen
            if self.observations.get(finding_id) or self.absences.get(finding_id)
        )

    def record_portrait(self, finding: Finding) -> None:
        """Note how a finding looked before this settlement; call it before the first change."""
        self.portraits_before.setdefault(finding.id, finding.portrait)

    def merge_findings(self, kept_id: str, dropped_id: str) -> None:
        self.observations[kept_id].extend(self.observations.pop(dropped_id, ()))
        self.absences[kept_id].extend(self.absences.pop(dropped_id, ()))
        self.unkept[kept_id].extend(self.unkept.pop(dropped_id, ()))
        self.merged_into[dropped_id] = kept_id

    def resolve_finding_id(self, finding_id: str) -> str:
        """Return the finding that a finding has become part of."""
        while finding_id in self.merged_into:
            finding_id = self.merged_into[finding_id]
        return finding_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotComparer:
    """`version` is that of the source's reader; a new one makes a silent baseline.

    `prints` are those of the pictures that the profiles found show.
    `week` is that of the sweep, as `to_week_number` counts. `was_asked` tells whether the person's
    other queries were settled with this version before, so that a new one is theirs, or time's.
    Of accounts whose text is not kept, `reopened` are kept again from this reading on.
    """

    db: Database
    person_id: str
    version: int
    at: datetime
    week: int
    new_id: Callable[[], str]
    family: SourceFamily = SourceFamily.PROFILES
    was_asked: bool = False
    prints: PictureResults = field(default_factory=PictureResults)
    reopened: frozenset[str] = frozenset()
    finding_changes: FindingChanges = field(default_factory=FindingChanges)

    def compare_answer(self, query: Query, result: ParseResult) -> None:
        asked = self.db.queries.find_query(self.person_id, query.key)
        if asked is None and result.outcome is Outcome.UNCHANGED:
            return  # retired since it was asked, and all it showed with it
        sightings = self.db.sightings.list_sightings_of_query(self.person_id, query.key)
        earlier = {compute_anchor(one_sighting.trace): one_sighting for one_sighting in sightings}
        before = {key: value.trace for key, value in earlier.items()}
        read = self._add_picture_prints(result, before)
        result = self._withhold_texts(read, earlier)
        kept_again = {compute_anchor(trace) for trace in result.traces if not trace.withheld}
        before = {
            key: trace
            for key, trace in before.items()
            if not (trace.withheld and key in kept_again)
        }
        changes = {
            snapshot.key: snapshot
            for snapshot in diff_snapshots(before, apply_parse_result(before, result))
        }
        baseline = asked is None or asked.version != self.version
        known_so_far = len(self.finding_changes.new_finding_ids)
        for key, trace in _collect_traces(earlier, result).items():
            finding_before = (
                self.finding_changes.resolve_finding_id(earlier[key].finding_id)
                if key in earlier
                else ""
            )
            finding = finding_before or self._find_or_add_finding(trace)
            sighting = self._build_sighting(query, trace, earlier.get(key))
            if not baseline and key in earlier and query.kind.proves_absence:
                sighting = self._mark_removed_contacts(sighting, earlier[key], result)
            self._write_sighting(replace(sighting, finding_id=finding), before.get(key))
            look = FindingObservation(
                kind=query.kind,
                trace=trace,
                change=changes.get(key),
                baseline=baseline,
                listed=self.family is SourceFamily.SEARCH and not query.kind.proves_absence,
                is_late=asked is None and self.was_asked,
            )
            if look.listed and is_listed_as_bait(trace):
                look = self._compare_listings(finding, query, look)
            self.finding_changes.observations[finding].append(look)
            if trace.withheld:
                shown = (one for one in read.traces if compute_anchor(one) == key)
                self.finding_changes.unkept[finding].extend(shown)
        for key, change in changes.items():
            if change.after is None:
                missed = replace(
                    earlier[key],
                    finding_id=self.finding_changes.resolve_finding_id(earlier[key].finding_id),
                )
                self._record_absence(missed, query, result, baseline=baseline)
        news = not baseline and len(self.finding_changes.new_finding_ids) > known_so_far
        brought = AnswerNovelty.NEWS if news else AnswerNovelty.NOTHING
        self._write_query(query, result, asked, self._update_history(result, asked, brought))

    def _compare_listings(
        self, finding_id: str, query: Query, look: FindingObservation
    ) -> FindingObservation:
        """Compare what a list shows first of an account with what others showed of it last.

        A declared handle, or a school, makes new questions of those that listed it. What any list
        showed before a new name says nothing of the account today.
        """
        records = {row.key: row for row in self.db.queries.list_queries_of_person(self.person_id)}
        seen = (
            *self.finding_changes.left_lists.get(finding_id, ()),
            *self.db.sightings.list_sightings_of_finding(finding_id),
        )
        older = [
            (sighting, records[sighting.query])
            for sighting in sorted(seen, key=lambda sighting: (sighting.last, sighting.query))
            if sighting.last < self.at
            and sighting.query in records
            and not records[sighting.query].kind.proves_absence
        ]
        alike = [
            sighting.trace
            for sighting, record in older
            if (record.source, record.version) == (query.source, self.version)
            and not sighting.trace.withheld
        ]
        if alike and look.change and look.change.before is None:
            look = replace(look, change=replace(look.change, before=alike[-1]), baseline=False)
        if list_reportable_changes(look):
            for sighting, _ in older:
                self.db.sightings.delete_sighting(sighting)
        return look

    def _add_picture_prints(self, result: ParseResult, before: Snapshot) -> ParseResult:
        if not result.traces:
            return result
        traces = (
            self.prints.add_picture_print(trace, before.get(compute_anchor(trace)))
            for trace in result.traces
        )
        return replace(result, traces=tuple(traces))

    def _withhold_texts(self, result: ParseResult, earlier: Mapping[str, Sighting]) -> ParseResult:
        """Leave out what is not kept of accounts that were withheld before.

        One that is its person's is marked so no longer; what they read of it first is no change.
        """
        traces = []
        for trace in result.traces:
            known = earlier.get(compute_anchor(trace))
            # What a query stored of it before says whether its text is kept.
            is_kept = known is not None and not known.trace.withheld
            found = () if is_kept else self._find_known_findings(trace, known)
            for finding in found:
                if finding.portrait.withheld and finding.id in self.reopened:
                    opened = withhold_account_text(finding.portrait, "")
                    self.db.findings.update_finding(replace(finding, portrait=opened))
            kinds = (
                finding.portrait.withheld for finding in found if finding.id not in self.reopened
            )
            kind = max(kinds, default="")
            traces.append(withhold_account_text(trace, kind) if kind else trace)
        return replace(result, traces=tuple(traces))

    def _find_known_findings(self, trace: Trace, known: Sighting | None) -> tuple[Finding, ...]:
        """Return what an account, or a page, was met as before: several are one from now on."""
        findings = self.db.findings
        if known:
            finding_id = self.finding_changes.resolve_finding_id(known.finding_id)
            return (findings.load_finding(finding_id),)
        met = findings.find_findings_by_aliases(self.person_id, list_aliases(trace))
        return tuple(one for one in met if not is_different_account(one.portrait, trace))

    def _find_or_add_finding(self, trace: Trace) -> str:
        """Find the finding by any of its keys, or create it; two that are one are merged."""
        findings, found = self.db.findings, self._find_known_findings(trace, None)
        if not found:
            look = FindingObservation(kind=QueryKind.SEARCH, trace=trace, baseline=True)
            step = create_finding(self.new_id(), self.person_id, (look,), self.at)
            self.db.findings.insert_finding(
                step.finding, self._list_unclaimed_aliases(trace, step.finding.id)
            )
            self.finding_changes.new_finding_ids.add(step.finding.id)
            return step.finding.id
        for finding in found:
            self.finding_changes.record_portrait(finding)
        whole = found[0]
        for other in found[1:]:
            whole = findings.merge_findings(whole, other)
            self.finding_changes.merge_findings(whole.id, other.id)
            forget_withheld_text(self.db, whole)
        findings.update_finding(whole, self._list_unclaimed_aliases(trace, whole.id))
        return whole.id

    def _list_unclaimed_aliases(self, trace: Trace, finding_id: str) -> tuple[str, ...]:
        """Leave out aliases of another finding: a handle that has a new owner."""
        owners = {
            alias: self.db.findings.find_findings_by_aliases(self.person_id, (alias,))
            for alias in list_aliases(trace)
        }
        return tuple(
            alias
            for alias, owned in owners.items()
            if all(finding.id == finding_id for finding in owned)
        )

    def _build_sighting(self, query: Query, trace: Trace, before: Sighting | None) -> Sighting:
        """Update the sighting of a query; its finding is resolved later."""
        return Sighting(
            finding_id="",
            query=query.key,
            source=query.source,
            trace=trace,
            first=before.first if before else self.at,
            last=self.at,
        )

    def _mark_removed_contacts(
        self, sighting: Sighting, before: Sighting, result: ParseResult
    ) -> Sighting:
        """Note which private contact details a finding's own address no longer shows."""
        at = self.at if result.outcome.is_conclusive else None
        unshown = list_vanished_contacts(before.unshown, before.trace, sighting.trace, at)
        return replace(sighting, unshown=unshown)

    def _write_sighting(self, sighting: Sighting, before: Trace | None) -> None:
        self.db.sightings.save_sighting(sighting)
        shown = sighting.trace
        if before is None or before.kind is not shown.kind or list_material_changes(before, shown):
            self.db.versions.insert_version(
                FindingVersion(
                    finding_id=sighting.finding_id,
                    query=sighting.query,
                    at=self.at,
                    trace=shown,
                )
            )

    def _record_absence(
        self, sighting: Sighting, query: Query, result: ParseResult, *, baseline: bool
    ) -> None:
        """Note an absence that may be proof; to leave a result list proves nothing."""
        if not query.kind.proves_absence or result.outcome is not Outcome.ABSENT:
            self.db.sightings.delete_sighting(sighting)
            if not baseline:
                self.finding_changes.left_lists[sighting.finding_id].append(sighting)
            return
        # It stays a sighting until a second proof, so that the second proof knows of it.
        self.db.sightings.save_sighting(replace(sighting, misses=sighting.misses + 1))
        self.finding_changes.absences[sighting.finding_id].append(
            FindingAbsence(
                kind=query.kind, baseline=baseline, elsewhere=self._is_shown_elsewhere(sighting)
            )
        )

    def _is_shown_elsewhere(self, missed: Sighting) -> bool:
        kinds = {
            query.key: query.kind
            for query in self.db.queries.list_queries_of_person(self.person_id)
        }
        return any(
            sighting.query != missed.query
            and not sighting.misses
            and kinds.get(sighting.query, QueryKind.SEARCH).proves_absence
            for sighting in self.db.sightings.list_sightings_of_finding(missed.finding_id)
        )

    def _update_history(
        self, result: ParseResult, before: QueryRecord | None, brought: AnswerNovelty
    ) -> QueryHistory | None:
        """Update the query's history; a partial answer leaves it due."""
        earlier = before.history if before else None
        if result.outcome is Outcome.PARTIAL and brought is AnswerNovelty.NOTHING:
            return earlier
        return record_answer(earlier, self.week, brought)

    def _write_query(
        self,
        query: Query,
        result: ParseResult,
        before: QueryRecord | None,
        history: QueryHistory | None,
    ) -> None:
        record = QueryRecord(
            person_id=self.person_id,
            key=query.key,
            source=query.source,
            kind=query.kind,
            version=self.version,
            settled_at=self.at,
            remembered=self._remember_page(query, result),
            history=history,
        )
        if before is not None and result.outcome is Outcome.UNCHANGED:
            # Nothing was read, so it rests on the page, and the reader, of the time before.
            record = replace(before, settled_at=self.at, history=history)
        self.db.queries.save_query(record)

    def _remember_page(self, query: Query, result: ParseResult) -> LastReadPage | None:
        if result.kept is None:
            return None
        shown = self.db.sightings.count_sightings(self.person_id, query.key)
        return LastReadPage(kept=result.kept, shown=shown, read_at=self.at)


def _collect_traces(earlier: Mapping[str, Sighting], result: ParseResult) -> Snapshot:
    if result.outcome is not Outcome.UNCHANGED:
        return key_by_anchor(result.traces)
    return {key: value.trace for key, value in earlier.items() if not value.misses}
