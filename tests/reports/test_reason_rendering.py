"""Each reason is said to each reader in each language, whatever its facts are."""

import ast
import re
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.case import name_contacts
from monitor.domain.consent_text import ConsentTerms, build_consent_sections
from monitor.domain.detection.evidence_rules import RULES
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.handles.lookalike import HandleChange, HandleEdit, list_changes
from monitor.domain.reason import (
    QUOTED,
    Count,
    Day,
    Fact,
    Label,
    Listed,
    Name,
    Plain,
    Quoted,
    Reason,
    Signs,
    Site,
)
from monitor.domain.serialization import decode_json, encode_json
from monitor.domain.takedown_facts import FactBook
from monitor.domain.vocabulary import (
    AllowedReporter,
    CaseKind,
    ContactKind,
    Language,
    ProofRequirement,
    Scope,
)
from reports.reason_rendering import (
    LABELS,
    Others,
    Wording,
    load_words,
    render_note,
    render_reason,
    translate_site_name,
)
from reports.translation import use_language
from scrapers.parsers.block_detection import VACANT_MARKS, WALL_MARKS
from tests.bench.score.words import load_score_words
from tests.hostile_strings import SHOWN
from tests.house.tree import ROOT, walked
from tests.rows import over_rows

PLACE = re.compile(r"\{(\w+)\}")
# Names that are also words of ours, in one language or the other.
WORDS = ("", "Medium", "High", "New", "Mine", "Main", "Latin", "Media", "Open", "You", "Su", "May")
READERS = (None, *map(Others, ("Maria", "You", "Su", "Mercedes", "", "Nueva")))
ENGLISH = load_words(Language.ENGLISH)


@pytest.fixture
def spanish() -> Iterator[None]:
    with use_language(Language.SPANISH):
        yield


def list_texts(wording: Wording | str) -> list[str]:
    found = (wording,) if isinstance(wording, str) else (wording.you, wording.others)
    return [
        character
        for text in found
        for character in (text.values() if isinstance(text, dict) else (text,))
        if character
    ]


def list_places(wording: Wording | str) -> set[str]:
    return {place for text in list_texts(wording) for place in PLACE.findall(text)} - {"name"}


def build_facts(rule: str, word: str) -> Reason:
    fact = Listed(
        (Site(word), Name(word), Plain(word), Quoted(word), Day(date(2026, 11, 3)), Signs("l"))
    )
    places = dict.fromkeys(list_places(ENGLISH.messages[rule]), fact)
    return Reason(rule, {**places, "count": Count(2)})


def test_a_source_without_a_name_of_its_own_is_described_in_the_language_of_its_reader() -> None:
    seen = Reason("history.seen.searxng", {"site": Site("searxng")})
    other = Reason("history.seen.bluesky", {"site": Site("bluesky")})

    assert render_reason(seen) == "Seen in a web search."
    with use_language(Language.SPANISH):
        assert translate_site_name("searxng") == "Búsqueda web"
        assert render_reason(seen) == "Vista en una búsqueda web."
        assert render_reason(other) == "Vista en Bluesky."


@pytest.mark.parametrize("language", Language)
def test_each_language_says_the_same_ids_with_the_same_facts(language: Language) -> None:
    words = load_words(language)

    assert words.messages.keys() == ENGLISH.messages.keys()
    for rule, wording in words.messages.items():
        assert list_places(wording) == list_places(ENGLISH.messages[rule]), rule
        english = ENGLISH.messages[rule]
        assert isinstance(wording, Wording) == isinstance(english, Wording), rule
        if isinstance(wording, Wording) and isinstance(english, Wording):
            assert bool(wording.others) == bool(english.others), rule
            forms = [
                side.keys() for side in (wording.you, wording.others) if isinstance(side, dict)
            ]
            assert all(form == {"one", "other"} for form in forms), rule


