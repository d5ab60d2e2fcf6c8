"""One trace compared with everything that is known about the person.

The person whom a trace is compared with, and their own accounts. What a trace shows of a
person. Whether one account or page links to another, however the address is spelled.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.domain.detection.affiliation_words import count_named_employers, mentions_place
from monitor.domain.detection.lessons import NO_LESSONS, Lessons
from monitor.domain.detection.made_by_others import (
    NO_MOCK_SIGNS,
    MockSigns,
    addresses_family,
    begins_with_title,
    correct_family,
    has_family_among_words,
    has_initials,
    has_mock_words,
    has_words_before_name,
    is_initials,
    names_home,
    read_mock_signs,
    split_joined_words,
)
from monitor.domain.detection.slang import Slang, has_slang, load_slang_pattern, read_plain_words
from monitor.domain.edit_distance import measure_overlap
from monitor.domain.handles.handles import (
    extract_local_part,
    is_same_handle,
    shares_letter_pair,
    strip_assigned_code,
)
from monitor.domain.handles.lookalike import HandleLookalike, detect_lookalike
from monitor.domain.handles.name_fit import HandleFit, NameCover, fit_name_to_handle
from monitor.domain.handles.pairs import weigh_handle_pair
from monitor.domain.handles.weighing import weigh_handle
from monitor.domain.names.frequency import load_census
from monitor.domain.names.matching import (
    MatchLevel,
    NameMatch,
    is_disguised_name,
    match_display_name,
    match_mention,
)
from monitor.domain.names.normalize import fold_text, split_words, squash_text
from monitor.domain.person import Person, PersonName
from monitor.domain.students.matching import UNFLAGGED, ContactMatchResult
from monitor.domain.vocabulary import WaveMark
from scrapers.models import Trace, TraceKind
from scrapers.urls.canonical import canonicalize_url, split_url_or_none
from scrapers.urls.canonical import extract_account_keys as accounts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`commonness` is how many other people are expected to bear the person's name."""

    person: Person
    commonness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What the person declared: accounts as last seen, and platforms without one.

    `former_traces` are how the same accounts looked before, as far as that is kept: who copies an
    account that was then taken over, copied its owner.
    `lessons` come from their answers so far; `impersonators` are accounts that were decided to be
    impersonations, as last seen. `picture_use_counts` says, for each own picture's print, how many
    accounts of others show exactly that. `wave_sizes` says, for the key of each new account under
    their name that is part of a wave, of how many people of their school it is, and `maker_waves`
    the same of people of the district whose accounts share what one maker left, and what that is.
    `reference_picture` is the print of a picture that they added themselves. `seen_at` is when the
    traces are looked at, None where nothing is to be said of how new they are.
    """

    own_traces: tuple[Trace, ...] = ()
    absent_platforms: frozenset[str] = frozenset()
    former_traces: tuple[Trace, ...] = ()
    lessons: Lessons = NO_LESSONS
    impersonators: tuple[Trace, ...] = ()
    picture_use_counts: Mapping[str, int] = field(default_factory=dict)
    wave_sizes: Mapping[str, int] = field(default_factory=dict)
    maker_waves: Mapping[str, tuple[WaveMark, int]] = field(default_factory=dict)
    reference_picture: str = ""
    seen_at: datetime | None = None

    @property
    def known_traces(self) -> tuple[Trace, ...]:
        return (*self.own_traces, *self.former_traces)

    def list_own_on(self, platform: str) -> tuple[Trace, ...]:
        return tuple(trace for trace in self.own_traces if platform and trace.platform == platform)


def list_account_keys(trace: Trace) -> frozenset[str]:
    """Return every key that names the trace's account, none for a page."""
    keys = (trace.account, *trace.account_aliases)
    return frozenset(key.casefold() for key in keys if key)


def is_declared(trace: Trace, subject: Subject, inventory: Inventory) -> bool:
    """Tell whether the person declared this account, or the page at its address."""
    own_pages = map(canonicalize_url, subject.person.pages)
    if trace.key in {*own_pages, *(own_trace.key for own_trace in inventory.own_traces)}:
        return True
    own = {key.casefold() for key in subject.person.accounts}
    own = own.union(*map(list_account_keys, inventory.own_traces))
    return not own.isdisjoint(list_account_keys(trace))


