-- Nothing waits for longer than a quarter of an hour: what is due later than that was put off before
-- the machine's clock was set back.
CREATE OR REPLACE FUNCTION claim_edits(most integer, of_epoch bigint, now_is timestamptz) RETURNS SETOF outbox
    LANGUAGE sql SET search_path FROM CURRENT
AS $$
    WITH first AS (
        UPDATE outbox AS edit
           SET state = 'sending', epoch = of_epoch
         WHERE edit.id = ANY (ARRAY(
                   SELECT due.id
                     FROM outbox AS due
                    WHERE due.state IN ('pending', 'waiting')
                      AND (due.next_at <= now_is OR due.next_at > now_is + interval '30 minutes')
                      AND due.waits_for IS NULL
                      AND (SELECT earlier.id
                             FROM outbox AS earlier
                            WHERE earlier.is_open
                              AND earlier.entity = due.entity
                              AND earlier.entity_id = due.entity_id
                              AND earlier.id < due.id
                            LIMIT 1) IS NULL
                    ORDER BY due.id
                      FOR UPDATE SKIP LOCKED
                    LIMIT most))
        RETURNING edit.*),
    following AS (
        UPDATE outbox AS edit
           SET state = 'sending', epoch = of_epoch
         WHERE edit.id = ANY (ARRAY(
                   SELECT later.id
                     FROM first
                    CROSS JOIN LATERAL (
                          SELECT next.id, next.state,
                                 bool_and(next.operation = 'update'
                                          AND next.table_name = first.table_name
                                          AND next.row_id = first.row_id
                                          AND next.state IN ('pending', 'waiting'))
                                     OVER (ORDER BY next.id) AS goes_along
                            FROM outbox AS next
                           WHERE next.is_open
                             AND next.entity = first.entity
                             AND next.entity_id = first.entity_id
                             AND next.id > first.id
                          OFFSET 0) AS later
                    WHERE first.operation IN ('create', 'update')
                      AND later.goes_along))
        RETURNING edit.*)
    SELECT * FROM first
     UNION ALL
    SELECT * FROM following
     ORDER BY id
$$;

-- With a row that was to be created goes what was to be done with it.
CREATE OR REPLACE FUNCTION discard_edit(edit_id bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    edit outbox := edit_to_decide(edit_id, '{held,pending,waiting,parked,conflict}');
BEGIN
    CASE edit.operation
    WHEN 'update' THEN
        PERFORM undo_update(edit);
    WHEN 'create' THEN
        UPDATE outbox SET state = 'cancelled' WHERE id = edit_id;
        PERFORM undo_create(edit);
        UPDATE outbox
           SET state = 'cancelled', reason = format('edit %s was discarded', edit_id)
         WHERE is_open AND state <> 'sending' AND edit.row_id = ANY (waits_for);
    WHEN 'attach', 'detach' THEN
        PERFORM undo_link(edit);
    ELSE
        NULL; -- a function that was called has left no trace here
    END CASE;
    UPDATE outbox
       SET state = 'cancelled', reason = format('discarded by %s', session_user)
     WHERE id = edit_id;
    UPDATE conflict
       SET resolution = 'remote', resolved_at = clock_timestamp(), resolved_by = session_user
     WHERE outbox_id = edit_id AND resolution IS NULL;
END
$$;
