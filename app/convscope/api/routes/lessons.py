"""The lesson pages: short texts whose figures the server computes as they are read."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from convscope.api.routes.pages import page
from convscope.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Lesson:
    """One page; its text is `templates/lessons/SLUG.html`."""

    slug: str
    title: str
    short: str  # the answer that it leads to, in a sentence


LESSONS = (
    Lesson(
        "one-filter-nine-weights",
        "One filter, nine weights",
        "A 3×3 kernel is nine numbers; one value of its map is nine products, added.",
    ),
    Lesson(
        "one-number-for-the-whole-image",
        "One number for the whole image?",
        "No: one for each position; and why the map is a little smaller than the picture.",
    ),
    Lesson(
        "who-chooses-the-filters",
        "Who chooses the filters?",
        "Nobody: they start at random, and gradient descent changes them.",
    ),
    Lesson(
        "the-shape-of-a-layers-weights",
        "The shape of a layer’s weights",
        "Keras’s Conv2D(12, 3) on 25×25×1: shape (3, 3, 1, 12), and twelve biases.",
    ),
    Lesson(
        "one-shared-weight-many-places",
        "How one shared weight learns from many places",
        "Every position contributes to the gradient, and the gradient is their sum.",
    ),
    Lesson(
        "from-gradient-to-update",
        "From gradient to update",
        "SGD, momentum and Adam make different steps from the same gradient.",
    ),
    Lesson(
        "colour-and-depth",
        "Colour and depth",
        "One kernel for each input channel; their sums are added to make one map.",
    ),
    Lesson(
        "stacking",
        "Stacking layers",
        "Each layer sees more of the picture, through the layers before it.",
    ),
    Lesson(
        "starting-from-another-network",
        "Starting from another network",
        "Weights that fit are copied; only the rest starts at random.",
    ),
    Lesson(
        "what-a-filter-wants",
        "What a filter wants",
        "The picture that excites it most, painted from noise by the filter’s own gradient.",
    ),
    Lesson(
        "who-taught-this-filter",
        "Who taught this filter?",
        "Each picture of a batch has its own gradient, and they add up to the batch’s.",
    ),
    Lesson(
        "why-an-explanation-needs-a-control",
        "Why an explanation needs a control",
        "A picture that looks as good with random weights explains nothing that was learned.",
    ),
)


@router.get("/lessons")
async def index(request: Request) -> HTMLResponse:
    """All lessons in order."""
    return page(request, "lessons/index.html", lessons=LESSONS, here="lessons")


@router.get("/lessons/{slug}")
async def lesson(request: Request, slug: str) -> HTMLResponse:
    """One lesson; NotFoundError names where they are listed."""
    for number, found in enumerate(LESSONS):
        if found.slug == slug:
            around = {
                "before": LESSONS[number - 1] if number else None,
                "after": LESSONS[number + 1] if number + 1 < len(LESSONS) else None,
            }
            more = {"lessons": LESSONS, "lesson": found, "number": number + 1}
            return page(request, f"lessons/{slug}.html", **more, **around)
    raise NotFoundError(f"There is no lesson {slug!r}: /lessons lists all lessons.")
