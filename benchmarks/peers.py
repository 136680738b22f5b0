"""The two interpreters: ours with this checkout's `src`, and one with the real Prefect, made when missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ORACLE_VARIABLE = "HEADRACE_BENCH_ORACLE"
# Prefect 3.8.8 names no upper bounds for these and does not run with later ones.
PINS = ("prefect==3.8.8", "fastapi<0.140", "sqlalchemy<2.1", "starlette<1.4", "pydantic<2.14")
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
}


@dataclass(frozen=True)
class Peer:
    """One implementation to be measured: a name for reports and how to start its Python."""

    name: str
    title: str
    python: Path
    path: tuple[Path, ...]
    home_template: Path | None = field(default=None)

    def environment(self, home: Path) -> dict[str, str]:
        """The variables of a measured process: nothing of the user's Prefect, byte code as usual."""
        dropped = ("PREFECT_", "PYTHON", "HEADRACE_BENCH_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept | {
            **QUIET,
            "PREFECT_HOME": str(home),
            "PYTHONPATH": os.pathsep.join(map(str, self.path)),
            "HEADRACE_BENCH_PEER": self.name,
        }


def ours() -> Peer:
    """The interpreter this runs under, with this checkout's package, its byte code compiled."""
    peer = Peer("headrace", "Headrace", Path(sys.executable), (ROOT / "src", ROOT))
    _compile(peer, ROOT / "src")
    return peer


def prefect(scratch: Path) -> Peer:
    """The real Prefect: in the environment `HEADRACE_BENCH_ORACLE` names, else in one made in the cache.

    Raises RuntimeError, naming the command to try by hand, if it cannot be installed.
    """
    given = os.environ.get(ORACLE_VARIABLE)
    folder = Path(given) if given else _own_environment()
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    template = scratch / "prefect-home"
    peer = Peer("prefect", "", python, (ROOT,))
    version = _output(peer, scratch, "import prefect; print(prefect.__version__)")
    _compile(peer, Path(_output(peer, scratch, "import sysconfig; print(sysconfig.get_paths()['purelib'])")))
    return Peer("prefect", f"Prefect {version}", python, (ROOT,), template)


def warm_home(peer: Peer) -> None:
    """Let Prefect make and migrate a database once, to be copied for the runs, which do not time that."""
    if peer.home_template is None or peer.home_template.exists():
        return
    peer.home_template.mkdir(parents=True)
    command = [str(peer.python), "-m", "benchmarks.scenarios.hello"]
    environment = peer.environment(peer.home_template)
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, timeout=300)


def fresh_home(peer: Peer, place: Path, warmed: bool) -> Path:
    """A new home; with the migrated database of `warm_home` if `warmed` and there is one."""
    if warmed and peer.home_template is not None:
        warm_home(peer)
        shutil.copytree(peer.home_template, place)
    else:
        place.mkdir()
    return place


def _own_environment() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "headrace-bench" / PINS[0].replace("==", "-")
    ready = folder / ".ready"
    if ready.exists() and ready.read_text() == "\n".join(PINS):
        return folder
    print(f"installing {PINS[0]} into {folder} (once) ...", file=sys.stderr, flush=True)
    venv.create(folder, with_pip=True, clear=folder.exists())
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(
            f"Prefect could not be installed: {done.stderr.strip()[-1000:]}\nTry it by hand: {' '.join(command)}; "
            f"or measure Headrace alone with --no-peer; or name an environment that has it in {ORACLE_VARIABLE}."
        )
    ready.write_text("\n".join(PINS))
    return folder


def _compile(peer: Peer, folder: Path) -> None:
    """Byte code for everything, so that no measured process is the first to import something."""
    command = [str(peer.python), "-m", "compileall", "-q", "-j", "0", str(folder)]
    subprocess.run(command, env=peer.environment(ROOT), check=False, capture_output=True)


def _output(peer: Peer, home: Path, program: str) -> str:
    command = [str(peer.python), "-c", program]
    done = subprocess.run(command, env=peer.environment(home), capture_output=True, text=True, check=True)
    return done.stdout.strip()
