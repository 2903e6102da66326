"""Measure « relisez ma phrase » on sentences labelled twice: `python -m tests.quality.formulations --tests FILE`.

FILE is a YAML list, one item a sentence:

    - phrase: "Pourquoi tu ne m'as rien dit ?"
      a: [pourquoi]              # kinds of data/formation/formulations.yml, as the first annotator sees them; [] = none
      b: [pourquoi]              # the second annotator, who has not seen the first; may be left out
      verdict_a: ameliorer       # garder | ameliorer | inconnu; by default made of the kinds (rule 3 of the file)
      verdict_b: ameliorer
      verdict: ameliorer         # agreed after discussion; by default verdict_a
      retenu: [pourquoi]         # kinds agreed after discussion; by default those of a

Printed: balanced accuracy on garder / ameliorer (the verdict « inconnu » of Vigie counts as wrong; it is also given
without these), a table per kind, Cohen's kappa of the two annotators, and every sentence that blames or promises and is
praised. Exit code 1 when there is such a sentence, or when the balanced accuracy is under `--at-least`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.content.formulations import read_formulations, read_kinds
from bot.content.location import DATA
from bot.logic.formulation import IMPROVE, KEEP, UNKNOWN, Formulations, Kind
from bot.settings import load_settings
from tests.benchmarks.bench import describe_run

NEVER_PRAISED = frozenset({"jugement", "promesse"})


@dataclass(frozen=True)
class Labelled:
    """A sentence, the kinds and verdicts of each annotator, and those that are kept."""

    text: str
    kinds: tuple[frozenset[str], ...]
    verdicts: tuple[str, ...]
    kept: frozenset[str]
    verdict: str


def read_labelled(file: Path, kinds: Mapping[str, Kind]) -> list[Labelled]:
    """The items of `file`; raises ValueError naming the item that is not of the format."""
    found = []
    for number, item in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")), start=1):
        labels = [frozenset(item[who]) for who in ("a", "b") if item.get(who) is not None]
        unknown = {kind for one in labels for kind in one} - kinds.keys()
        if not item.get("phrase") or not labels or unknown:
            raise ValueError(f"{file.name}, item {number}: needs phrase and a; unknown kinds: {sorted(unknown)}")
        verdicts = [
            item.get(f"verdict_{who}") or verdict_of(one, kinds) for who, one in zip("ab", labels, strict=False)
        ]
        kept = frozenset(item.get("retenu") or labels[0])
        found.append(Labelled(item["phrase"], tuple(labels), tuple(verdicts), kept, item.get("verdict") or verdicts[0]))
    return found


def verdict_of(labels: frozenset[str], kinds: Mapping[str, Kind]) -> str:
    """One kind to improve is enough; none at all is unknown."""
    if any(kinds[one].verdict == IMPROVE for one in labels):
        return IMPROVE
    return KEEP if labels else UNKNOWN


def kappa(first: Sequence[Any], second: Sequence[Any]) -> float:
    """Cohen's kappa of two labellings of the same things; 1.0 when chance alone would agree on everything."""
    total = len(first)
    agreed = sum(a == b for a, b in zip(first, second, strict=False)) / total
    one, two = Counter(first), Counter(second)
    expected = sum(one[label] * two[label] for label in one) / total**2
    return 1.0 if expected == 1 else (agreed - expected) / (1 - expected)


