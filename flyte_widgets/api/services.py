"""Names of Flyte's services, and the identifiers that their requests share."""

from __future__ import annotations

from typing import Any, Final

from flyte_widgets.api.messages import RunIdentifier

RUN_SERVICE: Final = "flyteidl2.workflow.RunService"
TRACKED_RUN_SERVICE: Final = "flyteidl2.workflow.TrackedRunService"
DATA_PROXY_SERVICE: Final = "flyteidl2.dataproxy.DataProxyService"
IDENTITY_SERVICE: Final = "flyteidl2.auth.IdentityService"
MAX_PAGE: Final = 200
"""Largest page that the backend gives."""


def run_service(tracked: bool) -> str:
    """Give the service of a run: tracked runs, which execute elsewhere and only report, have their own."""
    return TRACKED_RUN_SERVICE if tracked else RUN_SERVICE


def action_id(run: RunIdentifier, action: str) -> dict[str, Any]:
    """Name an action: `common.ActionIdentifier`."""
    return {"run": run, "name": action}


def project_id(org: str, project: str, domain: str) -> dict[str, str]:
    """Name a project in a domain: `common.ProjectIdentifier`."""
    return {"organization": org, "name": project, "domain": domain}
