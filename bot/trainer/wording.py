"""How a session is put into words, whatever shows it: terminal, HTML or PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from bot.logic.formulation import IMPROVE, UNKNOWN
from bot.logic.practice import ENDED, Session, Turn, better_wordings, to_reword
from bot.logic.scenario import HIGHEST, LOWEST, STEPS, Change, Mood


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

    def moved(self, turn: Turn) -> str:
        """What a line moved; when nothing could, that the mood was already as low, or as high, as it goes."""
        if turn.change:
            return self.change(turn.change)
        wanted = sum((reason.change for reason in turn.reasons), Change())
        bounded = []
        for one in fields(Change):
            pushed, now = getattr(wanted, one.name), getattr(turn.mood, one.name)
            key = "plus_bas" if pushed < 0 and now == LOWEST else "plus_haut" if pushed > 0 and now == HIGHEST else None
            if key:
                bounded.append(self.say(f"ligne.{key}", humeur=self.at("humeurs")[one.name]))
        return ", ".join(bounded) or self.say("ligne.rien")

    def mood(self, mood: Mood) -> str:
        """« confiance 3, ouverture 2, peur 1 »."""
        names = self.at("humeurs")
        return ", ".join(f"{names[one.name]} {getattr(mood, one.name)}" for one in fields(Mood))

    def kinds(self, session: Session, turn: Turn) -> Iterator[tuple[str, str]]:
        """For each kind found in the line: a key of « verdicts » and « titre, « mots » : pourquoi. Plutôt : ... »."""
        reworded = to_reword(session, turn)
        for found in turn.reading.found:
            kind = session.kinds[found.kind_id]
            words = f" ({self.say('ligne.mots', mots=found.words)})" if found.words else ""
            text = f"{capital(kind.title)}{words}. {kind.why}"
            wordings = better_wordings(session, turn, kind) if found in reworded else ()
            if wordings:
                text += " " + self.instead(wordings[0])
            # A line that may hurt is not praised for what it also holds.
            doubtful = turn.reading.verdict == UNKNOWN and kind.verdict != IMPROVE
            yield ("peut_etre" if doubtful else kind.verdict), text

    def notes(self, session: Session, turn: Turn) -> Iterator[str]:
        """Everything there is to say of a line: kinds, order effects, what moved, steps, what was told."""
        verdicts = self.at("verdicts")
        kinds = list(self.kinds(session, turn))
        yield from (f"{capital(verdicts[verdict])} : {lowered(text)}" for verdict, text in kinds)
        # A doubt about what was found is already said.
        if turn.reading.verdict == UNKNOWN and not kinds:
            yield capital(verdicts[UNKNOWN])
        yield from (self.at("cas")[reason.id] for reason in turn.reasons if reason.special)
        steps = ", ".join(self.say("ligne.etapes", n=step) for step in sorted(turn.steps))
        yield capital(self.moved(turn)) + (f" ; {steps}" if steps else "") + "."
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
        """How the session ended; stopping once the last step was touched is no interruption."""
        whole = any(STEPS in turn.steps for turn in session.turns)
        key = session.ended or ("complet" if whole else "arret")
        return self.say(f"fins.{key}", prenom=session.scenario.young.name)

    def set_aside(self, session: Session) -> Iterator[str]:
        """The lines of a file that were not played: their numbers and why."""
        late = [one.number for one in session.set_aside if one.why == ENDED]
        for one in session.set_aside:
            if one.why == ENDED:
                continue
            yield self.say("ligne.ecartee", ligne=self.lines([one.number]), raison=self.at("ecartees")[one.why])
        if late:
            yield self.say("ligne.apres_fin", lignes=self.lines(late))


def capital(text: str) -> str:
    """`text` with a capital letter first."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """`text` with a small letter first, to follow a colon."""
    return text[:1].lower() + text[1:]


def listed(items: Iterable[object], none: str) -> str:
    """The items in one line, or `none`."""
    return ", ".join(map(str, items)) or none
