"""What an observed run is asked of a step that was recorded, or while its loop is not there."""

from typing import Any

from convscope.errors import ConflictError
from convscope.ipc.codec import from_json
from convscope.ipc.commands import Command, ListSwitches, Look, Tensor
from convscope.ipc.replies import FrameReply, Reply, Status, Switches, SwitchesReply, TensorReply
from convscope.storage.records import Record
from convscope.types import JsonObject


def status_of(record: Record) -> Status:
    """What was true then."""
    return from_json(Status, record.status)


def answer(record: Record, command: Command[Any]) -> Reply:
    """What a loop would have answered at that step; ConflictError for what was not recorded."""
    if isinstance(command, Look):
        return frame(record, command)
    if isinstance(command, ListSwitches):
        return SwitchesReply(switches=Switches(), status=status_of(record))
    if isinstance(command, Tensor):
        section = record.section(command.layer, command.tensor, command.of)
        if section is None or section.spec.dtype != "f32":
            raise ConflictError(
                f"{command.layer}.{command.tensor} was not recorded ({command.of})."
            )
        shape, data = section.spec.shape, bytes(section.data)
        return TensorReply(shape=shape, step=record.step, payload=data)
    raise ConflictError("This can be asked only of the present, while the loop is connected.")


def frame(record: Record, command: Look) -> FrameReply:
    """Of what was recorded, that which is wanted."""
    wanted = command.wanted
    tensors, maps = set(wanted.tensors), set(wanted.maps)

    def is_wanted(entry: JsonObject) -> bool:
        if entry["tensor"] == "input":
            return entry["probe"] in wanted.probes
        if entry["tensor"] == "output":
            return (entry["layer"], entry["probe"]) in maps
        return (entry["layer"], entry["tensor"], entry["of"]) in tensors

    return FrameReply(
        sections=[entry for entry in record.sections if is_wanted(entry)],
        predictions=record.predictions,
        switches=Switches(),
        status=status_of(record),
        payload=record.payload,
    )
