-- Gadgets and the tags they bear.

CREATE TABLE gadgets (
    id         text PRIMARY KEY,
    name       text,
    owner_id   text,
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
CREATE INDEX ON gadgets (id) WHERE _pending IS NOT NULL;
CREATE INDEX ON gadgets (owner_id);

COMMENT ON TABLE gadgets IS 'Gadgets of the workspace.';
COMMENT ON COLUMN gadgets.id IS 'Intercom''s id of the gadget.';
COMMENT ON COLUMN gadgets.name IS 'Name of the gadget.';
COMMENT ON COLUMN gadgets.owner_id IS 'Id of the teammate who owns it.';
COMMENT ON COLUMN gadgets.created_at IS 'When the gadget was created.';
COMMENT ON COLUMN gadgets.updated_at IS 'When the gadget was last changed.';

CREATE TABLE gadget_tags (
    gadget_id text NOT NULL REFERENCES gadgets ON UPDATE CASCADE ON DELETE CASCADE,
    tag_id    text NOT NULL,
    PRIMARY KEY (gadget_id, tag_id)
);
CREATE INDEX ON gadget_tags (tag_id);

COMMENT ON TABLE gadget_tags IS 'Which gadgets bear which tags.';
COMMENT ON COLUMN gadget_tags.gadget_id IS 'Id of what it belongs to, a row of gadgets.';
COMMENT ON COLUMN gadget_tags.tag_id IS 'Id of the tag.';

CREATE VIEW live_gadgets AS
    SELECT id, name, owner_id, created_at, updated_at
      FROM gadgets
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_gadgets IS 'Rows of gadgets that exist in Intercom.';
