"""Each language says all that English says, with the same facts, and no fact is ever markup."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from babel.messages.pofile import read_po

from monitor.domain.handles.handles import EPITHETS
from monitor.domain.handles.lookalike import HandleChange, HandleEdit, list_changes
from monitor.domain.reason import Name, Reason
from monitor.domain.vocabulary import ContactKind, Language
from reports import translation
from reports.dates import (
    format_brief_day,
    format_date,
    format_local_time,
    format_near_day,
    format_near_time,
    format_seen_range,
    format_short_week,
    format_week_start,
)
from reports.labels.takedown import describe_exposures
from reports.reason_rendering import render_reason
from reports.templating import ENVIRONMENT, spell_number
from reports.translation import (
    get_language,
    load_catalog,
    translate_label,
    translate_message,
    translate_plural,
    use_language,
)
from tests.hostile_strings import SHOWN
from tests.house.tree import ROOT, place
from tests.reports.messages import (
    NOT_FOR_STAFF,
    STAFF_CODE,
    list_code_sentences,
    list_data_sentences,
    list_staff_templates,
    list_template_texts,
)

OTHERS = [one_language for one_language in Language if one_language is not Language.ENGLISH]
FACT = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?\w+")
# What a template has beside its words: code, tags, styles, and comments to mail programs.
MARKUP = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<style>.*?</style>|<!--.*?-->|<[^>]*>|&#?\w+;", re.DOTALL
)
WORD = re.compile(r"[A-Za-z]{2,}")
# The brand, and attributes that one component writes on their own.
NO_WORDS = {"Namesake", "aria", "describedby", "hint", "fault", "invalid", "true"}
NOW = datetime(2026, 11, 3, 12, 12, tzinfo=UTC)
ZONE = "America/New_York"


@pytest.fixture(params=OTHERS)
def language(request: pytest.FixtureRequest) -> Iterator[Language]:
    """Speak each language in turn."""
    with use_language(request.param):
        yield Language(request.param)


@pytest.fixture
def spanish() -> Iterator[None]:
    with use_language(Language.SPANISH):
        yield


def fill(source: str, template: str = "page.html", /, **facts: object) -> str:
    """Fill in a template of this text, with all that the real ones have."""
    code = ENVIRONMENT.compile(source, template, template)
    made = ENVIRONMENT.template_class.from_code(ENVIRONMENT, code, ENVIRONMENT.globals)
    return made.render(**facts)


def test_every_text_of_a_template_for_staff_is_translated(language: Language) -> None:
    catalog = load_catalog(language)
    missing = {
        (place, text)
        for place, text in list_template_texts()
        if (
            text[0] not in catalog.plurals
            if isinstance(text, tuple)
            else text not in catalog.messages
        )
    }

    assert missing == set()


def test_no_template_for_staff_has_words_of_its_own() -> None:
    wordy = [
        (place(path), word)
        for path in list_staff_templates()
        for word in WORD.findall(MARKUP.sub(" ", path.read_text("utf-8")))
        if word not in NO_WORDS
    ]

    assert wordy == []


@pytest.mark.parametrize("name", STAFF_CODE)
def test_every_sentence_that_the_code_makes_for_staff_is_translated(
    name: str, language: Language
) -> None:
    unknown = [
        (f"{name}:{line}", sentence)
        for line, sentence in list_code_sentences(ROOT / name)
        if sentence not in NOT_FOR_STAFF and translate_label(sentence) == sentence
    ]

    assert unknown == []


def test_what_is_left_out_of_that_is_still_in_the_code() -> None:
    said = {said for name in STAFF_CODE for _, said in list_code_sentences(ROOT / name)}

    assert (NOT_FOR_STAFF) - said == set()


def test_every_reminder_of_a_policy_is_translated(language: Language) -> None:
    unknown = [
        (name, sentence)
        for name, sentence in list_data_sentences()
        if translate_label(sentence) == sentence
    ]

    assert unknown == []


def test_a_translation_has_the_facts_and_the_tags_of_its_english(language: Language) -> None:
    catalog = load_catalog(language)
    pairs = [(english, (said,)) for english, said in catalog.messages.items()]
    different = [
        (english, said)
        for english, forms in pairs
        for said in forms
        if set(FACT.findall(english)) != set(FACT.findall(said))
        or sorted(TAG.findall(english)) != sorted(TAG.findall(said))
        or not said
    ]

    assert different == []


def test_a_translation_never_ends_an_attribute(language: Language) -> None:
    closing = [
        (english, said)
        for english, said in load_catalog(language).messages.items()
        if '"' in said and '"' not in english
    ]

    assert closing == []


def test_a_form_for_numbers_knows_only_the_facts_of_its_english(language: Language) -> None:
    for one, forms in load_catalog(language).plurals.items():
        facts = set(FACT.findall(one))
        assert len(forms) == 2
        assert set(FACT.findall(forms[0])) <= facts, one
        assert set(FACT.findall(forms[1])) == facts, one


def test_a_catalog_says_who_has_to_look_at_it(language: Language) -> None:
    text = (ROOT / "reports" / "locale" / f"{language}.po").read_text("utf-8")

    assert "To be reviewed by a native speaker" in text.partition('msgid ""')[0]


def test_a_catalog_is_read_as_the_library_reads_it(language: Language) -> None:
    with (ROOT / "reports" / "locale" / f"{language}.po").open("rb") as file:
        entries = [message for message in read_po(file) if message.id]

    catalog = load_catalog(language)
    assert catalog.messages == {
        entry.id: entry.string for entry in entries if isinstance(entry.id, str)
    }
    assert catalog.plurals == {
        entry.id[0]: entry.string for entry in entries if isinstance(entry.id, tuple)
    }


def test_what_a_catalog_knows_is_still_said_somewhere(language: Language) -> None:
    with (ROOT / "reports" / "locale" / f"{language}.po").open("rb") as file:
        entries = [message for message in read_po(file) if message.id]
    places = {place for entry in entries for place, _ in entry.locations}

    assert {place for place in places if "/" in place and not (ROOT / place).is_file()} == set()
    assert [entry.id for entry in entries if not entry.locations] == []


def test_english_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "load_catalog", None)

    assert get_language() is Language.ENGLISH
    assert translate_label("This is me") == "This is me"
    assert translate_plural("one", "many", 1) == "one"
    assert translate_message("Hello %(name)s,") == "Hello %(name)s,"


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("This is me", "Soy yo"),
        ("It was removed", "La eliminaron"),
        ("You undid your last answer.", "Deshizo su última respuesta."),
        ("What no one ever said.", "What no one ever said."),
        ("Rosa and Maria", "Rosa and Maria"),
    ],
)
@pytest.mark.usefixtures("spanish")
def test_a_label_is_looked_up_as_it_is(label: str, said: str) -> None:
    assert translate_label(label) == said


@pytest.mark.usefixtures("spanish")
def test_every_way_in_which_a_handle_differs_is_told() -> None:
    edits = [
        HandleEdit(change=change, ours=ours, theirs=theirs)
        for change in HandleChange
        for ours, theirs in (
            ("l", "1"),
            ("l", "I"),
            ("a", "\u0430"),
            ("ab", "ba"),
            ("l", ""),
            ("", "x"),
        )
    ]
    sentences = [Reason("handle-like", {"changes": list_changes([edit], [], [])}) for edit in edits]
    sentences += [
        Reason("handle-like", {"changes": list_changes([], [word], [word])})
        for word in (min(EPITHETS), "12", "foo")
    ]

    english = re.compile(r"\b(?:the|is|are|its|letter|but|differ|added|another|more)\b")
    assert [
        sentence for sentence in map(render_reason, sentences) if english.search(sentence)
    ] == []


@pytest.mark.usefixtures("spanish")
def test_a_list_of_exposed_details_is_told() -> None:
    kinds = (ContactKind.HOME, ContactKind.PHONE, ContactKind.MAIL)

    assert render_reason(describe_exposures(3, kinds)) == (
        "3 sitios parecen mostrar su domicilio, número de teléfono y correo electrónico privado."
    )


@pytest.mark.usefixtures("spanish")
def test_the_form_fits_the_number() -> None:
    forms = "%(num)s answer", "%(num)s answers"

    assert [translate_plural(*forms, number) % {"num": number} for number in (0, 1, 2)] == [
        "0 respuestas",
        "1 respuesta",
        "2 respuestas",
    ]


@pytest.mark.usefixtures("spanish")
def test_days_and_times_are_written_as_the_language_does() -> None:
    assert format_date(date(2026, 9, 28)) == "28 de septiembre de 2026"
    assert format_date(date(2026, 9, 28), 2026) == "28 de septiembre"
    assert format_near_time(NOW, ZONE) == "martes 3 de noviembre, 7:12 a.m. EST"
    assert format_local_time(NOW, ZONE) == "3 de noviembre de 2026, 7:12 a.m. EST"
    assert format_brief_day(NOW, ZONE) == "3 nov"
    assert format_week_start("2026-W48") == "23 de noviembre de 2026"
    assert format_near_day(NOW, ZONE) == "martes 3 de noviembre"
    assert format_short_week("2026-W48") == "23/11"
    assert format_seen_range(NOW, NOW, ZONE) == "Visto el 3 de noviembre de 2026, 7:12 a.m. EST"
    assert spell_number(2) == "Dos"


def test_one_language_ends_where_it_was_chosen() -> None:
    with use_language(Language.SPANISH):
        with use_language(Language.ENGLISH):
            assert translate_label("This is me") == "This is me"
        assert translate_label("This is me") == "Soy yo"

    assert translate_label("This is me") == "This is me"


@pytest.mark.parametrize("spoken", list(Language))
def test_a_fact_in_a_text_is_text(spoken: Language) -> None:
    source, hello = '{{ _("Hello <bdi>%(name)s</bdi>", name=name) }}', ("Hello ", "Hola, ")
    with use_language(spoken):
        live = [
            ascii(hostile)
            for hostile in SHOWN
            if fill(source, name=hostile)
            not in {f"{text}<bdi>{fill('{{ name }}', name=hostile)}</bdi>" for text in hello}
        ]

    assert live == []


@pytest.mark.usefixtures("spanish")
def test_a_fact_in_a_sentence_of_the_code_is_text() -> None:
    reasons = [Reason("district-place", {"place": Name(hostile)}) for hostile in SHOWN]
    shown = [fill("{{ reason | translate }}", reason=reason) for reason in reasons]

    assert [ascii(entry) for entry in shown if "<" in entry] == []


@pytest.mark.usefixtures("spanish")
def test_a_text_that_counts_escapes_its_facts() -> None:
    source = '{{ ngettext("%(num)s copied element, compared with your account at %(own)s",'
    source += ' "%(num)s copied elements, compared with your account at %(own)s", 2, own=own) }}'

    assert fill(source, own="a&b").startswith("2 elementos copiados")
    assert "a&amp;b" in fill(source, own="a&b")
    assert "a&b" in fill(source, "email.txt", own="a&b")
