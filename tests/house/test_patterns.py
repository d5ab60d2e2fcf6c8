"""No text makes a pattern slow: each takes steps in proportion to the text, and no more.

Every pattern of the product is tried, whoever writes what it meets: a text that was ours yesterday
may come from outside tomorrow.
"""

import ast
import re
from functools import cache

import pytest

from monitor.domain.detection.slang import Slang, load_slang_pattern
from monitor.domain.vocabulary import Language
from reports.reason_rendering import load_words
from scrapers.parsers.block_detection import BLOCK_HEADERS, BLOCK_TITLES, BLOCK_URLS, VACANT_MARKS
from scrapers.search_results import OPAQUE_POSTS
from scrapers.sites.catalog import load_own_catalog
from scrapers.urls.canonical import WRAPPERS
from scrapers.urls.platforms import PLATFORMS
from tests.house.backtracking import StepCounter, TooManyStepsError, parse_pattern
from tests.house.patterns import FUNCTIONS, FoundPattern, collect_patterns
from tests.house.pumping import Attack, derive_attacks
from tests.house.tree import PACKAGES, place, python_files, walked
from tests.rows import over_rows
from tests.scrapers.known_sources import written_sources

# A linear pattern stays far below. The real matcher takes 10 to 30 ns a step.
MOST_STEPS_PER_LETTER = 100
FEW_PUMPS, MANY_PUMPS = 4, 40
SHARES = 3
# What the counter is tried on besides what the patterns themselves suggest.
TRIED_WITH = ("", "a", "aab", "12-34 ab", "Rosa (Rosie) Delgado", "x@y.example  on  Site", "\n \n")

# Patterns that meet nothing but text of our own, and why they may take longer.
OURS_ALONE = {
    "monitor/services/setup_files.py _SETTING": "it reads the sample configuration that we ship",
}


@cache
def product_patterns() -> list[FoundPattern]:
    shapes = [
        shape.pattern
        for platform in PLATFORMS
        for shape in (platform.id, platform.legacy, platform.handle)
        if shape is not None
    ]
    sources = written_sources()
    joints = [
        before for language in Language for before, _ in load_words(language).conjunctions if before
    ]
    found = collect_patterns(
        {
            "monitor/domain/detection/slang.py written": [
                load_slang_pattern(kind).pattern for kind in Slang
            ],
            "reports/reason_rendering.py before": joints,
            "scrapers/parsers/block_detection.py address": [
                block_url[0] for block_url in BLOCK_URLS
            ],
            "scrapers/parsers/block_detection.py pattern": [
                *(title[0] for title in BLOCK_TITLES),
                *(title for marks in VACANT_MARKS.values() for title in marks.titles),
            ],
            "scrapers/parsers/block_detection.py phrase": [
                phrase for marks in VACANT_MARKS.values() for phrase in marks.phrases
            ],
            "scrapers/parsers/block_detection.py value": [header[1] for header in BLOCK_HEADERS],
            "scrapers/sites/catalog.py self.handle_pattern": [
                entry.handle_pattern for entry in load_own_catalog().entries if entry.handle_pattern
            ],
            "scrapers/sites/catalog.py pattern": [r"[\w.-]{2,40}"],
            "scrapers/search_results.py hidden.host": [post.host for post in OPAQUE_POSTS],
            "scrapers/search_results.py hidden.path": [post.path for post in OPAQUE_POSTS],
            "scrapers/parsers/text.py re.escape(site) + '\\\\b'": [r"x\b"],
            "scrapers/profile_api.py self.handle_pattern": [
                source.handle_pattern for source in sources if hasattr(source, "handle_pattern")
            ],
            "scrapers/urls/canonical.py self.host": [wrapper.host for wrapper in WRAPPERS],
            "scrapers/urls/platforms.py rewrite.pattern": [
                rewrite.pattern for platform in PLATFORMS for rewrite in platform.rewrites
            ],
            "scrapers/urls/platforms.py platform.subhosts": [
                platform.subhosts for platform in PLATFORMS if platform.subhosts
            ],
            "scrapers/urls/platforms.py shape.pattern": shapes,
        }
    )
    return sorted(found, key=lambda pattern: min(pattern.places))


