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


class SharedMailboxError(InputError):
    """A line of a staff file is most likely about no person, which is no mistake in it."""


class AlreadyEnrolledError(InputError):
    """The person has joined; the caller must not reveal it."""


class OpenCaseError(InputError):
    """Early access was asked for to a case that every reviewer finds in the queue."""


class UnavailableError(MonitorError):
    """The network or a server we depend on cannot be reached."""

    exit_code = 69


class SetAsideError(MonitorError):
    """Some of many districts could not be worked on; the others are done."""

    exit_code = 71


class CannotWriteError(MonitorError):
    """The state folder cannot be written to."""

    exit_code = 73


class MovedError(MonitorError):
    """The district is on another machine, or moving there, so it is not opened here."""

    exit_code = 74


class BusyError(MonitorError):
    """Another process holds the state folder."""

    exit_code = 75


class WrongKeyError(UnavailableError):
    """The roster key is not the one that made the tokens, so nothing can be compared."""

    exit_code = 76


class NotPermittedError(MonitorError):
    """Consent or role does not allow it."""

    exit_code = 77


def build_permission_error(path: object) -> NotPermittedError:
    """Say what helps somebody who may not open a file of the service."""
    return NotPermittedError(
        f"{path} cannot be opened by this user. Run namesake as the service's own user, or as root."
    )


class TooSoonError(NotPermittedError):
    """It may be done, though not yet."""


class DatabaseError(MonitorError):
    """The database refuses: it is of another version, or damaged."""

    exit_code = 78


class ErasedError(DatabaseError):
    """The person of a row was erased after it was found; their key is destroyed right after."""

    exit_code = 65


class ReplacedError(DatabaseError):
    """The open database was replaced at its path; no one would see what is written to it."""

    exit_code = 79


def describe_error_location(error: BaseException) -> str:
    """Say what kind of fault it was and where, and leave out its words: they may quote a name."""
    frames = reversed(extract_tb(error.__traceback__))
    places = (f"{Path(at.filename).name}:{at.lineno} in {at.name}" for at in frames)
    return f"{type(error).__name__} at {', from '.join(places)}"


def describe_fault(error: BaseException) -> str:
    """Say what an operator can act on, and of a fault of ours where it was."""
    return str(error) if isinstance(error, MonitorError) else describe_error_location(error)
