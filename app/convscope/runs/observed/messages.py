"""What a watched loop may say: it is not this server's own code, so all of it is checked."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from convscope.frames.format import FrameError, decode_sections
from convscope.ipc.reports import FrameNotice, RecordNotice, Report
from convscope.types import JsonObject, Of

MOST_SECTIONS = 20_000
Name = Annotated[str, Field(max_length=128)]
Count = Annotated[int, Field(ge=0, le=2**31)]


class SectionEntry(BaseModel):
    """What one section of a frame holds, and where it lies."""

    model_config = ConfigDict(extra="forbid")
    layer: Name
    tensor: Name
    of: Of
    shape: Annotated[list[Count], Field(max_length=8)]
    dtype: Literal["f32", "u8"]
    offset: Count
    length: Count
    probe: Name | None = None
    first: Annotated[list[Count], Field(max_length=2)] | None = None


SECTIONS = TypeAdapter(Annotated[list[SectionEntry], Field(max_length=MOST_SECTIONS)])


def check_report(report: Report, steps: int) -> None:
    """ValueError unless a run that has come to `steps` may be told this."""
    metrics = report.metrics
    if metrics.restarted:
        raise ValueError("an observed run does not restart")
    if not len(metrics.step) == len(metrics.loss) == len(metrics.accuracy):
        raise ValueError("as many losses and accuracies as steps are expected")
    if metrics.step != list(range(steps + 1, steps + 1 + len(metrics.step))):
        raise ValueError(f"its steps are expected to go on from {steps}")
    reached = steps + len(metrics.step)
    if report.status and report.status.step != reached:
        raise ValueError(f"it is at step {report.status.step}, and told of {reached}")
    if any(not 0 <= step <= reached for step, _, _ in metrics.held_out):
        raise ValueError("an accuracy was measured at a step that has not come")
    notice = report.notice
    if isinstance(notice, RecordNotice | FrameNotice):
        if notice.sections is not None:
            _check_sections(notice.sections, notice.payload)
    elif notice is not None:
        raise ValueError(f"an observed run tells no {type(notice).__name__}")


def _check_sections(entries: list[JsonObject], payload: bytes) -> None:
    SECTIONS.validate_python(entries)
    try:
        for section in decode_sections(entries, memoryview(payload)):
            if section.spec.length != len(section.data):
                raise ValueError(f"{section.spec.key} has another length than its shape")
    except FrameError as error:
        raise ValueError(str(error)) from error
