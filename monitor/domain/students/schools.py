"""What people call a school: by its name, a shorter one, or its initials."""

from functools import lru_cache

from monitor.domain.names.words import words_of

# Two letters before a number stand for too many other things.
_SHORTEST_INITIALS = 3
# What a school of this kind is abbreviated to after its own name: Cedar Valley HS.
_KINDS = {"high": "hs", "middle": "ms", "elementary": "es"}


@lru_cache(maxsize=256)
def spoken(school: str) -> frozenset[str]:
    """Return the plain names of a school; a single word is taken for its initials."""
    words = words_of(school.replace("-", " "))
    if len(words) < 2:  # noqa: PLR2004  # one word
        return frozenset(word for word in words if len(word) >= _SHORTEST_INITIALS)
    initials = "".join(word[0] for word in words)
    names = {" ".join(words), initials if len(initials) >= _SHORTEST_INITIALS else ""}
    own = words[:-1] if words[-1] == "school" else words
    kind = _KINDS.get(own[-1], "")
    if kind and len(own) > 1:
        names |= {" ".join(own), " ".join((*own[:-1], kind))}
    return frozenset(filter(None, names))