def list_handles_on(platform: str, subject: Subject, inventory: Inventory) -> frozenset[str]:
    """Return the person's handles on a platform."""
    keys = (account.partition(":") for account in subject.person.accounts)
    declared = {handle[1:] for where, _, handle in keys if where == platform and handle[:1] == "@"}
    known = inventory.known_traces
    seen = {trace.handle for trace in known if platform and trace.platform == platform}
    return frozenset(declared | seen) - {""}


def list_all_handles(subject: Subject, inventory: Inventory) -> frozenset[str]:
    """Return the person's handles anywhere."""
    keys = (account.partition(":")[2] for account in subject.person.accounts)
    declared = {handle[1:] for handle in keys if handle[:1] == "@"}
    seen = {trace.handle for trace in inventory.known_traces}
    return frozenset(declared | seen | set(subject.person.handles)) - {""}


# No one writes a name or a description this long in good faith.
_LONGEST_NAME = 200
_LONGEST_TEXT = 4000
# In the title of a result, the handle and the network's name follow the display name.
# But "on" may be followed by whom a page is about: "Tea on Mrs. Doe".
_AFTER_NAME = re.compile(r"\(|[|•·]|\s-\s|\son\s(?!(?i:mrs?|ms|miss|dr|coach)\b)")
FULL_NAME_COVERS = frozenset({NameCover.FULL, NameCover.NICK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """`name_match` is None where no name is shown, or only a pseudonym.

    `shares_name_word` says that a word of the name shown is the person's given or family name.
    `description` is what an account says of itself; `text` is everything that is shown.
    `handle_bits` is how much likelier the handle is theirs than not, by their name alone.
    `named_employers` is how many of their school and employer are named, `names_place` says that
    their town is. `handle_joins_school` says that the handle is their family name and the initials
    of their school.
    """

    shown_name: str
    description: str
    text: str
    name_match: NameMatch | None
    shares_name_word: bool
    handle_fit: HandleFit
    handle_bits: float
    named_employers: int
    names_place: bool
    handle_joins_school: bool = False
    mock_signs: MockSigns = NO_MOCK_SIGNS

    @property
    def is_whole_match(self) -> bool:
        return self.name_match is not None and self.name_match.is_whole

    @property
    def presents_name(self) -> bool:
        """The name shown is the person's; where none is shown, the handle may be made of it."""
        return self.name_match is None or self.name_match.is_whole

    @property
    def match_level(self) -> MatchLevel | None:
        return self.name_match.level if self.name_match else None

    @property
    def handle_covers_name(self) -> bool:
        """The handle holds given and family name."""
        return self.handle_fit.cover in FULL_NAME_COVERS

    @property
    def adds_initial(self) -> bool:
        """The handle is the whole name with one more initial, as namesakes have it, too."""
        return self.handle_covers_name and self.handle_fit.adds_initial

    @property
    def handle_uses_name(self) -> bool:
        """The handle is made of the name, or of so much of it that it is likelier theirs."""
        return self.handle_bits > 0


_MONEY = re.compile(r"\$\d")
_SHORTEST_SITE_NAME = 4


def has_lure(trace: Trace, text: str) -> bool:
    """Tell whether the text baits with more than the name of its site: a Venmo page says Venmo."""
    if _MONEY.search(text):
        return True
    return _says_more_than_site(Slang.LURES, trace, text)


def shows_takeover(trace: Trace) -> bool:
    """Tell whether the name of an own account baits, or its words are sexual or threaten.

    In a description, whoever sells crafts or asks for donations has words of bait, too.
    """
    plain = read_plain_words(f"{trace.name}\n{trace.bio}")
    harms = any(has_slang(kind, plain) for kind in (Slang.SEXUAL, Slang.THREATS))
    return harms or has_lure(trace, trace.name)


def _says_more_than_site(kind: Slang, trace: Trace, text: str) -> bool:
    found = load_slang_pattern(kind).finditer(read_plain_words(text))
    baits = [squash_text(match[0]) for match in found]
    if not baits:
        return False
    address = split_url_or_none(trace.url)
    host = (address.hostname if address else None) or ""
    site = squash_text(f"{trace.platform}{host}")
    return any(len(bait) < _SHORTEST_SITE_NAME or bait not in site for bait in baits)


def leads_to_chat(trace: Trace, text: str) -> bool:
    """Tell whether it leads to a chat, out of the network's sight, where shops take orders, too."""
    linked = any(map(_is_chat_link, trace.links))
    return linked or _says_more_than_site(Slang.CHATS, trace, text)


_CHAT_HOSTS = frozenset({"wa.me", "api.whatsapp.com", "chat.whatsapp.com", "t.me", "telegram.me"})


def _is_chat_link(link: str) -> bool:
    address = split_url_or_none(link)
    return address is not None and address.hostname in _CHAT_HOSTS


def build_appearance(trace: Trace, person: Person) -> Appearance:
    account, name = trace.kind is TraceKind.ACCOUNT, person.name
    shown = _extract_shown_name(trace, name) if account else ""
    written = (trace.bio or trace.snippet)[:_LONGEST_TEXT] if account else ""
    description = _strip_frames(written, f"{shown} {trace.handle} {trace.platform}")
    parts = (trace.name, trace.title, trace.bio, trace.snippet)
    text = "\n".join(part for part in parts if part)[:_LONGEST_TEXT]
    named_employers, names_place = count_named_employers(text, person), mentions_place(text, person)
    is_near = named_employers > 0 or names_place
    initials = account and (
        has_initials(trace, shown, person.school) or names_home(trace, shown, description, person)
    )
    handle = strip_assigned_code(trace.handle)
    fit = fit_name_to_handle(handle, name)
    # "clarksms": Clark, of Solvow Middle School.
    beside_name = fit.cover is not NameCover.NONE and is_initials(fit.residue, person.school)
    signs = read_mock_signs(trace, shown, description, person, is_near=is_near or initials)
    return Appearance(
        shown_name=shown,
        # Of accounts that call themselves after the school, those that name somebody.
        named_employers=named_employers or int(initials and (signs.in_text or beside_name)),
        names_place=names_place,
        handle_joins_school=beside_name and not fit.is_only_name,
        description=description,
        text=text,
        name_match=_match_shown_name(trace, shown, person, covered=fit.cover in FULL_NAME_COVERS)
        if account
        else match_mention(text, name),
        shares_name_word=bool(
            _collect_words(shown) & _collect_words(f"{name.full_name} {' '.join(name.nicknames)}")
        ),
        handle_fit=fit,
        handle_bits=sum(piece.bits for piece in weigh_handle(handle, name, load_census())),
        mock_signs=signs,
    )


def _strip_frames(written: str, shown: str) -> str:
    """Leave out what every network or engine says of every account: "Posts and photos by Jo Doe".

    Who wrote nothing is described so, and such words say nothing of where they live.
    """
    own = _collect_words(shown)
    sentences = ((one, _collect_words(one)) for one in _SENTENCES.findall(written))
    return "".join(
        one for one, words in sentences if not (words <= own | _OF_FRAMES and words & _OF_FRAMES)
    ).strip()


_SENTENCES = re.compile(r".+?(?:(?<!\b[DM][rs])(?<!\bMrs)[.!?·|\n](?=\s|\Z)|\Z)\s*", re.DOTALL)
_OF_FRAMES = frozenset(
    split_words(
        "add contact see view discover watch follow latest photo photos video videos posts profile "
        "profiles followers following facebook and from by of on the with s is are join to connect "
        "others you may know"
    )
)


def _extract_shown_name(trace: Trace, name: PersonName) -> str:
    # Where the handle follows, all before it is the name: "Maple High office - Doe (@doe)".
    before, at_handle, _ = trace.title.partition(f"(@{trace.handle})")
    # "Telegram: Contact @jdoe" and "Add jdoe on Snapchat" are how networks title a page: no name.
    titled = _strip_frames(_AFTER_NAME.split(trace.title)[0], f"{trace.handle} {trace.platform}")
    shown = (trace.name or (before if at_handle else titled)).strip()[:_LONGEST_NAME]
    return correct_family(split_joined_words(shown, name), name)


def _match_shown_name(
    trace: Trace, shown: str, person: Person, *, covered: bool
) -> NameMatch | None:
    """Compare the display name; where that is a pseudonym, look for the name in the rest.

    `covered` says that the handle holds the whole name.
    """
    name = person.name
    if is_disguised_name(shown, name):
        return NameMatch(level=MatchLevel.NEAR)
    agreed = match_display_name(shown, name)
    if (
        agreed.level is MatchLevel.DIFFERENT
        and _is_given_and_initial(shown, name.given)
        and covered
    ):
        return match_display_name(name.given, name)
    # "FIRE JANE DOE" is no form of a name.
    if agreed.level is not MatchLevel.EXACT and has_words_before_name(shown, name):
        agreed = match_mention(shown, name)
    # Around the name in "We hate Mrs. Doe" and "Doe Memes" there are words of others.
    if agreed.level is MatchLevel.DIFFERENT and (
        begins_with_title(shown)
        or addresses_family(shown, name)
        or has_mock_words(shown, name)
        or has_family_among_words(shown, person)
    ):
        agreed = match_mention(shown, name)
    one_word = len(shown.split()) == 1
    handle_again = one_word and squash_text(shown) == squash_text(extract_local_part(trace.handle))
    is_own_name = agreed.level is not MatchLevel.DIFFERENT and not handle_again
    if is_own_name or (len(split_words(shown)) > 1 and not handle_again):
        return agreed
    inside = match_mention(f"{trace.bio}\n{trace.snippet}"[:_LONGEST_TEXT], name)
    return inside if inside.is_whole else None


def _is_given_and_initial(shown: str, given: str) -> bool:
    """Tell whether it is the given name and an initial, which may be of a middle name."""
    *before, last = split_words(shown) or ("",)
    return len(last) == 1 and bool(before) and tuple(before) == split_words(given)


def _collect_words(text: str) -> frozenset[str]:
    return frozenset(split_words(text.replace("-", " ")))


# Shorter descriptions are alike by chance: "Teacher and mother of two".
SHORTEST_BIO = 30
_COPIED_RATIO = 80.0
_ADDED_RATIO = 90.0
_SHORTEST_SAME = 15


SOME_POSTS = 20
# Who pretends to be someone is found out, reported or bored within months.
NEW_WITHIN = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentInput:
    """`own_handles_here` are the person's on the trace's platform, `own_handles` all of theirs.

    `lookalike_here` is how the handle imitates one of those on the same platform,
    `lookalike_anywhere` one of theirs anywhere. `same_bio_accounts` are the own accounts whose
    description is repeated. `contacts` is what the matcher said of its contacts, where it was
    asked.
    """

    subject: Subject
    trace: Trace
    inventory: Inventory
    appearance: Appearance
    own_handles: frozenset[str]
    own_handles_here: frozenset[str]
    has_same_handle: bool
    lookalike_here: HandleLookalike | None
    lookalike_anywhere: HandleLookalike | None
    same_bio_accounts: tuple[Trace, ...]
    contacts: ContactMatchResult = UNFLAGGED

    @property
    def person(self) -> Person:
        return self.subject.person

    @property
    def is_account(self) -> bool:
        return self.trace.kind is TraceKind.ACCOUNT

    @property
    def is_bare_handle(self) -> bool:
        """Nothing is known of it but a handle."""
        return (
            self.is_account
            and self.appearance.name_match is None
            and not self.appearance.description
        )

    @property
    def has_lure(self) -> bool:
        return has_lure(self.trace, self.appearance.text)

    @property
    def wave_size(self) -> int:
        """Return how many people of the school got such an account; 0 if there is no wave."""
        return self.inventory.wave_sizes.get(self.trace.key, 0)

    @property
    def is_glimpse(self) -> bool:
        """Only a search engine showed it: neither how old it is, nor who follows it, nor a face."""
        trace = self.trace
        return not (trace.name or trace.bio or trace.created_at or trace.counts)

    @property
    def copies_username(self) -> bool:
        """The handle is a guise of one of theirs that was more than a name, or is on the network.

        So it is no chance that both are alike, wherever it says that it is.
        """
        looks = self.appearance
        found = self.lookalike_here or self.lookalike_anywhere
        if not (found and found.is_unmistakable and looks.shares_name_word):
            return False
        plain = looks.handle_covers_name and looks.handle_fit.is_only_name
        return bool(self.lookalike_here) or not plain

    @property
    def age(self) -> timedelta | None:
        """Return how old the account is; None where that is not known."""
        made_at, seen_at = self.trace.created_at, self.inventory.seen_at
        return seen_at - made_at if made_at and seen_at else None

    @property
    def is_lived_in(self) -> bool:
        """It has posted for a while, to as many as it follows."""
        counts = dict(self.trace.counts)
        posts, followers = counts.get("posts", 0), counts.get("followers", 0)
        return posts >= SOME_POSTS and followers > 0 and counts.get("following", 0) < 2 * followers

    @property
    def is_new_account(self) -> bool:
        return self.age is not None and self.age < NEW_WITHIN

    @property
    def has_like_handle(self) -> bool:
        """The handle and one of theirs are likelier one person's than not."""
        handle = self.trace.handle
        return any(
            sum(piece.bits for piece in weigh_handle_pair(handle, own, load_census())) > 0
            for own in self.own_handles
            if shares_letter_pair(handle, own)
        )

    @property
    def has_telltale_handle(self) -> bool:
        """The handle is one of the person's, and more than their name."""
        return self.has_same_handle and bool(
            not self.appearance.handle_covers_name or self.appearance.handle_fit.residue
        )

    @property
    def is_on_new_network(self) -> bool:
        """The person gave us no account on the same network."""
        return bool(self.trace.platform) and not self.own_handles_here

    @property
    def has_repeatable_bio(self) -> bool:
        """An own account has a description that could be repeated."""
        known = self.inventory.known_traces
        return any(len(fold_text(own.bio)) >= SHORTEST_BIO for own in known)


def repeats_bio(description: str, own: Trace) -> bool:
    """Tell whether an account describes itself in the words of an own one, or adds to them."""
    if not description or not own.bio:
        return False
    theirs, ours = fold_text(description), fold_text(own.bio)
    if min(len(theirs), len(ours)) < SHORTEST_BIO:
        return len(ours) >= _SHORTEST_SAME and theirs == ours
    added = len(theirs) > len(ours) and measure_overlap(theirs, ours, part=True) >= _ADDED_RATIO
    return added or measure_overlap(theirs, ours) >= _COPIED_RATIO


def build_input(subject: Subject, trace: Trace, inventory: Inventory) -> AssessmentInput:
    here = list_handles_on(trace.platform, subject, inventory)
    anywhere = list_all_handles(subject, inventory)
    look = build_appearance(trace, subject.person)
    return AssessmentInput(
        subject=subject,
        trace=trace,
        inventory=inventory,
        appearance=look,
        own_handles=anywhere,
        own_handles_here=here,
        has_same_handle=any(is_same_handle(trace.handle, handle) for handle in anywhere),
        lookalike_here=_choose_closest_lookalike(trace.handle, here, look),
        lookalike_anywhere=_choose_closest_lookalike(trace.handle, anywhere, look),
        same_bio_accounts=tuple(
            own for own in inventory.known_traces if repeats_bio(look.description, own)
        ),
    )


def _choose_closest_lookalike(
    handle: str, originals: Iterable[str], appearance: Appearance
) -> HandleLookalike | None:
    """Return the imitation that is hardest to explain otherwise.

    Under another name, a handle that is but spelt alike is spelt like that name.
    """
    chosen = strip_assigned_code(handle)
    found = (
        detect_lookalike(chosen, original)
        for original in map(strip_assigned_code, sorted(originals))
    )
    other_name = appearance.match_level is MatchLevel.DIFFERENT
    return max(
        (entry for entry in found if entry and (entry.is_unmistakable or not other_name)),
        key=lambda entry: (entry.is_deliberate, entry.likeness),
        default=None,
    )


def has_link_to(links: tuple[str, ...], trace: Trace) -> bool:
    """Tell whether one of the links leads to a trace: to its page, or to its account."""
    if not links:
        return False
    names = {canonicalize_url(trace.url), trace.key, *list_account_keys(trace)}
    return any(not names.isdisjoint(_list_link_keys(link)) for link in links)


def is_linked_both_ways(trace: Trace, own: Iterable[Trace]) -> bool:
    """Tell whether one of the own accounts and the trace link to each other."""
    return any(
        has_link_to(one_trace.links, trace) and has_link_to(trace.links, one_trace)
        for one_trace in own
    )


# The own accounts' links are looked at once for each trace.
@lru_cache(maxsize=4_096)
def _list_link_keys(link: str) -> frozenset[str]:
    return frozenset({canonicalize_url(link), *(key.casefold() for key in accounts_at(link))})
