-- What people change by SQL, on its way to Intercom. The triggers that fill these tables follow
-- from the catalogue and are made by the program (`migrate`); what they share is here.
SELECT set_config('search_path',
                  format('%I, %I, pg_temp', current_schema() || '_sync', current_schema()), true);

CREATE TABLE push_setting (
    api_version     integer[],
    omitted         text[]  NOT NULL DEFAULT '{}',
    rows_held_above bigint  NOT NULL DEFAULT 1000 CONSTRAINT some_rows_pass CHECK (rows_held_above > 0),
    is_only         boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_setting CHECK (is_only)
);
COMMENT ON TABLE push_setting IS
    'What the triggers need of the configuration; the daemon writes it when it starts.';
COMMENT ON COLUMN push_setting.api_version IS
    'Version of the API, {2,14} for instance; Preview is {1000,0}.';
COMMENT ON COLUMN push_setting.omitted IS 'Columns that are never stored, as table.column.';
COMMENT ON COLUMN push_setting.rows_held_above IS
    'A transaction that edits more rows than this waits for a person.';
INSERT INTO push_setting DEFAULT VALUES;

CREATE TABLE outbox (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operation   text        NOT NULL,
    entity      text,
    entity_id   text,
    table_name  text,
    row_id      text,
    fields      jsonb       NOT NULL DEFAULT '{}',
    waits_for   text[],
    inflight    jsonb,
    state       text        NOT NULL DEFAULT 'pending'
                CONSTRAINT state_is_known
                CHECK (state IN ('held', 'pending', 'sending', 'waiting', 'parked', 'conflict',
                                 'applied', 'superseded', 'conflict_lost', 'rejected', 'cancelled')),
    is_open     boolean     NOT NULL GENERATED ALWAYS AS
                (state IN ('held', 'pending', 'sending', 'waiting', 'parked', 'conflict')) STORED,
    reason      text,
    request_id  text,
    attempts    integer     NOT NULL DEFAULT 0 CONSTRAINT attempts_are_counted CHECK (attempts >= 0),
    next_at     timestamptz NOT NULL DEFAULT '-infinity',
    epoch       bigint,
    transaction xid8        NOT NULL DEFAULT pg_current_xact_id(),
    edited_by   text        NOT NULL DEFAULT session_user,
    edited_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at  timestamptz,
    CONSTRAINT entities_have_ids CHECK ((entity IS NULL) = (entity_id IS NULL))
);
CREATE INDEX outbox_of_entity ON outbox (entity, entity_id, id) WHERE is_open;
CREATE INDEX outbox_of_transaction ON outbox (transaction, state) WHERE is_open;
CREATE INDEX outbox_due ON outbox (id) WHERE state IN ('pending', 'waiting');
COMMENT ON TABLE outbox IS
    'Every edit made by SQL, each with exactly one fate. Edits of one entity go out in the order of their ids.';
COMMENT ON COLUMN outbox.operation IS
    'create, update, attach, detach, or the name of the function that was called.';
COMMENT ON COLUMN outbox.entity IS
    'Table of the record among whose edits the order counts: of the row itself, or of its parent.';
COMMENT ON COLUMN outbox.row_id IS 'Key of the row; of a link, the id of its other side.';
COMMENT ON COLUMN outbox.fields IS
    'What was asked for: columns with their new values, custom attributes one by one; parameters of a function.';
COMMENT ON COLUMN outbox.waits_for IS
    'Ids of rows that Intercom has not created yet and that this edit mentions.';
COMMENT ON COLUMN outbox.inflight IS
    'What was sent and not answered yet, in the form of fields.';
COMMENT ON COLUMN outbox.epoch IS 'Of the daemon that sends it.';

CREATE TABLE outbox_attempt (
    outbox_id  bigint      NOT NULL REFERENCES outbox ON DELETE CASCADE,
    number     integer     NOT NULL,
    request    text        NOT NULL,
    sent       jsonb,
    outcome    text,
    request_id text,
    began_at   timestamptz NOT NULL,
    ended_at   timestamptz,
    PRIMARY KEY (outbox_id, number)
);
COMMENT ON TABLE outbox_attempt IS 'Requests made for edits, and what came of them.';
COMMENT ON COLUMN outbox_attempt.sent IS 'Values the request carried, in the form of fields.';

