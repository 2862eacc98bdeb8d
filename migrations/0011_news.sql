-- News for customers and the feeds that show them.

CREATE TABLE newsfeeds (
    id         text PRIMARY KEY,
    name       text,
    created_at timestamptz,
    updated_at timestamptz,
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
CREATE INDEX ON newsfeeds (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON newsfeeds (created_at);
CREATE INDEX ON newsfeeds (updated_at);

COMMENT ON TABLE newsfeeds IS
    'Feeds of news in the Messenger; what they show is in newsfeed_items.';
COMMENT ON COLUMN newsfeeds.id IS 'Intercom''s id of the newsfeed.';
COMMENT ON COLUMN newsfeeds.name IS 'Name that only teammates see.';
COMMENT ON COLUMN newsfeeds.created_at IS 'When the newsfeed was created.';
COMMENT ON COLUMN newsfeeds.updated_at IS 'When the newsfeed was last changed.';
COMMENT ON COLUMN newsfeeds.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN newsfeeds.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN newsfeeds.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN newsfeeds.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN newsfeeds._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN newsfeeds._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN newsfeeds._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_newsfeeds AS
    SELECT id, name, created_at, updated_at
      FROM newsfeeds
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_newsfeeds IS 'Rows of newsfeeds that exist in Intercom.';

CREATE TABLE newsfeed_items (
    newsfeed_id  text NOT NULL REFERENCES newsfeeds ON UPDATE CASCADE ON DELETE CASCADE,
    news_item_id text NOT NULL,
    PRIMARY KEY (newsfeed_id, news_item_id)
);
CREATE INDEX ON newsfeed_items (news_item_id);

COMMENT ON TABLE newsfeed_items IS 'Which news items customers see on which newsfeeds.';
COMMENT ON COLUMN newsfeed_items.newsfeed_id IS 'Id of what it belongs to, a row of newsfeeds.';
COMMENT ON COLUMN newsfeed_items.news_item_id IS 'Id of the news item.';

CREATE TABLE news_items (
    id               text PRIMARY KEY,
    workspace_id     text,
    title            text,
    body             text,
    sender_id        text,
    state            text,
    labels           jsonb,
    cover_image_url  text,
    reactions        jsonb,
    deliver_silently boolean,
    created_at       timestamptz,
    updated_at       timestamptz,
    raw              json COMPRESSION lz4,
    synced_at        timestamptz NOT NULL,
    deleted_at       timestamptz,
    deletion         text,
    _hash_list       bigint,
    _hash_get        bigint,
    _pending         jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON news_items (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON news_items (sender_id);
CREATE INDEX ON news_items (created_at);
CREATE INDEX ON news_items (updated_at);

COMMENT ON TABLE news_items IS 'News written for customers.';
COMMENT ON COLUMN news_items.id IS 'Intercom''s id of the news item.';
COMMENT ON COLUMN news_items.workspace_id IS 'Id of the workspace.';
COMMENT ON COLUMN news_items.title IS 'Title.';
COMMENT ON COLUMN news_items.body IS 'Text, HTML.';
COMMENT ON COLUMN news_items.sender_id IS 'Id of the teammate who sends it.';
COMMENT ON COLUMN news_items.state IS 'draft or live; drafts are shown to nobody.';
COMMENT ON COLUMN news_items.labels IS 'Words that customers see it sorted under.';
COMMENT ON COLUMN news_items.cover_image_url IS 'Address of the cover picture.';
COMMENT ON COLUMN news_items.reactions IS 'Emoji that readers may react with, in their order.';
COMMENT ON COLUMN news_items.deliver_silently IS
    'Whether it appears without a sign on the Messenger.';
COMMENT ON COLUMN news_items.created_at IS 'When the news item was created.';
COMMENT ON COLUMN news_items.updated_at IS 'When the news item was last changed.';
COMMENT ON COLUMN news_items.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN news_items.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN news_items.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN news_items.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN news_items._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN news_items._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN news_items._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_news_items AS
    SELECT id, workspace_id, title, body, sender_id, state, labels, cover_image_url, reactions,
           deliver_silently, created_at, updated_at
      FROM news_items
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_news_items IS 'Rows of news_items that exist in Intercom.';

CREATE TABLE news_item_newsfeeds (
    news_item_id text NOT NULL REFERENCES news_items ON UPDATE CASCADE ON DELETE CASCADE,
    newsfeed_id  text NOT NULL,
    published_at timestamptz,
    PRIMARY KEY (news_item_id, newsfeed_id)
);
CREATE INDEX ON news_item_newsfeeds (newsfeed_id);

COMMENT ON TABLE news_item_newsfeeds IS
    'Which news items are assigned to which newsfeeds, drafts included.';
COMMENT ON COLUMN news_item_newsfeeds.news_item_id IS
    'Id of what it belongs to, a row of news_items.';
COMMENT ON COLUMN news_item_newsfeeds.newsfeed_id IS 'Id of the newsfeed.';
COMMENT ON COLUMN news_item_newsfeeds.published_at IS 'When it was published on that newsfeed.';