def count_steps(counter: StepCounter, found: FoundPattern, text: str) -> int:
    most = MOST_STEPS_PER_LETTER * (len(text) + 20)
    if found.is_searched:
        return counter.count_search(text, most)[0]
    return counter.count_match(text, most, whole=found.is_matched_whole)[0]


def grows_faster(counter: StepCounter, found: FoundPattern, attack: Attack, pumps: int) -> bool:
    """Tell whether the third so many pumps cost more than the second did."""
    try:
        one, two, three = (
            count_steps(counter, found, attack.build_text(pumps * times)) for times in (1, 2, 3)
        )
    except TooManyStepsError:
        return True
    # A step for each pump is left to what happens at the ends.
    return three - two - (two - one) > pumps


def find_slow_text(found: FoundPattern) -> Attack | None:
    tree = parse_pattern(found.text, found.flags)
    counter = StepCounter(tree)
    return next(
        (
            attack
            for attack in derive_attacks(tree, is_bytes=found.is_bytes)
            if grows_faster(counter, found, attack, FEW_PUMPS)
            and grows_faster(counter, found, attack, MANY_PUMPS)
        ),
        None,
    )


@pytest.mark.parametrize("share", range(SHARES))
def test_no_text_makes_a_pattern_slow(share: int) -> None:
    slow = {
        where: attack
        for found in product_patterns()[share::SHARES]
        if not found.places & OURS_ALONE.keys() and (attack := find_slow_text(found))
        for where in [min(found.places)]
    }

    assert slow == {}


def test_a_pattern_that_may_be_slow_is_slow() -> None:
    known = {where: pattern for pattern in product_patterns() for where in pattern.places}

    assert [where for where in OURS_ALONE if not find_slow_text(known[where])] == []


def test_patterns_are_made_where_they_are_found() -> None:
    """A function of `re` under another name, or handed on, would be called out of sight."""
    hidden = []
    for path in python_files(*PACKAGES):
        called = {id(node.func) for node in walked(path) if isinstance(node, ast.Call)}
        for node in walked(path):
            owner = node.value if isinstance(node, ast.Attribute) else None
            handed_on = isinstance(owner, ast.Name) and owner.id == "re" and id(node) not in called
            if (handed_on and node.attr in FUNCTIONS) or (
                isinstance(node, ast.ImportFrom) and node.module == "re"
            ):
                hidden.append(place(path, node.lineno))

    assert hidden == []


@over_rows(
    ("pattern", "method"),
    [
        (r"(a+)+$", "match"),
        (r"(?:a|a)*b", "match"),
        (r"x\s*\s*\s*y", "search"),
        (r"x\s*(?:no)?\s*y", "search"),
        (r"\s+y", "search"),
        (r"\([^)]*\)", "search"),
        (r"(.*?)\s*-x", "match"),
        (r"<h1>.{1,500}?</h1>", "search"),
        (r"[^\W\d_]+(?:[.-]?\w+)*@", "search"),
        (r"(\w+) \1 \1!", "search"),
    ],
)
def test_a_slow_pattern_is_found(pattern: str, method: str) -> None:
    found = FoundPattern(text=pattern, flags=0, is_bytes=False, methods={method})

    assert find_slow_text(found) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<!\s)\s+y",
        r"\([^()]*\)",
        r"x\s*+(?:no\s*+)?y",
        r"\bx\w{0,40}y",
        r"(?<![ab])(?:a|b)*+c",
        r"a|b*",
    ],
)
def test_a_linear_pattern_is_not_called_slow(pattern: str) -> None:
    found = FoundPattern(text=pattern, flags=0, is_bytes=False, methods={"search"})

    assert find_slow_text(found) is None


def test_the_counter_finds_what_the_real_matcher_finds() -> None:
    wrong = []
    for found in product_patterns():
        tree = parse_pattern(found.text, found.flags, lowers_bounds=False)
        counter = StepCounter(tree)
        real = re.compile(found.text, found.flags)
        attacks = derive_attacks(tree, is_bytes=found.is_bytes)
        texts = [attack.build_text(3) for attack in attacks[:: len(attacks) // 9 + 1]]
        for text in (*TRIED_WITH, *texts):
            _, spans = counter.count_search(text, 10**6)
            if spans != [match.span() for match in real.finditer(text)]:
                wrong.append((min(found.places), text))

    assert wrong == []