CREATE TABLE conflict (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outbox_id   bigint      NOT NULL REFERENCES outbox ON DELETE CASCADE,
    table_name  text        NOT NULL,
    row_id      text        NOT NULL,
    field       text        NOT NULL,
    member      text,
    base        jsonb,
    local       jsonb,
    remote      jsonb,
    policy      text        NOT NULL
                CONSTRAINT policy_is_known CHECK (policy IN ('remote_wins', 'local_wins', 'manual')),
    resolution  text
                CONSTRAINT resolution_is_known CHECK (resolution IN ('local', 'remote')),
    noted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    resolved_at timestamptz,
    resolved_by text
);
CREATE INDEX conflict_of_edit ON conflict (outbox_id);
CREATE INDEX conflict_open ON conflict (id) WHERE resolution IS NULL;
COMMENT ON TABLE conflict IS
    'Fields that were changed here and in Intercom at once: value before, value here, value there, and which counts.';
COMMENT ON COLUMN conflict.member IS 'The custom attribute, where field holds them.';

-- Whose edits are captured. The daemon's own writes are not: it says so in each transaction, and
-- what a session says counts only if its login is a member of the daemon's role. session_user, as
-- current_user is the owner inside definer functions. Where the roles have not been made, the
-- login that owns the tables is the daemon's.
DO $do$
BEGIN
    EXECUTE format($f$
        CREATE FUNCTION is_edit() RETURNS boolean LANGUAGE sql STABLE
        RETURN (current_setting('intercom_mirror.apply', true) = 'on'
                AND coalesce(pg_has_role(session_user, to_regrole(%L), 'MEMBER'),
                             pg_has_role(session_user, to_regrole(%L), 'MEMBER'))) IS NOT TRUE
        $f$,
        quote_ident(regexp_replace(current_schema(), '_sync$', '') || '_daemon'),
        quote_ident(current_user));
    EXECUTE format($f$
        CREATE FUNCTION is_operator() RETURNS boolean LANGUAGE sql STABLE
        RETURN coalesce(pg_has_role(session_user, to_regrole(%L), 'MEMBER'), false)
            OR coalesce(pg_has_role(session_user, to_regrole(%L), 'MEMBER'), false)
        $f$,
        quote_ident(regexp_replace(current_schema(), '_sync$', '') || '_operator'),
        quote_ident(current_user));
END
$do$;
COMMENT ON FUNCTION is_edit IS 'Whether what the session writes now is an edit, to be sent to Intercom.';
COMMENT ON FUNCTION is_operator IS 'Whether the session may see and decide about everybody''s edits.';

-- Refusals all have the class of broken constraints, which drivers and frameworks know.
CREATE FUNCTION refuse(what text, how_else text, of_table text, of_column text DEFAULT '')
    RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = what,
                          HINT = coalesce(how_else, ''), TABLE = of_table, COLUMN = of_column;
END
$$;
COMMENT ON FUNCTION refuse IS 'Ends an edit with the reason and what to do instead.';

