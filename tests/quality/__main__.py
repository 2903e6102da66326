"""`make quality`: measure the trained assistant on sentences it never learned from; write docs/qualite.md."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

import yaml

from bot.content.answers import read_answers
from bot.content.training_sentences import read_sentences
from tests.benchmarks.bench import describe_run
from tests.driver import Vigie
from tests.quality.measures import (
    CRITICAL,
    Case,
    Found,
    Parse,
    by_topic,
    confusions,
    extraction,
    macro,
    parser,
    run,
    share,
)
from tests.quality.noise import NOISES, noisy
from tests.quality.plot import draw
from tests.quality.safety import NONE, alarms, masking

ROOT = Path(__file__).resolve().parents[2]
NLU = ROOT / "tests/nlu"
MODEL = Path(__file__).with_name("qualite.modele.md")
PUBLIC = ROOT / "docs/benchmarks/public.json"
PICTURE = "qualite-confusions.png"
_PAIRS = 20


def main(argv: list[str]) -> int:
    """Measure and write; 0 when it went to its end, whatever the figures."""
    parser_ = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser_.add_argument("--tests", type=Path, default=NLU / "heldout.yml", help="labelled sentences to measure on")
    parser_.add_argument("--output", type=Path, default=ROOT / "docs/qualite.md")
    parser_.add_argument("--misses", action="store_true", help="print each miss: for a development set only")
    options = parser_.parse_args(argv)
    tests = yaml.safe_load(options.tests.read_text(encoding="utf-8"))
    parse = parser(Vigie())
    print("phrases...", flush=True)
    cases = run(parse, tests["tests"])
    values = {
        **_described(argv),
        **_content(),
        **_understanding(parse, tests, cases),
        "bruit": _noise(parse, tests["tests"], cases),
        "sujets": _topics(cases),
        "confusions": _pairs(cases),
        "image": PICTURE,
        **_extractions(parse),
        **_safety(parse, cases),
        **_public(),
    }
    if options.misses:
        for case in cases:
            if not case.right:
                print(f"{case.expected} | {case.understood.key} | {case.text}")
    page = Template(MODEL.read_text(encoding="utf-8")).substitute(values)
    options.output.write_text(page, encoding="utf-8")
    draw(cases, options.output.with_name(PICTURE))
    print(page)
    return 0


def _described(argv: list[str]) -> dict[str, str]:
    run_ = describe_run("python -m tests.quality", argv)
    machine = run_["machine"]
    return {
        "date": run_["date"],
        "commande": run_["command"],
        "versions": ", ".join(f"{name} {version}" for name, version in run_["versions"].items()),
        "machine": f"{machine['processor']}, {machine['cores']} × CPU, {machine['memory_gb']} Go",
    }


def _content() -> dict[str, object]:
    answers = read_answers(ROOT / "data/responses").values()
    sentences = read_sentences(ROOT / "data/nlu")
    reviews = [v.review_by for answer in answers for v in answer.variants if v.review_by]
    return {
        "reponses": len(answers),
        "demandes": len(sentences),
        "phrases": sum(map(len, sentences.values())),
        "perimees": sum(day < date.today() for day in reviews),
        "prochaine": min(reviews).isoformat(),
    }


def _understanding(parse: Parse, tests: dict[str, Any], cases: Sequence[Case]) -> dict[str, str]:
    critical = [case for case in cases if case.expected in CRITICAL]
    foreign = run(parse, {"accueil/hors_sujet": tests["hors_sujet"]})
    return {
        "nombre": str(len(cases)),
        "premiere": _percent(share(case.right for case in cases)),
        "macro": f"{macro(cases):.3f}",
        "offerte": _percent(share(case.offered for case in cases)),
        "faux_rejet": _percent(share(case.declined for case in cases if case.expected != "accueil/hors_sujet")),
        "hors_sujet": _percent(share(case.declined for case in foreign)),
        "nombre_hors_sujet": str(len(foreign)),
        "critiques": _percent(share(case.right for case in critical)),
        "critiques_offertes": _percent(share(case.offered for case in critical)),
        "nombre_critiques": str(len(critical)),
        "latence": f"{statistics.median(case.understood.ms for case in cases):.2f}",
    }


def _noise(parse: Parse, tests: dict[str, list[str]], clean: Sequence[Case]) -> str:
    rows = []
    for kind in NOISES:
        print(f"{kind}...", flush=True)
        cases = run(parse, {key: noisy(texts, kind) for key, texts in tests.items()})
        first, lost = share(c.right for c in cases), share(c.right for c in clean) - share(c.right for c in cases)
        offered = share(c.offered for c in cases)
        rows.append(f"| {kind} | {_percent(first)} | {_points(-lost)} | {_percent(offered)} |")
    return "\n".join(rows)


def _topics(cases: Sequence[Case]) -> str:
    return "\n".join(
        f"| {row.topic} | {row.answers} | {row.sentences} | {_percent(row.accuracy)} | {row.f1:.3f} "
        f"| {_percent(row.offered)} |"
        for row in by_topic(cases)
    )


def _pairs(cases: Sequence[Case]) -> str:
    pairs = confusions(cases).most_common(_PAIRS)
    return "\n".join(f"| `{expected}` | `{read}` | {count} |" for (expected, read), count in pairs)


def _extractions(parse: Parse) -> dict[str, str]:
    signs = extraction(lambda text: _values(parse, text, ("signe",)), _rows("recits.yml", "recits"))
    places = extraction(lambda text: _values(parse, text, ("departement",)), _rows("lieux_phrases.yml", "lieux"))
    return {"signes": _found(signs), "lieux": _found(places)}


def _safety(parse: Parse, cases: Sequence[Case]) -> dict[str, str]:
    messages = yaml.safe_load((NLU / "alertes.yml").read_text(encoding="utf-8"))
    found = alarms(parse, messages)
    rows = [
        f"| {one.kind} | {one.messages} | {_percent(one.alarm)} | {_percent(one.right)} | {_percent(one.warned)} |"
        for one in found
        if one.kind != NONE
    ]
    false = next(one for one in found if one.kind == NONE)
    ordinary = [case for case in cases if not case.expected.startswith("urgence/")]
    masked = masking(NLU / "donnees.tsv", NLU / "sans_donnees.txt")
    return {
        "alertes": "\n".join(rows),
        "faux_amis": str(false.messages),
        "fausses": _percent(false.alarm),
        "precautions": _percent(false.warned - false.alarm),
        "ordinaires": str(len(ordinary)),
        "fausses_ordinaires": _percent(share(case.understood.key.startswith("urgence/") for case in ordinary)),
        "precautions_ordinaires": _percent(share(case.understood.doubt for case in ordinary)),
        "fragments": str(masked.fragments),
        "masques": _percent(masked.gone),
        "innocents": str(masked.harmless),
        "changes": _percent(masked.changed),
        "masquage_ms": f"{masked.ms:.2f}",
    }


def _values(parse: Parse, text: str, names: tuple[str, ...]) -> set[str]:
    return {value for name, value in parse(text).entities if name in names}


def _rows(file: str, field: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((NLU / file).read_text(encoding="utf-8"))[field])


def _found(found: Found) -> str:
    return f"{found.texts} | {_percent(found.precision)} | {_percent(found.recall)} | {_percent(found.forbidden)}"


def _public() -> dict[str, str]:
    results = json.loads(PUBLIC.read_text(encoding="utf-8"))
    kinds = next(iter(results["mean"].values()))["accuracy"]
    rows = [
        f"| {name} | {figures['training_s']:.0f} s | {figures['parse_p50_ms']:.2f} ms | {figures['model_mb']:.1f} Mo | "
        + " | ".join(f"{figures['accuracy'][kind]:.3f}" for kind in kinds)
        + " |"
        for name, figures in results["mean"].items()
    ]
    return {"public": "\n".join(rows), "tirages": str(results["common_draws"])}


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
