"""`python -m bot scenario new|check|list|play|practise|run|report|summary`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from bot.content.faults import Fault
from bot.content.formation import Formation, read_practice
from bot.content.formulations import read_formulations
from bot.content.scenarios import read_scenario, scenario_warnings
from bot.logic.debrief import debrief
from bot.logic.practice import Session, practise
from bot.logic.scenario import Scenario
from bot.logic.session_record import FEWEST, Record, read_record, record
from bot.settings import Settings, load_settings
from bot.trainer.wording import Wording

_ID = re.compile(r"[a-z][a-z0-9_]*")
_FORMS = {".html": "html", ".pdf": "pdf"}


class _RefusedError(Exception):
    """What was asked cannot be done; the message says why and the remedy."""


@dataclass(frozen=True)
class Desk:
    """What every command needs."""

    settings: Settings
    formation: Formation
    say: Wording
    console: Console

    @property
    def folder(self) -> Path:
        """Where the scenarios lie."""
        return self.settings.data_dir / "scenarios"

    @property
    def fonts(self) -> Path:
        """The fonts of the documents, when the site is built."""
        return self.settings.root / "bot/web/built/fonts"


def main(argv: list[str]) -> int:
    """Run one command of the scenarios; 0 when it succeeded, 1 when something must be corrected."""
    settings = load_settings()
    formation = read_practice(settings.data_dir)
    desk = Desk(settings, formation, Wording(formation.phrases), Console(highlight=False))
    options = _parser(desk.say).parse_args(argv)
    try:
        return _COMMANDS[options.command](desk, options)
    except _RefusedError as refused:
        print(refused, file=sys.stderr)
        return 1


def _parser(say: Wording) -> argparse.ArgumentParser:
    def text(key: str) -> str:
        return say.say(f"commande.{key}").replace("%", "%%")

    parser = argparse.ArgumentParser(prog="python -m bot scenario", description=text("aide"))
    commands = parser.add_subparsers(dest="command", required=True)
    added = {
        name: commands.add_parser(name, help=text(f"aide_{name}"), description=text(f"aide_{name}"))
        for name in _COMMANDS
    }
    added["new"].add_argument("name", help=text("aide_nom"))
    for name in ("check", "run"):
        added[name].add_argument("files", nargs="*", type=Path, help=text("aide_fichiers"))
    added["list"].add_argument("--public", help=text("aide_public"))
    added["list"].add_argument("--publics", action="store_true", help=text("aide_publics"))
    added["list"].add_argument("--duree", type=int, help=text("aide_duree"))
    for name in ("play", "practise", "report"):
        added[name].add_argument("scenario", help=text("aide_id"))
    added["practise"].add_argument("--save", type=Path, help=text("aide_save"))
    added["practise"].add_argument("--out", type=Path, help=text("aide_out"))
    added["report"].add_argument("--lines", type=Path, required=True, help=text("aide_lines"))
    added["report"].add_argument("--save", type=Path, help=text("aide_save"))
    for name in ("report", "summary"):
        added[name].add_argument("--out", type=Path, required=True, help=text("aide_out"))
    added["run"].add_argument("--url", help=text("aide_url"))
    added["run"].add_argument("--token", help=text("aide_token"))
    added["run"].add_argument("--report", type=Path, help=text("aide_report_run"))
    added["run"].add_argument("--junit", type=Path, help=text("aide_junit"))
    added["summary"].add_argument("files", nargs="+", type=Path, help=text("aide_seances"))
    return parser


def _new(desk: Desk, options: argparse.Namespace) -> int:
    given = Path(options.name)
    file = given if given.suffix == ".yml" else desk.folder / f"{options.name}.yml"
    if not _ID.fullmatch(file.stem) or (file is not given and len(given.parts) > 1):
        raise _RefusedError(desk.say.say("commande.nom", nom=options.name))
    template = Path(__file__).parent / "trainer/modele.yml"
    if file.exists():
        raise _RefusedError(desk.say.say("commande.existe", fichier=_shown(desk, file)))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    print(desk.say.say("commande.cree", fichier=_shown(desk, file)))
    return 0


def _check(desk: Desk, options: argparse.Namespace) -> int:
    found, faults = _read(desk, options.files)
    _tell(desk, faults)
    if faults:
        print(desk.say.say("commande.fautes", n=len(faults)), file=sys.stderr)
        return 1
    for file, scenario in found.items():
        _tell(desk, scenario_warnings(scenario, file, desk.settings.data_dir))
    print(desk.say.say("commande.verifie", n=len(found)))
    return 0


def _list(desk: Desk, options: argparse.Namespace) -> int:
    audiences = desk.formation.audiences
    if options.publics:
        for id, title in audiences.items():
            print(desk.say.say("commande.public", id=id, titre=title))
        return 0
    if options.public and options.public not in audiences:
        raise _RefusedError(desk.say.say("commande.public_inconnu", id=options.public, connus=", ".join(audiences)))
    found, faults = _read(desk, [])
    columns = desk.say.at("commande.colonnes")
    # Ids are typed in other commands: they are whole in 80 columns.
    table = Table(Column(columns[0], no_wrap=True), columns[1], Column(columns[2], no_wrap=True))
    for scenario in found.values():
        if options.public and options.public not in scenario.audience:
            continue
        if options.duree and options.duree != scenario.minutes:
            continue
        family = desk.say.at("familles")[scenario.family]
        about = desk.say.say("commande.ligne", titre=scenario.title, minutes=scenario.minutes, famille=family)
        table.add_row(scenario.id, about, "\n".join(scenario.audience), end_section=True)
    if table.row_count:
        desk.console.print(table)
    else:
        print(desk.say.say("commande.sans_resultat"))
    _tell(desk, faults)
    return 1 if faults else 0


def _play(desk: Desk, options: argparse.Namespace) -> int:
    from bot.trainer.terminal import Stage

    Stage(desk.console, desk.formation, desk.settings.data_dir).play(_one(desk, options.scenario))
    return 0


def _practise(desk: Desk, options: argparse.Namespace) -> int:
    from bot.trainer.terminal import Stage

    scenario = _one(desk, options.scenario)
    form = _form(desk, options.out) if options.out else ""
    stage = Stage(desk.console, desk.formation, desk.settings.data_dir)
    session = stage.practise(scenario, read_formulations(desk.settings.data_dir, desk.settings.models_dir))
    stage.debrief(session)
    if options.save:
        _save(options.save, record(session, date.today()))
        print(desk.say.say("terminal.seance", fichier=options.save))
    if options.out:
        _write_session(desk, session, form, options.out)
        print(desk.say.say("terminal.rapport", fichier=options.out))
    return 0


def _report(desk: Desk, options: argparse.Namespace) -> int:
    scenario = _one(desk, options.scenario)
    form = _form(desk, options.out)
    try:
        typed = options.lines.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise _RefusedError(desk.say.say("commande.trop_latin", fichier=options.lines)) from None
    except OSError:
        raise _RefusedError(desk.say.say("commande.fichier_absent", fichier=options.lines)) from None
    numbers = [number for number, line in enumerate(typed, start=1) if line.strip() and not line.startswith("#")]
    formulations = read_formulations(desk.settings.data_dir, desk.settings.models_dir)
    lines = [typed[number - 1].strip() for number in numbers]
    session = practise(scenario, desk.formation.rules, formulations, lines, numbers)
    for aside in desk.say.set_aside(session):
        print(aside, file=sys.stderr)
    _write_session(desk, session, form, options.out)
    if options.save:
        _save(options.save, record(session, date.today()))
    print(desk.say.say("commande.ecrit", fichier=options.out))
    return 0


def _run(desk: Desk, options: argparse.Namespace) -> int:
    from bot.trainer.replay import UnreachableError, replay
    from bot.trainer.replay_report import print_failures, write_html, write_junit

    found, faults = _read(desk, options.files)
    if faults:
        _tell(desk, faults)
        raise _RefusedError(desk.say.say("commande.fautes", n=len(faults)))
    url = (options.url or f"http://{desk.settings.host}:{desk.settings.port}").rstrip("/")
    try:
        result = replay(found.values(), url, options.token or desk.settings.api_token, desk.console, desk.say)
    except UnreachableError as error:
        raise _RefusedError(desk.say.say("rejeu.injoignable", adresse=url, raison=error)) from None
    print_failures(result, desk.console, desk.say)
    if options.report:
        write_html(result, options.report, desk.say, date.today())
    if options.junit:
        write_junit(result, options.junit, desk.say)
    return 1 if result.failures else 0


def _summary(desk: Desk, options: argparse.Namespace) -> int:
    form = _form(desk, options.out)
    records = list(_records(desk, options.files))
    if len(records) < FEWEST:
        raise _RefusedError(desk.say.say("synthese.trop_peu", n=len(records), minimum=FEWEST))
    from bot.trainer.report import render
    from bot.trainer.summary import summary_document

    titles = {scenario.id: scenario.title for scenario in _read(desk, [])[0].values()}
    document = summary_document(records, titles, desk.settings.data_dir, date.today())
    options.out.write_bytes(render(document, desk.settings.data_dir, form, desk.fonts))
    print(desk.say.say("commande.ecrit", fichier=options.out))
    return 0


_COMMANDS: Mapping[str, Callable[[Desk, argparse.Namespace], int]] = {
    "new": _new,
    "check": _check,
    "list": _list,
    "play": _play,
    "practise": _practise,
    "run": _run,
    "report": _report,
    "summary": _summary,
}


def _read(desk: Desk, given: Iterable[Path]) -> tuple[Mapping[Path, Scenario], list[Fault]]:
    """Scenarios of the files and folders `given` (default: data/scenarios) by file, and the faults of the others."""
    faults: list[Fault] = []
    found: dict[Path, Scenario] = {}
    for path in list(given) or [desk.folder]:
        files = sorted(path.glob("*.yml")) if path.is_dir() else [path]
        if not files:
            raise _RefusedError(desk.say.say("commande.sans_scenario", dossier=path))
        for file in files:
            scenario = read_scenario(file.resolve(), desk.settings.data_dir, faults)
            if scenario:
                found[file.resolve()] = scenario
    return found, faults


def _one(desk: Desk, name: str) -> Scenario:
    """The scenario `name`, an id or the path of a file."""
    file = Path(name) if name.endswith(".yml") else desk.folder / f"{name}.yml"
    if not file.is_file():
        known = ", ".join(sorted(one.stem for one in desk.folder.glob("*.yml")))
        raise _RefusedError(desk.say.say("commande.inconnu", id=name, connus=known))
    found, faults = _read(desk, [file])
    if faults:
        _tell(desk, faults)
        raise _RefusedError(desk.say.say("commande.fautes", n=len(faults)))
    return next(iter(found.values()))


def _records(desk: Desk, files: Iterable[Path]) -> Iterable[Record]:
    seen: set[Path] = set()
    for file in files:
        if file.resolve() in seen:
            raise _RefusedError(desk.say.say("synthese.double", fichier=file))
        seen.add(file.resolve())
        try:
            yield read_record(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            raise _RefusedError(desk.say.say("synthese.illisible", fichier=file)) from None


def _form(desk: Desk, out: Path) -> str:
    form = _FORMS.get(out.suffix.lower())
    if form is None:
        raise _RefusedError(desk.say.say("commande.forme", fichier=out))
    return form


def _write_session(desk: Desk, session: Session, form: str, out: Path) -> None:
    from bot.trainer.report import session_report  # the compiler of PDF is long to load

    out.write_bytes(session_report(debrief(session), desk.settings.data_dir, form, date.today(), desk.fonts))


def _save(file: Path, session: Mapping[str, object]) -> None:
    file.write_text(json.dumps(session, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _tell(desk: Desk, faults: Iterable[Fault]) -> None:
    for fault in faults:
        key = "avertissement" if fault.warning else "erreur"
        print(desk.say.say(f"commande.{key}", ou=fault.where, quoi=fault.what), file=sys.stderr)


def _shown(desk: Desk, file: Path) -> str:
    return str(file.relative_to(desk.settings.root)) if file.is_relative_to(desk.settings.root) else str(file)
