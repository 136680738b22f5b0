"""What the server records: events, blocks, work pools, automations, access."""

from __future__ import annotations

from alembic import op

from prefect.storage.migrations.steps import perform

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add it."""
    perform(op.get_bind(), revision, "up")


def downgrade() -> None:
    """Take it away, with all it holds."""
    perform(op.get_bind(), revision, "down")
