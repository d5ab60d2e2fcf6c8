"""A package of somebody else's, which brings one source in one file."""

from pathlib import Path

from scrapers.source_discovery import ENTRY_POINT_GROUP

PLUGIN = """\
from dataclasses import dataclass

from scrapers.source import AccessMode, CrawlPolicy, SourceFamily, SourceInfo


@dataclass(frozen=True)
class Chalk:
    name: str = "chalk"
    platform: str = "chalk"
    family: SourceFamily = SourceFamily.PROFILES
    version: int = 1
    crawl_policy: CrawlPolicy = CrawlPolicy(
        origins=("https://chalk.example",), access=AccessMode.API
    )
    info: SourceInfo = SourceInfo(
        title="Chalk", asks="a handle", discloses="the handle", sees="a board",
        cannot_see="the rest", provenance="its own documentation",
    )

    def build_queries(self, identity): return ()
    def parse_response(self, query, page): raise NotImplementedError
    def build_canaries(self, nonce): return ()


CHALK = Chalk()
"""


def install(site: Path, source: str = PLUGIN) -> Path:
    """Lay it out as an installer does, and return the folder that goes on the path."""
    facts = site / "chalk-1.0.dist-info"
    facts.mkdir(parents=True)
    (site / "chalk_source.py").write_text(source)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: chalk\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[{ENTRY_POINT_GROUP}]\nchalk = chalk_source:CHALK\n")
    return site
