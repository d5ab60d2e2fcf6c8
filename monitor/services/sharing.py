"""Sharing a flag with IT: what they would see, word for word; showing it, and taking it back."""

from dataclasses import dataclass

from monitor.db.database import State
from monitor.domain.disclosure import (
    Case,
    Key,
    Opening,
    ReviewFields,
    opens_to_review,
    own_ruling,
    review_fields,
)
from monitor.domain.flag import Flag, Ruling
from monitor.errors import InputError, NotPermittedError
from monitor.services.consent import DistrictTerms
from monitor.services.feedback import Deciding, Word
from monitor.services.ports import Now


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosing:
    """`owner` is the person who asks: what is not theirs is not there."""

    state: State
    terms: DistrictTerms
    deciding: Deciding
    now: Now

    def preview(self, owner: str, ref: str) -> ReviewFields:
        """Return exactly what IT sees of a flag, or would see if it were shared now."""
        flag = self.state.flags.of_owner(owner, ref)
        person, item = self.state.people.get(owner), self.state.items.get(flag.item)
        opening = Opening(at=self.now(), key=Key.SHARED)
        return review_fields(person, item, self._case(flag), opening)

    def opening(self, owner: str, ref: str) -> Opening | None:
        """Return since when and why IT may see a flag; None while it may not."""
        flag = self.state.flags.of_owner(owner, ref)
        return opens_to_review(self._case(flag), self.now(), self.terms.disclosure)

    def share(self, owner: str, ref: str) -> None:
        flag = self.state.flags.of_owner(owner, ref)
        if flag.shared_at is not None:
            return
        with self.state.write():
            self.deciding.rule(flag, Word(ruling=Ruling.SHARED, by=owner))

    def take_back(self, owner: str, ref: str) -> None:
        """Close a flag to IT again; what its person ruled on it stands as it was."""
        flag = self.state.flags.of_owner(owner, ref)
        if flag.shared_at is None:
            reason = "This was not shared, so there is nothing to undo."
            raise InputError(reason)
        ruling, until = own_ruling(self._case(flag)), flag.harmless_until
        with self.state.write():
            while flag.shared_at is not None:
                flag = self.deciding.rule(flag, Word(ruling=Ruling.REOPENED, by=owner))
            if ruling is not None and flag.undecided:
                self.deciding.rule(flag, Word(ruling=ruling, by=owner, until=until))
            self.deciding.learn(owner)

    def _case(self, flag: Flag) -> Case:
        consent = self.state.consents.latest(flag.person)
        if consent is None:
            reason = "Your consent has ended, so review has ended too."
            raise NotPermittedError(reason)
        return Case(flag=flag, consent=consent, judgements=self.state.flags.judgements(flag.ref))
