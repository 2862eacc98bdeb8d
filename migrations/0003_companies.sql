-- Companies, and the tags and segments they are in.

CREATE TABLE companies (
    id                text PRIMARY KEY,
    company_id        text,
    app_id            text,
    name              text,
    plan_id           text,
    plan_name         text,
    remote_created_at timestamptz,
    created_at        timestamptz,
    updated_at        timestamptz,
    last_request_at   timestamptz,
    size              bigint,
    website           text,
    industry          text,
    monthly_spend     numeric,
    session_count     bigint,
    user_count        bigint,
    custom_attributes jsonb,
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
CREATE INDEX ON companies (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE companies IS 'Companies that contacts belong to.';
COMMENT ON COLUMN companies.id IS 'Intercom''s id of the company.';
COMMENT ON COLUMN companies.company_id IS 'Your own id of the company; Intercom never changes it.';
COMMENT ON COLUMN companies.app_id IS 'Id of the workspace.';
COMMENT ON COLUMN companies.name IS 'Name of the company.';
COMMENT ON COLUMN companies.plan_id IS 'Intercom''s id of the plan.';
COMMENT ON COLUMN companies.plan_name IS 'Name of the plan the company is on.';
COMMENT ON COLUMN companies.remote_created_at IS 'When the company was created on your side.';
COMMENT ON COLUMN companies.created_at IS 'When the company was created in Intercom.';
COMMENT ON COLUMN companies.updated_at IS 'When the company was last changed in Intercom.';
COMMENT ON COLUMN companies.last_request_at IS 'When somebody of the company last made a request.';
COMMENT ON COLUMN companies.size IS 'Number of employees.';
COMMENT ON COLUMN companies.website IS 'Address of the company''s web site.';
COMMENT ON COLUMN companies.industry IS 'Industry the company works in.';
COMMENT ON COLUMN companies.monthly_spend IS 'Revenue from the company per month.';
COMMENT ON COLUMN companies.session_count IS 'Number of sessions its people have had.';
COMMENT ON COLUMN companies.user_count IS 'Number of its people.';
COMMENT ON COLUMN companies.custom_attributes IS
    'Values of the workspace''s own attributes, by name.';
COMMENT ON COLUMN companies.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN companies.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN companies.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN companies.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN companies._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN companies._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN companies._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE company_tags (
    company_id text NOT NULL,
    tag_id     text NOT NULL,
    PRIMARY KEY (company_id, tag_id)
);

COMMENT ON TABLE company_tags IS 'Which companies bear which tags.';
COMMENT ON COLUMN company_tags.company_id IS 'Id of what it belongs to, a row of companies.';
COMMENT ON COLUMN company_tags.tag_id IS 'Id of the tag.';

CREATE TABLE company_segments (
    company_id text NOT NULL,
    segment_id text NOT NULL,
    PRIMARY KEY (company_id, segment_id)
);

COMMENT ON TABLE company_segments IS 'Which companies are in which segments.';
COMMENT ON COLUMN company_segments.company_id IS 'Id of what it belongs to, a row of companies.';
COMMENT ON COLUMN company_segments.segment_id IS 'Id of the segment.';
