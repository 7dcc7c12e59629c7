"""Undo records: what an intervention replaced, enough to put it back in another process."""

import base64
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch

from convscope.types import JsonObject


@dataclass(frozen=True)
class Values:
    """Numbers of a part of a parameter, named by the first places of its index."""

    layer: str
    tensor: str
    index: tuple[int, ...]
    values: torch.Tensor  # float32, of the part's shape

    def record(self) -> JsonObject:
        """As JSON; the numbers bit for bit, as little-endian float32 in base64."""
        plain = self.values.to("cpu").contiguous().numpy()
        return {
            "layer": self.layer,
            "tensor": self.tensor,
            "index": list(self.index),
            "shape": list(plain.shape),
            "values": base64.b64encode(plain.tobytes()).decode(),
        }


@dataclass(frozen=True)
class PreviousSwitch:
    """Whether a filter was frozen, or silent."""

    what: Literal["freeze", "silence"]
    layer: str
    filter: int
    on: bool

    def record(self) -> JsonObject:
        """As JSON."""
        return {"what": self.what, "layer": self.layer, "filter": self.filter, "on": self.on}

    def turned(self, on: bool) -> "PreviousSwitch":
        """The same filter, on or off."""
        return replace(self, on=on)


UndoRecord = Values | PreviousSwitch


def read_undo_record(record: JsonObject | None) -> UndoRecord | None:
    """What `record` wrote."""
    if record is None:
        return None
    if "what" in record:
        return PreviousSwitch(**record)
    numbers = np.frombuffer(base64.b64decode(record["values"]), np.float32)
    values = torch.from_numpy(numbers.copy()).reshape(record["shape"])
    return Values(record["layer"], record["tensor"], tuple(record["index"]), values)
