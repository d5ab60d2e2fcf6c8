"""Weights as TOML, in the form that they are read from."""

import json
from collections.abc import Iterator

from monitor.domain.evidence import Axis
from monitor.domain.reasons.rules import RULES
from monitor.domain.weights import PRIOR, Weights

_HEAD = """\
# Weights learnt from counts of verdicts, in bits; docs/verdicts.md says how. L: learnt.
"""


def weights_text(weights: Weights) -> str:
    return "\n".join(_lines(weights)) + "\n"


def _lines(weights: Weights) -> Iterator[str]:
    yield f"{_HEAD}\nversion = {weights.version}\n\n[prior]"
    yield _line(PRIOR, weights.prior, weights.sources[PRIOR])
    for axis in Axis:
        yield f"\n[{axis.value}]"
        for name, bits in weights.bits.items():
            if RULES[name].axis is axis:
                yield _line(name, bits, weights.sources[name])


def _line(name: str, bits: float, source: str) -> str:
    # A string of TOML is one of JSON, but for DEL.
    quoted = json.dumps(source, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{name} = {{ bits = {bits}, source = {quoted} }}"
