"""Settings of the real parts: their files hold `@{name}` where a port or a folder goes."""

import re

from tests.real.machine import HERE

PLACE = re.compile(r"@\{(\w+)\}")


def fill_in(name: str, **values: object) -> str:
    text = (HERE / "settings" / name).read_text("utf-8")
    return PLACE.sub(lambda place: str(values[place[1]]), text)
