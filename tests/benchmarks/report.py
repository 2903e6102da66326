"""README.md, results.json and turns.png, all from one results dictionary."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.plot import draw


@dataclass(frozen=True)
class Row:
    """A line of the table: where its figure is, and the budget of the design (in the same unit) if it has one."""

    what: str
    path: tuple[str, ...]
    unit: str
    scale: float = 1.0
    budget: float | None = None
    more_is_better: bool = False


ROWS = (
    Row("start to first reply, median", ("start", "median_s"), "s", budget=4),
    Row("resident memory after {memory_turns} turns", ("memory", "total_mb"), "GB", scale=1e-3, budget=0.6),
    Row("one turn, `utter_` answer, p50", ("rule", "p50_ms"), "ms", budget=5),
    Row("one turn, `utter_` answer, p95", ("rule", "p95_ms"), "ms"),
    Row("one turn, custom action, p50", ("action", "p50_ms"), "ms", budget=7),
    Row("one turn, custom action, p95", ("action", "p95_ms"), "ms"),
    Row("{clients} users at once, messages", ("load", "per_second"), "/s", budget=350, more_is_better=True),
    Row("{clients} users at once, one turn, p95", ("load", "p95_ms"), "ms"),
    Row("understanding alone, p50", ("parse", "p50_ms"), "ms"),
    Row("understanding alone, p95", ("parse", "p95_ms"), "ms"),
    Row("training", ("training_s",), "s", budget=60),
)


@dataclass(frozen=True)
class Bar:
    """How many times better than stock Rasa a figure must be, in the same run."""

    what: str
    path: tuple[str, ...]
    times: float
    more_is_better: bool = False


BARS = (
    Bar("{clients} users at once, messages per second: at least 4 times as many", ("load", "per_second"), 4, True),
    Bar("{clients} users at once, p95: at most a third", ("load", "p95_ms"), 3),
    Bar("one turn, `utter_` answer, p95: at most a third", ("rule", "p95_ms"), 3),
    Bar("one turn, custom action, p95: at most a third", ("action", "p95_ms"), 3),
    Bar("resident memory: at most 0.55 times", ("memory", "total_mb"), 1 / 0.55),
    Bar("start to first reply: at most a quarter", ("start", "median_s"), 4),
)


def write_report(results: dict[str, Any], folder: Path) -> str:
    """Write the three files in `folder`; returns the table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    draw(results, folder / "turns.png")
    table = comparison(results["systems"], results["plan"])
    (folder / "README.md").write_text(_page(results, table), encoding="utf-8")
    return table


def comparison(systems: dict[str, dict[str, Any]], plan: dict[str, Any]) -> str:
    """The Markdown table."""
    lines = ["| what | Vigie | stock Rasa | times better | budget | met |", "|---|---:|---:|---:|---:|:---:|"]
    return "\n".join([*lines, *(_line(row, plan, systems["vigie"], systems.get("stock")) for row in ROWS)])


def _line(row: Row, plan: dict[str, Any], vigie: dict[str, Any], stock: dict[str, Any] | None) -> str:
    ours = _value(row, vigie)
    cells = [f"{row.what.format(**plan)} ({row.unit})", _shown(ours), "-", "-", "", ""]
    # A training of a former run, on a machine in another state, is no measure.
    if stock and (row.path != ("training_s",) or stock["trained_in_this_run"]):
        theirs = _value(row, stock)
        cells[2:4] = _shown(theirs), f"{ours / theirs if row.more_is_better else theirs / ours:.1f}"
    if row.budget is not None:
        met = ours >= row.budget if row.more_is_better else ours <= row.budget
        cells[4:] = f"{'>=' if row.more_is_better else '<='} {row.budget:g}", "yes" if met else "**no**"
    return "| " + " | ".join(cells) + " |"


def _bars(systems: dict[str, dict[str, Any]], plan: dict[str, Any]) -> str:
    """What must be shown beside stock Rasa, as Markdown; the ratio is Vigie's figure over stock's."""
    lines = ["| beside stock Rasa, in this run | Vigie / stock | bar | met |", "|---|---:|---:|:---:|"]
    for bar in BARS:
        ratio = _figure(bar.path, systems["vigie"]) / _figure(bar.path, systems["stock"])
        limit = bar.times if bar.more_is_better else 1 / bar.times
        met = ratio >= limit if bar.more_is_better else ratio <= limit
        sign = ">=" if bar.more_is_better else "<="
        cells = bar.what.format(**plan), f"{ratio:.2f}", f"{sign} {limit:.2f}", "yes" if met else "**no**"
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _value(row: Row, measured: dict[str, Any]) -> float:
    return _figure(row.path, measured) * row.scale


def _figure(path: Sequence[str], measured: dict[str, Any]) -> float:
    found: Any = measured
    for name in path:
        found = found[name]
    return float(found)


