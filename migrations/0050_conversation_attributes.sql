-- What the definitions of conversation attributes say from version 2.16 on.

ALTER TABLE data_attributes
    ADD COLUMN required            boolean,
    ADD COLUMN visible_to_team_ids jsonb,
    ADD COLUMN multiline           boolean,
    ADD COLUMN reference           jsonb;

COMMENT ON COLUMN data_attributes.data_type IS
    'Type of the values: string, integer, float, boolean, date or datetime; of conversations from 2.16 on also list, decimal, relationship, files.';
COMMENT ON COLUMN data_attributes.options IS
    'The values a list attribute allows; of conversations from 2.16 on with their ids.';
COMMENT ON COLUMN data_attributes.required IS
    'Whether teammates have to give it before they close; of conversations.';
COMMENT ON COLUMN data_attributes.visible_to_team_ids IS
    'Ids of the teams that see it, none for all; of conversations.';
COMMENT ON COLUMN data_attributes.multiline IS
    'Whether the text may have several lines; of conversations.';
COMMENT ON COLUMN data_attributes.reference IS
    'Which custom objects it relates to; of conversations.';

CREATE OR REPLACE VIEW live_data_attributes AS
    SELECT id, model, full_name, name, label, description, data_type, options, api_writable,
           messenger_writable, ui_writable, custom, archived, created_at, updated_at, admin_id,
           required, visible_to_team_ids, multiline, reference
      FROM data_attributes
     WHERE deleted_at IS NULL;