CREATE FUNCTION version_text(version integer[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN version[1] >= 1000 THEN 'Preview' ELSE version[1] || '.' || version[2] END;
COMMENT ON FUNCTION version_text IS 'Of an API version: {2,14} is 2.14.';

CREATE FUNCTION require_version(oldest integer[], newest integer[], what text, of_table text,
                                of_column text DEFAULT '') RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    used integer[] := (SELECT api_version FROM push_setting);
BEGIN
    IF used < oldest OR used > newest THEN
        PERFORM refuse(format('%s cannot be sent to Intercom by version %s of its API', what,
                              version_text(used)),
                       CASE WHEN used < oldest
                            THEN format('intercom.api_version has to be %s or newer.', version_text(oldest))
                            ELSE format('intercom.api_version has to be %s or older.', version_text(newest)) END,
                       of_table, of_column);
    END IF;
END
$$;
COMMENT ON FUNCTION require_version IS 'Refuses what the configured version of the API does not have.';

CREATE FUNCTION refuse_deleted(of_table text, id text) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM refuse(format('row %s of %s was deleted in Intercom', id, of_table),
                   'Only rows without deleted_at can be edited.', of_table);
END
$$;
COMMENT ON FUNCTION refuse_deleted IS 'Refuses the edit of a tombstone.';

-- A reference to what is not there: a slip, unless that table is not mirrored, or not yet.
CREATE FUNCTION refuse_unknown(places text[], id text, of_table text, of_column text,
                               is_sure boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    IF is_sure OR NOT EXISTS (SELECT
                                FROM unnest(places) AS place
                                LEFT JOIN resource_state AS state ON state.resource = place
                               WHERE state.complete_since IS NULL) THEN
        PERFORM refuse(format('%s of %s: there is no row %s in %s', of_column, of_table, left(id, 80),
                              array_to_string(places, ' or ')),
                       'It has to be the id of a row that exists in Intercom.', of_table, of_column);
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_unknown IS 'Refuses a reference to a row that does not exist.';

-- An edit that touches what Intercom alone sets. Tells the columns apart, as the trigger's own
-- condition only knows that there are some. Arguments: the columns that may be written, and those
-- that may be given to new rows only.
CREATE FUNCTION refuse_read_only() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    allowed CONSTANT text[] := TG_ARGV[0];
    only_new CONSTANT text[] := TG_ARGV[1];
    names text[];
    what text;
    how_else text;
BEGIN
    SELECT array_agg(written.key ORDER BY written.key)
      INTO names
      FROM jsonb_each(to_jsonb(NEW)) AS written
     WHERE written.key <> ALL (allowed)
       AND written.value IS DISTINCT FROM
           CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) -> written.key ELSE 'null' END;
    -- Only a difference of form, in the text of a document for instance.
    IF names IS NULL THEN
        RETURN NEW;
    END IF;
    what := format('%s of %s cannot be %s: %s', array_to_string(names, ', '), TG_TABLE_NAME,
                   CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'given' END,
                   CASE WHEN names <@ only_new THEN 'it is given when the row is inserted'
                        ELSE 'Intercom alone sets it' END);
    how_else := CASE WHEN allowed = '{}' THEN 'Rows of this table cannot be changed by SQL.'
                     ELSE format('Columns that can be: %s.', array_to_string(allowed, ', ')) END;
    PERFORM refuse(what, how_else, TG_TABLE_NAME, names[1]);
END
$$;
COMMENT ON FUNCTION refuse_read_only IS 'Refuses changes of columns that Intercom alone sets.';

-- Arguments: what cannot be done, and what to do instead.
CREATE FUNCTION refuse_edit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM refuse(TG_ARGV[0], TG_ARGV[1], TG_TABLE_NAME);
END
$$;
COMMENT ON FUNCTION refuse_edit IS 'Refuses a statement as such.';

-- --- Values before edits -------------------------------------------------------------------------

-- `pending` after an edit of one field: it keeps the value before the first open edit, and lets it
-- go when the field is back at it, unless another value is on its way to Intercom.
CREATE FUNCTION remember(pending jsonb, field text, before jsonb, after jsonb, is_in_flight boolean)
    RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN NOT pending ? field
                THEN pending || jsonb_build_object(field, coalesce(before, 'null'))
                WHEN pending -> field = coalesce(after, 'null') AND NOT is_in_flight
                THEN pending - field
                ELSE pending END;
COMMENT ON FUNCTION remember IS 'Values before open edits, after one more edit of a field.';

-- What was sent of a row's edits and not answered yet.
CREATE FUNCTION in_flight(of_entity text, of_id text, of_table text, of_row text) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path FROM CURRENT
AS $$
    SELECT coalesce(jsonb_object_agg(sent.key, sent.value), '{}')
      FROM outbox, jsonb_each(outbox.inflight) AS sent
     WHERE outbox.is_open
       AND outbox.entity = of_entity
       AND outbox.entity_id = of_id
       AND outbox.table_name = of_table
       AND outbox.row_id = of_row
       AND outbox.inflight IS NOT NULL
$$;
COMMENT ON FUNCTION in_flight IS 'Fields of a row whose new values are on their way to Intercom.';

-- Whether any of the fields of an edit is still to go out. `by_member`: columns whose members are
-- edited one by one.
CREATE FUNCTION is_pending(fields jsonb, pending jsonb, by_member text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN EXISTS (SELECT
                     FROM jsonb_each(fields) AS edited
                    WHERE pending ? edited.key
                      AND (edited.key <> ALL (by_member)
                           OR jsonb_typeof(edited.value) <> 'object'
                           OR EXISTS (SELECT FROM jsonb_object_keys(edited.value) AS member
                                       WHERE (pending -> edited.key) ? member)));
COMMENT ON FUNCTION is_pending IS 'Whether an edit has fields that still differ from Intercom''s values.';

CREATE FUNCTION replaced(fields jsonb, old_id text, new_id text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT coalesce(jsonb_object_agg(field.key,
                                             CASE WHEN field.value = to_jsonb(old_id) THEN to_jsonb(new_id)
                                                  ELSE field.value END), '{}')
              FROM jsonb_each(fields) AS field);
COMMENT ON FUNCTION replaced IS 'Fields of an edit with one id in place of another.';

CREATE FUNCTION local_ids(VARIADIC ids text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    RETURN nullif(ARRAY(SELECT DISTINCT id FROM unnest(ids) AS id WHERE starts_with(id, 'local:')
                         ORDER BY id), '{}');
COMMENT ON FUNCTION local_ids IS 'Those ids that Intercom has not given; null if there are none.';

-- --- Attributes ----------------------------------------------------------------------------------

CREATE FUNCTION option_texts(options jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN jsonb_typeof(options) = 'array'
                THEN ARRAY(SELECT coalesce(option ->> 'value', option ->> 'label', option ->> 'name',
                                           option #>> '{}')
                             FROM jsonb_array_elements(options) AS option
                            WHERE coalesce((option ->> 'archived')::boolean, false) IS NOT TRUE) END;
COMMENT ON FUNCTION option_texts IS 'The values a list attribute allows, as texts.';

CREATE VIEW attribute_rules AS
    SELECT model AS definitions, substring(full_name FROM '^custom_attributes\.(.*)$') AS name,
           data_type, nullif(option_texts(options), '{}') AS options,
           coalesce(api_writable, true) AND NOT coalesce(archived, false) AS is_writable
      FROM data_attributes
     WHERE deleted_at IS NULL
       AND full_name LIKE 'custom\_attributes.%'
     UNION ALL
    SELECT 'ticket_type/' || ticket_type_id, name, data_type,
           nullif(option_texts(coalesce(input_options -> 'list_options',
                                        input_options -> 'options')), '{}'),
           NOT coalesce(archived, false)
      FROM ticket_type_attributes
     WHERE deleted_at IS NULL;
COMMENT ON VIEW attribute_rules IS 'What values attributes take, by whose they are and name.';

-- Whether a value fits the type of an attribute; types nobody here knows take everything.
CREATE FUNCTION fits_type(value jsonb, data_type text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN CASE
        WHEN jsonb_typeof(value) = 'null' THEN true
        WHEN data_type = 'string' THEN jsonb_typeof(value) = 'string'
        WHEN data_type = 'integer' THEN attribute_bigint(value) IS NOT NULL
        WHEN data_type IN ('float', 'decimal') THEN jsonb_typeof(value) = 'number'
        WHEN data_type = 'boolean' THEN jsonb_typeof(value) = 'boolean'
        WHEN data_type IN ('date', 'datetime') THEN attribute_time(value) IS NOT NULL
        WHEN data_type = 'list' THEN jsonb_typeof(value) IN ('string', 'array')
        WHEN data_type = 'files' THEN false
        ELSE true
    END;
COMMENT ON FUNCTION fits_type IS 'Whether an attribute of that type takes the value.';

CREATE FUNCTION fits_options(value jsonb, options text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN options IS NULL
        OR CASE jsonb_typeof(value)
               WHEN 'null' THEN true
               WHEN 'array' THEN value <@ to_jsonb(options)
               ELSE value #>> '{}' = ANY (options)
           END;
COMMENT ON FUNCTION fits_options IS 'Whether a list attribute with these options takes the value.';

-- Some versions of the API do not serve definitions for all models.
CREATE FUNCTION has_attribute_rules(whose text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM attribute_rules AS known WHERE known.definitions = whose);
COMMENT ON FUNCTION has_attribute_rules IS 'Whether it is known which attributes there are.';

CREATE FUNCTION refuse_member(named text, given jsonb, whose text, of_table text, of_column text)
    RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    rule record;
    attribute CONSTANT text := format('attribute %s of %s', to_json(named), of_table);
    what text;
    how_else text;
BEGIN
    SELECT * INTO rule FROM attribute_rules AS known
     WHERE known.definitions = whose AND known.name = named;
    IF NOT FOUND THEN
        what := format('there is no attribute %s for %s', to_json(named), of_table);
        how_else := format('Attributes are defined before they are used: INSERT INTO %s, or in Intercom.',
                           CASE WHEN whose LIKE 'ticket\_type/%' THEN 'ticket_type_attributes'
                                ELSE 'data_attributes' END);
    ELSIF NOT rule.is_writable THEN
        what := attribute || ' cannot be changed';
        how_else := 'It is archived, or not writable by the API.';
    ELSIF NOT fits_type(given, rule.data_type) THEN
        what := format('%s takes values of type %s, not %s', attribute, rule.data_type,
                       left(given::text, 80));
        how_else := 'Its type is data_type of its definition.';
    ELSE
        what := format('%s does not take %s', attribute, left(given::text, 80));
        how_else := format('It takes: %s.', left(array_to_string(rule.options, ', '), 500));
    END IF;
    PERFORM refuse(what, how_else, of_table, of_column);
END
$$;
COMMENT ON FUNCTION refuse_member IS
    'Refuses an attribute that is not defined, or a value its definition does not take.';

-- --- Filling the outbox --------------------------------------------------------------------------

-- The state new edits begin in. What one transaction edits beyond the limit waits for a person,
-- together with what it has edited before. `rows_now` may be too high: settle_fuse counts.
CREATE FUNCTION first_state(rows_now bigint) RETURNS text
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    limit_now CONSTANT bigint := coalesce((SELECT rows_held_above FROM push_setting), 1000);
    mine CONSTANT xid8 := pg_current_xact_id();
BEGIN
    RETURN CASE WHEN rows_now > limit_now
                  OR EXISTS (SELECT FROM outbox WHERE transaction = mine AND state = 'held' AND is_open)
                  OR rows_now + (SELECT count(*)
                                   FROM (SELECT DISTINCT table_name, entity_id, row_id FROM outbox
                                          WHERE transaction = mine AND is_open
                                          LIMIT limit_now + 1) AS rows_before) > limit_now
                THEN 'held' ELSE 'pending' END;
END
$$;
COMMENT ON FUNCTION first_state IS 'pending; held for transactions that may edit very many rows.';

-- Called after entries were written as held: counts the rows the transaction has edited, and gives
-- all its entries one state.
CREATE FUNCTION settle_fuse() RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    limit_now CONSTANT bigint := coalesce((SELECT rows_held_above FROM push_setting), 1000);
    mine CONSTANT xid8 := pg_current_xact_id();
    are_many CONSTANT boolean :=
        (SELECT count(*) > limit_now
           FROM (SELECT DISTINCT table_name, entity_id, row_id FROM outbox
                  WHERE transaction = mine AND is_open
                  LIMIT limit_now + 1) AS edited_rows);
BEGIN
    UPDATE outbox
       SET state = CASE WHEN are_many THEN 'held' ELSE 'pending' END,
           reason = CASE WHEN are_many THEN 'its transaction edits many rows' END
     WHERE transaction = mine AND is_open
       AND state = CASE WHEN are_many THEN 'pending' ELSE 'held' END;
END
$$;
COMMENT ON FUNCTION settle_fuse IS 'Holds the edits of a transaction that edits very many rows, and only those.';

CREATE FUNCTION given_only(parameters jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT coalesce(jsonb_object_agg(given.key, given.value), '{}')
              FROM jsonb_each(parameters) AS given
             WHERE given.value <> 'null');
COMMENT ON FUNCTION given_only IS 'Parameters without those that were not given.';

CREATE FUNCTION ask_intercom(operation text, entity text, entity_id text, fields jsonb,
                             waits_for text[]) RETURNS bigint
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    state_now CONSTANT text := first_state(1);
    new_id bigint;
BEGIN
    INSERT INTO outbox (operation, entity, entity_id, table_name, row_id, fields, waits_for, state)
    VALUES ($1, $2, $3, $2, $3, $4, $5, state_now)
    RETURNING id INTO new_id;
    IF state_now = 'held' THEN
        PERFORM settle_fuse();
    END IF;
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION ask_intercom IS 'Writes the entry of a function that was called; returns its id.';

CREATE FUNCTION refuse_omitted(of_table text) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    left_out text[] := coalesce((SELECT omitted FROM push_setting), '{}');
    named text;
BEGIN
    IF left_out = '{}' THEN
        RETURN;
    END IF;
    SELECT edited.key INTO named
      FROM outbox, jsonb_object_keys(outbox.fields) AS edited (key)
     WHERE outbox.transaction = pg_current_xact_id()
       AND outbox.is_open
       AND outbox.table_name = of_table
       AND of_table || '.' || edited.key = ANY (left_out);
    IF FOUND THEN
        PERFORM refuse(format('%s of %s cannot be changed: it is never stored here', named, of_table),
                       'The configuration leaves it out: privacy.omit.', of_table, named);
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_omitted IS 'Refuses edits of columns the configuration leaves out.';

-- A row Intercom has not created goes again: nothing of it, and nothing that mentions it, is sent.
CREATE FUNCTION cancel_edits_of(of_entity text, of_id text, of_table text, of_row text) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE outbox
       SET state = 'cancelled', reason = 'the row was deleted before it was sent'
     WHERE is_open
       AND state IN ('held', 'pending', 'parked', 'conflict')
       AND ((entity = of_entity AND entity_id = of_id AND table_name = of_table AND row_id = of_row)
            OR waits_for @> ARRAY[of_row]);
    IF EXISTS (SELECT FROM outbox
                WHERE is_open AND entity = of_entity AND entity_id = of_id
                  AND table_name = of_table AND row_id = of_row) THEN
        PERFORM refuse(format('row %s of %s is on its way to Intercom', of_row, of_table),
                       'Try again when it has Intercom''s id.', of_table);
    END IF;
END
$$;
COMMENT ON FUNCTION cancel_edits_of IS 'Cancels what was to be sent of a row that is deleted.';

-- What is to be sent next: of each entity its first open edit, if it is due and mentions no row that
-- Intercom has not created; with it, as they go out together, the updates of the same row that
-- follow before any other edit of the entity. Look-ups are made one by one: joined, the whole outbox
-- would be read for each claim.
CREATE FUNCTION claim_edits(most integer, of_epoch bigint, now_is timestamptz) RETURNS SETOF outbox
    LANGUAGE sql SET search_path FROM CURRENT
AS $$
    WITH first AS (
        UPDATE outbox AS edit
           SET state = 'sending', epoch = of_epoch
         WHERE edit.id = ANY (ARRAY(
                   SELECT due.id
                     FROM outbox AS due
                    WHERE due.state IN ('pending', 'waiting')
                      AND due.next_at <= now_is
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
COMMENT ON FUNCTION claim_edits IS
    'Takes edits that are due, for the daemon of that epoch to send; at most so many entities.';

-- Whoever waits for edits learns of them when they are committed: <schema>_outbox tells the daemon
-- of work, <schema>_edits tells everybody of fates. Of very many at once only that there are some.
CREATE FUNCTION tell_of_work() RETURNS trigger
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM pg_notify(regexp_replace(current_schema(), '_sync$', '') || '_outbox', '');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION tell_of_work IS 'Notifies the daemon that there is something to send.';
CREATE TRIGGER tell_of_work AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_work();

CREATE FUNCTION tell_of_fates() RETURNS trigger
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    notices_max CONSTANT integer := 100;
    channel CONSTANT text := regexp_replace(current_schema(), '_sync$', '') || '_edits';
    told record;
    count integer := 0;
BEGIN
    FOR told IN
        SELECT after.id, after.state
          FROM after_rows AS after
          JOIN before_rows AS before USING (id)
         WHERE before.state <> after.state
         LIMIT notices_max + 1
    LOOP
        count := count + 1;
        IF count > notices_max THEN
            PERFORM pg_notify(channel, '{}');
        ELSE
            PERFORM pg_notify(channel, json_build_object('id', told.id, 'state', told.state)::text);
        END IF;
    END LOOP;
    IF count > 0 AND EXISTS (SELECT FROM after_rows WHERE state = 'pending') THEN
        PERFORM pg_notify(regexp_replace(current_schema(), '_sync$', '') || '_outbox', '');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION tell_of_fates IS 'Notifies of edits whose state has changed.';
CREATE TRIGGER tell_of_fates AFTER UPDATE ON outbox
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_fates();

-- A final state has a time.
CREATE FUNCTION note_settling() RETURNS trigger
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.settled_at := CASE WHEN NEW.state IN ('held', 'pending', 'sending', 'waiting', 'parked', 'conflict')
                           THEN NULL ELSE coalesce(NEW.settled_at, clock_timestamp()) END;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION note_settling IS 'Keeps the time at which an edit met its fate.';
CREATE TRIGGER note_settling BEFORE UPDATE OF state ON outbox
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_settling();


ALTER TABLE conversation_parts ADD COLUMN attachment_urls jsonb;
COMMENT ON COLUMN conversation_parts.attachment_urls IS
    'Addresses of files to be sent with a new part, an array; never served.';
ALTER TABLE ticket_parts ADD COLUMN attachment_urls jsonb;
COMMENT ON COLUMN ticket_parts.attachment_urls IS
    'Addresses of files to be sent with a new part, an array; never served.';
