"""What would be asked about somebody, told in full before the first question goes out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.consent import Consent, Scope
from monitor.domain.person import Person
from monitor.domain.planning.questions import StudentLinks, plan, scope_of
from reports.pages.asked import AskedLine, AskedView
from scrapers.request import Query, QueryKind
from scrapers.source import Source

HEADINGS = {
    Scope.SEARCH: "Search engines",
    Scope.PROFILES: "Sites with profiles",
    Scope.MAIL_HASH: "Gravatar",
    Scope.STUDENT_LINKS: "Contacts of your own accounts",
}
LEARNS = {
    Scope.SEARCH: "They learn these words, and not who asks.",
    Scope.PROFILES: "They learn that somebody looks for these names or handles.",
    Scope.MAIL_HASH: "It learns the fingerprint of your work address, never the address.",
    Scope.STUDENT_LINKS: "They learn that somebody reads these public lists of contacts.",
}
FINGERPRINT = "the fingerprint of your work address"
A_MOMENT = timedelta(minutes=1)
Asked = Mapping[tuple[Scope, tuple[str, ...]], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposing:
    """What would be asked first if somebody agreed, whatever stands in their consent today."""

    sources: Mapping[str, Source]
    student_links: StudentLinks

    def questions(self, person: Person, scopes: frozenset[Scope], now: datetime) -> Iterator[Query]:
        supposed = Consent(
            person=person.ref,
            text_version="",
            text_hash="",
            scopes=scopes,
            given_at=now,
            expires_at=now + A_MOMENT,
        )
        return plan(person, supposed, self.sources.values(), now, self.student_links)


def preview(queries: Iterable[Query], sources: Mapping[str, Source]) -> AskedView:
    """Put together which sites are asked for the same words."""
    known = tuple(queries)
    words: dict[tuple[Scope, str], dict[str, None]] = defaultdict(dict)
    for query in known:
        scope = scope_of(query.kind, sources[query.source].family)
        words[scope, query.source][_words(query, scope)] = None
    alike: dict[tuple[Scope, tuple[str, ...]], list[str]] = defaultdict(list)
    for (scope, source), asked in words.items():
        alike[scope, tuple(asked)].append(sources[source].declaration.title)
    return AskedView(
        lines=tuple(_lines(alike)),
        questions=len(known),
        sites=len({query.source for query in known}),
    )


def _lines(alike: Asked) -> Iterator[AskedLine]:
    order = list(HEADINGS)
    for (scope, words), sites in sorted(alike.items(), key=lambda each: order.index(each[0][0])):
        yield AskedLine(
            heading=HEADINGS[scope],
            sites=tuple(sorted(sites, key=str.casefold)),
            words=words,
            learns=LEARNS[scope],
        )


def _words(query: Query, scope: Scope) -> str:
    if scope is Scope.MAIL_HASH:
        return FINGERPRINT
    if query.kind is QueryKind.SEARCH:
        return " · ".join(filter(None, query.terms))
    return query.terms[0]
