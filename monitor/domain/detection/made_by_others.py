"""Whether others made an account about the person: fan, meme, confession and hate pages.

Only closed lists of words count (the facts about slang), and only beside the person's name; what a
page thinks of anyone is never read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.affiliation_words import list_employer_phrases, parse_locality
from monitor.domain.detection.evidence import RuleMatch
from monitor.domain.detection.lessons import look_up_word
from monitor.domain.detection.slang import (
    GAP,
    LONGEST_TEXT,
    Slang,
    drop_innocent_words,
    has_slang,
    load_slang,
    load_slang_pattern,
    read_plain_words,
    squeeze_letters,
)
from monitor.domain.edit_distance import count_edits
from monitor.domain.handles.handles import extract_local_part, split_handle_words
from monitor.domain.names.frequency import load_census
from monitor.domain.names.matching import FULL_LEVELS, match_mention
from monitor.domain.names.nicknames import is_listed_given
from monitor.domain.names.normalize import (
    SUFFIXES,
    TITLES,
    contains_phrase,
    fold_text,
    split_words,
    squash_text,
)
from monitor.domain.person import Person, PersonName
from monitor.domain.reason import Reason
from scrapers.models import Trace, TraceKind

OWN_NAME = "@"
# With titles, which `split_words` leaves out.
_LETTERS = re.compile(r"[^\W\d_]+")
_SHORT_TITLES = ("mr", "mrs", "ms", "miss", "mx", "profe", "maestra", "maestro")
_SHORTEST_FAMILY = 4
_OF_SOME_STAR, _OF_FAME = 0.5, 0.25
# Of an account about a whole school, of which one post or line is about the person.
_OF_A_SCHOOL = 0.5
# A bio that says what the name says already tells little more.
_SAID_TWICE = 0.25
# Teachers call their own accounts so, too; beside other words it says whom those are about.
_TITLE_ALONE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class MockSigns:
    """What an account shows that others make about someone, and that it means the person.

    `hinted` says that its name has words that are about someone only beside a title, the whole
    name, or the school or town, which `is_near` says that it names. `campaigns` says that it calls
    for something to be done about their work, which is an opinion, and mocks nobody. `spoken_of`
    says that its name speaks of them as others do, whatever it says. `solicits` says that it asks
    for stories and pictures, `addressed` that it calls them by title, as students do, and
    `by_family` that it does so by the whole family name, there or in its bio. `in_text` says that
    only its text names them, and that it is an account about people there. `with_given` says that
    the name shown has their given name, `harmful` that it uses sexual or violent words or tells
    where someone lives, `classroom` that it speaks as a teacher of their own class, and `of_fame`
    that it speaks of sport, a stage or a story.
    """

    in_name: bool = False
    in_bio: bool = False
    hinted: bool = False
    is_near: bool = False
    campaigns: bool = False
    spoken_of: bool = False
    solicits: bool = False
    addressed: bool = False
    by_family: bool = False
    in_text: bool = False
    with_given: bool = False
    harmful: bool = False
    classroom: bool = False
    of_fame: bool = False

    @property
    def is_mock(self) -> bool:
        """Others made it, by its words; a title alone says no such thing."""
        return self.in_name or self.in_bio or self.is_hint or self.in_text

    @property
    def is_hint(self) -> bool:
        meant = self.by_family or self.is_near or self.with_given
        return self.hinted and meant and not self.campaigns

    @property
    def is_of_some_star(self) -> bool:
        """The fans may be those of someone known by the same name."""
        famed = self.with_given or self.of_fame
        return famed and not (self.addressed or self.by_family or self.is_near)

    @property
    def is_of_fame(self) -> bool:
        """It speaks of sport, a stage or a story, and of nothing that is theirs."""
        return self.of_fame and self.is_of_some_star


NO_MOCK_SIGNS = MockSigns()


def read_mock_signs(
    trace: Trace, shown_name: str, description: str, person: Person, *, is_near: bool
) -> MockSigns:
    """Return what an account shows; nothing, where it does not name the person.

    `is_near` says that it names their school or town, or has its initials.
    """
    name = person.name
    if trace.kind is not TraceKind.ACCOUNT:
        return NO_MOCK_SIGNS
    description = correct_family(description, name)
    masked = mask_own_words(shown_name, name)
    letters = "".join(f"{word} " for word in _LETTERS.findall(fold_text(shown_name)))
    addressed = (
        _is_addressed(letters, name)
        or addresses_family(shown_name, name)
        or _is_handle_addressed(trace.handle, name)
    )
    words = split_words(shown_name)
    named = _names_family(words, trace, name)
    if not (addressed or named):
        return _read_signs_in_text(trace, shown_name, description, person, is_near=is_near)
    plain = read_plain_words(description)
    by_family = (addressed and named) or addresses_family(description, name)
    given = squash_text(name.given)
    with_given = given in map(squash_text, words) or (
        len(given) >= _SHORTEST_FAMILY and given in squash_text(extract_local_part(trace.handle))
    )
    return MockSigns(
        in_name=has_mock_words(shown_name, name) or _has_mock_handle(trace, name),
        in_bio=has_slang(Slang.BIOS, plain),
        # The handle of who is called so may also say what they do: maria.ai.
        hinted=_has_hint(masked)
        or ((by_family or is_near or not with_given) and _has_hinting_handle(trace, name)),
        is_near=is_near,
        campaigns=_stands_beside_name(masked, Slang.CAMPAIGNS)
        or any(has_slang(Slang.CAMPAIGNS, f"{rest} ") for rest in _list_handle_rests(trace, name)),
        spoken_of=_is_spoken_of(shown_name, masked, name)
        or (by_family and has_slang(Slang.HINTS, plain))
        or (by_family and addressed and addresses_family(description, name))
        or (
            (by_family or is_near or not with_given)
            and _stands_by_name(mask_own_words(description, name))
        ),
        with_given=with_given,
        solicits=has_slang(Slang.SOLICITS, plain),
        addressed=addressed,
        by_family=by_family,
        # Hooker and Sexton are family names, too.
        harmful=_is_harmful(f"{masked}{GAP}{plain}", trace),
        classroom=has_slang(Slang.CLASSROOMS, f"{read_plain_words(shown_name)}{GAP}{plain}"),
        of_fame=has_slang(Slang.FAME, f"{read_plain_words(shown_name)}{GAP}{plain}"),
    )


def _read_signs_in_text(
    trace: Trace, shown: str, text: str, person: Person, *, is_near: bool
) -> MockSigns:
    """Read an account that names the person in its text, and is called otherwise.

    Clubs, teams and classes name whom they are led by: with words that speak of such a leader, it
    says nothing. Without the school or town, a title and words of the lists are needed.
    """
    name = person.name
    titled = addresses_family(text, name)
    if not (is_near or titled):
        return NO_MOCK_SIGNS
    plain = read_plain_words(text)
    called = f"{read_plain_words(shown)}{GAP}{_read_handle_words(trace, person.school)}"
    mocks = has_slang(Slang.NAMES, called)
    in_name = mocks or has_slang(Slang.SCHOOLS, called)
    is_whole = match_mention(text, name).level in FULL_LEVELS
    # Such pages leave the title out: "Doe is next".
    is_next = in_name and _names_family_alone(plain, name)
    if not (titled or is_whole or is_next):
        return NO_MOCK_SIGNS
    harmful = _is_harmful(f"{called}{GAP}{plain}", trace)
    if has_slang(Slang.CLUBS, f"{called}{GAP}{plain}") and not (harmful or mocks):
        return NO_MOCK_SIGNS
    signs = MockSigns(
        in_name=in_name,
        in_bio=has_slang(Slang.BIOS, plain),
        solicits=has_slang(Slang.SOLICITS, plain),
        is_near=is_near,
        in_text=True,
        harmful=harmful,
    )
    is_about_people = signs.in_bio or signs.solicits or harmful or not _is_a_person(shown)
    return signs if in_name or (is_near and is_about_people) else NO_MOCK_SIGNS


def _is_a_person(shown: str) -> bool:
    """Tell whether an account is called by somebody's name alone: a pupil's, a relative's."""
    words = [word for word in read_plain_words(shown).split() if len(word) > 1]
    return bool(words) and all(is_listed_given(word) or is_common_name(word) for word in words)


