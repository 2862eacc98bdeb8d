-- What is mirrored only where the configuration names it: calls, and the events of contacts.

CREATE TABLE calls (
    id                    text PRIMARY KEY,
    conversation_id       text,
    admin_id              text,
    contact_id            text,
    state                 text,
    call_type             text,
    direction             text,
    ended_reason          text,
    phone                 text,
    recording_url         text,
    transcription_url     text,
    fin_recording_url     text,
    fin_transcription_url text,
    initiated_at          timestamptz,
    answered_at           timestamptz,
    ended_at              timestamptz,
    created_at            timestamptz,
    updated_at            timestamptz,
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
CREATE INDEX ON calls (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON calls (conversation_id);
CREATE INDEX ON calls (admin_id);
CREATE INDEX ON calls (contact_id);
CREATE INDEX ON calls (created_at);
CREATE INDEX ON calls (updated_at);

COMMENT ON TABLE calls IS 'Phone calls.';
COMMENT ON COLUMN calls.id IS 'Intercom''s id of the call.';
COMMENT ON COLUMN calls.conversation_id IS 'Id of the conversation it belongs to.';
COMMENT ON COLUMN calls.admin_id IS 'Id of the teammate.';
COMMENT ON COLUMN calls.contact_id IS 'Id of the contact.';
COMMENT ON COLUMN calls.state IS 'How far the call is, completed for instance.';
COMMENT ON COLUMN calls.call_type IS 'Kind of call, phone for instance.';
COMMENT ON COLUMN calls.direction IS 'inbound or outbound.';
COMMENT ON COLUMN calls.ended_reason IS 'Why it ended.';
COMMENT ON COLUMN calls.phone IS 'Phone number of the contact.';
COMMENT ON COLUMN calls.recording_url IS 'Address of the recording, for a token of the API.';
COMMENT ON COLUMN calls.transcription_url IS 'Address of the transcript, for a token of the API.';
COMMENT ON COLUMN calls.fin_recording_url IS 'Address of the recording of Fin''s part.';
COMMENT ON COLUMN calls.fin_transcription_url IS 'Address of the transcript of Fin''s part.';
COMMENT ON COLUMN calls.initiated_at IS 'When it began to ring.';
COMMENT ON COLUMN calls.answered_at IS 'When it was answered.';
COMMENT ON COLUMN calls.ended_at IS 'When it ended.';
COMMENT ON COLUMN calls.created_at IS 'When the call was created.';
COMMENT ON COLUMN calls.updated_at IS 'When the call was last changed.';
COMMENT ON COLUMN calls.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN calls.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN calls.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN calls.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN calls._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN calls._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN calls._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_calls AS
    SELECT id, conversation_id, admin_id, contact_id, state, call_type, direction, ended_reason,
           phone, recording_url, transcription_url, fin_recording_url, fin_transcription_url,
           initiated_at, answered_at, ended_at, created_at, updated_at
      FROM calls
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_calls IS 'Rows of calls that exist in Intercom.';

CREATE TABLE data_event_summaries (
    contact_id  text NOT NULL REFERENCES contacts ON UPDATE CASCADE ON DELETE CASCADE,
    name        text NOT NULL,
    description text,
    event_count bigint,
    first_at    timestamptz,
    last_at     timestamptz,
    PRIMARY KEY (contact_id, name)
);

COMMENT ON TABLE data_event_summaries IS
    'How often each event occurred to a contact; filled only where the configuration names it.';
COMMENT ON COLUMN data_event_summaries.contact_id IS 'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN data_event_summaries.name IS 'Name of the event.';
COMMENT ON COLUMN data_event_summaries.description IS 'What the event means.';
COMMENT ON COLUMN data_event_summaries.event_count IS 'How often it occurred (`count`).';
COMMENT ON COLUMN data_event_summaries.first_at IS 'When it first occurred (`first`).';
COMMENT ON COLUMN data_event_summaries.last_at IS 'When it last occurred (`last`).';

CREATE TABLE data_events (
    contact_id  text NOT NULL REFERENCES contacts ON UPDATE CASCADE ON DELETE CASCADE,
    _key        text NOT NULL,
    id          text,
    event_name  text,
    external_id text,
    email       text,
    metadata    jsonb,
    created_at  timestamptz,
    PRIMARY KEY (contact_id, _key)
);
CREATE INDEX ON data_events (event_name, created_at);

COMMENT ON TABLE data_events IS
    'Events of contacts, which Intercom lists for 90 days; older ones that were seen stay. Filled only where the configuration names it.';
COMMENT ON COLUMN data_events.contact_id IS 'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN data_events._key IS 'Key of the event for the daemon.';
COMMENT ON COLUMN data_events.id IS 'Intercom''s id of the event.';
COMMENT ON COLUMN data_events.event_name IS 'Name of the event.';
COMMENT ON COLUMN data_events.external_id IS 'Your own id of the person at that time (`user_id`).';
COMMENT ON COLUMN data_events.email IS 'Email address of the person at that time.';
COMMENT ON COLUMN data_events.metadata IS 'What was sent with the event.';
COMMENT ON COLUMN data_events.created_at IS 'When the event occurred.';

