"""A search engine whose first hits are read as pages, too."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scrapers.identity import District, Identity
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.recipes.page_questions import PAGES, page_questions
from scrapers.request import Query
from scrapers.source import Canary, Declaration, DistrictSource, Etiquette, Family, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHits:
    """It is the engine in all else: a result list shows a title, and the page says whose it is.

    `most` is how many hits of one answer are read.
    """

    engine: Source
    most: int

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def platform(self) -> str:
        return self.engine.platform

    @property
    def family(self) -> Family:
        return self.engine.family

    @property
    def version(self) -> int:
        return self.engine.version

    @property
    def etiquette(self) -> Etiquette:
        return self.engine.etiquette

    @property
    def declaration(self) -> Declaration:
        return self.engine.declaration

    def plan(self, identity: Identity) -> Iterable[Query]:
        return self.engine.plan(identity)

    def about_district(self, district: District) -> Iterable[Query]:
        engine = self.engine
        return engine.about_district(district) if isinstance(engine, DistrictSource) else ()

    def share(
        self, reading: Reading, identities: Iterable[Identity]
    ) -> Iterable[tuple[Identity, Reading]]:
        engine = self.engine
        return engine.share(reading, identities) if isinstance(engine, DistrictSource) else ()

    def canaries(self, nonce: str) -> Iterable[Canary]:
        return self.engine.canaries(nonce)

    def read(self, query: Query, page: Page) -> Reading:
        reading = self.engine.read(query, page)
        shown = (each.url for each in reading.findings)
        pages = page_questions(PAGES, shown, query.subject)[: self.most] if query.subject else ()
        return replace(reading, follow=(*reading.follow, *pages))
