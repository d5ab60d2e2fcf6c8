from importlib.resources import files
from string import ascii_letters

import pytest

from monitor.demo import district, fake_bluesky, fake_searxng, response
from monitor.demo.data import load_demo_contents
from monitor.demo.district import ENROLLED, STAFF
from monitor.demo.fake_sites import SITES
from monitor.demo.setup import PORTAL_URL, build_config
from monitor.domain.vocabulary import Scope


def named(account_id):
    return next(
        account.name for account in load_demo_contents().accounts if account.id == account_id
    )


def contacts_of_staff():
    staff = {"maria", "mrsmithmath", "beth", "thomas", "rosa", "daniel"}
    follows = [entry for entry in load_demo_contents().follows if entry.who in staff]
    return {named(whom) for entry in follows for whom in entry.whom}


def test_seven_work_here_and_six_take_part():
    assert len(STAFF) == len({member.person.id for member in STAFF}) == 7
    assert [member.person.id for member in STAFF if member.withdrawn] == ["staff-karen"]
    assert len(ENROLLED) == 6


@pytest.mark.parametrize("member", STAFF, ids=lambda member: member.person.id)
def test_everybody_has_an_address_of_the_district(member):
    assert member.person.mail.endswith("@cedarvalley.example")


@pytest.mark.parametrize("member", STAFF, ids=lambda member: member.person.id)
def test_every_declared_account_exists(member):
    names = {f"bluesky:@{account.handle}" for account in load_demo_contents().accounts}
    names |= {f"{profile.site}:@{profile.handle}" for profile in load_demo_contents().profiles}

    assert set(member.person.accounts) <= names
    assert set(member.person.absent_from) <= {site.name for site in SITES}


@pytest.mark.parametrize("member", STAFF, ids=lambda member: member.person.id)
def test_everybody_left_two_to_six_traces_beside_the_directory(member):
    profiles = [
        profile
        for profile in load_demo_contents().profiles
        if profile.name == member.person.name.full_name
    ]
    declared = len(member.person.accounts)
    pages = [page for page in load_demo_contents().pages if member.person.name.family in page.title]

    assert 2 <= max(declared, len(profiles) + len(pages)) <= 6


def test_whoever_follows_pupils_agreed_to_be_told():
    assert Scope.STUDENT_LINKS in district.ROSA.scopes
    assert Scope.STUDENT_LINKS not in district.JOHN.scopes


def test_sixty_pupils_are_on_the_roster():
    pupils = list(district.load_students())

    assert len(pupils) == len({(pupil.given, pupil.family) for pupil in pupils}) == 60
    assert all(pupil.given.isalpha() and pupil.family[0] in ascii_letters for pupil in pupils)
    assert {pupil.grade for pupil in pupils} == {9, 10, 11, 12}


def test_two_contacts_of_staff_are_pupils_and_no_other():
    roster = {f"{student.given} {student.family}" for student in district.load_students()}

    assert contacts_of_staff() & roster == {"Mason Whitlock", "Priya Venkataraman"}


def test_no_contact_shares_a_family_name_with_the_roster_by_accident():
    families = {student.family for student in district.load_students()}
    others = contacts_of_staff() - {"Mason Whitlock", "Priya Venkataraman"}

    assert not {name.split()[-1] for name in others} & families


def test_a_pupil_graduates_when_their_profile_says_so():
    grades = {student.given: student.grade for student in district.load_students()}
    bios = {account.id: account.bio for account in load_demo_contents().accounts}

    assert "'28" in bios["mason"]
    assert "2029" in bios["priya"]
    assert (grades["Mason"], grades["Priya"]) == (11, 10)


def test_the_data_of_the_demo_ships_with_the_program():
    folder = files("monitor.demo")

    assert (folder / "catalog.json").is_file()
    assert (folder / "web" / "students.csv").is_file()
    assert (folder / "namesake.toml").is_file()


def test_the_configuration_is_that_of_the_district_and_of_its_internet(tmp_path):
    config = build_config(tmp_path)

    settings = config.district
    assert (settings.id, settings.name, settings.zone) == (
        district.DISTRICT_ID,
        district.NAME,
        district.ZONE,
    )
    assert settings.domains == (district.MAIL_DOMAIN,)
    assert settings.places == (district.TOWN,)
    assert settings.contact == config.mail.reply_to == district.CONTACT
    assert settings.reviewers == district.REVIEWERS
    assert district.SENDER in config.mail.sender
    assert config.portal.address == PORTAL_URL
    assert config.students.schools == (*district.SCHOOLS, *district.SCHOOL_ABBREVIATIONS)
    sources = config.sources
    assert sources.searxng.url == f"http://{fake_searxng.HOST}"
    assert sources.searxng.canary == fake_searxng.CANARY
    assert (sources.bluesky.url, sources.bluesky.canary) == (
        f"http://{fake_bluesky.HOST}",
        fake_bluesky.CANARY,
    )
    assert sources.bluesky.pictures == f"http://{response.HOST}"
