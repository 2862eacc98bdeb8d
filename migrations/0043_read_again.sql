-- Reading again what was edited here: the hashes of a record tell whether Intercom serves what it
-- served before, not whether the row is still that.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

-- An entry that is dropped and noted anew must not be taken for the former one by a read that was
-- under way all along.
CREATE SEQUENCE refetch_version MINVALUE 1 START 1000000;
ALTER TABLE refetch ALTER COLUMN version SET DEFAULT nextval('refetch_version');

CREATE FUNCTION read_again(of_resource text, of_id text) RETURNS void
    LANGUAGE sql SET search_path FROM CURRENT
AS $$
    INSERT INTO refetch AS known (resource, id, lane, reason)
    SELECT of_resource, of_id, 1, 'edited'
     WHERE NOT starts_with(of_id, 'local:')
        ON CONFLICT (resource, id, part) DO UPDATE
       SET lane = least(known.lane, excluded.lane), list_hash = NULL, version = excluded.version,
           attempts = 0, next_at = '-infinity', is_held = false,
           reason = CASE WHEN known.reason = 'repair' THEN known.reason ELSE excluded.reason END
$$;
COMMENT ON FUNCTION read_again IS
    'Has a record read soon, and stored even if it looks unchanged: an edit of it was taken back.';
REVOKE EXECUTE ON FUNCTION read_again FROM PUBLIC;
