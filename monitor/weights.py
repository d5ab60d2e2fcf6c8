"""Where the weights of the detection rules come from: our own file, or one the config names."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from monitor.config import DetectionConfig
from monitor.domain.detection.weights import Weights, parse_weights
from monitor.errors import ConfigError


def load_weights(detection: DetectionConfig) -> Weights:
    """Return those of the file that the config names, else our own.

    A file is read once in a process: when its district is opened. Raises ConfigError for a bad one.
    """
    return load_own_weights() if detection.weights is None else _read_weights(detection.weights)


@cache
def _read_weights(path: Path) -> Weights:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read ({error}); detection.weights must name a UTF-8 file."
        raise ConfigError(reason) from error
    return parse_weights(text, str(path))


@cache
def load_own_weights() -> Weights:
    file = files("monitor.domain").joinpath("weights.toml")
    return parse_weights(file.read_text("utf-8"), "weights.toml")
