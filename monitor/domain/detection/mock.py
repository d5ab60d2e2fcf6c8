"""Whether others made an account about the person: fan, meme, confession and hate pages.

Only closed lists of words count, and only beside the person's name; what a page thinks of anyone is
never read.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.domain.detection import rules
from monitor.domain.evidence import RuleMatch
from monitor.domain.handles.handles import extract_local_part, split_handle_words
from monitor.domain.names.normalize import TITLES, fold_text, split_words, squash_text
from monitor.domain.person import PersonName
from scrapers.models import Trace, TraceKind

# In a name or a handle, whole words that say what the account is for. "Fan" alone is a family name.
_MOCK_WORDS = frozenset(
    split_words(
        "fanpage fanclub fans meme memes confession confessions hate hater haters hating exposed "
        "exposing burnbook parody gossip rumors rumours quotes cringe shitpost shitposts "
        "unofficial daily fanaccount slander shaderoom stans lackin slumped memez"
    )
)
# Words that are harmless beside most names; beside a title and a name they are about a teacher.
# Student newspapers list such accounts: of people asleep, of parking, feet and posture.
_HINT_WORDS = frozenset(
    split_words(
        "anti confess edits feet fired fp hottest parking posture ranked rudest secrets sightings "
        "sleeping sleeps spotted sucks victims worst"
    )
)
# "Mrs. Doe tea" is gossip, and "Tea with Mrs. Doe" is none.
_HINTS_AFTER_NAME = frozenset({"tea", "spill"})
_MOCK_PAIRS = frozenset(
    {
        *(("fan", "page"), ("fan", "club"), ("fan", "account"), ("fan", "acct"), ("burn", "book")),
        *(("hate", "page"), ("hate", "club"), ("spam", "page"), ("of", "context")),
        *(("shade", "room"), ("of", "pocket")),
        *(("stan", "page"), ("stan", "account"), ("stan", "acc")),
    }
)
# In a handle, words are often run together: "quackenbushmemes", "ihatemrsq".
_MOCK_RUNS = re.compile(
    r"fanpage|fanclub|fanacc|meme|confess|hat(?:e|ers?)(?:page|club)?|exposed|burnbook|parody|"
    r"gossip|rumou?rs|quotes|cringe|slander|shaderoom|lackin|slumped|^(?:fans?|stans)\d*$"
)
_MOCK_BIO = re.compile(
    r"\b(?:(?:fan|meme|parody|hate|confessions?|gossip) ?(?:page|account|acct|club)|burn book|"
    r"(?:this is )?(?:a )?parody|made by (?:her|his|their|the) (?:students?|class)|"
    r"run by (?:\w+ )?(?:students?|fans?|kids)|submit your (?:confessions?|stories|memes?)|"
    r"(?:we|not) (?:are )?affiliated with (?:mr|mrs|ms|miss|the teacher)|"
    r"(?:dm|send) (?:us )?(?:your )?(?:memes?|confessions?|pics of)|not (?:really |actually )?"
    r"(?:her|him|mr|mrs|ms|the teacher))\b",
    re.IGNORECASE,
)
# Student newspapers describe how such pages are filled: by messages and forms, and without names.
_SOLICITS = re.compile(
    r"\b(?:anon(?:ymous(?:ly)?)?|dm (?:\w+ ){0,2}(?:pics?|submissions)|"
    r"submissions (?:open|welcome)|send (?:in )?ur|worst (?:\w+ ){1,3}story|satire|"
    r"(?:dm|send|spill) (?:\w+ ){0,2}(?:tea|secrets|sightings|rumou?rs|dirt)|all in good fun|"
    r"for the (?:jokes|laughs|lols)|(?:don'?t|plz|please) (?:do not |don'?t )?(?:snitch|report)|"
    r"not run by|worst teacher|our (?:fav|favou?rite|goat) teacher|petition to)\b",
    re.IGNORECASE,
)
_HARM = re.compile(
    r"\b(?:sex(?! ?ed(?:ucation)?\b|ual health)(?:y|ier|iest|ual(?:ly)?|ting|ts?)?|"
    r"porn\w*|nudes?|naked|nsfw|horny|naughty|onlyfans|fansly|slut|whore|milf|dilf|"
    r"hooker|rape\w*|pedo(?:phile)?s?|touch(?:ing)? (?:kids|children|students)|"
    r"kill (?:her|him|them|yourself)|kys|shoot(?:ing)? up|beat(?:ing)? (?:her|him) up|"
    r"deserves? to die|bomb threat)\b",
    re.IGNORECASE,
)
# How teachers speak of their own classes, and hardly anyone else does.
_CLASSROOM = re.compile(
    r"\b(?:my (?:class(?:room)?|students|kids|kiddos|teaching)|our class(?:room)?|I teach|"
    r"homework|room \d+|class(?:room)? (?:news|updates?|account|page)|\w+ grade teacher|"
    r"welcome to (?:my|our) class)\b",
    re.IGNORECASE,
)
# With titles, which `split_words` leaves out.
_LETTERS = re.compile(r"[^\W\d_]+")
_SHORT_TITLES = ("mr", "mrs", "ms", "miss", "mx")
_SHORTEST_FAMILY = 4
# With the given name and no title, the fans may be those of someone known by the same name.
_OF_SOME_STAR = 0.75
# A bio that says what the name says already tells little more.
_SAID_TWICE = 0.25
# Teachers call their own accounts so, too; beside other words it says whom those are about.
_TITLE_ALONE = 0.25
_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class MockSigns:
    """What an account shows that others make about someone, and that it means the person.

    `hinted` says that its name has words that are about someone only beside a title; `solicits`
    that it asks for stories and pictures. `addressed` says that it calls them by title, as
    students do, and `by_family` that it writes the whole family name, there or in its bio.
    `with_given` says that the name shown has their given name; `harmful` that it uses sexual or
    violent words; `classroom` that it speaks as a teacher of their own class.
    """

    in_name: bool = False
    in_bio: bool = False
    hinted: bool = False
    solicits: bool = False
    addressed: bool = False
    by_family: bool = False
    with_given: bool = False
    harmful: bool = False
    classroom: bool = False

    @property
    def is_mock(self) -> bool:
        """Others made it, by its words; a title alone says no such thing."""
        return self.in_name or self.in_bio or self.hinted


NO_MOCK_SIGNS = MockSigns()


def read_mock_signs(trace: Trace, shown_name: str, description: str, name: PersonName) -> MockSigns:
    """Return what an account shows; nothing, where it does not name the person."""
    if trace.kind is not TraceKind.ACCOUNT:
        return NO_MOCK_SIGNS
    addressed = _is_addressed(_LETTERS.findall(fold_text(shown_name)), name) or (
        _is_handle_addressed(trace, name)
    )
    words = split_words(shown_name)
    named = _names_family(words, trace, name)
    if not (addressed or named):
        return NO_MOCK_SIGNS
    text = description[:_LONGEST_TEXT]
    by_family = (addressed and named) or addresses_family(text, name)
    return MockSigns(
        in_name=has_mock_words(shown_name, name) or _has_mock_handle(trace, name),
        in_bio=_MOCK_BIO.search(text) is not None,
        hinted=by_family and _has_hint(shown_name, name),
        with_given=squash_text(name.given) in map(squash_text, words),
        solicits=_SOLICITS.search(text) is not None,
        addressed=addressed,
        by_family=by_family,
        # Hooker and Sexton are family names, too.
        harmful=_HARM.search(
            f"{' '.join(_list_other_words(shown_name, name))}\n{text}\n{trace.platform}"
        )
        is not None,
        classroom=_CLASSROOM.search(f"{shown_name}\n{text}") is not None,
    )


def match_mock_rules(signs: MockSigns) -> Iterator[RuleMatch]:
    """Weigh the signs; harm and a classroom count only beside a sign that others made it."""
    if signs.in_name:
        star = signs.with_given and not signs.addressed
        yield rules.MOCK_NAME.build_match(amount=_OF_SOME_STAR if star else 1.0)
    elif signs.hinted:
        yield rules.MOCK_HINT.build_match()
    if signs.in_bio:
        yield rules.MOCK_BIO.build_match(amount=_SAID_TWICE if signs.in_name else 1.0)
    if signs.addressed:
        alone = not (signs.is_mock or signs.solicits)
        yield rules.ADDRESSED.build_match(amount=_TITLE_ALONE if alone else 1.0)
    if not (signs.in_name or signs.in_bio or signs.addressed):
        return
    if signs.solicits:
        yield rules.SOLICITS.build_match()
    if signs.harmful:
        yield rules.MOCK_HARM.build_match()
    if signs.classroom:
        yield rules.CLASSROOM.build_match()


def has_mock_words(written: str, name: PersonName) -> bool:
    """Tell whether a display name says that others made the account; the own name says nothing."""
    words = _list_other_words(written, name)
    return not _MOCK_WORDS.isdisjoint(words) or not _MOCK_PAIRS.isdisjoint(
        itertools.pairwise(words)
    )


def _has_hint(written: str, name: PersonName) -> bool:
    words = tuple(map(squash_text, split_words(written)))
    families = (squash_text(name.family), f"{squash_text(name.family)}s")
    return not _HINT_WORDS.isdisjoint(_list_other_words(written, name)) or any(
        before in families and after in _HINTS_AFTER_NAME
        for before, after in itertools.pairwise(words)
    )


def _list_other_words(written: str, name: PersonName) -> tuple[str, ...]:
    own = frozenset(split_words(f"{name.full_name} {' '.join(name.former_families)}"))
    return tuple(word for word in split_words(written) if word not in own)


def _has_mock_handle(trace: Trace, name: PersonName) -> bool:
    """Tell whether a handle that holds the name says so; what is left of it must be such a word."""
    squashed = squash_text(extract_local_part(trace.handle))
    for part in (name.family, *name.former_families, name.given):
        squashed = squashed.replace(squash_text(part), " ") if part else squashed
    return any(_MOCK_RUNS.search(rest) for rest in squashed.split())


def _names_family(words: tuple[str, ...], trace: Trace, name: PersonName) -> bool:
    families = (name.family, *name.former_families)
    handle = squash_text(extract_local_part(trace.handle))
    for family in families:
        plain = squash_text(family)
        if plain in {squash_text(word.removesuffix("s")) for word in words} | set(words):
            return True
        if all(part in words for part in split_words(family)):
            return True
        if len(plain) >= _SHORTEST_FAMILY and plain in handle:
            return True
    return False


def _is_addressed(words: Sequence[str], name: PersonName) -> bool:
    """Tell whether a title stands before the family name or its initial: "Mrs. Q"."""
    return any(
        title in TITLES and _is_family_or_initial(word, name)
        for title, word in itertools.pairwise(words)
    )


def addresses_family(text: str, name: PersonName) -> bool:
    """Tell whether a text calls them by title and whole family name."""
    words = split_words(name.family)
    spoken = _LETTERS.findall(fold_text(text))
    return any(
        title in TITLES and _is_name_at(spoken[at + 1 : at + 1 + len(words)], words)
        for at, title in enumerate(spoken)
    )


def _is_name_at(spoken: Sequence[str], words: Sequence[str]) -> bool:
    heard = tuple(map(squash_text, spoken))
    return bool(words) and heard in {tuple(words), (*words[:-1], f"{words[-1]}s")}


def _is_handle_addressed(trace: Trace, name: PersonName) -> bool:
    """Tell the same of a handle: "mrs.quackenbush", "MrsQ_memes", "mrsquackenbush"."""
    words = split_handle_words(trace.handle)
    family, squashed = squash_text(name.family), squash_text(extract_local_part(trace.handle))
    run_together = [f"{title}{family[:1]}" for title in _SHORT_TITLES]
    return (
        _is_addressed(words, name)
        or not set(words).isdisjoint(run_together)
        or (
            len(family) >= _SHORTEST_FAMILY
            and any(f"{title}{family}" in squashed for title in _SHORT_TITLES)
        )
    )


def _is_family_or_initial(word: str, name: PersonName) -> bool:
    plain = squash_text(word)
    family = squash_text(name.family)
    return plain in {family, f"{family}s"} or (bool(family) and plain == family[:1])