def _shown(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _page(results: dict[str, Any], table: str) -> str:
    plan, machine, systems = results["plan"], results["machine"], results["systems"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    parts = [
        "# Benchmark: Vigie beside stock Rasa",
        "Written by `make bench` from [results.json](results.json); do not edit. Budgets are those of the design.",
        *(["**Quick trial: too few turns and epochs to mean anything.**"] if results["quick"] else []),
        f"`{results['command']}`, {results['date']}, {machine['system']}, {machine['processor']}, {machine['cores']} "
        f"cores, {machine['memory_gb']} GB, load average {machine['load_average_before']} before the start. "
        f"{versions}. Installed packages {'with' if machine['bytecode_compiled'] else 'without'} compiled bytecode.",
        table,
        *([_bars(systems, plan)] if "stock" in systems else []),
        f"Errors (status other than 200, broken connection, 60 s of silence): {_counts(systems, 'errors')}. "
        f"Empty answers: {_counts(systems, 'empty')}.",
        "![Turn latency and throughput](turns.png)",
        "## How it is measured",
        _bullets(_method(plan)),
    ]
    if "stock" in systems:
        parts += ["## What stock Rasa is here", _bullets(_stock(systems["stock"]))]
    return "\n\n".join(parts) + "\n"


def _counts(systems: dict[str, dict[str, Any]], what: str) -> str:
    totals = {
        name: sum(one[what] for one in (measured["rule"], measured["action"], *measured["load_rounds"]))
        for name, measured in systems.items()
    }
    return ", ".join(f"{name} {total}" for name, total in totals.items())


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _method(plan: dict[str, Any]) -> list[str]:
    return [
        "Both run in the same virtual environment, on loopback, telemetry off, one server process each. Each measure "
        "is made on one, then on the other; the one that is not measured is stopped (training, understanding, start) "
        "or up and idle (the rest).",
        "The client is a process of its own: asyncio streams and a minimal HTTP/1.1 written for it, keep-alive "
        "connections, no HTTP library. Its share of a core is `client_cpu_share` in results.json; it shares the "
        "machine with the servers.",
        f"Start: from the launch of the process to the answer to a typed question, {plan['starts']} runs. Stock "
        "Rasa's action server is already up. Earlier steps have put the files in the disk cache.",
        f"Memory: resident set of the server, its children and, for stock Rasa, its action server, after "
        f"{plan['memory_turns']} turns of the mix below; GB are 10^9 bytes.",
        f"One turn: a single user, {plan['warmup']} turns of warm-up then {plan['turns']} measured; typed questions, "
        "one per request of our training data, of the topics whose rule gives an `utter_` answer, then of those whose "
        "rule runs a custom action.",
        f"Load: {plan['clients']} users, each waits for its answer before it sends the next message, "
        f"{plan['messages']} messages after {plan['warmup']} of warm-up, {plan['rounds']} rounds, the median round is "
        "shown; a fixed mix of 70% typed questions and 30% buttons of our data.",
        f"Everywhere a conversation lasts {plan['conversation']} turns, then the user starts another: in stock Rasa a "
        "turn costs more as the conversation grows, so longer ones would favour Vigie.",
        "Understanding: `parse_message` on the loaded model, in a process, without dialogue nor HTTP.",
        "Training: wall time of the command, imports included. Vigie's (`python -m bot prepare --force`) also loads "
        "the directory of contacts into its database.",
    ]


def _stock(stock: dict[str, Any]) -> list[str]:
    trained = "in this run" if stock["trained_in_this_run"] else "in a former run, reused here"
    by_action = {case: f"{100 * stock[case]['stock_action'] / stock[case]['n']:.0f}%" for case in ("rule", "action")}
    return [
        "Pipeline and policies: what the `config.yml` of `rasa init` stands for in this version (its `pipeline` and "
        "`policies` are empty; Rasa fills them from its `default_config.yml`): WhitespaceTokenizer, RegexFeaturizer, "
        "LexicalSyntacticFeaturizer, CountVectorsFeaturizer twice, DIETClassifier, EntitySynonymMapper, "
        "ResponseSelector, FallbackClassifier (0.3, 0.1); MemoizationPolicy, RulePolicy, UnexpecTEDIntentPolicy, "
        f"TEDPolicy. {stock['epochs']} epochs for each trained part (the starter's: 100); trained {trained}. With "
        "fewer epochs than the starter's, a training is shorter than it really is; a turn, the start and the memory do "
        "not depend on them.",
        "Data: our `data/nlu`, `data/responses` and `domain.yml`, unchanged but for the actions. We have rules and no "
        "stories, so UnexpecTEDIntentPolicy and TEDPolicy have nothing to learn and cost next to nothing at "
        "prediction: a stock assistant with stories is slower than this one.",
        "Rules: ours, where every custom action is replaced by a trivial one that says one sentence, and where the "
        "action that Vigie runs after each `utter_` answer (back to the guided path) is left out. Vigie's own actions "
        "do their real work, directory included.",
        "Served by `rasa run` with its REST channel, in-memory tracker store, and `rasa run actions` in a second "
        "process over HTTP on loopback. As by default, each call of the action carries the whole domain.",
        "Buttons name an answer inside a topic (`/topic/answer`). Stock Rasa does not know such an intent and reads "
        "them as text; the same messages are sent to both. Its empty answers come when its ResponseSelector picks a "
        "request that has no text of its own, because an action of Vigie answers it.",
        f"Answers of stock Rasa that came from its custom action: {by_action['rule']} in the `utter_` measure, "
        f"{by_action['action']} in the custom action measure. What is not as expected was understood otherwise.",
    ]
