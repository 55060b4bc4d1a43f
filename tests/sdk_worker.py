"""The real SDK as an oracle, in a process of its own: `flyte.init` is global, and prints.

`Sdk(server)` starts the process; each method asks it one thing and returns plain lists and dicts. Times are seconds
since 1970. Run as a program it reads questions as lines of JSON and answers likewise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ANSWER_TIMEOUT_S = 170.0


class Sdk:
    """What the SDK says of the runs of a server. An exception there is an AssertionError here."""

    def __init__(self, endpoint: str, project: str, domain: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sdk_worker", endpoint, project, domain],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def describe(self, run: str) -> dict[str, Any]:
        """`Run.get`, `Action.listall`, `Action.get`, `get_phase_transitions` and `raise_for_status` of a run."""
        return self._ask("describe", run)  # type: ignore[no-any-return]

    def wait(self, run: str) -> str:
        """`run.wait()`; returns the phase that a new `Run.get` then has."""
        return self._ask("wait", run)  # type: ignore[no-any-return]

    def abort(self, run: str, reason: str) -> None:
        """`run.abort(reason)`."""
        self._ask("abort", run, reason)

    def abort_action(self, run: str, action: str, reason: str) -> None:
        """`Action.get(...).abort(reason)`."""
        self._ask("abort_action", run, action, reason)

    def list_actions(self, run: str, *phases: str) -> list[str]:
        """Names from `Action.listall(in_phase=...)`."""
        return self._ask("list_actions", run, *phases)  # type: ignore[no-any-return]

    def list_runs(self) -> list[str]:
        """Names from `Run.listall()`."""
        return self._ask("list_runs")  # type: ignore[no-any-return]

    def outputs(self, run: str) -> list[Any]:
        """`run.outputs()`."""
        return self._ask("outputs", run)  # type: ignore[no-any-return]

    def inputs(self, run: str) -> dict[str, str]:
        """`RunDetails.inputs()` of a run: the `repr` of each value."""
        return self._ask("inputs", run)  # type: ignore[no-any-return]

    def logs(self, run: str, action: str) -> list[str]:
        """`Action.get(...).get_logs()`, all of it."""
        return self._ask("logs", run, action)  # type: ignore[no-any-return]

    def report(self, run: str, action: str) -> str:
        """`Action.get(...).get_report()`."""
        return self._ask("report", run, action)  # type: ignore[no-any-return]

    def rerun(self, run: str, *, recover: bool = False, **inputs: Any) -> str:
        """`flyte.with_runcontext(mode="remote").rerun(run, ...)`; returns the name of the new run."""
        return self._ask("rerun", run, recover, inputs)  # type: ignore[no-any-return]

    def signal(self, run: str, action: str, value: Any) -> None:
        """`Condition.signal(value)`."""
        self._ask("signal", run, action, value)

    def run_tracked(self, run: str, failures: int) -> dict[str, Any]:
        """Run `tests.pipeline` on this machine, tracked; returns what the SDK's own tracker recorded."""
        return self._ask("run_tracked", run, failures)  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _ask(self, method: str, *arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]