def _names_family_alone(plain: str, name: PersonName) -> bool:
    families = map(squash_text, (name.family, *name.former_families))
    return any(len(one) >= _SHORTEST_FAMILY and f" {one} " in f" {plain}" for one in families)


def _write_initials(school: str) -> str:
    initials = "".join(word[0] for word in split_words(school))
    return initials if len(initials) >= _SHORTEST_INITIALS else ""


_SHORTEST_INITIALS = 3


def is_initials(rest: str, school: str) -> bool:
    """Tell whether what is left of a handle without the name are the initials of a school."""
    initials = _write_initials(school)
    plain = rest.strip(_DIGITS)
    # "doemed": Doe, M.Ed.
    return bool(initials) and plain in {initials, initials * 2} - SUFFIXES


def has_initials(trace: Trace, shown: str, school: str) -> bool:
    """Tell whether an account calls itself by the initials of a school: "phhs.tea".

    Two letters are enough where the rest is a word of the lists, and nothing else: "ca.tea".
    """
    handle = squash_text(extract_local_part(trace.handle)).strip(_DIGITS)
    initials = _write_initials(school)
    if not initials:
        return _is_short_school_page(handle, shown, school)
    at_an_end = handle.startswith(initials) or handle.endswith(initials)
    return at_an_end or initials in read_plain_words(shown).split()


