"""deploy/nginx.conf as it is, but for its ports, its servers, its certificate and its log."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.ports import free_port
from tests.server import ROOT

NAME = "vigie.exemple.fr"


def start_nginx(folder: Path, port: int, *behind: int) -> subprocess.Popen[bytes]:
    """nginx on `port`, TLS, in front of the servers on the ports `behind`; its files are in `folder`."""
    program = shutil.which("nginx")
    assert program, "nginx is missing: apt-get install nginx-light (.ci/run does)"
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    one = "    server 127.0.0.1:5005 max_fails=1 fail_timeout=2s;\n"
    for here, there in {
        one: "".join(one.replace("5005", str(server)) for server in behind),
        "listen 80": f"listen 127.0.0.1:{free_port()}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/letsencrypt/live/vigie.exemple.fr/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/vigie.exemple.fr/privkey.pem": str(key),
        "/var/log/nginx/vigie.error.log": str(folder / "error.log"),
    }.items():
        assert here in text, here
        text = text.replace(here, there)
    paths = "".join(
        f"{kind}_temp_path {folder / kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(f"pid {folder / 'pid'}; daemon off; events {{}} http {{ {paths}\n{text}\n}}\n", encoding="utf-8")
    options = [program, "-c", str(whole), "-p", str(folder), "-e", str(folder / "error.log")]
    subprocess.run([*options, "-t"], check=True, capture_output=True)
    return subprocess.Popen(options)
