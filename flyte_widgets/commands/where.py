"""Which run on which backend a command means."""

from __future__ import annotations

import argparse

from flyte_widgets.api.client import FlyteClient
from flyte_widgets.errors import ConfigError
from flyte_widgets.watch.backends import connect, is_configured
from flyte_widgets.watch.handles import Run

BACKEND_WORDS = "Backend and login are those of the Flyte SDK's configuration."


def add_run(command: argparse.ArgumentParser) -> None:
    """Have a command take a run, and where it is."""
    command.add_argument("run", help="name of the run, or its console URL")
    add_where(command, "of the run")


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
