"""Who did something: `common.EnrichedIdentity`, and its readable name."""

from __future__ import annotations

from flyte_widgets.api.protojson import Message


class Identity(Message, frozen=True):
    """Who did it: as much of `common.EnrichedIdentity` as the backend says."""

    user: IdentityUser | None = None
    application: IdentityUser | None = None


class IdentityUser(Message, frozen=True):
    """`common.User` or `common.Application`."""

    id: IdentityId | None = None
    spec: IdentitySpec | None = None


class IdentityId(Message, frozen=True):
    """The subject of a user or application."""

    subject: str = ""


class IdentitySpec(Message, frozen=True):
    """The readable part of a user or application."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    name: str = ""


def identity_name(identity: Identity | None) -> str:
    """Give the readable name of who did something, or "" where the backend does not say."""
    if identity is None:
        return ""
    for who in (identity.user, identity.application):
        if who is None:
            continue
        spec = who.spec or IdentitySpec()
        subject = who.id.subject if who.id else ""
        name = f"{spec.first_name} {spec.last_name}".strip() or spec.name or spec.email or subject
        if name:
            return name
    return ""
