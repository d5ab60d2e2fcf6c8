"""Handles, and what they cover of a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.handles.from_name import Cover, fits
from monitor.domain.handles.handles import opaque, same_handle, words_in
from monitor.domain.names.parts import Part
from monitor.domain.person import PersonName

MARIA = PersonName(given="Maria", family="Delgado")
BETH = PersonName(given="Elizabeth", family="Novak", former_families=("Hartley",))
WEI = PersonName(given="Wei", family="Li")
ANNA = PersonName(given="Anna", middle="Celia", family="Brand-Ortiz")


@pytest.mark.parametrize(
    ("handle", "name", "cover", "residue"),
    [
        ("mariadelgado", MARIA, Cover.FULL, ""),
        ("@Delgado.Maria84", MARIA, Cover.FULL, "84"),
        ("mariadelgado.skies.example", MARIA, Cover.FULL, ""),
        ("maria-delgado.com", MARIA, Cover.FULL, ""),
        ("maríadelgado", MARIA, Cover.FULL, ""),
        ("weili", WEI, Cover.FULL, ""),
        ("liznovak", BETH, Cover.NICK, ""),
        ("beth_hartley", BETH, Cover.NICK, ""),
        ("mdelgado7", MARIA, Cover.INITIALS, "7"),
        ("delgadom", MARIA, Cover.INITIALS, ""),
        ("mariad84", MARIA, Cover.INITIALS, "84"),
        ("mrsdelgado", MARIA, Cover.FAMILY, "mrs"),
        ("marcosdelgado", MARIA, Cover.FAMILY, "marcos"),
        ("TheRealMariaDelgadoTX", MARIA, Cover.FULL, "therealtx"),
        ("xmariadelgado", MARIA, Cover.FULL, "x"),
        ("celiaortiz", ANNA, Cover.NICK, ""),
        ("annacbo", ANNA, Cover.INITIALS, ""),
        ("mdelg", MARIA, Cover.INITIALS, ""),
        ("ndelgado", MARIA, Cover.FAMILY, "n"),
        ("mariads", MARIA, Cover.NONE, "mariads"),
        ("marian-hall", MARIA, Cover.NONE, "marianhall"),
        ("maria", MARIA, Cover.NONE, "maria"),
        ("olivia", WEI, Cover.NONE, "olivia"),
        ("volcanolady", MARIA, Cover.NONE, "volcanolady"),
        ("", MARIA, Cover.NONE, ""),
    ],
)
def test_a_handle_covers_a_name_and_leaves_the_rest(handle, name, cover, residue):
    fit = fits(handle, name)

    assert (fit.cover, fit.residue) == (cover, residue)


def test_handles_are_the_same_whether_or_not_a_network_adds_its_host_name():
    assert same_handle("mariadelgado.skies.example", "@MariaDelgado")
    assert not same_handle("mariadelgado.skies.example", "mariadelgado.other.example")
    assert not same_handle("mariadelgado", "maria.delgado")
    assert not same_handle("", "")


@pytest.mark.parametrize(
    ("handle", "parts"),
    [
        ("elizanovak", {Part.NICK, Part.FAMILY}),
        ("coachdelgado", {Part.FAMILY}),
        ("acbo", {Part.INITIALS}),
        ("mari.teaches", {Part.GIVEN_START}),
        ("delga7", {Part.FAMILY_START}),
        ("mariadel", {Part.GIVEN, Part.FAMILY_START}),
        ("marisdel", set()),
        ("mardel.codes", {Part.GIVEN_START, Part.FAMILY_START}),
        ("mard", {Part.GIVEN_START, Part.INITIAL}),
        ("dlgd", {Part.FAMILY_START}),
        ("mdlgd", {Part.INITIAL, Part.FAMILY_START}),
        ("volcanolady", set()),
    ],
)
def test_cut_off_names_and_initials_are_known_for_what_they_are(handle, parts):
    names = (MARIA, BETH, ANNA)

    assert parts in [fits(handle, name).parts for name in names]


def test_words_of_a_handle_are_parted_where_its_spelling_parts_them():
    assert words_in("@TXRandyDelgado84") == ("tx", "randy", "delgado", "84")
    assert words_in("maria%20c-delgado") == ("maria", "c", "delgado")
    assert words_in("channel/Maria.Delgado") == ("maria", "delgado")
    assert words_in("") == ()


def test_what_a_network_hands_out_is_no_handle_that_somebody_chose():
    assert opaque("100012345678901")
    assert opaque("channel/UCabcdefghijklmnopqrstuv")
    assert not opaque("maria1984")


@given(handle=st.text(max_size=60))
def test_the_pieces_of_a_handle_are_all_of_it(handle):
    fit = fits(handle, MARIA)

    assert "".join(piece.text for piece in fit.pieces) == "".join(words_in(handle))


@pytest.mark.parametrize("handle", ["maria" * 2000, "-" * 10000, "Ma1" * 3000, "\u0301" * 10000])
def test_a_handle_of_any_length_is_fitted_quickly(handle):
    assert fits(handle, ANNA).cover is Cover.NONE


@pytest.mark.parametrize("part", ["given", "family"])
def test_half_a_name_is_fitted_like_a_whole_one(part):
    half = PersonName(**{"given": "", "family": "", part: "maria"})

    assert fits("maria84", half).parts == {Part(part)}
    assert fits("", PersonName(given="", family="")).cover is Cover.NONE


@pytest.mark.parametrize("name", ["maria" * 2000, "maria " * 1700, "Ma-" * 3300])
def test_a_name_of_any_length_is_fitted_quickly(name):
    assert fits("volcanolady", PersonName(given=name, family=name)).cover is Cover.NONE