def names_home(trace: Trace, shown: str, text: str, person: Person) -> bool:
    """Tell whether an account names the school by one word, or calls itself after the town.

    "weymere.tea" and "Weymere tea" mean Weymere High School, where no name is Weymere.
    """
    handle = squash_text(extract_local_part(trace.handle))
    words = f" {read_plain_words(shown)}{read_plain_words(text)}"
    school = split_words(person.school)[:-_WORDS_OF_A_KIND]
    homes = [home.town for place in person.places if (home := parse_locality(place))]
    own = split_words(person.name.full_name)
    return any(
        squash_text("".join(home)) in handle or (home == school and f" {' '.join(home)} " in words)
        for home in (school, *homes)
        if len("".join(home)) >= _SHORTEST_HOME and not set(home) & set(own)
    )


# "High School", "Middle School"
_WORDS_OF_A_KIND = 2
_SHORTEST_HOME = 5


def _is_short_school_page(handle: str, shown: str, school: str) -> bool:
    initials = "".join(word[0] for word in split_words(school))
    if len(initials) < _SHORTEST_INITIALS - 1:
        return False
    words = read_plain_words(shown).split()
    rests = [
        *(handle.removeprefix(initials), handle.removesuffix(initials)),
        handle.removeprefix(initials).removesuffix(initials),
        *(words if initials in words else ()),
    ]
    return any(
        rest != handle and load_slang_pattern(kind).fullmatch(f"{rest} ")
        for rest in rests
        for kind in (Slang.NAMES, Slang.SCHOOLS)
    )


def _read_handle_words(trace: Trace, school: str) -> str:
    """Return the words of a handle, and what is left of it beside the initials of a school."""
    initials = "".join(word[0] for word in split_words(school))
    rest = squash_text(extract_local_part(trace.handle)).strip(_DIGITS)
    rest = rest.removeprefix(initials).removesuffix(initials)
    return "".join(f"{word} " for word in (*split_handle_words(trace.handle), rest))


