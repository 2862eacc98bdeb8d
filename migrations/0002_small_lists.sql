-- What the main objects refer to: people who work in the workspace, labels, definitions.

CREATE TABLE admins (
    id                    text PRIMARY KEY,
    name                  text,
    email                 text,
    job_title             text,
    role                  text,
    away_mode_enabled     boolean,
    away_mode_reassign    boolean,
    away_status_reason_id text,
    has_inbox_seat        boolean,
    avatar_image_url      text,
    raw                   json COMPRESSION lz4,
    synced_at             timestamptz NOT NULL,
    deleted_at            timestamptz,
    deletion              text,
    _hash_list            bigint,
    _hash_get             bigint,
    _pending              jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON admins (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE admins IS 'Teammates: the people who work in the workspace.';
COMMENT ON COLUMN admins.id IS 'Intercom''s id of the teammate.';
COMMENT ON COLUMN admins.name IS 'Full name.';
COMMENT ON COLUMN admins.email IS 'Email address the teammate signs in with.';
COMMENT ON COLUMN admins.job_title IS 'Job title from the teammate''s profile.';
COMMENT ON COLUMN admins.role IS 'Name of the role in the workspace; from version 2.16.';
COMMENT ON COLUMN admins.away_mode_enabled IS 'Whether the teammate is set to away.';
COMMENT ON COLUMN admins.away_mode_reassign IS
    'Whether new replies go back to the unassigned inbox while the teammate is away.';
COMMENT ON COLUMN admins.away_status_reason_id IS 'Id of the reason given for being away.';
COMMENT ON COLUMN admins.has_inbox_seat IS 'Whether the teammate has a paid inbox seat.';
COMMENT ON COLUMN admins.avatar_image_url IS 'Address of the profile picture.';
COMMENT ON COLUMN admins.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN admins.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN admins.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN admins.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN admins._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN admins._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN admins._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE teams (
    id                                       text PRIMARY KEY,
    name                                     text,
    admin_priority_level_primary_admin_ids   jsonb,
    admin_priority_level_secondary_admin_ids jsonb,
    assignment_limit                         bigint,
    distribution_method                      text,
    raw                                      json COMPRESSION lz4,
    synced_at                                timestamptz NOT NULL,
    deleted_at                               timestamptz,
    deletion                                 text,
    _hash_list                               bigint,
    _hash_get                                bigint,
    _pending                                 jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON teams (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE teams IS 'Teams that conversations and tickets are assigned to.';
COMMENT ON COLUMN teams.id IS 'Intercom''s id of the team.';
COMMENT ON COLUMN teams.name IS 'Name of the team.';
COMMENT ON COLUMN teams.admin_priority_level_primary_admin_ids IS
    'Ids of the teammates who get conversations first.';
COMMENT ON COLUMN teams.admin_priority_level_secondary_admin_ids IS
    'Ids of the teammates who get conversations when no primary one can take them.';
COMMENT ON COLUMN teams.assignment_limit IS
    'How many conversations one teammate is assigned at most.';
COMMENT ON COLUMN teams.distribution_method IS
    'How conversations are handed out, round_robin for instance.';
COMMENT ON COLUMN teams.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN teams.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN teams.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN teams.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN teams._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN teams._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN teams._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE team_admins (
    team_id  text NOT NULL REFERENCES teams ON UPDATE CASCADE ON DELETE CASCADE,
    admin_id text NOT NULL,
    PRIMARY KEY (team_id, admin_id)
);
CREATE INDEX ON team_admins (admin_id);

COMMENT ON TABLE team_admins IS 'Which teammates are in which team.';
COMMENT ON COLUMN team_admins.team_id IS 'Id of what it belongs to, a row of teams.';
COMMENT ON COLUMN team_admins.admin_id IS 'Id of the teammate.';

CREATE TABLE tags (
    id         text PRIMARY KEY,
    name       text,
    raw        json COMPRESSION lz4,
    synced_at  timestamptz NOT NULL,
    deleted_at timestamptz,
    deletion   text,
    _hash_list bigint,
    _hash_get  bigint,
    _pending   jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON tags (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE tags IS 'Tags of the workspace; what bears them is in contact_tags and its like.';
COMMENT ON COLUMN tags.id IS 'Intercom''s id of the tag.';
COMMENT ON COLUMN tags.name IS 'Name of the tag, unique without regard to case.';
COMMENT ON COLUMN tags.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN tags.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN tags.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN tags.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN tags._hash_list IS 'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN tags._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN tags._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE segments (
    id          text PRIMARY KEY,
    name        text,
    person_type text,
    created_at  timestamptz,
    updated_at  timestamptz,
    raw         json COMPRESSION lz4,
    synced_at   timestamptz NOT NULL,
    deleted_at  timestamptz,
    deletion    text,
    _hash_list  bigint,
    _hash_get   bigint,
    _pending    jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON segments (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE segments IS
    'Saved filters; who is in them is in contact_segments and company_segments.';
COMMENT ON COLUMN segments.id IS 'Intercom''s id of the segment.';
COMMENT ON COLUMN segments.name IS 'Name of the segment.';
COMMENT ON COLUMN segments.person_type IS 'Whom the segment collects: contact (leads) or user.';
COMMENT ON COLUMN segments.created_at IS 'When the segment was created.';
COMMENT ON COLUMN segments.updated_at IS 'When the segment was last changed.';
COMMENT ON COLUMN segments.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN segments.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN segments.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN segments.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN segments._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN segments._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN segments._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE subscription_types (
    id                              text PRIMARY KEY,
    state                           text,
    consent_type                    text,
    default_translation_name        text,
    default_translation_description text,
    default_translation_locale      text,
    translations                    jsonb,
    content_types                   jsonb,
    raw                             json COMPRESSION lz4,
    synced_at                       timestamptz NOT NULL,
    deleted_at                      timestamptz,
    deletion                        text,
    _hash_list                      bigint,
    _hash_get                       bigint,
    _pending                        jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON subscription_types (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE subscription_types IS 'Kinds of messages that people can subscribe to or refuse.';
COMMENT ON COLUMN subscription_types.id IS 'Intercom''s id of the subscription type.';
COMMENT ON COLUMN subscription_types.state IS 'live, draft or archived.';
COMMENT ON COLUMN subscription_types.consent_type IS
    'Whether people get these messages until they say no (opt_out) or only after a yes (opt_in).';
COMMENT ON COLUMN subscription_types.default_translation_name IS
    'Name in the workspace''s default language.';
COMMENT ON COLUMN subscription_types.default_translation_description IS
    'Description in the workspace''s default language.';
COMMENT ON COLUMN subscription_types.default_translation_locale IS
    'The workspace''s default language.';
COMMENT ON COLUMN subscription_types.translations IS 'Name and description in every language.';
COMMENT ON COLUMN subscription_types.content_types IS
    'Kinds of messages it is about: email, sms_message.';
COMMENT ON COLUMN subscription_types.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN subscription_types.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN subscription_types.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN subscription_types.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN subscription_types._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN subscription_types._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN subscription_types._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE data_attributes (
    id                 text,
    model              text NOT NULL,
    full_name          text NOT NULL,
    name               text,
    label              text,
    description        text,
    data_type          text,
    options            jsonb,
    api_writable       boolean,
    messenger_writable boolean,
    ui_writable        boolean,
    custom             boolean,
    archived           boolean,
    created_at         timestamptz,
    updated_at         timestamptz,
    admin_id           text,
    raw                json COMPRESSION lz4,
    synced_at          timestamptz NOT NULL,
    deleted_at         timestamptz,
    deletion           text,
    _hash_list         bigint,
    _hash_get          bigint,
    _pending           jsonb,
    _key               text NOT NULL UNIQUE,
    PRIMARY KEY (model, full_name),
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON data_attributes (_key) WHERE _pending IS NOT NULL;

COMMENT ON TABLE data_attributes IS
    'Definitions of the attributes of contacts, companies and conversations.';
COMMENT ON COLUMN data_attributes._key IS 'Key of the row for the daemon: model and full_name.';
COMMENT ON COLUMN data_attributes.id IS 'Intercom''s id; only custom attributes have one.';
COMMENT ON COLUMN data_attributes.model IS
    'What has the attribute: contact, company, conversation.';
COMMENT ON COLUMN data_attributes.full_name IS
    'Path of the attribute in its model, custom_attributes.plan_level for instance.';
COMMENT ON COLUMN data_attributes.name IS 'Name of the attribute, the key in custom_attributes.';
COMMENT ON COLUMN data_attributes.label IS 'Name as teammates see it.';
COMMENT ON COLUMN data_attributes.description IS 'What the attribute means.';
COMMENT ON COLUMN data_attributes.data_type IS
    'Type of the values: string, integer, float, boolean, date or datetime.';
COMMENT ON COLUMN data_attributes.options IS 'The values a list attribute allows.';
COMMENT ON COLUMN data_attributes.api_writable IS 'Whether values can be changed through the API.';
COMMENT ON COLUMN data_attributes.messenger_writable IS 'Whether the Messenger can change values.';
COMMENT ON COLUMN data_attributes.ui_writable IS 'Whether teammates can change values.';
COMMENT ON COLUMN data_attributes.custom IS
    'Whether the workspace defined it, rather than Intercom.';
COMMENT ON COLUMN data_attributes.archived IS 'Whether it is archived.';
COMMENT ON COLUMN data_attributes.created_at IS 'When it was defined; custom attributes only.';
COMMENT ON COLUMN data_attributes.updated_at IS
    'When its definition was last changed; custom attributes only.';
COMMENT ON COLUMN data_attributes.admin_id IS 'Id of the teammate who defined it.';
COMMENT ON COLUMN data_attributes.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN data_attributes.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN data_attributes.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN data_attributes.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN data_attributes._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN data_attributes._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN data_attributes._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE ticket_states (
    id             text PRIMARY KEY,
    category       text,
    internal_label text,
    external_label text,
    archived       boolean,
    raw            json COMPRESSION lz4,
    synced_at      timestamptz NOT NULL,
    deleted_at     timestamptz,
    deletion       text,
    _hash_list     bigint,
    _hash_get      bigint,
    _pending       jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON ticket_states (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE ticket_states IS 'States that tickets can be in.';
COMMENT ON COLUMN ticket_states.id IS 'Intercom''s id of the state.';
COMMENT ON COLUMN ticket_states.category IS
    'Stage it belongs to: submitted, in_progress, waiting_on_customer or resolved.';
COMMENT ON COLUMN ticket_states.internal_label IS 'Name as teammates see it.';
COMMENT ON COLUMN ticket_states.external_label IS 'Name as customers see it.';
COMMENT ON COLUMN ticket_states.archived IS 'Whether it is archived.';
COMMENT ON COLUMN ticket_states.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN ticket_states.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN ticket_states.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN ticket_states.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN ticket_states._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN ticket_states._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN ticket_states._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE ticket_types (
    id           text PRIMARY KEY,
    name         text,
    description  text,
    category     text,
    icon         text,
    workspace_id text,
    is_internal  boolean,
    archived     boolean,
    created_at   timestamptz,
    updated_at   timestamptz,
    raw          json COMPRESSION lz4,
    synced_at    timestamptz NOT NULL,
    deleted_at   timestamptz,
    deletion     text,
    _hash_list   bigint,
    _hash_get    bigint,
    _pending     jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON ticket_types (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE ticket_types IS 'Kinds of tickets.';
COMMENT ON COLUMN ticket_types.id IS 'Intercom''s id of the ticket type.';
COMMENT ON COLUMN ticket_types.name IS 'Name of the type.';
COMMENT ON COLUMN ticket_types.description IS 'What tickets of this type are about.';
COMMENT ON COLUMN ticket_types.category IS 'Customer, Back-office or Tracker.';
COMMENT ON COLUMN ticket_types.icon IS 'Emoji shown with the type.';
COMMENT ON COLUMN ticket_types.workspace_id IS 'Id of the workspace.';
COMMENT ON COLUMN ticket_types.is_internal IS 'Whether customers never see its tickets.';
COMMENT ON COLUMN ticket_types.archived IS 'Whether it is archived.';
COMMENT ON COLUMN ticket_types.created_at IS 'When the type was created.';
COMMENT ON COLUMN ticket_types.updated_at IS 'When the type was last changed.';
COMMENT ON COLUMN ticket_types.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN ticket_types.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN ticket_types.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN ticket_types.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN ticket_types._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN ticket_types._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN ticket_types._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE ticket_type_attributes (
    id                              text PRIMARY KEY,
    ticket_type_id                  text NOT NULL
                                    REFERENCES ticket_types ON UPDATE CASCADE ON DELETE CASCADE,
    workspace_id                    text,
    name                            text,
    description                     text,
    data_type                       text,
    input_options                   jsonb,
    display_order                   bigint,
    required_to_create              boolean,
    required_to_create_for_contacts boolean,
    visible_on_create               boolean,
    visible_to_contacts             boolean,
    is_default                      boolean,
    archived                        boolean,
    created_at                      timestamptz,
    updated_at                      timestamptz,
    raw                             json COMPRESSION lz4,
    synced_at                       timestamptz NOT NULL,
    deleted_at                      timestamptz,
    deletion                        text,
    _hash_list                      bigint,
    _hash_get                       bigint,
    _pending                        jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
);
CREATE INDEX ON ticket_type_attributes (ticket_type_id);
CREATE INDEX ON ticket_type_attributes (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE ticket_type_attributes IS 'Attributes that the tickets of a type have.';
COMMENT ON COLUMN ticket_type_attributes.ticket_type_id IS
    'Id of what it belongs to, a row of ticket_types.';
COMMENT ON COLUMN ticket_type_attributes.id IS 'Intercom''s id of the attribute.';
COMMENT ON COLUMN ticket_type_attributes.workspace_id IS 'Id of the workspace.';
COMMENT ON COLUMN ticket_type_attributes.name IS
    'Name of the attribute, the key in ticket_attributes.';
COMMENT ON COLUMN ticket_type_attributes.description IS 'What the attribute means.';
COMMENT ON COLUMN ticket_type_attributes.data_type IS
    'Type of the values: string, list, integer, decimal, boolean, datetime or files.';
COMMENT ON COLUMN ticket_type_attributes.input_options IS
    'How values are entered: the items of a list, whether text has several lines.';
COMMENT ON COLUMN ticket_type_attributes.display_order IS
    'Place among the attributes of the type (`order`).';
COMMENT ON COLUMN ticket_type_attributes.required_to_create IS
    'Whether teammates must fill it in to create a ticket.';
COMMENT ON COLUMN ticket_type_attributes.required_to_create_for_contacts IS
    'Whether customers must fill it in to create a ticket.';
COMMENT ON COLUMN ticket_type_attributes.visible_on_create IS
    'Whether teammates see it when they create a ticket.';
COMMENT ON COLUMN ticket_type_attributes.visible_to_contacts IS 'Whether customers see it.';
COMMENT ON COLUMN ticket_type_attributes.is_default IS
    'Whether every ticket type has it (`default`).';
COMMENT ON COLUMN ticket_type_attributes.archived IS 'Whether it is archived.';
COMMENT ON COLUMN ticket_type_attributes.created_at IS 'When the attribute was created.';
COMMENT ON COLUMN ticket_type_attributes.updated_at IS 'When the attribute was last changed.';
COMMENT ON COLUMN ticket_type_attributes.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN ticket_type_attributes.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN ticket_type_attributes.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN ticket_type_attributes.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN ticket_type_attributes._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN ticket_type_attributes._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN ticket_type_attributes._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';
