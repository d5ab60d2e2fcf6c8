"""What is handed out about one account: to its person, and to IT where the person shared it."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.db.database import State
from monitor.db.pages import KeptPage
from monitor.domain.detection.comparison import Parallel, Piece
from monitor.domain.flag import Flag
from monitor.services.flagging import own_items
from monitor.services.history import Beside, Retracing
from reports import labels as words
from reports.evidence_pack import CopiedLine, EvidenceView, LogLine, PageCopy
from reports.labels import DEEDS

LIKENESS = {
    "same": "the same",
    "like": "made to look the same",
    "partly": "the same in part",
    "different": "different",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceMaking:
    """Asks nobody's leave: who may have it is for its callers to know."""

    state: State
    retracing: Retracing

    def of(self, flag: Flag) -> EvidenceView:
        person, item = self.state.people.get(flag.person), self.state.items.get(flag.item)
        portrait = item.portrait
        return EvidenceView(
            ref=flag.ref,
            person=person.name.full,
            organization=person.organisation,
            zone=person.zone,
            kind=words.FlagKind(flag.kind),
            severity=words.Severity(flag.severity),
            platform=portrait.platform,
            url=portrait.url,
            account=portrait.account,
            handle=portrait.handle,
            name=portrait.name,
            first_seen=item.first_seen,
            last_seen=item.last_seen,
            reasons=flag.reasons,
            own=tuple(self._own(flag)),
            copied=self.copied(flag),
            log=tuple(self._log(flag, person.name.full)),
            pages=tuple(map(_copy, self.state.pages.of_item(flag.item))),
        )

    def copied(self, flag: Flag) -> tuple[CopiedLine, ...]:
        """Lay the account beside the own one that it shows most of."""
        for beside in self.retracing.beside(flag.person, flag.item)[:1]:
            return tuple(_line(each, beside) for each in beside.parallels)
        return ()

    def _own(self, flag: Flag) -> Iterator[str]:
        for item in own_items(self.state, self.state.people.get(flag.person)):
            if item.ref != flag.item:
                yield item.portrait.url

    def _log(self, flag: Flag, name: str) -> Iterator[LogLine]:
        for each in self.state.flags.judgements(flag.ref):
            who = name if each.by == flag.person else "IT"
            yield LogLine(at=each.at, who=who, what=DEEDS[each.ruling], note=each.note)


def _line(parallel: Parallel, beside: Beside) -> CopiedLine:
    return CopiedLine(
        field=parallel.field,
        theirs=_text(parallel.theirs),
        ours=_text(parallel.ours),
        copied=parallel.copied,
        likeness=LIKENESS[parallel.likeness],
        own=beside.own.portrait.url,
        reason=parallel.reason,
    )


def _text(pieces: tuple[Piece, ...]) -> str:
    return "".join(each.text for each in pieces)


def _copy(kept: KeptPage) -> PageCopy:
    page = kept.page
    return PageCopy(
        url=page.url,
        status=page.status,
        body=page.body,
        fetched_at=page.fetched_at,
        headers=dict(page.headers),
    )
