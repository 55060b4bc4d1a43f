"""The small services around a run: which cluster serves it, who is asking, which projects there are.

Sources: `cluster/service.proto`, `auth/identity.proto`, `auth/auth_service.proto`, `project/project_service.proto`.
"""

from __future__ import annotations

from typing import Any

from flyteidl2.auth import identity_pb2
from flyteidl2.auth.auth_service_connect import AuthMetadataService
from flyteidl2.auth.identity_connect import IdentityService
from flyteidl2.cluster import payload_pb2
from flyteidl2.cluster.service_connect import ClusterService
from flyteidl2.project import project_service_pb2
from flyteidl2.project.project_service_connect import ProjectService

from flyte_widgets.local.services.describe import local_user


class ClusterHandlers(ClusterService):
    """ClusterService: every operation is served by the control plane itself."""

    async def select_cluster(self, request: Any, ctx: Any) -> Any:
        """Answer with no endpoint: the SDK then stays with the one it has."""
        return payload_pb2.SelectClusterResponse()


class AuthMetadataHandlers(AuthMetadataService):
    """AuthMetadataService: unimplemented, as on a real backend without OAuth. The secret path is the login."""


class IdentityHandlers(IdentityService):
    """IdentityService: whoever owns this process is the one user."""

    async def user_info(self, request: Any, ctx: Any) -> Any:
        """Answer UserInfo."""
        user = local_user().user
        return identity_pb2.UserInfoResponse(subject=user.id.subject, name=user.spec.first_name)


class ProjectHandlers(ProjectService):
    """ProjectService: the one project of the embedded backend, with its one domain."""

    def __init__(self, project: str, domain: str) -> None:
        self._project, self._domain = project, domain

    async def list_projects(self, request: Any, ctx: Any) -> Any:
        """Answer ListProjects."""
        domain = project_service_pb2.Domain(id=self._domain, name=self._domain)
        project = project_service_pb2.Project(id=self._project, name=self._project, domains=[domain])
        projects = project_service_pb2.Projects(projects=[project])
        return project_service_pb2.ListProjectsResponse(projects=projects)
