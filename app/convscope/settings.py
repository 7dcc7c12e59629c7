"""The server's settings: frozen, validated once, passed whole."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from convscope.hosts import canonical, is_loopback, network, page_origin
from convscope.root_path import canonical_root_path

PACKAGE = Path(__file__).resolve().parent


def resources(name: str) -> Path:
    """The folder `static`, `templates` or `models`: inside the package when it is installed from
    a wheel, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parents[1] / name


HOMELESS = "~"  # where a folder would be, had this process a home


def home() -> Path:
    """The user's folder; `HOMELESS` for a process whose user has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(HOMELESS)


def must_have_home(path: Path, option: str) -> None:
    """ValueError for a path in a home that nobody knows; `option` names another."""
    if path.parts[:1] == (HOMELESS,):
        raise ValueError(f"No home folder is known: set HOME, or name another place with {option}.")


def default_cache_dir() -> Path:
    """Where unpacked data sets are kept: `$XDG_CACHE_HOME/convscope`, or `~/.cache/convscope`."""
    base = os.environ.get("XDG_CACHE_HOME") or str(home() / ".cache")
    return Path(base) / "convscope"


def default_state_dir() -> Path:
    """Where runs are kept: `$XDG_STATE_HOME/convscope`, or `~/.local/state/convscope`."""
    base = os.environ.get("XDG_STATE_HOME") or str(home() / ".local" / "state")
    return Path(base) / "convscope"


OWN_DATA = "datasets"  # the folder beside that of the runs
DEVICES = ("auto", "cpu", "cuda")
COUNTS = (
    "max_runs",
    "max_disk_bytes",
    "max_batch_size",
    "max_upload_bytes",
    "max_import_bytes",
    "max_dataset_bytes",
    "max_previews",
    "max_pixels",
    "max_uploads_per_run",
    "unwatched_pause_s",
    "viewer_send_timeout_s",
)
MIN_TOKEN_LENGTH = 16  # characters; the tokens that convscope makes have 43


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One server's settings; the defaults are those of `convscope` on a laptop.

    `host` and `allowed_hosts` are kept in one spelling (`convscope.hosts.canonical`). Raises
    ValueError, with a sentence, for settings that no server may be started with.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()  # beyond loopback names and `host`
    root_path: str = ""  # such as /convscope: what it is under at its address
    trusted_proxies: tuple[str, ...] = ()  # addresses or ranges whose X-Forwarded-… are heeded
    embedding_origins: tuple[str, ...] = ()  # whose pages may embed the view of a run
    token: str | None = field(default=None, repr=False)  # needed on any address but loopback
    device: str = "auto"  # auto, cpu, cuda
    # each is searched for NAME/, the IDX files of a complete data set as they were published
    data_dirs: tuple[Path, ...] = (Path("/usr/share/datasets"),)
    cache_dir: Path = field(default_factory=default_cache_dir)
    state_dir: Path = field(default_factory=default_state_dir)  # runs, kept
    max_runs: int = 32  # that have a worker; the others are suspended
    max_disk_bytes: int = 8 * 10**9  # of all runs' files and own data sets
    max_batch_size: int = 1024
    max_upload_bytes: int = 16 * 1024 * 1024
    max_import_bytes: int = 256 * 10**6  # of a run's file
    max_dataset_bytes: int = 2 * 10**9  # of files of pictures, sent at once
    max_previews: int = 40  # data sets that are not kept yet
    max_pixels: int = 16_000_000
    max_uploads_per_run: int = 64
    unwatched_pause_s: float = 600.0  # a playing run that nobody watches is paused after this
    viewer_send_timeout_s: float = 10.0  # then a stalled viewer is cut off
    end_when_idle_s: float | None = None  # without viewers and training; None: it serves on
    log_json: bool = False  # one JSON object a line, on standard error

    def __post_init__(self) -> None:
        """Check everything once, so that nobody has to again."""
        object.__setattr__(self, "host", host_name(self.host, "the address to listen on"))
        names = tuple(host_name(name, "an allowed host") for name in self.allowed_hosts)
        object.__setattr__(self, "allowed_hosts", names)
        object.__setattr__(self, "root_path", canonical_root_path(self.root_path))
        object.__setattr__(self, "trusted_proxies", tuple(map(network, self.trusted_proxies)))
        object.__setattr__(
            self, "embedding_origins", tuple(map(page_origin, self.embedding_origins))
        )
        self._check_token()
        if not 0 <= self.port <= 65535:
            raise ValueError(f"Expected a port from 0 to 65535, got {self.port}.")
        if self.device not in DEVICES:
            raise ValueError(f"Expected a device of {', '.join(DEVICES)}, got {self.device!r}.")
        for name in COUNTS:
            if not getattr(self, name) > 0:
                raise ValueError(f"Expected {name} above 0, got {getattr(self, name)}.")

    @property
    def own_data_dir(self) -> Path:
        """Where the data sets are kept that people brought."""
        return self.state_dir / OWN_DATA

    def _check_token(self) -> None:
        if self.token is None:
            if not is_loopback(self.host):
                raise ValueError(
                    f"{self.host} can be reached from other machines, so a token is needed: "
                    "add --token, or --token-file PATH."
                )
        elif len(self.token) < MIN_TOKEN_LENGTH or not is_visible_ascii(self.token):
            raise ValueError(
                f"A token must have at least {MIN_TOKEN_LENGTH} visible ASCII characters, and no "
                "spaces."
            )


def host_name(text: str, what: str) -> str:
    """The canonical spelling of a host; ValueError says that `what` is none."""
    host = canonical(text)
    if host is None:
        raise ValueError(
            f"Expected {what} to be a name or an address without scheme and port, "
            f"such as localhost or 192.168.1.20, got {text!r}."
        )
    return host


def is_visible_ascii(text: str) -> bool:
    """Whether a text has only characters that a header, a file and an address carry unchanged."""
    return all("!" <= character <= "~" for character in text)
