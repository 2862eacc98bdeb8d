-- Edits that go on under another row's key: of a record that Intercom merged into another, and of
-- one that a poll brought in before its creation was answered here.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

-- The fields of the old row that are still to be sent become edits of the new one, captured as if
-- somebody had just made them there; the old entries are told so. False, and nothing is changed,
-- when the new row does not take them. Only the daemon calls it, in a transaction that is no edit.
CREATE FUNCTION move_fields(of_table text, old_id text, new_id text) RETURNS boolean
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    key CONSTANT text := (edit_key(of_table))[1];
    pending jsonb;
    sets text;
    editor text;
BEGIN
    EXECUTE format('SELECT _pending FROM %s WHERE %I = $1', of_table::regclass, key)
       INTO pending USING old_id;
    SELECT string_agg(
               CASE WHEN edit_is_by_member(of_table, name)
                    THEN format('%1$I = coalesce(t.%1$I, ''{}'') || (SELECT jsonb_object_agg('
                                'member.name, coalesce(f.%1$I -> member.name, ''null''))'
                                ' FROM jsonb_object_keys(f._pending -> %1$L) AS member (name))', name)
                    ELSE format('%1$I = f.%1$I', name) END, ', ')
      INTO sets
      FROM jsonb_object_keys(pending) AS name;
    SELECT edited_by INTO editor
      FROM outbox
     WHERE is_open AND entity = of_table AND entity_id = old_id AND table_name = of_table
       AND operation = 'update'
     ORDER BY id DESC LIMIT 1;
    IF sets IS NOT NULL THEN
        PERFORM set_config('intercom_mirror.apply', 'off', true);
        BEGIN
            EXECUTE format('UPDATE %1$s AS t SET %2$s FROM %1$s AS f WHERE f.%3$I = $1 AND t.%3$I = $2',
                           of_table::regclass, sets, key)
              USING old_id, new_id;
        EXCEPTION WHEN integrity_constraint_violation THEN
            PERFORM set_config('intercom_mirror.apply', 'on', true);
            RETURN false;
        END;
        PERFORM set_config('intercom_mirror.apply', 'on', true);
        UPDATE outbox
           SET edited_by = coalesce(editor, edited_by)
         WHERE transaction = pg_current_xact_id() AND is_open
           AND table_name = of_table AND row_id = new_id;
    END IF;
    UPDATE outbox
       SET state = 'superseded', inflight = NULL,
           reason = format('its record became %s: it goes on as an edit of that', new_id)
     WHERE is_open AND entity = of_table AND entity_id = old_id AND table_name = of_table
       AND row_id = old_id AND operation = 'update';
    RETURN true;
END
$$;
COMMENT ON FUNCTION move_fields IS 'Makes the open edits of one row edits of another.';
REVOKE EXECUTE ON FUNCTION move_fields FROM PUBLIC;
