"""IT review: only flags that disclosure opens, only the closed list of fields, all audited."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.domain.disclosure import ReviewFields
from monitor.domain.due import digest_week
from monitor.domain.flag import Flag, Ruling
from monitor.domain.glass import BreakGlass
from monitor.errors import InputError, NotPermittedError
from monitor.flows.judging.deciding import Deciding, Word
from monitor.flows.judging.sorting import Sorting
from monitor.flows.parts import Now
from monitor.flows.reviewing.admission import Admission
from monitor.flows.writing.covering import Covering
from monitor.flows.writing.glass import Glass
from monitor.flows.writing.letters import Correspondence, LetterPlan, reviewer_ref
from monitor.flows.writing.telling import WHAT, Telling
from monitor.store.openings import EVERYTHING, Wanted
from monitor.store.state import State
from reports import words
from reports.review import ReviewLine, ReviewView, Upkeep

REVIEWER = "reviewer"
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    state: State
    config: Config
    admission: Admission
    letters: Correspondence
    telling: Telling
    glass: Glass
    deciding: Deciding
    sorting: Sorting
    now: Now

    def opened(self) -> Iterator[tuple[Flag, ReviewFields]]:
        """Yield what IT may see today, the worst first, and among equals the oldest."""
        for ref in self.state.openings.page(self.admission.gate(), Wanted(), EVERYTHING):
            flag = self.state.flags.get(ref)
            opening = self.admission.opening(flag)
            if opening:
                yield flag, self.admission.fields(flag, opening)

    def show(self, ref: str) -> ReviewFields:
        """Look at one flag. Raises NotPermittedError while it is not open to IT."""
        flag = self.state.flags.get(ref)
        opening = self.admission.opened(flag)
        self._audit("viewed", flag.ref)
        return self.admission.fields(flag, opening)

    def break_glass(self, ref: str, reviewers: frozenset[str], reason: str) -> ReviewFields:
        """Open one flag early. The person is told at once: who, what and why."""
        flag = self.state.flags.get(ref)
        self._refuse_strangers(reviewers)
        glass = BreakGlass(flag=ref, reviewers=reviewers, reason=reason, at=self.now())
        opening = self.admission.opening(flag, (glass,))
        if opening is None:
            sentence = "This person's consent has ended, and with it all review."
            raise NotPermittedError(sentence)
        with self.state.write():
            self.glass.broken(flag.person, WHAT[flag.kind], reason, tuple(sorted(reviewers)))
            self._audit("broke-glass", flag.ref)
        return self.admission.fields(flag, opening)

    def rule(self, ref: str, ruling: Ruling, by: str, note: str = "") -> Flag:
        """Append a ruling; what the person says of an item is remembered with the item."""
        (after,) = self.rule_all((ref,), Word(ruling=ruling, by=by, note=note))
        return after

    def rule_all(self, refs: Iterable[str], word: Word) -> tuple[Flag, ...]:
        """Rule on several flags alike, or on none of them if one of them forbids it."""
        flags = tuple(self.state.flags.get(ref) for ref in dict.fromkeys(refs))
        for flag in flags:
            if word.by != flag.person and self.admission.opening(flag) is None:
                reason = f"Only its person may rule on {flag.ref}, which is not open to IT."
                raise NotPermittedError(reason)
        with self.state.write():
            after = tuple(self.deciding.rule(flag, word) for flag in flags)
            for person in {flag.person for flag in flags if word.by == flag.person}:
                self.deciding.learn(person)
        return after

    def undo(self, refs: Iterable[str], by: str) -> tuple[Flag, ...]:
        """Take back the last word on each flag, or on none; what was learnt by it is unlearnt."""
        return self.rule_all(refs, Word(ruling=Ruling.REOPENED, by=by))

    def recorded(self, refs: Iterable[str], word: Word, *, for_person: bool) -> tuple[str, ...]:
        """Rule on flags, or keep a person's answers about items: on all, or on none.

        Return what was done. A ref may be as short as letters print it; for a person, it is
        their word whoever's the one given is.
        """
        with self.state.write():
            return tuple(self._recorded(each, word, for_person=for_person) for each in refs)

    def _recorded(self, ref: str, word: Word, *, for_person: bool) -> str:
        whole = self.state.flags.whole(ref)
        try:
            flag = self.state.flags.get(whole)
        except InputError:
            return self._sorted(self.state.items.whole(ref), word.ruling)
        said = replace(word, by=flag.person) if for_person else word
        (after,) = self.rule_all((whole,), said)
        return f"The flag is now {after.state}."

    def _sorted(self, ref: str, ruling: Ruling) -> str:
        owner = self.state.items.get(ref).person
        if ruling is Ruling.REOPENED:
            self.sorting.undo(owner, (ref,))
            return "Taken back: what they last said of it no longer counts."
        self.sorting.sort(owner, {ref: ruling})
        return f"Kept: they say that it is {ruling}."

    def queue_digest(self) -> None:
        """Write to each reviewer, also when there is nothing: silence would prove nothing."""
        now, district = self.now(), self.config.district
        view = self._digest(now)
        with self.state.write():
            for address in district.reviewers:
                plan = LetterPlan(reader=reviewer_ref(address), period=view.week)
                self.letters.queue(plan, view)

    def _digest(self, now: datetime) -> ReviewView:
        district = self.config.district
        shown = tuple(self.opened())
        return ReviewView(
            **self.letters.greeting_to(
                "reviewers",
                why=f"You get this letter because {district.name} lists you as a reviewer.",
                leave="To stop, ask your operator to take you off the list of reviewers.",
            ),
            week=digest_week(now, district.ref, district.zone),
            coverage=self.telling.coverage(Covering(state=self.state, now=self.now).this_week()),
            lines=tuple(_line(flag, fields) for flag, fields in shown if flag.undecided),
            closed=sum(1 for flag, _ in shown if flag.ruled_at and now - flag.ruled_at < LATELY),
            upkeep=self._upkeep(now),
        )

    def _upkeep(self, now: datetime) -> Upkeep:
        health, letters = self.state.health.all(), self.state.letter_counts
        return Upkeep(
            sources=len(health),
            unproven=tuple(each.source for each in health if each.proven_at is None),
            in_vain=letters.in_vain(),
            given_up=letters.given_up(now - LATELY),
            refusing=len(self.state.paused_addresses.all()),
        )

    def _refuse_strangers(self, reviewers: frozenset[str]) -> None:
        if not reviewers <= set(self.config.district.reviewers):
            reason = "Only reviewers named in the configuration may break the glass."
            raise NotPermittedError(reason)

    def _audit(self, action: str, subject: str) -> None:
        self.state.audit.append(self.now(), "operator", action, subject, {})


def _line(flag: Flag, shown: ReviewFields) -> ReviewLine:
    return ReviewLine(
        person=shown.name,
        school=shown.school,
        kind=words.FlagKind(shown.kind),
        severity=words.Severity(shown.severity),
        platform=shown.platform,
        url=shown.url,
        state=shown.state,
        opened_at=shown.opened_at,
        state_since=flag.ruled_at or flag.opened_at,
        reasons=shown.reasons,
        ruling=shown.ruling or "",
    )
