from http.client import HTTPConnection

from monitor.demo.response import FakeRequest
from tests.bench.scale import (
    ScaleInternet,
    build_site_catalog,
    build_staff,
    has_profile,
    run_server_process,
)


def test_each_site_knows_its_own_account_and_no_impossible_one():
    hosts = ScaleInternet(sites=60).hosts

    assert len(hosts) == 60
    assert all(has_profile(host, host.partition(".")[0]) for host in hosts)
    assert not any(has_profile(host, f"nm{number}qzx") for host in hosts for number in range(20))


def test_about_one_handle_in_twenty_exists():
    handles = [member.person.handles[0] for member in build_staff(500)]

    found = sum(
        has_profile(host, handle) for host in ScaleInternet(sites=4).hosts for handle in handles
    )

    assert 60 < found < 140


def test_every_entry_of_the_catalogue_tells_there_from_not_there():
    web = ScaleInternet(sites=3)
    for entry in build_site_catalog(3)["sites"]:
        host = f"{entry['name']}.example"
        there = web.answer_request(FakeRequest(host=host, path=f"/u/{entry['known'][0]}"))
        missing = web.answer_request(FakeRequest(host=host, path="/u/qqzxnobody"))

        assert entry["uri_check"] == f"http://{host}/u/{{account}}"
        assert (there.status, missing.status) == (entry["e_code"], entry["m_code"])
        assert entry["e_string"] in there.text
        assert entry["m_string"] in missing.text


def test_all_made_up_people_differ():
    people = [member.person for member in build_staff(1_000)]

    assert len({person.handles for person in people}) == 1_000
    assert len({person.mail for person in people}) == 1_000
    assert len({person.name.full_name for person in people}) == 1_000


def test_it_can_be_served_from_a_process_of_its_own():
    with run_server_process(sites=2) as web:
        line = HTTPConnection(*web.address_map["site001.example"], timeout=60)
        line.request("GET", "/u/site001", headers={"Host": "site001.example"})

        assert line.getresponse().status == 200
        line.close()
        assert [host for host, _ in web.fetch_requests()] == ["site001.example"]
