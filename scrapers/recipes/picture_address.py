"""What of a picture's address tells one picture from another."""

from urllib.parse import urlsplit

LONGEST = 128
# What Mastodon and its kin show of those who have no picture.
NO_PICTURE = "missing.png"


def picture_in(address: str) -> str:
    """Return the end of its path: hosts move, and what stands behind a `?` is drawn anew."""
    try:
        end = urlsplit(address.strip()).path.rpartition("/")[2][:LONGEST]
    except ValueError:
        return ""
    return "" if end == NO_PICTURE else end
