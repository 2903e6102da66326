"""deploy/: every file through its own linter or schema, and the image's contents run as the image would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from bot.settings import ROOT
from tests.ports import free_port

pytestmark = pytest.mark.server

DEPLOY = ROOT / "deploy"
TOOLS = ROOT / ".venv-tools/bin"
INSTALLED = "/srv/vigie"


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_containerfile_passes_its_linter() -> None:
    run(TOOLS / "hadolint", DEPLOY / "Containerfile")


def test_compose_follows_its_specification() -> None:
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yml")


def test_compose_asks_for_each_secret_and_its_example_names_them() -> None:
    text = (DEPLOY / "compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    told = {line.partition("=")[0] for line in (DEPLOY / "compose.env.example").read_text().splitlines()}
    assert asked <= told, asked - told
    assert not re.search(r"(PASSWORD|SECRET|TOKEN): +[\w\"']", text), "a secret is written in compose.yml"


@pytest.mark.parametrize("file", sorted((DEPLOY / "kubernetes").glob("*.yaml")), ids=lambda file: file.name)
def test_the_manifests_follow_the_schemas_of_kubernetes(file: Path) -> None:
    if file.name == "kustomization.yaml":  # not an object of the cluster: its list is checked
        listed = yaml.safe_load(file.read_text())["resources"]
        found = {other.name for other in file.parent.glob("*.yaml")} - {file.name, "secret.example.yaml"}
        assert set(listed) == found
    else:
        run(TOOLS / "kubernetes-validate", "--strict", file)


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").glob("vigie*.[st]*"):
        text = unit.read_text().replace(f"{INSTALLED}/.venv/bin/python", sys.executable)
        (tmp_path / unit.name.replace("@.", "@5005.")).write_text(text)
    said = run("systemd-analyze", "verify", *sorted(tmp_path.iterdir()))
    assert not [line for line in said.splitlines() if "vigie" in line], said


def test_nginx_accepts_the_file_of_compose(tmp_path: Path) -> None:
    text = (DEPLOY / "nginx-compose.conf").read_text()
    # The names are those of compose's own network; « resolve » is of nginx 1.27.3 and later, as compose.yml has it.
    text = re.sub(r"vigie-\d:5005 resolve", "127.0.0.1:5005", text)
    assert "vigie-" not in text.partition("server {")[0].replace("nginx of", "")
    conf = tmp_path / "nginx.conf"
    conf.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    run("nginx", "-t", "-q", "-c", conf)


def test_variables_of_deploy_are_variables_of_vigie() -> None:
    known = set(re.findall(r"VIGIE_[A-Z_]+", (ROOT / ".env.example").read_text())) | {"VIGIE_IMAGE"}
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            unknown = set(re.findall(r"\bVIGIE_[A-Z_]+", file.read_text())) - known
            assert not unknown, f"{file.name}: {unknown}"


def test_the_lock_of_the_image_holds_the_versions_of_the_tests() -> None:
    def pins(file: Path) -> set[str]:
        return set(re.findall(r"^([\w.\-]+==[^\s;]+)", file.read_text(), re.M))

    image, tested = pins(DEPLOY / "requirements.lock"), pins(ROOT / "requirements.lock")
    assert image and image <= tested, image - tested


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Containerfile copies from the repository, with the widget and the model that it makes."""
    folder = tmp_path_factory.mktemp("image")
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for line in re.findall(r"^COPY (?!--from)(.+)$", _last_stage("build"), re.M):
        *files, target = line.split()
        for name in files:
            to = folder / target / (Path(name).name if target.endswith("/") else "")
            to.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, to, ignore=ignored, dirs_exist_ok=True)
            else:
                shutil.copy(ROOT / name, to)
    (folder / "models").mkdir()
    shutil.copy(ROOT / "models/vigie.tar.gz", folder / "models")
    return folder


@pytest.fixture(scope="module")
def contained(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image's command on a read-only file system, its volume and /tmp excepted, as a user without rights."""
    volume = tmp_path_factory.mktemp("volume")
    port = free_port()
    environ = _environ() | {"VIGIE_PORT": str(port), "VIGIE_SECRET": "s" * 64, "VIGIE_URL": "https://vigie.exemple.fr/"}
    environ["PATH"] = os.environ["PATH"]
    box = ["bwrap", "--ro-bind", "/", "/", "--tmpfs", "/tmp", "--dev", "/dev", "--proc", "/proc", "--unshare-user"]
    box += ["--uid", "10001", "--gid", "10001", "--die-with-parent", "--clearenv"]
    # A checkout under /tmp would be hidden with it.
    box += ["--ro-bind", str(ROOT), str(ROOT)]
    box += ["--tmpfs", "/srv", "--ro-bind", str(image), INSTALLED, "--tmpfs", "/var/lib"]
    box += ["--bind", str(volume), "/var/lib/vigie", "--chdir", INSTALLED]
    box += [word for name, value in environ.items() for word in ("--setenv", name, value)]
    bot = [*box, sys.executable, "-m", "bot"]
    run(*bot, "directory", "load")
    log = volume / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([*bot, "serve"], stdout=output, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 90
    url = f"http://127.0.0.1:{port}"
    while True:
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        try:
            if httpx.get(f"{url}/ready", timeout=2).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(timeout=30)


def test_the_image_answers_with_what_it_holds(contained: str) -> None:
    first = httpx.post(f"{contained}/webhooks/rest/webhook", content=json.dumps({"message": "la CRIP du 93"})).json()
    assert "Seine-Saint-Denis" in json.dumps(first, ensure_ascii=False)
    assert "119" in first[-1]["text"]
    sender = first[0]["recipient_id"]
    body = json.dumps({"sender": sender, "message": "que risque le client ?"})
    assert "75 000" in httpx.post(f"{contained}/webhooks/rest/webhook", content=body).text


def test_the_image_serves_its_page_and_its_documents(contained: str) -> None:
    assert "Vigie" in httpx.get(contained).text
    assert httpx.get(f"{contained}/accessibilite").status_code == 200
    assert httpx.get(f"{contained}/documents/carte_entretien.pdf").content[:5] == b"%PDF-"


def _last_stage(name: str) -> str:
    """The lines of one stage of the Containerfile."""
    text = (DEPLOY / "Containerfile").read_text()
    return next(stage for stage in re.split(r"^FROM ", text, flags=re.M) if re.match(rf".+ AS {name}\n", stage))


def _environ() -> dict[str, str]:
    """The environment that the image sets."""
    text = (DEPLOY / "Containerfile").read_text().rpartition("\nENV ")[2].partition("\nUSER")[0]
    return dict(re.findall(r"([A-Z_]+)=(\S+)", text))
