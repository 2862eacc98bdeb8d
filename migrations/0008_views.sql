-- What people read most: rows that still exist, and custom attributes as typed columns.

CREATE VIEW live_admins AS
    SELECT id, name, email, job_title, role, away_mode_enabled, away_mode_reassign,
           away_status_reason_id, has_inbox_seat, avatar_image_url
      FROM admins
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_admins IS 'Rows of admins that exist in Intercom.';

CREATE VIEW live_teams AS
    SELECT id, name, admin_priority_level_primary_admin_ids,
           admin_priority_level_secondary_admin_ids, assignment_limit, distribution_method
      FROM teams
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_teams IS 'Rows of teams that exist in Intercom.';

CREATE VIEW live_tags AS
    SELECT id, name
      FROM tags
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_tags IS 'Rows of tags that exist in Intercom.';

CREATE VIEW live_segments AS
    SELECT id, name, person_type, created_at, updated_at
      FROM segments
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_segments IS 'Rows of segments that exist in Intercom.';

CREATE VIEW live_subscription_types AS
    SELECT id, state, consent_type, default_translation_name, default_translation_description,
           default_translation_locale, translations, content_types
      FROM subscription_types
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_subscription_types IS 'Rows of subscription_types that exist in Intercom.';

CREATE VIEW live_data_attributes AS
    SELECT id, model, full_name, name, label, description, data_type, options, api_writable,
           messenger_writable, ui_writable, custom, archived, created_at, updated_at, admin_id
      FROM data_attributes
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_data_attributes IS 'Rows of data_attributes that exist in Intercom.';

CREATE VIEW live_ticket_states AS
    SELECT id, category, internal_label, external_label, archived
      FROM ticket_states
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_ticket_states IS 'Rows of ticket_states that exist in Intercom.';

CREATE VIEW live_ticket_types AS
    SELECT id, name, description, category, icon, workspace_id, is_internal, archived, created_at,
           updated_at
      FROM ticket_types
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_ticket_types IS 'Rows of ticket_types that exist in Intercom.';

CREATE VIEW live_companies AS
    SELECT id, company_id, app_id, name, plan_id, plan_name, remote_created_at, created_at,
           updated_at, last_request_at, size, website, industry, monthly_spend, session_count,
           user_count, custom_attributes
      FROM companies
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_companies IS 'Rows of companies that exist in Intercom.';

CREATE VIEW live_contacts AS
    SELECT id, workspace_id, external_id, role, email, email_domain, phone, formatted_phone, name,
           avatar_image_url, owner_id, has_hard_bounced, marked_email_as_spam,
           unsubscribed_from_emails, enabled_push_messaging, created_at, updated_at, signed_up_at,
           last_seen_at, last_replied_at, last_contacted_at, last_email_opened_at,
           last_email_clicked_at, language_override, browser, browser_version, browser_language,
           os, location_country, location_region, location_city, location_country_code,
           location_continent_code, location_timezone, android_app_name, android_app_version,
           android_device, android_os_version, android_sdk_version, android_last_seen_at,
           ios_app_name, ios_app_version, ios_device, ios_os_version, ios_sdk_version,
           ios_last_seen_at, utm_campaign, utm_content, utm_medium, utm_source, utm_term, referrer,
           custom_attributes
      FROM contacts
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_contacts IS 'Rows of contacts that exist in Intercom.';

CREATE VIEW live_conversations AS
    SELECT id, title, created_at, updated_at, waiting_since, snoozed_until, open, state, read,
           priority, admin_assignee_id, team_assignee_id, company_id, ticket_id, source_type,
           source_id, source_delivered_as, source_subject, source_body, source_author_type,
           source_author_id, source_author_name, source_author_email, source_url, source_redacted,
           source_recipients, source_reply_to, source_email_message_metadata,
           first_contact_reply_created_at, first_contact_reply_type, first_contact_reply_url,
           sla_applied_sla_name, sla_applied_sla_status, conversation_rating_rating,
           conversation_rating_remark, conversation_rating_created_at,
           conversation_rating_updated_at, conversation_rating_contact_id,
           conversation_rating_teammate_id, conversation_rating_teammate_type,
           statistics_time_to_assignment, statistics_time_to_admin_reply,
           statistics_time_to_first_close, statistics_time_to_last_close,
           statistics_median_time_to_reply, statistics_first_contact_reply_at,
           statistics_first_assignment_at, statistics_first_admin_reply_at,
           statistics_first_close_at, statistics_last_assignment_at,
           statistics_last_assignment_admin_reply_at, statistics_last_contact_reply_at,
           statistics_last_admin_reply_at, statistics_last_close_at, statistics_last_closed_by_id,
           statistics_count_reopens, statistics_count_assignments,
           statistics_count_conversation_parts, statistics_assigned_team_first_response_time,
           statistics_assigned_team_first_response_time_in_office_hours, statistics_handling_time,
           statistics_adjusted_handling_time, ai_agent_participated, ai_agent_source_type,
           ai_agent_source_title, ai_agent_last_answer_type, ai_agent_resolution_state,
           ai_agent_rating, ai_agent_rating_remark, ai_agent_created_at, ai_agent_updated_at,
           ai_agent_content_sources, sales_agent_participated, sales_agent, channel_initial,
           channel_current, external_references, topics, custom_attributes
      FROM conversations
     WHERE deleted_at IS NULL
       AND ticket_id IS NULL;
