"""A process that forks backends: each line of input is a file, each answer the child's process id and its endpoint.

Starting a backend takes a second of imports. Forked from a process that has them, and no threads, it takes
milliseconds, so that one can be killed two hundred times.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path


def main() -> None:
    from flyte_widgets.local.services.server import LocalBackend

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those that were killed are not to stay as zombies
    for line in sys.stdin:
        if os.fork() == 0:
            backend = LocalBackend(Path(line.strip()), 0)
            sys.stdout.write(json.dumps([os.getpid(), backend.endpoint]) + "\n")
            sys.stdout.flush()
            threading.Event().wait()


if __name__ == "__main__":
    main()
