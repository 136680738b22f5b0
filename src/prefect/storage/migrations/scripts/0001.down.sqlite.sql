-- Takes schema version 1 away.
DROP TABLE variable;
DROP TABLE task_run_state;
DROP TABLE task_run;
DROP TABLE slot_waiter;
DROP TABLE slot_history;
DROP TABLE run_attempt;
DROP TABLE log;
DROP TABLE flow_run_state;
DROP TABLE flow_run;
DROP TABLE flow;
DROP TABLE deployment_schedule;
DROP TABLE deployment;
DROP TABLE concurrency_slot;
DROP TABLE concurrency_limit;
DROP TABLE artifact;
