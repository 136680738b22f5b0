"""Which rules decide, and in which order: the first that has a say wins."""

from __future__ import annotations

from prefect.core.lifecycle.rules.attempts import keep_attempts, refuse_second_runner, refuse_stale_attempts
from prefect.core.lifecycle.rules.endings import finish_cancelling, late_word_of_the_crashed
from prefect.core.lifecycle.rules.retries import retry_failed_runs
from prefect.core.lifecycle.rules.schedule import wait_for_scheduled_time
from prefect.core.lifecycle.rules.slots import wait_for_slots
from prefect.core.lifecycle.transitions import Consequence, Rule

FLOW_RUN_RULES: tuple[Rule, ...] = (
    refuse_stale_attempts,
    finish_cancelling,
    late_word_of_the_crashed,
    refuse_second_runner,
    wait_for_scheduled_time,
    wait_for_slots,
    retry_failed_runs,
)

FLOW_RUN_CONSEQUENCES: tuple[Consequence, ...] = (keep_attempts,)

TASK_RUN_RULES: tuple[Rule, ...] = (
    refuse_stale_attempts,
    finish_cancelling,
    wait_for_scheduled_time,
    wait_for_slots,
)
"""For task runs whose transitions are proposed by request; the engine records its own."""
