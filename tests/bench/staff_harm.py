"""What is made about school staff since 2024, and what merely looks like it: a second set of kinds.

    python -m tests.bench.staff_harm

prints, for each kind, how much of it is flagged, asked about, or passed over in silence: as a
profile of a network shows it, and as a search engine does, without dates, counts and pictures.
Names, words and ages follow public accounts of such cases. The lists of the rules were extended by
who wrote these kinds, so only words in no list say how new ones fare.
"""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.frequency import estimate_namesakes, load_census
from monitor.domain.vocabulary import OwnershipLabel
from scrapers.models import Trace, TraceKind
from tests.bench.kinds_of_pages import Shown, draw_shown, show_own_account

SEED = 20261130
NUMBER = 60
NOW = datetime(2026, 11, 30, tzinfo=UTC)
NEW, OLD = (5, 300), (400, 2200)
NETWORKS = ("tiktok", "threads", "x", "snapchat", "youtube")
SITES = {"tiktok": "TikTok", "x": "X", "youtube": "YouTube"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmKind:
    """Handles, names and bios of one kind; `ages` are its youngest and oldest, in days.

    `made` says that others made it about the person; `always_near` that it always names the school
    or town.
    """

    handles: tuple[str, ...]
    names: tuple[str, ...]
    bios: tuple[str, ...]
    ages: tuple[int, int] = NEW
    made: bool = True
    always_near: bool = False
    counts: tuple[int, int] = (5, 300)

    def draw(self, random: Random) -> tuple[Shown, Trace]:
        shown = draw_shown(random)
        if self.always_near and not shown.near:
            shown = replace(shown, near=shown.person.school)
        platform = random.choice(NETWORKS)
        handle = shown.fill(*self.handles).replace(" ", "")
        followers = random.randrange(*self.counts)
        trace = Trace(
            key=f"{platform}.example/{handle}",
            kind=TraceKind.ACCOUNT,
            url=f"https://{platform}.example/@{handle}",
            account=f"{platform}:@{handle}",
            handle=handle,
            name=shown.fill(*self.names),
            bio=shown.fill(*self.bios),
            created_at=NOW - timedelta(days=random.randrange(*self.ages)),
            counts=(
                *(("followers", followers), ("following", followers // 2)),
                ("posts", random.randrange(1, 60)),
            ),
        )
        return shown, trace


def view_in_search(trace: Trace) -> Trace:
    """Show an account as a search engine does."""
    site = SITES.get(trace.platform, trace.platform.title())
    return replace(
        trace,
        name="",
        bio="",
        title=f"{trace.name} (@{trace.handle}) | {site}",
        snippet=trace.bio,
        created_at=None,
        counts=(),
    )


FAMILY_AND_WORD = HarmKind(
    handles=("{f}edits", "{f}.burner", "{f}lore", "freaky{f}", "not{f}", "{f}core", "{f}isms"),
    names=(
        *("{family} edits", "{family} burner", "{family} lore", "freaky {family}", "not {family}"),
        *("{family}isms", "ai {plain} {f}", "{f} core", "{family} sora", "evil {family}"),
        *("{family} glazers", "bring back {f}", "{family} jumpscare", "{family} hive"),
    ),
    bios=(*("{near}", "", "{near} 28", "all vids are ai {near}", "we know ur reading this"), ""),
)
MISSPELLED = HarmKind(
    handles=("mrz{f}", "mistah{f}", "missus.{f}", "{f}teach", "profe.{f}"),
    names=("mrz {family}", "Mistah {family}", "missus {f}", "profe {family}", "misses {family}"),
    bios=("{near}", "", "{near} fr", "pop quiz rn {near}", "detention 4 all"),
)
NAMED_IN_TEXT = HarmKind(
    handles=("{s}tea", "{s}.confessions", "exposed.{s}", "{s}_fights", "{s}crushes", "{s}.shade"),
    names=(
        *("{s} tea", "{s} confessions", "{s} exposed", "{s} fights", "{s} opps", "the {s} report"),
        *("{s} drama page", "secrets of {s}", "{s} shaderoom", "anon {s}"),
    ),
    bios=(
        *("{called} caught lackin again. {near}", "dms open. next up: {called} {near}"),
        *("today {full} cried in class {near}", "who has pics of {called}?? {near}"),
        *("{near}. submit ur tea abt {full}", "{called} ratio. {near}. not affiliated w school"),
    ),
    always_near=True,
)
DOXXING = HarmKind(
    handles=("{s}addys", "drop.{s}", "{s}leaks", "pullup{s}"),
    names=("{s} addys", "drop the addy", "{s} leaks", "pull up szn"),
    bios=(
        "{full} {near} lives on [street address]. pull up",
        "call {called} after hours [phone number] {near}",
        "{full}, {near}. her house: [street address]",
        "doxxing {called} first, {near} staff next",
    ),
    always_near=True,
)
QUIET = HarmKind(
    handles=("{g}.{f}", "{g}{f}0", "real{g}{f}", "{plain}.{f}"),
    names=("{full}", "{title} {family}", "{full}", "{given} {family}"),
    bios=("",),
)
OLD_FAKE = replace(QUIET, ages=OLD, bios=("", "lol", "{near}", "best teacher ever {near}"))
LEWD_ES = HarmKind(
    handles=("profe{f}", "maestra.{f}", "{f}.memes", "quemados{s}", "{f}oficial"),
    names=(
        *("memes de la profe {family}", "profe {family} quemada", "la maestra {family} ardida"),
        *("odiamos al profe {family}", "chismes de {family}", "confesiones {family}"),
        *("profe {family} sin filtro", "frases de {family}", "no soy la profe {family}"),
    ),
    bios=("{near}", "manda tu chisme, es anonimo. {near}", "pura burla {near}", "", "{near} 3B"),
)
LURE_ES = HarmKind(
    handles=("{g}{f}", "{g}.{f}2", "{f}{g}"),
    names=("{full}",),
    bios=(
        *("Cuenta nueva, me hackearon la otra. {near}", "Gana dinero desde casa, escribeme"),
        *("Necesito tarjetas de regalo para la clase {near}", "Rifa para padres, mandame whatsapp"),
        "Inversiones y bitcoin, pregunta por privado. {near}",
    ),
)
HIDDEN_LESSON = HarmKind(
    handles=("{plain}{f}memes", "{f}.quotes", "{plain}.{f}.slander"),
    names=("{called} memes", "{called} quotes", "{called} slander"),
    bios=("my students hate me. homework every day {near}", "welcome to my class (jk) {near}"),
)
CLUB = HarmKind(
    handles=("{s}chess", "{s}.robotics", "{s}yearbook", "{s}drama", "{s}band", "{s}_stuco"),
    names=(
        *("{s} Chess Club", "{s} Robotics", "{s} Yearbook", "{s} Drama", "{s} Band Boosters"),
        *("{s} Student Council", "{s} Library", "{s} Tea and Books Club", "{s} Fight Song"),
    ),
    bios=(
        *("Advisor: {called}. {near}", "Meets Tuesdays with {called}. {near}", "{near} {called}"),
        *("Directed by {full}. {near}", "Sponsor {full}. Dates and scores. {near}"),
        "Tickets at the door. Questions? Ask {called}. {near}",
    ),
    made=False,
    always_near=True,
    ages=(5, 2200),
)
FAMILY_BUSINESS = HarmKind(
    handles=("{f}farm", "{f}photo", "{f}plumbing", "{f}realty", "{f}baseball", "the{f}s"),
    names=(
        *("{family} Farm", "{family} Photography", "{family} Plumbing", "{family} Realty"),
        *("The {family} Family", "{family} & Sons", "{family} Baseball Academy", "{family} Law"),
    ),
    bios=("{town}", "Since 1974. {elsewhere}", "Call for prices", "", "{elsewhere}"),
    made=False,
    ages=(5, 4000),
)
NAMESAKE = HarmKind(
    handles=("{g}{f}", "{g}.{f}{number}", "{f}{g}", "{g}_{f}"),
    names=("{full}",),
    bios=(
        *("{elsewhere}", "", "nurse. {elsewhere}", "mom, runner, reader", "lakes and dogs"),
        *("engineer {elsewhere}", "19. {elsewhere}", "God first", "photos of birds"),
    ),
    made=False,
    ages=(5, 4500),
)
RELATIVE = replace(
    NAMESAKE, names=("{other} {family}",), handles=("{f}{number}", "the{f}"), bios=("{town}", "")
)

KINDS: Mapping[str, HarmKind] = {
    "family name and a word": FAMILY_AND_WORD,
    "misspelled title": MISSPELLED,
    "named in the text": NAMED_IN_TEXT,
    "doxxing account": DOXXING,
    "quiet, new": QUIET,
    "quiet or terse, old": OLD_FAKE,
    "Spanish mocks": LEWD_ES,
    "Spanish lures": LURE_ES,
    "mock with classroom words": HIDDEN_LESSON,
    "club that names its advisor": CLUB,
    "family business": FAMILY_BUSINESS,
    "namesake": NAMESAKE,
    "relative": RELATIVE,
}
FLAGGED = frozenset({OwnershipLabel.IMPERSONATION, OwnershipLabel.MOCK})


def assess(shown: Shown, trace: Trace) -> str:
    person = shown.person
    subject = Subject(person=person, commonness=estimate_namesakes(person.name, load_census()))
    inventory = Inventory(own_traces=(show_own_account(person),), seen_at=NOW)
    label = assess_trace(subject, trace, inventory, None, load_own_weights()).label
    if label in FLAGGED:
        return "flagged"
    return "asked" if label is OwnershipLabel.UNKNOWN else "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How often each outcome was met, as a network shows the accounts and as an engine does."""

    profile: Counter[str] = field(default_factory=Counter)
    search: Counter[str] = field(default_factory=Counter)


def measure(number: int = NUMBER, seed: int = SEED) -> Mapping[str, Outcomes]:
    return {kind: measure_kind(kind, number, seed) for kind in KINDS}


def measure_kind(kind: str, number: int = NUMBER, seed: int = SEED) -> Outcomes:
    random = Random(f"{kind}{seed}")  # noqa: S311  # the same accounts for the same seed
    found = Outcomes()
    for _ in range(number):
        shown, trace = KINDS[kind].draw(random)
        found.profile[assess(shown, trace)] += 1
        found.search[assess(shown, view_in_search(trace))] += 1
    return found


def compute_shares(measured: Mapping[str, Outcomes], *, made: bool) -> Mapping[str, Counter[str]]:
    """Add up what others made, or the innocent kinds, by view."""
    of_kind = [found for kind, found in measured.items() if KINDS[kind].made is made]
    return {
        "profile": sum((found.profile for found in of_kind), Counter()),
        "search": sum((found.search for found in of_kind), Counter()),
    }


OUTCOMES = ("flagged", "asked", "silent")


def describe(measured: Mapping[str, Outcomes]) -> Iterator[str]:
    yield f"{'':30}{'as a network shows it':>30}{'as an engine shows it':>30}"
    yield f"{'':30}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES) * 2
    for kind, found in measured.items():
        numbers = (found.profile[outcome] for outcome in OUTCOMES)
        searched = (found.search[outcome] for outcome in OUTCOMES)
        yield f"{kind:30}" + "".join(f"{number:>10}" for number in (*numbers, *searched))
    for made in (True, False):
        for view, counts in compute_shares(measured, made=made).items():
            shares = ", ".join(
                f"{counts[outcome] / counts.total():.1%} {outcome}" for outcome in OUTCOMES
            )
            yield f"{'made by others' if made else 'innocent'}, {view}: {shares}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.bench.staff_harm")
    parser.add_argument("--number", type=int, default=NUMBER)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(arguments)
    for line in describe(measure(asked.number, asked.seed)):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
