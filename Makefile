# Everything here sets itself up: Python 3.11 or newer and make are all it needs.
#
#   make demo         run the example pipeline and show its record
#   make test         lint, types, import contracts, then every test, fast ones first
#   make lint         the first three of those alone
#   make format       let ruff rewrite what it can
#   make bench        measure against the budgets in docs/architecture.md
#   make docs         write the generated reference pages again
#   make constraints  choose the pinned versions anew
#   make clean        forget the virtual environment, the demo's record and all caches

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench docs constraints clean

# Some containers switch byte code off, which makes every start of Python slower and figures meaningless.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# The first Python that is new enough; name another with `make PYTHON=...`.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable

# One stamp per set of extras: installed again only when what is to be installed has changed.
DEMO_READY := $(VENV)/.demo-ready
TEST_READY := $(VENV)/.test-ready

help:
	@sed -n 's/^#   //p' Makefile

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Headrace needs Python 3.11 or newer; none was found on PATH. Name one: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(DEMO_READY): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) ".[demo]"
	@touch $@

$(TEST_READY): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) ".[dev]"
	@touch $@ $(DEMO_READY)

# The record of the demo lives in .demo and grows with each run; `make clean` starts it afresh.
demo: export PREFECT_HOME = $(CURDIR)/.demo
demo: $(DEMO_READY)
	@BIN=$(BIN) sh examples/demo.sh

test: lint
	$(BIN)/python -m pytest

lint: $(TEST_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(TEST_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TEST_READY)
	$(BIN)/python -m benchmarks

docs: $(TEST_READY)
	$(BIN)/python docs/generate.py

constraints: $(BIN)/python
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --upgrade --quiet --universal --python-version 3.11 --all-extras \
		--no-emit-package headrace --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--output-file constraints.new
	@{ sed -n 1p constraints.txt; cat constraints.new; } > constraints.newest && mv constraints.newest constraints.txt
	@rm constraints.new

clean:
	rm -rf $(VENV) .demo .coverage htmlcov .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
