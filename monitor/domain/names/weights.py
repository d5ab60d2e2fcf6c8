"""What each way in which two written names agree is worth, in bits, and its sentence.

A weight is log2 of how much more often it is seen between two spellings of one person's name than
between two people of one family name; docs/detection.md says which of them were counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain.names.family_likeness import Family
from monitor.domain.names.given_likeness import Given
from monitor.domain.names.likeness import Generation, Rest


@dataclass(frozen=True, slots=True)
class Weight:
    bits: float
    reason: str = ""


FAMILY: Mapping[Family, Weight] = {
    Family.SAME: Weight(0.0, "The family name is the same."),
    Family.PART: Weight(-1.0, "The family names share a part, as double names do."),
    Family.NEAR: Weight(-6.0, "The family names differ by a letter or two."),
    Family.DIFFERENT: Weight(-11.0, "The family names differ."),
}
GIVEN: Mapping[Given, Weight] = {
    Given.SAME: Weight(2.5, "The given name is the same."),
    Given.CALLED: Weight(5.5, "One name says that its bearer is called as in the other."),
    Given.NICKNAME: Weight(5.5, "One given name is a nickname of the other."),
    Given.SECOND: Weight(4.5, "One name goes by the other's second given name."),
    Given.SHORT: Weight(3.5, "One given name is the other, shortened."),
    Given.INITIAL: Weight(3.5, "One name shows only the initial of the other's given name."),
    Given.SECOND_INITIAL: Weight(1.0, "One name shows the initial of another given name."),
    Given.ALIKE: Weight(-0.5, "The given names begin alike, or differ by a letter."),
    Given.BYNAME: Weight(-1.0, "One given name is a byname that anybody may have."),
    Given.MISSING: Weight(-2.0, "One name has no given name."),
    Given.OTHER_INITIAL: Weight(-4.5, "The initial is not that of the other's given name."),
    Given.COUNTERPART: Weight(-5.0, "The given names are made of one, and are two names."),
    Given.DIFFERENT: Weight(-5.0, "The given names differ."),
}
REST: Mapping[Rest, Weight] = {
    Rest.SAME: Weight(2.0, "The middle name is the same."),
    Rest.INITIAL: Weight(1.5, "The middle initial agrees."),
    Rest.SILENT: Weight(0.0),
    Rest.OTHER: Weight(-3.5, "The middle names differ."),
}
GENERATION: Mapping[Generation, Weight] = {
    Generation.SAME: Weight(1.0, "Both are the same generation of the name, such as Jr."),
    Generation.SILENT: Weight(0.0),
    Generation.OTHER: Weight(-6.0, "They are two generations of one name, such as Jr. and III."),
}
TURNED = Weight(-2.0, "The family name seems to stand first.")

# A family name's rarity counts half: people of one family name live near each other, and are kin.
RARITY = 0.5
RAREST = 20.0
RAREST_GIVEN = 16.0
# From here on a reason says that the name is rare: one in 4,096 people bears it, or fewer.
RARE = 12.0
# Two names are taken to be one person's from here on: the sum at which F1 is best on the rows
# described in docs/detection.md. Scores are given from there, so that yes is above 0.
THRESHOLD = 4.5
# Below the threshold by less than this, the answer is perhaps.
UNSURE = 3.0
