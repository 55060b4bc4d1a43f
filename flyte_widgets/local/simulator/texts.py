"""What a simulated cluster says: errors with tracebacks, cluster events, links. Pure."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple


class SimError(NamedTuple):
    """Why an attempt failed. `code` is the exception's class, as the SDK reads it; `is_user` says whose fault it is."""

    code: str
    message: str
    is_user: bool = True


class Note(NamedTuple):
    """A cluster event. `at_ms` counts from the beginning of the run."""

    at_ms: int
    reason: str
    message: str
    is_warning: bool = False
    times: int = 1


CUDA_OUT_OF_MEMORY: Final = SimError(
    "OutOfMemoryError",
    """Traceback (most recent call last):
  File "/app/etl/train.py", line 88, in train_model
    batch = loader.next(size=cfg.batch)
  File "/app/etl/io.py", line 41, in next
    return torch.stack(rows).to("cuda")
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.40 GiB (GPU 0; 15.78 GiB total; 14.02 GiB in use)""",
)
BAD_VALUE: Final = SimError(
    "ValueError",
    """Traceback (most recent call last):
  File "/app/etl/steps.py", line 57, in square
    value = parse(row["amount"])
  File "/app/etl/parse.py", line 12, in parse
    return float(text.replace(",", "."))
ValueError: could not convert string to float: 'n/a'""",
)
OUT_OF_MEMORY: Final = SimError(
    "OOMKilled", "[1/1] currentAttempt done. Container primary was OOMKilled: it used more than its limit of 4Gi."
)
CONNECTION_LOST: Final = SimError(
    "ConnectionError",
    """Traceback (most recent call last):
  File "/app/etl/io.py", line 23, in fetch
    response = session.get(url, timeout=10)
ConnectionError: HTTPSConnectionPool(host='data.example', port=443): Read timed out. (read timeout=10)""",
)
NODE_LOST: Final = SimError(
    "Interrupted", "The node ip-10-0-7-112 was taken away while the task ran on it.", is_user=False
)
TASK_TIME_OUT: Final = SimError("MaxRuntimeExceededError", "The task ran longer than its max_runtime of 5 minutes.")
QUEUE_TIME_OUT: Final = SimError(
    "MaxQueuedTimeExceededError", "The task was queued longer than its max_queued_time of 2 minutes."
)
RUN_TIME_OUT: Final = SimError("DeadlineExceededError", "The run did not end before its deadline.")
IMAGE: Final = "registry.example/etl:1.4.2"
RETRYABLE: Final = (CUDA_OUT_OF_MEMORY, OUT_OF_MEMORY, CONNECTION_LOST, NODE_LOST)


def child_failed(task: str, error: SimError) -> SimError:
    """Build the error of a parent whose child failed: the same, one level up."""
    return SimError(error.code, f"The action {task!r} failed.\n{error.message}", error.is_user)


def submitted(at_ms: int) -> list[Note]:
    """Say what the cluster says to a task that it gets."""
    return [Note(at_ms, "Queued", "task submitted to Kubernetes")]


def waiting(rng: Random, at_ms: int, until_ms: int, *, resource: str = "cpu") -> list[Note]:
    """Say why a task waits: first no node fits, then the pool grows, then perhaps still none fits."""
    nodes = rng.randint(6, 14)
    refused = f"0/{nodes} nodes available: {nodes} insufficient {resource}"
    pool = "gpu-pool" if "gpu" in resource else "cpu-pool"
    notes = [Note(at_ms + min(1500, (until_ms - at_ms) // 4), "FailedScheduling", refused, is_warning=True)]
    span = until_ms - at_ms
    if span > 4000:
        size = rng.randint(2, 5)
        notes.append(Note(at_ms + span // 3, "TriggeredScaleUp", f"{pool} {size} → {size + 1} (max {size + 1})"))
    if span > 15_000:
        notes.append(Note(at_ms + 2 * span // 3, "FailedScheduling", refused, is_warning=True, times=rng.randint(2, 6)))
    return notes


def initializing(rng: Random, at_ms: int, until_ms: int) -> list[Note]:
    """Say how the container comes up."""
    node = f"ip-10-0-{rng.randint(0, 15)}-{rng.randint(2, 250)}"
    pulled = at_ms + (until_ms - at_ms) * 3 // 4
    seconds = (pulled - at_ms) / 1000
    return [
        Note(at_ms, "Scheduled", f"Successfully assigned the pod to {node}"),
        Note(at_ms + (until_ms - at_ms) // 5, "Pulling", f'Pulling image "{IMAGE}"'),
        Note(pulled, "Pulled", f'Successfully pulled image "{IMAGE}" in {seconds:.1f}s'),
    ]


def started(at_ms: int) -> list[Note]:
    """Say that the container runs."""
    return [Note(at_ms, "Started", "Started container primary")]


def failed(at_ms: int, error: SimError) -> list[Note]:
    """Say what the cluster saw of a failure; of an exception it sees nothing."""
    if error.code == "OOMKilled":
        return [Note(at_ms, "OOMKilled", "Container primary exceeded its memory limit", is_warning=True)]
    if error.code == "Interrupted":
        return [Note(at_ms, "NodeNotReady", "The node is not ready", is_warning=True)]
    return []


def links(run: str, action: str, attempt: int) -> list[tuple[str, str]]:
    """Name and address of where an attempt's logs would be."""
    return [
        ("Kubernetes logs", f"http://logs.example/{run}/{action}/{attempt}"),
        ("Grafana", f"http://grafana.example/d/pods?var-pod={run}-{action}-{attempt - 1}"),
    ]
