"""From the bundle of a district to the fixtures of the project, and what becomes of old ones."""

import io
import json
import shutil
import tarfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.first_contact import render_contact_page
from monitor.services.first_contact_bundle import build_bundle, rename_publicly
from scrapers.facts.fact import NO_CHANGES
from scrapers.sites.presence_source import PresenceSource
from tests.learn.__main__ import (
    CATALOG,
    SEEN,
    find_faults,
    learn,
    list_differences,
    load_seen,
    main,
    set_seen_on,
)
from tests.learn.bundles import BundleError, read_bundle, read_seen
from tests.monitor.services.contacted import PROFILE, at, contact, in_json, unchanged
from tests.monitor.services.world import World
from tests.scrapers.known_sources import all_sources


def bundle_at(folder: Path, world: World, change=unchanged) -> Path:
    contacts = tuple(contact(world, change).values())
    public = tuple(rename_publicly(world.app.sources, NO_CHANGES, contacts))
    path = folder / "first-contact.tar"
    path.write_bytes(build_bundle(world.state, public, render_contact_page(public)))
    return path


def source_named(name: str):
    return next(source for source in all_sources() if source.name == name)


def seen_in(path: Path, name: str):
    return next(seen for seen in read_bundle(path) if seen.source == name)


def test_what_is_understood_is_kept_and_what_differs_is_told(world: World, tmp_path):
    bluesky, folder = source_named("bluesky"), tmp_path / "seen"
    first = seen_in(bundle_at(tmp_path, world), "bluesky")

    assert list(list_differences(load_seen(folder, "bluesky"), first, bluesky)) == [
        "never seen before"
    ]
    assert "kept in seen/bluesky.json" in list(learn(bluesky, first, folder))
    assert load_seen(folder, "bluesky") == first

    rename = in_json(lambda told: told.update(pronouns=told.pop("description")))
    later = seen_in(bundle_at(tmp_path, world, at(PROFILE, rename)), "bluesky")
    told = list(list_differences(load_seen(folder, "bluesky"), later, bluesky))
    assert "lookup (found) names: -description +pronouns" in told
    assert "lookup (found) fields: -bio" in told


def test_what_a_reader_does_not_understand_fails_and_is_not_kept(world: World, tmp_path):
    bluesky, folder = source_named("bluesky"), tmp_path / "seen"
    seen = seen_in(bundle_at(tmp_path, world), "bluesky")
    known = next(
        part for part in seen.reports if (part.method, part.expects) == ("lookup", "found")
    )
    tree = {key: value for key, value in known.answer.tree.items() if key != "did"}
    without = replace(known, answer=replace(known.answer, tree=tree))
    broken = replace(seen, reports=tuple(without if p is known else p for p in seen.reports))

    assert list(find_faults(bluesky, seen)) == []
    (fault,) = find_faults(bluesky, broken)
    assert "NOT UNDERSTOOD: lookup (found, page 1) was found" in fault
    assert "answer-lacks:did" in fault
    assert not any("kept in" in line for line in learn(bluesky, broken, folder))
    assert not folder.exists()


def test_a_refusal_that_a_reader_takes_for_an_answer_fails(world: World, tmp_path):
    bluesky = source_named("bluesky")
    seen = seen_in(bundle_at(tmp_path, world), "bluesky")
    refused, nobody = (
        next(part for part in seen.reports if (part.method, part.expects) == ("search", expects))
        for expects in ("unreadable", "absent")
    )
    mistaken = replace(refused, answer=nobody.answer)
    read = replace(seen, reports=tuple(mistaken if p is refused else p for p in seen.reports))

    (fault,) = find_faults(bluesky, read)

    assert "NOT UNDERSTOOD: search (unreadable, page 1)" in fault


def test_each_answer_is_read_as_that_to_its_own_question(world: World, tmp_path):
    """A search engine is asked for a word, and for its settings: both are searches."""
    seen = seen_in(bundle_at(tmp_path, world), "searxng")

    found = [part for part in seen.reports if part.expects == "found"]
    assert len(found) > 1
    assert list(find_faults(source_named("searxng"), seen)) == []


def test_every_kept_skeleton_is_still_understood():
    """Whoever changes a reader learns here what was seen of the real service."""
    kept = [read_seen(path.read_bytes()) for path in sorted(SEEN.glob("*.json"))]

    faults = [fault for seen in kept for fault in find_faults(source_named(seen.source), seen)]

    assert faults == []


def test_the_day_is_set_in_the_catalog_and_nothing_else(tmp_path):
    text = CATALOG.read_text("utf-8")
    before = {site["name"]: site for site in json.loads(text)["sites"]}

    after = json.loads(set_seen_on(text, "Slides", "2027-01-15"))["sites"]

    changed = [site for site in after if site != before[site["name"]]]
    assert changed == [{**before["Slides"], "seen_on": "2027-01-15"}]


def test_a_site_of_our_catalog_gets_its_day(world: World, tmp_path):
    site = next(
        one for one in all_sources() if isinstance(one, PresenceSource) and one.name == "credly"
    )
    (shape,) = (
        part
        for part in seen_in(bundle_at(tmp_path, world), "presencesource-1").reports
        if part.expects == "absent"
    )
    catalog = tmp_path / "own.json"
    shutil.copy(CATALOG, catalog)
    seen = replace(
        seen_in(tmp_path / "first-contact.tar", "presencesource-1"),
        source="credly",
        on=date(2027, 1, 15),
        reports=(replace(shape, answer=replace(shape.answer, marks=())),),
    )

    told = list(learn(site, seen, tmp_path / "seen", catalog))

    assert "seen_on is 2027-01-15 in own.json" in told
    assert '"seen_on": "2027-01-15"' in catalog.read_text("utf-8")


def repack(path: Path, change) -> None:
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive}
    change(files)
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda files: files.update({"page.txt": b"other"}), "exactly what its manifest lists"),
        (lambda files: files.update({"more.txt": b"more"}), "exactly what its manifest lists"),
        (lambda files: files.pop("page.txt"), "exactly what its manifest lists"),
        (
            lambda files: files.update(
                {"manifest.json": files["manifest.json"].replace(b'"format": 1', b'"format": 2')}
            ),
            "its signature does not fit",
        ),
        (lambda files: files.pop("manifest.json"), "no bundle of a first contact"),
    ],
)
def test_a_bundle_that_was_changed_is_not_used(world: World, tmp_path, change, told):
    path = bundle_at(tmp_path, world)
    repack(path, change)

    with pytest.raises(BundleError, match=told):
        read_bundle(path)


def test_the_program_names_what_it_cannot_use(tmp_path):
    path = tmp_path / "no.tar"
    path.write_bytes(b"no archive")

    done = CliRunner().invoke(main, [str(path)])

    assert done.exit_code == 1
    assert "is no bundle of a first contact" in done.output
