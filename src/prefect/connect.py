"""The composition root: from settings to a configuration, a clock and a backend.

Importing this module registers with the engine where it finds them. Nothing is opened until a run needs it.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID

from prefect.core.ids import uuid7
from prefect.core.lifecycle.forms import Forms, provide_forms
from prefect.core.lifecycle.outcome import provide_stored_results
from prefect.core.lifecycle.states import provide_stamps
from prefect.engine.config import EngineConfig, provide_config
from prefect.engine.results.surroundings import surroundings
from prefect.engine.runtime import Places, Runtime, provide_places, provide_runtime
from prefect.exceptions import NotReachable

if TYPE_CHECKING:
    from prefect.client.backend import RemoteBackend
    from prefect.client.transport import TransportOptions
    from prefect.orchestrator.backend import EmbeddedBackend
    from prefect.settings import Settings
    from prefect.storage.store import StoreOptions

KEY_FILE = "results.key"
KEY_BYTES = 32
BLOCKS = "prefect.blocks"
SERVER = "prefect.server"
"""Named, not imported: only the composition root hands a storey the one above it."""

STOPPING = "prefect.engine.calls.stopping"
"""Loaded with the first run on a server, not when flows are defined."""

REMOTE_INTERVAL = 2.0
"""Seconds between two looks at what waits for the server; leases are renewed less often."""
_STRIDE = 1 << 16
"""Low bits of an id that are left to number a run's states."""


