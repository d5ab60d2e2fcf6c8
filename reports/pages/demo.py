"""The page of a demonstration on which one chooses whom to be."""

from dataclasses import dataclass

from reports.pages.layout import PageFrame, render_page


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """`part` says in a few words who they are and what is to be seen."""

    reader: str
    name: str
    part: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CastView:
    """`here` is who one is at the moment, empty for no one."""

    actors: tuple[CastMember, ...]
    here: str = ""

    @property
    def groups(self) -> dict[str, list[CastMember]]:
        groups: dict[str, list[CastMember]] = {}
        for actor in self.actors:
            groups.setdefault(actor.group, []).append(actor)
        return groups


def render_cast(view: CastView, frame: PageFrame) -> str:
    return render_page("cast", view, frame)
