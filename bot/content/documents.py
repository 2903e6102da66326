"""Read data/documents: the documents to take away, and the fixed words of those that are computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.content.answers import Source, Variant, read_answers, read_sources
from bot.content.faults import Fault, refused_words
from bot.content.location import load_yaml
from bot.content.paths import read_paths
from bot.content.readings import remember
from bot.logic.documents import Blank, Block, Boxes, Bullets, Document, Paragraph, Phrases, Section, Words
from bot.logic.fiche_contacts import SheetSection, SheetWords
from bot.logic.recapitulatif import Given, RecapWords

COMMON_FILE = "_commun.yml"
SHEET_FILE = "fiche_contacts.yml"
RECAP_FILE = "recapitulatif.yml"

_NO_SOURCE = "aucune"
_STEPS_OF = "preparer_entretien"
_BLANK_ID = re.compile(r"[a-z][a-z0-9_]*")
_MOST_LINES = 40

T = TypeVar("T")


class DocumentError(ValueError):
    """Files of data/documents that cannot be read; `faults` says where and what to do."""

    def __init__(self, faults: list[Fault]) -> None:
        """Keep every fault, not only the first."""
        super().__init__("\n".join(f"{fault.where} : {fault.what}" for fault in faults))
        self.faults = faults


@remember
def read_documents(folder: Path) -> Mapping[str, Document]:
    """Documents of `folder` (data/documents) by id, the file's name; raises DocumentError with every fault."""
    faults: list[Fault] = []
    found = {}
    for file in _document_files(folder):
        document = _read(file, _document, faults)
        if document:
            found[file.stem] = document
    if faults:
        raise DocumentError(faults)
    return found


@remember
def read_document_phrases(folder: Path) -> Phrases:
    """The fixed words of every document (_commun.yml); raises DocumentError."""
    return _read_one(folder / COMMON_FILE, _phrases)


@remember
def read_sheet_words(folder: Path) -> SheetWords:
    """The fixed words of the contact sheet (fiche_contacts.yml); raises DocumentError."""
    return _read_one(folder / SHEET_FILE, _sheet_words)


@remember
def read_recap_words(folder: Path) -> RecapWords:
    """The fixed words of the recap (recapitulatif.yml); raises DocumentError."""
    return _read_one(folder / RECAP_FILE, _recap_words)


@remember
def read_given(data: Path, profession: str | None = None) -> Mapping[str, Given]:
    """The answers of `data` as a recap repeats them, by key, in the variant of `profession` (a value of the slot)."""
    titles = {key: source.title for key, source in read_sources(data / "sources.yml").items()}
    found = {}
    for key, answer in read_answers(data / "responses").items():
        variant = _variant(answer.variants, profession)
        if variant and answer.title:
            sources = tuple(titles[one] for one in variant.sources if titles.get(one))
            found[key] = Given(key, answer.title, variant.text, sources, variant.reviewed_on)
    return found


def documents_faults(root: Path, today: date) -> Iterator[Fault]:
    """What is wrong in data/documents under `root`, for the content check."""
    folder = root / "data/documents"
    readers: dict[Path, Callable[[_Reader], Any]] = {
        folder / COMMON_FILE: _phrases,
        folder / SHEET_FILE: _sheet_words,
        folder / RECAP_FILE: _recap_words,
        **dict.fromkeys(_document_files(folder), _document),
    }
    for file, build in readers.items():
        faults: list[Fault] = []
        read = _read(file, build, faults)
        yield from faults
        if read is None:
            continue
        where = f"data/documents/{file.name}"
        yield from (Fault(where, what) for text in _own_texts(read, file) for what in refused_words(text))
        if isinstance(read, RecapWords):
            answers = {key.partition("/")[0] for key in read_answers(root / "data/responses")}
            for topic in sorted(answers - set(read.topics) - read.left_out):
                yield Fault(where, f"le sujet {topic} n'a pas de titre : l'ajouter à « sujets » ou à « ecartes »")
        review_by = getattr(read, "review_by", None)
        if review_by and review_by < today:
            yield Fault(where, f"à relire depuis le {review_by:%d/%m/%Y}", warning=True)


