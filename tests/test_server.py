import errno
import logging
import socket
from pathlib import Path

import pytest

from convscope import server
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory

TOKEN = "the-token-of-this-test-0123456789"


def test_a_loopback_server_has_one_plain_address() -> None:
    assert server.announcement(Settings(port=81)) == ["Convscope is at http://127.0.0.1:81"]
    assert server.announcement(Settings(host="::1")) == ["Convscope is at http://[::1]:8000"]


def test_a_server_on_every_address_has_a_link_for_each_way_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "outward_address", lambda _: ["192.168.1.20"])
    settings = Settings(host="0.0.0.0", token=TOKEN, allowed_hosts=("box.lan",))
    hosts = ("127.0.0.1", "192.168.1.20", "box.lan")
    assert server.links(settings) == [f"http://{host}:8000/?token={TOKEN}" for host in hosts]


def test_a_json_log_is_told_the_address_and_not_the_link_that_signs_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(token=TOKEN, log_json=True, state_dir=tmp_path, cache_dir=tmp_path)
    made = server.configure(settings, RunDirectory(tmp_path, 1))
    with caplog.at_level(logging.INFO, "convscope"):
        server.AnnouncingServer(made, settings, open_page=False).announce()
    assert caplog.messages == ["Convscope is at http://127.0.0.1:8000"]
    assert capsys.readouterr().out == ""


def test_a_link_has_the_path_that_the_server_is_under() -> None:
    assert server.links(Settings(root_path="/lab/convscope/")) == [
        "http://127.0.0.1:8000/lab/convscope/"
    ]
    (link,) = server.links(Settings(root_path="/lab", token=TOKEN))
    assert link == f"http://127.0.0.1:8000/lab/?token={TOKEN}"


def test_a_token_is_written_so_that_an_address_carries_it() -> None:
    (link,) = server.links(Settings(token="a+b&c=d%e#f/0123456789"))
    assert link.endswith("/?token=a%2Bb%26c%3Dd%25e%23f%2F0123456789")


def test_a_port_in_use_is_told() -> None:
    with server.listen(Settings(port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(server.CannotListenError, match=f"Port {port} is in use"):
            server.listen(Settings(port=port))


def test_an_address_that_is_not_this_machines_is_told() -> None:
    settings = Settings(host="192.0.2.1", token=TOKEN)
    with pytest.raises(
        server.CannotListenError, match=r"Cannot listen on http://192\.0\.2\.1:8000"
    ):
        server.listen(settings)


def test_a_port_that_may_not_be_used_is_told() -> None:
    sentence = server.why_not(Settings(port=80), OSError(errno.EACCES, "Permission denied"))
    assert "1024 or higher" in sentence


def test_a_server_can_be_started_again_at_once_on_the_same_port() -> None:
    with server.listen(Settings(port=0)) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            first.accept()[0].close()
    server.listen(Settings(port=port)).close()


def test_the_outward_address_is_an_address_or_none() -> None:
    for found in server.outward_address(Settings(host="0.0.0.0", token=TOKEN)):
        assert socket.inet_pton(socket.AF_INET, found)


def test_uvicorn_takes_messages_of_16_mb_and_compresses_none(settings: Settings) -> None:
    directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
    config = server.configure(settings, directory)
    assert config.ws_max_size == 16 * 2**20
    assert config.ws_per_message_deflate is False
    assert config.server_header is False
