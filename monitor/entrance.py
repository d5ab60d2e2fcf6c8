"""Joins who is let in, and how they prove who they are."""

from dataclasses import dataclass
from functools import cached_property

from monitor.config import Config
from monitor.db.database import State
from monitor.outside import Outside
from monitor.services.auth import Admitting, SigningIn
from monitor.services.notifications import Correspondence


@dataclass(frozen=True, kw_only=True)
class Entrance:
    state: State
    config: Config
    letters: Correspondence
    outside: Outside

    @cached_property
    def admitting(self) -> Admitting:
        return Admitting(
            state=self.state,
            config=self.config,
            now=self.outside.clock.now,
            new_code=self.outside.new_code,
        )

    @cached_property
    def signing_in(self) -> SigningIn:
        return SigningIn(
            state=self.state,
            admitting=self.admitting,
            letters=self.letters,
            now=self.outside.clock.now,
            new_ref=self.outside.new_ref,
        )
