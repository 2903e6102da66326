"""Run every check, each behind a shield: one that breaks is a fault like another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from bot.doctor import configuration, content, databases, machine, services
from bot.doctor.findings import Check, Finding, Installation, fault
from bot.settings import SettingsError, load_settings

CHECKS: tuple[Check, ...] = (
    machine.python,
    machine.packages,
    machine.descriptors,
    machine.disk,
    configuration.given,
    configuration.start,
    configuration.secrets,
    configuration.environment_file,
    configuration.misspelt,
    configuration.address,
    configuration.log_level,
    content.model,
    content.widget,
    content.answers,
    databases.directory,
    databases.conversations,
    databases.statistics,
    services.redis,
    services.actions,
    services.port,
    services.public_address,
)


def read_installation(environ: Mapping[str, str], today: date) -> tuple[Installation, list[Finding]]:
    """The installation that `environ` describes, and a fault for each variable that cannot be used and is left out."""
    usable = dict(environ)
    faults: list[Finding] = []
    while True:
        try:
            return Installation(load_settings(usable), environ, today), faults
        except SettingsError as error:
            named = re.match(r"VIGIE_\w+", str(error))
            if not named or usable.pop(named[0], None) is None:
                raise
            debug = named[0] == "VIGIE_LOG_LEVEL" and environ[named[0]].upper() == "DEBUG"
            faults.append(fault("journal_bavard" if debug else "variable_invalide", raison=error))


def examine(installation: Installation, checks: Iterable[Check] = CHECKS) -> Iterator[Finding]:
    """What the checks find, in their order; never raises."""
    for check in checks:
        try:
            yield from check(installation)
        except Exception as error:  # whatever broke, the other checks go on
            # The text of an exception may hold a password.
            yield fault("controle_casse", controle=check.__name__, raison=type(error).__name__)
