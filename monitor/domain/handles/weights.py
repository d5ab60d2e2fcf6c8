"""What each part of a handle weighs, in bits, on the question whose it is.

Fitted to 1,962 names and handles of officials by `tests/bench/handle_weights.py`, then rounded and
shrunk; what is set by hand stands in too few of these rows. docs/handles.md has the table.
"""

from dataclasses import dataclass

from monitor.domain.evidence import Axis, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    name: str
    bits: float
    reason: str

    def holds(self, *, bits: float | None = None, reason: str = "") -> Evidence:
        return Evidence(
            rule=self.name,
            axis=Axis.CLAIM,
            bits=self.bits if bits is None else bits,
            reason=reason or self.reason,
        )


ANYBODY = Weight(
    name="handle-anybody", bits=-1.9, reason="Most handles that come up are somebody else's."
)
OPAQUE = Weight(
    name="handle-opaque", bits=0.9, reason="Its network made the handle up: it says nothing."
)
# By hand, beside what the handle itself says: people who never met share a common name or word.
SAME = Weight(name="handle-same", bits=5.0, reason="The handles are the same.")
NOTHING = Weight(name="handle-nothing", bits=-4.5, reason="The handle holds nothing of your name.")

FAMILY = Weight(name="handle-family", bits=3.9, reason="The handle holds your family name.")
GIVEN = Weight(name="handle-given", bits=1.1, reason="The handle holds your given name.")
NICK = Weight(
    name="handle-nickname", bits=-0.5, reason="The handle holds another form of your given name."
)
MIDDLE = Weight(name="handle-middle", bits=0.3, reason="The handle holds your middle name.")
BOTH = Weight(
    name="handle-both", bits=3.8, reason="The handle holds both a given and the family name."
)
# By hand, shrunk: a letter drawn from 26 would agree by chance once in 4.7 bits.
INITIAL = Weight(name="handle-initial", bits=2.0, reason="An initial of yours stands beside it.")
INITIALS = Weight(
    name="handle-all-initials", bits=2.6, reason="The handle holds all your initials."
)
# By hand, shrunk: two given letters, and a third one between them, are a stranger's once in 9 bits.
HEADS = Weight(
    name="handle-heads",
    bits=5.0,
    reason="The handle is two or three letters, from your first initial to your last.",
)
MOST_HEADS = 3
# By hand: few go by an initial that is none of theirs, and many share a family name.
OTHER_INITIAL = Weight(
    name="handle-other-initial", bits=-2.5, reason="The handle holds another initial."
)
MOST_INITIALS = 2
# By hand, shrunk: two letters more agree by chance once in 8 bits.
FAMILY_START = Weight(
    name="handle-family-start", bits=2.5, reason="The handle holds the start of your family name."
)
GIVEN_START = Weight(
    name="handle-given-start", bits=0.5, reason="The handle holds the start of your given name."
)
# By hand, for each letter in a row beyond the second: three stand in one of thirty strangers'
# handles, four in one of two hundred.
SHARED = Weight(name="handle-shared-letters", bits=1.5, reason="")
SHARED_BY_CHANCE = 2
MOST_SHARED = 4

# A share of how rare a name is, in bits beyond that of a common one.
RARE_FAMILY = Weight(name="handle-rare-family", bits=0.6, reason="")
RARE_GIVEN = Weight(name="handle-rare-given", bits=0.4, reason="")
USUAL_FAMILY = 12.0
USUAL_GIVEN = 8.0
# Beyond it a name is as rare as any word is that somebody thought of.
MOST_RARE = 4.0

# For each letter that the name does not explain.
BESIDE_FAMILY = Weight(name="handle-beside-family", bits=-0.8, reason="")
BESIDE_GIVEN = Weight(name="handle-beside-given", bits=-1.1, reason="")
BESIDE_BOTH = Weight(name="handle-beside-both", bits=-0.5, reason="")
MOST_LETTERS = 5
OTHER_GIVEN = Weight(
    name="handle-other-given", bits=-2.2, reason="The handle holds another given name."
)
AGAINST = frozenset(
    rule.name for rule in (BESIDE_FAMILY, BESIDE_GIVEN, BESIDE_BOTH, OTHER_GIVEN, OTHER_INITIAL)
)
