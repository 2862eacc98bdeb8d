-- What the status page draws: a row a minute, written by whoever holds the lease.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

CREATE TABLE history (
    at            timestamptz PRIMARY KEY,
    rows_applied  bigint      NOT NULL DEFAULT 0,
    requests      bigint[]    NOT NULL DEFAULT '{}',
    refusals      bigint      NOT NULL DEFAULT 0,
    quota_limit   bigint      NOT NULL DEFAULT 0,
    edits_applied bigint      NOT NULL DEFAULT 0,
    edits_open    bigint      NOT NULL DEFAULT 0,
    reads_waiting bigint      NOT NULL DEFAULT 0,
    lag_seconds   float8
);
COMMENT ON TABLE history IS
    'What the daemon did in each minute, and how far behind it was at its end. Kept for a week.';
COMMENT ON COLUMN history.requests IS
    'Requests to Intercom by lane: edits, hints, polls, completion, backfill.';
COMMENT ON COLUMN history.quota_limit IS 'Requests that ten seconds allow; 0: any.';
COMMENT ON COLUMN history.lag_seconds IS 'Of the resource that is furthest behind.';

-- Retention looks for what is old.
CREATE INDEX outbox_attempt_by_time ON outbox_attempt (began_at);

-- In a database whose roles have their rights already: whoever may use the queue may use this.
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT acl.privilege_type, acl.grantee::regrole AS role
          FROM pg_class AS queue, aclexplode(queue.relacl) AS acl
         WHERE queue.oid = 'refetch'::regclass
           AND acl.grantee NOT IN (0, queue.relowner)
    LOOP
        EXECUTE format('GRANT %s ON history TO %s', granted.privilege_type, granted.role);
    END LOOP;
END
$$;