_DIGITS = "0123456789"


def match_mock_rules(signs: MockSigns, *, is_bait: bool) -> Iterator[RuleMatch]:
    """Weigh the signs; harm and a classroom count only beside a sign that others made it.

    An impostor speaks of classes, too: beside bait or what others write it says nothing.
    """
    star = _OF_FAME if signs.is_of_fame else _OF_SOME_STAR
    whole = star if signs.is_of_some_star else 1.0
    if signs.in_name:
        yield evidence_rules.MOCK_NAME.build_match(amount=_OF_A_SCHOOL if signs.in_text else whole)
    elif signs.is_hint:
        titled = signs.addressed or signs.by_family
        yield evidence_rules.MOCK_HINT.build_match(
            amount=whole, reason=None if titled else Reason("mock-hint.untitled")
        )
    if signs.in_bio:
        yield evidence_rules.MOCK_BIO.build_match(amount=_SAID_TWICE if signs.in_name else whole)
    if signs.addressed:
        alone = not (signs.is_mock or signs.solicits)
        yield evidence_rules.ADDRESSED.build_match(amount=_TITLE_ALONE if alone else 1.0)
    if not (signs.is_mock or signs.addressed):
        return
    if signs.solicits:
        yield evidence_rules.SOLICITS.build_match()
    if signs.harmful:
        yield evidence_rules.MOCK_HARM.build_match()
    if signs.classroom and not (signs.is_mock or signs.harmful or is_bait):
        yield evidence_rules.CLASSROOM.build_match()


def has_mock_words(written: str, name: PersonName) -> bool:
    """Tell whether a display name says that others made the account; the own name says nothing."""
    return has_slang(Slang.NAMES, mask_own_words(written, name))


def has_family_among_words(written: str, person: Person) -> bool:
    """Tell whether a display name is the family name beside words that name nobody else.

    Words of work, schools and pastimes name a business or a club, and other names are a person's;
    those of their own school mean them: "Maple High School office - Doe".
    """
    masked = mask_own_words(written, person.name)
    others = tuple(word for word in masked.split() if word != OWN_NAME)
    if len(others) == len(masked.split()) or not others:
        return False
    school = list_employer_phrases(person.school)
    if any(contains_phrase(others, phrase) for phrase in school):
        return True
    if _has_mock_words_or_hint(masked):
        return True
    return not any(
        word in _OF_A_FIRM or look_up_word(word) or is_common_name(word) for word in others
    )


_OF_A_FIRM = frozenset(
    split_words(
        "and associates bros brothers built cattle co company construction corp custom electric "
        "family farm farms fitness foundation group heating home homes inc kennels law llc ltd "
        "ministries official plumbing properties ranch rentals roofing services sisters sons "
        "studio studios team trucking"
    )
)
_BORNE_BY = 1_000


def is_common_name(word: str) -> bool:
    """Tell whether people bear it as a given or a family name."""
    census = load_census()
    return max(census.given.count_bearers(word), census.family.count_bearers(word)) >= _BORNE_BY


def _is_listed_name(word: str) -> bool:
    """Tell whether it is some name in the census, however rare."""
    return load_census().family.has_name(word) or is_common_name(word)


@lru_cache(maxsize=4096)
def mask_own_words(written: str, name: PersonName) -> str:
    """Return plain words in which a sign stands for the person's own; titles before it go, too."""
    families = {squash_text(family) for family in (name.family, *name.former_families)} - {""}
    known = (name.given, name.middle, name.family, *name.former_families)
    words = (part for one in known for word in split_words(one) for part in word.split("-"))
    own = families.union(words)
    masked: list[str] = []
    for word in read_plain_words(written).split():
        if word in own or word.removesuffix("s") in families:
            while masked and (masked[-1] in _list_titles() or masked[-1] == OWN_NAME):
                masked.pop()
            masked.append(OWN_NAME)
        else:
            masked.append(word)
    return "".join(f"{word} " for word in masked)