# What is always said to its reader, and never of one: emails, forms, the consent text, offices.
TO_THE_READER = re.compile(
    r"(?:why|leave|advice|case|consent|earlier-answer|exposures|export|health|history|notice|problem"
    r"|question|remedy|renew-consent|scope|seen|sees|step|undo)\b"
)


def test_what_others_read_speaks_to_no_one() -> None:
    spoken = [
        rule
        for rule, message in ENGLISH.messages.items()
        if not rule.endswith(QUOTED)
        and not TO_THE_READER.match(rule)
        and re.search(
            r"\byou",
            str(message.others or message.you) if isinstance(message, Wording) else message,
            re.IGNORECASE,
        )
    ]

    assert spoken == []


def _list_choices(rule: ast.expr) -> Iterator[ast.expr]:
    """Yield the ids that an expression may come to."""
    if isinstance(rule, ast.IfExp):
        yield from _list_choices(rule.body)
        yield from _list_choices(rule.orelse)
    elif isinstance(rule, ast.Constant | ast.JoinedStr):
        yield rule


def _write_pattern(rule: ast.expr) -> str:
    pieces = rule.values if isinstance(rule, ast.JoinedStr) else [rule]
    return "".join(
        re.escape(str(piece.value)) if isinstance(piece, ast.Constant) else r"[\w.-]*"
        for piece in pieces
    )


