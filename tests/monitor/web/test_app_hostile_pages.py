"""What a stranger writes on their account is text on every page, and nothing else."""

from tests.hostile_strings import HEADERS, SHOWN
from tests.monitor.web.inert import FIELDS, hidden, live, poisoned
from tests.monitor.web.scene import Scene

TEXTS = (*SHOWN, *HEADERS)


def test_hostile_text_is_inert_on_every_page_about_it(scene: Scene) -> None:
    state, maria = scene.portal.world.state, scene.guests["maria"]
    finding = state.findings.load_finding(scene.finding)
    known = {
        one_finding.portrait.url
        for one_finding in state.findings.list_findings_of_person(finding.person_id)
    }
    places = (
        *(
            "/me",
            "/me/sort",
            f"/me/findings/{scene.finding}",
            f"/me/findings/{scene.finding}/beside",
        ),
        *(f"/me/findings/{scene.finding}/versions", f"/me/takedown/{scene.case}"),
        f"/me/cases/{scene.case}/share",
    )
    alive = []
    for first in range(0, len(TEXTS), len(FIELDS)):
        texts = list(TEXTS[first : first + len(FIELDS)])
        state.findings.update_finding(poisoned(finding, texts))
        for place in places:
            seen = maria.get(place)
            alive += [(place, texts, entry) for entry in live(seen.page, known)]
            alive += [(place, texts, text) for text in hidden(seen.html)]

    assert alive == []
