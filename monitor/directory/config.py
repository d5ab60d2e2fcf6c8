"""The key `scim` under [staff]."""

from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import urlsplit

from monitor.config.file import AnnexKeys
from monitor.config.sections import Config, StaffConfig


class DirectoryMode(StrEnum):
    """What becomes of new people in the staff directory: an operator invites them, or the night."""

    PROPOSE = "propose"
    INVITE = "invite"


class DirectoryStaffConfig(StaffConfig, frozen=True, kw_only=True):
    """With `scim`, the staff directory sends its entries.

    Its token is the secret `scim-token`.
    """

    scim: DirectoryMode | None = None


def find_directory_mode(config: Config) -> DirectoryMode | None:
    """Return None where no directory writes."""
    staff = config.staff
    return staff.scim if isinstance(staff, DirectoryStaffConfig) else None


def _find_faults(config: Config) -> Iterator[tuple[bool, str, str]]:
    is_on = find_directory_mode(config) is not None
    yield (
        is_on and not config.mail.host,
        "$.staff.scim",
        "needs `host` under [mail] as well, or no one can be invited",
    )
    yield (
        is_on and urlsplit(config.portal.address).scheme != "https",
        "$.staff.scim",
        "needs an https:// `address` under [portal]: the directory sends its token there",
    )


DIRECTORY_KEYS = AnnexKeys(tables={"staff": DirectoryStaffConfig}, find_faults=_find_faults)
