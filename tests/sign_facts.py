"""`python -m tests.sign_facts KEY CHANGES.toml UPDATE`: sign an update of facts.

Makes the private key KEY where there is none, and prints its public key, which goes under [facts].
"""

from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.db.atomic_files import write_file, write_private_file
from monitor.db.fact_updates import FIRST_WORD
from scrapers.facts.fact import list_change_faults, parse_update, split_known


def sign_update(key: Ed25519PrivateKey, text: str) -> bytes:
    signature = key.sign(text.encode()).hex()
    return f"{FIRST_WORD} {signature}\n{text}".encode()


@click.command(help=__doc__)
@click.argument("key", type=click.Path(path_type=Path))
@click.argument("changes", type=click.Path(path_type=Path, exists=True))
@click.argument("update", type=click.Path(path_type=Path))
def main(key: Path, changes: Path, update: Path) -> None:
    if not key.exists():
        write_private_file(key, Ed25519PrivateKey.generate().private_bytes_raw())
    private = Ed25519PrivateKey.from_private_bytes(key.read_bytes())
    text = changes.read_text("utf-8")
    told = parse_update(text)
    known, unknown = split_known(told.changes)
    faults = (*unknown, *list_change_faults(known, told.made_on))
    if faults:
        raise click.ClickException("\n".join(faults))
    write_file(update, sign_update(private, text))
    click.echo(private.public_key().public_bytes_raw().hex())


if __name__ == "__main__":
    main()
