-- People who are to be forgotten, and what they take part in: never stored again.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

CREATE TABLE erasure (
    resource  text        NOT NULL,
    id        text        NOT NULL,
    asked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    erased_at timestamptz,
    PRIMARY KEY (resource, id)
);
CREATE INDEX erasure_pending ON erasure (resource) WHERE erased_at IS NULL;
COMMENT ON TABLE erasure IS
    'Records that are not to be stored: contacts that were to be forgotten, and what they take part in. Only ids.';
COMMENT ON COLUMN erasure.erased_at IS 'When the last row was gone; NULL: the daemon has yet to do it.';

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
        EXECUTE format('GRANT %s ON erasure TO %s', granted.privilege_type, granted.role);
    END LOOP;
END
$$;
