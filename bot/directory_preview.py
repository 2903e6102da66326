"""What a load, a return or a restore would change in the directory, in French, for who decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.logic.directory_changes import ContactChange, DirectoryChanges
from bot.logic.directory_model import Contact
from bot.logic.normalisation import fold

Messages = Mapping[str, str]

_FIRST = 20  # contacts of each kind of change that are shown


def print_changes(changes: DirectoryChanges, messages: Messages, *, everything: bool = False) -> None:
    """Print what changes in the directory; the first contacts of each kind of change, unless `everything`."""
    if changes.nothing:
        print(messages["rien_ne_change"])
        return
    lines: list[tuple[str, Sequence[str]]] = [
        ("ajoutes", [_line(one, messages) for one in changes.added]),
        ("modifies", [_changed_lines(one, messages) for one in changes.changed]),
        ("retires", [_line(one, messages) for one in changes.removed]),
        (
            "douteux",
            [
                messages["contact_douteux"].format(departement=one.department_code, nom=one.name, numero=number)
                for one, number in changes.doubtful
            ],
        ),
    ]
    for key, texts in lines:
        _print_first(key, texts, messages, everything)
    print(messages["inchanges"].format(nombre=changes.unchanged))


def print_namesakes(
    changes: DirectoryChanges, others: Sequence[Contact], messages: Messages, *, everything: bool = False
) -> None:
    """Warn of the contacts that are added while `others`, of other files, have their name and their département."""
    known = {(one.department_code, fold(one.name)) for one in others}
    twice = [one for one in changes.added if (one.department_code, fold(one.name)) in known]
    _print_first("homonymes", [_line(one, messages) for one in twice], messages, everything)


def _print_first(key: str, texts: Sequence[str], messages: Messages, everything: bool) -> None:
    if texts:
        print(messages[key].format(nombre=len(texts)))
        shown = texts if everything else texts[:_FIRST]
        print(*shown, sep="\n")
        if len(shown) < len(texts):
            print(messages["et_encore"].format(nombre=len(texts) - len(shown)))


def _line(contact: Contact, messages: Messages) -> str:
    reached_at = " | ".join((*contact.phones, *contact.emails)) or contact.url
    return messages["contact"].format(
        departement=contact.department_code,
        genre=contact.kind,
        nom=contact.name,
        joindre=messages["contact_joindre"].format(valeur=reached_at) if reached_at else "",
    )


def _changed_lines(change: ContactChange, messages: Messages) -> str:
    empty = messages["champ_vide"]
    head = messages["contact"].format(
        departement=change.after.department_code, genre=change.after.kind, nom=change.after.name, joindre=""
    )
    fields = (
        messages["contact_champ"].format(
            champ=messages[f"champ_{one.field}"], avant=one.before or empty, apres=one.after or empty
        )
        for one in change.fields
    )
    return "\n".join((head, *fields))