def _is_hint_alone(word: str) -> bool:
    return any(has_slang(kind, f"{word} ") for kind in _HINT_KINDS)


_HINT_KINDS = (Slang.HINTS, Slang.BEFORE, Slang.AFTER, Slang.CAMPAIGNS, Slang.NAMES)


@cache
def _list_titles() -> frozenset[str]:
    """Return the titles before a name, as they are spelled and misspelled."""
    stretched = (f"{title}{title[-1]}" for title in _SHORT_TITLES)
    return TITLES.union(load_slang()[Slang.TITLES], stretched)


def has_words_before_name(written: str, name: PersonName) -> bool:
    """Tell whether a word of the lists stands right before the own name: "Fire Mrs. Doe"."""
    return _has_hint_before(mask_own_words(written, name))


def _has_hint_before(masked: str) -> bool:
    return any(
        masked.startswith(OWN_NAME, found.end())
        for kind in (Slang.BEFORE, Slang.CAMPAIGNS)
        for found in load_slang_pattern(kind).finditer(masked)
    )


def _is_spoken_of(written: str, masked: str, name: PersonName) -> bool:
    """Tell whether a name is how others speak of them: "broke Mrs. Doe", "Doe says", "Doe & Roe".

    Before a title, owners write of whom an account is, what they teach and where; and who shares
    an account has a title, too. What others say matters not.
    """
    said = load_slang_pattern(Slang.SPOKEN).finditer(masked)
    if any(masked[: found.start()].endswith(f"{OWN_NAME} ") for found in said):
        return True
    words = read_plain_words(written.replace("&", " and ")).split()
    called = _list_called("", name.family)
    for at, title in enumerate(words[:-1]):
        if title not in _list_titles() or words[at + 1] not in called:
            continue
        beside, other = [*words[at + 2 : at + 4], "", ""][:2]
        if beside in _BOTH and is_common_name(other) and other not in _list_titles():
            return True
        if at and not _is_said_by_owners(words[at - 1]):
            return True
    return False


def _stands_by_name(masked: str) -> bool:
    """Tell whether a word of the lists stands right beside the name in a text: "Doe quotes"."""
    return _has_hint_before(masked) or _stands_beside_name(masked, Slang.NAMES, Slang.HINTS)


def _stands_beside_name(masked: str, *kinds: Slang) -> bool:
    return any(
        masked.startswith(OWN_NAME, found.end()) or masked[: found.start()].endswith(f"{OWN_NAME} ")
        for kind in kinds
        for found in load_slang_pattern(kind).finditer(masked)
    )


def _is_said_by_owners(word: str) -> bool:
    known = word in _BEFORE_TITLES or word in _list_titles() or not word.isalpha()
    return known or bool(look_up_word(word)) or is_common_name(word)


_BOTH = frozenset({"and", "x", "y"})
_BEFORE_TITLES = frozenset(
    split_words(
        "with by from in of for and to at on the our my your via hey hello hi dear meet room "
        "ask class team official school con de por en la el los las su mi soy"
    )
)


def _has_hint(masked: str) -> bool:
    return (
        has_slang(Slang.HINTS, masked)
        or _has_hint_before(masked)
        or any(
            masked[: found.start()].endswith(f"{OWN_NAME} ")
            for kind in (Slang.AFTER, Slang.CAMPAIGNS)
            for found in load_slang_pattern(kind).finditer(masked)
        )
    )


def _is_harmful(plain: str, trace: Trace) -> bool:
    """Tell whether words of an account, or its network, are sexual, violent, or of a home."""
    text = drop_innocent_words(f"{plain}{GAP}{trace.platform} ")
    return any(has_slang(kind, text) for kind in _HARM_KINDS)


_HARM_KINDS = (
    *(Slang.SEXUAL, Slang.THREATS, Slang.DOXXING),
    *(Slang.ACCOUNT_ADULT, Slang.ACCOUNT_ONLY, Slang.ACCOUNT_CONTACTS),
)


