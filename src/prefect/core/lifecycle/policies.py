"""Which rules decide, and in which order: the first that has a say wins."""

from __future__ import annotations

from prefect.core.lifecycle.rules.attempts import (
    keep_attempts,
    refuse_second_claim,
    refuse_second_runner,
    refuse_stale_attempts,
)
from prefect.core.lifecycle.rules.endings import (
    cancel_what_nobody_runs,
    finish_cancelling,
    late_word_of_the_crashed,
)
from prefect.core.lifecycle.rules.pauses import (
    end_overdue_pauses,
    pause_once,
    pause_only_what_runs,
    resume_before_starting,
)
from prefect.core.lifecycle.rules.retries import retry_failed_runs
from prefect.core.lifecycle.rules.schedule import keep_scheduled_time, wait_for_scheduled_time
from prefect.core.lifecycle.rules.slots import wait_for_slots
from prefect.core.lifecycle.transitions import Consequence, Rule

FLOW_RUN_RULES: tuple[Rule, ...] = (
    refuse_stale_attempts,
    finish_cancelling,
    cancel_what_nobody_runs,
    late_word_of_the_crashed,
    refuse_second_claim,
    refuse_second_runner,
    pause_once,
    pause_only_what_runs,
    resume_before_starting,
    end_overdue_pauses,
    wait_for_scheduled_time,
    wait_for_slots,
    retry_failed_runs,
    keep_scheduled_time,
)

FLOW_RUN_CONSEQUENCES: tuple[Consequence, ...] = (keep_attempts,)

TASK_RUN_RULES: tuple[Rule, ...] = (
    refuse_stale_attempts,
    finish_cancelling,
    wait_for_scheduled_time,
    wait_for_slots,
    keep_scheduled_time,
)
"""For task runs whose transitions are proposed by request; the engine records its own."""
