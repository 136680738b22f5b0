"""The corpus: importing this package imports every theme and fills `tests.compat.support.CASES`."""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
