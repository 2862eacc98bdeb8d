-- What teammates and Fin know: reasons for being away, internal articles, pages from elsewhere.

CREATE TABLE away_status_reasons (
    id            text PRIMARY KEY,
    label         text,
    emoji         text,
    display_order bigint,
    deleted       boolean,
    created_at    timestamptz,
    updated_at    timestamptz,
    raw           json COMPRESSION lz4,
    synced_at     timestamptz NOT NULL,
    deleted_at    timestamptz,
    deletion      text,
    _hash_list    bigint,
    _hash_get     bigint,
    _pending      jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON away_status_reasons (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON away_status_reasons (created_at);
CREATE INDEX ON away_status_reasons (updated_at);

COMMENT ON TABLE away_status_reasons IS 'Reasons that teammates give for being away.';
COMMENT ON COLUMN away_status_reasons.id IS 'Intercom''s id of the reason.';
COMMENT ON COLUMN away_status_reasons.label IS 'The reason in words.';
COMMENT ON COLUMN away_status_reasons.emoji IS 'Emoji shown with it.';
COMMENT ON COLUMN away_status_reasons.display_order IS 'Place among the reasons (`order`).';
COMMENT ON COLUMN away_status_reasons.deleted IS
    'Whether it was deleted; teammates may still be away for it.';
COMMENT ON COLUMN away_status_reasons.created_at IS 'When the reason was created.';
COMMENT ON COLUMN away_status_reasons.updated_at IS 'When the reason was last changed.';
COMMENT ON COLUMN away_status_reasons.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN away_status_reasons.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN away_status_reasons.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN away_status_reasons.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN away_status_reasons._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN away_status_reasons._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN away_status_reasons._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_away_status_reasons AS
    SELECT id, label, emoji, display_order, deleted, created_at, updated_at
      FROM away_status_reasons
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_away_status_reasons IS 'Rows of away_status_reasons that exist in Intercom.';

CREATE TABLE internal_articles (
    id                          text PRIMARY KEY,
    title                       text,
    body                        text,
    body_markdown               text,
    owner_id                    text,
    author_id                   text,
    locale                      text,
    audience_ids                jsonb,
    ai_chatbot_availability     boolean,
    ai_copilot_availability     boolean,
    ai_sales_agent_availability boolean,
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
CREATE INDEX ON internal_articles (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON internal_articles (owner_id);
CREATE INDEX ON internal_articles (author_id);
CREATE INDEX ON internal_articles (created_at);
CREATE INDEX ON internal_articles (updated_at);

COMMENT ON TABLE internal_articles IS 'Articles that teammates write for themselves.';
COMMENT ON COLUMN internal_articles.id IS 'Intercom''s id of the article.';
COMMENT ON COLUMN internal_articles.title IS 'Title.';
COMMENT ON COLUMN internal_articles.body IS 'Text, HTML.';
COMMENT ON COLUMN internal_articles.body_markdown IS 'Text, Markdown.';
COMMENT ON COLUMN internal_articles.owner_id IS 'Id of the teammate who owns it.';
COMMENT ON COLUMN internal_articles.author_id IS 'Id of the teammate who wrote it.';
COMMENT ON COLUMN internal_articles.locale IS 'Language.';
COMMENT ON COLUMN internal_articles.audience_ids IS
    'Ids of the audiences that Fin may answer from it.';
COMMENT ON COLUMN internal_articles.ai_chatbot_availability IS
    'Whether Fin may answer customers from it.';
COMMENT ON COLUMN internal_articles.ai_copilot_availability IS
    'Whether Copilot may answer teammates from it.';
COMMENT ON COLUMN internal_articles.ai_sales_agent_availability IS
    'Whether the sales agent may answer from it.';
COMMENT ON COLUMN internal_articles.created_at IS 'When the article was created.';
COMMENT ON COLUMN internal_articles.updated_at IS 'When the article was last changed.';
COMMENT ON COLUMN internal_articles.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN internal_articles.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN internal_articles.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN internal_articles.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN internal_articles._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN internal_articles._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN internal_articles._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_internal_articles AS
    SELECT id, title, body, body_markdown, owner_id, author_id, locale, audience_ids,
           ai_chatbot_availability, ai_copilot_availability, ai_sales_agent_availability,
           created_at, updated_at
      FROM internal_articles
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_internal_articles IS 'Rows of internal_articles that exist in Intercom.';

CREATE TABLE content_import_sources (
    id             text PRIMARY KEY,
    url            text,
    sync_behavior  text,
    status         text,
    last_synced_at timestamptz,
    audience_ids   jsonb,
    created_at     timestamptz,
    updated_at     timestamptz,
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
CREATE INDEX ON content_import_sources (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON content_import_sources (created_at);
CREATE INDEX ON content_import_sources (updated_at);

COMMENT ON TABLE content_import_sources IS 'Where pages come from that Fin answers with.';
COMMENT ON COLUMN content_import_sources.id IS 'Intercom''s id of the source.';
COMMENT ON COLUMN content_import_sources.url IS 'Address the pages come from.';
COMMENT ON COLUMN content_import_sources.sync_behavior IS
    'How pages come: api, automatic or manual.';
COMMENT ON COLUMN content_import_sources.status IS 'active or deactivated.';
COMMENT ON COLUMN content_import_sources.last_synced_at IS 'When pages last came.';
COMMENT ON COLUMN content_import_sources.audience_ids IS
    'Ids of the audiences that Fin may answer from its pages.';
COMMENT ON COLUMN content_import_sources.created_at IS 'When the source was created.';
COMMENT ON COLUMN content_import_sources.updated_at IS 'When the source was last changed.';
COMMENT ON COLUMN content_import_sources.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN content_import_sources.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN content_import_sources.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN content_import_sources.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN content_import_sources._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN content_import_sources._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN content_import_sources._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_content_import_sources AS
    SELECT id, url, sync_behavior, status, last_synced_at, audience_ids, created_at, updated_at
      FROM content_import_sources
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_content_import_sources IS
    'Rows of content_import_sources that exist in Intercom.';

CREATE TABLE external_pages (
    id                          text PRIMARY KEY,
    external_id                 text,
    source_id                   text,
    title                       text,
    html                        text,
    url                         text,
    locale                      text,
    ai_agent_availability       boolean,
    ai_copilot_availability     boolean,
    ai_sales_agent_availability boolean,
    fin_availability            boolean,
    created_at                  timestamptz,
    updated_at                  timestamptz,
    last_ingested_at            timestamptz,
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
CREATE INDEX ON external_pages (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON external_pages (source_id);
CREATE INDEX ON external_pages (created_at);
CREATE INDEX ON external_pages (updated_at);

COMMENT ON TABLE external_pages IS 'Pages from elsewhere that Fin answers with.';
COMMENT ON COLUMN external_pages.id IS 'Intercom''s id of the page.';
COMMENT ON COLUMN external_pages.external_id IS 'The source''s own id of the page.';
COMMENT ON COLUMN external_pages.source_id IS 'Id of the source it comes from.';
COMMENT ON COLUMN external_pages.title IS 'Title.';
COMMENT ON COLUMN external_pages.html IS 'Text, HTML.';
COMMENT ON COLUMN external_pages.url IS 'Address that people are sent to.';
COMMENT ON COLUMN external_pages.locale IS 'Language.';
COMMENT ON COLUMN external_pages.ai_agent_availability IS
    'Whether Fin may answer customers from it.';
COMMENT ON COLUMN external_pages.ai_copilot_availability IS
    'Whether Copilot may answer teammates from it.';
COMMENT ON COLUMN external_pages.ai_sales_agent_availability IS
    'Whether the sales agent may answer from it.';
COMMENT ON COLUMN external_pages.fin_availability IS
    'Older word for the availability to Fin and Copilot.';
COMMENT ON COLUMN external_pages.created_at IS 'When the page was created in Intercom.';
COMMENT ON COLUMN external_pages.updated_at IS 'When the page was last changed in Intercom.';
COMMENT ON COLUMN external_pages.last_ingested_at IS 'When the page last came.';
COMMENT ON COLUMN external_pages.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN external_pages.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN external_pages.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN external_pages.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN external_pages._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN external_pages._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN external_pages._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_external_pages AS
    SELECT id, external_id, source_id, title, html, url, locale, ai_agent_availability,
           ai_copilot_availability, ai_sales_agent_availability, fin_availability, created_at,
           updated_at, last_ingested_at
      FROM external_pages
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_external_pages IS 'Rows of external_pages that exist in Intercom.';

