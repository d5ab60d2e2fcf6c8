"""One error family: each class is one thing a caller can do about it."""

from pathlib import Path
from traceback import extract_tb

# What a shell reports of a program that was stopped with Ctrl-C.
INTERRUPTED_EXIT_CODE = 130


class MonitorError(Exception):
    """Holds one sentence that says what is wrong and what to do. `exit_code` is documented."""

    exit_code = 70


class ConfigError(MonitorError):
    """The configuration cannot be used; the sentence names the file and the line or key."""

    exit_code = 64


class InputError(MonitorError):
    """Something given (a person, a code, a file) is not what it should be."""

    exit_code = 65


class AlreadyEnrolledError(InputError):
    """The person has joined; who reads this may not have been told so."""


class UnavailableError(MonitorError):
    """The network or a server we depend on cannot be reached."""

    exit_code = 69


class SetAsideError(MonitorError):
    """Some of many districts could not be worked on; with all others, it was done."""

    exit_code = 71


class CannotWriteError(MonitorError):
    """The state folder cannot be written to."""

    exit_code = 73


class MovedError(MonitorError):
    """The district lives on another machine, or is on its way there: nothing is opened here."""

    exit_code = 74


class BusyError(MonitorError):
    """Another process holds the state folder."""

    exit_code = 75


class WrongKeyError(UnavailableError):
    """The roster key is not the one that made the tokens: nothing can be compared with it."""

    exit_code = 76


class NotPermittedError(MonitorError):
    """Consent or role does not allow it."""

    exit_code = 77


class TooSoonError(NotPermittedError):
    """It may be done, though not yet."""


class DatabaseError(MonitorError):
    """The database refuses: it is newer than this program, or damaged."""

    exit_code = 78


class ReplacedError(DatabaseError):
    """Another database lies where the open one was: what is written to it, no one would see."""

    exit_code = 79


def describe_error_location(error: BaseException) -> str:
    """Say what kind of fault it was and where, and leave out its words: they may quote a name."""
    frames = reversed(extract_tb(error.__traceback__))
    places = (f"{Path(at.filename).name}:{at.lineno} in {at.name}" for at in frames)
    return f"{type(error).__name__} at {', from '.join(places)}"
