"""`prefect server database`: the commands for the schema and the size of the record."""

from __future__ import annotations

from prefect.cli.app import Room

database = Room(
    "database",
    "The database: its schema, and its size. They work on the database of the settings, whatever server there is.",
    {
        "upgrade": ("servers.schema:upgrade", "Bring its schema up to date."),
        "downgrade": ("servers.schema:downgrade", "Take its schema back to an earlier version."),
        "reset": ("servers.schema:reset", "Delete everything in it."),
        "stamp": ("servers.schema:stamp", "Note a version without changing anything."),
        "revision": ("servers.schema:make_revision", "Write the next step of the schema, for those who change it."),
        "vacuum": ("servers.vacuum:vacuum", "Cut what is old, and give its space back."),
    },
)
