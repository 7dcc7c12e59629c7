"""Frozen dataclasses as JSON and bytes, and back: whatever is not `payload` crosses as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from convscope import errors
from convscope.errors import ConvscopeError
from convscope.ipc.commands import COMMANDS, Command
from convscope.ipc.messages import Message, encode_message
from convscope.ipc.replies import Reply, Status
from convscope.ipc.reports import (
    CheckpointNotice,
    FindingNotice,
    FrameNotice,
    Metrics,
    Notice,
    RecordNotice,
    Report,
)
from convscope.types import JsonObject

T = TypeVar("T")
_ADAPTERS: Final[dict[type[Any], TypeAdapter[Any]]] = {}
NOTICES: Final[dict[str, type[Notice]]] = {
    kind.__name__: kind for kind in (CheckpointNotice, FindingNotice, FrameNotice, RecordNotice)
}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(value: Any) -> JsonObject:
    """The fields of a dataclass, without its payload."""
    fields: JsonObject = _adapter(type(value)).dump_python(
        value, mode="json", by_alias=True, exclude={"payload"}
    )
    return fields


def from_json(kind: type[T], fields: JsonObject, payload: bytes = b"") -> T:
    """What `to_json` and a payload were made of; pydantic.ValidationError for anything else."""
    taken = {"payload": payload} if payload else {}
    value: T = _adapter(kind).validate_python(fields | taken)
    return value


def encode_command(command: Command[Any], number: int) -> bytes:
    """A command as it crosses; `number` names its answer, 0: none is wanted."""
    header = {"command": type(command).__name__, "id": number} | to_json(command)
    return encode_message(header, command.payload)


def decode_command(message: Message) -> tuple[Command[Any], int]:
    """What `encode_command` wrote."""
    fields = dict(message.header)
    kind, number = COMMANDS[fields.pop("command")], fields.pop("id")
    return from_json(kind, fields, message.payload), number


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The end of a command: its reply, or why it is refused."""

    number: int
    reply: Reply | None = None
    error: ConvscopeError | None = None


def encode_report(
    metrics: Metrics, status: Status | None, said: Answer | Notice | None = None
) -> bytes:
    """A message of a worker as it crosses."""
    header: JsonObject = {"metrics": vars(metrics), "status": status and vars(status)}
    if isinstance(said, Notice):
        body = {"notice": type(said).__name__} | to_json(said)
        return encode_message(header | {"body": body}, said.payload)
    if said is None:
        return encode_message(header, b"")
    header["number"] = said.number
    if said.error:
        header["error"] = _refusal(said.error)
    if said.reply is None:
        return encode_message(header, b"")
    return encode_message(header | {"body": to_json(said.reply)}, said.reply.payload)


def decode_report(
    message: Message, reply_of: Callable[[int], type[Reply]]
) -> tuple[Report, Answer | None]:
    """What `encode_report` wrote; `reply_of` tells the kind of reply that a number stands for."""
    header, payload = message.header, message.payload
    metrics = from_json(Metrics, header["metrics"])
    status = header["status"] and from_json(Status, header["status"])
    body: JsonObject = header.get("body", {})
    if "number" not in header:
        notice = from_json(NOTICES[body.pop("notice")], body, payload) if body else None
        return Report(metrics=metrics, status=status, notice=notice), None
    number: int = header["number"]
    if "error" in header:
        error = _refused(header["error"])
        return Report(metrics=metrics, status=status), Answer(number=number, error=error)
    reply = from_json(reply_of(number), body, payload)
    return Report(metrics=metrics, status=status, reply=reply), Answer(number=number, reply=reply)


def _refusal(error: ConvscopeError) -> JsonObject:
    return {"type": type(error).__name__, "detail": error.detail, "extra": error.extra}


def _refused(refusal: JsonObject) -> ConvscopeError:
    """The worker's refusal as the exception that it was there."""
    kind = getattr(errors, refusal["type"], None)
    if not (isinstance(kind, type) and issubclass(kind, ConvscopeError)):
        raise ValueError(f"there is no refusal of type {refusal['type']!r}")
    error: ConvscopeError = kind(refusal["detail"])
    error.extra = refusal["extra"]
    return error
