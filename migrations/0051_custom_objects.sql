-- Instances of custom objects, of the types that the configuration names.

CREATE TABLE custom_object_instances (
    _key                text NOT NULL UNIQUE,
    id                  text NOT NULL,
    type                text NOT NULL,
    external_id         text,
    external_created_at timestamptz,
    external_updated_at timestamptz,
    custom_attributes   jsonb,
    created_at          timestamptz,
    updated_at          timestamptz,
    raw                 json COMPRESSION lz4,
    synced_at           timestamptz NOT NULL,
    deleted_at          timestamptz,
    deletion            text,
    _hash_list          bigint,
    _hash_get           bigint,
    _pending            jsonb,
    PRIMARY KEY (type, id),
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON custom_object_instances (_key) WHERE _pending IS NOT NULL;
CREATE INDEX ON custom_object_instances (external_id);
CREATE INDEX ON custom_object_instances (created_at);
CREATE INDEX ON custom_object_instances (updated_at);
CREATE INDEX ON custom_object_instances USING gin (custom_attributes);

COMMENT ON TABLE custom_object_instances IS
    'Instances of custom objects, of the types that the configuration names.';
COMMENT ON COLUMN custom_object_instances._key IS 'Key of the row for the daemon: type and id.';
COMMENT ON COLUMN custom_object_instances.id IS 'Intercom''s id of the instance.';
COMMENT ON COLUMN custom_object_instances.type IS 'Identifier of the type of object.';
COMMENT ON COLUMN custom_object_instances.external_id IS 'Your own id of it.';
COMMENT ON COLUMN custom_object_instances.external_created_at IS 'When it was created on your side.';
COMMENT ON COLUMN custom_object_instances.external_updated_at IS
    'When it was last changed on your side.';
COMMENT ON COLUMN custom_object_instances.custom_attributes IS
    'Values of the type''s attributes, by name.';
COMMENT ON COLUMN custom_object_instances.created_at IS 'When it was created in Intercom.';
COMMENT ON COLUMN custom_object_instances.updated_at IS 'When it was last changed in Intercom.';
COMMENT ON COLUMN custom_object_instances.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN custom_object_instances.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN custom_object_instances.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN custom_object_instances.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN custom_object_instances._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN custom_object_instances._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN custom_object_instances._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_custom_object_instances AS
    SELECT id, type, external_id, external_created_at, external_updated_at, custom_attributes,
           created_at, updated_at
      FROM custom_object_instances
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_custom_object_instances IS
    'Rows of custom_object_instances that exist in Intercom.';
