"""What a worker does for each command: (loop, command, its number) -> the reply, or None where that
comes later."""

from dataclasses import replace
from typing import Final

import numpy as np

from convscope.errors import ConflictError
from convscope.ipc import commands
from convscope.ipc.replies import (
    CheckpointReply,
    Done,
    InterventionReply,
    StartReplayReply,
    StartReply,
    TraceReply,
    TuneReply,
)
from convscope.learn.intervention_kinds import apply_intervention
from convscope.learn.interventions import Intervention
from convscope.recipe.interventions import SetWeight
from convscope.types import JsonObject, RunState
from convscope.worker import answers, attributions, filters, health, queries, views
from convscope.worker.drag import Drag
from convscope.worker.loop import Handlers, Loop, handle
from convscope.worker.tasks.seek import Seeker
from convscope.worker.tasks.task import replied


def start(loop: Loop, command: commands.Start, __: int) -> StartReply:
    """Build the run, at step 0 or where it was before."""
    cut = command.weights_bytes if command.plan else len(command.payload)
    session = loop.build(command.setup, command.payload[:cut])
    loop.steps_per_second = command.steps_per_second
    if command.checkpoints:
        loop.keep_checkpoints()
    if command.plan:
        for _ in Seeker(session).go(command.plan, command.payload[cut:]):
            loop.channel.begin(loop.channel.allowances.usual)  # a step is a piece
        loop.resume(command.before)
        loop.last_event = command.plan.last_event
    else:
        loop.begin(command.before)
    return StartReply(
        environment=session.environment(),
        taken=session.taken,
        switches=session.switches(),
    )


def start_replay(loop: Loop, command: commands.StartReplay, _: int) -> StartReplayReply:
    """Build a run to look at its past steps; nothing of it is kept."""
    loop.drop_task()
    loop.seeker = Seeker(loop.build(command.setup, command.payload))
    loop.state = RunState.READY
    return StartReplayReply(environment=loop.session.environment())


def seek(loop: Loop, command: commands.Seek, number: int) -> None:
    """Go to a step that was recorded; one that is under way is left off."""
    loop.begin_task([number], replied(loop.seeker.go(command.plan, command.payload)))


def drop_task(loop: Loop, _: commands.DropTask, __: int) -> Done:
    """Do no more of what nobody waits for."""
    loop.drop_task()
    return Done()


def begin_segment(loop: Loop, _: commands.BeginSegment, number: int) -> CheckpointReply:
    """A segment begins with the present state: all it takes to go on from it."""
    loop.drag = None  # the segment's first state has been through it
    loop.session.trainer.begin_here()
    return queries.checkpoint(loop, commands.Checkpoint(), number)


def ablate_freezing(loop: Loop, command: commands.AblateFreezing, number: int) -> None:
    """What a filter's learning is worth from this step on; afterwards this is no step any more."""
    loop.begin_task([number], loop.seeker.ablate_freezing(command.layer, command.filter))


def play(loop: Loop, _: commands.Play, __: int) -> Done:
    """Train until told otherwise."""
    loop.session.must_train()
    _must_not_be_halted(loop)
    loop.state = RunState.PLAYING
    return Done()


def pause(loop: Loop, _: commands.Pause, __: int) -> Done:
    """Stop after the step in hand; safe to repeat."""
    if loop.state.is_training:
        loop.rest("pause")
        loop.evaluate()
    return Done()


def step(loop: Loop, command: commands.Step, number: int) -> Done | None:
    """Train `steps` more, or until step `until`; answered when that is done."""
    loop.session.must_train()
    _must_not_be_halted(loop)
    if loop.state is RunState.PLAYING:
        raise ConflictError("The run is playing: pause it before stepping.")
    here = loop.goals[-1][0] if loop.goals else loop.session.trainer.step
    target = command.until if command.until is not None else here + (command.steps or 1)
    if target <= loop.session.trainer.step:
        return Done()
    loop.goals.append((target, number))
    loop.goals.sort()
    loop.state = RunState.STEPPING
    return None


def _must_not_be_halted(loop: Loop) -> None:
    if loop.state is RunState.HALTED:
        raise ConflictError(f"The run is halted: {loop.problem}")


def reset(loop: Loop, command: commands.Reset, _: int) -> Done:
    """Back to the very same first weights, from where the server kept what was; safe to repeat."""
    loop.drop_evaluation()  # first: the server hears of an intervention whose worth was measured
    if (command.step, command.last_event) != (loop.session.trainer.step, loop.last_event):
        raise ConflictError("The run has gone on meanwhile.", moved=True)
    loop.session.begin()
    loop.metrics.restart()
    loop.begin()
    loop.show("reset")
    return Done()


def tune(loop: Loop, command: commands.Tune, _: int) -> TuneReply:
    """Change settings while it trains, from the next step on."""
    step = loop.session.trainer.step
    changes = {k: v for k, v in command.changes.items() if k != "steps_per_second"}
    loop.session.tune(changes)
    loop.last_event += bool(changes)
    if "steps_per_second" in command.changes:
        loop.steps_per_second = command.changes["steps_per_second"]
        loop.hurry()
    return TuneReply(step=step, changes=command.changes)


def watch(loop: Loop, command: commands.Watch, _: int) -> Done:
    """What the viewers together want to see from now on."""
    loop.scheduler.watch(command)
    return Done()


