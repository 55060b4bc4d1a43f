"""Which run on which backend a command means."""

from __future__ import annotations

import argparse
from itertools import islice

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import ConfigError, UnknownActionError
from flyte_widgets.run.state import ROOT
from flyte_widgets.untrusted import one_line, shortened
from flyte_widgets.watch.action_handle import Action
from flyte_widgets.watch.backends import connect, is_configured
from flyte_widgets.watch.handles import Run

_ACTIONS_NAMED = 8
BACKEND_WORDS = "Backend and login are those of the Flyte SDK's configuration."


def add_run(command: argparse.ArgumentParser) -> None:
    """Have a command take a run, and where it is."""
    command.add_argument("run", help="name of the run, or its console URL")
    add_where(command, "of the run")


def add_action(command: argparse.ArgumentParser) -> None:
    """Have a command take an action of the run."""
    command.add_argument("action", nargs="?", default=ROOT, help='id of the action (default: "a0", the run\'s own)')


def add_where(command: argparse.ArgumentParser, whose: str) -> None:
    """Have a command take a backend, a project and a domain. `whose` goes into its help."""
    command.add_argument("--endpoint", help="backend, instead of the configured one")
    command.add_argument("--insecure", action="store_true", help="speak plain http to an endpoint without a scheme")
    command.add_argument("--project", default="", help=f"project {whose}")
    command.add_argument("--domain", default="", help=f"domain {whose}")


def client_of(options: argparse.Namespace, also: str = "") -> FlyteClient | None:
    """Connect where an endpoint is given; None: the configured one. `also` is another way out. Raises ConfigError."""
    if options.endpoint:
        where = {"project": options.project, "domain": options.domain, "insecure": options.insecure}
        return connect(options.endpoint, **where)
    if not is_configured():
        raise ConfigError(
            "No Flyte backend is configured.",
            hint=f"Give --endpoint host:port with --project and --domain, {also}or write the SDK's configuration file "
            "(flyte create config).",
        )
    return None


def run_of(options: argparse.Namespace) -> Run:
    """Give the run that a command names."""
    is_url = "://" in options.run  # a console URL says where its backend is
    client = None if is_url and not options.endpoint else client_of(options, "or the run's console URL, ")
    return Run(options.run, client=client, project=options.project, domain=options.domain)


def action_of(run: Run, options: argparse.Namespace) -> Action:
    """Give the action that a command names. Raises UnknownActionError, which names some that there are."""
    try:
        return run.actions[options.action]
    except UnknownActionError as error:
        actions = run.actions
        named = [_named(action) for action in islice(actions.values(), _ACTIONS_NAMED)]
        more = [f"{len(actions) - len(named):,} more"] if len(actions) > len(named) else []
        raise UnknownActionError(error.message, hint=f"Give an id: {', '.join([*named, *more])}.") from None


def _named(action: Action) -> str:
    """Give its id, and its name where the backend has told it."""
    return shortened(one_line(f"{action.id} ({action.name})" if action.name else action.id), 80)
