"""The config may name a file of weights; without one, ours count."""

from importlib.resources import files

import pytest

from monitor.config.sections import DetectionConfig, load_weights
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.errors import ConfigError

OURS = files("monitor.domain.detection").joinpath("weights.toml").read_text("utf-8")


def test_the_config_names_another_file(tmp_path):
    path = tmp_path / "weights-2.toml"
    path.write_text(OURS.replace("version = 6", "version = 7"), "utf-8")

    assert load_weights(DetectionConfig(weights=path)).version == 7
    assert load_weights(DetectionConfig()) is load_own_weights()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="weights-3"):
        load_weights(DetectionConfig(weights=tmp_path / "weights-3.toml"))
