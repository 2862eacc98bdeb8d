-- A resource that the workspace does not offer in the version of the API that is spoken.
ALTER TABLE resource_state DROP CONSTRAINT phase_is_known;
ALTER TABLE resource_state ADD CONSTRAINT phase_is_known
    CHECK (phase IN ('waiting', 'first mirror', 'live', 'sweep', 'forbidden', 'needs_version',
                     'needs_token'));

-- Which shapes rows are being decoded to again. While that is under way, some rows have the former
-- ones and some these, whatever version is spoken next.
ALTER TABLE resource_state ADD COLUMN decoding_towards bigint;
