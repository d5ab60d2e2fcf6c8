"""What an operator records about somebody who joined."""

MAIL = "rosa.marchetti@cedarvalley.example"


def state(terminal):
    return [row["state"] for row in terminal.run("staff", "list", "--json").json]


def test_who_left_the_district_is_found_by_their_address(terminal):
    terminal.enrols()

    said = terminal.run("staff", "left", MAIL, typed="y\n")

    assert said.code == 0
    assert state(terminal) == ["withdrawn"]
    assert terminal.run("staff", "left", "nobody@cedarvalley.example", "--yes").code == 65


def test_a_pause_is_recorded_with_its_last_day_and_only_made_longer(terminal):
    ref = terminal.enrols()
    said = terminal.run("staff", "pause", ref, "--until", "2026-12-24")

    assert said.code == 0
    assert "paused through Dec 24, 2026" in said.out
    assert state(terminal) == ["paused"]
    assert terminal.run_served("check", ref).code == 77
    sooner = terminal.run("staff", "pause", ref, "--until", "2026-12-23")
    assert (sooner.code, state(terminal)) == (65, ["paused"])
    assert "Only the person can shorten the pause." in sooner.err
    assert terminal.run("staff", "pause", ref, "--until", "2026-12-31").code == 0