def _own_texts(read: object, file: Path) -> Iterator[str]:
    """The texts to examine; a word quoted as one to avoid is not a fault."""
    if isinstance(read, Document):
        avoided = {text for block in read.blocks() if isinstance(block, Words) for text in block.avoid}
        yield from (text for text in read.texts() if text not in avoided)
    else:
        yield from _strings(load_yaml(file))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def _document_files(folder: Path) -> list[Path]:
    computed = {SHEET_FILE, RECAP_FILE}
    return [file for file in sorted(folder.glob("*.yml")) if file.name not in computed and file.name[0] != "_"]


def _variant(variants: tuple[Variant, ...], profession: str | None) -> Variant | None:
    said = {("profession", profession)}
    return next((one for one in variants if said.issuperset(one.conditions)), None)


# What the program fills in the fixed words, by key.
_FILLED = {
    "sources": ("sources",),
    "relu": ("date",),
    "page": ("page", "total"),
    "titre": ("departement",),
    "sous_titre": ("date",),
    "sans_crip": ("departement",),
    "sans_crip_parquet": ("tribunaux",),
    "collectivite": ("departement",),
    "deja_cite": ("noms",),
    "remarque": ("remarque",),
    "titre_contacts": ("contacts",),
}


class _UnreadableError(Exception):
    """Nothing more can be said of a file."""


class _Reader:
    """Reads one file and gathers its faults: a wrong field gives a harmless value and a fault."""

    def __init__(self, file: Path, faults: list[Fault]) -> None:
        self.file = file
        self.data = file.parent.parent
        self._where = f"data/documents/{file.name}"
        self._faults = faults

    def fault(self, place: str, what: str) -> None:
        self._faults.append(Fault(f"{self._where} {place}".strip(), what))

    def top(self, name: str) -> dict[str, Any]:
        """What stands under the one top-level key `name`."""
        try:
            whole = load_yaml(self.file)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self.fault("", f"illisible ({type(error).__name__}) : vérifier le fichier, l'indentation et les guillemets")
            raise _UnreadableError from error
        raw = whole.get(name) if isinstance(whole, dict) else None
        if not isinstance(raw, dict) or set(whole) != {name}:
            self.fault("", f"tout le contenu se met sous « {name}: », et rien à côté")
        if not isinstance(raw, dict):
            raise _UnreadableError
        return raw

    def placeholders(self, raw: Mapping[str, Any]) -> None:
        """Only the placeholders that the program fills."""
        for key, value in raw.items():
            for name in re.findall(r"\{(.*?)\}", value) if isinstance(value, str) else ():
                if name not in _FILLED.get(key, ()):
                    self.fault("", f"« {key} » : {{{name}}} n'est pas rempli par le programme, le retirer")

    def only(self, raw: Mapping[str, Any], place: str, *known: str) -> None:
        for key in raw:
            if key not in known:
                self.fault(place, f"clé inconnue « {key} » : la retirer ; les clés sont {', '.join(known)}")

    def text(self, raw: Mapping[str, Any], key: str, place: str, empty: bool = False) -> str:
        value = raw.get(key, "" if empty else None)
        if not isinstance(value, str) or not (value.strip() or empty):
            self.fault(place, f"« {key} » doit être un texte, entre guillemets")
            return ""
        return value.strip()

    def texts(self, raw: Mapping[str, Any], key: str, place: str, empty: bool = False) -> tuple[str, ...]:
        value = raw.get(key, [] if empty else None)
        if not isinstance(value, list) or not (value or empty):
            self.fault(place, f"« {key} » doit être une liste de textes")
            return ()
        for one in value:
            if not isinstance(one, str) or not one.strip():
                self.fault(place, f"« {key} » : {one!r} n'est pas un texte ; le mettre entre guillemets")
        return tuple(one.strip() for one in value if isinstance(one, str))

    def day(self, raw: Mapping[str, Any], key: str) -> date:
        value = raw.get(key)
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fault("", f'« {key} » doit être une date, comme "2026-11-21"')
            return date.min

    def sources(self, raw: Mapping[str, Any], empty: bool = False) -> tuple[str, ...]:
        """Titles to cite."""
        known: Mapping[str, Source] = read_sources(self.data / "sources.yml")
        ids = self.texts(raw, "source", "", empty)
        for one in ids:
            if one not in known:
                self.fault("", f"source inconnue « {one} » : l'ajouter à data/sources.yml")
        return tuple(known[one].title for one in ids if one in known and one != _NO_SOURCE)


