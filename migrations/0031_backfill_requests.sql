-- What people and schedules want read again. Asking needs no lease: a row is a request, and whoever
-- holds the lease works it off.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

CREATE TABLE backfill_request (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resource    text        NOT NULL,
    since       timestamptz,
    until       timestamptz,
    state       text        NOT NULL DEFAULT 'pending'
                CONSTRAINT state_is_known
                CHECK (state IN ('pending', 'running', 'done', 'cancelled', 'failed')),
    asked_by    text        NOT NULL DEFAULT session_user::text,
    asked_at    timestamptz NOT NULL DEFAULT now(),
    schedule    text,
    started_at  timestamptz,
    walked_at   timestamptz,
    finished_at timestamptz,
    records     bigint      NOT NULL DEFAULT 0,
    expected    bigint,
    reason      text,
    CONSTRAINT the_range_has_a_beginning_before_its_end CHECK (since < until)
);
CREATE INDEX backfill_request_open ON backfill_request (id) WHERE state IN ('pending', 'running');
COMMENT ON TABLE backfill_request IS
    'Ranges of created_at to be read again, one resource each; NULL is open. INSERT asks for one.';
COMMENT ON COLUMN backfill_request.schedule IS
    'The cron expression of the configuration that asked; NULL: a person.';
COMMENT ON COLUMN backfill_request.walked_at IS
    'When the lists had been read; what had to be read alone may follow.';
