"""Facts about the process a run was made by."""

from __future__ import annotations

import json
import os
import platform
import sys
from functools import cache


@cache
def environment_json() -> str:
    """Interpreter, platform, host, process and command as JSON text."""
    return json.dumps({
        "python": platform.python_version(),
        "platform": sys.platform,
        "host": platform.node(),
        "pid": os.getpid(),
        "command": sys.argv[:1],
    })  # fmt: skip
