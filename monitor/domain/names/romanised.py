"""Names in Cyrillic and Greek letters, in Latin ones much as passports write them."""

import re
from collections.abc import Mapping
from unicodedata import lookup, normalize

# By the letters' names in Unicode: the letters themselves look too much like Latin ones.
_CYRILLIC = """
A a|BE b|VE v|GHE g|GHE WITH UPTURN g|DE d|IE e|IO e|UKRAINIAN IE ye|ZHE zh|ZE z|I i|SHORT I y
BYELORUSSIAN-UKRAINIAN I i|YI yi|KA k|EL l|EM m|EN n|O o|PE p|ER r|ES s|TE t|U u|EF f|HA kh|TSE ts
CHE ch|SHA sh|SHCHA shch|HARD SIGN -|YERU y|SOFT SIGN -|E e|YU yu|YA ya
"""
_GREEK = """
ALPHA a|BETA v|GAMMA g|DELTA d|EPSILON e|ZETA z|ETA i|THETA th|IOTA i|KAPPA k|LAMDA l|MU m|NU n
XI x|OMICRON o|PI p|RHO r|SIGMA s|FINAL SIGMA s|TAU t|UPSILON y|PHI f|CHI ch|PSI ps|OMEGA o
"""
_WORD = re.compile(r"[^\W\d_]+")


def romanised(text: str) -> str:
    """Transcribe each word that is wholly in one of these alphabets.

    A word of several alphabets is left as it is: its letters are there for their looks.
    """
    if text.isascii():
        return text
    return _WORD.sub(lambda word: _transcribed(word[0]), normalize("NFC", text))


def _transcribed(word: str) -> str:
    small = word.lower()
    for letters in _ALPHABETS:
        # An accent is no letter of its own, but the breve of a short I is.
        plain = [each if each in letters else normalize("NFD", each)[0] for each in small]
        if letters.keys() >= set(plain):
            return "".join(letters[letter] for letter in plain)
    return word


def _alphabet(script: str, table: str) -> Mapping[str, str]:
    entries = (entry.rpartition(" ") for entry in table.strip().replace("\n", "|").split("|"))
    return {lookup(f"{script} SMALL LETTER {name}"): latin.strip("-") for name, _, latin in entries}


_ALPHABETS = (_alphabet("CYRILLIC", _CYRILLIC), _alphabet("GREEK", _GREEK))
