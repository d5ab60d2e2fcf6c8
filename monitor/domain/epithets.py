"""Words that stand beside a name in a handle without making it another name."""

import re

_WORD = re.compile(r"\w+")
# What a fake, a fan, or somebody whose handle was taken adds.
BOASTS = frozenset(
    _WORD.findall(
        "the real official its iam im only true original og xo hq page backup new alt priv private "
        "account acct fan fans fanpage team tv"
    )
)
# How a teacher, or somebody else whom many people know, is addressed.
TITLES = frozenset(_WORD.findall("mr mrs ms miss mx dr prof professor coach teacher principal"))
EPITHETS = BOASTS | TITLES
