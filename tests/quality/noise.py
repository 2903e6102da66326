"""Noisy copies of a French sentence, as phones and hurry make them; same kinds as in the measured baselines."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

# Spellings of short messages, written from general knowledge and not from data/lexicon/abreviations.yml: the noise must
# not be made of what the normalisation undoes.
_SMS_PHRASES = {
    "est-ce que": "eske",
    "qu'est-ce que": "keske",
    "il y a": "ya",
    "s'il vous plaît": "svp",
    "je suis": "jsuis",
    "je sais": "jsais",
    "je ne sais": "jsais",
    "parce que": "pcq",
    "c'est": "c",
    "c'était": "ct",
    "j'ai": "g",
    "tout de suite": "tt de suite",
    "d'accord": "dac",
    "aujourd'hui": "ajd",
}
_SMS_WORDS = {
    "que": "ke",
    "qui": "ki",
    "quoi": "koi",
    "quand": "kan",
    "comment": "cmt",
    "pourquoi": "pk",
    "avec": "ac",
    "dans": "ds",
    "pour": "pr",
    "pas": "pa",
    "plus": "+",
    "beaucoup": "bcp",
    "toujours": "tjr",
    "jamais": "jms",
    "tout": "tt",
    "tous": "ts",
    "toute": "tte",
    "vous": "vs",
    "nous": "ns",
    "elle": "el",
    "est": "é",
    "et": "é",
    "faut": "fo",
    "faire": "fair",
    "quelqu'un": "qqn",
    "quelque": "kelke",
    "quel": "kel",
    "quelle": "kel",
    "message": "msg",
    "téléphone": "tel",
    "problème": "pb",
    "rendez-vous": "rdv",
    "merci": "mci",
    "bonjour": "bjr",
    "bonsoir": "bsr",
    "maintenant": "mtn",
    "même": "mm",
    "depuis": "dps",
    "chez": "ché",
    "trop": "tro",
    "très": "tré",
    "aussi": "ossi",
    "mais": "mé",
    "après": "apré",
    "peut": "pe",
    "peux": "peu",
    "dois": "doi",
    "sais": "sai",
    "fait": "fé",
}
_TYPOS_IN = 0.08  # share of words
_HEAVY_TYPOS_IN = 0.10
_GLUED = 0.1  # share of the spaces after a short word that are lost
_NEIGHBOURS = {
    "a": "zq", "z": "ae", "e": "zr", "r": "et", "t": "ry", "y": "tu", "u": "yi", "i": "uo", "o": "ip", "p": "o",
    "q": "as", "s": "qd", "d": "sf", "f": "dg", "g": "fh", "h": "gj", "j": "hk", "k": "jl", "l": "km", "m": "l",
    "w": "x", "x": "wc", "c": "xv", "v": "cb", "b": "vn", "n": "b",
}  # fmt: skip
_WORD = re.compile(r"\w+(?:['’]\w+)?")


def without_accents(text: str, _: random.Random) -> str:
    """Lower case, accents stripped."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def with_typos(text: str, chance: random.Random, share: float = _TYPOS_IN) -> str:
    """One slip of the finger in a share of the words of three letters or more."""
    words = [m for m in _WORD.finditer(text) if len(m.group()) >= 3]
    for match in reversed([m for m in words if chance.random() < share]):
        text = text[: match.start()] + _slip(match.group(), chance) + text[match.end() :]
    return text


def as_sms(text: str, _: random.Random) -> str:
    """The spellings of short messages."""
    text = text.replace("’", "'").lower()
    for phrase, short in _SMS_PHRASES.items():
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", short, text)
    return re.sub(r"[\w'-]+", lambda m: _SMS_WORDS.get(m.group(), m.group()), text)


def glued(text: str, chance: random.Random) -> str:
    """Apostrophes gone, some spaces lost after words of two or three letters."""
    text = re.sub(r"['’]", "", text)
    return re.sub(r"(?<=\b\w\w) |(?<=\b\w\w\w) ", lambda _: "" if chance.random() < _GLUED else " ", text)


def heavy(text: str, chance: random.Random) -> str:
    """Short-message spellings, then typos in a tenth of the words, then lost spaces."""
    return glued(with_typos(as_sms(text, chance), chance, _HEAVY_TYPOS_IN), chance)


NOISES: dict[str, Callable[[str, random.Random], str]] = {
    "sans accents": without_accents,
    "fautes de frappe": with_typos,
    "SMS": as_sms,
    "collé": glued,
    "fort": heavy,
}


def noisy(sentences: list[str], kind: str, seed: int = 7) -> list[str]:
    """A noisy copy of each sentence, the same at every run."""
    chance = random.Random(seed)
    return [NOISES[kind](sentence, chance) for sentence in sentences]


def _slip(word: str, chance: random.Random) -> str:
    i = chance.randrange(1, len(word) - 1)
    kind = chance.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap":
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if kind == "drop":
        return word[:i] + word[i + 1 :]
    if kind == "double":
        return word[:i] + word[i] + word[i:]
    near = _NEIGHBOURS.get(word[i].lower(), word[i])
    return word[:i] + chance.choice(near) + word[i + 1 :]
