"""Where impersonation is reported: the file that comes with the program."""

from functools import cache
from importlib.resources import files

from monitor.domain.takedown.places import Places, read_places


@cache
def own_places() -> Places:
    file = files("monitor.domain.takedown").joinpath("places.toml")
    return read_places(file.read_text("utf-8"), "places.toml")
