"""A YAML file with the line of everything in it, so that a fault can say where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNCLOSED = "des guillemets ouverts ne sont pas fermés : les fermer ; à l'intérieur du texte, préférer « »"
_CURLY = re.compile("[“”„]")
_SYNTAX = (  # what the parser says -> the remedy
    (
        "could not find expected ':'",
        "un texte commence sans guillemets, ou une ligne n'a pas ses deux-points : mettre le texte entre guillemets",
    ),
    (
        "mapping values are not allowed",
        "deux-points au milieu d'un texte sans guillemets : mettre tout le texte entre guillemets",
    ),
    (
        "found character '\\t'",
        "une tabulation : la remplacer par des espaces (deux par niveau)",
    ),
    (
        "while scanning a quoted scalar",
        _UNCLOSED,
    ),
    (
        "expected <block end>",
        "l'indentation ou les guillemets : aligner la ligne sur ses voisines ; à l'intérieur d'un texte, préférer « »",
    ),
    (
        "expected ',' or",
        "crochets ou accolades : des virgules entre les éléments, tout refermer, les textes entre guillemets",
    ),
    (
        "found character '>'",
        'un signe > sans guillemets : écrire ">=3" entre guillemets',
    ),
    (
        "block scalar",
        'un signe > ou < sans guillemets : écrire ">=3" entre guillemets',
    ),
    ("", "vérifier l'indentation, les guillemets et les deux-points de cette ligne et de la précédente"),
)


@dataclass(frozen=True)
class Located:
    """A value and its line: a scalar, a list of Located, or a dict of Located by key (`keys` has the keys' lines)."""

    value: Any
    line: int
    keys: dict[str, int]
    twice: tuple[tuple[str, int], ...] = ()  # keys written again: the first one is kept


class YamlSyntaxError(ValueError):
    """A file that is not YAML: `line` and, in French, `remedy`."""

    def __init__(self, line: int, remedy: str) -> None:
        """Keep both."""
        super().__init__(f"ligne {line} : {remedy}")
        self.line, self.remedy = line, remedy


def load_located(file: Path) -> Located:
    """The content of `file`; raises OSError, UnicodeDecodeError, YamlSyntaxError."""
    text = file.read_text(encoding="utf-8-sig")
    try:
        loader, node = _compose(text)
        return _located(node, loader) if node is not None else Located(None, 1, {})
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = f"{error.problem} {error.context}"
        remedy = next(remedy for sign, remedy in _SYNTAX if sign in said)
        line = mark.line + 1 if mark else 1
        if _CURLY.search("".join(text.splitlines()[line - 1 : line])):
            raise YamlSyntaxError(line, 'guillemets courbes : remplacer “ et ” par "') from error
        unclosed_at = _unclosed(text, line)
        if unclosed_at:
            line, remedy = unclosed_at, _UNCLOSED
        raise YamlSyntaxError(line, remedy) from error
    except yaml.reader.ReaderError as error:
        remedy = "un caractère invisible et interdit : le retirer, et enregistrer le fichier en UTF-8"
        raise YamlSyntaxError(text.count("\n", 0, error.position) + 1, remedy) from error
    except ValueError as error:  # a scalar that only looks like a date
        raise YamlSyntaxError(_line_of_date(text), "une date impossible : la mettre entre guillemets") from error


def strings(located: Located) -> Iterator[tuple[str, int]]:
    """Every text of `located` with its line."""
    if isinstance(located.value, str):
        yield located.value, located.line
    elif isinstance(located.value, list):
        for one in located.value:
            yield from strings(one)
    elif isinstance(located.value, dict):
        for one in located.value.values():
            yield from strings(one)


def _located(node: yaml.Node, loader: Any) -> Located:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Located([_located(one, loader) for one in node.value], line, {})
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Located] = {}
        keys: dict[str, int] = {}
        twice: list[tuple[str, int]] = []
        for key, value in node.value:
            name = str(getattr(key, "value", ""))
            if name in found:
                twice.append((name, key.start_mark.line + 1))
                continue
            found[name], keys[name] = _located(value, loader), key.start_mark.line + 1
        return Located(found, line, keys, tuple(twice))
    return Located(loader.construct_object(node), line, {})


def _compose(text: str) -> tuple[Any, yaml.Node | None]:
    """The parser and what it read. The fast one has other words for faults: the plain one says them."""
    try:
        loader = _FAST(text)
        return loader, loader.get_single_node()
    except yaml.YAMLError:
        loader = yaml.SafeLoader(text)
        return loader, loader.get_single_node()


def _unclosed(text: str, last: int) -> int | None:
    """The first line, up to `last`, with a quotation mark too many: YAML sees the fault only at the next one."""
    for number, line in enumerate(text.splitlines()[:last], start=1):
        if line.partition(" #")[0].replace('\\"', "").count('"') % 2:
            return number
    return None


def _line_of_date(text: str) -> int:
    found = re.search(r"\d{4}-\d{1,2}-\d{1,2}", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1
