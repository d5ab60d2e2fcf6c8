"""A parser for tests whose pages are their own: no process, and no bounds."""

from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.request import Query
from scrapers.source import Parses


class InProcessParser:
    def parse(self, source: Parses, query: Query, page: Page) -> Reading:
        return source.parse(query, page)
