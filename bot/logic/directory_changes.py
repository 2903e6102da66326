"""What differs between two states of the directory, contact by contact and field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields

from bot.logic.directory_model import Contact
from bot.logic.normalisation import fold

_FIELDS = tuple(field.name for field in fields(Contact))


@dataclass(frozen=True)
class FieldChange:
    """A field of Contact, its value before and after; several values are separated by " | "."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class ContactChange:
    """A contact whose fields changed."""

    before: Contact
    after: Contact

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """The fields that differ, in the order of Contact."""
        pairs = ((name, getattr(self.before, name), getattr(self.after, name)) for name in _FIELDS)
        return tuple(FieldChange(name, written(old), written(new)) for name, old, new in pairs if old != new)


@dataclass(frozen=True)
class DirectoryChanges:
    """What a load would add, change and remove; `unchanged` counts the rest."""

    added: tuple[Contact, ...]
    changed: tuple[ContactChange, ...]
    removed: tuple[Contact, ...]
    unchanged: int

    @property
    def nothing(self) -> bool:
        """Whether the two states are the same."""
        return not (self.added or self.changed or self.removed)

    @property
    def arriving(self) -> tuple[Contact, ...]:
        """Contacts that were not there in this form."""
        return (*self.added, *(one.after for one in self.changed))

    @property
    def doubtful(self) -> tuple[tuple[Contact, str], ...]:
        """(contact, number) of the doubtful numbers among what arrives; they are kept and never shown."""
        return tuple((one, number) for one in self.arriving for number in one.doubtful_phones)


def compare(before: Sequence[Contact], after: Sequence[Contact]) -> DirectoryChanges:
    """What makes `after` of `before`; a contact is recognised by its département, kind and name, or by its numbers."""
    old, new, unchanged = _without_common(before, after)
    changed: list[ContactChange] = []
    for key in (_by_name, _by_numbers):
        old, new, pairs = _pair(old, new, key)
        changed.extend(pairs)
    return DirectoryChanges(tuple(new), tuple(changed), tuple(old), unchanged)


def written(value: object) -> str:
    """A field of a contact as a line of text."""
    if isinstance(value, tuple):
        return " | ".join(value)
    return "" if value is None else str(value)


def _without_common(before: Sequence[Contact], after: Sequence[Contact]) -> tuple[list[Contact], list[Contact], int]:
    common = Counter(before) & Counter(after)
    return _less(before, common), _less(after, common), sum(common.values())


def _less(contacts: Sequence[Contact], common: Counter[Contact]) -> list[Contact]:
    left = Counter(common)
    kept = []
    for contact in contacts:
        if left[contact]:
            left[contact] -= 1
        else:
            kept.append(contact)
    return kept


def _pair(
    old: Sequence[Contact], new: Sequence[Contact], key: Callable[[Contact], Hashable]
) -> tuple[list[Contact], list[Contact], list[ContactChange]]:
    """Contacts of `old` and `new` with the same key (None: recognised by nothing), in their order; and what is left."""
    waiting: dict[Hashable, list[Contact]] = {}
    for contact in old:
        waiting.setdefault(key(contact), []).append(contact)
    pairs, left = [], []
    for contact in new:
        same = waiting.get(key(contact)) if key(contact) is not None else None
        if same:
            pairs.append(ContactChange(same.pop(0), contact))
        else:
            left.append(contact)
    return _less(old, Counter(pair.before for pair in pairs)), left, pairs


def _by_name(contact: Contact) -> Hashable:
    return contact.department_code, contact.kind, fold(contact.name)


def _by_numbers(contact: Contact) -> Hashable:
    """A service that changed its name keeps its numbers or its mailbox."""
    reached_at = contact.phones or contact.emails
    return (contact.department_code, contact.kind, reached_at) if reached_at else None
