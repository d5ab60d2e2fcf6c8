"""The bundle: signed, listing exactly what is in it, and without a word of anybody."""

import io
import json
import tarfile
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from monitor.cli.first_contact import render_contact_page
from monitor.demo.district import MARIA, NAME, SCHOOLS
from monitor.demo.response import FakeResponse
from monitor.services.first_contact_bundle import build_bundle, rename_publicly
from scrapers.facts.fact import NO_CHANGES
from tests.monitor.services.contacted import contact, unchanged
from tests.monitor.services.world import World, catalog

KEY = "sk-live-7Qx93bTz"
STREET = "1482 Alder Creek Road"
PLANTED = (
    *(MARIA.person.name.given, MARIA.person.name.family, MARIA.person.mail),
    *MARIA.person.handles,
    # Somebody who is not enrolled, and whom nothing here knows.
    *("Ottoline Brackwater", "ottoline.brackwater", "+1 555 0134 882"),
    *(NAME, SCHOOLS[0], "cedarvalley", KEY, STREET),
)


def bundle_of(world: World, change=unchanged) -> bytes:
    contacts = tuple(contact(world, change).values())
    public = tuple(rename_publicly(world.app.sources, NO_CHANGES, contacts))
    return build_bundle(world.state, public, render_contact_page(public))


def files_in(bundle: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


def plant_words(_asked, answer):
    """Put every word everywhere: values, keys, tags, attributes, types, headers and errors."""
    if answer is None:
        return answer
    try:
        told = json.loads(answer.body)
    except ValueError:
        body = plant_in_markup(answer.body)
    else:
        body = json.dumps(plant_in_json(told) if isinstance(told, dict) else told).encode()
    kept = tuple(header for header in answer.headers if header[0] != "server")
    planted = (
        ("server", f"{MARIA.person.name.family}/{KEY}"),
        ("retry-after", PLANTED[-1]),
        *((f"x-ratelimit-{quote(word, safe='')}", word) for word in PLANTED),
    )
    return FakeResponse(body=body, status=answer.status, headers=(*kept, *planted))


def plant_in_json(told):
    return {
        **{
            key: plant_in_json(value) if isinstance(value, dict) else value
            for key, value in told.items()
        },
        "message": f"{told.get('message', '')} {' '.join(PLANTED)}",
        "description": " ".join(PLANTED),
        **({"displayName": "Ottoline Brackwater"} if "displayName" in told else {}),
        **{f"note{number}": word for number, word in enumerate(PLANTED)},
        **{word: {word: word} for word in PLANTED},
        **{word.replace(" ", "_").casefold(): [word] for word in PLANTED},
    }


def plant_in_markup(body: bytes) -> bytes:
    names = [word.replace(" ", "-").replace("@", "-").casefold() for word in PLANTED]
    head = "".join(
        f'<meta property="{word}" content="{word}"><meta name="og:title" content="{word}">'
        f'<script type="application/ld+json">{{"@type": "{word}", "{word}": "{word}"}}</script>'
        f'<script id="{word}" type="{word}">{word}</script><link rel="{word}" href="{word}">'
        for word in PLANTED
    )
    tags = "".join(
        f'<x-{name} data-{name}="{name}" itemtype="{name}">{name}</x-{name}>' for name in names
    )
    text = body.decode().replace("<title>", f"{head}<title>{' '.join(PLANTED)} ")
    return text.replace("</body>", f"{tags}</body>").encode()


def list_spellings() -> list[bytes]:
    """Return each word and its parts in the ways in which they could be written."""
    whole = [word.casefold() for word in PLANTED]
    pieces = [piece for word in whole for piece in word.replace("@", " ").split()]
    spelled = {
        form
        for word in (*whole, *(piece for piece in pieces if len(piece) > 4))
        for form in (word, word.replace(" ", "_"), word.replace(" ", "-"), quote(word))
    }
    return [form.encode() for form in spelled if form not in {"middle", "public", "school"}]


@pytest.mark.parametrize("status", [0, 403, 500])
def test_no_planted_word_is_in_any_byte_of_a_bundle(world: World, status):
    world.joins(MARIA)

    def plant(asked, answer):
        planted = plant_words(asked, answer)
        return replace(planted, status=status) if status and planted else planted

    bundle = bundle_of(world, plant).lower()

    assert len(bundle) > 10_000
    assert [form for form in list_spellings() if form in bundle] == []


def test_a_name_that_an_answer_shows_is_asked_for_nowhere(world: World):
    contact(world, plant_words)

    assert world.asked_about("searchActors") != []
    for word in ("ottoline", "brackwater", MARIA.person.name.family, "cedar"):
        assert world.asked_about(word) == []


def test_nothing_planted_is_stored_either(world: World):
    made = contact(world, plant_words)

    stored = msgspec.json.encode(tuple(made.values())).lower()
    assert [form for form in list_spellings() if form in stored] == []


def test_a_redirect_and_its_words_are_told_as_marks(world: World):
    def lead(asked, answer):
        if asked.path.startswith("/in/"):
            return FakeResponse(
                body=b"<title>Welcome</title>", headers=(("content-type", "text/html"),)
            )
        place = f"http://{asked.host}/in/{quote('ottoline.brackwater')}?key={KEY}"
        return FakeResponse(body=b"", status=302, headers=(("location", place),))

    bundle = bundle_of(world, lead).lower()

    assert b"{host}/in/aaaaaaaa.aaaaaaaaaa" in bundle
    assert [form for form in list_spellings() if form in bundle] == []


def test_the_manifest_lists_exactly_what_is_there_and_is_signed(world: World):
    files = files_in(bundle_of(world))
    listed = json.loads(files["manifest.json"])

    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(listed["key"]))
    key.verify(bytes.fromhex(files["manifest.sig"].decode()), files["manifest.json"])
    assert files.keys() - {"manifest.json", "manifest.sig"} == listed["files"].keys()
    assert {name: sha256(files[name]).hexdigest() for name in listed["files"]} == listed["files"]


def test_an_installation_signs_with_one_key_and_its_archive_names_no_user(world: World):
    first, second = (files_in(bundle_of(world))["manifest.json"] for _ in range(2))
    assert json.loads(first)["key"] == json.loads(second)["key"]

    with tarfile.open(fileobj=io.BytesIO(bundle_of(world))) as archive:
        assert {(e.uname, e.gname, e.uid, e.mtime) for e in archive} == {("", "", 0, 0)}


def test_sources_that_an_operator_named_are_called_by_their_kind(world_of, tmp_path):
    world = world_of("chalkboard")
    catalog(tmp_path, ("chalkboard",))

    files = files_in(bundle_of(world))

    told = json.loads(files["sources/presencesource-1.json"])
    assert b"chalkboard" not in b"".join(files.values())
    # Neither can anyone who guesses its address or its marks confirm that.
    assert told["reader"] == 0
    assert {tuple(report["answer"]["marks"]) for report in told["reports"]} == {()}
