"""`namesake explain --weights` prints each weight and where it comes from."""

from importlib.resources import files

from monitor.domain.detection.weights import load_own_weights


def test_each_weight_is_shown_with_the_source_of_its_figure(terminal):
    shown = terminal.run("explain", "--weights")

    assert shown.code == 0
    assert all(rule in shown.out for rule in load_own_weights().bits)
    assert load_own_weights().sources["place"] in shown.out
    assert f"Weights in use: version {load_own_weights().version}." in shown.out


def test_the_file_that_the_config_names_is_the_one_shown(terminal):
    ours = files("monitor.domain.detection").joinpath("weights.toml").read_text("utf-8")
    other = terminal.config.state.parent / "weights-2.toml"
    other.write_text(ours.replace("version = 6", "version = 7"), "utf-8")
    named = '[detection]\nweights = "weights-2.toml"\n\n[sources.sites]'
    terminal.configured(("[sources.sites]", named))

    assert terminal.run("explain", "--weights", "--json").json["version"] == 7
