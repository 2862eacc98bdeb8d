-- What people see of their edits, and how they decide about them.

CREATE VIEW edits WITH (security_barrier) AS
    SELECT edit.id, edit.operation, edit.table_name AS "table",
           CASE WHEN edit.table_name = edit.entity THEN edit.row_id
                ELSE concat_ws(' ', edit.entity_id, edit.row_id) END AS "row",
           edit.fields, edit.state, edit.reason, edit.request_id, edit.attempts,
           edit.edited_by AS who, edit.edited_at AS "when", edit.settled_at
      FROM outbox AS edit
     WHERE edit.edited_by = session_user OR is_operator();
COMMENT ON VIEW edits IS
    'Edits made by SQL and their fate; operators see everybody''s, others their own.';
COMMENT ON COLUMN edits.operation IS
    'create, update, attach, detach, or the name of the function that was called.';
COMMENT ON COLUMN edits."row" IS
    'Key of the row; of a link, and of what belongs to another row, that row''s id first.';
COMMENT ON COLUMN edits.fields IS 'What was asked for.';
COMMENT ON COLUMN edits.state IS
    'On its way: held, pending, sending, waiting, parked, conflict. Over: applied, superseded, conflict_lost, rejected, cancelled.';
COMMENT ON COLUMN edits.reason IS 'Why it is in this state, in Intercom''s words where it answered.';
COMMENT ON COLUMN edits.request_id IS 'Intercom''s name of the request, for its support.';

CREATE VIEW open_conflicts WITH (security_barrier) AS
    SELECT found.id, found.outbox_id AS edit_id, found.table_name AS "table", found.row_id AS "row",
           found.field, found.member, found.base, found.local, found.remote, found.noted_at,
           edit.edited_by AS who
      FROM conflict AS found
      JOIN outbox AS edit ON edit.id = found.outbox_id
     WHERE found.resolution IS NULL
       AND (edit.edited_by = session_user OR is_operator());
COMMENT ON VIEW open_conflicts IS
    'Fields changed here and in Intercom at once that wait for somebody to decide.';
COMMENT ON COLUMN open_conflicts.base IS 'Value before the edit.';
COMMENT ON COLUMN open_conflicts.local IS 'Value here.';
COMMENT ON COLUMN open_conflicts.remote IS 'Value in Intercom.';

