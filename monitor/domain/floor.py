"""Figures about staff are shown only where too many people stand behind them to tell who."""

from dataclasses import dataclass

# Fewer people than this in one figure, and it is not shown.
FEWEST = 5
# In a smaller district any figure would say something of somebody.
SMALLEST_DISTRICT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often something was, and about how many people."""

    number: int = 0
    people: int = 0

    @property
    def shown(self) -> int | None:
        """Return the number; None where so few people stand behind it that it would tell who."""
        return self.number if self.people == 0 or self.people >= FEWEST else None


def large_enough(enrolled: int) -> bool:
    return enrolled >= SMALLEST_DISTRICT
