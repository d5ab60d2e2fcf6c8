"""The page of a demonstration on which one chooses whom to be."""

from dataclasses import dataclass

from reports.pages.layout import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`part` says in a few words who they are and what is to be seen."""

    reader: str
    name: str
    part: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CastView:
    """`here` is who one is at the moment, empty for nobody."""

    actors: tuple[Actor, ...]
    here: str = ""

    @property
    def groups(self) -> dict[str, list[Actor]]:
        groups: dict[str, list[Actor]] = {}
        for actor in self.actors:
            groups.setdefault(actor.group, []).append(actor)
        return groups


def render(view: CastView, frame: Frame) -> str:
    return page("cast", view, frame)