COMMENT ON VIEW live_conversations IS
    'Rows of conversations that exist in Intercom, but for those of tickets.';

CREATE VIEW live_tickets AS
    SELECT id, ticket_id, category, title, description, ticket_state_id, ticket_state_category,
           ticket_state_internal_label, ticket_state_external_label, previous_ticket_state_id,
           ticket_type_id, admin_assignee_id, team_assignee_id, created_at, updated_at, open,
           snoozed_until, is_shared, ticket_attributes
      FROM tickets
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_tickets IS 'Rows of tickets that exist in Intercom.';

-- The typed attribute views are made of these. A value of another type than declared is null.

CREATE FUNCTION attribute_text(value jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value) WHEN 'string' THEN value #>> '{}' END;
COMMENT ON FUNCTION attribute_text IS 'An attribute''s value, if it is a text.';

CREATE FUNCTION attribute_numeric(value jsonb) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value) WHEN 'number' THEN (value #>> '{}')::numeric END;
COMMENT ON FUNCTION attribute_numeric IS 'An attribute''s value, if it is a number.';

CREATE FUNCTION attribute_bigint(value jsonb) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN attribute_numeric(value) BETWEEN -9223372036854775808 AND 9223372036854775807
                 AND attribute_numeric(value) = trunc(attribute_numeric(value))
                THEN attribute_numeric(value)::bigint END;
COMMENT ON FUNCTION attribute_bigint IS
    'An attribute''s value, if it is a whole number that fits 64 bits.';

CREATE FUNCTION attribute_boolean(value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value) WHEN 'boolean' THEN (value #>> '{}')::boolean END;
COMMENT ON FUNCTION attribute_boolean IS 'An attribute''s value, if it is true or false.';

-- A list that allows several values holds an array.
CREATE FUNCTION attribute_list(value jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value)
               WHEN 'string' THEN value #>> '{}'
               WHEN 'array' THEN (SELECT string_agg(item, ', ' ORDER BY place)
                                    FROM jsonb_array_elements_text(value)
                                         WITH ORDINALITY AS items (item, place))
           END;
COMMENT ON FUNCTION attribute_list IS 'A list attribute''s value; several are joined by commas.';

-- The pattern lets no text through that the cast would refuse, but for days beyond the month's
-- end. Catching the cast's error instead would keep queries of the views from running in parallel.
CREATE FUNCTION time_from_iso(iso text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN iso !~ ('^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])'
                     '([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?'
                     '(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?$') THEN NULL
        WHEN substr(iso, 9, 2)::integer
             > extract(day FROM make_date(substr(iso, 1, 4)::integer, substr(iso, 6, 2)::integer, 1)
                                + interval '1 month - 1 day') THEN NULL
        WHEN iso ~ ':.*(Z|[+-]\d\d(:?\d\d)?)$' THEN iso::timestamptz
        ELSE iso::timestamp AT TIME ZONE 'UTC'
    END;
COMMENT ON FUNCTION time_from_iso IS 'An ISO 8601 time, UTC where it has no zone; else null.';

CREATE FUNCTION time_from_unix(seconds numeric) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN seconds BETWEEN -62135596800 AND 100000000000 THEN to_timestamp(seconds)
        -- These are milliseconds.
        WHEN seconds BETWEEN 100000000000 AND 253402300799000 THEN to_timestamp(seconds / 1000)
    END;
COMMENT ON FUNCTION time_from_unix IS
    'A time given in seconds since 1970, or in milliseconds beyond 10^11.';

CREATE FUNCTION attribute_time(value jsonb) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value)
               WHEN 'number' THEN time_from_unix((value #>> '{}')::numeric)
               WHEN 'string' THEN
                   CASE WHEN value #>> '{}' ~ '^-?\d{1,18}(\.\d{1,9})?$'
                        THEN time_from_unix((value #>> '{}')::numeric)
                        ELSE time_from_iso(value #>> '{}') END
           END;
COMMENT ON FUNCTION attribute_time IS 'An attribute''s value, if it is a time.';

-- A definition stays when it is archived or deleted: rows may still have values.
CREATE VIEW attribute_definitions AS
    SELECT defined.view_name, defined.attribute, defined.data_type,
           row_number() OVER (PARTITION BY defined.view_name
                                  ORDER BY defined.created_at NULLS FIRST,
                                           defined.attribute COLLATE "C") AS place
      FROM (SELECT model || '_attributes' AS view_name,
                   coalesce(substring(full_name FROM '^custom_attributes\.(.*)$'),
                            name, full_name) AS attribute,
                   CASE WHEN count(DISTINCT data_type) = 1 THEN min(data_type) END AS data_type,
                   min(created_at) AS created_at
              FROM data_attributes
             WHERE custom OR full_name LIKE 'custom\_attributes.%'
             GROUP BY 1, 2
             UNION ALL
            -- Types of tickets may use one name for values of different types.
            SELECT 'ticket_attributes_flat', name,
                   CASE WHEN count(DISTINCT data_type) = 1 THEN min(data_type) END,
                   min(created_at)
              FROM ticket_type_attributes
             WHERE name IS NOT NULL
             GROUP BY name) AS defined;
COMMENT ON VIEW attribute_definitions IS
    'Which attributes the typed views show, in the order of their columns.';

CREATE TABLE attribute_name_collisions (
    view_name   text NOT NULL,
    attribute   text NOT NULL,
    column_name text,
    PRIMARY KEY (view_name, attribute)
);
COMMENT ON TABLE attribute_name_collisions IS
    'Attributes that could not give their name to their column of a typed view.';
COMMENT ON COLUMN attribute_name_collisions.view_name IS 'The typed view.';
COMMENT ON COLUMN attribute_name_collisions.attribute IS 'Name of the attribute.';
COMMENT ON COLUMN attribute_name_collisions.column_name IS
    'Name of its column instead; null when the view has no room for it.';

CREATE FUNCTION first_bytes(whole text, bytes_max integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN left(whole, (SELECT max(length)
                          FROM generate_series(0, bytes_max) AS length
                         WHERE octet_length(left(whole, length)) <= bytes_max));
COMMENT ON FUNCTION first_bytes IS
    'The longest beginning of a text that has at most so many bytes; splits no character.';

-- The columns of a typed view after its first, `id_column`. Names differ even in lower case and
-- when cut to the length PostgreSQL allows. The first attribute of a name keeps it.
CREATE FUNCTION attribute_columns(wanted_view text, id_column text)
    RETURNS TABLE (attribute text, data_type text, column_name text)
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    columns_max CONSTANT integer := 1500; -- PostgreSQL's limit is 1,600
    bytes_max CONSTANT integer := 63;
    taken text[] := ARRAY[lower(id_column)];
    suffix text;
BEGIN
    FOR attribute, data_type IN
        SELECT defined.attribute, defined.data_type
          FROM attribute_definitions AS defined
         WHERE defined.view_name = wanted_view
         ORDER BY defined.place
    LOOP
        column_name := NULL;
        IF cardinality(taken) <= columns_max THEN
            FOR attempt IN 1 .. cardinality(taken) + 1 LOOP
                suffix := CASE attempt WHEN 1 THEN '' ELSE '_' || attempt END;
                column_name := first_bytes(coalesce(nullif(attribute, ''), 'unnamed'),
                                           bytes_max - length(suffix)) || suffix;
                EXIT WHEN lower(column_name) <> ALL (taken);
            END LOOP;
            taken := taken || lower(column_name);
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION attribute_columns IS
    'Attributes of a typed view with the names of their columns.';

CREATE FUNCTION attribute_view_query(wanted_view text, from_table text, id_column text,
                                     document text) RETURNS text
    LANGUAGE sql SET search_path FROM CURRENT
AS $$
    SELECT format('SELECT id AS %I', id_column)
           || coalesce(string_agg(format(CASE
                  WHEN named.data_type = 'string' THEN ', attribute_text(%I -> %L) AS %I'
                  WHEN named.data_type = 'list' THEN ', attribute_list(%I -> %L) AS %I'
                  WHEN named.data_type = 'integer' THEN ', attribute_bigint(%I -> %L) AS %I'
                  WHEN named.data_type IN ('float', 'decimal')
                      THEN ', attribute_numeric(%I -> %L) AS %I'
                  WHEN named.data_type = 'boolean' THEN ', attribute_boolean(%I -> %L) AS %I'
                  WHEN named.data_type IN ('date', 'datetime')
                      THEN ', attribute_time(%I -> %L) AS %I'
                  ELSE ', %I -> %L AS %I'
              END, document, named.attribute, named.column_name), '' ORDER BY named.place), '')
           || format(' FROM %I WHERE deleted_at IS NULL', from_table)
      FROM ROWS FROM (attribute_columns(wanted_view, id_column)) WITH ORDINALITY
           AS named (attribute, data_type, column_name, place)
     WHERE named.column_name IS NOT NULL
$$;
COMMENT ON FUNCTION attribute_view_query IS 'The query of a typed view as it should be.';

-- As long as definitions keep their types, columns are only added at the end, and views of
-- analysts on top of these go on working. Else the view is made anew, with its grants.
CREATE FUNCTION replace_view(view_name text, query text) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    statement text;
    grants text[];
BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW %I AS %s', view_name, query);
EXCEPTION WHEN invalid_table_definition THEN
    SELECT array_agg(format('GRANT %s ON %I TO %s', acl.privilege_type, view_name,
                            CASE acl.grantee WHEN 0 THEN 'PUBLIC'
                                             ELSE acl.grantee::regrole::text END))
      INTO grants
      FROM pg_class AS c
     CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
     WHERE c.oid = to_regclass(quote_ident(view_name))
       AND acl.grantee <> c.relowner;
    EXECUTE format('DROP VIEW %I', view_name);
    EXECUTE format('CREATE VIEW %I AS %s', view_name, query);
    FOREACH statement IN ARRAY coalesce(grants, '{}') LOOP
        EXECUTE statement;
    END LOOP;
END
$$;
COMMENT ON FUNCTION replace_view IS 'Creates a view or gives it another query.';

-- The daemon calls this when definitions may have changed. A fingerprint in the view's comment
-- tells whether they did. Whoever reads a view holds it up: better to give up soon and try later.
CREATE FUNCTION rebuild_attribute_views() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '1s'
AS $$
DECLARE
    typed record;
    query text;
    about text;
    has_rebuilt boolean := false;
BEGIN
    FOR typed IN
        SELECT *
          FROM (VALUES
               ('contact_attributes', 'contacts', 'contact_id', 'custom_attributes'),
               ('company_attributes', 'companies', 'company_id', 'custom_attributes'),
               ('conversation_attributes', 'conversations', 'conversation_id', 'custom_attributes'),
               ('ticket_attributes_flat', 'tickets', 'ticket_id', 'ticket_attributes'))
               AS views (name, from_table, id_column, document)
    LOOP
        query := attribute_view_query(typed.name, typed.from_table, typed.id_column,
                                      typed.document);
        about := format('Attributes of %s that exist in Intercom, one column each (made from %s).',
                        typed.from_table, md5(query));
        CONTINUE WHEN obj_description(to_regclass(typed.name), 'pg_class') = about;
        BEGIN
            PERFORM replace_view(typed.name, query);
        EXCEPTION WHEN dependent_objects_still_exist THEN
            RAISE WARNING 'view % keeps its old columns: other objects depend on them', typed.name
                USING DETAIL = SQLERRM,
                      HINT = 'Drop what depends on the view; it is made anew at the next attempt.';
            CONTINUE;
        WHEN lock_not_available THEN
            RAISE WARNING 'view % keeps its old columns for now: somebody reads it', typed.name;
            CONTINUE;
        END;
        EXECUTE format('COMMENT ON VIEW %I IS %L', typed.name, about);
        DELETE FROM attribute_name_collisions WHERE view_name = typed.name;
        INSERT INTO attribute_name_collisions
            SELECT typed.name, named.attribute, named.column_name
              FROM attribute_columns(typed.name, typed.id_column) AS named
             WHERE named.column_name IS DISTINCT FROM named.attribute;
        has_rebuilt := true;
    END LOOP;
    RETURN has_rebuilt;
END
$$;
COMMENT ON FUNCTION rebuild_attribute_views IS
    'Makes the typed attribute views follow the definitions; tells whether any had to change.';

-- What acts with the owner's rights is nobody's to call unless granted; what makes statements of
-- texts is for these functions alone.
REVOKE EXECUTE ON FUNCTION rebuild_attribute_views, replace_view, attribute_view_query,
                           attribute_columns
    FROM PUBLIC;

SELECT rebuild_attribute_views();
