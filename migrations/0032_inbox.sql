-- What webhooks told, reduced to what is acted on: documents in notifications are never kept.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

CREATE TABLE inbox (
    id          text        PRIMARY KEY,
    topic       text        NOT NULL,
    records     text[]      NOT NULL DEFAULT '{}',
    happened_at timestamptz,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inbox_by_time ON inbox (received_at);
COMMENT ON TABLE inbox IS
    'Notifications that were acknowledged, each once: its topic, and the records (resource/id) that were noted to be read again. Kept for 30 days.';

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
        EXECUTE format('GRANT %s ON inbox TO %s', granted.privilege_type, granted.role);
    END LOOP;
END
$$;
