-- A counter that goes up while a daemon mirrors, and of which the daemon keeps a copy outside the
-- database: a database that was restored from an older copy, or lost its latest transactions in a
-- failover, has the smaller one.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

CREATE TABLE beacon (
    count       bigint      NOT NULL DEFAULT 0,
    restored_at timestamptz,
    is_only     boolean     PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_beacon CHECK (is_only)
);
COMMENT ON TABLE beacon IS
    'Goes up with every renewal of the lease; the daemon compares it with its own copy.';
COMMENT ON COLUMN beacon.restored_at IS
    'When the daemon last noticed that this database is an older copy of itself.';
INSERT INTO beacon DEFAULT VALUES;

-- What a daemon does on finding that out: it looks back, compares everything, and takes whatever
-- was to be sent when it last knew (`known_at`) for sent, with unknown outcome.
CREATE FUNCTION note_older_copy(known_count bigint, known_at timestamptz, unknown_until timestamptz)
    RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    count bigint;
BEGIN
    UPDATE resource_state
       SET poll_cursor = poll_cursor - interval '1 hour', sweep_due = true;
    UPDATE outbox
       SET inflight = coalesce(inflight, fields),
           state = CASE WHEN state IN ('pending', 'sending') THEN 'waiting' ELSE state END,
           next_at = greatest(next_at, unknown_until),
           reason = 'the database was restored from an older copy: it is not known whether Intercom got it'
     WHERE is_open AND edited_at <= known_at;
    GET DIAGNOSTICS count = ROW_COUNT;
    UPDATE beacon SET count = greatest(beacon.count, known_count), restored_at = clock_timestamp();
    RETURN count;
END
$$;
COMMENT ON FUNCTION note_older_copy IS
    'After a restore: reads again from before, and sends nothing blindly. Returns how many edits may have been sent.';
REVOKE EXECUTE ON FUNCTION note_older_copy FROM PUBLIC;

-- In a database whose roles have their rights already: whoever has rights on the lease has them here.
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT acl.privilege_type, acl.grantee::regrole AS role
          FROM pg_class AS lease, aclexplode(lease.relacl) AS acl
         WHERE lease.oid = 'lease'::regclass
           AND acl.grantee NOT IN (0, lease.relowner)
    LOOP
        EXECUTE format('GRANT %s ON beacon TO %s', granted.privilege_type, granted.role);
    END LOOP;
END
$$;
