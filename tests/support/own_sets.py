"""Own data sets, made and previewed over REST."""

import json
import time
from typing import Any

from tests.support.server import PATIENCE_S, Server

Json = dict[str, Any]


def kept(server: Server, content: bytes, name: str = "stripes.zip", **options: Any) -> Json:
    """A data set made from one file."""
    sent = {"options": json.dumps(options)} if options else {}
    answer = server.http.post("/datasets", files={"file": (name, content)}, data=sent)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def previewed(server: Server, *files: tuple[str, bytes], **fields: str) -> Json:
    """A preview of files, once they are read."""
    sent = [("file", file) for file in files]
    answer = server.http.post("/datasets/preview", files=sent, data=fields)
    assert answer.status_code == 201, answer.text
    return settled(server, answer.json()["id"])


def settled(server: Server, preview_id: str) -> Json:
    """The preview once nothing is read any more."""
    end = time.monotonic() + PATIENCE_S
    while (now := server.http.get(f"/datasets/preview/{preview_id}").json())["state"] == "reading":
        assert time.monotonic() < end
        time.sleep(0.05)
    preview: Json = now
    return preview


def unkept(server: Server) -> list[str]:
    """The ids of all that are not kept yet, from its disk: the server tells nobody."""
    folder = server.folder / "state" / "convscope" / "datasets"
    return [path.name.rpartition("-")[2] for path in folder.glob(".*")]
