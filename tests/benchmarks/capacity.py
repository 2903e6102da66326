"""`python -m tests.benchmarks.capacity`: docs/capacite.md, from the measured figures and a template."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.benchmarks.growth import LATE
from tests.benchmarks.installation import ROOT

DOCS = ROOT / "docs"
TEMPLATE = "capacite.md.j2"

_BUSY = 0.5  # share of a core that is planned for; the rest is for the peaks
_PACES = (5, 30)  # seconds between two messages of a user
_MANY = 10_000  # conversations at once
_EMBEDDED, _SHARED = "sqlite x1", "postgresql+redis x2"
_MIDDLE = 4  # servers of a platform

Found = Mapping[str, Any]


def main(argv: list[str]) -> int:
    """Write the page; what was not measured says so."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.capacity", description=__doc__)
    parser.add_argument("--figures", type=Path, default=DOCS / "benchmarks", help="folder of the JSON files")
    parser.add_argument("--output", type=Path, default=DOCS / "capacite.md")
    options = parser.parse_args(argv)
    production, soak = _read(options.figures / "production.json"), _read(options.figures / "soak.json")
    options.output.write_text(render(production, soak), encoding="utf-8")
    return 0


def render(production: Found, soak: Found) -> str:
    """The page; either of the two may be empty."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, keep_trailing_newline=True
    )
    parts = production.get("parts", {})
    values = {name: _PARTS[name](parts[name]["measured"]) if name in parts else None for name in _PARTS}
    values |= {"load": None, "soak": _soak(soak) if soak else None}
    if "load" in parts:
        values |= _planned(parts["load"]["measured"])
        values |= {
            "machine": production["machine"],
            "date": parts["load"]["date"],
            "quick": any(part["quick"] for part in parts.values()),
        }
    return environment.get_template(TEMPLATE).render(values)


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def _planned(load: Found) -> dict[str, Any]:
    """Every figure that follows from the load."""
    shared = _saturated(load, _SHARED)
    # Between two messages a server cools down: a turn of readers costs more than one of users who do not stop.
    embedded_ms, server_ms = (_reading(load, name)["server_cpu_ms_per_turn"] for name in (_EMBEDDED, _SHARED))
    megabytes = shared["rss_mb"]["servers"] / load[_SHARED]["servers"]
    rounded = 100 * math.ceil(megabytes / 100)
    database_ms = 1000 * shared["cores"]["postgresql"] / shared["per_second"]
    top = max(run["per_second"] for shape in load.values() for run in shape["runs"])
    large: dict[str, Any] = {}
    for pace in _PACES:
        rate = _MANY / pace
        servers = math.ceil(rate * server_ms / 1000 / _BUSY)
        large |= {
            f"rate_{pace}s": round(rate),
            f"busy_{pace}s": f"{rate * server_ms / 1000:.1f}",
            f"servers_{pace}s": servers,
            f"memory_{pace}s_gb": math.ceil(servers * rounded / 1000) + 1,
            f"database_cores_{pace}s": max(1, math.ceil(rate * database_ms / 1000 / _BUSY)),
        }
    return {
        "load": [_row(name, run, shape["servers"]) for name, shape in load.items() for run in shape["runs"]],
        "scaling": [
            {"servers": shape["servers"], "per_second": _saturated(load, name)["per_second"]}
            for name, shape in load.items()
            if name.startswith(_SHARED.partition(" ")[0])
        ],
        "cpu_ms": f"{server_ms:.1f}",
        "mb": round(megabytes),
        "mb_rounded": rounded,
        "database_ms": f"{database_ms:.1f}",
        "small_parts_ms": f"{1000 * (shared['cores']['redis'] + shared['cores']['nginx']) / shared['per_second']:.2f}",
        "small": _users(embedded_ms, 1),
        "middle": _users(server_ms, _MIDDLE),
        "per_core": _users(server_ms, 1),
        "large": large,
        "top_rate": round(top),
        **{f"top_share_{pace}s": round(100 * top * pace / _MANY) for pace in _PACES},
    }


def _saturated(load: Found, name: str) -> Found:
    """The run of users who do not read: what an installation can do at most."""
    found: Found = next(run for run in load[name]["runs"] if not run["think_s"])
    return found


def _reading(load: Found, name: str) -> Found:
    """The run of the most users who read: what a turn costs in use."""
    found: Found = max((run for run in load[name]["runs"] if run["think_s"]), key=lambda run: run["users"])
    return found


def _users(milliseconds: float, servers: int) -> dict[str, int]:
    """Users that so many servers carry at half their cores, two significant digits."""
    rate = servers * _BUSY * 1000 / milliseconds
    return {f"users_{pace}s": int(float(f"{rate * pace:.1e}")) for pace in _PACES}


def _row(name: str, run: Found, servers: int) -> dict[str, Any]:
    return {
        "name": name,
        "users": run["users"],
        "reading": bool(run["think_s"]),
        "per_second": run["per_second"],
        **{key: round(run[f"{key}_ms"]) for key in ("p50", "p95", "p99")},
        "errors": sum(run["errors"].values()),
        "cpu_ms": run["server_cpu_ms_per_turn"],
        "mb": round(run["rss_mb"]["servers"] / servers),
    }


def _soak(found: Found) -> dict[str, Any]:
    whole = found["whole"]
    return {
        "minutes": round(whole["seconds"] / 60),
        "users": found["users"],
        "turns": whole["turns"],
        "errors": sum(whole["errors"].values()),
        "before": round(found["memory_before_mb"]),
        "after": round(found["memory_after_mb"]),
        "growth": f"{100 * found['growth']:+.1f}",
        "p95": whole["p95_ms"],
    }


def _growth(found: Found) -> dict[str, Any]:
    assert LATE == 100, "the page says the hundredth turn"
    return {store: one["ratio"] for store, one in found.items()}


def _directory(found: Found) -> dict[str, Any]:
    (_, delivered), (name, large) = found.items()
    question = next(iter(large["turns"]))
    return {
        "rows": name.removesuffix(" rows"),
        "load_s": large["load_s"],
        "p50": large["turns"][question]["p50_ms"],
        "p50_now": delivered["turns"][question]["p50_ms"],
        "mb": large["rss_mb"],
        "mb_now": delivered["rss_mb"],
        "first": large["first_contact_ms"],
    }


def _answers(found: Found) -> dict[str, Any]:
    (_, delivered), (count, enlarged) = found.items()
    return {
        "count": count,
        "training_s": enlarged["training_s"],
        "p50": enlarged["p50_ms"],
        "p50_now": delivered["p50_ms"],
        "mb": enlarged["rss_mb"],
        "mb_now": delivered["rss_mb"],
    }


_PARTS = {
    "growth": _growth,
    "kept": lambda found: found["kb_per_conversation"],
    "directory": _directory,
    "answers": _answers,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