def balanced(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean of the recalls of garder and ameliorer among (wanted, said)."""
    recalls = []
    for verdict in (KEEP, IMPROVE):
        said = [answer for wanted, answer in pairs if wanted == verdict]
        recalls.append(sum(one == verdict for one in said) / len(said) if said else 0.0)
    return sum(recalls) / 2


def report(labelled: Sequence[Labelled], formulations: Formulations) -> tuple[list[str], float, list[str]]:
    """(lines to print, balanced accuracy, sentences wrongly praised)."""
    kinds = formulations.kinds
    read, times = [], []
    for one in labelled:
        start = time.perf_counter()
        read.append(formulations.read(one.text))
        times.append((time.perf_counter() - start) * 1000)
    pairs = [(one.verdict, seen.verdict) for one, seen in zip(labelled, read, strict=False)]
    judged = [pair for pair in pairs if pair[0] != UNKNOWN]
    answered = [pair for pair in judged if pair[1] != UNKNOWN]
    score = balanced(judged)
    lines = [
        f"sentences: {len(labelled)}, wanted: {dict(Counter(wanted for wanted, _ in pairs))}",
        f"balanced accuracy, garder / ameliorer, « inconnu » counted wrong: {score:.3f}",
        f"  without the {len(judged) - len(answered)} answered « inconnu »: {balanced(answered):.3f}",
        f"reading: median {statistics.median(times):.1f} ms",
        "wanted -> said: " + ", ".join(f"{a} -> {b} {n}" for (a, b), n in sorted(Counter(pairs).items())),
        "",
        f"{'kind':18}{'wanted':>8}{'precision':>11}{'recall':>8}",
    ]
    for kind in kinds:
        wanted = sum(kind in one.kept for one in labelled)
        said = sum(kind in one.kinds() for one in read)
        right = sum(kind in one.kept and kind in seen.kinds() for one, seen in zip(labelled, read, strict=False))
        precision = f"{right / said:.2f}" if said else "-"
        lines.append(f"{kind:18}{wanted:8}{precision:>11}{f'{right / wanted:.2f}' if wanted else '-':>8}")
    twice = [one for one in labelled if len(one.kinds) > 1]
    if twice:
        lines += ["", f"two annotators, {len(twice)} sentences:"]
        lines.append(f"  verdict: kappa {kappa([o.verdicts[0] for o in twice], [o.verdicts[1] for o in twice]):.2f}")
        for kind in kinds:
            first, second = ([kind in one.kinds[who] for one in twice] for who in (0, 1))
            lines.append(f"  {kind:18}{sum(first):4}{sum(second):4}  kappa {kappa(first, second):.2f}")
    praised = [
        one.text
        for one, seen in zip(labelled, read, strict=False)
        if seen.verdict == KEEP and any(labels & NEVER_PRAISED for labels in (*one.kinds, one.kept))
    ]
    lines += ["", f"blaming or promising, yet praised: {len(praised)}", *(f"  {text}" for text in praised)]
    return lines, score, praised


def page(lines: Sequence[str]) -> str:
    """The report as a page, with what its figures depend on."""
    run = describe_run("python -m tests.quality.formulations", ["--tests", "DIR"])
    machine = run["machine"]
    template = (Path(__file__).parent / "formulations.modele.md").read_text(encoding="utf-8")
    described = (
        f"{machine['system']}, {machine['cores']} cores, {machine['memory_gb']} GB, python {run['versions']['python']}"
    )
    return template.format(date=run["date"], machine=described, rapport="\n".join(lines))


def main() -> int:
    """Print the report; see the module."""
    parser = argparse.ArgumentParser(description="Measure the reading of sentences.")
    parser.add_argument("--tests", type=Path, required=True)
    parser.add_argument("--at-least", type=float, default=0.0)
    parser.add_argument("--output", type=Path, help="write the page too (docs/formation/mesure.md)")
    parser.add_argument("--errors", action="store_true", help="print the sentences whose verdict is wrong")
    options = parser.parse_args()
    formulations = read_formulations(DATA, load_settings().models_dir)
    labelled = read_labelled(options.tests, read_kinds(DATA))
    lines, score, praised = report(labelled, formulations)
    print("\n".join(lines))
    if options.output:
        options.output.write_text(page(lines), encoding="utf-8")
    if options.errors:
        for one in labelled:
            seen = formulations.read(one.text)
            if one.verdict not in (seen.verdict, UNKNOWN):
                print(f"  {one.verdict} -> {seen.verdict} {sorted(one.kept)} {sorted(seen.kinds())} : {one.text}")
    return 1 if praised or score < options.at_least else 0


if __name__ == "__main__":
    sys.exit(main())
