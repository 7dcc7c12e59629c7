"""The HTML pages, and what is served beside them."""

import base64
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.templating import Jinja2Templates
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from convscope import __version__
from convscope.api.addresses import EMBED, root_from
from convscope.api.security.guard import permissions
from convscope.settings import PACKAGE, resources

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=resources("templates"))


def import_map(root: str) -> str:
    """Inline in every page with modules: which file each package's name means, from a page that
    finds Convscope at `root`."""
    text = (resources("static") / "importmap.json").read_text(encoding="utf-8")
    return text.replace('"/static/', f'"{root}static/')


def not_started() -> str:
    """Inline in a page that its modules draw: says it at once where they cannot."""
    return (resources("static") / "js" / "shared" / "not-started.js").read_text(encoding="utf-8")


ROOTS = ("./", "../")  # from the pages, and from those in a folder: the lessons


def script_hashes() -> tuple[str, ...]:
    """Those of the inline scripts, as the Content-Security-Policy names them."""
    texts = (*map(import_map, ROOTS), not_started())
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    return tuple(f"sha256-{base64.b64encode(digest).decode()}" for digest in digests)


ETAG = 17  # characters of a file's ETag that are kept: a quote, and 16 hexadecimal digits


class Static(StaticFiles):
    """Files that a browser keeps and asks about each time, so that an update is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As ever, with a word to caches, and without what a page's hundred files need not say:
        the ETag tells a change already, nobody asks for a part, and a module, or a sheet of a page
        that is UTF-8, is taken for UTF-8."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        del response.headers["Last-Modified"], response.headers["Accept-Ranges"]
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if kind in ("text/javascript", "text/css"):
            response.headers["Content-Type"] = kind
        return response

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """As ever; the ETag is shortened first, since 64 bits tell one version from another."""
        assert isinstance(response_headers, MutableHeaders)
        response_headers["ETag"] = f'{response_headers["ETag"][:ETAG]}"'
        return super().is_not_modified(response_headers, request_headers)


# a comment that has its lines to itself, or tells a type within one; minifiers do not know
# templates within templates
SCRIPT_COMMENT = re.compile(
    r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)$|/\*\* @(?:(?!\*/)[^\n])*\*/ ?",
    re.MULTILINE | re.DOTALL,
)
COMMENTS = {".js": SCRIPT_COMMENT, ".css": re.compile(r"/\*.*?\*/", re.DOTALL)}


@lru_cache(maxsize=512)
def without_comments(path: Path, changed_ns: int) -> bytes:
    """A script or a style sheet without comments, a third of what a page would load, each line at
    its place; of the file as it was changed last."""
    text = path.read_text(encoding="utf-8")
    return COMMENTS[path.suffix].sub(lambda found: "\n" * found[0].count("\n"), text).encode()


class WithoutComments(Static):
    """Scripts and style sheets without comments; third parties' as they are."""

    def file_response(
        self,
        full_path: "str | os.PathLike[str]",
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """As ever, with another body, and so another length."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        path = Path(full_path)
        if isinstance(response, FileResponse) and path.suffix in COMMENTS and not _vendored(path):
            content = without_comments(path, stat_result.st_mtime_ns)
            headers = {k: v for k, v in response.headers.items() if k != "content-length"}
            return Response(content, status_code, headers)
        return response


def _vendored(path: Path) -> bool:
    return "vendor" in path.parts


def static_files() -> ASGIApp:
    """`/static`, compressed."""
    return GZipMiddleware(WithoutComments(directory=resources("static")), minimum_size=500)


def samples() -> ASGIApp:
    """`/samples`: pictures to try an upload with."""
    return Static(directory=PACKAGE / "data" / "samples")


def page(request: Request, name: str, **more: object) -> HTMLResponse:
    """A template as a page, with what every page needs and `more`."""
    root = root_from(request.scope)
    context = {
        "import_map": import_map(root),
        "not_started": not_started(),
        "version": __version__,
        "root": root,
        "static_url": f"{root}static",
    }
    return templates.TemplateResponse(request, name, context | more)


def with_camera(answer: HTMLResponse) -> HTMLResponse:
    """That page, which may use the camera."""
    answer.headers["Permissions-Policy"] = permissions(camera=True)
    return answer


@router.get("/")
async def index(request: Request) -> HTMLResponse:
    """The network."""
    return with_camera(page(request, "index.html"))


@router.get(EMBED)
async def embed(request: Request) -> HTMLResponse:
    """A run within a page of others, such as a notebook."""
    return page(request, "embed.html")


@router.get("/runs")
async def runs(request: Request) -> HTMLResponse:
    """All runs: to open, compare, fetch and delete."""
    return page(request, "runs.html", here="runs")


@router.get("/data")
async def data(request: Request) -> HTMLResponse:
    """Data sets: what there is, and how own pictures become one."""
    return with_camera(page(request, "data.html", here="data"))


@router.get("/compare")
async def compare(request: Request) -> HTMLResponse:
    """Two runs side by side on one timeline."""
    return page(request, "compare.html", here="compare")


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Swagger UI, from our own files."""
    return page(request, "docs.html", here="docs")