def _read(file: Path, build: Callable[[_Reader], T], faults: list[Fault]) -> T | None:
    """What `build` reads in `file`, None when it has a fault."""
    before = len(faults)
    try:
        read = build(_Reader(file, faults))
    except _UnreadableError:
        return None
    return read if len(faults) == before else None


def _read_one(file: Path, build: Callable[[_Reader], T]) -> T:
    faults: list[Fault] = []
    read = _read(file, build, faults)
    if read is None:
        raise DocumentError(faults)
    return read


def _document(reader: _Reader) -> Document:
    raw = reader.top("document")
    reader.only(raw, "", "titre", "sous_titre", "usage", "source", "reviewed_on", "review_by", "sections")
    sections = raw.get("sections")
    if not isinstance(sections, list) or not sections:
        reader.fault("", "« sections » doit être une liste de sections")
        sections = []
    ids: set[str] = set()
    return Document(
        id=reader.file.stem,
        title=reader.text(raw, "titre", ""),
        subtitle=reader.text(raw, "sous_titre", "", empty=True),
        usage=reader.text(raw, "usage", "", empty=True),
        sections=tuple(_section(reader, one, f"section {i}", ids) for i, one in enumerate(sections, start=1)),
        sources=reader.sources(raw),
        reviewed_on=reader.day(raw, "reviewed_on"),
        review_by=reader.day(raw, "review_by"),
    )


def _section(reader: _Reader, raw: Any, place: str, ids: set[str]) -> Section:
    if not isinstance(raw, dict):
        reader.fault(place, "une section a un titre (ou une etape) et des blocs")
        return Section("", ())
    reader.only(raw, place, "titre", "etape", "verso", "blocs")
    if ("titre" in raw) == ("etape" in raw):
        reader.fault(place, "il faut « titre » ou « etape », l'un des deux")
        title = ""
    else:
        title = _step_title(reader, raw["etape"], place) if "etape" in raw else reader.text(raw, "titre", place)
    verso = raw.get("verso", False)
    if not isinstance(verso, bool):
        reader.fault(place, "« verso » vaut true ou false")
    blocks = raw.get("blocs")
    if not isinstance(blocks, list) or not blocks:
        reader.fault(place, "« blocs » doit être une liste de blocs")
        blocks = []
    read = (_block(reader, one, f"{place}, bloc {i}", ids) for i, one in enumerate(blocks, start=1))
    return Section(title, tuple(block for block in read if block), bool(verso))


def _step_title(reader: _Reader, step: Any, place: str) -> str:
    path = read_paths(reader.data / "parcours")[_STEPS_OF]
    title = next((one.title for one in path.steps if one.id == step), "")
    if not title:
        reader.fault(place, f"étape inconnue « {step} » : voir data/parcours/{_STEPS_OF}.yml")
    return title


# The key that tells the shape of a block, and the keys that may stand with it.
_SHAPES = {
    "texte": (),
    "liste": (),
    "dire": ("eviter",),
    "eviter": ("dire",),
    "cases": (),
    "champ": ("titre", "aide", "lignes"),
}


def _block(reader: _Reader, raw: Any, place: str, ids: set[str]) -> Block | None:
    shape = next((key for key in _SHAPES if key in raw), None) if isinstance(raw, dict) else None
    if shape is None:
        reader.fault(place, f"un bloc commence par l'une de ces clés : {', '.join(_SHAPES)}")
        return None
    reader.only(raw, place, shape, *_SHAPES[shape])
    if shape == "texte":
        return Paragraph(reader.text(raw, "texte", place))
    if shape == "liste":
        return Bullets(reader.texts(raw, "liste", place))
    if shape == "cases":
        return Boxes(reader.texts(raw, "cases", place))
    if shape == "champ":
        return _blank(reader, raw, place, ids)
    say, avoid = (reader.texts(raw, key, place, empty=key not in raw) for key in ("dire", "eviter"))
    return Words(say, avoid)


def _blank(reader: _Reader, raw: Mapping[str, Any], place: str, ids: set[str]) -> Blank:
    name = reader.text(raw, "champ", place)
    if not _BLANK_ID.fullmatch(name):
        reader.fault(place, f"« champ » : « {name} » doit s'écrire en minuscules sans accent ni espace")
    if name in ids:
        reader.fault(place, f"« champ » : « {name} » existe déjà dans ce fichier, choisir un autre nom")
    ids.add(name)
    lines = raw.get("lignes", 3)
    if not isinstance(lines, int) or not 1 <= lines <= _MOST_LINES:
        reader.fault(place, f"« lignes » doit être un nombre de 1 à {_MOST_LINES}")
        lines = 1
    return Blank(name, reader.text(raw, "titre", place), reader.text(raw, "aide", place, empty=True), lines)


