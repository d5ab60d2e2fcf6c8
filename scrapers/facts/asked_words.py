"""What engines are asked for beside a family name or a school: read by rules and by sources."""

from scrapers.facts.fact import DatedFact, load_facts


class AskedWords(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some words, which are asked for of people whose title at work has `role` in it, if any."""

    words: tuple[str, ...]
    role: str = ""


_ASKED_WORDS = load_facts("asked_words", AskedWords)
TITLES, MOCK_PHRASES = _ASKED_WORDS["titles"].words, _ASKED_WORDS["mock"].words
SCHOOL_ACCOUNTS = _ASKED_WORDS["schools"].words
ROLE_TITLES = {fact.role: fact.words for fact in _ASKED_WORDS.values() if fact.role}
