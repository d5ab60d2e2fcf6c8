import json
from importlib.resources import files

import pytest

from monitor.demo.data import load_demo_contents

CATALOG = json.loads((files("monitor.demo") / "catalog.json").read_text("utf-8"))["sites"]
DENIALS = {
    "chalkboard": (404, "Page not found"),
    "readerly": (200, "No reader goes by that name"),
    "stitchbook": (302, "Moved"),
    "tuneshelf": (200, '"user":null'),
    "snapgarden": (200, '"og:type" content="website"'),
    "paceclub": (200, 'data-page="not-found"'),
    "givingdesk": (410, "no longer here"),
    "recipebox": (200, "<title>Recipe Box</title>"),
}


def entry_of(site):
    return next(entry for entry in CATALOG if entry["name"].casefold() == site)


@pytest.mark.parametrize("site", DENIALS)
def test_each_site_denies_a_stranger_in_its_own_way(reader, site):
    answer = reader.read(entry_of(site)["uri_check"].format(account="qqzxnobody"))

    status, words = DENIALS[site]
    assert answer.status == status
    assert words in answer.text
    assert reader.verdict(entry_of(site), "qqzxnobody") == "missing"


@pytest.mark.parametrize(
    "profile", load_demo_contents().profiles, ids=lambda it: f"{it.site}:{it.handle}"
)
def test_the_catalogue_recognises_every_profile(reader, profile):
    entry = entry_of(profile.site)

    assert reader.verdict(entry, profile.handle) == "exists"
    assert profile.name in reader.read(entry["uri_check"].format(account=profile.handle)).text


@pytest.mark.parametrize("entry", CATALOG, ids=lambda it: it["name"])
def test_the_known_account_of_each_site_belongs_to_the_site_itself(entry):
    assert entry["known"] == [entry["name"].casefold()]
    assert load_demo_contents().find_profile(entry["name"].casefold(), entry["known"][0])


def test_a_redirect_leads_to_a_front_page_that_names_nobody(reader):
    answer = reader.read("http://stitchbook.example/by/qqzxnobody")

    assert answer.get_header("location") == "http://stitchbook.example/"
    assert "Welcome to Stitchbook" in reader.read(answer.get_header("location")).text


@pytest.mark.parametrize("site", DENIALS)
def test_each_site_keeps_robots_out_of_its_settings_only(reader, site):
    answer = reader.read(f"http://{site}.example/robots.txt")

    assert answer.status == 200
    assert "Disallow: /settings" in answer.text
    assert entry_of(site)["uri_check"].partition(".example")[2][:4] not in answer.text


@pytest.mark.parametrize("site", DENIALS)
def test_two_visits_never_get_the_same_page(reader, site):
    url = entry_of(site)["uri_check"].format(account=site)

    assert reader.read(url).body != reader.read(url).body


def test_profiles_point_back_at_the_account_of_their_owner(reader):
    page = reader.read("http://chalkboard.example/t/mariadelgado").text

    assert 'rel="me" href="https://bsky.app/profile/mariadelgado.skies.example"' in page


def test_a_name_from_the_world_is_shown_as_text(reader_of, reader):
    profile = load_demo_contents().find_profile("chalkboard", "mariadelgado")
    markup = type(profile)(site="chalkboard", handle="x", name="<script>alert(1)</script>")

    page = reader_of(reader.internet.add_entry(markup)).read("http://chalkboard.example/t/x").text

    assert "<script>alert" not in page
