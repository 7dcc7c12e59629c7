"""A run's life by the client that openapi-python-client made, told the server's address, a picture
and the folder for what is to be looked at: `weight.json`, `weight.npy`, `weights.safetensors` and
`run.convscope`."""

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from convscope_client import Client
from convscope_client.api.images import get_image_file, upload_image
from convscope_client.api.interventions import intervene_in_run
from convscope_client.api.layers import get_predictions, get_tensor
from convscope_client.api.runs import (
    create_run,
    delete_run,
    export_run,
    get_run,
    get_thumbnails,
    get_weights,
    import_run,
    train_steps,
)
from convscope_client.models import (
    SGD,
    BodyImportRun,
    BodyUploadImage,
    Conv2D,
    Flatten,
    Linear,
    Network,
    Problem,
    ProblemCode,
    RecipeRequest,
    ReLU,
    RunState,
    SetWeight,
    StepBody,
)
from convscope_client.types import File
from httpx import Timeout

RECIPE = RecipeRequest(
    network=Network(
        input_=[1, 28, 28],
        layers=[
            Conv2D(type_="Conv2d", out_channels=2, kernel_size=3, stride=9),
            ReLU(type_="ReLU"),
            Flatten(type_="Flatten"),
            Linear(type_="Linear", out_features=10),
        ],
    ),
    dataset="fashion-mnist-10k",
    optimizer=SGD(learning_rate=0.1),
    batch_size=4,
    seed=7,
)
WEIGHT = ("conv1", "weight")
Answer = TypeVar("Answer")


def given(answer: Answer | Problem | None) -> Answer:
    """What was asked for; a problem or nothing at all fails."""
    assert answer is not None
    assert not isinstance(answer, Problem), answer.detail
    return answer


def create_and_step(client: Client) -> str:
    """The id of a new run after three steps."""
    run = given(create_run.sync(client=client, body=RECIPE))
    assert (run.step, run.recipe["seed"], run.name, run.loss) == (0, 7, None, None)
    run = given(train_steps.sync(run.id, client=client, body=StepBody(steps=3)))
    assert (run.step, run.state) == (3, RunState.READY)
    assert run.loss is not None
    assert run.loss > 0
    return run.id


def look(client: Client, run: str, folder: Path) -> None:
    """A tensor as JSON and as bytes; the second by its address, since the generator makes of each
    answer the first media type that the document names."""
    tensor = given(get_tensor.sync(run, *WEIGHT, client=client))
    assert (tensor.shape, tensor.axes[0], tensor.step) == ([2, 1, 3, 3], "out", 3)
    (folder / "weight.json").write_text(json.dumps(tensor.values))
    address = f"/api/v1/runs/{run}/layers/conv1/tensors/weight"
    answer = client.get_httpx_client().get(address, params={"format": "npy"})
    (folder / "weight.npy").write_bytes(answer.content)
    weights = given(get_weights.sync(run, client=client))
    (folder / "weights.safetensors").write_bytes(weights.payload.read())
    thumbnails = given(get_thumbnails.sync(client=client, run=[run])).thumbnails
    assert thumbnails.additional_keys == [run]


def upload(client: Client, run: str, picture: Path) -> None:
    """A picture of one's own, what is made of it, and what the network says of it."""
    with picture.open("rb") as data:
        body = BodyUploadImage(file=File(payload=data, file_name=picture.name))
        image = given(upload_image.sync(run, client=client, body=body))
    assert (image.name, image.format_, image.width, image.label) == (picture.name, "PNG", 300, None)
    drawn = given(get_image_file.sync(run, image.id, client=client))
    assert drawn.payload.read().startswith(b"\x89PNG")
    said = given(get_predictions.sync(run, client=client, image=image.id))
    assert said.image == image.id
    assert said.top is not None
    assert said.top.class_ in [entry.class_ for entry in said.classes]
    assert abs(sum(entry.probability or 0 for entry in said.classes) - 1) < 1e-5


def change(client: Client, run: str) -> None:
    """One weight by hand."""
    body = SetWeight(type_="set", layer="conv1", index=[0, 0, 1, 1], value=0.5)
    made = given(intervene_in_run.sync(run, client=client, body=body))
    assert made.run.interventions[0].id == made.id
    assert given(get_tensor.sync(run, *WEIGHT, client=client)).values[0][0][1][1] == 0.5


def export_and_import(client: Client, run: str, file: Path) -> str:
    """The id of the same run, taken in from its file."""
    file.write_bytes(given(export_run.sync(run, client=client)).payload.read())
    body = BodyImportRun(file=File(payload=BytesIO(file.read_bytes()), file_name=file.name))
    again = given(import_run.sync(client=client, body=body))
    assert again.imported_from is not None
    assert (again.imported_from.run, again.step) == (run, 3)
    return again.id


def delete(client: Client, run: str) -> None:
    """It is gone, and whoever asks is told so as a problem."""
    assert delete_run.sync_detailed(run, client=client).status_code == 204
    gone = get_run.sync(run, client=client)
    assert isinstance(gone, Problem)
    assert (gone.status, gone.code) == (404, ProblemCode.NOT_FOUND)


def main(address: str, picture: Path, folder: Path) -> None:
    """All of it, in order, and a run of which nothing is said."""
    with Client(base_url=address, raise_on_unexpected_status=True, timeout=Timeout(60)) as client:
        run = create_and_step(client)
        look(client, run, folder)
        upload(client, run, picture)
        change(client, run)
        again = export_and_import(client, run, folder / "run.convscope")
        usual = given(create_run.sync(client=client))
        assert given(train_steps.sync(usual.id, client=client)).step == 1
        for each in (run, again, usual.id):
            delete(client, each)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
