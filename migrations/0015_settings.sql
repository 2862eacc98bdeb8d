-- Settings of the workspace, and what else came with versions after 2.14.

CREATE TABLE email_settings (
    id                               text PRIMARY KEY,
    email                            text,
    verified                         boolean,
    domain                           text,
    brand_id                         text,
    forwarding_enabled               boolean,
    forwarded_email_last_received_at timestamptz,
    created_at                       timestamptz,
    updated_at                       timestamptz,
    raw                              json COMPRESSION lz4,
    synced_at                        timestamptz NOT NULL,
    deleted_at                       timestamptz,
    deletion                         text,
    _hash_list                       bigint,
    _hash_get                        bigint,
    _pending                         jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON email_settings (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON email_settings (brand_id);
CREATE INDEX ON email_settings (created_at);
CREATE INDEX ON email_settings (updated_at);

COMMENT ON TABLE email_settings IS 'Email addresses that the workspace sends from.';
COMMENT ON COLUMN email_settings.id IS 'Intercom''s id of the settings.';
COMMENT ON COLUMN email_settings.email IS 'Email address that messages are sent from.';
COMMENT ON COLUMN email_settings.verified IS
    'Whether the address was proven to be the workspace''s.';
COMMENT ON COLUMN email_settings.domain IS 'Domain of the address.';
COMMENT ON COLUMN email_settings.brand_id IS 'Id of the brand that uses it.';
COMMENT ON COLUMN email_settings.forwarding_enabled IS
    'Whether emails to the address are forwarded to Intercom.';
COMMENT ON COLUMN email_settings.forwarded_email_last_received_at IS
    'When an email was last forwarded.';
COMMENT ON COLUMN email_settings.created_at IS 'When the settings were created.';
COMMENT ON COLUMN email_settings.updated_at IS 'When the settings were last changed.';
COMMENT ON COLUMN email_settings.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN email_settings.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN email_settings.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN email_settings.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN email_settings._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN email_settings._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN email_settings._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_email_settings AS
    SELECT id, email, verified, domain, brand_id, forwarding_enabled,
           forwarded_email_last_received_at, created_at, updated_at
      FROM email_settings
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_email_settings IS 'Rows of email_settings that exist in Intercom.';

CREATE TABLE brands (
    id                          text PRIMARY KEY,
    name                        text,
    is_default                  boolean,
    help_center_id              text,
    default_address_settings_id text,
    created_at                  timestamptz,
    updated_at                  timestamptz,
    raw                         json COMPRESSION lz4,
    synced_at                   timestamptz NOT NULL,
    deleted_at                  timestamptz,
    deletion                    text,
    _hash_list                  bigint,
    _hash_get                   bigint,
    _pending                    jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON brands (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON brands (help_center_id);
CREATE INDEX ON brands (default_address_settings_id);
CREATE INDEX ON brands (created_at);
CREATE INDEX ON brands (updated_at);

COMMENT ON TABLE brands IS 'Brands under which the workspace meets its customers.';
COMMENT ON COLUMN brands.id IS 'Intercom''s id of the brand.';
COMMENT ON COLUMN brands.name IS 'Name customers see.';
COMMENT ON COLUMN brands.is_default IS 'Whether it is the workspace''s default brand.';
COMMENT ON COLUMN brands.help_center_id IS 'Id of the help center of the brand.';
COMMENT ON COLUMN brands.default_address_settings_id IS
    'Id of the settings of its usual email address.';
COMMENT ON COLUMN brands.created_at IS 'When the brand was created.';
COMMENT ON COLUMN brands.updated_at IS 'When the brand was last changed.';
COMMENT ON COLUMN brands.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN brands.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN brands.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN brands.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN brands._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN brands._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN brands._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_brands AS
    SELECT id, name, is_default, help_center_id, default_address_settings_id, created_at, updated_at
      FROM brands
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_brands IS 'Rows of brands that exist in Intercom.';

CREATE TABLE macros (
    id                  text PRIMARY KEY,
    name                text,
    body                text,
    body_text           text,
    visible_to          text,
    visible_to_team_ids jsonb,
    available_on        jsonb,
    created_at          timestamptz,
    updated_at          timestamptz,
    raw                 json COMPRESSION lz4,
    synced_at           timestamptz NOT NULL,
    deleted_at          timestamptz,
    deletion            text,
    _hash_list          bigint,
    _hash_get           bigint,
    _pending            jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON macros (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON macros (created_at);
CREATE INDEX ON macros (updated_at);

COMMENT ON TABLE macros IS 'Prepared replies of teammates.';
COMMENT ON COLUMN macros.id IS 'Intercom''s id of the macro.';
COMMENT ON COLUMN macros.name IS 'Name of the macro.';
COMMENT ON COLUMN macros.body IS 'Text, HTML; what is filled in stands in elements `attribute`.';
COMMENT ON COLUMN macros.body_text IS 'Plain text; what is filled in stands in double braces.';
COMMENT ON COLUMN macros.visible_to IS 'Who may use it: everyone or specific_teams.';
COMMENT ON COLUMN macros.visible_to_team_ids IS 'Ids of the teams that may use it.';
COMMENT ON COLUMN macros.available_on IS 'Where it may be used: inbox, messenger.';
COMMENT ON COLUMN macros.created_at IS 'When the macro was created.';
COMMENT ON COLUMN macros.updated_at IS 'When the macro was last changed.';
COMMENT ON COLUMN macros.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN macros.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN macros.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN macros.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN macros._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN macros._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN macros._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_macros AS
    SELECT id, name, body, body_text, visible_to, visible_to_team_ids, available_on, created_at,
           updated_at
      FROM macros
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_macros IS 'Rows of macros that exist in Intercom.';

CREATE TABLE audiences (
    id              text PRIMARY KEY,
    name            text,
    predicates      jsonb,
    role_predicates jsonb,
    created_at      timestamptz,
    updated_at      timestamptz,
    raw             json COMPRESSION lz4,
    synced_at       timestamptz NOT NULL,
    deleted_at      timestamptz,
    deletion        text,
    _hash_list      bigint,
    _hash_get       bigint,
    _pending        jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON audiences (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON audiences (created_at);
CREATE INDEX ON audiences (updated_at);

COMMENT ON TABLE audiences IS 'Groups of people that content for Fin is meant for.';
COMMENT ON COLUMN audiences.id IS 'Intercom''s id of the audience.';
COMMENT ON COLUMN audiences.name IS 'Name of the audience.';
COMMENT ON COLUMN audiences.predicates IS 'What contacts have to fulfil.';
COMMENT ON COLUMN audiences.role_predicates IS 'Whether they have to be users, leads, visitors.';
COMMENT ON COLUMN audiences.created_at IS 'When the audience was created.';
COMMENT ON COLUMN audiences.updated_at IS 'When the audience was last changed.';
COMMENT ON COLUMN audiences.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN audiences.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN audiences.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN audiences.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN audiences._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN audiences._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN audiences._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_audiences AS
    SELECT id, name, predicates, role_predicates, created_at, updated_at
      FROM audiences
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_audiences IS 'Rows of audiences that exist in Intercom.';

CREATE TABLE content_snippets (
    id                          text PRIMARY KEY,
    title                       text,
    locale                      text,
    json_blocks                 jsonb,
    body_markdown               text,
    ai_chatbot_availability     boolean,
    ai_copilot_availability     boolean,
    ai_sales_agent_availability boolean,
    audience_ids                jsonb,
    created_at                  timestamptz,
    updated_at                  timestamptz,
    raw                         json COMPRESSION lz4,
    synced_at                   timestamptz NOT NULL,
    deleted_at                  timestamptz,
    deletion                    text,
    _hash_list                  bigint,
    _hash_get                   bigint,
    _pending                    jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON content_snippets (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON content_snippets (created_at);
CREATE INDEX ON content_snippets (updated_at);

COMMENT ON TABLE content_snippets IS 'Short texts that Fin answers with.';
COMMENT ON COLUMN content_snippets.id IS 'Intercom''s id of the snippet.';
COMMENT ON COLUMN content_snippets.title IS 'Title.';
COMMENT ON COLUMN content_snippets.locale IS 'Language.';
COMMENT ON COLUMN content_snippets.json_blocks IS 'Text, as blocks.';
COMMENT ON COLUMN content_snippets.body_markdown IS 'Text, Markdown.';
COMMENT ON COLUMN content_snippets.ai_chatbot_availability IS
    'Whether Fin may answer customers from it.';
COMMENT ON COLUMN content_snippets.ai_copilot_availability IS
    'Whether Copilot may answer teammates from it.';
COMMENT ON COLUMN content_snippets.ai_sales_agent_availability IS
    'Whether the sales agent may answer from it.';
COMMENT ON COLUMN content_snippets.audience_ids IS
    'Ids of the audiences that Fin may answer from it.';
COMMENT ON COLUMN content_snippets.created_at IS 'When the snippet was created.';
COMMENT ON COLUMN content_snippets.updated_at IS 'When the snippet was last changed.';
COMMENT ON COLUMN content_snippets.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN content_snippets.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN content_snippets.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN content_snippets.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN content_snippets._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN content_snippets._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN content_snippets._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_content_snippets AS
    SELECT id, title, locale, json_blocks, body_markdown, ai_chatbot_availability,
           ai_copilot_availability, ai_sales_agent_availability, audience_ids, created_at,
           updated_at
      FROM content_snippets
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_content_snippets IS 'Rows of content_snippets that exist in Intercom.';

CREATE TABLE office_hours_schedules (
    id                text PRIMARY KEY,
    name              text,
    time_zone_name    text,
    time_intervals    jsonb,
    twenty_four_seven boolean,
    created_at        timestamptz,
    updated_at        timestamptz,
    raw               json COMPRESSION lz4,
    synced_at         timestamptz NOT NULL,
    deleted_at        timestamptz,
    deletion          text,
    _hash_list        bigint,
    _hash_get         bigint,
    _pending          jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON office_hours_schedules (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON office_hours_schedules (created_at);
CREATE INDEX ON office_hours_schedules (updated_at);

COMMENT ON TABLE office_hours_schedules IS 'When the workspace is open.';
COMMENT ON COLUMN office_hours_schedules.id IS 'Intercom''s id of the schedule.';
COMMENT ON COLUMN office_hours_schedules.name IS 'Name of the schedule.';
COMMENT ON COLUMN office_hours_schedules.time_zone_name IS 'Time zone the hours are meant in.';
COMMENT ON COLUMN office_hours_schedules.time_intervals IS
    'When it is open: minutes from the start of the week, Monday 00:00.';
COMMENT ON COLUMN office_hours_schedules.twenty_four_seven IS 'Whether it is always open.';
COMMENT ON COLUMN office_hours_schedules.created_at IS 'When the schedule was created.';
COMMENT ON COLUMN office_hours_schedules.updated_at IS 'When the schedule was last changed.';
COMMENT ON COLUMN office_hours_schedules.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN office_hours_schedules.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN office_hours_schedules.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN office_hours_schedules.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN office_hours_schedules._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN office_hours_schedules._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN office_hours_schedules._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_office_hours_schedules AS
    SELECT id, name, time_zone_name, time_intervals, twenty_four_seven, created_at, updated_at
      FROM office_hours_schedules
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_office_hours_schedules IS
    'Rows of office_hours_schedules that exist in Intercom.';

CREATE TABLE office_hours_exceptions (
    office_hours_schedule_id text NOT NULL REFERENCES office_hours_schedules
                                           ON UPDATE CASCADE ON DELETE CASCADE,
    id                       text PRIMARY KEY,
    exception_date           text,
    exception_type           text,
    name                     text,
    time_intervals           jsonb,
    recurring_annually       boolean,
    created_at               timestamptz,
    updated_at               timestamptz,
    raw                      json COMPRESSION lz4,
    synced_at                timestamptz NOT NULL,
    deleted_at               timestamptz,
    deletion                 text,
    _hash_list               bigint,
    _hash_get                bigint,
    _pending                 jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON office_hours_exceptions (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON office_hours_exceptions (office_hours_schedule_id);
CREATE INDEX ON office_hours_exceptions (created_at);
CREATE INDEX ON office_hours_exceptions (updated_at);

COMMENT ON TABLE office_hours_exceptions IS
    'Days on which other hours than those of the schedule hold.';
COMMENT ON COLUMN office_hours_exceptions.office_hours_schedule_id IS
    'Id of what it belongs to, a row of office_hours_schedules.';
COMMENT ON COLUMN office_hours_exceptions.id IS 'Intercom''s id of the exception.';
COMMENT ON COLUMN office_hours_exceptions.exception_date IS 'The day, as YYYY-MM-DD.';
COMMENT ON COLUMN office_hours_exceptions.exception_type IS 'closed, or custom_hours.';
COMMENT ON COLUMN office_hours_exceptions.name IS 'Name of the day.';
COMMENT ON COLUMN office_hours_exceptions.time_intervals IS
    'When it is open that day: minutes from midnight; null when closed.';
COMMENT ON COLUMN office_hours_exceptions.recurring_annually IS 'Whether it is so each year.';
COMMENT ON COLUMN office_hours_exceptions.created_at IS 'When the exception was created.';
COMMENT ON COLUMN office_hours_exceptions.updated_at IS 'When the exception was last changed.';
COMMENT ON COLUMN office_hours_exceptions.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN office_hours_exceptions.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN office_hours_exceptions.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN office_hours_exceptions.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN office_hours_exceptions._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN office_hours_exceptions._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN office_hours_exceptions._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE data_connectors (
    id                  text PRIMARY KEY,
    name                text,
    description         text,
    state               text,
    http_method         text,
    direct_fin_usage    boolean,
    created_by_admin_id text,
    updated_by_admin_id text,
    created_at          timestamptz,
    updated_at          timestamptz,
    raw                 json COMPRESSION lz4,
    synced_at           timestamptz NOT NULL,
    deleted_at          timestamptz,
    deletion            text,
    _hash_list          bigint,
    _hash_get           bigint,
    _pending            jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON data_connectors (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON data_connectors (created_by_admin_id);
CREATE INDEX ON data_connectors (updated_by_admin_id);
CREATE INDEX ON data_connectors (created_at);
CREATE INDEX ON data_connectors (updated_at);

COMMENT ON TABLE data_connectors IS 'Requests to other systems that workflows and Fin may make.';
COMMENT ON COLUMN data_connectors.id IS 'Intercom''s id of the connector.';
COMMENT ON COLUMN data_connectors.name IS 'Name of the connector.';
COMMENT ON COLUMN data_connectors.description IS 'What it is for.';
COMMENT ON COLUMN data_connectors.state IS 'draft or live.';
COMMENT ON COLUMN data_connectors.http_method IS 'Method of its requests.';
COMMENT ON COLUMN data_connectors.direct_fin_usage IS 'Whether Fin may use it by itself.';
COMMENT ON COLUMN data_connectors.created_by_admin_id IS 'Id of the teammate who created it.';
COMMENT ON COLUMN data_connectors.updated_by_admin_id IS 'Id of the teammate who last changed it.';
COMMENT ON COLUMN data_connectors.created_at IS 'When the connector was created.';
COMMENT ON COLUMN data_connectors.updated_at IS 'When the connector was last changed.';
COMMENT ON COLUMN data_connectors.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN data_connectors.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN data_connectors.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN data_connectors.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN data_connectors._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN data_connectors._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN data_connectors._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_data_connectors AS
    SELECT id, name, description, state, http_method, direct_fin_usage, created_by_admin_id,
           updated_by_admin_id, created_at, updated_at
      FROM data_connectors
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_data_connectors IS 'Rows of data_connectors that exist in Intercom.';

