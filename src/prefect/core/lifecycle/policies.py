"""Which rules decide, and in which order: the first that has a say wins.

The engine's proposals are decided by `FLOW_RUN_RULES`; it records its task runs without asking. What clients of the API
propose is decided by the two policies below.
"""

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
from prefect.core.lifecycle.rules.requests.around import note_flow_run_try, run_within_running_flows
from prefect.core.lifecycle.rules.requests.caching import keep_in_cache, use_cached_state
from prefect.core.lifecycle.rules.requests.endings import (
    cancel_without_infrastructure,
    claim_once,
    count_anew,
    keep_cancelling,
    keep_completed_flow_runs,
    keep_completed_task_runs,
    keep_results,
    keep_the_end_of_tasks,
    start_anew_by_deployment,
)
from prefect.core.lifecycle.rules.requests.lateness import mark_late_once
from prefect.core.lifecycle.rules.requests.pauses import go_on_in_time, note_pauses, stop_what_runs
from prefect.core.lifecycle.rules.requests.retries import (
    name_further_tries,
    retry_failed_flow_runs,
    retry_failed_task_runs,
)
from prefect.core.lifecycle.rules.requests.schedule import copy_scheduled_time, wait_whole_seconds
from prefect.core.lifecycle.rules.requests.slots import (
    hold_deployment_slot,
    hold_tag_slots,
    name_deployment_lease,
    wait_for_deployment_slot,
    wait_for_tag_slots,
)
from prefect.core.lifecycle.rules.retries import retry_failed_runs
from prefect.core.lifecycle.rules.schedule import keep_scheduled_time, wait_for_scheduled_time
from prefect.core.lifecycle.rules.slots import wait_for_slots
from prefect.core.lifecycle.transitions import Consequence, Policy, Rule

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

# --- what clients of the API propose, who have no attempts

API_FLOW_RUN_RULES: tuple[Rule, ...] = (
    keep_cancelling,
    claim_once,
    keep_results,
    keep_completed_flow_runs,
    start_anew_by_deployment,
    refuse_second_runner,
    mark_late_once,
    stop_what_runs,
    go_on_in_time,
    cancel_without_infrastructure,
    wait_whole_seconds,
    wait_for_deployment_slot,
    retry_failed_flow_runs,
)
API_TASK_RUN_RULES: tuple[Rule, ...] = (
    keep_the_end_of_tasks,
    keep_completed_task_runs,
    use_cached_state,
    run_within_running_flows,
    wait_for_tag_slots,
    wait_whole_seconds,
    retry_failed_task_runs,
)

API_FLOW_RUNS = Policy(
    API_FLOW_RUN_RULES,
    consequences=(keep_attempts, hold_deployment_slot, note_pauses),
    even_if_forced=(keep_results, cancel_without_infrastructure),
    finishing=(copy_scheduled_time, name_deployment_lease),
)
API_TASK_RUNS = Policy(
    API_TASK_RUN_RULES,
    consequences=(count_anew, hold_tag_slots, keep_in_cache, note_flow_run_try),
    finishing=(copy_scheduled_time, name_further_tries),
)