def _spell_handle(handle: str, family: str) -> str:
    """Return a handle in plain letters; digits are read as letters where that shows the name."""
    squashed = squash_text(extract_local_part(handle))
    spelled = (squashed.translate(_LETTER_BY_DIGIT | one) for one in ({}, _ONE_AS_L))
    hidden = len(family) >= _SHORTEST_FAMILY and family not in squashed
    return next((one for one in spelled if hidden and family in one), squashed)


_LETTER_BY_DIGIT = str.maketrans("013457", "oieast")
_ONE_AS_L = str.maketrans("1", "l")


def _list_handle_rests(trace: Trace, name: PersonName) -> tuple[str, ...]:
    """Return what is left of a handle without the name, whole and of each of its words."""
    squashed = _spell_handle(trace.handle, squash_text(name.family))
    rests = f"{squashed} {' '.join(split_handle_words(trace.handle))}"
    for part in (name.family, *name.former_families, name.given):
        rests = rests.replace(squash_text(part), " ") if part else rests
    return tuple(rests.split())


def _has_mock_handle(trace: Trace, name: PersonName) -> bool:
    """Tell whether a handle that holds the name says so; what is left of it must be such a word."""
    return any(
        load_slang_pattern(Slang.HANDLES).search(rest) or _FANS.fullmatch(rest)
        for rest in _list_handle_rests(trace, name)
    )


_FANS = re.compile(r"(?:fans?|stans)\d*")


def _has_hinting_handle(trace: Trace, name: PersonName) -> bool:
    """Tell the same of hints; a title before the name, and numbers, are no part of them."""
    rests = (rest.strip(_DIGITS) for rest in _list_handle_rests(trace, name))
    return any(
        _is_hint_alone(rest) or any(_is_hint_alone(rest.removesuffix(one)) for one in _SHORT_TITLES)
        for rest in filter(None, rests)
    )


def _names_family(words: tuple[str, ...], trace: Trace, name: PersonName) -> bool:
    for family in (name.family, *name.former_families):
        plain = squash_text(family)
        if plain in {squash_text(word.removesuffix("s")) for word in words} | set(words):
            return True
        if all(part in words for part in split_words(family)):
            return True
        if len(plain) >= _SHORTEST_FAMILY and plain in _spell_handle(trace.handle, plain):
            return True
    return False


@cache
def _compile_titles() -> re.Pattern[str]:
    """Return what finds a title and the word after it, in words with blanks."""
    titles = "|".join(sorted(map(re.escape, _list_titles())))
    return re.compile(rf"(?<![^ ])(?:{titles}) (?=([^ ]+) )")


def _is_addressed(words: str, name: PersonName) -> bool:
    """Tell whether a title stands before the family name or its initial: "Mrs. Q"."""
    family = squash_text(name.family)
    called = {family, f"{family}s", family[:1]}
    return bool(family) and not called.isdisjoint(_compile_titles().findall(words))


def addresses_family(text: str, name: PersonName) -> bool:
    """Tell whether a text calls them by title and whole family name."""
    spoken = _LETTERS.findall(fold_text(split_joined_titles(text[:LONGEST_TEXT])))
    called = _list_called(name.middle, name.family)
    longest = len(_LETTERS.findall(f"{name.middle} {name.family}"))
    return any(
        not called.isdisjoint(accumulate(map(squash_text, spoken[at + 1 : at + 1 + longest])))
        for at, title in enumerate(spoken)
        if title in _list_titles()
    )


@lru_cache(maxsize=256)
def _list_called(middle: str, family: str) -> frozenset[str]:
    """Return what may follow a title; of two family names, the first may be a middle one."""
    plain = squash_text(family)
    whole = {plain, f"{plain}s", f"{squash_text(middle)}{plain}"}
    return frozenset(whole) if plain else frozenset()


