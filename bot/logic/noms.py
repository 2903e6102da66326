"""Find the names of persons in a message, from a list of first names and from what announces a name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

NAME = "[nom]"
# Marks of an entry of the list of first names: also an ordinary word, also a commune.
ALSO_A_WORD, ALSO_A_PLACE = "?", "@"

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_OPENS_SENTENCE = re.compile(r"[.!?…\n«“\"]")
_JOINS = re.compile(r"[ \t\u00a0\u202f]{1,3}")  # what may stand inside a full name
_AGE = re.compile(
    r"[ ,(]{0,3}(?:\d{1,2}|onze|douze|treize|quatorze|quinze|seize|dix-sept|dix-huit|six|sept|huit|neuf|dix)[ ,]?"
    r"(?:ans?\b|piges\b|a\b)",
    re.I,
)
_INITIALS = re.compile(
    r"(?!(?:I\.P|O\.P|A\.S|P\.J|S\.O)\.)(?:(?<![\w.'’])[A-ZÀ-Ý]\.(?:\s?-?[A-ZÀ-Ý]\.)?\s?[A-ZÀ-Ý]\."
    r"(?![\w.])"  # K. B. and J.-P. D.
    r"|(?<![\w.'’])[A-ZÀ-Ý]\.\s?[A-ZÀ-Ý](?=[\s,;)]|$))"
)
_BARE_INITIALS = re.compile(r"(?<![\w.'’\-])(?!A\s)[B-Z]\s[A-Z](?![\w.'’\-])|\b(?<=c )[A-Z]\s[A-Z](?![\w'’\-])")
_TOLD_INITIALS = re.compile(
    r"(\binitiales?\b\s*(?:sont|c['’ ]?est|est|:|=)?\s*:?\s*)([a-zà-ÿ]"
    r"(?:[.\-\s]{1,2}[a-zà-ÿ]){0,2}(?![\w'’])\.?|(?-i:[A-Z]{2,3})\b)",
    re.I,
)
_SURNAME_ENDING = re.compile(
    r".{2,}(?:ov|ova|enko|sky|ski|ska|wicz|aoui|ouane|idze|shvili|escu|akis|opoulos|sson|ovic)$"
)

_RARE_ENDINGS = ("ova", "enko", "wicz", "shvili", "ovic", "opoulos")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# After these, the next word is a name unless it is one of _NEVER.
_NAMED = _set(
    "prenommee prenomme prenommes prenommees nommee nomme surnommee surnomme denommee denomme prenom"
    " prenoms surnom alias"
    " sappelle sappele sappel sapelle sapel apelle appelle appele lappelle lapelle lappele mappelle mapelle"
)
_NAMED_IF_CAPITAL = _set("alias nomme nommee denomme lappelle lapelle lappele mappelle mapelle apelle appelle appele")
_CALLS = _set("appelle appele apelle appellent appel apel")
_CALLED_BY_ALL = _set("lappelle lapelle lappele lapel lappel lappellent")
_LINKS = _set("est c cest etait de famille serait sera")
_TITLES = _set(
    "m mr mme mlle monsieur madame mademoiselle maitre docteur dr pr professeur famille fratrie clan epoux tonton tata"
)
_SHORT_TITLES = _set("mr mme mlle")
_BEFORE_A_NAME = _NAMED | _CALLS | _LINKS | _SHORT_TITLES | {"nom"}
_PERSONS = _set(
    "eleve eleves jeune camarade camarades copine copain ami amie amis amies niece neveu cousin cousine soeur frere"
    " fille fils garcon gamin gamine ado adolescent adolescente mineur mineure patient patiente enfant petit petite"
    " educateur educatrice educ stagiaire collegue mec meuf pote oncle tante pere mere papa maman grand-mere grand-pere"
    " beau-pere belle-mere compagnon compagne petit-ami collegien collegienne lyceen lyceenne interne victime"
    " proxenete surveillant surveillante directeur directrice proviseur psychologue infirmier infirmiere referent"
    " referente juge avocat avocate entraineur coach animateur animatrice nourrice voisin voisine dernier derniere"
    " certain certaine denomme denommee gosse adolescente aine ainee cadet cadette jumelle jumeau bebe"
    " demoiselle ptite ptit tite conjoint mari"
)
_KIN = _set(
    "maman papa mere pere soeur frere parents copain copine compagnon grand-mere grand-pere beau-pere belle-mere"
)
_ROLES = _set("referent referente principal principale d education de cap stagiaire sportif scolaire rom")
_PUBLIC_PLACES = _set(
    "saint sainte st ste hopital hopitaux clinique maternite chu chr loi procedure salle rapport plan convention"
    " fondation institut association asso place gare centre boulevard station metro tribunal dispositif unite port fort"
    " mont bois pointe ile isle stade parc universite fac abbe pole maison salles audition arret musee theatre rue"
    " avenue tour pont citation roland sos procedures amendement decret article lois metier la-ville baie"
)
_LOCATIVES = _set("a de d vers sur en dans commune ville mairie pres depuis vit habite")
_ARTICLES = _set("le la l les un une des du au aux ce cette ces cet mon ma mes son sa ses notre nos leur leurs d")
_PARTICLES = _set("el al le la ben ait van von da di dos du des")
_SUBJECTS = _set("elle il ell el")
_VERBS = _set("elle il a se s m dit veut di ve fugue pleure va est y")
_MEETS = _set("avec recu rencontre accompagne accompagnons convoque recois heberge")
_DID = _set("fugue fuguee disparu dit confie raconte avoue subi parle scarifie scarifiee mutilee enfuie enfui")
_NEVER = _set(
    "comment la le les l un une plus pas encore quand pour par a au aux toujours souvent jamais autrement ainsi comme"
    " et ou mais donc or ni car que qui quoi dont si je j tu il elle on nous vous ils elles ce c cest ca se sa son ses"
    " mon ma mes notre nos votre vos leur leurs de d du des en y est etait sont a-t-elle a-t-il ne n pas"
    " rien tout toute"
    " toutes tous tres trop bien mal peut faut dans sur sous avec sans chez vers depuis pendant puis alors apres avant"
    " hier demain aujourd ici tjs tjr tt ds pr bonjour bonsoir merci cordialement svp aidez help urgent"
    " oui non ok voila"
    " quel quelle quels quelles pourquoi combien madame monsieur mademoiselle mme mr mlle m docteur maitre juge"
    " procureur procureure proviseur proviseure directeur directrice principal principale president presidente ministre"
    " police gendarmerie justice parquet etat france europe internet instagram insta snapchat snap tiktok whatsapp"
    " telegram discord facebook onlyfans mym twitter youtube google airbnb uber paypal lydia paysafecard"
    " vinted leboncoin"
    " lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre"
    " octobre novembre decembre noel paques toussaint ascension ramadan aid inconnu inconnue usage famille exact reel"
    " vrai vraie faux fausse fictif invente etc via lors selon malgre ya secours aide souhaite voudrais maintenant"
    " parfois soudain franchement ensuite enfin bref bon bah ben ouais salut slt urgence departement service nom prenom"
    " assistant assistante conseiller conseillere medecin prof prefet maire commissaire substitut vigie"
    " pharos ces deja premier premiere second deuxieme paloma oppelia lequel laquelle meme aussi jsp jai"
    " jsuis jsui jme cela celui celle suis ai est-ce faire fait avons ont peux dois"
)
_NATIONS = re.compile(
    r"(?:.*(?:ain|aine|ais|aise|ien|ienne|ois|oise|ol|ole)s?|roms?|arabes?|turcs?|turque|russes?|tcheque"
    r"|slaves?|belges?|een|eenne|nigeriane?|afghane?|gitane?|tziganes?"
    r"|suisses?|rme|kurdes?|allemande?s?|peuls?|noire?s?|blanche?s?)$"
)
_ACRONYMS = _set(
    "ase crip pjj cpe umj cap bep mna ime itep mecs aemo aed caf cpam rs snap bac bts segpa ulis upe2a"
    " uapea uaped ims as"
    " aesh aed psy cmp cmpp chu ehpad samu smur police dasen ip jde jaf tgi tj vih ist ivg lgbt lgbtqi"
    " ong mfpf mda paej"
    " adsea avs ugsel lep mst pmi opp ordonnance urgent sos tel dfps chrs foyer samsah sessad irts lycee"
    " college help ocrteh"
    " ofpra opj bpdj bpm mlj rsa siao svp mdph cidff mouv acse ecpat acpe onpe miprof crips hlm csapa caarud pmi"
)


def plain(word: str) -> str:
    """`word` in lower case without accents, as bot.logic.normalisation.fold writes it.

    That module imports the markers, which import this one: it cannot be called from here.
    """
    low = word.lower()
    if low.isascii():
        return low
    low = low.replace("œ", "oe").replace("æ", "ae").replace("ø", "o").replace("ł", "l").replace("đ", "d")
    return "".join(letter for letter in unicodedata.normalize("NFKD", low) if not unicodedata.combining(letter))


def mask_names(text: str, names: frozenset[str]) -> str:
    """Replace the names of persons in `text` by a marker; `names` is what bot.content.names.read_names gives.

    A first name of the list goes whatever its case; an unknown word goes when it is announced ("prénommée", "Mme", "la
    jeune") and, but for the surest announcements, has a capital. A message in capitals has only the list and these.
    """
    shouted = _is_shouted(text)
    text = _mask_initials(text, shouted)
    spans = _Reading(text, names, shouted).spans()
    for start, end in reversed(spans):
        text = text[:start] + NAME + text[end:]
    return text


def _is_shouted(text: str) -> bool:
    upper = sum(map(str.isupper, text))
    return upper > 4 and upper > 2 * sum(map(str.islower, text))


def _mask_initials(text: str, shouted: bool) -> str:
    if "nitial" in text or "NITIAL" in text:
        text = _TOLD_INITIALS.sub(rf"\g<1>{NAME}", text)
    if "." in text:
        text = _INITIALS.sub(NAME, text)
    return text if shouted else _BARE_INITIALS.sub(NAME, text)


@dataclass
class _Reading:
    """The words of one message, with what is around each."""

    text: str
    names: frozenset[str]
    shouted: bool

    def __post_init__(self) -> None:
        found = list(_WORD.finditer(self.text))
        self.words = [match[0] for match in found]
        self.keys = [plain(word) for word in self.words]
        self.bounds = [match.span() for match in found]

    @cached_property
    def _single(self) -> bool:
        return len(self.words) <= 2

    def spans(self) -> list[tuple[int, int]]:
        """Where the names lie in the text, in order."""
        found: list[tuple[int, int]] = []
        index = 0
        while index < len(self.words):
            if not self._may_be(index) or self._is_marker(index) or not self._is_name(index):
                index += 1
                continue
            first, last = self._widened(index)
            start, end = self.bounds[first][0], self.bounds[last][1]
            if found and start < found[-1][1]:
                start = found.pop()[0]
            found.append((start, end))
            index = last + 1
        return found

    # -- what one word is

    def _may_be(self, index: int) -> bool:
        """A cheap refusal for most words: no capital, not in the list, nothing that announces a name before it."""
        word, key = self.words[index], self.keys[index]
        if word[0].isupper() or index == 0 or "-" in key or self.keys[index - 1] in _BEFORE_A_NAME:
            return True
        names = self.names
        return (
            key in names
            or key + ALSO_A_WORD in names
            or key + ALSO_A_PLACE in names
            or ("y" in key and len(key) > 4)
            or key.endswith(_RARE_ENDINGS)
        )

    def _is_name(self, index: int) -> bool:
        kind = self._kind(index)
        if self._in_public_place(index):
            return False
        if kind == "sure" or (kind == ALSO_A_PLACE and not self._is_place(index)):
            return True
        if self._initial(index) or self._starts_with_particle(index) or self._family(index):
            return True
        if self.keys[index] in _NEVER or (self.keys[index].endswith("ment") and len(self.keys[index]) > 7):
            return False
        if self._announced(index) or self._called_after(index):
            return True
        return self._likely(index) if kind else self._unknown_likely(index)

    def _kind(self, index: int) -> str:
        key = self.keys[index]
        if "-" in key:
            return self._hyphenated(index)
        if len(key) < 2:
            return ""
        if key in self.names:
            return "sure"
        if key + ALSO_A_PLACE in self.names:
            return ALSO_A_PLACE
        if key + ALSO_A_WORD in self.names:
            return ALSO_A_WORD
        # "nadya" is written as often as "nadia".
        return ALSO_A_PLACE if "y" in key[1:] and len(key) > 4 and key.replace("y", "i") in self.names else ""

    def _hyphenated(self, index: int) -> str:
        parts = self.keys[index].split("-")
        if self.keys[index].replace("-", " ") in self.names:
            return "sure"
        if parts[0] in _PUBLIC_PLACES or not (self._capital(index) or self.shouted) or not self._listed(parts[0]):
            return ""
        if not {"sur", "en", "les", "le", "la", "sous", "de", "du", "aux"}.isdisjoint(parts):
            return ""
        return ALSO_A_PLACE

    def _listed(self, key: str) -> bool:
        return not {key, key + ALSO_A_PLACE, key + ALSO_A_WORD}.isdisjoint(self.names)

    def _is_place(self, index: int) -> bool:
        before = self._before(index)
        if before == "de" and self._before(index - 1) in (_PERSONS if "-" in self.keys[index] else _KIN):
            return False
        after = self.text[self.bounds[index][1] :][:3]
        return self._single or before in _LOCATIVES or after.startswith((" (", "-sur"))

    def _in_public_place(self, index: int) -> bool:
        before = self._before(index)
        if before.endswith(("-d", "-l")):
            return True
        if before in ("le", "la") and index > 0 and self.words[index - 1][0].isupper():
            return self._single or not self._opens(index - 1)
        return before in _PUBLIC_PLACES and self._gap(index).strip() in ("", "«", '"', "-")

    # -- what announces it

    def _initial(self, index: int) -> bool:
        """An initial after a title or a person: "la jeune K.", "Mme B.", in short."""
        if len(self.words[index]) > 1 or not self._capital(index) or not self._joins_title(index):
            return False
        before = self._before(index)
        dotted = self.text[self.bounds[index][1] :][:1] == "."
        return (before in _PERSONS and dotted) or (before in _TITLES and (dotted or self.keys[index] not in "ay"))

    def _joins_title(self, index: int) -> bool:
        return self._gap(index) in (" ", ". ", ".") and (self._before(index) != "m" or self._gap(index).startswith("."))

    def _starts_with_particle(self, index: int) -> bool:
        """A name that opens with an article: "M. Le Goff", "surnommé Le Grec"."""
        return (
            self.keys[index] in _PARTICLES
            and self._capital(index)
            and self._joins_title(index)
            and self._before(index) in _TITLES | _NAMED
            and self._capital_follows(index)
            and self.keys[index + 1] not in _NEVER
            and self.keys[index + 1] not in _ACRONYMS
        )

    def _family(self, index: int) -> bool:
        """A family: "les Benmoussa", a plural article before a capital that bears no plural."""
        key = self.keys[index]
        return (
            self._before(index) == "les"
            and self._capital(index)
            and not self.words[index - 1][0].isupper()
            and self._gap(index) == " "
            and len(key) > 3
            and key[-1] not in "sxz"
            and key.partition("-")[0][-1] not in "sx"
            and key not in _NEVER
            and not self._acronym(index)
            and not self._capital_follows(index)
            and _NATIONS.match(key) is None
        )

    def _announced(self, index: int) -> bool:
        before = self._before(index)
        if not before:
            return False
        capital = self._capital(index)
        return (
            self._named(index, capital)
            or (before in _TITLES and self._titled(index, before, capital))
            or (capital and self._after_person(index))
        )

    def _named(self, index: int, capital: bool) -> bool:
        cue = index - 1
        linked = False
        while cue > 0 and self.keys[cue] in _LINKS and index - cue <= 3:
            cue, linked = cue - 1, True
        key = self.keys[cue]
        if self.keys[index] in _ACRONYMS or _OPENS_SENTENCE.search(
            self.text[self.bounds[cue][1] : self.bounds[index][0]].replace('"', "").replace("«", "")
        ):
            return False
        told = ":" in self._gap(index) or "=" in self._gap(index)
        if key == "nom":
            return capital or told
        if key in ("prenom", "prenoms", "surnom"):
            return (
                capital
                or told
                or (linked and self.keys[index - 1] != "de")
                or self._before(cue) in ("son", "sa", "mon")
            )
        if linked and self.keys[index - 1] not in ("c", "cest"):
            return False
        if key in _CALLS:
            who = self._before(cue)
            if who == "m" and self._before(cue - 1) not in ("je", "j"):
                return capital
            return who in ("s", "m") or (capital and who == "l")
        return key in _NAMED and (capital or self._listed(self.keys[index]) or key not in _NAMED_IF_CAPITAL)

    def _titled(self, index: int, title: str, capital: bool) -> bool:
        gap = self._gap(index)
        if title == "m" and not gap.startswith("."):
            return False
        if gap.strip() not in ("", ".") or self.keys[index] in _ACRONYMS:
            return False
        return capital or (title in _SHORT_TITLES and (self.shouted or len(self.keys[index]) > 2))

    def _after_person(self, index: int) -> bool:
        """A capital after "la jeune", "notre élève est", "le garçon,", or in a row of commas after one of them."""
        if self._acronym(index) or _NATIONS.match(self.keys[index]):
            return False
        gap = self._gap(index).strip()
        cue = index - 1
        if self.keys[cue] in ("de", "d"):
            return cue > 0 and self.keys[cue - 1] in _KIN
        if gap in ("", "«", '"') and self.keys[cue] in ("est", "cest", "c") and cue > 0:
            cue -= 1 + (self.keys[cue] == "est" and self.keys[cue - 1] == "c")
        while cue > 0 and self.keys[cue] in _ROLES and index - cue <= 3 and self.keys[cue] not in _PERSONS:
            cue -= 1
        if self.keys[cue] in _PERSONS and gap in ("", ",", ":", "«", '"', "("):
            if gap == "," and not self._closed(index):
                return False
            return not _OPENS_SENTENCE.search(self.text[self.bounds[cue][1] : self.bounds[index][0]].strip('« "'))
        return gap == "," and self._apposed(index)

    def _closed(self, index: int) -> bool:
        """Whether what follows shows a person, not a place added at the end: "un jeune, Lyon"."""
        end = self.bounds[index][1]
        return (
            self.text[end : end + 1] in (",", ";", ")")
            or self._after(index) in _VERBS | {"qui"}
            or bool(_AGE.match(self.text, end))
        )

    def _apposed(self, index: int) -> bool:
        if not self._closed(index):
            return False
        for back in range(index - 1, max(-1, index - 7), -1):
            if self.keys[back] in _PERSONS or (back == index - 1 and self.keys[back] == "une"):
                return True
            if self.keys[back] in _LOCATIVES and back == index - 1:
                return False
            if _OPENS_SENTENCE.search(self._gap(back)) or "," in self._gap(back):
                return False
        return False

    def _called_after(self, index: int) -> bool:
        """Whether others call it so: "Ti-Jo qu'on l'appelle", "zaza on lapel comme ça"."""
        following = self.keys[index + 1 : index + 5]
        if following[:1] == ["qu"]:
            following = following[1:]
        if following[:1] != ["on"] or self._before(index) in _LOCATIVES or (index and not self._capital(index)):
            return False
        if self._before(index) in _ARTICLES:
            return False
        return following[1:2] != [] and (
            following[1] in _CALLED_BY_ALL or (following[1] == "l" and following[2:3] != [] and following[2] in _CALLS)
        )

    def _likely(self, index: int) -> bool:
        """A name that is also a word, without a sure announcement."""
        aged = _AGE.match(self.text, self.bounds[index][1]) is not None
        before, after = self._before(index), self._after(index)
        capital = self._capital(index)
        if before in _ARTICLES and not capital:
            return False
        if capital and self._gap(index).strip() == "," and self._apposed(index):
            return True
        if aged and before not in _LOCATIVES:
            return True
        if before in _PERSONS and (capital or after in ("se", *_SUBJECTS)):
            return True
        if before == "de" and self._before(index - 1) in _KIN:
            return capital
        gap = self._gap(index).strip()
        if gap in ("-", "–", "/") or (gap == "," and not self._closed(index)):
            return False
        if self._opens(index):
            return after in (_VERBS if capital else _SUBJECTS) and self._kind(index) == ALSO_A_WORD and not self.shouted
        if before in ("a", "c", "cest") and not capital:
            return after in _SUBJECTS
        return capital and before not in _LOCATIVES and before not in _ARTICLES and not self._capital_follows(index)

    def _unknown_likely(self, index: int) -> bool:
        """An unknown capital with an age or a subject after it: "Djaïlys, douze ans", "Ousseynou il dort"."""
        if (
            len(self.keys[index]) > 6
            and self.keys[index].endswith(_RARE_ENDINGS)
            and self._before(index) not in _LOCATIVES
        ):
            return True
        if not self._capital(index) or self._acronym(index) or self._before(index) in _LOCATIVES | _ARTICLES:
            return False
        if len(self.keys[index]) < 3 or _NATIONS.match(self.keys[index]):
            return False
        if _AGE.match(self.text, self.bounds[index][1]):
            return self.keys[index] not in _PERSONS
        if self._opens(index):
            return self.keys[index] not in _PERSONS and self._did(index)
        if self._before(index) in _MEETS and not self._capital_follows(index):
            return True
        return (
            self._after(index) in ("elle", "il")
            and self._gap(index + 1) == " "
            and self._before(index)
            in ("mais", "et", "pour", "avec", "que", "c", "est", "hier", "parce", "puis", "cest")
        )

    def _did(self, index: int) -> bool:
        """What only a person does: "Oryanna a fugué", "Oryanna m'a dit"."""
        following = self.keys[index + 1 : index + 4]
        while following and following[0] in ("m", "s", "nous", "lui", "t"):
            following = following[1:]
        return len(following) > 1 and following[0] in ("a", "est") and following[1] in _DID

    # -- how far it goes

    def _widened(self, index: int) -> tuple[int, int]:
        first = last = index
        while last + 1 < len(self.words) and self._continues(last + 1):
            last += 1
        if self._particle_name(last + 1):
            last += 2
        while first > 0 and self._joined(first) and self._surname_before(first - 1):
            first -= 1
        return first, last

    def _continues(self, index: int) -> bool:
        if not self._joined(index) or self.keys[index] in _NEVER:
            return False
        key, kind = self.keys[index], self._kind(index)
        if kind == "sure" or (kind == ALSO_A_PLACE and self._capital(index)):
            return True
        if self.shouted:
            return False
        if len(key) == 1:
            return self.words[index].isupper() and key not in "ay" and not self._gap(index + 1).startswith("'")
        acronym = key in _ACRONYMS or (self.words[index].isupper() and len(key) < 4)
        return (self._capital(index) and not acronym) or bool(_SURNAME_ENDING.match(key))

    def _particle_name(self, index: int) -> bool:
        return (
            index + 1 < len(self.words)
            and self.keys[index] in _PARTICLES
            and self._joined(index)
            and self._joined(index + 1)
            and self._capital(index + 1)
            and self.keys[index + 1] not in _NEVER
            and (self.words[index][0].isupper() or self.keys[index] not in ("le", "la", "du", "des"))
        )

    def _surname_before(self, index: int) -> bool:
        word = self.words[index]
        return (
            not self.shouted
            and len(word) > 3
            and word.isupper()
            and self.keys[index] not in _NEVER
            and not self._acronym(index)
            and self.keys[index] not in _TITLES
        )

    # -- small looks around

    def _before(self, index: int) -> str:
        return self.keys[index - 1] if index > 0 else ""

    def _after(self, index: int) -> str:
        return self.keys[index + 1] if index + 1 < len(self.keys) and self._gap(index + 1).strip() in ("", ",") else ""

    def _gap(self, index: int) -> str:
        """The text between the word before `index` and it."""
        start = self.bounds[index - 1][1] if index > 0 else 0
        end = self.bounds[index][0] if index < len(self.bounds) else len(self.text)
        return self.text[start:end]

    def _joined(self, index: int) -> bool:
        return _JOINS.fullmatch(self._gap(index)) is not None

    def _capital(self, index: int) -> bool:
        return not self.shouted and self.words[index][0].isupper()

    def _capital_follows(self, index: int) -> bool:
        return index + 1 < len(self.words) and self._joined(index + 1) and self._capital(index + 1)

    def _opens(self, index: int) -> bool:
        return index == 0 or _OPENS_SENTENCE.search(self._gap(index)) is not None

    def _acronym(self, index: int) -> bool:
        word = self.words[index]
        return word.isupper() and (len(word) < 5 or self.keys[index] in _ACRONYMS)

    def _is_marker(self, index: int) -> bool:
        return self._gap(index).endswith("[") and self.text[self.bounds[index][1] :][:1] == "]"
