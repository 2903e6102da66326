"""`python -m bot <command>`: Vigie's own commands, and Rasa's (train, shell, run, run actions, data validate...)."""

from __future__ import annotations

import compileall
import os
import sys
from collections.abc import Callable

from bot.settings import SettingsError, load_settings
from bot.start_checks import StartError, check_configuration, check_rasa_arguments

USAGE = """python -m bot <command>

  serve       serve the assistant and its page (what `make run` does last)
  prepare     train if the data changed, load the directory into its database
  chat        talk to a running assistant in this terminal
  directory   load | import | rollback | check | export | stats | communes
  matrix      speak in Matrix rooms for a running assistant (docs/matrix.md)
  backup      save directory and statistics to a file, never conversations
  restore     show what a backup would change (--apply; --contacts leaves the statistics alone)
  content     list | stale | check | diff | page: what editors ask of the answers
  doctor      examine this installation and explain every fault (--json)
  model       show | rollback: the model at hand and the former one
  scenario    new | check | list | play | practise | run | report | summary: training scenarios
  check       check the content of data/
  coverage    write docs/couverture.md: which answers say what each section of the sources says
  statistics  write what was counted, without small cells: CSV, page (--from, --to, --csv, --page)
  bench       measure Vigie beside stock Rasa

Any other command goes to Rasa: train, shell, run, run actions, data validate, test..."""


def main(argv: list[str]) -> int:
    """Run one command; 0 when it succeeded."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0
    try:
        if argv[0] in TAKING and not TAKING[argv[0]] >= set(argv[1:]):
            asked = bool({"-h", "--help"} & set(argv))
            taken = "".join(f" [{option}]" for option in sorted(TAKING[argv[0]]))
            print(f"usage: python -m bot {argv[0]}{taken}\n\n{USAGE}", file=sys.stdout if asked else sys.stderr)
            return 0 if asked else 2
        command = COMMANDS.get(argv[0])
        return command(argv[1:]) if command else _rasa(argv)
    except SettingsError as error:
        print(f"Configuration : {error}", file=sys.stderr)
        return 2
    except StartError as error:
        print(f"Vigie ne démarre pas : {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head`: whoever read has read enough, and Python would say it again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _serve(_: list[str]) -> int:
    from bot.server import serve

    serve(load_settings())
    return 0


def _matrix(argv: list[str]) -> int:
    from bot.matrix.launch import launch

    return launch(load_settings().root, argv)


def _prepare(argv: list[str]) -> int:
    from bot.directory_cli import main as directory
    from bot.training import train_if_needed

    # The launcher may run where Python is told to write no bytecode: compiled once, it starts half a second sooner.
    for package in ("bot", "actions"):
        compileall.compile_dir(load_settings().root / package, quiet=1)
    try:
        train_if_needed(load_settings(), force="--force" in argv)
    except RuntimeError as error:
        print(f"Entraînement : {error}", file=sys.stderr)
        return 1
    return directory(["load"])


def _chat(argv: list[str]) -> int:
    from bot.terminal import chat

    settings = load_settings()
    return chat(argv[0] if argv else f"http://{settings.host}:{settings.port}")


def _directory(argv: list[str]) -> int:
    from bot.directory_cli import main as directory

    return directory(argv)


def _backup(argv: list[str]) -> int:
    from bot.backup_cli import backup

    return backup(argv)


def _restore(argv: list[str]) -> int:
    from bot.backup_cli import restore_backup

    return restore_backup(argv)


def _content(argv: list[str]) -> int:
    from bot.content_cli import main as content

    return content(argv)


def _doctor(argv: list[str]) -> int:
    from dotenv import dotenv_values

    from bot.doctor.command import main as doctor
    from bot.settings import ROOT

    # A setting that cannot be used is for the doctor to explain.
    written = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
    return doctor(argv, {**written, **os.environ})


def _model(argv: list[str]) -> int:
    from bot.model_cli import main as model

    return model(argv, load_settings())


def _scenario(argv: list[str]) -> int:
    from bot.scenario_cli import main as scenario

    return scenario(argv)


def _check(_: list[str]) -> int:
    from bot.content.check import main as check

    return check(load_settings().root)


def _coverage(_: list[str]) -> int:
    from bot.content.coverage import PAGE, render

    root = load_settings().root
    (root / PAGE).write_text(render(root), encoding="utf-8")
    return 0


def _statistics(argv: list[str]) -> int:
    from bot.statistics_cli import main as statistics

    return statistics(argv)


def _bench(argv: list[str]) -> int:
    from tests.benchmarks.bench import main as bench

    return int(bench(argv))


def _rasa(argv: list[str]) -> int:
    check_rasa_arguments(argv)
    from bot.engine.startup import prepare_imports

    prepare_imports()
    settings = load_settings()
    check_configuration(settings)
    from bot.monitoring.logs import configure_logging

    configure_logging(settings.log_level)
    # Rasa and its action server would listen on every interface.
    os.environ.setdefault("SANIC_HOST", settings.host)
    if argv[0] == "run" and "actions" not in argv[1:2]:
        argv = [*argv, *([] if {"-i", "--interface"} & set(argv) else ["--interface", settings.host])]
        argv += [] if {"-p", "--port"} & set(argv) else ["--port", str(settings.port)]
    from rasa.__main__ import main as rasa

    sys.argv = ["rasa", *argv]
    rasa()
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "serve": _serve,
    "matrix": _matrix,
    "prepare": _prepare,
    "chat": _chat,
    "directory": _directory,
    "backup": _backup,
    "restore": _restore,
    "content": _content,
    "doctor": _doctor,
    "model": _model,
    "scenario": _scenario,
    "check": _check,
    "coverage": _coverage,
    "statistics": _statistics,
    "bench": _bench,
}

# What the commands that read no arguments by themselves may be given: a slip must not start a server or a training.
TAKING: dict[str, frozenset[str]] = {
    "serve": frozenset(),
    "prepare": frozenset({"--force"}),
    "check": frozenset(),
    "coverage": frozenset(),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
