"""How a session is put into words, whatever shows it: terminal, HTML or PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from bot.logic.formulation import IMPROVE, UNKNOWN
from bot.logic.practice import Session, Turn
from bot.logic.scenario import Change, Mood


class Wording:
    """The texts of data/formation/phrases.yml, filled in."""

    def __init__(self, phrases: Mapping[str, Any]) -> None:
        """`phrases` as bot.content.formation reads them."""
        self._phrases = phrases

    def say(self, path: str, **values: object) -> str:
        """The text under `path` ("bilan.titre"), its placeholders filled; raises KeyError when there is none."""
        return str(self.at(path)).format(**values)

    def at(self, path: str) -> Any:
        """Whatever is under `path`."""
        found: Any = self._phrases
        for key in path.split("."):
            found = found[key]
        return found

    def lines(self, numbers: Sequence[int]) -> str:
        """« Ligne 3 », « Lignes 3, 5 »."""
        key = "ligne.numero" if len(numbers) == 1 else "ligne.lignes"
        return self.say(key, n=", ".join(map(str, numbers)))

    def change(self, change: Change) -> str:
        """« confiance +1, peur −1 », or that nothing moves."""
        moved = []
        for one in fields(Change):
            value = getattr(change, one.name)
            if value:
                name = self.at("humeurs")[one.name]
                moved.append(self.say("ligne.humeur", humeur=name, signe="+" if value > 0 else "−", ecart=abs(value)))
        return ", ".join(moved) or self.say("ligne.rien")

    def mood(self, mood: Mood) -> str:
        """« confiance 3, ouverture 2, peur 1 »."""
        names = self.at("humeurs")
        return ", ".join(f"{names[one.name]} {getattr(mood, one.name)}" for one in fields(Mood))

    def kinds(self, session: Session, turn: Turn) -> Iterator[tuple[str, str]]:
        """For each kind found in the line: a key of « verdicts » and « titre, « mots » : pourquoi. Plutôt : ... »."""
        for found in turn.reading.found:
            kind = session.kinds[found.kind_id]
            words = f" ({self.say('ligne.mots', mots=found.words)})" if found.words else ""
            text = f"{capital(kind.title)}{words}. {kind.why}"
            if kind.verdict == IMPROVE and kind.better:
                text += " " + self.instead(kind.better[0])
            # A line that may hurt is not praised for what it also holds.
            doubtful = turn.reading.verdict == UNKNOWN and kind.verdict != IMPROVE
            yield ("peut_etre" if doubtful else kind.verdict), text

    def notes(self, session: Session, turn: Turn) -> Iterator[str]:
        """Everything there is to say of a line: kinds, order effects, what moved, steps, what was told."""
        verdicts = self.at("verdicts")
        kinds = list(self.kinds(session, turn))
        yield from (f"{capital(verdicts[verdict])} : {lowered(text)}" for verdict, text in kinds)
        if turn.reading.verdict == UNKNOWN:
            yield capital(verdicts[UNKNOWN])
        yield from (self.at("cas")[reason.id] for reason in turn.reasons if reason.special)
        steps = ", ".join(self.say("ligne.etapes", n=step) for step in sorted(turn.steps))
        yield capital(self.change(turn.change)) + (f" ; {steps}" if steps else "") + "."
        if turn.revealed:
            yield self.say("ligne.revele", fait=session.scenario.practice.facts[turn.revealed])

    def instead(self, better: str) -> str:
        """Another wording; an advice that quotes its own words is not put between quotation marks."""
        return self.say("ligne.conseil" if "«" in better else "ligne.plutot", mieux=better)

    def why(self, session: Session, turn: Turn) -> str:
        """Why a line moved the young person, in a sentence or two."""
        # Only what pulled the same way as the whole.
        up = turn.change.for_the_better > 0
        texts = [
            self.at("cas")[reason.id] if reason.special else session.kinds[reason.id].why
            for reason in turn.reasons
            if reason.change and (reason.change.for_the_better > 0) == up
        ]
        return " ".join(texts[:2])

    def ending(self, session: Session) -> str:
        """How the session ended."""
        return self.say(f"fins.{session.ended or 'arret'}", prenom=session.scenario.young.name)


def capital(text: str) -> str:
    """`text` with a capital letter first."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """`text` with a small letter first, to follow a colon."""
    return text[:1].lower() + text[1:]


def listed(items: Iterable[object], none: str) -> str:
    """The items in one line, or `none`."""
    return ", ".join(map(str, items)) or none