def list_notes() -> set[str]:
    """Return the ids of notes: what stands for itself in the code that notes something."""
    shaped = re.compile(r"(?P<id>[a-z0-9]+(?:[.-][a-z0-9]+)*)(?::.*)?")
    return {f"note.{note}" for note in VACANT_MARKS} | {
        f"note.{found['id']}"
        for folder in ("scrapers", "monitor")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in walked(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (found := shaped.fullmatch(node.value))
    }


def list_ids_in_code() -> Iterator[str]:
    """Yield the ids that reasons are built with, as patterns: what is put in may be anything."""
    for folder in ("monitor", "reports"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in walked(path):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                    yield from map(_write_pattern, _list_choices(node.args[0]))


def list_ids_of_rules() -> set[str]:
    told = (reason for rule in RULES.values() for reason in (rule.reason, rule.counterfactual))
    return {reason.rule for reason in told if reason}


def test_each_id_in_the_code_has_words() -> None:
    worded = {*ENGLISH.messages, *load_score_words().messages}
    named = set(list_ids_in_code())

    assert list_ids_of_rules() - worded == set()
    assert {text for text in named if not any(re.fullmatch(text, rule) for rule in worded)} == set()


def test_each_id_in_a_guide_has_words() -> None:
    named = {
        *(f"reporter.{who}" for who in AllowedReporter),
        *(f"proof.{proof}" for proof in ProofRequirement),
        *(f"asks.{demand}" for _, guide in FactBook().removal_guides for demand in guide.asks),
        *(f"asks.{demand}" for lever in FactBook().levers for demand in lever.asks),
        *(f"advice.{lever.words}" for lever in FactBook().levers),
    }
    for guides in FactBook().takedown_guides.values():
        for _, place in guides:
            named |= {f"in-app.{place.in_app}", f"rule.{place.rule}"}

    assert named - ENGLISH.messages.keys() == set()
    families = ("asks.", "in-app.", "rule.", "reporter.", "proof.")
    assert {rule for rule in ENGLISH.messages if rule.startswith(families)} - named == set()


def test_each_label_within_a_sentence_is_in_a_table() -> None:
    named = {
        node.args[0].value
        for folder in ("monitor", "reports")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in walked(path)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Label"
        if isinstance(node.args[0], ast.Constant)
    }

    assert named <= LABELS.keys()
    assert "deeds" in named


def test_each_scope_and_each_kind_of_case_has_words() -> None:
    named = {f"scope.{scope}" for scope in Scope}
    for kind in CaseKind:
        named |= {f"{family}.{kind}" for family in ("case", "advice", "consent.sees")}

    assert named - ENGLISH.messages.keys() == set()


def test_each_sentence_of_the_consent_text_is_in_it() -> None:
    terms = ConsentTerms(
        engines=("Alpha",),
        disclosure=DisclosurePolicy(
            student_link_days=21, counsel="Ada Roe", counsel_approved_on="2026-09-01"
        ),
    )
    said = {
        line.rule
        for one_text in (terms, ConsentTerms())
        for section in build_consent_sections(one_text)
        for entry in (section.heading, *section.lines, *section.more)
        for line in (entry, *(fact for fact in entry.facts.values() if isinstance(fact, Reason)))
    }

    assert {rule for rule in ENGLISH.messages if rule.startswith("consent.")} - said == set()
    assert {rule for rule in said if rule not in ENGLISH.messages} == set()


def test_each_id_with_words_is_in_the_code() -> None:
    # What is built of any note, says nothing of this one.
    built = re.compile("|".join(set(list_ids_in_code()) - {r"note\.[\w.-]*"}))
    named = (
        list_ids_of_rules()
        | list_notes()
        | {
            str(node.value)
            for path in (ROOT / "monitor").rglob("*.py")
            for node in walked(path)
            if isinstance(node, ast.Constant)
        }
    )

    assert {
        rule
        for rule in ENGLISH.messages
        # One that stands for variants without words is built as any of them.
        if rule not in named and not built.fullmatch(rule) and not built.fullmatch(f"{rule}.any")
    } == set()


@over_rows("language", Language)
@over_rows("word", WORDS)
def test_a_name_that_is_a_word_stays_a_name(language: Language, word: str) -> None:
    with use_language(language):
        for rule in ENGLISH.messages:
            for reader in READERS:
                said = render_reason(build_facts(rule, word), reader)
                if list_places(ENGLISH.messages[rule]) - {"count"} and not rule.endswith(QUOTED):
                    assert word in said
                assert not PLACE.search(said)


@pytest.mark.parametrize(
    ("fact", "english", "said"),
    [
        (Label("given-answers", "mine"), "You said: This is me.", "Usted dijo: Soy yo."),
        (Plain("Medium"), "You said: Medium.", "Usted dijo: Medium."),
        (Name("This is me"), "You said: This is me.", "Usted dijo: This is me."),
    ],
)
def test_only_a_label_is_looked_up(fact: Fact, english: str, said: str) -> None:
    reason = Reason("history.answered", {"answer": fact})

    assert render_reason(reason) == english
    with use_language(Language.SPANISH):
        assert render_reason(reason) == said


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("", ""),
        ("captcha", "muestra un CAPTCHA"),
        ("refused:403", "nos rechaza (estado 403)"),
        ("lookups-failed:1/245", "no se pudieron consultar 1 de 245 dominios"),
        ("accounts-withheld:2", "2 cuentas piden que no las encuentren desconocidos"),
        ("a plug-in says so", "a plug-in says so"),
    ],
)
@pytest.mark.usefixtures("spanish")
def test_what_a_source_noted_is_told_in_spanish(note: str, said: str) -> None:
    assert render_note(note) == said


def test_a_site_called_medium_is_not_translated() -> None:
    facts = {"picture": Reason("picture.account", {"network": Site("medium")})}
    with use_language(Language.SPANISH):
        assert (
            render_reason(Reason("same-picture", facts))
            == "Usa la misma foto que su cuenta en Medium."
        )
        assert (
            render_reason(Reason("same-picture", facts), Others("Maria"))
            == "Usa la misma foto que la cuenta de Maria en Medium."
        )


@over_rows("hostile", SHOWN)
def test_a_hostile_fact_is_cleaned_and_fills_no_other_place(hostile: str) -> None:
    said = render_reason(Reason("like-me.quoted", {"traits": Quoted(f"{hostile} {{name}} %(x)s")}))

    assert said.startswith("It shares “")
    assert said.endswith("” with results you said are you.")
    assert said.count("“") == said.count("”") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]|<script", said)


