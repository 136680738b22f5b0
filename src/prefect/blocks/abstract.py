"""What blocks of a kind have in common: credentials, jobs, databases, object stores, secret stores, notifications."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeAlias, TypeVar

from prefect.blocks.core import Block
from prefect.engine.context import FlowRunContext
from prefect.engine.logs.loggers import get_run_logger
from prefect.exceptions import MissingContextError

__all__ = [
    "CredentialsBlock",
    "DatabaseBlock",
    "JobBlock",
    "JobRun",
    "NotificationBlock",
    "NotificationError",
    "ObjectStorageBlock",
    "SecretBlock",
]

T = TypeVar("T")
Parameters: TypeAlias = dict[str, Any]
Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]


def _logger_of(found: object) -> Logger:
    """The current run's logger, or one named after the class."""
    if FlowRunContext.current.get() is not None:
        with suppress(MissingContextError):
            return get_run_logger()
    return logging.getLogger(f"prefect.{type(found).__name__}")


class _Logging(Block, ABC):
    @property
    def logger(self) -> Logger:
        """The current run's logger; outside of runs one named after the class."""
        return _logger_of(self)


class CredentialsBlock(_Logging, ABC):
    """Signs in to a service."""

    @abstractmethod
    def get_client(self, *args: object, **kwargs: object) -> Any:
        """A client of the service that is signed in."""


class NotificationError(Exception):
    """A notification was not delivered.

    Args:
        log: what the service said.
    """

    def __init__(self, log: str) -> None:
        super().__init__(log)
        self.log = log


class NotificationBlock(_Logging, ABC):
    """Tells people something."""

    _block_schema_capabilities = ["notify"]  # noqa: RUF012 - pydantic knows it for no field
    _raise_on_failure: bool = False

    @abstractmethod
    def notify(self, body: str, subject: str | None = None) -> Any:
        """Send a message; may be asynchronous."""

    @contextmanager
    def raise_on_failure(self) -> Iterator[None]:
        """Within the block, a message that is not delivered raises NotificationError instead of being logged."""
        before, self._raise_on_failure = self._raise_on_failure, True
        try:
            yield
        finally:
            self._raise_on_failure = before


class JobRun(ABC, Generic[T]):
    """A job that was started somewhere else."""

    @property
    def logger(self) -> Logger:
        """The current run's logger; outside of runs one named after the class."""
        return _logger_of(self)

    @abstractmethod
    async def wait_for_completion(self) -> None:
        """Wait until the job has ended."""

    @abstractmethod
    async def fetch_result(self) -> T:
        """What the job came to."""


class JobBlock(_Logging, ABC):
    """Starts a job somewhere else."""

    @abstractmethod
    async def trigger(self) -> JobRun[Any]:
        """Start the job, and return it while it runs."""


class DatabaseBlock(_Logging, ABC):
    """Speaks to a database."""

    @abstractmethod
    async def fetch_one(
        self, operation: str, parameters: Parameters | None = None, **execution_kwargs: object
    ) -> tuple[Any, ...]:
        """The next row of a query."""

    @abstractmethod
    async def fetch_many(
        self,
        operation: str,
        parameters: Parameters | None = None,
        size: int | None = None,
        **execution_kwargs: object,
    ) -> list[tuple[Any, ...]]:
        """The next `size` rows of a query."""

    @abstractmethod
    async def fetch_all(
        self, operation: str, parameters: Parameters | None = None, **execution_kwargs: object
    ) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    @abstractmethod
    async def execute(self, operation: str, parameters: Parameters | None = None, **execution_kwargs: object) -> None:
        """Run a statement that returns nothing."""

    @abstractmethod
    async def execute_many(
        self, operation: str, seq_of_parameters: list[Parameters], **execution_kwargs: object
    ) -> None:
        """Run a statement with each of several sets of parameters."""


class ObjectStorageBlock(_Logging, ABC):
    """Copies files from and to an object store."""

    @abstractmethod
    async def download_object_to_path(self, from_path: str, to_path: str | Path, **download_kwargs: object) -> Path:
        """Download an object into a file."""

    @abstractmethod
    async def download_object_to_file_object(
        self, from_path: str, to_file_object: BinaryIO, **download_kwargs: object
    ) -> BinaryIO:
        """Download an object into an open file."""

    @abstractmethod
    async def download_folder_to_path(self, from_folder: str, to_folder: str | Path, **download_kwargs: object) -> Path:
        """Download a folder."""

    @abstractmethod
    async def upload_from_path(self, from_path: str | Path, to_path: str, **upload_kwargs: object) -> str:
        """Upload a file."""

    @abstractmethod
    async def upload_from_file_object(self, from_file_object: BinaryIO, to_path: str, **upload_kwargs: object) -> str:
        """Upload an open file."""

    @abstractmethod
    async def upload_from_folder(self, from_folder: str | Path, to_folder: str, **upload_kwargs: object) -> str:
        """Upload a folder."""


class SecretBlock(_Logging, ABC):
    """Reads and writes a secret that another service keeps."""

    @abstractmethod
    async def read_secret(self) -> bytes:
        """The secret."""

    @abstractmethod
    async def write_secret(self, secret_data: bytes) -> str:
        """Store the secret, and return its path or id."""
