#!/bin/sh
# Runs the ledger pipeline, then asks the record what happened. `make demo` calls it with BIN and PREFECT_HOME set.
set -eu

show() { # prints a command as a person would type it, then runs it
    printf '\n$ %s\n' "$*"
    command="$1"
    shift
    "$BIN/$command" "$@"
}

show python -m examples.ledger --warehouse "sqlite:///.demo/warehouse.db"

show prefect flow-run ls --limit 5
run=$("$BIN/prefect" flow-run ls --limit 1 --output json |
    "$BIN/python" -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])')
show prefect flow-run inspect "$run"
show prefect task-run ls --limit 15
show prefect artifact ls
show prefect artifact inspect ledger-load --limit 1

cat <<END

Kill it halfway next time (kill -9, or Ctrl-C). What was booked stays booked, and this finishes the rest:
PREFECT_HOME=.demo $BIN/prefect flow-run retry ID
END