class SystemClock:
    """The machine's time, and ids made from it."""

    def __init__(self) -> None:
        self._reseed()
        os.register_at_fork(after_in_child=self._reseed)

    def _reseed(self) -> None:
        self._count = int.from_bytes(os.urandom(8), "big") >> 2 & ~(_STRIDE - 1)

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def new_id(self) -> UUID:
        """A new UUID of version 7."""
        self._count = count = self._count + _STRIDE
        return uuid7(time.time_ns() // 1000, count)

    def random(self) -> float:
        """A number from [0, 1)."""
        return int.from_bytes(os.urandom(7), "big") / (1 << 56)


class Opened(NamedTuple):
    """A backend in use, and how its background duties are ended."""

    backend: Any
    stop: Callable[[], None]

    def close(self) -> None:
        """End the duties, write everything queued and let go."""
        self.stop()
        self.backend.close()


CLOCK = SystemClock()
_configs: dict[str, EngineConfig] = {}
_opened: dict[str, Opened] = {}
_apps: dict[str, Any] = {}
_lock = threading.Lock()


_door: Any = None
_policies: Any = None
_settings: Callable[[], Settings] | None = None


def engine() -> Any:
    """The engine's door (`prefect.engine.door`), imported when a flow or task is first called."""
    global _door
    if _door is None:
        from prefect.engine import door

        _door = door
    return _door


def cache_policies() -> Any:
    """The cache policies (`prefect.engine.results.policies`), imported when the first task is defined."""
    global _policies
    if _policies is None:
        from prefect.engine.results import policies

        _policies = policies
    return _policies


def current_settings() -> Settings:
    """The settings in force here and now; their code is imported when the first flow or task is defined."""
    global _settings
    if _settings is None:
        from prefect.settings import get_current_settings

        _settings = get_current_settings
    return _settings()


def engine_config() -> EngineConfig:
    """The configuration that the current settings amount to."""
    return config_from(current_settings())


def config_from(settings: Settings) -> EngineConfig:
    """Settings as the plain values the engine runs by."""
    key = settings.hash_key()
    known = _configs.get(key)
    if known is None:
        known = _configs[key] = _make_config(settings)
    return known


def _make_config(settings: Settings) -> EngineConfig:
    home = Path(settings.home)
    return EngineConfig(
        home=home,
        results_storage_path=Path(settings.results.local_storage_path),
        results_default_serializer=settings.results.default_serializer,
        results_persist_by_default=settings.results.persist_by_default,
        results_default_storage_block=settings.results.default_storage_block,
        results_allow_untagged=settings.results.allow_untagged,
        results_key=cache(lambda: result_key(home)),
        results_inline_limit=settings.results.inline_limit,
        replay_on_resume=settings.flows.replay_on_resume,
        flow_default_retries=settings.flows.default_retries,
        flow_default_retry_delay_seconds=settings.flows.default_retry_delay_seconds,
        task_default_retries=settings.tasks.default_retries,
        task_default_retry_delay_seconds=settings.tasks.default_retry_delay_seconds,
        task_default_persist_result=settings.tasks.default_persist_result,
        task_default_no_cache=settings.tasks.default_no_cache,
        task_disable_caching=settings.tasks.disable_caching,
        task_refresh_cache=settings.tasks.refresh_cache,
        thread_pool_max_workers=settings.tasks.runner.thread_pool_max_workers,
        process_pool_max_workers=settings.tasks.runner.process_pool_max_workers,
        logging_level=settings.logging.level,
        logging_log_prints=settings.logging.log_prints,
        logging_colors=settings.logging.colors,
        logging_markup=settings.logging.markup,
        logging_to_api_enabled=settings.logging.to_api.enabled,
        logging_to_api_max_log_size=settings.logging.to_api.max_log_size,
        logging_to_api_when_missing_flow=settings.logging.to_api.when_missing_flow,
        logging_config_path=settings.logging.config_path,
        logging_extra_loggers=tuple(settings.logging.extra_loggers or ()),
        internal_logging_level=settings.internal.logging_level,
        secrets=_secrets(settings),
        api_url=settings.api.url,
        ui_url=settings.ui_url,
        test_mode=settings.testing.test_mode,
        debug_mode=settings.debug_mode,
        tag_slot_wait_seconds=settings.server.tasks.tag_concurrency_slot_wait_seconds,
    )


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Passwords and keys that settings hold."""
    api, server = settings.api, settings.server
    found = [api.key, api.auth_string, server.api.auth_string, server.database.password]
    texts = [secret.get_secret_value() for secret in found if secret is not None]
    return tuple(part for text in texts for part in (text, text.partition(":")[2]) if part)


def result_key(home: Path) -> bytes:
    """The key that authenticates results, made on first use, readable to its owner only."""
    path = home / KEY_FILE
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{KEY_FILE}.{os.getpid()}.{threading.get_ident()}")
    if not path.exists():
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()


def database_url(settings: Settings) -> str:
    """Where the record is, by the settings: by default the file `prefect.db` in PREFECT_HOME."""
    url = settings.server.database.connection_url
    assert url is not None  # its default is worked out from other settings
    return str(url.get_secret_value())


def store_options(settings: Settings) -> StoreOptions:
    """How the database of the settings is opened."""
    from prefect.storage.store import StoreOptions

    database = settings.server.database
    return StoreOptions(
        migrate=database.migrate_on_start,
        busy_timeout=database.busy_timeout,
        deciding=min(database.sqlalchemy.pool_size, 4),
        reading=database.sqlalchemy.pool_size + database.sqlalchemy.max_overflow,
        connect_timeout=database.connection_timeout or 5.0,
        statement_timeout=database.timeout,
    )


def embedded_backend(settings: Settings | None = None) -> EmbeddedBackend:
    """The backend on the database of the settings, one per database and process."""
    used = settings or current_settings()
    url = database_url(used)
    with _lock:
        opened = _opened.get(url)
        if opened is None:
            opened = _opened[url] = _open(url, used)
    backend: EmbeddedBackend = opened.backend
    return backend


def _open(url: str, settings: Settings) -> Opened:
    """A backend with its services; what it is made of is imported only now, when a run needs it."""
    from prefect.orchestrator.backend import EmbeddedBackend
    from prefect.orchestrator.processes import this_process
    from prefect.services.embedded import EmbeddedServices
    from prefect.storage.store import open_store

    backend = EmbeddedBackend(open_store(url, this_process(), store_options(settings)), CLOCK)
    return Opened(backend, EmbeddedServices(backend).stop)


def remote_backend(settings: Settings | None = None) -> RemoteBackend:
    """The backend on the server that the settings name, one per server, credentials and process."""
    used = settings or current_settings()
    key = f"{used.api.url} {used.hash_key()}"
    with _lock:
        opened = _opened.get(key)
        if opened is None:
            opened = _opened[key] = _reach(used)
    backend: RemoteBackend = opened.backend
    return backend


def _reach(settings: Settings) -> Opened:
    from prefect.client.backend import Patience, RemoteBackend
    from prefect.client.delivery import Delivery
    from prefect.client.spool import Spool, spool_directory
    from prefect.orchestrator.processes import is_gone, this_process
    from prefect.services.loop import ServiceLoop

    options, process = client_options(settings), this_process()
    spool = Spool(spool_directory(Path(settings.home), str(options.api_url).rstrip("/")), process)
    patience = Patience(settings.client.start_patience_seconds, settings.client.outage_patience_seconds)
    backend = RemoteBackend(options, process, lambda door: Delivery(door, spool, is_gone), patience)
    loop = ServiceLoop("leases", backend.tick, REMOTE_INTERVAL)
    stopping = import_module(STOPPING)
    stopping.listen()
    backend.on_stopping = stopping.stop
    backend.on_first_run = loop.start
    return Opened(backend, loop.stop)


def client_options(settings: Settings) -> TransportOptions:
    """How the API is reached, by the settings."""
    from prefect.client.transport import TransportOptions

    api, client = settings.api, settings.client
    return TransportOptions(
        api_url=api.url,
        api_key=None if api.key is None else api.key.get_secret_value(),
        auth_string=None if api.auth_string is None else api.auth_string.get_secret_value(),
        custom_headers=client.custom_headers,
        tls_verify=not api.tls_insecure_skip_verify,
        tls_cert_file=api.ssl_cert_file,
        http2=api.enable_http2,
        request_timeout=api.request_timeout,
        max_retries=client.max_retries,
        retry_jitter_factor=client.retry_jitter_factor,
        retry_extra_codes=frozenset(client.retry_extra_codes),
        csrf_support=client.csrf_support_enabled,
        server_version_check=client.server_version_check_enabled,
        cloud_api_url=settings.cloud.api_url,
    )


def provide_to_clients() -> None:
    """Tell `prefect.client` how the API is reached; it asks when its first client is made."""
    from prefect.client.inprocess import keep
    from prefect.client.transport import provide_app, provide_client_options

    provide_client_options(lambda: client_options(current_settings()))
    provide_app(lambda: keep(in_process_app()))
    provide_stored_results(_read_referred)


def _read_referred(reference: Mapping[str, object]) -> Any:
    from prefect.engine.results.store import read_referred

    return read_referred(reference)


def load_block(reference: str) -> Any:
    """A saved block by `type-slug/name` or id. It is named, not imported: blocks know this room, not the other way round."""
    return import_module(f"{BLOCKS}.loading").load(reference)


def api_client(blocking: bool) -> Any:
    """A client of the API that the settings name, or of the one in this process; loaded when it is first needed."""
    from prefect.client.orchestration import get_client

    return get_client(sync_client=blocking)


def in_process_app() -> Any:
    """The application that answers clients where no server is named: the server's own, on the embedded database."""
    settings = current_settings()
    url = database_url(settings)
    store = embedded_backend(settings).store
    with _lock:
        app = _apps.get(url)
        if app is None:
            options = import_module(f"{SERVER}.main").options_from(settings, services=False, in_process=True)
            app = _apps[url] = import_module(f"{SERVER}.building").build(store, CLOCK, options)
    return app


def _end_apps(*urls: str) -> None:
    """Shut down what answers clients in this process, before the databases it is on are closed."""
    ending = [app for app in (_apps.pop(url, None) for url in urls) if app is not None]
    if ending:
        from prefect.client.inprocess import evict

        for app in ending:
            evict(app)


def current_runtime() -> Runtime:
    """The runtime that the current settings ask for: on a server where they name one, else on the database."""
    settings = current_settings()
    if settings.api.url:
        return Runtime(remote_backend(settings), CLOCK)
    return Runtime(embedded_backend(settings), CLOCK)


def close_database(settings: Settings) -> None:
    """Write everything queued for the database of the settings and let go of it; nothing happens if it is not open."""
    url = database_url(settings)
    _end_apps(url)
    with _lock:
        opened = _opened.pop(url, None)
    if opened is not None:
        opened.close()


def close_all() -> None:
    """Write everything queued and let go of every database and server."""
    _end_apps(*_apps)
    with _lock:
        found = list(_opened.values())
        _opened.clear()
    for opened in found:
        opened.stop()
    for opened in found:
        opened.backend.close()


def _forget_after_fork() -> None:
    """A forked child has none of its parent's threads, so it opens the database anew."""
    global _lock
    _lock = threading.Lock()
    _opened.clear()
    _apps.clear()


def this_place() -> tuple[str, Settings]:
    """Where this process keeps its record: the machine, and the settings it was opened by."""
    from prefect.orchestrator.processes import this_host

    return this_host(), current_settings()


@contextmanager
def at_place(place: tuple[str, Settings]) -> Iterator[Runtime]:
    """The record of another process, and its settings in force, for as long as the block lasts.

    Raises NotReachable if it is a file of another machine.
    """
    from prefect.orchestrator.processes import this_host
    from prefect.settings.current import InForce, in_force

    host, settings = place
    if host != this_host() and settings.api.url is None and database_url(settings).startswith("sqlite"):
        raise NotReachable(
            f"This task runs on {this_host().partition('/')[0]!r}, but its flow's record is the file"
            f" {database_url(settings).partition('///')[2]!r} of {host.partition('/')[0]!r}. Start a server and set"
            " PREFECT_API_URL to its address where the flow runs."
        )
    given = InForce()
    given.settings = settings
    token = in_force.set(given)
    try:
        yield current_runtime()
    finally:
        in_force.reset(token)


provide_config(engine_config)
provide_stamps(lambda: (CLOCK.now(), CLOCK.new_id().int))
provide_runtime(current_runtime)
provide_forms(lambda: cast(Forms, import_module("prefect.wire.objects.forms")))
provide_places(Places(this_place, at_place))
surroundings.load_storage = load_block
atexit.register(close_all)
os.register_at_fork(after_in_child=_forget_after_fork)
