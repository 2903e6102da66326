"""Numbers that designate a département: "93", "2A", "97400"; most numbers of a sentence do not."""

from __future__ import annotations

from bot.logic.gazetteer import Gazetteer

LAST_DAY = 31  # "le 12" alone may be a date


def whole_number(token: str, gazetteer: Gazetteer, expected: bool, alone: bool) -> tuple[str, ...]:
    """Codes of a message that is only a number; emergency numbers and single digits count when `expected`."""
    if not expected and token in gazetteer.cues.reserved_numbers:
        return ()
    if token in gazetteer.aliases:
        return gazetteer.aliases[token]
    if expected and alone and len(token) == 1:
        token = "0" + token
    code = gazetteer.department_of_number(token)
    return (code,) if code else gazetteer.departments_of_postal(token)


def number_in_sentence(words: list[str], start: int, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Codes of a number announced as a département or as a postal code; digits alone prove nothing."""
    token, cues = words[start], gazetteer.cues
    before = words[start - 1] if start else ""
    after = words[start + 1] if start + 1 < len(words) else ""
    if after in cues.units or after.isdigit() or before.isdigit():
        return ()
    earlier = words[start - 2] if start > 1 else ""
    announced = earlier in cues.territory_cues and before in cues.weak_number_cues
    announced = announced or before in cues.number_cues
    announced = announced or (earlier in cues.number_cues and before in cues.weak_number_cues)
    if len(token) == 5:
        located = before in cues.locatives or before in cues.weak_number_cues or before == "postal"
        town_follows = len(after) > 2 and after in gazetteer.first_words and after not in cues.fillers
        return gazetteer.departments_of_postal(token) if announced or located or town_follows else ()
    if not announced:
        certain = before in cues.weak_number_cues and not (token.isdigit() and int(token) <= LAST_DAY)
        if not certain or token in cues.reserved_numbers:
            return ()
    if token in gazetteer.aliases:
        return gazetteer.aliases[token]
    code = gazetteer.department_of_number(token)
    return (code,) if code else ()


def codes_of_number(word: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Codes of a département number or of a postal code."""
    code = gazetteer.department_of_number(word)
    return (code,) if code else gazetteer.departments_of_postal(word)
