"""Mask what could name a young person before a message is stored, logged or analysed."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Numbers of public services are no personal data and must stay readable: "le 119", "3018", "116 000".
_PUBLIC = re.compile(r"^(?:15|17|18|112|114|115|119|3018|3114|3919|116\s?000|116\s?006)$")
_PHONE = re.compile(r"(?<![\w/])(?:\+\s?33|00\s?33|0)\s?(?:\(0\)\s?)?[1-9](?:[\s.\-_/]?\d{2}){4}(?!\d)")
_EMAIL = re.compile(
    r"[\w.+\-]{1,64}\s?(?:@|\(at\)|\[at\]|\barobase\b)\s?[\w\-]+(?:\s?(?:\.|\(dot\)|\bpoint\b)\s?[\w\-]+)+", re.I
)
_HANDLE = re.compile(r"(?<![\w.])@[\w.]{2,30}")
_ACCOUNT = re.compile(
    r"\b((?:snap(?:chat)?|insta(?:gram)?|tik\s?tok|telegram|whatsapp|discord|facebook|pseudo|compte)\s*"
    r"(?:c['’]est|:|=|s['’]appelle|appelé|nommé)\s*)(?!un\b|une\b|le\b|la\b|son\b|sa\b|pas\b|plus\b)([\w.\-]{3,30})",
    re.I,
)
_LINK = re.compile(r"https?://\S+|\bwww\.\S+", re.I)
_ADDRESS = re.compile(
    r"\b\d{1,4}\s?(?:bis|ter|quater)?,?\s+(?:rue|avenue|av\.?|boulevard|bd|chemin|place|impasse|allée|allee|route|quai|cours"
    r"|square|passage|villa|résidence|residence)\s+(?:(?:de|du|des|la|le|les|l'|d')\s?)*[\wÀ-ÿ'\-]+(?:\s+[A-ZÀ-Ý][\wÀ-ÿ'\-]+)*",
    re.I,
)
_BIRTH = re.compile(
    r"\b(né|née|nee|ne|naissance|anniversaire)(\s*(?:le|:|du)?\s*)"
    r"(\d{1,2}[\s/.\-]\d{1,2}[\s/.\-]\d{2,4}|\d{1,2}(?:er)?\s+\w{3,9}\s+\d{4})",
    re.I,
)
_DATE = re.compile(r"(?<!\d)\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d{2}(?!\d)")
_INTRODUCED = re.compile(
    r"\b((?:elle|il|jeune fille|jeune|fille|garçon|élève|gamine|gamin|ado|mineure|mineur)\s+s['’]?\s?appelle"
    r"|s['’]?appelle|(?:son|sa)\s+(?:pré)?nom\s*(?:est|c'est|:|=)|(?:pré)?nom\s*(?::|=)|prénommée?|nommée?|surnommée?"
    r"|dénommée?)(\s+)(?!(?:comment|la|le|les|un|une|plus|pas|encore|quand|pour|par|à|au|toujours|souvent)\b)"
    r"([A-ZÀ-Ýa-zà-ÿ][\wÀ-ÿ'’\-]+(?-i:(?:\s+[A-ZÀ-Ý][\wÀ-ÿ'’\-]+){0,2}))",
    re.I,
)
_PLACE_OF_LIFE = re.compile(
    r"\b(collège|college|lycée|lycee|école|ecole|foyer|mecs|internat|maternelle)\s+"
    r"(?-i:((?:[A-ZÀ-Ý][\wÀ-ÿ'’\-]+)(?:\s+[A-ZÀ-Ý][\wÀ-ÿ'’\-]+){0,3}))",
    re.I,
)
_IS_NAMED = re.compile(
    r"\b((?:mon|ma|notre|l['’]|cette|la|une?)\s?(?:élève|jeune|ado|fille|mineure?|patiente?|gamine?)\s+(?:est|c['’]est)\s+)"
    r"(?-i:([A-ZÀ-Ý][a-zà-ÿ'’\-]{2,}(?:\s+[A-ZÀ-Ý][\wÀ-ÿ\-]+)?))",
    re.I,
)
_CALLED = re.compile(
    r"\b((?:une?|la|le|cette|ce|mon|ma|notre|l['’])\s*(?:jeune(?:\s+fille)?|élève|fille|garçon|ado(?:lescente?)?|gamine?|"
    r"mineure?|collégienne?|lycéenne?|petite|patiente?|enfant)),?\s+(?-i:([A-ZÀ-Ý][a-zà-ÿ'’\-]{2,}(?:\s+[A-ZÀ-Ý][\wÀ-ÿ\-]+)?))\b",
    re.I,
)

MARKERS = ("[nom]", "[téléphone]", "[courriel]", "[compte]", "[adresse]", "[date]")
NAME, PHONE, EMAIL, ACCOUNT, ADDRESS, DATE = MARKERS


@dataclass(frozen=True)
class Masked:
    """The text without what could name somebody, and whether anything was masked."""

    text: str
    changed: bool


def mask(text: str) -> Masked:
    """Replace phones, e-mails, accounts, links, addresses, birth dates and introduced names by a neutral word."""
    masked = _EMAIL.sub(EMAIL, text)
    masked = _LINK.sub(ACCOUNT, masked)
    masked = _PHONE.sub(lambda m: m[0] if _PUBLIC.match(m[0].strip()) else PHONE, masked)
    masked = _HANDLE.sub(ACCOUNT, masked)
    masked = _ACCOUNT.sub(rf"\g<1>{ACCOUNT}", masked)
    masked = _ADDRESS.sub(ADDRESS, masked)
    masked = _BIRTH.sub(rf"\g<1>\g<2>{DATE}", masked)
    masked = _DATE.sub(DATE, masked)
    masked = _INTRODUCED.sub(rf"\g<1>\g<2>{NAME}", masked)
    masked = _PLACE_OF_LIFE.sub(rf"\g<1> {NAME}", masked)
    masked = _IS_NAMED.sub(rf"\g<1>{NAME}", masked)
    masked = _CALLED.sub(lambda m: m[0][: m.start(2) - m.start()] + NAME, masked)
    return Masked(masked, masked != text)
