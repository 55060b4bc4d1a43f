"""The pipeline of the pictures: fifty actions at 1 m 42 s, all ten phases by its end. Pure."""

from __future__ import annotations

from random import Random

from flyte_widgets.local.services.records import ROOT_ACTION
from flyte_widgets.local.simulator import texts as sim_texts
from flyte_widgets.local.simulator.plan import ROOT_TASK, LifecycleBuilder, P, PlannedAction, cut

_GPU = "nvidia.com/gpu"


class _Story:
    """Collects the actions, in the order of their names."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.actions: list[PlannedAction] = []

    def life(self, at_s: float) -> LifecycleBuilder:
        return LifecycleBuilder(self.rng, round(at_s * 1000))

    def add(
        self, life: LifecycleBuilder, task: str, *, parent: str = ROOT_ACTION, group: str = "", kind: str = "task"
    ) -> str:
        name = f"a{len(self.actions)}"
        self.actions.append(
            PlannedAction(
                name=name,
                task=f"etl.{task}",
                parent=parent if self.actions else "",
                created_ms=life.steps[0].at_ms,
                group=group,
                kind=kind,
                steps=tuple(life.steps),
            )
        )
        return name

    def between(self, low_s: float, high_s: float) -> int:
        return round(1000 * self.rng.uniform(low_s, high_s))


def tell(rng: Random, outcome: str) -> list[PlannedAction]:
    """Plan the run. It succeeds after 3 m 20 s, or fails or times out as `outcome` says."""
    story = _Story(rng)
    root = story.life(0)
    root.start(queue_ms=1200, wait_ms=8600, init_ms=4400)
    root.end((250_000 if outcome == "failed" else 200_000) - root.now_ms)
    story.add(root, ROOT_TASK.removeprefix("etl."))
    _fan_out(story)
    _train(story, fails_again=outcome == "failed")
    _evaluate(story, times_out=outcome != "failed")
    if outcome == "failed":
        error = sim_texts.child_failed("train_model", sim_texts.CUDA_OUT_OF_MEMORY)
        return cut(story.actions, 246_000, P.FAILED, error)
    _release(story)
    if outcome == "timed_out":
        return cut(story.actions, 150_000, P.TIMED_OUT, sim_texts.RUN_TIME_OUT)
    return story.actions


def _fan_out(story: _Story) -> None:
    for index in range(4):
        life = story.life(15 + 0.1 * index)
        wait_ms = story.between(2, 4) if index >= 2 else 0
        life.start(queue_ms=600 + 900 * index, wait_ms=wait_ms, init_ms=story.between(1, 1.6))
        life.end(story.between(4, 7))
        story.add(life, "prepare", group="prepare")
    for index in range(40):
        life = story.life(30 + 0.12 * index)
        # A queue of forty before a pool that grows: 33 have ended at 1 m 42 s, one of them badly, seven still run.
        slot_s = 4 + 1.5 * index
        life.start(queue_ms=story.between(0.4, 0.9), wait_ms=round(1000 * slot_s), init_ms=story.between(1.2, 1.8))
        if index == 17:
            life.fail(story.between(6, 8), sim_texts.BAD_VALUE)
        elif index < 33:
            life.end(min(story.between(9, 15), 101_000 - life.now_ms))
        else:
            life.end(max(story.between(9, 15), 103_000 - life.now_ms))
        story.add(life, "square", group="square")


def _train(story: _Story, *, fails_again: bool) -> None:
    life = story.life(41)
    life.start(queue_ms=1000, wait_ms=6500, init_ms=3000, resource=_GPU)
    life.fail(14_500, sim_texts.CUDA_OUT_OF_MEMORY)
    life.retry()
    runs_ms = life.start(queue_ms=800, wait_ms=8000, init_ms=3500, resource=_GPU)
    folds_s = (runs_ms + 2600) / 1000
    end_s = 232.0 if fails_again else 133.0
    if fails_again:
        life.fail(round(1000 * end_s) - life.now_ms, sim_texts.CUDA_OUT_OF_MEMORY)
    else:
        life.end(round(1000 * end_s) - life.now_ms)
    train = story.add(life, "train_model")
    for index in range(2):
        fold = story.life(folds_s)
        fold.start(queue_ms=800, wait_ms=6200 * index, init_ms=3000, resource=_GPU)
        ending = P.ABORTED if fails_again else P.SUCCEEDED
        reason = "The parent action failed." if fails_again else ""
        fold.end(round(1000 * (end_s - 2 + index + 2.5 * fails_again)) - fold.now_ms, ending, reason=reason)
        story.add(fold, f"fold_{index}", parent=train)


def _evaluate(story: _Story, *, times_out: bool) -> None:
    life = story.life(42)
    life.start(queue_ms=1400, wait_ms=9500, init_ms=11_500)
    life.end(156_000 - life.now_ms)
    story.add(life, "embed_corpus")
    life = story.life(54)
    life.enter(P.QUEUED, notes=sim_texts.submitted(life.now_ms))
    life.now_ms += 1400
    life.wait(120_000 if times_out else 190_000, resource=_GPU)
    if times_out:
        life.fail(0, sim_texts.QUEUE_TIME_OUT, P.TIMED_OUT)
    else:
        life.end(0, P.ABORTED, reason="The run has ended.")
    story.add(life, "gpu_eval")


def _release(story: _Story) -> None:
    """After the pictures: what was done before is taken over, a shadow run is stopped, somebody has to agree."""
    life = story.life(134)
    life.end(0, P.RECOVERED)
    story.add(life, "load_vocabulary")
    life = story.life(135)
    life.start(queue_ms=500, wait_ms=2500, init_ms=1500)
    life.end(12_000, P.ABORTED, reason="Superseded: fold_1 scored better.")
    story.add(life, "shadow_eval")
    life = story.life(160)
    life.enter(P.QUEUED)
    life.now_ms += 400
    life.enter(P.PAUSED)
    life.end(18_000)
    story.add(life, "approve_release", kind="condition")
    life = story.life(179)
    life.start(queue_ms=400, wait_ms=3000, init_ms=1800)
    life.end(13_000)
    story.add(life, "publish")