@pytest.mark.parametrize(("count", "words"), [(1, "1 account that"), (2, "2 accounts that")])
def test_the_form_fits_the_number(count: int, words: str) -> None:
    assert words in render_reason(Reason("student-link-follows", {"count": Count(count)}))


def test_others_are_told_in_general_what_quotes_the_web() -> None:
    reason = Reason("like-me.quoted", {"traits": Quoted("volcanoes")})

    assert (
        render_reason(reason, Others("Maria"))
        == "Its words are like those of results Maria said are theirs."
    )


def test_an_id_that_this_version_does_not_know_is_said_in_general() -> None:
    assert render_reason(Reason("elder.of-another-version")) == render_reason(Reason("elder"))
    assert render_reason(Reason("new-in-0.9")) == ENGLISH.unknown
    assert render_reason(Reason("same-picture")) == ENGLISH.unknown


@given(
    st.recursive(
        st.builds(Quoted, st.text(st.characters(exclude_categories=["Cs"])))
        | st.builds(Count, st.integers(0, 10**9))
        | st.builds(Day, st.dates())
        | st.builds(Site, st.sampled_from(["medium", "x"])),
        lambda inner: (
            st.builds(Listed, st.lists(inner, max_size=3).map(tuple))
            | st.builds(Reason, st.just("elder"), st.dictionaries(st.sampled_from("ab"), inner))
        ),
        max_leaves=6,
    )
)
def test_what_is_stored_comes_back(fact: object) -> None:
    told = (Reason("elder", {"a": fact}), "a sentence of an older version")

    assert decode_json(encode_json(told), tuple[Reason | str, ...]) == told


def test_what_was_done_to_a_handle_is_told_in_spanish() -> None:
    edits = [HandleEdit(change=HandleChange.LOOK, ours="l", theirs="1")]
    reason = Reason("handle-like", {"changes": list_changes(edits, ["real"], [])})
    with use_language(Language.SPANISH):
        assert render_reason(reason, Others("Iris")) == (
            'Usa el nombre de usuario de Iris, pero se agrega "real" y '
            "cambia la letra “l” por el número “1”."
        )


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            Reason("namesakes", {"count": Count(20)}),
            "Puede haber unas 20 personas más con su nombre en internet.",
        ),
        (
            Reason(
                "contact-shown",
                {
                    "what": name_contacts((ContactKind.PHONE, ContactKind.HOME)),
                    "where": Reason("contact-place.title"),
                    "count": Count(2),
                },
            ),
            "Un número de teléfono y un domicilio aparecen junto a su nombre, en el título.",
        ),
        (
            Reason(
                "copied-picture",
                {"picture": Reason("picture.page"), "suspect": Reason("bearer.newer")},
            ),
            "Usa la misma foto que una página suya, y es más nueva que la de usted.",
        ),
        (
            Reason(
                "like-me.quoted",
                {"traits": Listed((Quoted("robotics"), Reason("trait.site")))},
            ),
            "Comparte “robotics” y su sitio con resultados que usted dijo que son suyos.",
        ),
        (
            Reason("like-me.quoted", {"traits": Listed((Quoted("robots"), Quoted("Iowa")))}),
            "Comparte “robots” y “Iowa” con resultados que usted dijo que son suyos.",
        ),
        (
            Reason("like-me.quoted", {"traits": Listed((Quoted("robots"), Quoted("Irvine")))}),
            "Comparte “robots” e “Irvine” con resultados que usted dijo que son suyos.",
        ),
    ],
)
def test_a_reason_is_told_in_spanish(reason: Reason, said: str) -> None:
    assert render_reason(reason) == said


def test_every_wall_and_every_vacant_page_of_the_facts_has_words():
    notes = {f"note.{note}" for note in (*WALL_MARKS, *VACANT_MARKS)}

    assert notes <= load_words(Language.ENGLISH).messages.keys()
