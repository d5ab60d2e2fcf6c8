"""A flag of a person who shared it, and further ones like it."""

from dataclasses import replace

from monitor.domain.flag import Flag
from monitor.domain.vocabulary import FlagKind
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import Portal

ANA, BO = REVIEWERS


def fake(maria: Staff) -> Flag:
    return next(each for each in maria.flags if each.kind is FlagKind.IMPERSONATION)


def several(portal: Portal, maria: Staff, count: int) -> list[str]:
    """Raise and share as many further flags, of items of their own."""
    world, refs = portal.world, []
    with world.state.begin_transaction():
        for number in range(count):
            item = replace(world.state.items.load_item(fake(maria).item_id), id=f"item{number:028}")
            world.state.items.insert_item(item, [f"alias{number}"])
            flag = replace(fake(maria), id=f"flag{number:028}", item_id=item.id)
            world.state.flags.insert_flag(flag)
            refs.append(flag.id)
    return refs
