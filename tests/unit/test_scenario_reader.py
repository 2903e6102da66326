"""The strict reader of data/scenarios: every fault has its line and its remedy."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bot.content.check import check
from bot.content.faults import Fault
from bot.content.scenarios import ScenarioError, read_scenario, read_scenarios, scenario_warnings
from bot.logic.scenario import Bound, Change, Mood

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
EXAMPLE = ROOT / "tests/fixtures/scenarios/salle_de_classe.yml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def faults_of(text: str, folder: Path) -> list[Fault]:
    file = folder / "essai.yml"
    file.write_text(text, encoding="utf-8")
    faults: list[Fault] = []
    scenario = read_scenario(file, DATA, faults)
    assert (scenario is None) == bool(faults)
    return faults


def line_of(text: str, sign: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if sign in line)


def test_what_is_written_is_read() -> None:
    faults: list[Fault] = []
    scenario = read_scenario(EXAMPLE, DATA, faults)
    assert faults == []
    assert scenario is not None
    assert scenario.id == "salle_de_classe"
    assert scenario.young.mood == Mood(trust=2, openness=1, fear=3)
    assert scenario.practice.leaves == (Bound("trust", 0, 0),)
    photos = scenario.practice.replies[3]
    assert photos.reveals == "photos"
    assert photos.change == Change(trust=1, fear=-1)
    assert photos.when.bounds == (Bound("trust", 4, 5),)
    assert photos.when.after == {"copain"}
    assert scenario.practice.replies[4].when.steps == {8}
    assert [beat.kind for beat in scenario.play] == ["recit", "jeune", "pro", "pause", "pro"]
    assert scenario.play[2].clumsy
    assert scenario.replay[0].expected.answers == ("accueil/...",)
    assert scenario.debriefing[1].questions == ("Qu'est-ce qui a changé la confiance ?",)


FAULTS = [
    ('titre: "La fin du cours"', "titre: La fin : du cours", "titre: La fin", "guillemets"),
    ('titre: "La fin du cours"', 'titre: "La fin du cours', "titre:", "pas fermés"),
    ('titre: "La fin du cours"', f'titre: "{"x" * 70}"', "titre:", "caractères"),
    ("public: [enseignement]", "public: [ensegnement]", "public:", "vouliez-vous dire « enseignement »"),
    ("public: [enseignement]", "publique: [enseignement]", "publique:", "vouliez-vous dire « public »"),
    ("duree: 10", "duree: 15", "duree:", "10, 20 ou 45"),
    ("duree: 10", 'duree: "10"', "duree:", "sans guillemets"),
    ("duree: 10", "\tduree: 10", "\tduree", "tabulation"),
    ("famille: sans_reveler", "famille: sans_reveller", "famille:", "vouliez-vous dire « sans_reveler »"),
    ('objectifs: ["Dire son inquiétude", "Proposer une suite"]', 'objectifs: ["Un"]', "objectifs:", "au moins 2"),
    ("  age: 16", "  age: 25", "age:", "de 8 à 17"),
    ("depart: {confiance: 2, ouverture: 1, peur: 3}", "depart: {confiance: 2, peur: 7}", "depart:", "de 0 à 5"),
    ("depart: {confiance: 2, ouverture: 1, peur: 3}", "depart: {confiance: 2, peur: 3}", "depart:", "ouverture"),
    ('  - jeune: "Je peux y aller ?"', '  - ado: "Je peux y aller ?"', "- ado:", "recit, jeune, pro, pro2, pause"),
    ('  - jeune: "Je peux y aller ?"', '  - jeune: "Oui ?"\n    etape: 2', "etape: 2", "« pro »"),
    ("    etape: 2", "    etape: 9", "etape: 9", "de 1 à 8"),
    ('    - si: {confiance: "0"}', "    - si: {confiance: >=3}", "si: {confiance: >=3}", 'écrire ">=3" entre'),
    ('titre: "La fin du cours"', "titre: “La fin du cours”", "titre:", 'guillemets courbes : remplacer “ et ” par "'),
    ('titre: "La fin du cours"', "titre: “La fin : du cours”", "titre:", 'guillemets courbes : remplacer “ et ” par "'),
    ('  - questions: ["Qu\'est-ce qui a changé la confiance ?"]', "", "debriefing:", "il manque des questions"),
    ("  depart_si: {confiance: 0}", '  adieu: "Salut."', "adieu:", "depart_si"),
    ('    - si: {confiance: "0"}', '    - si: {confiance: "plus de 3"}', "plus de 3", '">=3"'),
    ('    - si: {confiance: "0"}', "    - si: {}", "si: {}", "cacherait"),
    ("mot_trop_tot, jugement]", "mot_trop_to, jugement]", "mot_trop_to,", "vouliez-vous dire « mot_trop_tot »"),
    ("      revele: copain", "      revele: copin", "revele: copin", "vouliez-vous dire « copain »"),
    ("apres: [copain]}", "apres: [copain], avant: [copain]}", "[copain], avant: [copain]}", "jamais dite"),
    ("apres: [copain]}", "apres: [photos]}", "apres: [photos]}", "jamais dite"),
    ("      change: {peur: +1}", "      change: {peur: +3}", "peur: +3", "-2 à +2"),
    ("      change: {peur: +1}", "      change: {peurs: +1}", "peurs: +1", "vouliez-vous dire « peur »"),
    ('    ferme: ["Ça va.", "Je dois y aller."]', '    ferme: ["Ça va."]', "ferme:", "au moins 2"),
    ('    ferme: ["Ça va.", "Je dois y aller."]', '    ferme: ["Ça va.", "Ça va."]', "ferme:", "deux fois"),
    (
        '    photos: "Il lui demande des photos."',
        '    photos: "Il lui demande des photos."\n    dette: "Elle a une dette."',
        "dette:",
        "revele: dette",
    ),
    ("reponse: [accueil/...]", "reponse: [acueil/...]", "acueil", "inconnue"),
    ("reponse: [accueil/...]", "reponse: [loi/client_peine]", "client_peine", "loi/client_peines"),
    ("source: [promifrance_2022]", "source: [promifrance]", "promifrance]", "promifrance_2022"),
    ("  repliques_max: 8", "  repliques_max: 8\n  repliques_max: 9", "repliques_max: 9", "deux fois"),
    ('prenom: Nour', 'prenom: "<Prénom>"', "<Prénom>", "encore à écrire"),
    ('  ouverture: "Je peux', '  ouverture: "Une prostituée. Je peux', "ouverture: \"Une", "stigmatisant"),
    ("Vous êtes son professeur principal.", "Appelez le 01 23 45 67 89.", "cadre:", "hors annuaire"),
    ("Vous êtes son professeur principal.", "Écrivez à a@exemple.fr.", "cadre:", "adresse électronique"),
    ('  - pro: "Je m\'inquiète', '  - pro: "Une prostituée ? Je m\'inquiète', '- pro: "Une', "stigmatisant"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "sign", "remedy"), FAULTS)
def test_a_fault_says_its_line_and_what_to_do(before: str, after: str, sign: str, remedy: str, tmp_path: Path) -> None:
    assert before in TEXT
    text = TEXT.replace(before, after, 1)
    faults = faults_of(text, tmp_path)
    line = line_of(text, sign)
    assert any(fault.where.endswith(f"ligne {line}") and remedy in fault.what for fault in faults), (line, faults)


def test_a_missing_key_is_asked_for(tmp_path: Path) -> None:
    for key in ("titre", "public", "duree", "famille", "resume", "objectifs", "cadre"):
        kept: list[str] = []
        dropping = False
        for line in TEXT.splitlines():
            if not line.startswith(" "):
                dropping = line.startswith(f"{key}:")
            if not dropping:
                kept.append(line)
        assert any(f"il manque « {key} »" in fault.what for fault in faults_of("\n".join(kept), tmp_path))


def test_a_stigmatising_word_may_stand_in_a_clumsy_line_and_in_what_must_not_be_said(tmp_path: Path) -> None:
    assert 'sans: ["prostituée"]' in TEXT
    assert faults_of(TEXT.replace("Alors, tu te prostitues ?", "Tu es une prostituée ?"), tmp_path) == []


@pytest.mark.parametrize("text", ["", "- un", "titre", "a: b: c", "titre: \x07", "{", "titre: 2026-13-45", "\ufeff"])
def test_what_is_no_scenario_is_a_fault_and_no_crash(text: str, tmp_path: Path) -> None:
    assert faults_of(text, tmp_path)


def test_every_broken_line_gives_faults_and_no_crash(tmp_path: Path) -> None:
    lines = TEXT.splitlines()
    for number in range(len(lines)):
        file = tmp_path / "essai.yml"
        for spoilt in (
            lines[:number] + lines[number + 1 :],
            [*lines[:number], lines[number][:12], *lines[number + 1 :]],
        ):
            file.write_text("\n".join(spoilt), encoding="utf-8")
            faults: list[Fault] = []
            assert (read_scenario(file, DATA, faults) is None) == bool(faults)
            assert all("ligne" in fault.where and fault.what for fault in faults)


def test_all_faults_of_a_folder_are_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (tmp_path / "formation").symlink_to(DATA / "formation")
    for name in ("sources.yml", "responses"):
        (tmp_path / name).symlink_to(DATA / name)
    for name in ("un", "deux"):
        (folder / f"{name}.yml").write_text(TEXT.replace("duree: 10", "duree: 11"), encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        read_scenarios(folder)
    assert {fault.where.partition(",")[0].rpartition("/")[2] for fault in raised.value.faults} == {"un.yml", "deux.yml"}


def test_the_template_passes_once_its_blanks_are_filled(tmp_path: Path) -> None:
    template = (ROOT / "bot/trainer/modele.yml").read_text(encoding="utf-8")
    blanks = iter(range(1000))
    assert all("encore à écrire" in fault.what for fault in faults_of(template, tmp_path))
    assert faults_of(re.sub(r"<[^>]+>", lambda _: f"Texte {next(blanks)}", template), tmp_path) == []


def warnings_of(text: str, folder: Path) -> list[tuple[str, str]]:
    """(where, what) of each warning of a scenario without a fault."""
    file = folder / "essai.yml"
    file.write_text(text, encoding="utf-8")
    scenario = read_scenario(file, DATA, [])
    assert scenario
    warnings = list(scenario_warnings(scenario, file, DATA))
    assert all(one.warning for one in warnings)
    return [(one.where, one.what) for one in warnings]


ANSWERED = TEXT.replace(
    "actes: [mot_trop_tot, jugement]", "actes: [mot_trop_tot, jugement, pression, enquete, minimisation]"
)
assert ANSWERED != TEXT
# (before, after, sign of the line, what is said)
WARNINGS = [
    ('"mon copain"]', '"le bateau"]', "mots:", "le bateau"),
    (", pression, enquete, minimisation", "", "repliques:", "enquete, minimisation, pression"),
    (
        'actes: [oser, reprise, question_ouverte], confiance: ">=4"',
        'actes: [oser, enquete], confiance: ">=5"',
        "actes: [oser, enquete]",
        "sans_actes",
    ),
    ('confiance: ">=4", apres', 'confiance: ">=1", apres', "  faits:", "« sans_reveler »"),
]


def test_a_scenario_without_a_weakness_has_no_warning(tmp_path: Path) -> None:
    text = ANSWERED.replace('confiance: ">=4", apres', 'confiance: ">=5", peur: "0", apres')
    assert warnings_of(text, tmp_path) == []


@pytest.mark.parametrize(("before", "after", "sign", "told"), WARNINGS)
def test_a_warning_says_its_file_and_line(before: str, after: str, sign: str, told: str, tmp_path: Path) -> None:
    assert before in ANSWERED
    text = ANSWERED.replace(before, after, 1)
    where = f"{tmp_path / 'essai.yml'}, ligne {line_of(text, sign)}"
    assert any(one == where and told in what for one, what in warnings_of(text, tmp_path)), warnings_of(text, tmp_path)


# A misspelt key, and only that: nothing of what follows from it.
ALONE = [
    ("public: [enseignement]", "publique: [enseignement]", "publique:"),
    ("  faits:", "  fait:", "  fait:"),
    ("      revele: copain", "      revle: copain", "revle"),
    ("    - si: {etape: 8}", "    - sii: {etape: 8}", "sii:"),
    ('  - questions: ["Qu', '  - question: ["Qu', "question:"),
    ("  - pause:", "  - pose:", "pose:"),
    ("  sinon:", "  sinom:", "sinom:"),
    ("  repliques_max: 8", "  replique_max: 8", "replique_max"),
    ("  prenom: Nour", "  prénom: Nour", "prénom"),
]


@pytest.mark.parametrize(("before", "after", "sign"), ALONE)
def test_a_misspelt_key_is_one_fault_at_its_line(before: str, after: str, sign: str, tmp_path: Path) -> None:
    assert before in TEXT
    text = TEXT.replace(before, after, 1)
    faults = faults_of(text, tmp_path)
    assert [fault.where.rpartition(" ")[2] for fault in faults] == [str(line_of(text, sign))], faults


def test_an_insult_is_for_the_young_person_or_for_a_clumsy_line(tmp_path: Path) -> None:
    insult = "Une pute, quoi."
    for own in ("dit: [\"N'importe quoi.", '- jeune: "Je peux y aller ?', 'ferme: ["Ça va.', 'ouverture: "Je peux'):
        assert own in TEXT
        assert faults_of(TEXT.replace(own, f"{own} {insult}", 1), tmp_path) == []
    assert faults_of(TEXT.replace("Alors, tu te prostitues ?", insult), tmp_path) == []
    for other in (
        'pistes: ["Je',
        'recit: "La salle',
        "- pro: \"Je m'inquiète",
        'resume: "Une élève',
        'copain: "Un homme',
    ):
        assert other in TEXT
        text = TEXT.replace(other, f"{other} {insult}", 1)
        (fault,) = faults_of(text, tmp_path)
        assert "mot qui blesse" in fault.what
        assert fault.where.endswith(f"ligne {line_of(text, insult)}")


def test_an_unknown_name_is_told_with_the_names_that_exist(tmp_path: Path) -> None:
    (fault,) = faults_of(TEXT.replace("public: [enseignement]", "public: [plombiers]"), tmp_path)
    assert "vie_scolaire" in fault.what
    (fault,) = faults_of(TEXT.replace("source: [promifrance_2022]", "source: [promifrance_depliant]"), tmp_path)
    assert "promifrance_2022" in fault.what
    assert "data/sources.yml" in fault.what
    assert len(fault.what) < 400


def test_a_file_that_is_not_there_and_one_of_another_encoding_differ(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert read_scenario(tmp_path / "absent.yml", DATA, faults) is None
    latin = tmp_path / "latin.yml"
    latin.write_bytes(TEXT.encode("latin-1"))
    assert read_scenario(latin, DATA, faults) is None
    absent, encoded = (fault.what for fault in faults)
    assert "absent" in absent
    assert "UTF-8" not in absent
    assert "UTF-8" in encoded


def test_the_scenarios_of_the_house_are_valid() -> None:
    scenarios = read_scenarios(DATA / "scenarios")
    assert len(scenarios) >= 15
    assert {scenario.minutes for scenario in scenarios.values()} == {10, 20, 45}
    assert {scenario.family for scenario in scenarios.values()} == {"refus", "sans_reveler", "revelation"}
    assert len({scenario.title for scenario in scenarios.values()}) == len(scenarios)


def test_the_content_check_reads_the_scenarios(tmp_path: Path) -> None:
    (tmp_path / "data/scenarios").mkdir(parents=True)
    for one in DATA.iterdir():
        if one.name != "scenarios":
            (tmp_path / "data" / one.name).symlink_to(one)
    for name in ("domain.yml", "actions", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "data/scenarios/essai.yml").write_text(TEXT.replace("duree: 10", "duree: 11"), encoding="utf-8")
    faults = [
        fault for fault in check(tmp_path, date(2026, 11, 21)) if "data/scenarios" in fault.where and not fault.warning
    ]
    assert [fault.where for fault in faults] == [f"data/scenarios/essai.yml, ligne {line_of(TEXT, 'duree:')}"]
