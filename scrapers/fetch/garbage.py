"""How often Python looks for objects that hold each other."""

import gc

# Python's own figure is 700. A sweep makes hundreds of thousands of objects that live until its
# end and hardly any cycle: looking at all of them again and again took a tenth of its work.
NEW_OBJECTS = 50_000


def collect_seldom() -> None:
    """Set it for the whole program, so only a program's entry calls this."""
    gc.set_threshold(NEW_OBJECTS, 20, 20)
