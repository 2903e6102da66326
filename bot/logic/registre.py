"""The register of who writes: a minor or a relative is answered in words of their own for the whole conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MINOR, RELATIVE, PROFESSIONAL = "mineur", "proche", "professionnel"
ADULT = "accueil/majeur"  # the choice of a grown-up who was taken for a minor
# « et si j'y vais ce soir ? » resembles a goodbye.
_COURTESIES = ("accueil/au_revoir", "accueil/merci")
# The requests that tell who writes, beside a minor's that the safety layer reads in a danger.
_WRITERS = {"urgence/mineur_ecrit": MINOR, "urgence/proche_ecrit": RELATIVE}


@dataclass(frozen=True)
class Register:
    """What becomes of an answer written for a professional.

    A key that begins with one of `kept` stays; else the longest beginning found in `table` says what takes its place;
    else `default`, or the key itself when there is none.
    """

    kept: tuple[str, ...]
    table: Mapping[str, str]
    default: str | None = None


def who_writes(key: str, minor: bool, trade_told: bool, before: str | None) -> str | None:
    """The register after a message that asks for `key`, which was `before` until then; None: a professional, so far.

    Who told a trade, now or earlier, is a professional; who is a minor remains one whatever follows.
    """
    if trade_told:
        return PROFESSIONAL
    if before == PROFESSIONAL:
        return before
    if minor or before == MINOR:
        return MINOR
    return _WRITERS.get(key, before)


def in_register(key: str, register: Register, sure: bool = True) -> str:
    """The key of the answer that `register` gives in place of `key`; a courtesy that is not `sure` closes no door."""
    if key.startswith(register.kept):
        return key
    if register.default and key in _COURTESIES and not sure:
        return register.default
    begun = [beginning for beginning in register.table if key.startswith(beginning)]
    if begun:
        return register.table[max(begun, key=len)]
    return register.default or key
