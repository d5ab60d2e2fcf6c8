"""The demo on one screen: what a stranger reads of the three weeks."""

import re
from io import StringIO

import pytest
from rich.console import Console

from monitor.cli import demo


@pytest.fixture(scope="module", params=[80, 108])
def screen(request, played_story):
    folder, story = played_story.folder, played_story.story

    def play_again(_folder, on_week):
        for number, week in enumerate(story.weeks, 1):
            on_week(number, week)
        return story

    console = Console(file=StringIO(), width=request.param, record=True, highlight=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "play_story", play_again)
        demo.print_story(folder, console)
    return folder, console.export_text(), request.param


def test_it_fits_the_screen(screen):
    _, text, width = screen

    lines = text.splitlines()
    paths = [line for line in lines if len(line) > width]
    assert all(line.startswith(("They are in ", "  namesake --config ")) for line in paths)


def test_each_week_says_in_its_title_what_is_in_it(screen):
    _, text, _ = screen

    for title in (
        "Week 1, Sep 14: everything is new",
        "Week 2, Sep 21: an impersonator, a namesake, a changed account, students",
        "Week 3, Sep 28: a wave of new accounts about three teachers of one school",
    ):
        assert f"─ {title} ─" in text


def test_it_names_what_was_planted_and_what_could_not_be_checked(screen):
    _, text, _ = screen

    for told in (
        "Possible impersonation, Maria Delgado",
        "Link to a student, Rosa Marchetti",
        "Own account changed, Thomas Okafor",
        "Someone else with the same name. Not flagged.",
        "Readerly has been blocking us",
        "Snapgarden has given answers we cannot trust",
        "Stitchbook has been limiting our requests",
    ):
        assert told in " ".join(text.replace("│", " ").split())


def test_every_email_is_named_or_counted(screen):
    folder, text, _ = screen
    outbox = {path.name for path in (folder / "state" / "outbox").glob("*.eml")}

    named = set(re.findall(r"\S+\.eml", text))
    rest = " ".join(text.partition("│ and 7 inv")[2].replace("│", " ").split())
    counted = 7 + sum(map(int, re.findall(r"(\d+) (?:conf|name|good|other)", rest)))

    assert named <= outbox
    assert len(named) == 10
    assert len(named) + counted == len(outbox)


def test_nothing_in_it_is_a_link(screen):
    _, text, _ = screen

    assert "://" not in text
    assert not re.search(r"\w\.example(?!\S*\.eml)", text)