def split_joined_titles(text: str) -> str:
    return _JOINED_TITLE.sub(r"\1 ", text)


def split_joined_words(shown: str, name: PersonName) -> str:
    """Part a title from a name, and words of the lists: "MrsDoe", "Quackenbushisms"."""
    words = split_joined_titles(shown).split()
    return " ".join(_part_from_family(word, name.family) for word in words)


def correct_family(written: str, name: PersonName) -> str:
    """Write the family name as it is spelled, where it is misspelled after a title or such words.

    What differs by one letter, or two that changed places, and is no other name: "Mr. Qackenbush",
    "freaky Murrphy". So accounts escape searches, or were typed in haste.
    """
    family = squash_text(name.family)
    words = written.split()
    found = [at for at, word in enumerate(words) if _is_misspelled(squash_text(word), family)]
    titled = [at for at in found if at and squash_text(words[at - 1]) in _list_titles()]
    for at in titled or found:
        words[at] = name.family
    corrected = " ".join(words)
    if not found or not (titled or _has_mock_words_or_hint(mask_own_words(corrected, name))):
        return written
    return corrected


def _is_misspelled(written: str, family: str) -> bool:
    word = squeeze_letters(written)
    if word == family:
        return written != family
    longest = max(len(word), len(family))
    return (
        min(len(word), len(family)) >= _SHORTEST_FAMILY
        and abs(len(word) - len(family)) <= 1
        and longest > _SHORTEST_FAMILY - (sorted(word) == sorted(family))
        and count_edits(word, family) == 1
        and not (word.removesuffix("s") == family or _is_listed_name(word))
    )


def _has_mock_words_or_hint(masked: str) -> bool:
    return _has_hint(masked) or has_slang(Slang.NAMES, masked)


def _part_from_family(word: str, family: str) -> str:
    size, own, plain = len(family), squash_text(family), squash_text(word)
    if not _SHORTEST_FAMILY <= size == len(own) < len(word) == len(plain):
        return word
    if plain.startswith(own) and _is_hint_alone(plain[size:]):
        return f"{word[:size]} {word[size:]}"
    if plain.endswith(own) and (plain[:-size] in _list_titles() or _is_hint_alone(plain[:-size])):
        return f"{word[:-size]} {word[-size:]}"
    return word


# "MrsDoe", "Mrs.Doe"
_JOINED_TITLE = re.compile(r"\b((?:Mr|Mrs|Ms|Miss|Dr|Coach)\.?)(?=[A-Z])")


def begins_with_title(shown: str) -> bool:
    """Tell whether someone is addressed, as in "Mrs. Doe's Classroom"."""
    return fold_text(shown).partition(" ")[0].rstrip(".") in _list_titles()


def _is_handle_addressed(handle: str, name: PersonName) -> bool:
    """Tell the same of a handle: "mrs.quackenbush", "MrsQ_memes", "mrsquackenbush"."""
    family, initials, wholes = _write_addresses(name.given, name.family)
    words = split_handle_words(handle)
    if not family or not words:
        return False
    squashed = squash_text(extract_local_part(handle))
    spelled = (squashed, *(squashed.translate(_LETTER_BY_DIGIT | one) for one in ({}, _ONE_AS_L)))
    return (
        not initials.isdisjoint(words)
        or any(whole in one for whole in wholes for one in spelled)
        or _is_addressed("".join(f"{word} " for word in words), name)
    )


@lru_cache(maxsize=256)
def _write_addresses(given: str, family: str) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """Return the plain family name, and what handles make of it with a title."""
    plain = squash_text(family)
    wholes = (plain, f"{squash_text(given)}{plain}") if len(plain) >= _SHORTEST_FAMILY else ()
    return (
        plain,
        frozenset(f"{title}{plain[:1]}" for title in _SHORT_TITLES),
        tuple(f"{title}{whole}" for title in _SHORT_TITLES for whole in wholes),
    )
