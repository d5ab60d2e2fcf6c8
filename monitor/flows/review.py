"""IT review: only flags that disclosure opens, only the closed list of fields, all audited."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.domain.disclosure import (
    Case,
    Opening,
    ReviewFields,
    opens_to_review,
    review_fields,
)
from monitor.domain.due import SWEEP_TAKES, digest_week
from monitor.domain.flag import Flag, FlagKind, FlagState, Judgement, Ruling
from monitor.domain.glass import BreakGlass
from monitor.domain.rulings import ruled, steps
from monitor.errors import InputError, NotPermittedError
from monitor.flows.flagging import Flagging
from monitor.flows.glass import Glass
from monitor.flows.letters import Correspondence, LetterPlan, reviewer_ref
from monitor.flows.parts import Now
from monitor.flows.telling import WHAT, Telling
from monitor.flows.terms import DistrictTerms
from monitor.store.state import State
from reports import words
from reports.review import ReviewLine, ReviewView

REVIEWER = "reviewer"
LATELY = timedelta(days=7)
TAUGHT = {
    FlagState.MINE: Ruling.MINE,
    FlagState.NAMESAKE: Ruling.NAMESAKE,
    FlagState.HARMLESS: Ruling.UNRELATED,
    FlagState.IMPERSONATION: Ruling.IMPERSONATION,
}
TEACHES = frozenset(TAUGHT.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    state: State
    config: Config
    terms: DistrictTerms
    letters: Correspondence
    telling: Telling
    glass: Glass
    flagging: Flagging
    now: Now

    def opened(self) -> Iterator[tuple[Flag, ReviewFields]]:
        """Yield what IT may see today, the oldest flag first."""
        for ref in self.state.consents.live(self.now()):
            for flag in self.state.flags.of_person(ref):
                opening = self._opening(flag)
                if opening:
                    yield flag, self._fields(flag, opening)

    def show(self, ref: str) -> ReviewFields:
        """Look at one flag. Raises NotPermittedError while it is not open to IT."""
        flag = self.state.flags.get(ref)
        opening = self._opening(flag)
        if opening is None:
            reason = (
                "This flag is its person's alone so far; they see it first. "
                "Breaking the glass takes two reviewers and a reason, and tells the person."
            )
            raise NotPermittedError(reason)
        self._audit("viewed", flag.ref)
        return self._fields(flag, opening)

    def break_glass(self, ref: str, reviewers: frozenset[str], reason: str) -> ReviewFields:
        """Open one flag early. The person is told at once: who, what and why."""
        flag = self.state.flags.get(ref)
        self._refuse_strangers(reviewers)
        glass = BreakGlass(flag=ref, reviewers=reviewers, reason=reason, at=self.now())
        opening = self._opening(flag, (glass,))
        if opening is None:
            sentence = "This person's consent has ended, and with it all review."
            raise NotPermittedError(sentence)
        with self.state.write():
            self.glass.broken(flag.person, WHAT[flag.kind], reason, tuple(sorted(reviewers)))
            self._audit("broke-glass", flag.ref)
        return self._fields(flag, opening)

    def rule(self, ref: str, ruling: Ruling, by: str, note: str = "") -> Flag:
        """Append a ruling; what the person says of an item is remembered with the item."""
        flag = self.state.flags.get(ref)
        if by != flag.person and self._opening(flag) is None:
            reason = "Only its person may rule on a flag that is not open to IT."
            raise NotPermittedError(reason)
        after = flag
        with self.state.write():
            for step in steps(flag, ruling):
                judgement = Judgement(flag=ref, ruling=step, by=by, at=self.now(), note=note)
                after = ruled(after, judgement)
                self.state.flags.judge(judgement)
            self.state.flags.replace(after)
            if by == flag.person:
                self._learn(flag, ruling)
            self._audit("ruled", ref, {"ruling": ruling})
        return after

    def _learn(self, before: Flag, ruling: Ruling) -> None:
        """Remember with the item what its person said, until they take it back."""
        items = self.state.items
        if ruling in TEACHES:
            self._teach(before.item, ruling)
            return
        taught = TAUGHT.get(before.state)
        if ruling is Ruling.REOPENED and taught and items.verdict(before.item) is taught:
            own = before.kind is FlagKind.OWN_ACCOUNT_CHANGED
            self._teach(before.item, Ruling.MINE if own else None)

    def _teach(self, item: str, verdict: Ruling | None) -> None:
        """Keep a verdict, and see everything else of the person in its light at once."""
        self.state.items.set_verdict(item, verdict)
        person = self.state.items.get(item).person
        self.flagging.relearn(self.state.people.get(person))

    def recorded(self, ref: str, ruling: Ruling, note: str, *, for_person: bool) -> str:
        """Rule on a flag, or keep a person's answer about an item; return what was done.

        The ref may be as short as letters print it.
        """
        whole = self.state.flags.whole(ref)
        try:
            flag = self.state.flags.get(whole)
        except InputError:
            self.sort(self.state.items.whole(ref), ruling)
            return f"Kept: they say that it is {ruling}."
        after = self.rule(whole, ruling, flag.person if for_person else REVIEWER, note)
        return f"The flag is now {after.state}."

    def sort(self, item: str, ruling: Ruling) -> None:
        """Keep a person's answer to "is this you?"."""
        with self.state.write():
            self._teach(item, ruling if ruling in TEACHES else None)
            self._audit("sorted", item, {"ruling": ruling})

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
            coverage=self.telling.coverage(self.state.sweeps.latest_runs(now - SWEEP_TAKES)),
            lines=tuple(_line(flag, fields) for flag, fields in shown if flag.undecided),
            closed=sum(1 for flag, _ in shown if flag.ruled_at and now - flag.ruled_at < LATELY),
        )

    def _opening(self, flag: Flag, glass: tuple[BreakGlass, ...] = ()) -> Opening | None:
        case = self._case(flag, glass)
        return opens_to_review(case, self.now(), self.terms.disclosure) if case else None

    def _case(self, flag: Flag, glass: tuple[BreakGlass, ...] = ()) -> Case | None:
        consent = self.state.consents.latest(flag.person)
        if consent is None:
            return None
        return Case(
            flag=flag,
            consent=consent,
            judgements=self.state.flags.judgements(flag.ref),
            glass=glass,
        )

    def _fields(self, flag: Flag, opening: Opening) -> ReviewFields:
        person = self.state.people.get(flag.person)
        case = self._case(flag)
        if case is None:
            reason = "This person has no consent in force."
            raise NotPermittedError(reason)
        return review_fields(person, self.state.items.get(flag.item), case, opening)

    def _refuse_strangers(self, reviewers: frozenset[str]) -> None:
        if not reviewers <= set(self.config.district.reviewers):
            reason = "Only reviewers named in the configuration may break the glass."
            raise NotPermittedError(reason)

    def _audit(self, action: str, subject: str, details: dict[str, str] | None = None) -> None:
        self.state.audit.append(self.now(), "operator", action, subject, details or {})


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
