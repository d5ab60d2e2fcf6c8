"""The languages that staff read, each with its own words file."""

from enum import StrEnum


class Language(StrEnum):
    """What staff pages and emails are written in, by the codes of browsers (BCP 47)."""

    ENGLISH = "en"
    SPANISH = "es"
