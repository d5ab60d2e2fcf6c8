"""Joins what has to do with letters: how they leave, what comes back, what operators hear."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from monitor.config import Config, secret
from monitor.db.database import State
from monitor.mail.imap import ImapBox, NoBounceBox
from monitor.mail.smtp import FolderPost, SmtpPost
from monitor.outside import Outside
from monitor.services.data_export import Exporting
from monitor.services.digests import Digesting
from monitor.services.notifications import Correspondence, Upkeep
from monitor.services.outbox import Drafting, Posting
from monitor.services.ports import BounceBox, Now, Post
from monitor.services.presenters import Telling
from monitor.services.suppression import Bouncing, Stopping

OUTBOX = "outbox"


@dataclass(frozen=True, kw_only=True)
class Mailroom:
    config: Config
    outside: Outside
    state: State
    letters: Correspondence
    telling: Telling
    stopped: Callable[[], bool]

    @property
    def now(self) -> Now:
        return self.outside.clock.now

    @property
    def digesting(self) -> Digesting:
        return Digesting(state=self.state, letters=self.letters, telling=self.telling, now=self.now)

    @cached_property
    def posting(self) -> Posting:
        return Posting(
            state=self.state,
            drafting=Drafting(
                state=self.state,
                config=self.config,
                exporting=Exporting(
                    state=self.state, config=self.config, letters=self.letters, now=self.now
                ),
                now=self.now,
            ),
            bouncing=self.bouncing,
            post=self._post(),
            now=self.now,
            stopped=self.stopped,
        )

    @cached_property
    def bouncing(self) -> Bouncing:
        return Bouncing(state=self.state, letters=self.letters, box=self._box(), now=self.now)

    @property
    def stopping(self) -> Stopping:
        return Stopping(state=self.state, now=self.now)

    @property
    def upkeep(self) -> Upkeep:
        return Upkeep(state=self.state, letters=self.letters)

    def _post(self) -> Post:
        mail = self.config.mail
        if mail.host:
            password = secret("smtp-password", self.outside.environ)
            return SmtpPost(mail, password, self.outside.clock)
        return FolderPost(mail, self.config.state / OUTBOX, self.outside.letter_name)

    def _box(self) -> BounceBox:
        settings = self.config.bounces
        if settings is None:
            return NoBounceBox()
        password = secret("bounces-password", self.outside.environ)
        return ImapBox(settings, password, self.config.mail.return_path)
