"""Which student matcher a configuration asks for, if any."""

from collections.abc import Callable
from datetime import datetime

from monitor.config import Config
from monitor.matcher.process import MatcherProcess, MatcherSetup, NoMatcher


def matcher_setup(config: Config) -> MatcherSetup | None:
    """Return where the student matcher finds its things; None where it is turned off."""
    students = config.students
    if not students.enabled or students.tokens is None:
        return None
    return MatcherSetup(
        tokens=students.tokens,
        key_file=students.key_file,
        state=config.state,
        schools=students.schools,
        town=next(iter(config.district.places), ""),
    )


def matcher_of(config: Config, now: Callable[[], datetime]) -> NoMatcher | MatcherProcess:
    setup = matcher_setup(config)
    return MatcherProcess(setup, now) if setup else NoMatcher()