CREATE FUNCTION resolve_id(id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    WITH RECURSIVE known AS (
        SELECT resolve_id.id AS id, 0 AS steps
         UNION ALL
        SELECT alias.new_id, known.steps + 1
          FROM known
          JOIN id_alias AS alias ON alias.old_id = known.id
         WHERE known.steps < 8)
    SELECT known.id FROM known ORDER BY known.steps DESC LIMIT 1
$$;
COMMENT ON FUNCTION resolve_id IS
    'What became of an id: Intercom''s for a row inserted by SQL, the survivor''s after a merge; else itself.';

-- --- Decisions -----------------------------------------------------------------------------------

CREATE FUNCTION edit_to_decide(edit_id bigint, wanted text[]) RETURNS outbox
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    edit outbox;
BEGIN
    SELECT * INTO edit FROM outbox WHERE id = edit_id FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM refuse(format('there is no edit %s', edit_id), 'The view edits lists them.', 'outbox');
    ELSIF edit.state <> ALL (wanted) THEN
        PERFORM refuse(format('edit %s is %s', edit_id, edit.state),
                       format('This is for edits that are %s.', array_to_string(wanted, ' or ')),
                       'outbox');
    END IF;
    RETURN edit;
END
$$;
COMMENT ON FUNCTION edit_to_decide IS 'An edit somebody decides about, locked.';

CREATE FUNCTION release_edits(edit_id bigint DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    count bigint;
BEGIN
    IF edit_id IS NOT NULL THEN
        PERFORM edit_to_decide(edit_id, '{held}');
    END IF;
    UPDATE outbox
       SET state = 'pending', reason = format('released by %s', session_user)
     WHERE state = 'held' AND is_open
       AND (edit_id IS NULL
            OR transaction = (SELECT held.transaction FROM outbox AS held WHERE held.id = edit_id));
    GET DIAGNOSTICS count = ROW_COUNT;
    RETURN count;
END
$$;
COMMENT ON FUNCTION release_edits IS
    'Lets held edits go out: those of the same transaction as the given one, or all. Returns how many.';

CREATE FUNCTION retry_edit(edit_id bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM edit_to_decide(edit_id, '{parked,waiting}');
    UPDATE outbox
       SET state = 'pending', attempts = 0, next_at = '-infinity',
           reason = format('tried again by %s', session_user)
     WHERE id = edit_id;
END
$$;
COMMENT ON FUNCTION retry_edit IS 'Sends a parked or waiting edit again, now.';

-- `base` as kept in _pending, for a column of that type.
CREATE FUNCTION stored_text(base jsonb, sql_type regtype) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN jsonb_typeof(base) = 'null' THEN NULL
                WHEN sql_type = 'timestamptz'::regtype THEN to_timestamp((base #>> '{}')::numeric)::text
                WHEN sql_type = 'jsonb'::regtype THEN base::text
                ELSE base #>> '{}' END;
COMMENT ON FUNCTION stored_text IS 'A value before an edit, as the text of a column''s value.';

-- An edit is taken back by the opposite edit: what was not sent never will be, and what may have
-- been sent is put right in Intercom. What a later edit has changed again stays.
CREATE FUNCTION undo_update(edit outbox) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    key CONSTANT text := (edit_key(edit.table_name))[1];
    fields jsonb := edit.fields;
    later record;
    pending jsonb;
    sets text;
BEGIN
    EXECUTE format('SELECT _pending FROM %s WHERE %I = $1 FOR NO KEY UPDATE',
                   edit.table_name::regclass, key)
       INTO pending USING edit.row_id;
    FOR later IN
        SELECT changed.key, changed.value
          FROM outbox AS newer, jsonb_each(newer.fields) AS changed
         WHERE newer.is_open AND newer.entity = edit.entity AND newer.entity_id = edit.entity_id
           AND newer.table_name = edit.table_name AND newer.row_id = edit.row_id
           AND newer.operation = 'update' AND newer.id > edit.id
    LOOP
        fields := CASE WHEN NOT fields ? later.key THEN fields
                       WHEN edit_is_by_member(edit.table_name, later.key)
                       THEN jsonb_set(fields, ARRAY[later.key],
                                      (fields -> later.key)
                                      - ARRAY(SELECT jsonb_object_keys(later.value)))
                       ELSE fields - later.key END;
    END LOOP;
    SELECT string_agg(
               CASE WHEN edit_is_by_member(edit.table_name, edited.key)
                    THEN format('%1$I = (coalesce(%1$I, ''{}'') - %2$L::text[]) || %3$L::jsonb',
                                edited.key,
                                ARRAY(SELECT member FROM jsonb_object_keys(edited.value) AS member
                                       WHERE (pending -> edited.key) ? member),
                                coalesce((SELECT jsonb_object_agg(before.key, before.value)
                                            FROM jsonb_each(pending -> edited.key) AS before
                                           WHERE edited.value ? before.key
                                             AND jsonb_typeof(before.value) <> 'null'), '{}'))
                    ELSE format('%I = %L::%s', edited.key,
                                stored_text(pending -> edited.key, place.atttypid),
                                format_type(place.atttypid, place.atttypmod)) END, ', ')
      INTO sets
      FROM jsonb_each(fields) AS edited
      JOIN pg_attribute AS place ON place.attrelid = edit.table_name::regclass
                                AND place.attname = edited.key
     WHERE pending ? edited.key;
    IF sets IS NOT NULL THEN
        EXECUTE format('UPDATE %s SET %s WHERE %I = $1', edit.table_name::regclass, sets, key)
          USING edit.row_id;
    END IF;
END
$$;
COMMENT ON FUNCTION undo_update IS 'Gives the fields of an edit the values they had before.';

CREATE FUNCTION undo_create(edit outbox) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE format('DELETE FROM %s WHERE %I = $1', edit.table_name::regclass,
                   (edit_key(edit.table_name))[1])
      USING edit.row_id;
END
$$;
COMMENT ON FUNCTION undo_create IS 'Removes the row that was to be created.';

CREATE FUNCTION undo_link(edit outbox) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    keys CONSTANT text[] := edit_key(edit.table_name);
BEGIN
    IF edit.operation = 'attach' THEN
        EXECUTE format('DELETE FROM %s WHERE %I = $1 AND %I = $2', edit.table_name::regclass,
                       keys[1], keys[2])
          USING edit.entity_id, edit.row_id;
    ELSE
        EXECUTE format('INSERT INTO %1$s SELECT * FROM jsonb_populate_record(NULL::%1$s, $1)'
                       ' ON CONFLICT DO NOTHING', edit.table_name::regclass)
          USING edit.fields || jsonb_build_object(keys[1], edit.entity_id, keys[2], edit.row_id);
    END IF;
END
$$;
COMMENT ON FUNCTION undo_link IS 'Takes a link away that was to be made, or puts one back.';

CREATE FUNCTION discard_edit(edit_id bigint) RETURNS void
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
COMMENT ON FUNCTION discard_edit IS 'Gives an edit up and puts the row back as it was before.';

CREATE FUNCTION resolve_conflict(conflict_id bigint, which text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    decided conflict;
BEGIN
    IF which IS NULL OR which NOT IN ('local', 'remote') THEN
        PERFORM refuse('a conflict is resolved as local or remote',
                       'local: the value here goes to Intercom; remote: Intercom''s value counts.',
                       'conflict');
    END IF;
    SELECT * INTO decided FROM conflict WHERE id = conflict_id FOR UPDATE;
    IF NOT FOUND OR decided.resolution IS NOT NULL THEN
        PERFORM refuse(format('there is no open conflict %s', conflict_id),
                       'The view open_conflicts lists them.', 'conflict');
    END IF;
    UPDATE conflict
       SET resolution = which, resolved_at = clock_timestamp(), resolved_by = session_user
     WHERE id = conflict_id;
    -- With its last conflict decided, the edit goes on.
    UPDATE outbox
       SET state = 'pending', next_at = '-infinity', reason = 'its conflicts are resolved'
     WHERE id = decided.outbox_id
       AND state = 'conflict'
       AND NOT EXISTS (SELECT FROM conflict AS other
                        WHERE other.outbox_id = decided.outbox_id AND other.resolution IS NULL);
END
$$;
COMMENT ON FUNCTION resolve_conflict IS
    'Decides a conflict: local sends the value here, remote takes Intercom''s.';

-- Not a definer function: it commits while it waits. The name of the schema is part of it, since
-- such a function cannot choose its search path either.
DO $do$
BEGIN
    EXECUTE format($f$
        CREATE PROCEDURE wait_for_edit(id bigint, timeout interval DEFAULT '10 seconds')
            LANGUAGE plpgsql
        AS $$
        DECLARE
            until CONSTANT pg_catalog.timestamptz
                := pg_catalog.clock_timestamp() OPERATOR(pg_catalog.+) timeout;
            state pg_catalog.text;
        BEGIN
            LOOP
                SELECT edit.state INTO state FROM %1$I.edits AS edit
                 WHERE edit.id OPERATOR(pg_catalog.=) wait_for_edit.id;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'there is no edit %%', id
                        USING HINT = 'The view edits lists yours.', ERRCODE = 'no_data_found';
                END IF;
                IF state OPERATOR(pg_catalog.=) ANY ('{applied,superseded,conflict_lost,rejected,cancelled}') THEN
                    RETURN;
                END IF;
                IF pg_catalog.clock_timestamp() OPERATOR(pg_catalog.>) until THEN
                    RAISE EXCEPTION 'edit %% is still %%', id, state
                        USING HINT = 'Its row in the view edits says why.', ERRCODE = 'query_canceled';
                END IF;
                COMMIT;
                PERFORM pg_catalog.pg_sleep(0.05);
            END LOOP;
        END
        $$
        $f$, current_schema());
END
$do$;
COMMENT ON PROCEDURE wait_for_edit IS
    'Returns when an edit has met its fate; fails when that takes longer than the timeout. Not within a transaction.';

REVOKE EXECUTE ON FUNCTION resolve_id, release_edits, retry_edit, discard_edit, resolve_conflict,
                           edit_to_decide, undo_update, undo_create, undo_link, stored_text
    FROM PUBLIC;
