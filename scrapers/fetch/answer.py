"""What an answer says: its source reads it, in the child that can be killed where it is parsed."""

from collections.abc import Callable
from dataclasses import replace

from scrapers.fetch.loop import aside
from scrapers.fetch.revisit import kept_of, unchanged
from scrapers.fetch.target import Target, declared
from scrapers.fetch.unfinished import Note, UnfinishedError, unreadable
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.parsing.parser import Parser
from scrapers.reading import Reading
from scrapers.recipes.picture import PictureReader
from scrapers.recipes.picture import questions as picture_questions
from scrapers.recipes.refusal import stumbled
from scrapers.request import Query, QueryKind
from scrapers.source import Etiquette, Parses, Source

PICTURES = PictureReader()

MayAsk = Callable[[Query], bool]


def read(source: Source, query: Query, page: Page, parser: Parser) -> Reading:
    """Read a page with its source; whatever a page makes a reader do, the run goes on.

    Everything is caught here and nowhere else: a source may be somebody else's plug-in, it is
    fed bytes that a stranger chose, and each parser has error families of its own. A reader
    that stumbles has not understood the page, so that is what it comes to.
    """
    same = unchanged(query, source.version, page)
    if same is not None:
        return same
    try:
        reading = _understood(source, query, page, parser)
    except Exception as error:  # noqa: BLE001 - see above
        return stumbled(error)
    if page.cut and reading.outcome is Outcome.ABSENT:
        return unreadable(Note.CUT_PAGE).reading
    kept = kept_of(query, source.version, page, reading)
    return reading if kept is None else replace(reading, kept=kept)


def _understood(source: Source, query: Query, page: Page, parser: Parser) -> Reading:
    picture = query.kind is QueryKind.PICTURE
    seen = PICTURES.read(page) if picture else source.read(query, page)
    if not seen.unparsed:
        return seen
    reader = PICTURES if picture else source
    if not isinstance(reader, Parses):
        return seen
    return aside(lambda: parser.parse(reader, query, page))


def with_pictures(etiquette: Etiquette, query: Query, reading: Reading, may_ask: MayAsk) -> Reading:
    """Go on to the pictures of the profiles found, where they lie at the source's own origins.

    What is not agreed to is not even queued. A page whose pictures were asked for is read anew
    the next time, since a page that has not changed leads nowhere.
    """
    wanted = (each for each in picture_questions(query, reading) if _its_own(each, etiquette))
    asked = tuple(each for each in wanted if may_ask(each))
    if not asked:
        return reading
    return replace(reading, follow=reading.follow + asked, kept=None)


def _its_own(query: Query, etiquette: Etiquette) -> bool:
    try:
        return declared(Target.asked_by(query.request), etiquette.origins) is not None
    except UnfinishedError:
        return False
