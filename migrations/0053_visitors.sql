-- Visitors of the Messenger, who are read one by one.

CREATE TABLE visitors (
    user_id                      text PRIMARY KEY,
    id                           text,
    anonymous                    boolean,
    email                        text,
    phone                        text,
    name                         text,
    pseudonym                    text,
    avatar_image_url             text,
    app_id                       text,
    location_data_city_name      text,
    location_data_region_name    text,
    location_data_postal_code    text,
    location_data_country_name   text,
    location_data_country_code   text,
    location_data_continent_code text,
    location_data_timezone       text,
    last_request_at              timestamptz,
    created_at                   timestamptz,
    remote_created_at            timestamptz,
    signed_up_at                 timestamptz,
    updated_at                   timestamptz,
    session_count                bigint,
    owner_id                     text,
    unsubscribed_from_emails     boolean,
    marked_email_as_spam         boolean,
    has_hard_bounced             boolean,
    referrer                     text,
    utm_campaign                 text,
    utm_content                  text,
    utm_medium                   text,
    utm_source                   text,
    utm_term                     text,
    do_not_track                 boolean,
    custom_attributes            jsonb,
    raw                          json COMPRESSION lz4,
    synced_at                    timestamptz NOT NULL,
    deleted_at                   timestamptz,
    deletion                     text,
    _hash_list                   bigint,
    _hash_get                    bigint,
    _pending                     jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON visitors (user_id) WHERE _pending IS NOT NULL;
CREATE INDEX ON visitors (id);
CREATE INDEX ON visitors (owner_id);
CREATE INDEX ON visitors (email);
CREATE INDEX ON visitors (created_at);
CREATE INDEX ON visitors (updated_at);
CREATE INDEX ON visitors USING gin (custom_attributes);

COMMENT ON TABLE visitors IS
    'Visitors of the Messenger whom nobody knows yet, as far as they were asked for: read_visitor(), update_visitor().';
COMMENT ON COLUMN visitors.user_id IS
    'Identifier that the Messenger gave the visitor; it is read by it.';
COMMENT ON COLUMN visitors.id IS 'Intercom''s id of the visitor.';
COMMENT ON COLUMN visitors.anonymous IS 'Whether nobody knows who it is.';
COMMENT ON COLUMN visitors.email IS 'Email address.';
COMMENT ON COLUMN visitors.phone IS 'Phone number.';
COMMENT ON COLUMN visitors.name IS 'Name of the visitor.';
COMMENT ON COLUMN visitors.pseudonym IS 'Name that Intercom made up, Red Duck from Dublin.';
COMMENT ON COLUMN visitors.avatar_image_url IS 'Address of the picture.';
COMMENT ON COLUMN visitors.app_id IS 'Id of the workspace.';
COMMENT ON COLUMN visitors.location_data_city_name IS 'City it was seen in.';
COMMENT ON COLUMN visitors.location_data_region_name IS 'Region.';
COMMENT ON COLUMN visitors.location_data_postal_code IS 'Postal code.';
COMMENT ON COLUMN visitors.location_data_country_name IS 'Country.';
COMMENT ON COLUMN visitors.location_data_country_code IS 'Code of the country.';
COMMENT ON COLUMN visitors.location_data_continent_code IS 'Code of the continent.';
COMMENT ON COLUMN visitors.location_data_timezone IS 'Time zone.';
COMMENT ON COLUMN visitors.last_request_at IS 'When it was last seen.';
COMMENT ON COLUMN visitors.created_at IS 'When Intercom first saw it.';
COMMENT ON COLUMN visitors.remote_created_at IS 'When it was created on your side.';
COMMENT ON COLUMN visitors.signed_up_at IS 'When it signed up for your product.';
COMMENT ON COLUMN visitors.updated_at IS 'When the visitor was last changed.';
COMMENT ON COLUMN visitors.session_count IS 'How many sessions it had.';
COMMENT ON COLUMN visitors.owner_id IS 'Id of the teammate who owns it.';
COMMENT ON COLUMN visitors.unsubscribed_from_emails IS 'Whether it wants no email.';
COMMENT ON COLUMN visitors.marked_email_as_spam IS 'Whether it called an email spam.';
COMMENT ON COLUMN visitors.has_hard_bounced IS 'Whether email to it came back for good.';
COMMENT ON COLUMN visitors.referrer IS 'Page that led it here.';
COMMENT ON COLUMN visitors.utm_campaign IS 'UTM campaign that led it here.';
COMMENT ON COLUMN visitors.utm_content IS 'UTM content that led it here.';
COMMENT ON COLUMN visitors.utm_medium IS 'UTM medium that led it here.';
COMMENT ON COLUMN visitors.utm_source IS 'UTM source that led it here.';
COMMENT ON COLUMN visitors.utm_term IS 'UTM term that led it here.';
COMMENT ON COLUMN visitors.do_not_track IS 'Whether its browser asks not to be tracked.';
COMMENT ON COLUMN visitors.custom_attributes IS 'Values of custom attributes, by name.';
COMMENT ON COLUMN visitors.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN visitors.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN visitors.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN visitors.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN visitors._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN visitors._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN visitors._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE VIEW live_visitors AS
    SELECT user_id, id, anonymous, email, phone, name, pseudonym, avatar_image_url, app_id,
           location_data_city_name, location_data_region_name, location_data_postal_code,
           location_data_country_name, location_data_country_code, location_data_continent_code,
           location_data_timezone, last_request_at, created_at, remote_created_at, signed_up_at,
           updated_at, session_count, owner_id, unsubscribed_from_emails, marked_email_as_spam,
           has_hard_bounced, referrer, utm_campaign, utm_content, utm_medium, utm_source, utm_term,
           do_not_track, custom_attributes
      FROM visitors
     WHERE deleted_at IS NULL;
COMMENT ON VIEW live_visitors IS 'Rows of visitors that exist in Intercom.';
