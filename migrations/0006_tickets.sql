-- Tickets with their parts.

CREATE TABLE tickets (
    id                          text PRIMARY KEY,
    ticket_id                   text,
    category                    text,
    title                       text,
    description                 text,
    ticket_state_id             text,
    ticket_state_category       text,
    ticket_state_internal_label text,
    ticket_state_external_label text,
    previous_ticket_state_id    text,
    ticket_type_id              text,
    admin_assignee_id           text,
    team_assignee_id            text,
    created_at                  timestamptz,
    updated_at                  timestamptz,
    open                        boolean,
    snoozed_until               timestamptz,
    is_shared                   boolean,
    ticket_attributes           jsonb,
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
CREATE INDEX ON tickets (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE tickets IS 'Requests that are followed through states until they are resolved.';
COMMENT ON COLUMN tickets.id IS 'Intercom''s id of the ticket, shared with its conversation.';
COMMENT ON COLUMN tickets.ticket_id IS 'Number shown to people; the API does not take it.';
COMMENT ON COLUMN tickets.category IS 'Customer, Back-office or Tracker.';
COMMENT ON COLUMN tickets.title IS 'Title.';
COMMENT ON COLUMN tickets.description IS 'Description.';
COMMENT ON COLUMN tickets.ticket_state_id IS 'Id of the state it is in.';
COMMENT ON COLUMN tickets.ticket_state_category IS
    'Stage it is in: submitted, in_progress, waiting_on_customer or resolved.';
COMMENT ON COLUMN tickets.ticket_state_internal_label IS 'Name of its state as teammates see it.';
COMMENT ON COLUMN tickets.ticket_state_external_label IS 'Name of its state as customers see it.';
COMMENT ON COLUMN tickets.previous_ticket_state_id IS 'Id of the state it was in before.';
COMMENT ON COLUMN tickets.ticket_type_id IS 'Id of the ticket''s type.';
COMMENT ON COLUMN tickets.admin_assignee_id IS 'Id of the teammate it is assigned to.';
COMMENT ON COLUMN tickets.team_assignee_id IS 'Id of the team it is assigned to.';
COMMENT ON COLUMN tickets.created_at IS 'When the ticket was created.';
COMMENT ON COLUMN tickets.updated_at IS 'When the ticket was last changed.';
COMMENT ON COLUMN tickets.open IS 'Whether it is open.';
COMMENT ON COLUMN tickets.snoozed_until IS 'When a snoozed ticket opens again.';
COMMENT ON COLUMN tickets.is_shared IS 'Whether the customer sees it.';
COMMENT ON COLUMN tickets.ticket_attributes IS 'Values of the attributes of its type, by name.';
COMMENT ON COLUMN tickets.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN tickets.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN tickets.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN tickets.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN tickets._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN tickets._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN tickets._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE ticket_parts (
    id                     text PRIMARY KEY,
    ticket_id              text NOT NULL,
    part_type              text,
    body                   text,
    ticket_state           text,
    previous_ticket_state  text,
    created_at             timestamptz,
    updated_at             timestamptz,
    assigned_to_type       text,
    assigned_to_id         text,
    author_type            text,
    author_id              text,
    author_name            text,
    author_email           text,
    external_id            text,
    redacted               boolean,
    app_package_code       text,
    updated_attribute_data jsonb,
    raw                    json COMPRESSION lz4,
    synced_at              timestamptz NOT NULL,
    deleted_at             timestamptz,
    deletion               text,
    _hash_list             bigint,
    _hash_get              bigint,
    _pending               jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
);
CREATE INDEX ON ticket_parts (ticket_id);
CREATE INDEX ON ticket_parts (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE ticket_parts IS 'Messages, notes and events of tickets.';
COMMENT ON COLUMN ticket_parts.ticket_id IS 'Id of what it belongs to, a row of tickets.';
COMMENT ON COLUMN ticket_parts.id IS 'Intercom''s id of the part.';
COMMENT ON COLUMN ticket_parts.part_type IS
    'What it is: comment, note, ticket_state_updated_by_admin and others.';
COMMENT ON COLUMN ticket_parts.body IS 'Text, HTML.';
COMMENT ON COLUMN ticket_parts.ticket_state IS 'Stage of the ticket after it.';
COMMENT ON COLUMN ticket_parts.previous_ticket_state IS 'Stage of the ticket before it.';
COMMENT ON COLUMN ticket_parts.created_at IS 'When it was written or happened.';
COMMENT ON COLUMN ticket_parts.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN ticket_parts.assigned_to_type IS
    'What the ticket was assigned to: admin or team.';
COMMENT ON COLUMN ticket_parts.assigned_to_id IS 'Id of what the ticket was assigned to.';
COMMENT ON COLUMN ticket_parts.author_type IS 'Who wrote it: admin, bot, team or user.';
COMMENT ON COLUMN ticket_parts.author_id IS 'Id of who wrote it.';
COMMENT ON COLUMN ticket_parts.author_name IS 'Name of who wrote it.';
COMMENT ON COLUMN ticket_parts.author_email IS 'Email address of who wrote it.';
COMMENT ON COLUMN ticket_parts.external_id IS 'Id of the message in another system.';
COMMENT ON COLUMN ticket_parts.redacted IS 'Whether it was blanked out.';
COMMENT ON COLUMN ticket_parts.app_package_code IS 'App that made it through the API.';
COMMENT ON COLUMN ticket_parts.updated_attribute_data IS
    'Attribute that was changed, and its new value.';
COMMENT ON COLUMN ticket_parts.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN ticket_parts.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN ticket_parts.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN ticket_parts.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN ticket_parts._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN ticket_parts._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN ticket_parts._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE ticket_contacts (
    ticket_id  text NOT NULL,
    contact_id text NOT NULL,
    PRIMARY KEY (ticket_id, contact_id)
);

COMMENT ON TABLE ticket_contacts IS 'Which contacts tickets are about.';
COMMENT ON COLUMN ticket_contacts.ticket_id IS 'Id of what it belongs to, a row of tickets.';
COMMENT ON COLUMN ticket_contacts.contact_id IS 'Id of the contact.';

CREATE TABLE ticket_tags (
    ticket_id text NOT NULL,
    tag_id    text NOT NULL,
    PRIMARY KEY (ticket_id, tag_id)
);

COMMENT ON TABLE ticket_tags IS
    'Tags put on tickets from here; the API does not show a ticket''s tags.';
COMMENT ON COLUMN ticket_tags.ticket_id IS 'Id of what it belongs to, a row of tickets.';
COMMENT ON COLUMN ticket_tags.tag_id IS 'Id of the tag.';

CREATE TABLE ticket_linked_objects (
    ticket_id          text NOT NULL,
    linked_object_id   text NOT NULL,
    linked_object_type text,
    category           text,
    PRIMARY KEY (ticket_id, linked_object_id)
);

COMMENT ON TABLE ticket_linked_objects IS 'Tickets and conversations that tickets are linked to.';
COMMENT ON COLUMN ticket_linked_objects.ticket_id IS 'Id of what it belongs to, a row of tickets.';
COMMENT ON COLUMN ticket_linked_objects.linked_object_id IS
    'Id of the linked ticket or conversation.';
COMMENT ON COLUMN ticket_linked_objects.linked_object_type IS 'ticket or conversation.';
COMMENT ON COLUMN ticket_linked_objects.category IS 'Category of a linked ticket.';
