-- What the daemon keeps for itself. These tables stand in the second schema, <schema>_sync, beside
-- the tables people query.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

CREATE TABLE lease (
    epoch      bigint      PRIMARY KEY,
    holder     text        NOT NULL,
    renewed_at timestamptz NOT NULL,
    vitals     json,
    is_only    boolean     NOT NULL DEFAULT true UNIQUE CONSTRAINT there_is_one_lease CHECK (is_only)
);
COMMENT ON TABLE lease IS
    'Who may write the mirror. Every write transaction locks the row of its epoch; a take-over changes the epoch.';

CREATE TABLE workspace (
    id       text        NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    is_only  boolean     PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_workspace CHECK (is_only)
);
COMMENT ON TABLE workspace IS
    'The workspace this mirror belongs to. A token of another one is refused.';

CREATE TABLE resource_state (
    resource         text        PRIMARY KEY,
    api_version      text,
    fingerprint      bigint,
    redecoded_to     text,
    phase            text        NOT NULL DEFAULT 'waiting'
                     CONSTRAINT phase_is_known
                     CHECK (phase IN ('waiting', 'first mirror', 'live', 'sweep', 'forbidden', 'needs_token')),
    complete_since   timestamptz,
    poll_cursor      timestamptz,
    last_poll_at     timestamptz,
    last_sweep_at    timestamptz,
    sweep_due        boolean     NOT NULL DEFAULT false,
    expected_records bigint,
    fuse_candidates  bigint,
    fuse_limit       bigint,
    trouble          text,
    trouble_since    timestamptz,
    updated_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE resource_state IS 'How far each resource is mirrored, and what stands in its way.';

CREATE TABLE stream_state (
    resource    text    NOT NULL,
    stream      text    NOT NULL,
    slice       integer NOT NULL,
    slice_from  bigint,
    slice_until bigint,
    position    text,
    records     bigint  NOT NULL DEFAULT 0,
    is_done     boolean NOT NULL DEFAULT false,
    started_at  timestamptz,
    PRIMARY KEY (resource, stream, slice)
);
COMMENT ON TABLE stream_state IS
    'Progress of walks: a row for each slice of created_at (unix seconds, from exclusive, until inclusive; NULL is open).';

CREATE TABLE refetch (
    resource  text        NOT NULL,
    id        text        NOT NULL,
    part      text        NOT NULL DEFAULT '',
    lane      smallint    NOT NULL,
    reason    text        NOT NULL,
    list_hash bigint,
    version   bigint      NOT NULL DEFAULT 1,
    attempts  integer     NOT NULL DEFAULT 0,
    next_at   timestamptz NOT NULL DEFAULT '-infinity',
    is_held   boolean     NOT NULL DEFAULT false,
    noted_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (resource, id, part)
);
CREATE INDEX refetch_by_lane ON refetch (lane, next_at) WHERE NOT is_held;
COMMENT ON TABLE refetch IS
    'Records (part empty) and child lists (part names the table) to be read alone. Held rows wait for the end of a sweep.';

CREATE TABLE run (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resource    text        NOT NULL,
    kind        text        NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    outcome     text        NOT NULL DEFAULT 'running',
    pages       bigint      NOT NULL DEFAULT 0,
    records     bigint      NOT NULL DEFAULT 0,
    applied     bigint      NOT NULL DEFAULT 0,
    detail      text
);
CREATE INDEX run_by_time ON run (started_at);
COMMENT ON TABLE run IS 'Passes over a resource: first mirrors, polls, sweeps. Quiet polls are not kept.';

CREATE TABLE dead_letter (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resource   text        NOT NULL,
    record_id  text,
    projection text        NOT NULL CHECK (projection IN ('list', 'get')),
    reason     text        NOT NULL,
    bytes      bytea       NOT NULL,
    digest     bytea       NOT NULL GENERATED ALWAYS AS (sha256(bytes)) STORED,
    times_seen bigint      NOT NULL DEFAULT 1,
    noted_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (resource, digest)
);
COMMENT ON TABLE dead_letter IS 'Records that could not be stored, byte for byte as served.';

CREATE TABLE field_drift (
    resource   text        NOT NULL,
    path       text        NOT NULL,
    problem    text        NOT NULL,
    found      text        NOT NULL,
    times_seen bigint      NOT NULL DEFAULT 0,
    first_seen timestamptz NOT NULL DEFAULT now(),
    last_seen  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (resource, path, problem, found)
);
COMMENT ON TABLE field_drift IS
    'Members of documents that do not look as expected: never a value, only where and what type.';

CREATE TABLE id_alias (
    resource text        NOT NULL,
    old_id   text        NOT NULL,
    new_id   text        NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (resource, old_id)
);
COMMENT ON TABLE id_alias IS 'Ids that became others by a merge.';
