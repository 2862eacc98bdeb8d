-- The help centers: what is written in them, and how it is sorted.

CREATE TABLE help_centers (
    id                text PRIMARY KEY,
    workspace_id      text,
    identifier        text,
    display_name      text,
    website_turned_on boolean,
    url               text,
    custom_domain     text,
    is_default        boolean,
    locales           jsonb,
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
CREATE INDEX ON help_centers (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON help_centers (created_at);
CREATE INDEX ON help_centers (updated_at);

COMMENT ON TABLE help_centers IS 'Help centers of the workspace.';
COMMENT ON COLUMN help_centers.id IS 'Intercom''s id of the help center.';
COMMENT ON COLUMN help_centers.workspace_id IS 'Id of the workspace.';
COMMENT ON COLUMN help_centers.identifier IS 'Name of the help center in its address.';
COMMENT ON COLUMN help_centers.display_name IS 'Name that only teammates see.';
COMMENT ON COLUMN help_centers.website_turned_on IS 'Whether the help center is public.';
COMMENT ON COLUMN help_centers.url IS 'Address of the help center.';
COMMENT ON COLUMN help_centers.custom_domain IS 'The workspace''s own domain for it.';
COMMENT ON COLUMN help_centers.is_default IS
    'Whether it is the workspace''s default help center (`default`).';
COMMENT ON COLUMN help_centers.locales IS 'Languages it is offered in.';
COMMENT ON COLUMN help_centers.created_at IS 'When the help center was created.';
COMMENT ON COLUMN help_centers.updated_at IS 'When the help center was last changed.';
COMMENT ON COLUMN help_centers.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN help_centers.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN help_centers.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN help_centers.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN help_centers._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN help_centers._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN help_centers._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_help_centers AS
    SELECT id, workspace_id, identifier, display_name, website_turned_on, url, custom_domain,
           is_default, locales, created_at, updated_at
      FROM help_centers
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_help_centers IS 'Rows of help_centers that exist in Intercom.';

CREATE TABLE help_center_redirects (
    help_center_id text NOT NULL REFERENCES help_centers ON UPDATE CASCADE ON DELETE CASCADE,
    id             text PRIMARY KEY,
    from_url       text,
    locale         text,
    target_type    text,
    target_id      text,
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
CREATE INDEX ON help_center_redirects (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON help_center_redirects (help_center_id);
CREATE INDEX ON help_center_redirects (target_id);
CREATE INDEX ON help_center_redirects (created_at);
CREATE INDEX ON help_center_redirects (updated_at);

COMMENT ON TABLE help_center_redirects IS 'Where people are sent who come to an address of old.';
COMMENT ON COLUMN help_center_redirects.help_center_id IS
    'Id of what it belongs to, a row of help_centers.';
COMMENT ON COLUMN help_center_redirects.id IS 'Intercom''s id of the redirect.';
COMMENT ON COLUMN help_center_redirects.from_url IS 'Address that people came to.';
COMMENT ON COLUMN help_center_redirects.locale IS 'Language of what they are sent to.';
COMMENT ON COLUMN help_center_redirects.target_type IS
    'What they are sent to: article, collection.';
COMMENT ON COLUMN help_center_redirects.target_id IS 'Id of the article or collection.';
COMMENT ON COLUMN help_center_redirects.created_at IS 'When the redirect was created.';
COMMENT ON COLUMN help_center_redirects.updated_at IS 'When the redirect was last changed.';
COMMENT ON COLUMN help_center_redirects.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN help_center_redirects.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN help_center_redirects.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN help_center_redirects.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN help_center_redirects._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN help_center_redirects._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN help_center_redirects._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE collections (
    id             text PRIMARY KEY,
    workspace_id   text,
    name           text,
    description    text,
    icon           text,
    display_order  bigint,
    default_locale text,
    parent_id      text,
    help_center_id text,
    url            text,
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
CREATE INDEX ON collections (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON collections (parent_id);
CREATE INDEX ON collections (help_center_id);
CREATE INDEX ON collections (created_at);
CREATE INDEX ON collections (updated_at);

COMMENT ON TABLE collections IS 'Collections that sort the articles of a help center.';
COMMENT ON COLUMN collections.id IS 'Intercom''s id of the collection.';
COMMENT ON COLUMN collections.workspace_id IS 'Id of the workspace.';
COMMENT ON COLUMN collections.name IS 'Name in the default language.';
COMMENT ON COLUMN collections.description IS 'Description in the default language.';
COMMENT ON COLUMN collections.icon IS 'Name of the icon.';
COMMENT ON COLUMN collections.display_order IS 'Place among the collections beside it (`order`).';
COMMENT ON COLUMN collections.default_locale IS
    'The default language; only where the help center has several.';
COMMENT ON COLUMN collections.parent_id IS 'Id of the collection it stands in.';
COMMENT ON COLUMN collections.help_center_id IS 'Id of the help center it is in.';
COMMENT ON COLUMN collections.url IS 'Address of the collection.';
COMMENT ON COLUMN collections.created_at IS 'When the collection was created.';
COMMENT ON COLUMN collections.updated_at IS 'When the collection was last changed.';
COMMENT ON COLUMN collections.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN collections.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN collections.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN collections.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN collections._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN collections._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN collections._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_collections AS
    SELECT id, workspace_id, name, description, icon, display_order, default_locale, parent_id,
           help_center_id, url, created_at, updated_at
      FROM collections
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_collections IS 'Rows of collections that exist in Intercom.';

CREATE TABLE collection_translations (
    collection_id text NOT NULL REFERENCES collections ON UPDATE CASCADE ON DELETE CASCADE,
    locale        text NOT NULL,
    name          text,
    description   text,
    PRIMARY KEY (collection_id, locale)
);

COMMENT ON TABLE collection_translations IS 'Names of collections in each language.';
COMMENT ON COLUMN collection_translations.collection_id IS
    'Id of what it belongs to, a row of collections.';
COMMENT ON COLUMN collection_translations.locale IS 'The language.';
COMMENT ON COLUMN collection_translations.name IS 'Name in that language.';
COMMENT ON COLUMN collection_translations.description IS 'Description in that language.';

CREATE TABLE articles (
    id                                     text PRIMARY KEY,
    workspace_id                           text,
    title                                  text,
    description                            text,
    body                                   text,
    body_markdown                          text,
    author_id                              text,
    state                                  text,
    default_locale                         text,
    parent_id                              text,
    parent_type                            text,
    parent_ids                             jsonb,
    url                                    text,
    has_unpublished_changes                boolean,
    draft_updated_at                       timestamptz,
    ai_chatbot_availability                boolean,
    ai_copilot_availability                boolean,
    ai_sales_agent_availability            boolean,
    created_by_id                          text,
    updated_by_id                          text,
    exclude_from_article_suggestions       boolean,
    help_center_audience                   text,
    scheduled_publish_at                   timestamptz,
    scheduled_unpublish_at                 timestamptz,
    created_at                             timestamptz,
    updated_at                             timestamptz,
    statistics_views                       bigint,
    statistics_conversations               bigint,
    statistics_reactions                   bigint,
    statistics_happy_reaction_percentage   numeric,
    statistics_neutral_reaction_percentage numeric,
    statistics_sad_reaction_percentage     numeric,
    statistics_fin_involvements            bigint,
    statistics_fin_resolutions             bigint,
    statistics_fin_resolution_rate         numeric,
    raw                                    json COMPRESSION lz4,
    synced_at                              timestamptz NOT NULL,
    deleted_at                             timestamptz,
    deletion                               text,
    _hash_list                             bigint,
    _hash_get                              bigint,
    _pending                               jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON articles (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON articles (author_id);
CREATE INDEX ON articles (parent_id);
CREATE INDEX ON articles (created_by_id);
CREATE INDEX ON articles (updated_by_id);
CREATE INDEX ON articles (created_at);
CREATE INDEX ON articles (updated_at);

COMMENT ON TABLE articles IS 'Articles of the help centers.';
COMMENT ON COLUMN articles.id IS 'Intercom''s id of the article.';
COMMENT ON COLUMN articles.workspace_id IS 'Id of the workspace.';
COMMENT ON COLUMN articles.title IS 'Title in the default language.';
COMMENT ON COLUMN articles.description IS 'Description in the default language.';
COMMENT ON COLUMN articles.body IS 'Text in the default language, HTML.';
COMMENT ON COLUMN articles.body_markdown IS 'Text in the default language, Markdown.';
COMMENT ON COLUMN articles.author_id IS 'Id of the teammate who wrote it.';
COMMENT ON COLUMN articles.state IS 'published or draft, in the default language.';
COMMENT ON COLUMN articles.default_locale IS
    'The default language; only where the help center has several.';
COMMENT ON COLUMN articles.parent_id IS 'Id of the collection or section it stands in.';
COMMENT ON COLUMN articles.parent_type IS 'What it stands in: collection, section.';
COMMENT ON COLUMN articles.parent_ids IS 'Ids of all collections and sections it stands in.';
COMMENT ON COLUMN articles.url IS 'Address of the article in the default language.';
COMMENT ON COLUMN articles.has_unpublished_changes IS
    'Whether a draft differs from what is published.';
COMMENT ON COLUMN articles.draft_updated_at IS 'When the draft was last changed.';
COMMENT ON COLUMN articles.ai_chatbot_availability IS 'Whether Fin may answer customers from it.';
COMMENT ON COLUMN articles.ai_copilot_availability IS
    'Whether Copilot may answer teammates from it.';
COMMENT ON COLUMN articles.ai_sales_agent_availability IS
    'Whether the sales agent may answer from it.';
COMMENT ON COLUMN articles.created_by_id IS 'Id of the teammate who created it.';
COMMENT ON COLUMN articles.updated_by_id IS 'Id of the teammate who last changed it.';
COMMENT ON COLUMN articles.exclude_from_article_suggestions IS
    'Whether it is left out where the Messenger suggests articles.';
COMMENT ON COLUMN articles.help_center_audience IS
    'Who may read it: everyone, all_users, restricted and so on.';
COMMENT ON COLUMN articles.scheduled_publish_at IS 'When it will be published.';
COMMENT ON COLUMN articles.scheduled_unpublish_at IS 'When it will be withdrawn.';
COMMENT ON COLUMN articles.created_at IS 'When the article was created.';
COMMENT ON COLUMN articles.updated_at IS 'When the article was last changed.';
COMMENT ON COLUMN articles.statistics_views IS 'How often it was looked at.';
COMMENT ON COLUMN articles.statistics_conversations IS 'Conversations it led to.';
COMMENT ON COLUMN articles.statistics_reactions IS 'Reactions of readers.';
COMMENT ON COLUMN articles.statistics_happy_reaction_percentage IS
    'Share of happy reactions, in percent.';
COMMENT ON COLUMN articles.statistics_neutral_reaction_percentage IS
    'Share of neutral reactions, in percent.';
COMMENT ON COLUMN articles.statistics_sad_reaction_percentage IS
    'Share of sad reactions, in percent.';
COMMENT ON COLUMN articles.statistics_fin_involvements IS 'Conversations in which Fin used it.';
COMMENT ON COLUMN articles.statistics_fin_resolutions IS 'Conversations that Fin resolved with it.';
COMMENT ON COLUMN articles.statistics_fin_resolution_rate IS
    'Share of Fin''s conversations with it that were resolved.';
COMMENT ON COLUMN articles.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN articles.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN articles.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN articles.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN articles._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN articles._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN articles._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_articles AS
    SELECT id, workspace_id, title, description, body, body_markdown, author_id, state,
           default_locale, parent_id, parent_type, parent_ids, url, has_unpublished_changes,
           draft_updated_at, ai_chatbot_availability, ai_copilot_availability,
           ai_sales_agent_availability, created_by_id, updated_by_id,
           exclude_from_article_suggestions, help_center_audience, scheduled_publish_at,
           scheduled_unpublish_at, created_at, updated_at, statistics_views,
           statistics_conversations, statistics_reactions, statistics_happy_reaction_percentage,
           statistics_neutral_reaction_percentage, statistics_sad_reaction_percentage,
           statistics_fin_involvements, statistics_fin_resolutions, statistics_fin_resolution_rate
      FROM articles
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_articles IS 'Rows of articles that exist in Intercom.';

CREATE TABLE article_translations (
    article_id  text NOT NULL REFERENCES articles ON UPDATE CASCADE ON DELETE CASCADE,
    locale      text NOT NULL,
    title       text,
    description text,
    body        text,
    author_id   text,
    state       text,
    url         text,
    created_at  timestamptz,
    updated_at  timestamptz,
    PRIMARY KEY (article_id, locale)
);
CREATE INDEX ON article_translations (author_id);

COMMENT ON TABLE article_translations IS 'Articles in each language.';
COMMENT ON COLUMN article_translations.article_id IS 'Id of what it belongs to, a row of articles.';
COMMENT ON COLUMN article_translations.locale IS 'The language.';
COMMENT ON COLUMN article_translations.title IS 'Title in that language.';
COMMENT ON COLUMN article_translations.description IS 'Description in that language.';
COMMENT ON COLUMN article_translations.body IS 'Text in that language, HTML.';
COMMENT ON COLUMN article_translations.author_id IS 'Id of the teammate who wrote it.';
COMMENT ON COLUMN article_translations.state IS 'published or draft, in that language.';
COMMENT ON COLUMN article_translations.url IS 'Address in that language.';
COMMENT ON COLUMN article_translations.created_at IS 'When it was created in that language.';
COMMENT ON COLUMN article_translations.updated_at IS 'When it was last changed in that language.';

CREATE TABLE article_tags (
    article_id text NOT NULL REFERENCES articles ON UPDATE CASCADE ON DELETE CASCADE,
    tag_id     text NOT NULL,
    PRIMARY KEY (article_id, tag_id)
);
CREATE INDEX ON article_tags (tag_id);

COMMENT ON TABLE article_tags IS 'Which articles bear which tags.';
COMMENT ON COLUMN article_tags.article_id IS 'Id of what it belongs to, a row of articles.';
COMMENT ON COLUMN article_tags.tag_id IS 'Id of the tag.';

