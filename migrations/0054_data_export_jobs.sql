-- Exports of what was sent to people.

CREATE TABLE data_export_jobs (
    job_identifier      text PRIMARY KEY,
    status              text,
    download_url        text,
    download_expires_at timestamptz,
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
CREATE INDEX ON data_export_jobs (job_identifier) WHERE _pending IS NOT NULL;

COMMENT ON TABLE data_export_jobs IS
    'Exports of what was sent to people, as far as they were asked for by request_data_export().';
COMMENT ON COLUMN data_export_jobs.job_identifier IS 'Intercom''s id of the job.';
COMMENT ON COLUMN data_export_jobs.status IS
    'How far it is: pending, in_progress, completed, failed, no_data, canceled.';
COMMENT ON COLUMN data_export_jobs.download_url IS
    'Address of what was exported, for a token of the API; empty until it is completed.';
COMMENT ON COLUMN data_export_jobs.download_expires_at IS 'Until when it can be downloaded.';
COMMENT ON COLUMN data_export_jobs.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN data_export_jobs.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN data_export_jobs.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN data_export_jobs.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN data_export_jobs._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN data_export_jobs._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN data_export_jobs._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_data_export_jobs AS
    SELECT job_identifier, status, download_url, download_expires_at
      FROM data_export_jobs
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_data_export_jobs IS 'Rows of data_export_jobs that exist in Intercom.';
