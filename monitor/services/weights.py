"""The learnt weights of a district: a file a version beside each other, and which one is in use.

Where the weights of the assessment come from: our own file, or one that the config names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from monitor.config import Config, DetectionConfig
from monitor.db.files import keep
from monitor.domain.detection.weights import Weights, read_weights, weights_text
from monitor.errors import ConfigError, InputError


def weights_of(detection: DetectionConfig) -> Weights:
    """Read the file that the config names, else our own. Raises ConfigError for a bad one."""
    path = detection.weights
    if path is None:
        return own_weights()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read ({error}); detection.weights must name a UTF-8 file."
        raise ConfigError(reason) from error
    return read_weights(text, str(path))


@cache
def own_weights() -> Weights:
    file = files("monitor.domain").joinpath("weights.toml")
    return read_weights(file.read_text("utf-8"), "weights.toml")


_FOLDER = "weights"
_IN_USE = "in-use"
# Learnt versions start here, so that none is ever one of those that come with the program.
_FIRST = 1001


@dataclass(frozen=True, slots=True)
class Shelf:
    folder: Path

    @classmethod
    def of(cls, config: Config) -> "Shelf":
        return cls(config.state / _FOLDER)

    @property
    def next_version(self) -> int:
        return max((_FIRST - 1, *self._learnt())) + 1

    def versions(self) -> tuple[int, ...]:
        """Return every version that can be used, ours first."""
        return (own_weights().version, *sorted(self._learnt()))

    def in_use(self) -> Weights:
        """Return the weights that count. Raises ConfigError where their file cannot be used."""
        try:
            chosen = int((self.folder / _IN_USE).read_text("ascii"))
        except FileNotFoundError:
            return own_weights()
        except (OSError, ValueError) as error:
            raise _unusable(self.folder / _IN_USE, str(error)) from error
        return self.get(chosen) if chosen >= _FIRST else own_weights()

    def get(self, version: int) -> Weights:
        """Return one version. Raises InputError where there is none of that number."""
        if version not in self.versions():
            reason = (
                f"There are no weights of version {version}; `namesake weights show` lists them."
            )
            raise InputError(reason)
        if version < _FIRST:
            return own_weights()
        path = self._path(version)
        try:
            return read_weights(path.read_text("utf-8"), str(path))
        except (OSError, UnicodeDecodeError, ConfigError) as error:
            raise _unusable(path, str(error)) from error

    def add(self, weights: Weights) -> Path:
        path = self._path(weights.version)
        keep(path, weights_text(weights).encode())
        return path

    def use(self, version: int) -> Weights:
        """Choose a version, whose file must be whole. Raises InputError and ConfigError."""
        weights = self.get(version)
        keep(self.folder / _IN_USE, f"{version}\n".encode("ascii"))
        return weights

    def _learnt(self) -> Iterator[int]:
        for path in self.folder.glob("*.toml"):
            if path.stem.isdecimal() and int(path.stem) >= _FIRST:
                yield int(path.stem)

    def _path(self, version: int) -> Path:
        return self.folder / f"{version}.toml"


def weights_in_use(config: Config) -> Weights:
    """Read the weights that the config names, else those that the operator chose, else ours."""
    if config.detection.weights is not None:
        return weights_of(config.detection)
    return Shelf.of(config).in_use()


def _unusable(path: Path, what: str) -> ConfigError:
    first = own_weights().version
    return ConfigError(f"{path} cannot be used ({what}); `namesake weights use {first}` goes back.")