def _phrases(reader: _Reader) -> Phrases:
    raw = reader.top("commun")
    reader.placeholders(raw)
    fields = {
        "say": "dire",
        "avoid": "eviter",
        "sources": "sources",
        "reviewed": "relu",
        "page": "page",
        "closing": "fin",
        "fill_in": "ecrire",
        "author": "auteur",
        "language": "langue",
    }
    reader.only(raw, "", *fields.values())
    return Phrases(**{field: reader.text(raw, key, "") for field, key in fields.items()})


_OF_EVERY_COMPUTED = ("titre", "sous_titre", "usage", "source", "reviewed_on", "review_by")


def _computed(reader: _Reader, raw: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields that the two computed documents share, and their own texts (field -> key)."""
    return {
        "id": reader.file.stem,
        "title": reader.text(raw, "titre", ""),
        "subtitle": reader.text(raw, "sous_titre", ""),
        "usage": reader.text(raw, "usage", ""),
        "sources": reader.sources(raw, empty=True),
        "reviewed_on": reader.day(raw, "reviewed_on"),
        "review_by": reader.day(raw, "review_by"),
        **{field: reader.text(raw, key, "") for field, key in fields.items()},
    }


def _sheet_words(reader: _Reader) -> SheetWords:
    raw = reader.top("fiche_contacts")
    reader.placeholders(raw)
    fields = {
        "no_cell": "sans_crip",
        "no_cell_court": "sans_crip_parquet",
        "switchboard": "standard",
        "overseas": "collectivite",
        "again": "deja_cite",
        "remark": "remarque",
        "unknown_title": "titre_sans_contact",
        "unknown": "sans_contact",
    }
    reader.only(raw, "", *_OF_EVERY_COMPUTED, "sections", *fields.values())
    sections = raw.get("sections")
    if not isinstance(sections, list) or not all(isinstance(one, dict) for one in sections):
        reader.fault("", "« sections » doit être une liste de sections")
        sections = []
    return SheetWords(
        sections=tuple(_sheet_section(reader, one, f"section {i}") for i, one in enumerate(sections, start=1)),
        **_computed(reader, raw, fields),
    )


def _sheet_section(reader: _Reader, raw: Mapping[str, Any], place: str) -> SheetSection:
    reader.only(raw, place, "titre", "besoins", "couche", "introduction", "reste")
    needs = reader.texts(raw, "besoins", place)
    for need in needs:
        if need not in load_yaml(reader.data / "directory/politique.yml")["besoins"]:
            reader.fault(place, f"besoin inconnu « {need} » : voir data/directory/politique.yml")
    layer = raw.get("couche", "departement")
    if layer not in ("departement", "national"):
        reader.fault(place, "« couche » vaut departement ou national")
    return SheetSection(
        title=reader.text(raw, "titre", place),
        needs=needs,
        layer="national" if layer == "national" else "departement",
        introduction=reader.text(raw, "introduction", place, empty=True),
        rest=raw.get("reste") is True,
    )


def _recap_words(reader: _Reader) -> RecapWords:
    raw = reader.top("recapitulatif")
    reader.placeholders(raw)
    fields = {
        "seen_title": "titre_vu",
        "nothing": "rien",
        "path": "parcours",
        "steps_title": "titre_etapes",
        "steps_seen": "etapes_vues",
        "steps_to_see": "etapes_a_voir",
        "contacts_title": "titre_contacts",
        "next_title": "titre_suite",
    }
    reader.only(raw, "", *_OF_EVERY_COMPUTED, "sujets", "ecartes", "etapes", "suite", *fields.values())
    topics = raw.get("sujets")
    if not isinstance(topics, dict):
        reader.fault("", "« sujets » donne un titre à chaque sujet")
        topics = {}
    return RecapWords(
        topics={str(topic): str(title) for topic, title in topics.items()},
        left_out=frozenset(reader.texts(raw, "ecartes", "")),
        steps=reader.texts(raw, "etapes", ""),
        next_items=reader.texts(raw, "suite", ""),
        **_computed(reader, raw, fields),
    )
