"""The pages /formation: scenarios to play in a group or to practise alone, and a phrase to have read.

Nothing that a trainee writes is kept: each request brings every line, and the session is made again from them.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.walls import RefusedError, address_of, walls_of
from bot.content.answers import read_sources
from bot.content.formation import Formation, read_practice
from bot.content.formulations import read_formulations
from bot.content.location import load_yaml
from bot.content.readings import remember
from bot.content.scenarios import ScenarioError, read_scenarios
from bot.logic.debrief import debrief
from bot.logic.formulation import Formulations
from bot.logic.practice import Session, practise
from bot.logic.scenario import Scenario
from bot.logic.session_record import record
from bot.settings import Settings
from bot.trainer.wording import Wording
from bot.web.formation_views import debrief_view, reading_view, scenario_view, turn_view

LONGEST_LINE = 500  # characters
MOST_LINES = 40
RECORD = "seance.json"
_FILES = {"rapport.html": "text/html; charset=utf-8", "rapport.pdf": "application/pdf", RECORD: "application/json"}
_READINGS = (240, 60)  # lines and seconds for one address: a room of trainees shares one
_REPORTS = (30, 60)
_LINES_WANTED = f'JSON expected: {{"lines": ["...", "..."]}}, {MOST_LINES} at most, of 1 to {LONGEST_LINE} characters'

T = TypeVar("T")


class Classroom:
    """The scenarios of one installation, and what is made of a trainee's lines; read when first asked for."""

    def __init__(self, settings: Settings, pages: Environment, fonts: Path) -> None:
        """`pages` has the templates, `fonts` the TTF files of the reports."""
        self._data, self._models, self._fonts = settings.data_dir, settings.models_dir, fonts
        self._pages = pages
        # One at a time, beside the dialogue, which comes first.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="formation")

    async def work(self, what: Callable[..., T], *given: Any) -> T:
        """The result of `what(*given)`, done in the classroom's thread; raises RefusedError."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, what, *given)
        except ScenarioError:
            raise RefusedError(503, "scenarios: a file has faults; python -m bot scenario check tells them") from None

    def list_page(self) -> bytes:
        """The page /formation."""
        scenarios = sorted(self._scenarios.values(), key=lambda one: (one.minutes, one.title))
        return self._render("formation.html", scenarios=scenarios)

    def scenario_page(self, id: str) -> bytes:
        """The page of the scenario `id`; raises RefusedError."""
        scenario = self._scenario(id)
        opening = self._formation.phrases["terminal"]["avertissement"]
        closing = self._words["projection"]["fin_texte"]
        data = scenario_view(scenario, self._formation.rules, self._cite, opening, closing)
        setting = [part for part in scenario.setting.split("\n\n") if part.strip()]
        return self._render("scenario.html", scenario=scenario, donnees=data, cadre=setting)

    def read(self, line: str) -> dict[str, Any]:
        """How `line` reads, by itself."""
        return reading_view(self._formulations.read(line), self._formulations.kinds)

    def answer(self, id: str, lines: list[str], whole: bool) -> dict[str, Any]:
        """The turn of the last of `lines` in the scenario `id`; with the debriefing when it ends there or is asked for.

        No turn when that line pauses the exercise. Raises RefusedError.
        """
        session = self._session(id, lines)
        paused = session.interruption is not None
        say = Wording(self._formation.phrases)
        return {
            "turn": turn_view(session.turns[-1], session, say) if session.turns and not paused else None,
            "ended": session.ended,
            "why": session.interruption,
            "debrief": debrief_view(debrief(session), say, self._cite)
            if whole or (session.ended and not paused)
            else None,
        }

    def file(self, id: str, lines: list[str], name: str) -> bytes:
        """What `lines` leave to take away: "rapport.html", "rapport.pdf" or "seance.json"; raises RefusedError."""
        session = self._session(id, lines)
        if name == RECORD:
            return json.dumps(record(session, date.today()), ensure_ascii=False, indent=1).encode()
        from bot.trainer.report import session_report  # the compiler of PDF is long to load

        form = name.rpartition(".")[2]
        return session_report(debrief(session), self._data, form, date.today(), self._fonts)

    def _session(self, id: str, lines: list[str]) -> Session:
        return practise(self._scenario(id), self._formation.rules, self._formulations, lines)

    def _scenario(self, id: str) -> Scenario:
        found = self._scenarios.get(id)
        if not found:
            raise RefusedError(404, "scenario: unknown")
        return found

    def _render(self, template: str, **values: Any) -> bytes:
        words, phrases = self._words, self._formation.phrases
        page = self._pages.get_template(template).render(
            **values,
            publics=self._formation.audiences,
            familles=phrases["familles"],
            durees=words["durees"],
            textes={
                **words["script"],
                "projection": words["projection"],
                "fins": phrases["fins"],
                "pauses": phrases["pauses"],
                "bilan": {**phrases["bilan"], **words["script"]["bilan"]},
            },
        )
        return page.encode()

    def _cite(self, ids: Iterable[str]) -> str:
        sources = read_sources(self._data / "sources.yml")
        return " ; ".join(sources[id].title for id in ids if sources[id].title)

    @property
    def _scenarios(self) -> Mapping[str, Scenario]:
        return read_scenarios(self._data / "scenarios")

    @property
    def _formation(self) -> Formation:
        return read_practice(self._data)

    @property
    def _formulations(self) -> Formulations:
        return read_formulations(self._data, self._models)

    @property
    def _words(self) -> Mapping[str, Any]:
        return _read_words(self._data / "formation/page.yml")


@remember
def _read_words(file: Path) -> Mapping[str, Any]:
    words: Mapping[str, Any] = load_yaml(file)
    return words


def serve_formation(app: Sanic, settings: Settings, pages: Environment, fonts: Path, policy: str) -> None:
    """Add the routes of /formation to `app`; `policy` is the Content-Security-Policy of its pages."""
    room = Classroom(settings, pages, fonts)

    async def show(request: Request, make: Callable[..., bytes], *given: str) -> HTTPResponse:
        body = await room.work(make, *given)
        headers = {"Content-Security-Policy": policy, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        return response.raw(body, headers=headers, content_type="text/html; charset=utf-8")

    async def show_list(request: Request) -> HTTPResponse:
        return await show(request, room.list_page)

    async def show_scenario(request: Request, id: str) -> HTTPResponse:
        return await show(request, room.scenario_page, id)

    async def read(request: Request) -> HTTPResponse:
        await walls_of(request).admit(f"formation {address_of(request)}", _READINGS, request)
        line = _json(request).get("line")
        if not _is_line(line):
            raise RefusedError(400, f'JSON expected: {{"line": "..."}}, of 1 to {LONGEST_LINE} characters')
        return _sent(await room.work(room.read, line))

    async def answer(request: Request, id: str) -> HTTPResponse:
        await walls_of(request).admit(f"formation {address_of(request)}", _READINGS, request)
        asked = _json(request)
        return _sent(await room.work(room.answer, id, _lines(asked), asked.get("debrief") is True))

    async def take(request: Request, id: str, file: str) -> HTTPResponse:
        if file not in _FILES:
            raise RefusedError(404, f"file: unknown; one of {', '.join(_FILES)} is expected")
        await walls_of(request).admit(f"formation files {address_of(request)}", _REPORTS, request)
        made = await room.work(room.file, id, _lines(_json(request)), file)
        headers = {"Content-Disposition": f'attachment; filename="vigie_{file}"'}
        return response.raw(made, content_type=_FILES[file], headers=headers)

    routes = (
        (show_list, "/formation", "GET"),
        (show_scenario, "/formation/<id:str>", "GET"),
        (read, "/formation/phrase", "POST"),
        (answer, "/formation/<id:str>/essai", "POST"),
        (take, "/formation/<id:str>/<file:str>", "POST"),
    )
    for handler, path, method in routes:
        app.add_route(_refusing(handler), path, methods=[method], name=f"formation_{handler.__name__}")


def _refusing(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(request: Request, **given: str) -> HTTPResponse:
        try:
            answer: HTTPResponse = await handler(request, **given)
            return answer
        except RefusedError as refused:
            return refused.answer()

    return handle


def _json(request: Request) -> Mapping[str, Any]:
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise RefusedError(400, _LINES_WANTED)
    return asked


def _lines(asked: Mapping[str, Any]) -> list[str]:
    lines = asked.get("lines")
    if not isinstance(lines, list) or not 0 < len(lines) <= MOST_LINES or not all(map(_is_line, lines)):
        raise RefusedError(400, _LINES_WANTED)
    return lines


def _is_line(line: object) -> bool:
    return isinstance(line, str) and 0 < len(line) <= LONGEST_LINE and bool(line.strip())


def _sent(value: object) -> HTTPResponse:
    return response.json(value, ensure_ascii=False)
