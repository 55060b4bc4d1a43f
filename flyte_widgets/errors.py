"""What can go wrong. Every error says what was got and, in its hint, what to do next.

    FlyteWidgetsError
    ├── ConfigError                  nothing, or something wrong, is configured
    ├── InputError                   an input of a run has the wrong type; also a ValueError
    ├── SdkError                     the installed Flyte SDK is of a version that is not known; also an ImportError
    ├── RunFinishedError             an abort of what has already ended
    ├── AlreadyAnsweredError         an answer to a condition that waits no longer
    ├── WaitTimeoutError             also a TimeoutError
    ├── RunFailedError               a run ended, and did not succeed
    ├── UnknownActionError           a run has no such action; also a KeyError
    ├── NotKeptError                 a log, a report or values that do not exist, or that nobody kept
    ├── LocalError                   the embedded backend or a local run
    └── ApiError                     the backend did not do what it was asked
        ├── TransportError           no answer: DNS, TLS, connection, time-out
        │   ├── CallTimeoutError     a call that hangs; also a TimeoutError
        │   └── SetupError           a setting here keeps every request from being made; also a ConfigError
        ├── FirstMessageTimeoutError a stream says nothing; also a TimeoutError
        ├── DataTooLargeError        inputs or outputs that the backend does not hand out
        ├── ProtocolError            an answer, but not Flyte's (login page, cut stream, garbage)
        └── RpcError                 Flyte's own answer, one class a Connect code
            ├── CanceledError, UnknownError, InvalidArgumentError, DeadlineExceededError, NotFoundError,
            ├── AlreadyExistsError, PermissionDeniedError, ResourceExhaustedError, FailedPreconditionError,
            └── AbortedError, OutOfRangeError, UnimplementedError, InternalError, UnavailableError,
                DataLossError, UnauthenticatedError

No message, hint or repr ever holds a token, a header or the userinfo of a URL: each error redacts itself. Nor does any
hold an escape sequence of a terminal, or a character that turns the direction of text.
"""

from __future__ import annotations

import copy
from typing import ClassVar, TypeVar

from flyte_widgets.redaction import redact
from flyte_widgets.tracebacks import own_lines
from flyte_widgets.untrusted import printable, without_colours

E = TypeVar("E", bound=Exception)


def _inert(text: str) -> str:
    """Take out secrets, and what does something to a terminal: names and messages in it come from anybody."""
    return printable(without_colours(redact(text)))


