"""Whose the rules say each kind of page is: `python -m tests.bench.kinds_of_pages` prints a table.

An invented district of 12 people. What students make about teachers is written after what student
newspapers and reporters describe, not after the lists of the rules: fan pages with edits, "tea" and
"shade room" accounts, confessions by form, accounts of people asleep, of outfits, parking, posture
and feet, ratings of who is "hottest" or "rudest", "slander", and since 2024 accounts under a
teacher's plain name that post lewd jokes. Sources: docs/developers/detection-figures.md.
"""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import Assessment, assess_trace
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.frequency import estimate_namesakes, load_census
from monitor.domain.person import Person, PersonName
from monitor.domain.private_details import Workplace, is_on_district_site
from monitor.domain.vocabulary import OwnershipLabel
from scrapers.models import Trace, TraceKind

VARIANTS = 60
SEED = 20261127
TOWN, STATE = "Tallgrass", "KS"
DISTRICT = Workplace(domains=frozenset({"tallgrass.example"}), names=("Tallgrass Public Schools",))
SCHOOLS = ("Tallgrass Middle School", "Prairie Hill High School", "Cottonwood Elementary School")
SHORT = {
    SCHOOLS[0]: ("Tallgrass Middle", "TMS", "tallgrass middle school"),
    SCHOOLS[1]: ("Prairie Hill High", "PHHS", "Prairie Hill HS"),
    SCHOOLS[2]: ("Cottonwood Elementary", "Cottonwood Elementary School", "cottonwood elementary"),
}
# Given name, family name, title, role: common and rare names, and some that are words of the rules.
STAFF = (
    *(("Maria", "Garcia", "Ms.", "Spanish teacher"), ("James", "Smith", "Mr.", "history teacher")),
    *(("Jennifer", "Johnson", "Mrs.", "librarian"), ("Emily", "Nguyen", "Ms.", "science teacher")),
    *(("Robert", "Miller", "Coach", "PE teacher"), ("Karen", "Whitfield", "Mrs.", "counselor")),
    *(("Ruth", "Quackenbush", "Mrs.", "math teacher"), ("Mei", "Fan", "Ms.", "art teacher")),
    *(("Thaddeus", "Wroblewicz", "Mr.", "band director"), ("Carla", "Daily", "Mrs.", "nurse")),
    *(("Ottilie", "Brannagh", "Miss", "English teacher"), ("Omar", "Haddad", "Dr.", "principal")),
)
OTHER_GIVENS = ("Walter", "Linda", "Susan", "George", "Helen", "Frank")
OTHER_TOWNS = ("Fernhaven, OR", "Coldport, ME", "Ironridge, TX", "Glenwick, GA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What fills the words of a text: a person, and how a page names them, their school and town.

    `near` names the school, shortens it, or names the town; in one page of five it is empty.
    """

    random: Random
    person: Person
    title: str
    near: str

    @property
    def given(self) -> str:
        return self.person.name.given

    @property
    def family(self) -> str:
        return self.person.name.family

    @property
    def full(self) -> str:
        return self.person.name.full_name

    @property
    def words(self) -> Mapping[str, str]:
        choose = self.random.choice
        title, family, given = self.title, self.family, self.given
        plain = title.rstrip(".").lower()
        return {
            "given": given,
            "family": family,
            "full": self.full,
            "title": title,
            "plain": plain,
            "near": self.near,
            "called": choose(
                (f"{title} {family}", f"{plain} {family.lower()}", f"{title}{family}")
            ),
            "initial": family[:1],
            "f": family.lower(),
            "g": given.lower(),
            "role": self.person.role,
            "school": self.person.school,
            "town": f"{TOWN}, {STATE}",
            "elsewhere": choose(OTHER_TOWNS),
            "other": choose(OTHER_GIVENS),
            "number": str(self.random.randrange(2, 99)),
            "s": "".join(word[0] for word in self.person.school.split()).lower(),
        }

    def fill(self, *texts: str) -> str:
        return self.random.choice(texts).format_map(self.words).strip()


def draw_person(random: Random) -> tuple[Person, str]:
    given, family, title, role = random.choice(STAFF)
    handle = random.choice((f"{given[0]}{family}", f"{given}.{family}", f"{family}_{given[:2]}27"))
    own = handle.lower()
    person = Person(
        id=f"staff-{family.lower()}",
        mail=f"{given[0]}{family}@tallgrass.example".lower(),
        zone="America/Chicago",
        name=PersonName(given=given, family=family),
        school=SCHOOLS[STAFF.index((given, family, title, role)) % 3],
        organization="Tallgrass Public Schools",
        role=role,
        places=(f"{TOWN}, {STATE}",),
        handles=(own,),
        accounts=(f"instagram:@{own}",),
    )
    return person, title


def draw_shown(random: Random) -> Shown:
    person, title = draw_person(random)
    named = (person.school, *SHORT[person.school], f"{TOWN} {STATE}")
    return Shown(
        random=random,
        person=person,
        title=title,
        near=random.choice(named) if random.random() < 0.8 else "",
    )


def account(shown: Shown, platform: str, handle: str, name: str, bio: str) -> Trace:
    """Show an account as its own page does, or, one time in two, as a search result does."""
    handle = handle.replace(" ", "")
    site = {"tiktok": "TikTok", "x": "X", "linkedin": "LinkedIn"}.get(platform, platform.title())
    seen = shown.random.random() < 0.5
    return Trace(
        key=f"{platform}.example/{handle}",
        kind=TraceKind.ACCOUNT,
        url=f"https://{platform}.example/@{handle}",
        account=f"{platform}:@{handle}",
        handle=handle,
        name=name if seen else "",
        bio=bio if seen else "",
        title="" if seen else f"{name} (@{handle}) | {site}",
        snippet="" if seen else bio,
    )


def page(shown: Shown, host: str, title: str, snippet: str) -> Trace:
    address = f"https://{host}/{shown.random.randrange(10**6)}"
    return Trace(
        key=address.removeprefix("https://"),
        kind=TraceKind.PAGE,
        url=address,
        title=title,
        snippet=snippet,
    )


# Without that of the declared account, where another one of the same handle would be the same.
NETWORKS = ("tiktok", "threads", "x", "reddit", "snapchat")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountKind:
    """Handles, names and bios of one kind of account, each to be filled for a person."""

    handles: tuple[str, ...]
    names: tuple[str, ...]
    bios: tuple[str, ...]
    networks: tuple[str, ...] = NETWORKS

    def __call__(self, shown: Shown) -> Trace:
        return account(
            shown,
            shown.random.choice(self.networks),
            shown.fill(*self.handles),
            shown.fill(*self.names),
            shown.fill(*self.bios),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKind:
    hosts: tuple[str, ...]
    titles: tuple[str, ...]
    snippets: tuple[str, ...]

    def __call__(self, shown: Shown) -> Trace:
        return page(
            shown,
            shown.random.choice(self.hosts),
            shown.fill(*self.titles),
            shown.fill(*self.snippets),
        )


def show_declared(shown: Shown) -> Trace:
    own = shown.person.handles[0]
    return account(shown, "instagram", own, shown.full, shown.fill("{role}. {near}", "Dogs.", ""))


def show_lookalike(shown: Shown) -> Trace:
    """Copy the handle of the declared account with a small change, and add a lure."""
    own = shown.person.handles[0]
    changed = shown.random.choice((f"{own}_", f"{own}1", f"real{own}", own.replace("l", "1") + "_"))
    lure = shown.fill(
        "Need a favor, can you pick up some Apple gift cards for the class? {near}",
        "New page, old one got hacked. {near} Cash App for the field trip $tallgrass{number}",
        "I turned $300 to $3,000 with bitcoin. Ask me how! {near}",
        "Giveaway for parents of {near}. Send a message on WhatsApp.",
        "Collecting for a sick student. Zelle only. {near}",
        "Teacher side hustle: dm me to start earning from home. {near}",
    )
    return account(shown, "instagram", changed, shown.full, lure)


OWN_UNDECLARED = AccountKind(
    handles=("{g}{f}", "{g}.{f}{number}", "{f}{g}", "{g}_reads{number}", "{f}family{number}"),
    names=("{full}", "{given} {initial}.", "{title} {family}", "{full}"),
    bios=(
        "{role}, {near}. Mom of two.",
        "Coffee, dogs and books. {near}",
        "{near} {role}. Opinions mine.",
        "Runner. {town}",
        "Proud fan of the Tallgrass Titans. {near}",
        "Teacher memes and coffee. {near}",
        "I hate mondays. {role}, {near}",
        "",
    ),
)
CLASSROOM = AccountKind(
    handles=("{plain}{f}class", "{plain}.{f}.teaches", "{f}sclassroom", "room{number}_{f}"),
    names=("{title} {family}'s Class", "{title} {family}", "{title} {family} Teaches", "{called}"),
    bios=(
        "Welcome to our class! {near}. Homework and reminders.",
        "{role} at {school}. Follow for class updates.",
        "Learning out loud with my 6th graders. {near}",
        "Third grade fun, one day at a time. {near}",
        "Period 2, 4 and 6: due dates and study guides. {near}",
        "Where first graders shine. {near}. Amazon wish list below.",
        "Submit your projects by Friday. {near} Google Classroom code in class.",
        "Class of 2031 growing readers. {near}",
        "Teaching ideas, freebies and TpT finds. {near}",
        "Quote of the day from our classroom. {near}",
    ),
)
# What a teacher runs or cheers for without being mocked.
HARMLESS = AccountKind(
    handles=("titansboosters", "{f}_titansfan", "coach{f}hoops", "{f}farm", "tallgrass.band"),
    names=(
        "Tallgrass Band Boosters",
        "{title} {family} | Titans superfan",
        "Coach {family} Basketball",
        "{family} Family Farm",
        "{full} - Titans fan",
        "{title} {family}'s Book Club",
        "{title} {family} Science Club",
        "{family} Photography",
        *("Tea with {title} {family}", "{title} {family} Updates", "{title} {family}'s Art Room"),
        *("{title} {family} outfits", "Stan {family}", "{title} {family} Memories"),
    ),
    bios=(
        "Supporting {near} since 1998. Concession stand helpers needed.",
        "Go Titans! Biggest fans in the league. {near}",
        "Game days, scores and highlights. {near}",
        "Run by parents of {near}. Directed by {called}",
        "Eggs, honey and pumpkins. {town}",
        "Student council advisor {called}. Spirit week info. {near}",
        "Students and fans welcome. Tickets at the door. {near}",
        "Submit your photos for the yearbook! {near}",
        "Daily science facts. {near}",
        "Late submissions lose points. {near}",
        "Send us your pictures from the field trip! {near}",
        "Teacher outfits of the day and memes about grading. {near}",
        "Anonymous question box: ask in room {number}. {near}",
        "Tell us your favorite story about reading. {near}",
    ),
)
FAN = AccountKind(
    handles=("{plain}{f}edits", "{f}stan", "{plain}{f}lover{number}", "weluv{f}", "{f}.updates"),
    names=(
        *("{called} edits", "{called} stan acc", "{called} supremacy", "we love {called}"),
        *("{called} fp", "{called} fan page", "{family} nation", "{called} enthusiasts"),
    ),
    bios=(
        *("not {called}!! just her biggest stans {near}", "edits of our fav teacher {near}"),
        *("for the love of {called}. {near} period 4", "{near} goat. dm pics to be posted"),
        "she/they run this school. {near} | not run by staff",
    ),
)
MEME = AccountKind(
    handles=("{f}.memez", "{plain}{f}slander", "{f}outofpocket", "{plain}{f}lackin", "{f}_core"),
    names=(
        *("{called} slander", "{called} memez", "{called} lackin", "{called} out of pocket"),
        *("{called}core", "{called} moments", "{called} but funny", "{called} sightings"),
    ),
    bios=(
        *("dm submissions. {near}", "{near} 7th hour certified. all in good fun dont snitch"),
        *("satire!! plz dont report {near}", "posting every L {called} takes {near}"),
        "caught in 4k. send ur pics. {near}",
    ),
)
CONFESSIONS = AccountKind(
    handles=("{f}.tea", "{plain}{f}tea", "{f}shaderoom", "confess.{plain}{f}", "{f}_spill"),
    names=(
        *("{called} tea", "{called} shade room", "{called} confess", "{called} spill"),
        *("what {called} did today", "{called} secrets", "tea on {called}"),
    ),
    bios=(
        *("anonymous. form in bio. {near}", "{near} tea. dms open, always anon"),
        *("send ur tea abt {called}, u stay anonymous {near}", "tell us ur worst {called} story"),
        "google form below, nothing is off limits {near}",
    ),
)
HATE = AccountKind(
    handles=("fire{plain}{f}", "anti{f}", "{f}sucks", "{plain}{f}_hateclub", "no1likes{f}"),
    names=(
        *("fire {called}", "anti {called}", "{called} sucks", "{called} h8 page"),
        *("{called} worst teacher ever", "get {called} fired", "we cant stand {called}"),
    ),
    bios=(
        *("worst teacher at {near}", "{near}. like if she failed u 4 no reason"),
        *("petition to get her out of {near}", "{called} is a joke. {near}"),
        "for everyone who had to sit thru her class {near}",
    ),
)
BURN_BOOK = AccountKind(
    handles=("{f}ranked", "burn.book.{f}", "{plain}{f}slumped", "{f}fitchecks", "{f}.feet"),
    names=(
        *("{called} burnbook", "{called} fit check", "{called} slumped", "rating {called}'s fits"),
        *("{called} bad parking", "{called} posture check", "hottest teachers: {called}"),
    ),
    bios=(
        *("rating every outfit {near}", "send in pics, we wont say who {near}"),
        *("{near} regina george era", "1-10 in the comments. {near}"),
        "anon submissions only {near}",
    ),
)
# Slang of which no word is in the lists of the rules, so that new words are measured, too.
NEW_SLANG = AccountKind(
    handles=("{plain}{f}aura", "{f}rizz", "yap{plain}{f}", "{f}.sus", "{plain}{f}delulu"),
    names=(
        *("{called} aura", "{called} yap", "delulu {called}", "{called} sus", "{called} rizz"),
        *("{called} propaganda", "{called} ate", "is {called} ok", "{called} npc behavior"),
    ),
    bios=(
        *("{near} 3rd per", "no cap she trips every day {near}", "aura points daily. {near}"),
        *("iykyk {near}", "{near} 27s", "minus 10000 aura. {near}", "bro said pop quiz {near}"),
    ),
)
# Accounts under a plain name with lewd or drug jokes, as in the cases of 2006, 2007 and 2024.
LEWD_NAME = AccountKind(
    handles=("{g}.{f}", "{g}{f}0", "{plain}{f}xo", "{g}_{f}_real"),
    names=("{full}", "{called}", "{full}", "{given} {family}"),
    bios=(
        *("i like em young. {near}", "smoke w me after school {near}", "big steroid freak {near}"),
        *("sleeping w the whole staff of {near}", "beer keg behind my desk. {near}"),
        "hit me up for answers and nudes {near}",
    ),
)
LEWD_PAGE = AccountKind(
    handles=("{g}{f}xx", "{g}.{f}", "{plain}{f}", "{f}uncensored"),
    names=("{full}", "{called}", "{given} {family} VIP"),
    bios=(
        *("Teacher by day. Subscribe for exclusive content.", "naughty teacher. {near}"),
        *("18+ only, new posts daily. {town}", "Your favorite teacher. Free trial this week"),
    ),
    networks=("onlyfans",),
)
NAMESAKE_STAR = AccountKind(
    handles=("{g}{f}fans", "{g}{f}music.fans", "team{g}{f}"),
    names=("{full} Fan Club", "{full} Fans", "{full} Updates"),
    bios=(
        *("News on the singer {full}. Not affiliated.", "Tour dates of {full} and the Lanterns"),
        *("All goals of striker {full}", "Fan account of the actor {full}. {elsewhere}"),
    ),
)
PAYMENT = AccountKind(
    handles=("{g}-{f}", "{g}{f}", "{f}{g}{number}"),
    names=("{full}",),
    bios=("Venmo | Pay {full}", "Pay {full} with PayPal.Me", "@{g}-{f} on Venmo. {town}", ""),
    networks=("venmo", "paypal"),
)
LINKEDIN = AccountKind(
    handles=("{g}-{f}-{number}", "{g}{f}", "{g}-{f}"),
    names=("{full}", "{full}, M.Ed."),
    bios=(
        *("{role} at {school}. {town}. 312 connections", "{role} - Tallgrass Public Schools"),
        "Experience: {school}. Location: Tallgrass. 80 connections on LinkedIn.",
    ),
    networks=("linkedin",),
)
MUGSHOT = PageKind(
    hosts=("mugs.example", "arrests.example", "tallgrassledger.example"),
    titles=(
        *("{full} Mugshot", "{full} - Booking Photo", "Arrest log: {full}", "{full} | Inmate"),
        *("{full} charged with DUI", "Police blotter", "{full}, 41, booked into county jail"),
        "{family}, {given} - Recent Bookings",
    ),
    snippets=(
        "{full}, {town}. Booked Friday on a charge of theft.",
        "{full} of {town} was taken into custody, deputies said.",
        "{given} {family}, {town}. Bond: $2,500. Charges: possession.",
        "Deputies said {full}, a resident of Tallgrass, pleaded guilty to fraud.",
        "{full} of {elsewhere} was cited for driving under the influence.",
    ),
)
OBITUARY = PageKind(
    hosts=("memorials.example", "funerals.example", "tallgrassledger.example"),
    titles=(
        *(
            "{other} {family} Obituary",
            "{other} J. {family}, 82, of {town}",
            "In memory of {other}",
        ),
        *("{other} {family} - Obituary & Service", "Remembering {other} {family}", "Obituaries"),
    ),
    snippets=(
        "{other} passed away Monday. Survived by a child, {full} of {town}, and three siblings.",
        "{other} {family} is survived by {full} ({town}) and preceded in death by a sister.",
        "Beloved parent of {full}, a {role} at {school}. Visitation at First Church, {town}.",
        "Funeral services for {other} {family} of {town}. Children: {full} and Paul {family}.",
    ),
)
DENTIST = PageKind(
    hosts=("dentistfinder.example", "homes.example", "docs.example"),
    titles=(
        *("Dr. {full}, DDS | {town}", "{full}, Realtor - {town}", "{full} - Family Dentistry"),
        *("{full} | Real Estate Agent", "{full}, Attorney at Law", "{full}, DMD"),
    ),
    snippets=(
        "{full} is a dentist in {town}. Book an appointment.",
        "Buy or sell your home with {full}, licensed realtor in {town}.",
        "{full} practices law in {town}. Free consultation.",
        "Dr. {full} and team: cleanings, crowns and implants. {elsewhere}",
        "{full}, DDS, accepts new patients at 12 Main Street, {town}.",
        "Top-rated agent {full} has sold 40 homes in {town}.",
    ),
)
DISTRICT_PAGE = PageKind(
    hosts=("www.tallgrass.example", "tms.tallgrass.example", "tallgrass.example"),
    titles=("Staff Directory", "{school} - Faculty", "Board minutes", "{full} - Teacher Page"),
    snippets=("{full}, {role}, {school}", "{family}, {given} | {role}", "Motion to hire {full}."),
)
NEWS = PageKind(
    hosts=("tallgrassledger.example", "news.example"),
    titles=("{school} teacher wins grant", "{full} named teacher of the year", "School news"),
    snippets=(
        "{full}, {role} at {school}, was honored by the board on Monday.",
        "{school}: {full} and her class planted 200 trees in {town}.",
    ),
)
RACE = PageKind(
    hosts=("racetimes.example", "runs.example"),
    titles=("Prairie 10K results", "{full} - race results", "Titan Trot 5K"),
    snippets=(
        "112 {full} {town} F40-44 52:31",
        "{full}, Tallgrass KS, 27:14",
        "{family} {given} 51",
    ),
)
PEOPLE_SEARCH = PageKind(
    hosts=("peoplelook.example", "whofinder.example", "addressbook.example"),
    titles=("{full} in {town} - Phone & Address", "{full}, {town} | Records", "{full} (43)"),
    snippets=(
        "{full} lives at [removed], {town}. Phone [removed]. Relatives: {other} {family}.",
        "Found 3 records for {full} in {town}. Age 43, phone, address and relatives.",
        "View {full}'s phone number and email. Also lived in {elsewhere}.",
    ),
)
RATING = PageKind(
    hosts=("rateteach.example", "gradeteachers.example"),
    titles=("{full} at {school} - Ratings", "{title} {family} ratings", "{school} reviews"),
    snippets=(
        "{full} teaches at {school}. 3.1 of 5. Hard tests, boring.",
        "{called}, {school}, {town}: 12 ratings. Worst class ever.",
    ),
)

Builder = Callable[[Shown], Trace]
KINDS: Mapping[str, Builder] = {
    "own, declared": show_declared,
    "own, undeclared": OWN_UNDECLARED,
    "classroom": CLASSROOM,
    "boosters, sports fans, clubs": HARMLESS,
    "fan page": FAN,
    "memes, slander": MEME,
    "confessions, tea": CONFESSIONS,
    "hate": HATE,
    "burn book, ratings": BURN_BOOK,
    "new slang": NEW_SLANG,
    "lewd account in the name": LEWD_NAME,
    "adult page in the name": LEWD_PAGE,
    "look-alike with a lure": show_lookalike,
    "fans of a famous namesake": NAMESAKE_STAR,
    "payment page": PAYMENT,
    "work profile": LINKEDIN,
    "mugshot, arrest": MUGSHOT,
    "a relative's obituary": OBITUARY,
    "dentist, realtor, lawyer": DENTIST,
    "page of the district": DISTRICT_PAGE,
    "news about the teacher": NEWS,
    "race results": RACE,
    "people search": PEOPLE_SEARCH,
    "ratings of teachers": RATING,
}
MOCKED = ("fan page", "memes, slander", "confessions, tea", "hate", "burn book, ratings")
NEW = "new slang"
LEWD = ("lewd account in the name", "adult page in the name")
LURED = "look-alike with a lure"
HARMLESS_KINDS = ("own, undeclared", "classroom", "boosters, sports fans, clubs")
OF_OTHERS = ("mugshot, arrest", "a relative's obituary", "dentist, realtor, lawyer")
RAISED = (OwnershipLabel.MOCK, OwnershipLabel.IMPERSONATION, OwnershipLabel.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How often each label was said of one kind of page, and of which.

    `near_counts` counts those alone that name the school or town.
    """

    counts: Counter[str] = field(default_factory=Counter)
    near_counts: Counter[str] = field(default_factory=Counter)
    pages: dict[str, list[tuple[Person, Trace]]] = field(default_factory=dict)

    def count(self, *labels: OwnershipLabel) -> int:
        return sum(self.counts[label] for label in labels)

    @property
    def whole(self) -> int:
        return self.counts.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many pages of some kinds got one of some labels; `near` of those that name a place."""

    said: int
    whole: int
    said_near: int
    whole_near: int

    @property
    def rate(self) -> float:
        return self.said / self.whole

    @property
    def near_rate(self) -> float:
        return self.said_near / self.whole_near


def compute_share(
    measured: Mapping[str, Said], kinds: Sequence[str], labels: Sequence[OwnershipLabel] = RAISED
) -> Share:
    of_kinds = [measured[kind] for kind in kinds]
    return Share(
        said=sum(kind.count(*labels) for kind in of_kinds),
        whole=sum(kind.whole for kind in of_kinds),
        said_near=sum(kind.near_counts[label] for kind in of_kinds for label in labels),
        whole_near=sum(kind.near_counts.total() for kind in of_kinds),
    )


DISTRICT_SITE = "district"


def tell_label(shown: Shown, trace: Trace) -> str:
    """Assess as the product does: what is on the district's site is never a question."""
    if not trace.account and is_on_district_site(trace, DISTRICT):
        return DISTRICT_SITE
    return assess_page(shown, trace).label


def assess_page(shown: Shown, trace: Trace) -> Assessment:
    person = shown.person
    own = show_own_account(person)
    subject = Subject(person=person, commonness=estimate_namesakes(person.name, load_census()))
    inventory = Inventory(own_traces=(own,))
    return assess_trace(subject, trace, inventory, None, load_own_weights())


def show_own_account(person: Person) -> Trace:
    handle = person.handles[0]
    return Trace(
        key=f"instagram.example/{handle}",
        kind=TraceKind.ACCOUNT,
        url=f"https://instagram.example/@{handle}",
        account=f"instagram:@{handle}",
        handle=handle,
        name=person.name.full_name,
    )


def measure(number: int = VARIANTS, seed: int = SEED) -> Mapping[str, Said]:
    return {kind: measure_kind(kind, number, seed) for kind in KINDS}


def measure_kind(kind: str, number: int = VARIANTS, seed: int = SEED) -> Said:
    random = Random(f"{kind}{seed}")  # noqa: S311  # the same pages for the same seed
    said = Said()
    for _ in range(number):
        shown = draw_shown(random)
        trace = KINDS[kind](shown)
        label = tell_label(shown, trace)
        said.counts[label] += 1
        said.near_counts[label] += bool(shown.near)
        said.pages.setdefault(label, []).append((shown.person, trace))
    return said


COLUMNS = (*(ownership_label.value for ownership_label in OwnershipLabel), DISTRICT_SITE)


def describe(measured: Mapping[str, Said]) -> Iterator[str]:
    yield f"{'':30}" + "".join(f"{column:>14}" for column in COLUMNS)
    for kind, said in measured.items():
        yield f"{kind:30}" + "".join(f"{said.counts[column] or '':>14}" for column in COLUMNS)
    for name, kinds in (
        ("mocked", MOCKED),
        ("new slang", (NEW,)),
        ("lewd", LEWD),
        ("lured", (LURED,)),
    ):
        share = compute_share(measured, kinds)
        yield (
            f"{name}: {share.rate:.1%} of {share.whole} flagged or asked; of those that name the "
            f"school or town {share.near_rate:.1%} of {share.whole_near}"
        )
    false = compute_share(measured, HARMLESS_KINDS, (OwnershipLabel.MOCK,))
    yield f"harmless: {false.said} of {false.whole} called a mock account"


def show_pages(said: Said, labels: Sequence[str]) -> Iterator[str]:
    for label in labels:
        for person, found in said.pages.get(label, []):
            texts = (found.handle, found.name or found.title, found.bio or found.snippet)
            yield f"  {label}: {person.name.full_name}: {' / '.join(texts)}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.bench.kinds_of_pages")
    parser.add_argument("--number", type=int, default=VARIANTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--show", nargs="*", default=(), metavar="LABEL")
    asked = parser.parse_args(arguments)
    measured = measure(asked.number, asked.seed)
    for line in describe(measured):
        sys.stdout.write(f"{line}\n")
    for kind, said in measured.items() if asked.show else ():
        sys.stdout.write("\n".join((kind, *show_pages(said, asked.show), "")))


if __name__ == "__main__":
    main()
