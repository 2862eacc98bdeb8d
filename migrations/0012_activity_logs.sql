-- What teammates did to the workspace.

CREATE TABLE activity_logs (
    id                   text PRIMARY KEY,
    activity_type        text,
    activity_description text,
    performed_by_type    text,
    performed_by_id      text,
    performed_by_email   text,
    performed_by_ip      text,
    metadata             jsonb,
    created_at           timestamptz,
    raw                  json COMPRESSION lz4,
    synced_at            timestamptz NOT NULL,
    deleted_at           timestamptz,
    deletion             text,
    _hash_list           bigint,
    _hash_get            bigint,
    _pending             jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON activity_logs (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON activity_logs (performed_by_id);
CREATE INDEX ON activity_logs (created_at);

COMMENT ON TABLE activity_logs IS 'What teammates did to the workspace; entries never change.';
COMMENT ON COLUMN activity_logs.id IS 'Intercom''s id of the activity.';
COMMENT ON COLUMN activity_logs.activity_type IS 'What was done, app_name_change for instance.';
COMMENT ON COLUMN activity_logs.activity_description IS 'The same in a sentence.';
COMMENT ON COLUMN activity_logs.performed_by_type IS 'Kind of who did it, admin as a rule.';
COMMENT ON COLUMN activity_logs.performed_by_id IS 'Id of the teammate who did it.';
COMMENT ON COLUMN activity_logs.performed_by_email IS 'Email address of the teammate.';
COMMENT ON COLUMN activity_logs.performed_by_ip IS 'Address of the teammate''s machine.';
COMMENT ON COLUMN activity_logs.metadata IS 'What belongs to the type of activity.';
COMMENT ON COLUMN activity_logs.created_at IS 'When it was done.';
COMMENT ON COLUMN activity_logs.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN activity_logs.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN activity_logs.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN activity_logs.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN activity_logs._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN activity_logs._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN activity_logs._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_activity_logs AS
    SELECT id, activity_type, activity_description, performed_by_type, performed_by_id,
           performed_by_email, performed_by_ip, metadata, created_at
      FROM activity_logs
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_activity_logs IS 'Rows of activity_logs that exist in Intercom.';

