"""Debian's nginx as a child process, in front of a server on loopback."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.waiting import wait_until

# one process in the foreground; whatever it writes is in its own folder
CONFIG = """
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port}{ssl};
    {certificate}
    location {location} {{
      proxy_pass {upstream};
      proxy_redirect off;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      {forwards}
    }}
  }}
}}
"""
CERTIFICATE = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")


def program(name: str) -> str:
    """A program of Debian's; the test is skipped where it is not here."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        missing = f"{name} is not here: apt-get install nginx-light openssl"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@contextmanager
def nginx(
    folder: Path, location: str, upstream: str, forwards: str = "", *, tls: bool = False
) -> Iterator[str]:
    """Its address; what is below `location` there is asked of `upstream`, as nginx has them."""
    folder.mkdir()
    scheme, certificate = ("https", certify(folder)) if tls else ("http", "")
    port = free_port()
    (folder / "nginx.conf").write_text(
        CONFIG.format(
            port=port,
            ssl=" ssl" * tls,
            certificate=certificate,
            location=location,
            upstream=upstream,
            forwards=forwards,
        )
    )
    paths = ["-p", f"{folder}/", "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"]
    address = f"{scheme}://localhost:{port}"
    with subprocess.Popen([program("nginx"), *paths]) as child:
        try:
            wait_until(lambda: child.poll() is not None or answers(address), "nginx")
            assert child.poll() is None, (folder / "error.log").read_text()
            yield address
        finally:
            child.terminate()


def certify(folder: Path) -> str:
    """Lines for a certificate that nobody else has signed."""
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    command = [program("openssl"), "req", *CERTIFICATE, *files]
    subprocess.run(command, check=True, capture_output=True)
    return f"ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;"


def free_port() -> int:
    """One that nobody listens on just now."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port


def answers(address: str) -> bool:
    """Whether something listens there."""
    try:
        httpx.get(f"{address}/nothing-here", verify=False)
    except httpx.TransportError:
        return False
    return True
