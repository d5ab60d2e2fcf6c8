"""The keys of the sources: handed over by the machine, and only to the origin they are for."""

from collections.abc import Iterable, Mapping

from monitor.config import secret
from monitor.errors import ConfigError
from scrapers.fetch.credentials import Credential, Credentials
from scrapers.fetch.target import normal
from scrapers.source import Key, Source


def keys_of(sources: Iterable[Source], environ: Mapping[str, str]) -> Credentials:
    """Collect what each source wants to see.

    Raises ConfigError where two sources want different keys at one origin.
    """
    found: dict[str, tuple[str, Credential]] = {}
    missing: set[str] = set()
    for source in sources:
        key = source.declaration.key
        if key is None:
            continue
        name = key.name or f"{source.name}-key"
        value = secret(name, environ)
        manners = source.etiquette
        keyed = (each for each in manners.origins if each not in manners.pictures)
        for origin in map(normal, keyed):
            if not value:
                missing |= {origin} if key.required else set()
            elif found.setdefault(origin, (name, _credential(key, value)))[0] != name:
                reason = f"Two keys are meant for {origin}: turn one of its sources off."
                raise ConfigError(reason)
    by_origin = {origin: credential for origin, (_, credential) in found.items()}
    return Credentials(by_origin=by_origin, missing=frozenset(missing))


def _credential(key: Key, value: str) -> Credential:
    if key.header:
        return Credential(headers=((key.header, f"{key.prefix}{value}"),))
    return Credential(params=((key.param, value),))
