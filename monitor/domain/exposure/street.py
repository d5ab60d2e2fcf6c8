"""How a street address is written in the United States."""

import re

_NUMBER = r"\b\d{1,5}(?:[A-D]|-\d{1,3})?"
_TURN = r"(?:\s+(?:[NS][EW]|[NSEW]|North|South|East|West)\b\.?)?"
_NAME = r"(?:\s+(?:[A-Z][\w'\u2019]+\.?|\d{1,3}(?:st|nd|rd|th))){1,3}"
_ALWAYS = r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Drive|Dr)"
# These are words of their own, too: only what follows makes an address of them.
_SELDOM = (
    r"(?:Court|Ct|Way|Place|Pl|Terrace|Ter|Circle|Cir|Trail|Trl|Parkway|Pkwy|Highway|Hwy|Loop|Pass)"
)
_ROOM = r"(?:,?\s+(?:Apt|Apartment|Unit|Suite|Ste|No|#)\.?\s*#?\s*\w{1,6}\b)?"
_TOWN = r"(?:,\s*[A-Z][\w'. ]{2,30}?)?,\s*[A-Z]{2}\b(?:\s+\d{5}(?:-\d{4})?)?"

STREET = re.compile(
    rf"{_NUMBER}{_TURN}{_NAME}\s+(?:"
    rf"{_ALWAYS}\b\.?{_TURN}{_ROOM}(?:{_TOWN})?"
    rf"|{_SELDOM}\b\.?{_TURN}{_ROOM}{_TOWN}"
    rf")"
)