class _Worker:
    def describe(self, name: str) -> dict[str, Any]:
        from flyte.remote import Action, Run

        run = Run.get(name)
        actions = [Action.get(run_name=name, name=action.name) for action in Action.listall(for_run_name=name)]
        return {
            "phase": run.phase.value,
            "is_done": run.done(),
            "actions": {action.name: self._action(action) for action in actions},
            "raises": self._raised(run),
        }

    def wait(self, name: str) -> str:
        from flyte.remote import Run

        Run.get(name).wait(quiet=True)
        return Run.get(name).phase.value

    def abort(self, name: str, reason: str) -> None:
        from flyte.remote import Run

        Run.get(name).abort(reason)

    def abort_action(self, name: str, action: str, reason: str) -> None:
        from flyte.remote import Action

        Action.get(run_name=name, name=action).abort(reason)

    def list_actions(self, name: str, *phases: str) -> list[str]:
        from flyte.models import ActionPhase
        from flyte.remote import Action

        chosen = tuple(ActionPhase(phase) for phase in phases) or None
        return [action.name for action in Action.listall(for_run_name=name, in_phase=chosen)]

    def list_runs(self) -> list[str]:
        from flyte.remote import Run

        return [run.name for run in Run.listall(limit=10_000)]

    def outputs(self, name: str) -> list[Any]:
        from flyte.remote import Run

        return list(Run.get(name).outputs())

    def inputs(self, name: str) -> dict[str, str]:
        import asyncio

        from flyte.remote import RunDetails

        return {key: repr(value) for key, value in asyncio.run(RunDetails.get(name).inputs()).items()}

    def logs(self, name: str, action: str) -> list[str]:
        from flyte.remote import Action

        return [str(line) for line in Action.get(run_name=name, name=action).get_logs()]

    def report(self, name: str, action: str) -> str:
        from flyte.remote import Action

        return str(Action.get(run_name=name, name=action).get_report())

    def rerun(self, name: str, recover: bool, inputs: dict[str, Any]) -> str:
        import flyte

        return str(flyte.with_runcontext(mode="remote").rerun(name, recover=recover, **inputs).name)

    def signal(self, name: str, action: str, value: Any) -> None:
        from flyte.remote import Condition

        next(c for c in Condition.listall(name) if c.action_name == action).signal(value)

    def run_tracked(self, name: str, failures: int) -> dict[str, Any]:
        import flyte
        from flyte.cli._tui._tracker import ActionTracker

        from tests.pipeline import pipeline

        tracker, error = ActionTracker(), None
        try:
            context = flyte.with_runcontext(
                mode="local", tracked=True, tracked_strict=True, name=name, _tracker=tracker
            )
            context.run(pipeline, name, failures)
        except Exception as raised:  # noqa: BLE001 - whatever the task raises is the answer
            error = str(raised)
        nodes = tracker._nodes
        return {
            "error": error,
            "actions": {
                action_id: {
                    "parent": self._real_parent(nodes, node.parent_id),
                    "task": node.task_name,
                    "group": node.group,
                    "status": node.status.value,
                    "attempts": [attempt["status"] for attempt in node.attempts],
                }
                for action_id, node in nodes.items()
                if not action_id.startswith("__group__")
            },
        }

    def _real_parent(self, nodes: dict[str, Any], parent: str | None) -> str | None:
        """The tracker puts a node of its own between a parent and its group."""
        return nodes[parent].parent_id if parent is not None and parent.startswith("__group__") else parent

    def _action(self, action: Any) -> dict[str, Any]:
        from flyte.remote import ActionDetails

        details = ActionDetails.get(run_name=action.run_name, name=action.name)
        return {
            "phase": details.phase.value,
            "parent": action.parent_name or "",
            "group": action.pb2.metadata.group,
            "task": details.task_name,
            "attempts": details.attempts,
            "start_s": action.start_time.timestamp(),
            "end_s": details.pb2.status.end_time.ToMicroseconds() / 1e6 or None,
            "error": details.error_info.message if details.error_info else None,
            "abort_reason": details.abort_info.reason if details.abort_info else None,
            "transitions": [
                [
                    [
                        item.phase.value,
                        item.start_time.timestamp(),
                        item.end_time.timestamp() if item.end_time else None,
                    ]
                    for item in details.get_phase_transitions(attempt + 1)
                ]
                for attempt in range(details.attempts)
            ],
        }

    def _raised(self, run: Any) -> list[str] | None:
        try:
            run.raise_for_status()
        except Exception as error:  # noqa: BLE001 - whatever it raises is the answer
            return [type(error).__name__, str(error)]
        return None


def main() -> None:
    import flyte

    answers = os.fdopen(os.dup(1), "w")  # the SDK prints: its output must not get among the answers
    os.dup2(2, 1)
    endpoint, project, domain = sys.argv[1:]
    flyte.init(endpoint=endpoint, insecure=True, project=project, domain=domain, log_level=50)
    worker = _Worker()
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            answer = {"value": getattr(worker, method)(*arguments)}
        except Exception as error:  # noqa: BLE001 - the test that asked is to fail, not the worker
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
