"""The record of the embedded engine."""

from __future__ import annotations

from alembic import op

from prefect.storage.migrations.steps import perform

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    perform(op.get_bind(), revision, "up")


def downgrade() -> None:
    """Unmake it, with all it holds."""
    perform(op.get_bind(), revision, "down")
