"""What a command says, and the words in which commands fail."""

from dataclasses import dataclass

from resolvers.errors import Problem


@dataclass(frozen=True)
class Streams:
    """What a command wrote to its two outputs."""

    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True)
class Told:
    """What a command says: of the original's own commands a text, of those of Airflow's command line two outputs.

    `warnings` are what the caller should know besides.
    """

    output: str | Streams
    warnings: tuple[str, ...] = ()
    status: int = 200


class UsageError(Exception):
    """Parameters that Airflow's command line would not have understood."""


class FailedError(Exception):
    """A command that fails, with the class of Airflow's that its clients know."""

    def __init__(self, detail: str, kind: str = "airflow.exceptions.AirflowException") -> None:
        super().__init__(detail)
        self.kind = kind


def said(text: str, *warnings: str) -> Told:
    """Return what a command prints."""
    return Told(Streams(text), warnings)


def failure(error: FailedError | Problem) -> str:
    """Return an error as Python prints one that nobody caught, save for where it happened."""
    if isinstance(error, FailedError):
        return f"Traceback (most recent call last):\n{error.kind}: {error}\n"
    detail = f"{error.detail} {error.hint}" if error.hint else error.detail
    return f"Traceback (most recent call last):\nairflow.exceptions.AirflowException: {detail}\n"


def misuse(command: str, error: UsageError) -> Streams:
    """Return what the command line says to parameters that it does not understand."""
    return Streams(f"usage: airflow {command} [-h]\n", f"\nairflow {command} command error: {error}, see help above.\n")