class FlyteWidgetsError(Exception):
    """Base of all errors of this package. `message` is what happened, `hint` what to try."""

    default_hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message = _inert(message)
        self.hint = self.default_hint if hint is None else _inert(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        return sentences(self.message, self.hint)

    def _render_traceback_(self) -> list[str]:
        """Give what IPython shows: the lines of the user's own code that led here, and the message."""
        return own_lines(self)


class ConfigError(FlyteWidgetsError):
    """No backend is configured, or the configuration cannot be used."""


class SdkError(FlyteWidgetsError, ImportError):
    """The installed Flyte SDK lacks what is needed of it: it is newer or older than the versions that are known."""


class InputError(FlyteWidgetsError, ValueError):
    """A value cannot be an input of a run: of another type, or of one that cannot be written from here."""


class RunFinishedError(FlyteWidgetsError):
    """An abort was refused because what it names has already ended."""

    default_hint = "Nothing was changed. Start a new run if you want the work done again."


class AlreadyAnsweredError(FlyteWidgetsError):
    """A condition has its answer already, or waits no longer: it was answered before, timed out or was aborted."""

    default_hint = "Nothing was changed: the first answer stands."


class WaitTimeoutError(FlyteWidgetsError, TimeoutError):
    """`wait(timeout=...)` ran out of time. The run goes on."""

    default_hint = "The run goes on: call wait() again, with a longer timeout, or abort() it."


class RunFailedError(FlyteWidgetsError):
    """A run has ended and did not succeed: it failed, timed out or was aborted."""


class UnknownActionError(FlyteWidgetsError, KeyError):
    """A run has no action with this id."""

    __str__ = FlyteWidgetsError.__str__  # KeyError's own shows the text as a repr


class NotKeptError(FlyteWidgetsError):
    """A log, a report or values do not exist for this action, or nobody has kept them."""


class LocalError(FlyteWidgetsError):
    """The embedded backend could not be started, or a local run not be launched."""


class ApiError(FlyteWidgetsError):
    """The backend did not do what it was asked. `transient` says whether asking again may help."""

    transient: bool = False
    #: Seconds the backend asked to wait before the next try (Retry-After), if it did.
    retry_after_s: float | None = None


class TransportError(ApiError):
    """No answer came: name lookup, TLS, a refused or lost connection, a time-out."""

    transient = True
    default_hint = "Check the endpoint, the network and the proxy."


class SetupError(TransportError, ConfigError):
    """A setting of this machine keeps every request from being made: a proxy, a certificate file, a variable."""

    transient = False
    default_hint = ""


class CallTimeoutError(TransportError, TimeoutError):
    """A call was not answered in time, though the connection stands: the backend hangs, or the call does."""


class FirstMessageTimeoutError(ApiError, TimeoutError):
    """A stream brought nothing within the time its caller set. Often that is normal: ask by a unary call.

    The backend sends no byte, not even headers, before the first message: a run that it does not know looks
    just like a server that is frozen.
    """

    transient = True
    default_hint = "The backend may not know the run, or may not answer at all."


class DataTooLargeError(ApiError):
    """Inputs, outputs or a report are larger than the backend hands out, or than was asked for."""

    default_hint = "Read the data where it is stored: its address is known."


class ProtocolError(ApiError):
    """Something answered, but not as Flyte does: a login page, a cut stream, an oversize frame, garbage."""

    transient = True
    default_hint = "Is the endpoint Flyte's API, and not its console or a login proxy?"


class RpcError(ApiError):
    """Flyte's own error. `code` is the Connect code (`"not_found"`)."""

    code: ClassVar[str] = "unknown"


class CanceledError(RpcError):
    """The call was cancelled, often by a proxy on the way."""

    code, transient = "canceled", True
    default_hint = "It is tried again; if it persists, look at the proxy between you and Flyte."


class UnknownError(RpcError):
    """The backend failed without saying how."""

    code, transient = "unknown", True
    default_hint = "The backend's own log says more."


class InvalidArgumentError(RpcError):
    """The backend does not accept the request."""

    code = "invalid_argument"
    default_hint = "Check org, project, domain and the name of the run."


class DeadlineExceededError(RpcError):
    """The backend, or a proxy, ran out of time."""

    code, transient = "deadline_exceeded", True
    default_hint = "It is tried again; if it persists, the backend is overloaded."


class NotFoundError(RpcError):
    """What was asked for is not there."""

    code = "not_found"
    default_hint = (
        "Check the name, the project and the domain: fw.connect(project=..., domain=...). "
        "What is older than the backend keeps is not found, either."
    )


class AlreadyExistsError(RpcError):
    """What was to be made is already there."""

    code = "already_exists"
    default_hint = "Choose another name."


class PermissionDeniedError(RpcError):
    """The login is known, but may not do this."""

    code = "permission_denied"
    default_hint = "Ask the owner of the project for access, or log in as someone who has it."


class ResourceExhaustedError(RpcError):
    """Too many requests, or a quota is used up."""

    code, transient = "resource_exhausted", True
    default_hint = "It is tried again, more slowly."


class FailedPreconditionError(RpcError):
    """The run or action is not in a state that allows this."""

    code = "failed_precondition"
    default_hint = "Look at its phase first."


class AbortedError(RpcError):
    """The backend gave the call up, usually because of a conflicting one."""

    code, transient = "aborted", True
    default_hint = "Try again."


class OutOfRangeError(RpcError):
    """A page or value beyond the end was asked for."""

    code = "out_of_range"
    default_hint = "Read the list again from its beginning."


class UnimplementedError(RpcError):
    """The backend does not have this call."""

    code = "unimplemented"
    default_hint = "Check that the endpoint is a Flyte 2 API (the devbox: http://localhost:30080)."


class InternalError(RpcError):
    """The backend broke."""

    code, transient = "internal", True
    default_hint = "It is tried again; the backend's own log says more."


class UnavailableError(RpcError):
    """The backend is down, restarting or overloaded."""

    code, transient = "unavailable", True
    default_hint = "It is tried again until it answers."


class DataLossError(RpcError):
    """The backend lost data."""

    code = "data_loss"
    default_hint = "Tell whoever runs the backend."


class UnauthenticatedError(RpcError):
    """A login is needed, or the one given is not accepted or has expired."""

    code = "unauthenticated"
    default_hint = "Log in again (flyte.init), or give a token: fw.connect(endpoint=..., auth=...)."


def copy_error(error: E) -> E:
    """Copy an error that is kept, to raise it.

    The traceback of what is raised holds the frames of whoever catches it, and all that these hold, for as long as the
    error itself is held.
    """
    copied = copy.copy(error)
    copied.__cause__ = error.__cause__
    return copied


def sentences(message: str, hint: str) -> str:
    """Join what happened and what to try: a backend's own words often end without a full stop."""
    if not (message and hint):
        return message or hint
    return f"{message}{'' if message.endswith(('.', '!', '?', '…')) else '.'} {hint}"


def __dir__() -> list[str]:
    return sorted(
        name for name, value in globals().items() if isinstance(value, type) and issubclass(value, FlyteWidgetsError)
    )
