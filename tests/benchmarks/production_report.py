"""production.md and its plot, from the figures in production.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.growth import BAR as GROWTH_BAR
from tests.benchmarks.growth import EARLY, LATE
from tests.benchmarks.sheet import MANY

MOST_P95_MS = 100  # 256 users who read, two cores
_PLOT = "production.png"

Found = Mapping[str, Any]


def write_report(results: Found, folder: Path) -> None:
    """Write the page, with a chapter for each part that was measured."""
    parts = results["parts"]
    chapters = [chapter(parts[name]["measured"], parts[name]["plan"]) for name, chapter in _CHAPTERS if name in parts]
    if "load" in parts:
        _draw(parts["load"]["measured"], folder / _PLOT)
    (folder / "production.md").write_text("\n\n".join([_head(results), *chapters, _method(parts)]) + "\n", "utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table, its first column to the left."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def met(value: bool) -> str:
    """Whether a bar is met, as every table says it."""
    return "yes" if value else "**no**"


def _head(results: Found) -> str:
    machine, parts = results["machine"], results["parts"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    runs = [
        [name, f"`{one['command']}`", one["date"], f"{one['took_s'] // 60} min {one['took_s'] % 60:02d}",
         one["load_average_before"]]
        for name, one in parts.items()
    ]  # fmt: skip
    quick = [name for name, one in parts.items() if one["quick"]]
    lines = [
        "# Benchmark: Vigie in production",
        "Written by `python -m tests.benchmarks.production` from [production.json](production.json); do not edit. What "
        "it means for an operator: [docs/capacite.md](../capacite.md) (French).",
        *([f"**Quick trial of {', '.join(quick)}: too short to mean anything.**"] if quick else []),
        f"{machine['system']}, {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, shared by "
        f"the servers, the databases and the simulated users. {versions}.",
        table(["part", "command", "date", "took", "load average before"], runs),
    ]
    return "\n\n".join(lines)


def _load(found: Found, plan: Found) -> str:
    rows = []
    for name, shape in found.items():
        for run in shape["runs"]:
            cores = run["cores"]
            stores = sum(cores.get(part, 0.0) for part in ("postgresql", "redis", "nginx"))
            rows.append(
                [
                    name,
                    run["users"] if run["think_s"] else f"{run['users']}, not reading",
                    run["per_second"],
                    *(f"{run[key]:.0f}" for key in ("p50_ms", "p95_ms", "p99_ms")),
                    sum(run["errors"].values()),
                    f"{cores['servers']:.2f}",
                    f"{stores:.2f}",
                    f"{cores['client']:.2f}",
                    f"{run['server_cpu_ms_per_turn']:.1f}",
                    f"{run['rss_mb']['servers'] / shape['servers']:.0f}",
                ]
            )
    head = ["installation", "users", "turns/s", "p50 ms", "p95 ms", "p99 ms", "errors", "cores: servers"]
    head += ["stores, nginx", "client", "CPU ms per turn", "MB per server"]
    reading = [
        (name, run) for name, shape in found.items() for run in shape["runs"] if run["think_s"] and run["users"] == 256
    ]
    verdict = "; ".join(
        f"{name}: p95 {run['p95_ms']:.0f} ms, {sum(run['errors'].values())} errors, "
        + met(run["p95_ms"] <= MOST_P95_MS and not run["errors"])
        for name, run in reading
    )
    return "\n\n".join(
        [
            "## Users",
            table(head, rows),
            f"256 users with {plan['think_s']:g} s of reading on 2 cores, bar p95 <= {MOST_P95_MS} ms and no error: "
            f"{verdict}.",
            f"![Latency and rate]({_PLOT})",
        ]
    )


def _growth(found: Found, _: Found) -> str:
    head = ["store", f"turn {EARLY}, ms", f"turn {LATE}, ms", "ratio", "ratio of means", f"<= {GROWTH_BAR}"]
    rows = [
        [store, one["early_ms"], one["late_ms"], one["ratio"], one["ratio_of_means"], met(one["ratio"] <= GROWTH_BAR)]
        for store, one in found.items()
    ]
    return "## A conversation that grows\n\n" + table(head, rows)


def _kept(found: Found, _: Found) -> str:
    return (
        "## Conversations under way\n\n"
        f"{found['conversations']} conversations of three turns kept at once in one server: {found['before_mb']} MB "
        f"before, {found['after_mb']} MB after, {found['kb_per_conversation']} kB for each."
    )


def _directory(found: Found, _: Found) -> str:
    figures = [
        [name, one["load_s"], one["start_s"], one["first_contact_ms"], one["rss_mb"]] for name, one in found.items()
    ]
    questions = list(next(iter(found.values()))["turns"])
    rows = [
        [
            question,
            *(f"{one['turns'][question]['p50_ms']} / {one['turns'][question]['p95_ms']}" for one in found.values()),
        ]
        for question in questions
    ]
    return "\n\n".join(
        [
            "## A large directory",
            table(["directory", "load, s", "start, s", "first contact question, ms", "MB"], figures),
            table(["question (p50 / p95, ms)", *found], rows),
            f"« {MANY} »: "
            + "; ".join(
                f"{name}: {one['many_messages']} messages in the answer, {one['many_ms']} ms"
                for name, one in found.items()
            )
            + ".",
        ]
    )


def _answers(found: Found, _: Found) -> str:
    head = ["answers", "training, s", "start, s", "p50 ms", "p95 ms", "MB"]
    rows = [
        [name, one.get("training_s", ""), one["start_s"], one["p50_ms"], one["p95_ms"], one["rss_mb"]]
        for name, one in found.items()
    ]
    return "## More answers\n\n" + table(head, rows)


def _echo(found: Found, _: Found) -> str:
    rows = [
        [name, found[name]["alone"]["p50_ms"], found[name]["alone"]["p95_ms"], found[name]["together"]["per_second"]]
        for name in ("echo", "vigie")
    ]
    profile = found["profile"]
    cost = 1000 / found["vigie"]["together"]["per_second"]
    shares = [[name, f"{100 * share:.1f} %", f"{cost * share:.2f}"] for name, share in profile["shares"].items()]
    functions = [[f"`{name}`", f"{100 * share:.1f} %"] for name, share in profile["functions"].items()]
    return "\n\n".join(
        [
            "## Beside a bare Sanic",
            table(["", "one user, p50 ms", "p95 ms", "16 users, turns/s"], rows),
            f"A turn takes {found['latency_ratio']} times what a bare Sanic takes to repeat a turn of the same size, "
            f"and {found['rate_ratio']} times fewer are answered in a second. Where the rest goes, "
            f"{profile['samples']} samples of the CPU over {profile['turns']} turns (milliseconds: share of a turn of "
            "16 users):",
            table(["whose work", "share", "ms"], shares),
            "The functions that cost most, with what they call in the standard library:",
            table(["function", "share"], functions),
        ]
    )


_CHAPTERS = (
    ("load", _load),
    ("growth", _growth),
    ("kept", _kept),
    ("directory", _directory),
    ("answers", _answers),
    ("echo", _echo),
)


def _method(parts: Found) -> str:
    plan = (parts.get("load") or next(iter(parts.values())))["plan"]
    lines = [
        "One machine runs everything on loopback: servers, PostgreSQL (its own defaults: each commit waits for the "
        "disk), Redis, nginx, and the users. More servers than cores gain nothing here; the CPU per turn says what "
        "they would gain on machines of their own.",
        f"Users are locust's, in a process of its own, seed fixed: a typed question of our training data (60 %) or a "
        f"button of the answer just read (40 %), 10 to 12 turns, then another conversation under another id, given out "
        f"by the server. They read for {plan['think_s']:g} s on average (exponential: independent arrivals) or, to "
        f"saturate, not at all. {plan['warmup_s']:g} s of warm-up, then {plan['seconds']:g} s measured. Latency is the "
        "user's: locust's own waiting is in it.",
        "All the users arrive at once: with less than 20 s of warm-up their arrival is still in the percentiles of 256"
        " users.",
        "Errors: a status other than 200, a broken connection, an empty answer, the notice that says a turn failed, an "
        "answer of another conversation.",
        "nginx sends each message to the next server: conversations are mixed over all of them.",
        "One server stands alone on the port; more are behind nginx. SQLite is for one server: it is not measured with "
        "more.",
        f"A conversation that grows: one user, {plan['conversations']} conversations of "
        f"{plan['conversation_turns']} turns, a cycle of 19 messages, so that turns {EARLY} and {LATE} of a "
        "conversation answer the same message; medians over two turns on either side.",
        "Large directory: the delivered contacts, then associations and the like of each département repeated under "
        "other names, imported like any other; about a thousand for each département.",
        "More answers: made-up requests and texts added to a copy of the project, trained apart; only cost is measured "
        "on them.",
        "Profile: a signal at each tick of the CPU's clock finds which function runs; a helper of the standard library "
        "counts for its caller. Waiting is not seen.",
    ]
    return "## How it is measured\n\n" + "\n".join(f"- {line}" for line in lines)


def _draw(found: Found, file: Path) -> None:
    """p95 by number of users who read, and turns per second of those who do not."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (latency, rate) = plt.subplots(1, 2, figsize=(11, 4.2))
    for name, shape in found.items():
        reading = [run for run in shape["runs"] if run["think_s"]]
        latency.plot([run["users"] for run in reading], [run["p95_ms"] for run in reading], marker="o", label=name)
    latency.axhline(MOST_P95_MS, color="grey", linestyle=":", linewidth=1)
    latency.set_xscale("log", base=2)
    latency.set_xticks([16, 64, 256], ["16", "64", "256"])
    latency.set_ylim(bottom=0)
    latency.set_xlabel("users who read for 5 s between two messages")
    latency.set_ylabel("p95, ms")
    latency.legend(frameon=False, fontsize=8)
    names = list(found)
    rates = [next(run["per_second"] for run in found[name]["runs"] if not run["think_s"]) for name in names]
    bars = rate.barh(names, rates, color="#1f6f8b")
    rate.bar_label(bars, fmt="%.0f")
    rate.invert_yaxis()
    rate.margins(x=0.15)
    rate.set_title("Turns per second, 16 users who do not read", fontsize=10)
    for axes in (latency, rate):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, dpi=110, metadata={"Software": ""})
    plt.close(figure)