def credit(loop: Loop, _: commands.Credit, __: int) -> Done:
    """A viewer has taken the last frame: there is room for another."""
    loop.scheduler.credit = True
    return Done()


def put_image(loop: Loop, command: commands.PutImage, _: int) -> Done:
    """Keep an image, uint8 (C, H, W) of the input's shape."""
    shape = loop.session.recipe.network.input
    pixels = np.frombuffer(command.payload, np.uint8).reshape(shape)
    loop.session.images.put(command.image, pixels)
    if command.image in loop.scheduler.watched.wanted.probes:
        loop.show("watch")
    return Done()


def drop_image(loop: Loop, command: commands.DropImage, _: int) -> Done:
    """Forget an image."""
    loop.session.images.drop(command.image)
    return Done()


def intervene(loop: Loop, command: commands.Intervene, number: int) -> InterventionReply | None:
    """Silencing a filter is replied to later: what it is worth is measured first."""
    _must_not_be_halted(loop)
    interventions = loop.session.interventions
    change = command.change.model_dump(by_alias=True)
    if change["type"] == "silence" and loop.session.trainable:
        interventions.filters(change["layer"], change["filter"])
        loop.evaluate(lambda before: _silence(loop, change, number, before))
        return None
    drag = _drag(loop, command)
    replaces = drag is not None and drag == loop.drag
    if replaces:
        interventions.take_back()
    made = _apply(loop, change)
    loop.drag = drag and replace(drag, last_event=loop.last_event)
    if change["type"] == "freeze":
        loop.show("intervention")  # the weights are the same ones
    else:
        loop.intervened()
    return _intervened(loop, made, None, None, replaces=replaces)


def _drag(loop: Loop, command: commands.Intervene) -> Drag | None:
    """The drag that a change is part of, as it stands before it."""
    change = command.change
    if command.drag is None or not isinstance(change, SetWeight):
        return None
    step, index = loop.session.trainer.step, tuple(change.index)
    return Drag(command.drag, change.layer, change.tensor, index, step, loop.last_event)


def _apply(loop: Loop, change: JsonObject) -> Intervention:
    made = apply_intervention(loop.session.interventions, change)
    loop.last_event += 1
    return made


def _silence(loop: Loop, change: JsonObject, number: int, before: float | None) -> None:
    made = _apply(loop, change)
    loop.intervened(lambda after: loop.reply(number, _intervened(loop, made, before, after)))


def _intervened(
    loop: Loop,
    made: Intervention,
    before: float | None,
    after: float | None,
    *,
    replaces: bool = False,
) -> InterventionReply:
    return InterventionReply(
        intervention=made.record(),
        replaces=replaces,
        held_out_before=before,
        held_out_after=after,
        switches=loop.session.switches(),
    )


def trace_step(loop: Loop, _: commands.TraceStep, __: int) -> TraceReply:
    """One real step, taken apart into its phases."""
    session = loop.session
    session.must_train()
    _must_not_be_halted(loop)
    if loop.state is not RunState.READY:
        raise ConflictError(f"The run is {loop.state}: pause it before tracing a step.")
    loop.drop_evaluation()
    reply = loop.step_and(lambda: queries.trace_last(loop, commands.TraceLast(), 0))
    _must_not_be_halted(loop)
    assert reply is not None
    loop.rest("step")
    loop.evaluate()
    return reply


HANDLERS: Final[Handlers] = dict(
    [
        handle(commands.Start, start),
        handle(commands.StartReplay, start_replay),
        handle(commands.Seek, seek),
        handle(commands.BeginSegment, begin_segment),
        handle(commands.AblateFreezing, ablate_freezing),
        handle(commands.Play, play),
        handle(commands.Pause, pause),
        handle(commands.Step, step),
        handle(commands.Reset, reset),
        handle(commands.Tune, tune),
        handle(commands.Watch, watch),
        handle(commands.Credit, credit),
        handle(commands.PutImage, put_image),
        handle(commands.DropImage, drop_image),
        handle(commands.Intervene, intervene),
        handle(commands.TraceStep, trace_step),
        handle(commands.Look, queries.look),
        handle(commands.TraceLast, queries.trace_last),
        handle(commands.ListSwitches, queries.list_switches),
        handle(commands.Checkpoint, queries.checkpoint),
        handle(commands.Weights, queries.weights),
        handle(commands.Tensor, queries.tensor),
        handle(commands.FeatureMaps, queries.feature_maps),
        handle(commands.Outputs, queries.outputs),
        handle(commands.Image, queries.image),
        handle(commands.Batch, queries.batch),
        handle(commands.DropoutMask, queries.dropout_mask),
        handle(commands.Predict, queries.predict),
        handle(commands.Evaluate, queries.evaluate),
        handle(commands.ExplainOutput, queries.explain_output),
        handle(commands.ExplainWeight, queries.explain_weight),
        handle(commands.Attribute, attributions.attribute_score),
        handle(commands.Contribute, attributions.contribute),
        handle(commands.Confuse, answers.confuse),
        handle(commands.ListAnswers, answers.list_answers),
        handle(commands.FindPatches, filters.find_patches),
        handle(commands.Maximise, filters.maximise_filter),
        handle(commands.AblateLayer, filters.ablate_layer),
        handle(commands.Examine, health.examine),
        handle(commands.Distribute, views.distribute),
        handle(commands.Embed, views.embed),
        handle(commands.ListExamples, filters.list_examples),
        handle(commands.DropTask, drop_task),
    ]
)
