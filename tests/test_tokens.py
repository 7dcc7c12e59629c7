import os
import stat
import threading
from pathlib import Path

import pytest

from convscope import tokens
from convscope.settings import MIN_TOKEN_LENGTH, is_visible_ascii


def test_a_missing_token_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "token"
    previous = os.umask(0)
    try:
        token = tokens.read_or_make(path)
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(token) >= MIN_TOKEN_LENGTH
    assert is_visible_ascii(token)
    assert list(path.parent.iterdir()) == [path], "drafts are removed"


def test_a_token_is_kept(tmp_path: Path) -> None:
    assert tokens.read_or_make(tmp_path / "token") == tokens.read_or_make(tmp_path / "token")


def test_two_files_have_two_tokens(tmp_path: Path) -> None:
    assert tokens.read_or_make(tmp_path / "a") != tokens.read_or_make(tmp_path / "b")


def test_servers_that_start_together_agree_on_one_token(tmp_path: Path) -> None:
    found: list[str] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        found.append(tokens.read_or_make(tmp_path / "token"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "token"
    tokens.make(path)
    path.chmod(mode)
    with pytest.raises(ValueError, match=f"mode {mode:04o}.*chmod 600"):
        tokens.read_or_make(path)


def test_an_empty_token_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.touch(mode=0o600)
    with pytest.raises(ValueError, match="holds no token"):
        tokens.read_or_make(path)


def test_the_cookie_reveals_nothing_of_the_token_and_differs_with_it() -> None:
    first, second = tokens.cookie_value("a" * 43), tokens.cookie_value("b" * 43)
    assert "a" * 4 not in first
    assert first != second
    assert first == tokens.cookie_value("a" * 43)


def test_secrets_are_compared_whole() -> None:
    assert tokens.same("abc", "abc")
    assert not tokens.same("abcd", "abc")
    assert not tokens.same("ü", "abc")
