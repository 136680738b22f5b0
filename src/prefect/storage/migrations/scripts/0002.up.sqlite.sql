-- Generated from storage/tables: from schema version 1 to 2.
CREATE TABLE account (
	id BLOB NOT NULL,
	name TEXT NOT NULL,
	password TEXT,
	role TEXT NOT NULL,
	active BOOLEAN NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE api_key (
	id BLOB NOT NULL,
	account_id BLOB,
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
CREATE TABLE audit (
	id BLOB NOT NULL,
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
	id BLOB NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	enabled BOOLEAN NOT NULL,
	tags TEXT NOT NULL,
	"trigger" TEXT NOT NULL,
	actions TEXT NOT NULL,
	actions_on_trigger TEXT NOT NULL,
	actions_on_resolve TEXT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE automation_resource (
	automation_id BLOB NOT NULL,
	resource_id TEXT NOT NULL,
	owns BOOLEAN NOT NULL,
	PRIMARY KEY (automation_id, resource_id)
);
CREATE INDEX automation_resource_by_resource ON automation_resource (resource_id);
CREATE TABLE block_document (
	id BLOB NOT NULL,
	name TEXT,
	block_type_id BLOB NOT NULL,
	block_schema_id BLOB NOT NULL,
	data TEXT NOT NULL,
	is_anonymous BOOLEAN NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (block_type_id, name)
);
CREATE INDEX block_document_by_schema ON block_document (block_schema_id);
CREATE TABLE block_document_reference (
	parent_id BLOB NOT NULL,
	name TEXT NOT NULL,
	reference_id BLOB NOT NULL,
	PRIMARY KEY (parent_id, name)
);
CREATE INDEX block_document_reference_by_reference ON block_document_reference (reference_id);
CREATE TABLE block_schema (
	id BLOB NOT NULL,
	block_type_id BLOB NOT NULL,
	checksum TEXT NOT NULL,
	version TEXT NOT NULL,
	fields TEXT NOT NULL,
	capabilities TEXT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (checksum, version)
);
CREATE INDEX block_schema_by_type ON block_schema (block_type_id);
CREATE TABLE block_schema_reference (
	parent_id BLOB NOT NULL,
	name TEXT NOT NULL,
	reference_id BLOB NOT NULL,
	PRIMARY KEY (parent_id, name, reference_id)
);
CREATE TABLE block_type (
	id BLOB NOT NULL,
	name TEXT NOT NULL,
	slug TEXT NOT NULL,
	logo_url TEXT,
	documentation_url TEXT,
	description TEXT,
	code_example TEXT,
	is_protected BOOLEAN NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (slug)
);
ALTER TABLE concurrency_limit ADD COLUMN denied_slots INTEGER;
ALTER TABLE concurrency_limit ADD COLUMN avg_slot_occupancy FLOAT;
ALTER TABLE concurrency_slot ADD COLUMN holder_type TEXT;
CREATE TABLE configuration (
	"key" TEXT NOT NULL,
	value TEXT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE csrf_token (
	client TEXT NOT NULL,
	id BLOB NOT NULL,
	token TEXT NOT NULL,
	expiration BIGINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (client)
);
ALTER TABLE deployment ADD COLUMN work_queue_id BLOB;
ALTER TABLE deployment ADD COLUMN concurrency_limit_id BLOB;
ALTER TABLE deployment ADD COLUMN version_info TEXT;
ALTER TABLE deployment ADD COLUMN storage_document_id BLOB;
ALTER TABLE deployment ADD COLUMN infrastructure_document_id BLOB;
ALTER TABLE deployment ADD COLUMN created_by TEXT;
ALTER TABLE deployment ADD COLUMN updated_by TEXT;
CREATE INDEX deployment_by_created ON deployment (created);
CREATE INDEX deployment_by_work_queue ON deployment (work_queue_id);
ALTER TABLE deployment_schedule ADD COLUMN max_scheduled_runs INTEGER;
CREATE TABLE event (
	id BLOB NOT NULL,
	name TEXT NOT NULL,
	resource_id TEXT NOT NULL,
	resource TEXT NOT NULL,
	related TEXT NOT NULL,
	payload TEXT NOT NULL,
	occurred BIGINT NOT NULL,
	received BIGINT NOT NULL,
	follows BLOB,
	PRIMARY KEY (id)
)
 WITHOUT ROWID;
CREATE INDEX event_by_name ON event (name, occurred);
CREATE INDEX event_by_occurred ON event (occurred);
CREATE INDEX event_by_received ON event (received);
CREATE INDEX event_by_resource ON event (resource_id, occurred);
CREATE TABLE event_resource (
	event_id BLOB NOT NULL,
	position INTEGER NOT NULL,
	resource_id TEXT NOT NULL,
	role TEXT NOT NULL,
	labels TEXT NOT NULL,
	occurred BIGINT NOT NULL,
	PRIMARY KEY (event_id, position)
)
 WITHOUT ROWID;
CREATE INDEX event_resource_by_resource ON event_resource (resource_id, occurred);
CREATE INDEX flow_by_created ON flow (created);
ALTER TABLE flow_run ADD COLUMN work_queue_id BLOB;
ALTER TABLE flow_run ADD COLUMN empirical_policy TEXT;
ALTER TABLE flow_run ADD COLUMN infrastructure_document_id BLOB;
ALTER TABLE flow_run ADD COLUMN answered_transition BLOB;
CREATE INDEX flow_run_begun ON flow_run (coalesce(start_time, expected_start_time), id, expected_start_time, start_time, state_type, flow_id, deployment_id, parent_task_run_id, state_name, name, tags);
CREATE INDEX flow_run_by_deployment ON flow_run (deployment_id, expected_start_time);
CREATE INDEX flow_run_by_due ON flow_run (state_type, next_scheduled_start_time);
CREATE INDEX flow_run_by_end ON flow_run (end_time);
CREATE INDEX flow_run_by_parent_task_run ON flow_run (parent_task_run_id) WHERE parent_task_run_id IS NOT NULL;
CREATE INDEX flow_run_by_updated ON flow_run (updated);
CREATE INDEX flow_run_by_work_queue ON flow_run (work_queue_id, next_scheduled_start_time);
CREATE INDEX flow_run_timeline ON flow_run (expected_start_time, id, start_time, state_type, run_time, state_timestamp, flow_id, deployment_id, parent_task_run_id, state_name, name, tags);
CREATE TABLE flow_run_input (
	id BLOB NOT NULL,
	flow_run_id BLOB NOT NULL,
	"key" TEXT NOT NULL,
	value TEXT NOT NULL,
	sender TEXT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (flow_run_id, "key")
);
CREATE TABLE saved_search (
	id BLOB NOT NULL,
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
	account_id BLOB NOT NULL,
	expires BIGINT NOT NULL,
	created BIGINT NOT NULL,
	PRIMARY KEY (digest)
);
CREATE INDEX slot_history_by_run ON slot_history (run_id);
ALTER TABLE task_run ADD COLUMN flow_run_run_count INTEGER;
ALTER TABLE task_run ADD COLUMN answered_transition BLOB;
CREATE INDEX task_run_begun ON task_run (start_time, state_type, flow_run_id);
CREATE INDEX task_run_timeline ON task_run (expected_start_time, id, start_time, state_type, run_time, state_timestamp, flow_run_id, state_name);
CREATE TABLE task_run_cache (
	task_run_id BLOB NOT NULL,
	sequence INTEGER NOT NULL,
	cache_key TEXT NOT NULL,
	expires BIGINT,
	created BIGINT NOT NULL,
	PRIMARY KEY (task_run_id, sequence)
);
CREATE INDEX task_run_cache_by_key ON task_run_cache (cache_key, created);
CREATE TABLE task_worker (
	name TEXT NOT NULL,
	task_keys TEXT NOT NULL,
	seen BIGINT NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE work_pool (
	id BLOB NOT NULL,
	name TEXT NOT NULL,
	description TEXT,
	type TEXT NOT NULL,
	base_job_template TEXT NOT NULL,
	storage_configuration TEXT NOT NULL,
	paused BOOLEAN NOT NULL,
	concurrency_limit INTEGER,
	default_queue_id BLOB,
	status TEXT,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (name)
);
CREATE TABLE work_queue (
	id BLOB NOT NULL,
	work_pool_id BLOB NOT NULL,
	name TEXT NOT NULL,
	description TEXT,
	paused BOOLEAN NOT NULL,
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
	id BLOB NOT NULL,
	work_pool_id BLOB NOT NULL,
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
DROP INDEX flow_run_by_parent;
DROP INDEX flow_run_by_start;
DROP INDEX flow_run_by_state;
