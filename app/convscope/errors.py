"""What can go wrong, each with the HTTP status and the code that it is answered with.

ConvscopeError                  500  anything of ours
├── NotFoundError               404  no such run, layer, image, model, data set
├── ConflictError               409  not in this state, or the network has no such thing
├── InvalidError                422  a request that cannot be followed
│   └── RecipeError             422  a recipe that cannot be built; names the layer
├── NotAcceptableError          406  no such representation
├── UploadError                 400  an upload that is not what it says
│   ├── UnreadableRunError      400  a file that is no run's, or a newer version's
│   ├── TooLargeError           413  more bytes or pixels than allowed
│   ├── TooSlowError            408  a body that does not come
│   └── UnsupportedMediaError   415  a kind of file that is not read
├── ForbiddenError              403  a host or an origin that may not come in
│   └── UnauthorizedError       401  no token
└── UnavailableError            503  a limit is reached, or data is not here; try later
    ├── DiskLimitError          503  runs and data sets take as much of the disk as they may
    └── WorkerDiedError         503  the worker ended before it answered
"""

from typing import Any, ClassVar, Literal

# what programs go by: a code never changes its meaning, a title or a sentence may be reworded
Code = Literal[
    "internal_error",
    "not_found",
    "conflict",
    "invalid_request",
    "invalid_recipe",
    "not_acceptable",
    "unreadable_upload",
    "unreadable_run",
    "too_large",
    "too_slow",
    "unsupported_media_type",
    "forbidden",
    "unauthorized",
    "unavailable",
    "disk_limit_reached",
    "worker_died",
    "method_not_allowed",
    "bad_request",
]


class ConvscopeError(Exception):
    """An error with one sentence for the person, one code for programs, and its HTTP status."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    code: ClassVar[Code] = "internal_error"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class NotFoundError(ConvscopeError):
    """There is no such run, layer, image, model or data set."""

    status, title = 404, "Not found"
    code: ClassVar[Code] = "not_found"


class ConflictError(ConvscopeError):
    """The run is not in a state that allows this, or its network has no such thing."""

    status, title = 409, "Conflict"
    code: ClassVar[Code] = "conflict"


class InvalidError(ConvscopeError):
    """A request that is understood and cannot be followed."""

    status, title = 422, "Invalid request"
    code: ClassVar[Code] = "invalid_request"


class RecipeError(InvalidError):
    """A recipe that cannot be built; `extra` has `layer`, the index of that at fault, or None."""

    title = "Invalid recipe"
    code: ClassVar[Code] = "invalid_recipe"

    def __init__(self, detail: str, layer: int | None = None) -> None:
        super().__init__(detail, layer=layer)


class NotAcceptableError(ConvscopeError):
    """None of the representations asked for exists."""

    status, title = 406, "Not acceptable"
    code: ClassVar[Code] = "not_acceptable"


class UploadError(ConvscopeError):
    """An uploaded file that is broken, or not what it claims to be."""

    status, title = 400, "Unreadable upload"
    code: ClassVar[Code] = "unreadable_upload"


class UnreadableRunError(UploadError):
    """A file that is not a run's, is damaged, or was written by a newer Convscope."""

    title = "Unreadable run"
    code: ClassVar[Code] = "unreadable_run"


class TooLargeError(UploadError):
    """More bytes or more pixels than the server takes."""

    status, title = 413, "Too large"
    code: ClassVar[Code] = "too_large"


class TooSlowError(UploadError):
    """A body that takes too long to come."""

    status, title = 408, "Too slow"
    code: ClassVar[Code] = "too_slow"


class UnsupportedMediaError(UploadError):
    """A kind of file that is not read here."""

    status, title = 415, "Unsupported media type"
    code: ClassVar[Code] = "unsupported_media_type"


class ForbiddenError(ConvscopeError):
    """A host or an origin that may not come in."""

    status, title = 403, "Forbidden"
    code: ClassVar[Code] = "forbidden"


class UnauthorizedError(ForbiddenError):
    """A request without a valid token, where one is needed."""

    status, title = 401, "Unauthorized"
    code: ClassVar[Code] = "unauthorized"


class UnavailableError(ConvscopeError):
    """A limit is reached, or what is needed is not on this machine."""

    status, title = 503, "Unavailable"
    code: ClassVar[Code] = "unavailable"


class DiskLimitError(UnavailableError):
    """Runs and own data sets take as much of the disk as they may."""

    title = "Disk limit reached"
    code: ClassVar[Code] = "disk_limit_reached"


class WorkerDiedError(UnavailableError):
    """The worker ended before it answered."""

    title = "Worker died"
    code: ClassVar[Code] = "worker_died"
