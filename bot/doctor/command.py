"""The command: findings in French for who operates, or JSON for a program."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot import VERSION
from bot.content.location import DATA, load_yaml
from bot.doctor.examine import examine, read_installation
from bot.doctor.findings import Finding

TEXTS = Path("exploitation/diagnostic.yml")


def main(argv: list[str], environ: Mapping[str, str]) -> int:
    """Examine the installation that `environ` describes; 1 when there is a fault, 0 with warnings only."""
    texts = load_yaml(DATA / TEXTS)
    words = texts["mots"]
    parser = argparse.ArgumentParser(prog="python -m bot doctor", description=words["aide"])
    parser.add_argument("--json", action="store_true", help=words["aide_json"])
    options = parser.parse_args(argv)
    installation, findings = read_installation(environ, date.today())
    findings += examine(installation)
    print(as_json(findings, texts) if options.json else as_text(findings, texts))
    return 1 if any(one.level == "fault" for one in findings) else 0


def as_text(findings: Sequence[Finding], texts: Mapping[str, Any]) -> str:
    """A line for what is fine; for the rest what is wrong, what users see and the remedy, faults last."""
    words = texts["mots"]
    order = ("fine", "warning", "fault")
    lines = []
    for finding in sorted(findings, key=lambda one: order.index(one.level)):
        said = explain(finding, texts)
        lines.append(words[f"ligne_{finding.level}"].format(texte=said["what"]))
        lines += [words[f"ligne_{part}"].format(texte=said[part]) for part in ("users", "remedy") if said[part]]
    counts = {level: sum(one.level == level for one in findings) for level in order}
    lines.append(words["bilan"].format(version=VERSION, **counts))
    return "\n".join(lines)


def as_json(findings: Sequence[Finding], texts: Mapping[str, Any]) -> str:
    """The same for a program."""
    found = [{"level": one.level, "key": one.key, **explain(one, texts)} for one in findings]
    counts = {f"{level}s": sum(one.level == level for one in findings) for level in ("fault", "warning")}
    return json.dumps({"version": VERSION, **counts, "findings": found}, ensure_ascii=False, indent=2)


def explain(finding: Finding, texts: Mapping[str, Any]) -> dict[str, str]:
    """`what`, `users` and `remedy` of a finding; the last two are empty when all is well."""
    values = {**finding.values, **texts["bases"].get(finding.values.get("base"), {})}
    if finding.level == "fine":
        return {"what": texts["sain"][finding.key].format(**values), "users": "", "remedy": ""}
    text = texts["constats"][finding.key]
    named = {"what": "constat", "users": "effet", "remedy": "remede"}
    return {part: " ".join(text[name].split()).format(**values) for part, name in named.items()}
