"""What a user of the real Prefect runs, a program a function: `python programs NAME`; the server is PREFECT_API_URL's."""

import sys

import commands  # noqa: F401 - each adds its programs
import durable  # noqa: F401
import endings  # noqa: F401
import running  # noqa: F401
import stored  # noqa: F401
import waiting  # noqa: F401
import working  # noqa: F401
from registry import PROGRAMS

PROGRAMS[sys.argv[1]]()
