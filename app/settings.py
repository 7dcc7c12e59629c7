"""What a server is started with: frozen, validated once, passed whole."""

import os
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def resources(name: str) -> Path:
    """The folder `static`, `templates` or `models`: inside the package when it is installed from
    a wheel, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def default_cache_dir() -> Path:
    """Where unpacked data sets are kept: `$XDG_CACHE_HOME/convscope`, or `~/.cache/convscope`."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "convscope"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One server's settings; the defaults are those of `convscope` on a laptop."""

    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()  # beyond loopback names and `host`
    token: str | None = None  # needed on any address but loopback
    device: str = "auto"  # auto, cpu, cuda
    # each is searched for NAME/, the IDX files of a complete data set as they were published
    data_dirs: tuple[Path, ...] = (Path("/usr/share/datasets"),)
    cache_dir: Path = field(default_factory=default_cache_dir)
    max_runs: int = 32
    max_batch_size: int = 1024
    max_upload_bytes: int = 16 * 1024 * 1024
    max_pixels: int = 16_000_000
    max_uploads_per_run: int = 64
    unwatched_pause_s: float = 600.0  # a playing run that nobody watches is paused after this
    viewer_send_timeout_s: float = 10.0  # then a stalled viewer is cut off
