-- Generated from storage/tables; schema version 2.
CREATE TABLE account (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	password TEXT,
	role TEXT NOT NULL,
	active SMALLINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE api_key (
	id BYTEA NOT NULL,
	account_id BYTEA,
	name TEXT NOT NULL,
	prefix TEXT NOT NULL,
	digest TEXT NOT NULL,
	role TEXT NOT NULL,
	scopes TEXT NOT NULL,
	expires BIGINT,
	revoked BIGINT,
	last_used BIGINT,
	created BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (digest)
);
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
CREATE TABLE audit (
	id BYTEA NOT NULL,
	moment BIGINT NOT NULL,
	actor TEXT NOT NULL,
	role TEXT,
	address TEXT,
	method TEXT NOT NULL,
	path TEXT NOT NULL,
	status INTEGER NOT NULL,
	details TEXT,
	PRIMARY KEY (id)
);
CREATE INDEX audit_by_actor ON audit (actor, moment);
CREATE INDEX audit_by_moment ON audit (moment);
CREATE TABLE automation (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	enabled SMALLINT NOT NULL,
	tags JSONB NOT NULL,
	trigger TEXT NOT NULL,
	actions TEXT NOT NULL,
	actions_on_trigger TEXT NOT NULL,
	actions_on_resolve TEXT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE automation_resource (
	automation_id BYTEA NOT NULL,
	resource_id TEXT NOT NULL,
	owns SMALLINT NOT NULL,
	PRIMARY KEY (automation_id, resource_id)
);
CREATE INDEX automation_resource_by_resource ON automation_resource (resource_id);
CREATE TABLE block_document (
	id BYTEA NOT NULL,
	name TEXT,
	block_type_id BYTEA NOT NULL,
	block_schema_id BYTEA NOT NULL,
	data TEXT NOT NULL,
	is_anonymous SMALLINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (block_type_id, name)
);
CREATE INDEX block_document_by_schema ON block_document (block_schema_id);
CREATE TABLE block_document_reference (
	parent_id BYTEA NOT NULL,
	name TEXT NOT NULL,
	reference_id BYTEA NOT NULL,
	PRIMARY KEY (parent_id, name)
);
CREATE INDEX block_document_reference_by_reference ON block_document_reference (reference_id);
CREATE TABLE block_schema (
	id BYTEA NOT NULL,
	block_type_id BYTEA NOT NULL,
	checksum TEXT NOT NULL,
	version TEXT NOT NULL,
	fields TEXT NOT NULL,
	capabilities JSONB NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (checksum, version)
);
CREATE INDEX block_schema_by_type ON block_schema (block_type_id);
CREATE TABLE block_schema_reference (
	parent_id BYTEA NOT NULL,
	name TEXT NOT NULL,
	reference_id BYTEA NOT NULL,
	PRIMARY KEY (parent_id, name, reference_id)
);
CREATE TABLE block_type (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	slug TEXT NOT NULL,
	logo_url TEXT,
	documentation_url TEXT,
	description TEXT,
	code_example TEXT,
	is_protected SMALLINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (slug)
);
CREATE TABLE concurrency_limit (
	id BYTEA NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	slots INTEGER NOT NULL,
	active SMALLINT NOT NULL,
	slot_decay_per_second FLOAT NOT NULL,
	rate_level FLOAT NOT NULL,
	rate_moment BIGINT NOT NULL,
	denied_slots INTEGER,
	avg_slot_occupancy FLOAT,
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
	holder_type TEXT,
	process TEXT,
	occupy INTEGER NOT NULL,
	acquired BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	PRIMARY KEY (limit_id, holder)
);
CREATE INDEX concurrency_slot_by_holder ON concurrency_slot (holder);
CREATE INDEX concurrency_slot_by_run ON concurrency_slot (run_id);
CREATE TABLE configuration (
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (key)
);
CREATE TABLE csrf_token (
	client TEXT NOT NULL,
	id BYTEA NOT NULL,
	token TEXT NOT NULL,
	expiration BIGINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (client)
);
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
	work_queue_id BYTEA,
	concurrency_limit_id BYTEA,
	concurrency_options TEXT,
	policy TEXT,
	version_info TEXT,
	storage_document_id BYTEA,
	infrastructure_document_id BYTEA,
	created_by TEXT,
	updated_by TEXT,
	last_polled BIGINT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (flow_id, name)
);
CREATE INDEX deployment_by_created ON deployment (created);
CREATE INDEX deployment_by_tags ON deployment USING gin (tags);
CREATE INDEX deployment_by_work_queue ON deployment (work_queue_id);
CREATE TABLE deployment_schedule (
	id BYTEA NOT NULL,
	deployment_id BYTEA NOT NULL,
	slug TEXT,
	schedule TEXT NOT NULL,
	active SMALLINT NOT NULL,
	parameters TEXT NOT NULL,
	catchup TEXT NOT NULL,
	max_lateness BIGINT,
	max_scheduled_runs INTEGER,
	next_fire_time BIGINT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (deployment_id, slug)
);
CREATE INDEX ix_deployment_schedule_deployment_id ON deployment_schedule (deployment_id);
CREATE INDEX ix_deployment_schedule_next_fire_time ON deployment_schedule (next_fire_time);
CREATE TABLE event (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	resource_id TEXT NOT NULL,
	resource TEXT NOT NULL,
	related TEXT NOT NULL,
	payload TEXT NOT NULL,
	occurred BIGINT NOT NULL,
	received BIGINT NOT NULL,
	follows BYTEA,
	PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);
CREATE TABLE event_default PARTITION OF event DEFAULT;
CREATE INDEX event_by_name ON event (name text_pattern_ops, occurred);
CREATE INDEX event_by_occurred ON event (occurred);
CREATE INDEX event_by_received ON event (received);
CREATE INDEX event_by_resource ON event (resource_id text_pattern_ops, occurred);
CREATE TABLE event_resource (
	event_id BYTEA NOT NULL,
	position INTEGER NOT NULL,
	resource_id TEXT NOT NULL,
	role TEXT NOT NULL,
	labels TEXT NOT NULL,
	occurred BIGINT NOT NULL,
	PRIMARY KEY (event_id, position)
)
 PARTITION BY RANGE (event_id);
CREATE TABLE event_resource_default PARTITION OF event_resource DEFAULT;
CREATE INDEX event_resource_by_resource ON event_resource (resource_id text_pattern_ops, occurred);
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
CREATE INDEX flow_by_created ON flow (created);
CREATE INDEX flow_by_tags ON flow USING gin (tags);
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
	work_queue_id BYTEA,
	parameters TEXT NOT NULL,
	context TEXT NOT NULL,
	tags JSONB NOT NULL,
	labels TEXT NOT NULL,
	job_variables TEXT NOT NULL,
	environment TEXT NOT NULL,
	entrypoint TEXT,
	idempotency_key TEXT,
	created_by TEXT,
	empirical_policy TEXT,
	infrastructure_document_id BYTEA,
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
	answered_transition BYTEA,
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
CREATE INDEX flow_run_begun ON flow_run (coalesce(start_time, expected_start_time), id, expected_start_time, start_time, state_type, flow_id, deployment_id, parent_task_run_id);
CREATE INDEX flow_run_by_deployment ON flow_run (deployment_id, expected_start_time);
CREATE INDEX flow_run_by_due ON flow_run (state_type, next_scheduled_start_time);
CREATE INDEX flow_run_by_end ON flow_run (end_time);
CREATE INDEX flow_run_by_flow ON flow_run (flow_id, expected_start_time);
CREATE INDEX flow_run_by_name ON flow_run (name);
CREATE INDEX flow_run_by_parent_task_run ON flow_run (parent_task_run_id) WHERE parent_task_run_id IS NOT NULL;
CREATE INDEX flow_run_by_tags ON flow_run USING gin (tags);
CREATE INDEX flow_run_by_updated ON flow_run (updated);
CREATE INDEX flow_run_by_work_queue ON flow_run (work_queue_id, next_scheduled_start_time);
CREATE INDEX flow_run_timeline ON flow_run (expected_start_time, id, start_time, state_type, run_time, state_timestamp, flow_id, deployment_id, parent_task_run_id);
CREATE TABLE flow_run_input (
	id BYTEA NOT NULL,
	flow_run_id BYTEA NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	sender TEXT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (flow_run_id, key)
);
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
CREATE TABLE saved_search (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	filters TEXT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE service (
	name TEXT NOT NULL,
	due BIGINT NOT NULL,
	holder TEXT,
	done BIGINT NOT NULL,
	error TEXT,
	updated BIGINT NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE session (
	digest TEXT NOT NULL,
	account_id BYTEA NOT NULL,
	expires BIGINT NOT NULL,
	created BIGINT NOT NULL,
	PRIMARY KEY (digest)
);
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
CREATE INDEX slot_history_by_run ON slot_history (run_id);
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
	flow_run_run_count INTEGER,
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
	answered_transition BYTEA,
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
CREATE INDEX task_run_begun ON task_run (start_time, state_type, flow_run_id);
CREATE INDEX task_run_by_flow_run ON task_run (flow_run_id, expected_start_time);
CREATE INDEX task_run_timeline ON task_run (expected_start_time, id, start_time, state_type, run_time, state_timestamp, flow_run_id);
CREATE TABLE task_run_cache (
	task_run_id BYTEA NOT NULL,
	sequence BIGINT NOT NULL,
	cache_key TEXT NOT NULL,
	expires BIGINT,
	created BIGINT NOT NULL,
	PRIMARY KEY (task_run_id, sequence)
);
CREATE INDEX task_run_cache_by_key ON task_run_cache (cache_key, created);
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
CREATE TABLE task_worker (
	name TEXT NOT NULL,
	task_keys TEXT NOT NULL,
	seen BIGINT NOT NULL,
	PRIMARY KEY (name)
);
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
CREATE TABLE work_pool (
	id BYTEA NOT NULL,
	name TEXT NOT NULL,
	description TEXT,
	type TEXT NOT NULL,
	base_job_template TEXT NOT NULL,
	storage_configuration TEXT NOT NULL,
	paused SMALLINT NOT NULL,
	concurrency_limit INTEGER,
	default_queue_id BYTEA,
	status TEXT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE work_queue (
	id BYTEA NOT NULL,
	work_pool_id BYTEA NOT NULL,
	name TEXT NOT NULL,
	description TEXT,
	paused SMALLINT NOT NULL,
	concurrency_limit INTEGER,
	priority INTEGER NOT NULL,
	filter TEXT,
	status TEXT,
	last_polled BIGINT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (work_pool_id, name)
);
CREATE INDEX work_queue_by_priority ON work_queue (work_pool_id, priority);
CREATE TABLE worker (
	id BYTEA NOT NULL,
	work_pool_id BYTEA NOT NULL,
	name TEXT NOT NULL,
	last_heartbeat BIGINT,
	heartbeat_interval INTEGER,
	metadata TEXT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (work_pool_id, name)
);
CREATE INDEX worker_by_heartbeat ON worker (work_pool_id, last_heartbeat);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version (version_num) VALUES ('0002');
