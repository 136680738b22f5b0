-- Schema version 1.
CREATE TABLE artifact (
	id BYTEA NOT NULL,
	key TEXT,
	type TEXT,
	data TEXT,
	description TEXT,
	metadata TEXT,
	flow_run_id BYTEA,
	task_run_id BYTEA,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX artifact_by_flow_run ON artifact (flow_run_id);
CREATE INDEX artifact_by_key ON artifact (key, updated);
CREATE TABLE concurrency_limit (
	id BYTEA NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	slots INTEGER NOT NULL,
	active SMALLINT NOT NULL,
	slot_decay_per_second FLOAT NOT NULL,
	rate_level FLOAT NOT NULL,
	rate_moment BIGINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (kind, name)
);
CREATE TABLE concurrency_slot (
	limit_id BYTEA NOT NULL,
	holder BYTEA NOT NULL,
	run_id BYTEA,
	attempt INTEGER,
	process TEXT,
	occupy INTEGER NOT NULL,
	acquired BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	PRIMARY KEY (limit_id, holder)
);
CREATE INDEX concurrency_slot_by_holder ON concurrency_slot (holder);
CREATE INDEX concurrency_slot_by_run ON concurrency_slot (run_id);
CREATE TABLE deployment (
	id BYTEA NOT NULL,
	flow_id BYTEA NOT NULL,
	name TEXT NOT NULL,
	version TEXT,
	description TEXT,
	paused SMALLINT NOT NULL,
	status TEXT NOT NULL,
	tags JSONB NOT NULL,
	labels TEXT NOT NULL,
	parameters TEXT NOT NULL,
	parameter_openapi_schema TEXT,
	enforce_parameter_schema SMALLINT NOT NULL,
	job_variables TEXT NOT NULL,
	pull_steps TEXT,
	entrypoint TEXT,
	path TEXT,
	work_pool_name TEXT,
	work_queue_name TEXT,
	concurrency_limit INTEGER,
	concurrency_options TEXT,
	policy TEXT,
	last_polled BIGINT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (flow_id, name)
);
CREATE TABLE deployment_schedule (
	id BYTEA NOT NULL,
	deployment_id BYTEA NOT NULL,
	slug TEXT,
	schedule TEXT NOT NULL,
	active SMALLINT NOT NULL,
	parameters TEXT NOT NULL,
	catchup TEXT NOT NULL,
	max_lateness BIGINT,
	next_fire_time BIGINT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (deployment_id, slug)
);
CREATE INDEX ix_deployment_schedule_deployment_id ON deployment_schedule (deployment_id);
CREATE INDEX ix_deployment_schedule_next_fire_time ON deployment_schedule (next_fire_time);
CREATE TABLE flow (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	tags JSONB NOT NULL,
	labels TEXT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE flow_run (
	id BYTEA NOT NULL,
	flow_id BYTEA NOT NULL,
	name TEXT NOT NULL,
	flow_version TEXT,
	deployment_id BYTEA,
	deployment_version TEXT,
	schedule_id BYTEA,
	fire_time BIGINT,
	work_pool_name TEXT,
	work_queue_name TEXT,
	parameters TEXT NOT NULL,
	context TEXT NOT NULL,
	tags JSONB NOT NULL,
	labels TEXT NOT NULL,
	job_variables TEXT NOT NULL,
	environment TEXT NOT NULL,
	entrypoint TEXT,
	idempotency_key TEXT,
	created_by TEXT,
	parent_task_run_id BYTEA,
	parent_flow_run_id BYTEA,
	root_flow_run_id BYTEA,
	auto_scheduled SMALLINT NOT NULL,
	infrastructure_pid TEXT,
	retries INTEGER NOT NULL,
	retry_delay FLOAT NOT NULL,
	attempt INTEGER NOT NULL,
	run_count INTEGER NOT NULL,
	version INTEGER NOT NULL,
	sequence BIGINT NOT NULL,
	state_id BYTEA,
	state_type TEXT,
	state_name TEXT,
	state_timestamp BIGINT,
	state_message TEXT,
	state_details TEXT,
	state_data TEXT,
	expected_start_time BIGINT,
	next_scheduled_start_time BIGINT,
	start_time BIGINT,
	end_time BIGINT,
	run_time BIGINT NOT NULL,
	failure TEXT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (flow_id, idempotency_key),
	UNIQUE (deployment_id, schedule_id, fire_time)
);
CREATE INDEX flow_run_by_flow ON flow_run (flow_id, expected_start_time);
CREATE INDEX flow_run_by_name ON flow_run (name);
CREATE INDEX flow_run_by_parent ON flow_run (parent_task_run_id);
CREATE INDEX flow_run_by_start ON flow_run (expected_start_time);
CREATE INDEX flow_run_by_state ON flow_run (state_type, expected_start_time);
CREATE TABLE flow_run_state (
	flow_run_id BYTEA NOT NULL,
	sequence BIGINT NOT NULL,
	id BYTEA NOT NULL,
	attempt INTEGER,
	type TEXT NOT NULL,
	name TEXT NOT NULL,
	timestamp BIGINT NOT NULL,
	message TEXT,
	details TEXT,
	data TEXT,
	reason TEXT,
	PRIMARY KEY (flow_run_id, sequence)
)
 PARTITION BY RANGE (flow_run_id);
CREATE TABLE flow_run_state_default PARTITION OF flow_run_state DEFAULT;
CREATE INDEX flow_run_state_by_id ON flow_run_state (id);
CREATE TABLE log (
	id BYTEA NOT NULL,
	flow_run_id BYTEA,
	task_run_id BYTEA,
	attempt INTEGER,
	position INTEGER,
	name TEXT NOT NULL,
	level INTEGER NOT NULL,
	message TEXT NOT NULL,
	timestamp BIGINT NOT NULL,
	PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);
CREATE TABLE log_default PARTITION OF log DEFAULT;
CREATE INDEX log_by_flow_run ON log (flow_run_id, timestamp);
CREATE INDEX log_by_task_run ON log (task_run_id);
CREATE TABLE run_attempt (
	run_id BYTEA NOT NULL,
	attempt INTEGER NOT NULL,
	holder TEXT NOT NULL,
	started BIGINT NOT NULL,
	renewed BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	ended BIGINT,
	PRIMARY KEY (run_id, attempt)
);
CREATE INDEX run_attempt_live ON run_attempt (ended, expires);
CREATE TABLE slot_history (
	limit_id BYTEA NOT NULL,
	holder BYTEA NOT NULL,
	run_id BYTEA,
	occupy INTEGER NOT NULL,
	waited_since BIGINT,
	acquired BIGINT NOT NULL,
	released BIGINT,
	PRIMARY KEY (limit_id, holder)
);
CREATE TABLE slot_waiter (
	limit_id BYTEA NOT NULL,
	holder BYTEA NOT NULL,
	run_id BYTEA,
	process TEXT,
	occupy INTEGER NOT NULL,
	since BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	PRIMARY KEY (limit_id, holder)
);
CREATE TABLE task_run (
	id BYTEA NOT NULL,
	flow_run_id BYTEA,
	parent_task_run_id BYTEA,
	task_name TEXT NOT NULL,
	task_key TEXT NOT NULL,
	dynamic_key TEXT NOT NULL,
	map_index INTEGER,
	call_key BYTEA,
	task_version TEXT,
	tags JSONB,
	labels TEXT,
	task_inputs TEXT,
	policy TEXT,
	created BIGINT NOT NULL,
	preview TEXT,
	name TEXT NOT NULL,
	cache_key TEXT,
	cache_expiration BIGINT,
	attempt INTEGER NOT NULL,
	run_count INTEGER NOT NULL,
	sequence BIGINT NOT NULL,
	state_id BYTEA,
	state_type TEXT,
	state_name TEXT,
	state_timestamp BIGINT,
	state_message TEXT,
	state_details TEXT,
	state_data TEXT,
	expected_start_time BIGINT,
	submitted_time BIGINT,
	start_time BIGINT,
	end_time BIGINT,
	run_time BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	result_kind TEXT,
	result BYTEA,
	reused_from BYTEA,
	failure TEXT,
	PRIMARY KEY (id)
);
CREATE INDEX task_run_by_flow_run ON task_run (flow_run_id, expected_start_time);
CREATE TABLE task_run_state (
	task_run_id BYTEA NOT NULL,
	sequence BIGINT NOT NULL,
	id BYTEA NOT NULL,
	attempt INTEGER,
	type TEXT NOT NULL,
	name TEXT NOT NULL,
	timestamp BIGINT NOT NULL,
	message TEXT,
	details TEXT,
	data TEXT,
	PRIMARY KEY (task_run_id, sequence)
)
 PARTITION BY RANGE (task_run_id);
CREATE TABLE task_run_state_default PARTITION OF task_run_state DEFAULT;
CREATE TABLE variable (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	value TEXT,
	tags JSONB NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
