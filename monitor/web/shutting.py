"""What is not there, not open, or about the reader: all of these look alike to a reviewer."""

from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import NotFound

from monitor.errors import InputError, NotPermittedError


@contextmanager
def shut() -> Iterator[None]:
    """Answer that there is no such page: whether there is such a flag is nobody's business."""
    try:
        yield
    except (InputError, NotPermittedError) as error:
        raise NotFound from error
