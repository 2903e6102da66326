"""Mask what could name a young person before a message is stored, logged or analysed.

Each kind of data has its expression here, behind a cheap test (no digit, no phone); names of persons are in noms.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.logic.noms import NAME, mask_names

PHONE, EMAIL, ACCOUNT, ADDRESS, DATE, NUMBER = (
    "[téléphone]",
    "[courriel]",
    "[compte]",
    "[adresse]",
    "[date]",
    "[numéro]",
)
MARKERS = (NAME, PHONE, EMAIL, ACCOUNT, ADDRESS, DATE, NUMBER)

_MOST_PASSES = 12  # more than four are needed by some texts (test_confidentialite.py)
_BUTTON = re.compile(r"/[a-z0-9_]+(?:/[a-z0-9_]+)*")
_CAP = r"[A-ZÀ-ÝŒ][\w’'\-]*"
_GAP = r"[\s.\-_/()·,\u2010-\u2015]{0,3}"

# -- e-mails
_SEPARATOR = r"\s?(?:[.\-]|\(\.\)|\[\.\]|\(?\[?\b(?:point|dot|tiret(?:\sdu\s(?:bas|6))?|underscore)\b\)?\]?)\s?"
_ATOM = r"[\w+]{1,40}"
_AT = r"\s{0,2}(?:@|[(\[{]\s?(?:at|arobase|arobas|a)\s?[)\]}]|\barr?obas[ec]?\b)\s{0,2}"
_EMAIL = re.compile(
    rf"(?<![\w+]){_ATOM}(?:{_SEPARATOR}{_ATOM}){{0,5}}{_AT}{_ATOM}(?:{_SEPARATOR}{_ATOM}){{1,4}}"
    rf"|(?<![\w+]){_ATOM}(?:{_SEPARATOR}{_ATOM}){{0,5}}\sat\s{_ATOM}\s?(?:\.|\bpoint\b|\bdot\b)\s?(?:fr|com|net|org)\b"
    rf"|(?<![\w+]){_ATOM}(?:{_SEPARATOR}{_ATOM}){{0,5}}{_AT}(?:gmail|hotmail|outlook|yahoo|orange|free|sfr"
    rf"|laposte|icloud)\b",
    re.I,
)

# -- accounts and links
_LINK = re.compile(
    r"(?:https?://|\bwww\.)(?!(?:www\.)?[\w.\-]{0,60}(?:gouv\.fr|service-public\.fr))\S+"
    r"|(?<![\w.@/])[\w\-]{1,40}(?:\.[\w\-]{1,40}){0,3}\.(?:com|fr|net|org|me|io|gg|ly|tv|be|ee|app)/\S+",
    re.I,
)
_HANDLE = re.compile(r"(?<![\w.])@\s?(?=\w)[\w.\-]{1,40}(?<![.\-])")
_NETWORK = (
    r"(?:snap(?:chat)?|insta(?:gram)?|tik\s?tok|telegram|whats\s?app|discord|facebook|fb|twitter|onlyfans"
    r"|only\sfans|mym"
    r"|twitch|messenger|pseudo(?:nyme)?|compte|profil|identifiant|login|vinted)"
)
_TOLD_ACCOUNT = re.compile(
    rf"(\b(?:son|sa|leur|mon|ma|ses|un|le)\s{_NETWORK}s?\s{{0,2}}(?:\w{{1,12}}\s)?"
    r"(?:c['’]\s?est|\bc\b|\bcest\b|:|=|\best\b(?=\s[«\"“])|s['’]\s?appelle|appelée?|nommée?"
    r"|(?=\s?[«\"“]\s?[\w.\-]+\s?[»\"”]))\s{0,2}[«\"“]?\s?)"
    r"(?!(?:pas|plus|le|la|les|un|une|ça|ca|son|sa|ses|elle|il|on|comme|bien|trop|tout|tous|très|tres|quoi|koi|comment"
    r"|où|ou|là|privé|prive|possible|public|fermé|bloqué|lui|moi|mon|ma|du|de|des|pour|que|qu|normal|dangereux|legal"
    r"|légal|mieux|pire|interdit|mal|grave|chaud|mort|dur|vrai|faux|quand|quel|quelle|qui|ki|ke|si|via"
    r"|sur|dans|ce|cette"
    r"|faut|vide|nul|facile|leur|chez|ok|rempli|plein|juste|encore)\b)"
    r"([\w.\-]{3,40}(?<![.\-]))",
    re.I,
)
# What looks like an account's name by itself, near the name of a network.
_NEAR_ACCOUNT = re.compile(
    rf"(\b{_NETWORK}s?\b(?:\s+(?:{_NETWORK}|c['’]?est|c|est|:|=|de|le|la|son|sa|nom|sous|au"
    rf"|du)){{0,4}}\s{{0,2}}[:=]?\s{{0,2}}[«\"“]?\s?)"
    r"(?=[\w.\-]*[a-z])(?=[a-z.\-]*[\d_]|[\w\-]+\.\w)(?!\d{1,2}\s?(?:ans?|fois|h)\b)([\w][\w.\-]{2,40}(?<![.\-]))",
    re.I,
)
_UNDERSCORED = re.compile(r"(?<![\w/{.])(?=[\w.]*[A-Za-z])[\w.]*[A-Za-z0-9.]_[\w.]*(?<![.])(?![\w/])")

# -- phones
_FRENCH = re.compile(rf"(?<![\w+])[0oO]{_GAP}(?!8{_GAP}0?)[1-9](?:{_GAP}\d){{8}}(?!\d)")
_ABROAD = re.compile(
    rf"\(?\+\s?(?:\d{_GAP}){{6,14}}\d|(?<!\d)00\s?[1-9](?:{_GAP}\d){{7,13}}"
    rf"|(?<!\d)33\s?(?:\(0\)\s?)?[1-9](?:{_GAP}\d){{8}}(?!\d)"
)
_NO_ZERO = re.compile(r"(?<![\d/+])[67](?:[\s.\-]?\d\d){4}(?!\d)")
_UNIT = r"(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf)"
_TEEN = r"(?:dix[\s\-](?:sept|huit|neuf)|dix|onze|douze|treize|quatorze|quinze|seize)"
_SPOKEN = (
    rf"(?:quatre[\s\-]?vingts?(?:[\s\-](?:{_TEEN}|{_UNIT})\b)?"
    rf"|(?:vingt|trente|quarante|cinquante|soixante|septante|huitante|octante"
    rf"|nonante)(?:[\s\-](?:et[\s\-])?(?:{_TEEN}|{_UNIT})\b)?"
    rf"|{_TEEN}|z[ée]ro|{_UNIT})"
)
_PIECE = rf"(?:{_SPOKEN}\b|\d{{1,10}})"
_DICTATED = re.compile(
    rf"(?<![\w\-])(?:(?:plus\s|\+\s?){_PIECE}|(?:z[ée]ro|0\d?|six|sept|o)\b"
    rf"|0\d{{2,8}})(?:[\s,.\-/]{{1,3}}{_PIECE}){{1,40}}",
    re.I,
)
_ONE_PIECE = re.compile(rf"({_UNIT}|z[ée]ro|o)\b(?!-)|{_SPOKEN}|\d+", re.I)

# -- other numbers
_SECURITY = re.compile(
    r"(?<!\d)[1278][\s.\-]?\d\d[\s.\-]?(?:0[1-9]|1[0-2]|[2-9]\d)[\s.\-]?(?:\d\d"
    r"|2[ABab])[\s.\-]?\d{3}[\s.\-]?\d{3}(?:[\s.\-/]?\d\d)?(?!\d)"
)
_IBAN = re.compile(
    r"\b(?:FR\s?\d\d(?:[\s.\-]?[0-9A-Z]){23}\b|[A-Z]{2}\d\d(?:[\s.\-]?"
    r"(?=[A-Z]{0,3}\d)[0-9A-Z]{4}){2,7}(?:[\s.\-]?\d[0-9A-Z]{0,3}\b)?)",
    re.I,
)
_LONG_NUMBER = re.compile(r"(?<![\w.+])(?:\d{4}[\s\-]){3}\d{4}(?!\d)|(?<![\w.+\-])\d{9,}(?!\w)")
_PAIR = r"[A-HJ-NP-TV-Z]{2}"
_PLATE = re.compile(rf"\b({_PAIR})([\s.\-]?)(\d{{3}})[\s.\-]?({_PAIR})\b", re.I)
_OLD_PLATE = re.compile(r"\b\d{2,4}\s?[A-Z]{2,3}\s?(?:\d\d|2[AB])\b(?!\s?(?:ans|€|h\b))")
_SMALL_WORDS = frozenset(
    "an as au ça ce de de ds du en es et eh fr je la le ma me na ne ni on"
    " or ou pr sa se st ta te tt tu un va vs ya".split()
)
_PUBLIC_NUMBERS = frozenset(("112", "114", "115", "119"))
_ROOM = re.compile(
    r"(\bchambres?\s{0,2}(?:n[°o]?\.?\s?|num[ée]ro\s)?)\d{1,4}[a-z]?\b(?!\s?(?:€|euros?|places?|lits?"
    r"|étoiles?|personnes?|h\b))",
    re.I,
)
_PLACE_OF_ROOM = re.compile(
    r"((?:\bau|\bà\sl['’]|\bl['’])\s?)(?!h[oô]tel\b|la\b|\[)([\w’'&\-]{3,30})(?=,?\s+chambre\s)", re.I
)

# -- dates
_MONTH = (
    r"(?:janv(?:ier)?|f[ée]v(?:r(?:ier)?)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[uû]t|sept?(?:embre)?|oct(?:obre)?"
    r"|nov(?:embre)?|d[ée]c(?:embre)?)\b\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:(?:19|20)\d\d|['’]?\d\d\b)"
_NUMERIC_DATE = re.compile(
    rf"(?<![\d/.\-])(?:{_DAY}\s?([/.\-])\s?(?:0?[1-9]|1[0-2])\s?\1\s?(?:(?:19|20)\d\d|\d\d)|(?:19"
    rf"|20)\d\d([/.\-])(?:0?[1-9]|1[0-2])\2{_DAY})(?!\d|[/.\-]\d)"
)
_OF_A_TEXT = re.compile(
    r"\b(?:loi|d[ée]cret|textes?|circulaire|arr[êe]t[ée]?|plan|ordonnance|signalement|rapport|instruction"
    r"|courrier|ip)\b[^.,;]{0,20}$",
    re.I,
)
_WORDED_YEAR = rf"(?:deux[\s\-]mille(?:[\s\-]{_SPOKEN})?|mille\sneuf\scent(?:[\s\-]{_SPOKEN})?)"
_BIRTH = re.compile(
    r"((?:\bn[ée]{1,2}e?s?\b(?:\(e\))?|\bnaissance\b|\bnaiss\b|\bddn\b|\banniv(?:ersaire)?\b|\bans\sle\b"
    r"|(?:\belle|\bil|\bc['’]?)\s?(?:est|es|é|e)?\s(?=d[ue]\s\d))"
    r"(?:\s+(?:est|c['’]?est|c|à\s[A-ZÀ-Ý][\w\-]+|tombe|vers|environ))?\s{0,2}[:=(]?\s{0,2}(?:\b(?:le|un"
    r"|du|de|en|au|l)\b)?\s{0,2}(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s)?)"
    rf"({_DAY}(?:\s?er)?[\s.\-/]{{1,3}}{_MONTH}(?:[\s.\-/]{{0,2}}{_YEAR})?"
    rf"|(?:premier|{_SPOKEN})\s{_MONTH}(?:\s(?:{_YEAR}|{_WORDED_YEAR}))?"
    rf"|{_MONTH}\s?{_YEAR}"
    rf"|\d{{1,2}}[\s.\-/]{{1,3}}\d{{1,2}}[\s.\-/]{{1,3}}(?:(?:19|20)\d\d|\d\d)\b|{_DAY}/\d\d?\b|(?:19"
    rf"|20)\d\d[\s.\-/]\d{{1,2}}[\s.\-/]\d{{1,2}}|\d{{8}}\b|\d{{6}}\b)",
    re.I,
)

# -- addresses
_WAY = (
    r"(?:rue|avenue|ave?\.?|boulevard|boul\.?|bvd|bld|bd|chemin|ch\.|impasse|imp\.?|all[ée]es?|ruelle"
    r"|square|sentier|venelle|faubourg|fbg|esplanade"
    r"|rond[\s\-]point|traverse|lotissement|r[ée]sidence|hameau)"
)
_WEAK_WAY = r"(?:place|route|quai|cours|passage|villa|cit[ée]|pont|porte|parc|mail|voie|promenade|mont[ée]e|clos|r\.)"
_OF = r"(?:(?:de\s(?:la|l['’])|des|du|de|la|le|les|aux?|l['’]|d['’])\s?){0,3}"
_HOUSE = (
    rf"(?:\d{{1,4}}(?:\s?[\-/]\s?\d{{1,4}})?|(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze"
    rf"|treize|quatorze|quinze|seize|vingt|trente|quarante|cinquante"
    rf"|soixante)(?:[\s\-](?:et[\s\-])?{_UNIT})?)(?:\s?(?:bis|ter|quater|[a-d]\b))?,?\s{{1,2}}"
)
_GRADE = (
    r"(?:g[ée]n[ée]ral|mar[ée]chal|docteur|dr|pr[ée]sident|professeur|capitaine|colonel|commandant"
    r"|abb[ée]|sainte?|ste?|jean|jules|[ée]mile|paul|pierre|victor|marie|louis|henri|georges|charles"
    r"|jacques|albert|anatole|alphonse|marcel|l[ée]on)"
)
_STREET_NAME = rf"(?-i:{_CAP}(?:[\s\-](?:(?:d[eu]|des|la|les?|et)\s|[dl]['’]\s?)?{_CAP}){{0,4}})"
_ADDRESS = re.compile(
    rf"(?<![\w])(?:{_HOUSE}(?:grande\s)?{_WAY}\s{{1,2}}{_OF}(?:{_GRADE}[\s\-](?:de\s)?\w[\w’'\-]*"
    rf"|{_STREET_NAME}|(?!(?:apr[èe]s|pour|par|avant|qui|que|et|ou|est|a|dans|en|[àa]|tout|elle|il|on|avec"
    rf"|sans|sur|pas|h[ôo]teli[èe]re|[ée]tudiante|sociale)\b)\w[\w’'\-]*)(?-i:(?:\s(?:(?:d[eu]|des)\s)?{_CAP}){{0,3}})"
    rf"|{_HOUSE}{_WEAK_WAY}\s{{1,2}}{_OF}(?:{_STREET_NAME}|(?<=d[ue]\s){_GRADE}\s\w[\w\-]*"
    rf"|(?<=des\s)\w{{4,}}|(?<=la\s)\w{{4,}}|(?<=du\s)\w{{4,}})"
    rf"|(?<!\bde\s)(?:rue|avenue|boulevard|bd|impasse|all[ée]e|chemin)\s{_OF}{_STREET_NAME})",
    re.I,
)
_SHOUTED_ADDRESS = re.compile(
    r"(?<!\w)\d{1,4}(?:\s?(?:BIS|TER))?,?\s{1,2}(?:RUE|AVENUE|AV|BOULEVARD|BD|CHEMIN|IMPASSE|ALL[EÉ]E"
    r"|PLACE|ROUTE|QUAI|SQUARE)\s"
    r"(?:(?:DE\s(?:LA|L['’])|DES|DU|DE|LA|LE|LES|L['’]|D['’])\s?)?[\w\-’']{2,30}"
)
_BUILDING = re.compile(
    r"(?<!\w)(?:(?:b[âa]timent|b[âa]t\.?|escalier|esc\.|appartement|appart|apt\.?|appt\.?|lot\sn°"
    r"|digicode|interphone)\s(?:n[°o]\s?)?"
    r"(?:(?-i:[A-Z])\d{0,4}\b|\d{1,4}\s?[a-z]?\b(?!\s?(?:h|ans|€|euros?|pi[èe]ces?|étages?|filles?|jeunes?)\b))"
    r"|(?:\d{1,2}\s?(?:e|è|ème|eme|er)\s[ée]tage)(?=,?\s(?:porte|appart|gauche|droite)))"
    r"(?:,?\s(?:(?:(?:\d{1,2}(?:e|è|ème|eme|er)?|premier|deuxi[èe]me|second|troisi[èe]me|quatri[èe]me"
    r"|cinqui[èe]me|sixi[èe]me|dernier)\s[ée]tage"
    r"|rdc|rez-de-chauss[ée]e|porte\s(?:n°\s?)?(?:gauche|droite|du\sfond|face|[A-Z]?\d{1,4})"
    r"|(?:[àa]\s)?(?:gauche|droite)|escalier\s\w{1,3}|appart(?:ement)?\s\w{1,4}|b[âa]t(?:iment)?\s\w{1,3})\b))*",
    re.I,
)
_NAMED_PLACE = re.compile(
    rf"(\b(?:r[ée]sidence|lieu[\s\-]?dit|cit[ée]|lotissement|hameau|camping|immeuble|squat|copropri[ée]t[ée]|hlm)\s)"
    rf"(?-i:((?:des\s|du\s|de\sla\s|de\sl['’]|la\s|les?\s)?(?:L[ae]s?\s)?{_CAP}(?:\s(?:(?:d[eu]s?|la"
    rf"|les)\s|d['’])?{_CAP}){{0,3}}))",
    re.I,
)

# -- schools, homes, hotels
_HOUSES = (
    r"coll[èe]ge|lyc[ée]e|[ée]cole|foyers?|mecs|internat|maternelle|cr[èe]che|clg|itep|ime|sessad|cfa"
    r"|erea|cef|institut(?:ion)?|mfr|pensionnat"
    r"|maison\sd['’]enfants|h[ôo]tel|auberge|aubergerie|motel|centre\s[ée]ducatif(?:\sferm[ée])?|lp|lep"
    r"|groupe\sscolaire|gymnase|pouponni[èe]re|centre\sd['’]h[ée]bergement"
)
_KIND = (
    r"(?:professionnel(?:le)?|priv[ée]e?|publi(?:c|que)|primaire|[ée]l[ée]mentaire|maternelle"
    r"|g[ée]n[ée]ral|technique|polyvalent|agricole|h[ôo]telier|pro|maternel|catholique|social|[ée]ducatif"
    r"|de\sl['’]enfance)"
)
_REST = rf"(?:[\s\-](?:(?:d[eu]s?|et|la|les?)\s(?:la\s)?|[dl]['’]\s?)?{_CAP}){{0,4}}"
_PLACE_OF_LIFE = re.compile(
    rf"(\b(?:{_HOUSES})\s(?:{_KIND}\s){{0,2}}[«\"“]?\s?)"
    rf"(?-i:((?:L(?:es?|a)\s|les?\s|la\s|l['’]|L['’]|d[ue]s?\s(?=L[ea]s?\s)|des\s|du\s|de\sl['’]"
    rf"|de\sla\s)?{_CAP}{_REST}))",
    re.I,
)
_SCHOOL_IN_LOWER = re.compile(
    r"(\b(?:coll[èe]ge|lyc[ée]e|[ée]cole|clg|foyer)\s)((?:jean|marie|jules|victor|paul|pierre|louis"
    r"|albert|henri|georges|charles|jacques|anatole|marcel|"
    r"simone|lucie|rosa|romain|arthur|ren[ée]|saint|sainte|st|ste|joliot|[ée]mile|antoine|george"
    r"|fran[çc]ois|claude|alphonse|gustave|guy|alfred)[\s\-]"
    r"(?!ils|elle|est|sont|a|et|ou|qui|il)[a-zà-ÿ][\wà-ÿ\-]+)",
    re.I,
)
_NOT_A_HOUSE = re.compile(
    r"(?:d[eu]s?\s|de\sla\s|de\sl['’]|l['’]|la\s|les?\s)?(?:d[ée]partement|ville|police|dieu|r[ée]gion"
    r"|imp[ôo]ts|ase|pjj|aide|(?-i:[A-Z]{2,6}\b)|seine|marne|haut|france|"
    r"r[ée]publique|r[ée]union|loire|essonne|somme|enfance|[ée]ducation|nation|relais|sncf|gr[âa]ce"
    r"|[ée]tat|urgence|nord|sud|est|ouest|"
    r"ain|aisne|allier|ard[èe]che|ardennes|ari[èe]ge|aube|aude|aveyron|bouches|calvados|cantal|charente"
    r"|cher|corr[èe]ze|corse|c[ôo]te|creuse|dordogne|doubs|dr[ôo]me|eure|"
    r"finist[èe]re|gard|gers|gironde|h[ée]rault|indre|is[èe]re|jura|landes|loiret?|lot|loz[èe]re|manche"
    r"|mayenne|meurthe|meuse|morbihan|moselle|ni[èe]vre|oise|orne|pas-de|puy-de|"
    r"pyr|rh[ôo]ne|sa[ôo]ne|sarthe|savoie|tarn|var|vaucluse|vend[ée]e|vienne|vosges|yonne|yvelines"
    r"|val-d[e'’]-?(?:marne|oise)|guadeloupe|martinique|guyane|mayotte|h[ôo]pital)(?![a-zà-ÿ])",
    re.I,
)


@dataclass(frozen=True)
class Masked:
    """The text without what could name somebody, and whether anything was masked."""

    text: str
    changed: bool


def mask(text: str, names: frozenset[str] = frozenset()) -> Masked:
    """Replace what could name somebody (names, phones, e-mails, accounts, addresses, birth dates...) by a neutral word.

    `names` are the first names that bot.content.names reads; without them, only announced names are found. The payload
    of a button is left alone, and masking a masked text changes nothing.
    """
    if _BUTTON.fullmatch(text):
        return Masked(text, False)
    masked = text
    for _ in range(_MOST_PASSES):
        # A marker may bring two pieces together: masking goes on until nothing moves.
        before, masked = masked, _mask_once(masked, names)
        if masked == before:
            break
    return Masked(masked, masked != text)


def _mask_once(text: str, names: frozenset[str]) -> str:
    low = text.lower()
    masked = _mask_online(text, low)
    digits = sum(map(str.isdigit, masked))
    if digits:
        masked = _mask_numbers(masked, digits)
    if _has(low, _NUMBER_WORDS):
        masked = _DICTATED.sub(_dictated, masked)
    if _has(low, _BIRTH_HINTS):
        masked = _BIRTH.sub(rf"\g<1>{DATE}", masked)
    return mask_names(_mask_places(masked, low), names)


def _has(low: str, hints: tuple[str, ...]) -> bool:
    """Whether one of `hints` is in `low`: far cheaper than the expression that it guards."""
    return any(hint in low for hint in hints)


_EMAIL_HINTS = ("@", "arob", "arrob", "(at", "[at", "{at", "( at", "[ at", "(a)", " at ")
_NETWORK_HINTS = tuple(
    "snap insta tok telegram whats discord facebook fb twit fans mym messenger pseudo compte"
    " profil identifiant login vinted".split()
)
_NUMBER_WORDS = ("zéro", "zero", "vingt", "trente", "quarante", "cinquante", "soixante", "ze ", "ze-", "dix")
_BIRTH_HINTS = ("né", "nee", "ne ", "naiss", "ddn", "anniv", "ans le", " du ", " de ")
_WAY_HINTS = tuple(
    "rue aven av bou bvd bld bd chem ch. imp all square sentier venelle faub fbg espl rond trav lot"
    " sidence hameau place route"
    " quai cours pass villa cit pont porte parc mail voie prom mont clos r.".split()
)
_BUILDING_HINTS = (
    "bât",
    "bat",
    "appart",
    "apt",
    "appt",
    "escalier",
    "esc.",
    "étage",
    "etage",
    "digicode",
    "interphone",
)


def _mask_online(text: str, low: str) -> str:
    if _has(low, _EMAIL_HINTS):
        text = _HANDLE.sub(ACCOUNT, _EMAIL.sub(EMAIL, text))
    if "/" in text or "www." in low:
        text = _LINK.sub(ACCOUNT, text)
    if _has(low, _NETWORK_HINTS):
        text = _NEAR_ACCOUNT.sub(rf"\g<1>{ACCOUNT}", text)
        text = _TOLD_ACCOUNT.sub(rf"\g<1>{ACCOUNT}", text)
    return _UNDERSCORED.sub(ACCOUNT, text) if "_" in text else text


def _mask_numbers(text: str, digits: int) -> str:
    if digits > 3:
        text = _NUMERIC_DATE.sub(_date, text)
    if digits > 2:
        text = _PLATE.sub(_plate, _IBAN.sub(NUMBER, text))
    if digits > 3:
        text = _OLD_PLATE.sub(NUMBER, text)
    if digits > 5:
        text = _SECURITY.sub(NUMBER, text)
        text = _FRENCH.sub(PHONE, _ABROAD.sub(PHONE, text))
        text = _LONG_NUMBER.sub(NUMBER, _NO_ZERO.sub(PHONE, text))
    if "hambre" in text or "HAMBRE" in text:
        text = _ROOM.sub(rf"\g<1>{NUMBER}", _PLACE_OF_ROOM.sub(rf"\g<1>{NAME}", text))
    return text


def _date(match: re.Match[str]) -> str:
    """A date in figures goes, but for the date of a law or of a report."""
    return match[0] if _OF_A_TEXT.search(match.string, max(0, match.start() - 40), match.start()) else DATE


def _plate(match: re.Match[str]) -> str:
    """A number plate goes; "le 119 et" and "de 300 je" are no plates."""
    first, gap, middle, last = match.groups()
    small = {first.lower(), last.lower()} & _SMALL_WORDS
    ordinary = len(small) == 2 or (small and (middle in _PUBLIC_NUMBERS or not first.isupper()))
    return match[0] if gap.isspace() and ordinary else NUMBER


def _dictated(match: re.Match[str]) -> str:
    """A phone said in words, or in words and digits: nine digits or more, whatever the pairs."""
    digits = 0
    for piece in _ONE_PIECE.finditer(match[0]):
        found = piece[0]
        digits += len(found) if found.isdigit() else 1 if piece[1] else 2
    return PHONE if digits >= 9 else match[0]


def _mask_places(text: str, low: str) -> str:
    shouted = text.isupper()
    if _has(low, _WAY_HINTS):
        text = (_SHOUTED_ADDRESS if shouted else _ADDRESS).sub(ADDRESS, text)
    if _has(low, _BUILDING_HINTS):
        text = _BUILDING.sub(ADDRESS, text)
    if not shouted and _PLACE_HINT.search(low):
        text = _NAMED_PLACE.sub(rf"\g<1>{ADDRESS}", text)
        text = _PLACE_OF_LIFE.sub(_house, text)
        text = _SCHOOL_IN_LOWER.sub(rf"\g<1>{NAME}", text)
    return text


_PLACE_HINT = re.compile(
    rf"\b(?:{_HOUSES}|r[ée]sidence|lieu(?:[\s\-]?dit)?|cit[ée]|lotissement|hameau|camping|immeuble|squat"
    rf"|copropri[ée]t[ée]|hlm)\s"
)


def _house(match: re.Match[str]) -> str:
    return match[0] if _NOT_A_HOUSE.match(match[2]) else match[1] + NAME
