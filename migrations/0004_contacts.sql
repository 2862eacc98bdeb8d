-- Contacts, what they belong to, and the notes about contacts and companies.

CREATE TABLE contacts (
    id                       text PRIMARY KEY,
    workspace_id             text,
    external_id              text,
    role                     text,
    email                    text,
    email_domain             text,
    phone                    text,
    formatted_phone          text,
    name                     text,
    avatar_image_url         text,
    owner_id                 text,
    has_hard_bounced         boolean,
    marked_email_as_spam     boolean,
    unsubscribed_from_emails boolean,
    enabled_push_messaging   boolean,
    created_at               timestamptz,
    updated_at               timestamptz,
    signed_up_at             timestamptz,
    last_seen_at             timestamptz,
    last_replied_at          timestamptz,
    last_contacted_at        timestamptz,
    last_email_opened_at     timestamptz,
    last_email_clicked_at    timestamptz,
    language_override        text,
    browser                  text,
    browser_version          text,
    browser_language         text,
    os                       text,
    location_country         text,
    location_region          text,
    location_city            text,
    location_country_code    text,
    location_continent_code  text,
    location_timezone        text,
    android_app_name         text,
    android_app_version      text,
    android_device           text,
    android_os_version       text,
    android_sdk_version      text,
    android_last_seen_at     timestamptz,
    ios_app_name             text,
    ios_app_version          text,
    ios_device               text,
    ios_os_version           text,
    ios_sdk_version          text,
    ios_last_seen_at         timestamptz,
    utm_campaign             text,
    utm_content              text,
    utm_medium               text,
    utm_source               text,
    utm_term                 text,
    referrer                 text,
    custom_attributes        jsonb,
    raw                      json COMPRESSION lz4,
    synced_at                timestamptz NOT NULL,
    deleted_at               timestamptz,
    deletion                 text,
    _hash_list               bigint,
    _hash_get                bigint,
    _pending                 jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON contacts (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE contacts IS 'People: users and leads.';
COMMENT ON COLUMN contacts.id IS 'Intercom''s id of the contact.';
COMMENT ON COLUMN contacts.workspace_id IS 'Id of the workspace.';
COMMENT ON COLUMN contacts.external_id IS 'Your own id of the person.';
COMMENT ON COLUMN contacts.role IS 'user or lead; a lead becomes a user and keeps the id.';
COMMENT ON COLUMN contacts.email IS 'Email address.';
COMMENT ON COLUMN contacts.email_domain IS 'Domain of the email address.';
COMMENT ON COLUMN contacts.phone IS 'Phone number.';
COMMENT ON COLUMN contacts.formatted_phone IS 'Phone number in international notation.';
COMMENT ON COLUMN contacts.name IS 'Full name.';
COMMENT ON COLUMN contacts.avatar_image_url IS 'Address of the picture.';
COMMENT ON COLUMN contacts.owner_id IS 'Id of the teammate who owns the contact.';
COMMENT ON COLUMN contacts.has_hard_bounced IS 'Whether an email to the contact bounced.';
COMMENT ON COLUMN contacts.marked_email_as_spam IS 'Whether the contact marked an email as spam.';
COMMENT ON COLUMN contacts.unsubscribed_from_emails IS 'Whether the contact has refused emails.';
COMMENT ON COLUMN contacts.enabled_push_messaging IS 'Whether the contact takes push messages.';
COMMENT ON COLUMN contacts.created_at IS 'When the contact was created in Intercom.';
COMMENT ON COLUMN contacts.updated_at IS 'When the contact was last changed in Intercom.';
COMMENT ON COLUMN contacts.signed_up_at IS 'When the person signed up with you.';
COMMENT ON COLUMN contacts.last_seen_at IS 'When the contact was last online.';
COMMENT ON COLUMN contacts.last_replied_at IS 'When the contact last replied.';
COMMENT ON COLUMN contacts.last_contacted_at IS 'When the contact was last written to.';
COMMENT ON COLUMN contacts.last_email_opened_at IS 'When the contact last opened an email.';
COMMENT ON COLUMN contacts.last_email_clicked_at IS
    'When the contact last followed a link of an email.';
COMMENT ON COLUMN contacts.language_override IS
    'Language the Messenger was told to use with the contact.';
COMMENT ON COLUMN contacts.browser IS 'Name of the browser.';
COMMENT ON COLUMN contacts.browser_version IS 'Version of the browser.';
COMMENT ON COLUMN contacts.browser_language IS 'Language of the browser.';
COMMENT ON COLUMN contacts.os IS 'Operating system.';
COMMENT ON COLUMN contacts.location_country IS 'Country the contact was last seen in.';
COMMENT ON COLUMN contacts.location_region IS 'Region the contact was last seen in.';
COMMENT ON COLUMN contacts.location_city IS 'City the contact was last seen in.';
COMMENT ON COLUMN contacts.location_country_code IS
    'ISO code of the country the contact was last seen in.';
COMMENT ON COLUMN contacts.location_continent_code IS
    'Code of the continent the contact was last seen on.';
COMMENT ON COLUMN contacts.location_timezone IS
    'Time zone of the place the contact was last seen in.';
COMMENT ON COLUMN contacts.android_app_name IS 'Name of the Android app.';
COMMENT ON COLUMN contacts.android_app_version IS 'Version of the Android app.';
COMMENT ON COLUMN contacts.android_device IS 'Android device.';
COMMENT ON COLUMN contacts.android_os_version IS 'Version of Android.';
COMMENT ON COLUMN contacts.android_sdk_version IS
    'Version of Intercom''s library in the Android app.';
COMMENT ON COLUMN contacts.android_last_seen_at IS 'When the contact last used the Android app.';
COMMENT ON COLUMN contacts.ios_app_name IS 'Name of the iOS app.';
COMMENT ON COLUMN contacts.ios_app_version IS 'Version of the iOS app.';
COMMENT ON COLUMN contacts.ios_device IS 'iOS device.';
COMMENT ON COLUMN contacts.ios_os_version IS 'Version of iOS.';
COMMENT ON COLUMN contacts.ios_sdk_version IS 'Version of Intercom''s library in the iOS app.';
COMMENT ON COLUMN contacts.ios_last_seen_at IS 'When the contact last used the iOS app.';
COMMENT ON COLUMN contacts.utm_campaign IS 'Campaign that first brought the contact.';
COMMENT ON COLUMN contacts.utm_content IS 'Content of the campaign that first brought the contact.';
COMMENT ON COLUMN contacts.utm_medium IS 'Medium that first brought the contact.';
COMMENT ON COLUMN contacts.utm_source IS 'Source that first brought the contact.';
COMMENT ON COLUMN contacts.utm_term IS 'Search term that first brought the contact.';
COMMENT ON COLUMN contacts.referrer IS 'Page the contact first came from.';
COMMENT ON COLUMN contacts.custom_attributes IS
    'Values of the workspace''s own attributes, by name.';
COMMENT ON COLUMN contacts.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN contacts.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN contacts.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN contacts.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN contacts._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN contacts._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN contacts._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE contact_tags (
    contact_id text NOT NULL,
    tag_id     text NOT NULL,
    PRIMARY KEY (contact_id, tag_id)
);

COMMENT ON TABLE contact_tags IS 'Which contacts bear which tags.';
COMMENT ON COLUMN contact_tags.contact_id IS 'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN contact_tags.tag_id IS 'Id of the tag.';

CREATE TABLE contact_companies (
    contact_id text NOT NULL,
    company_id text NOT NULL,
    PRIMARY KEY (contact_id, company_id)
);

COMMENT ON TABLE contact_companies IS 'Which contacts belong to which companies.';
COMMENT ON COLUMN contact_companies.contact_id IS 'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN contact_companies.company_id IS 'Intercom''s id of the company.';

CREATE TABLE contact_segments (
    contact_id text NOT NULL,
    segment_id text NOT NULL,
    PRIMARY KEY (contact_id, segment_id)
);

COMMENT ON TABLE contact_segments IS 'Which contacts are in which segments.';
COMMENT ON COLUMN contact_segments.contact_id IS 'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN contact_segments.segment_id IS 'Id of the segment.';

CREATE TABLE contact_subscriptions (
    contact_id           text NOT NULL,
    subscription_type_id text NOT NULL,
    consent              text,
    PRIMARY KEY (contact_id, subscription_type_id)
);

COMMENT ON TABLE contact_subscriptions IS
    'Choices contacts made about kinds of messages; no row means the type''s default.';
COMMENT ON COLUMN contact_subscriptions.contact_id IS
    'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN contact_subscriptions.subscription_type_id IS 'Id of the subscription type.';
COMMENT ON COLUMN contact_subscriptions.consent IS
    'opt_in: the contact said yes; opt_out: the contact said no.';

CREATE TABLE contact_social_profiles (
    contact_id text NOT NULL,
    position   bigint NOT NULL,
    type       text,
    name       text,
    url        text,
    PRIMARY KEY (contact_id, position)
);

COMMENT ON TABLE contact_social_profiles IS 'Profiles of contacts in social networks.';
COMMENT ON COLUMN contact_social_profiles.contact_id IS
    'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN contact_social_profiles.position IS
    'Place among the contact''s profiles, from 0.';
COMMENT ON COLUMN contact_social_profiles.type IS 'Kind of profile.';
COMMENT ON COLUMN contact_social_profiles.name IS 'Name of the network, Twitter for instance.';
COMMENT ON COLUMN contact_social_profiles.url IS 'Address of the profile.';

CREATE TABLE notes (
    id           text PRIMARY KEY,
    company_id   text,
    contact_id   text,
    body         text,
    created_at   timestamptz,
    author_type  text,
    author_id    text,
    author_name  text,
    author_email text,
    raw          json COMPRESSION lz4,
    synced_at    timestamptz NOT NULL,
    deleted_at   timestamptz,
    deletion     text,
    _hash_list   bigint,
    _hash_get    bigint,
    _pending     jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT note_is_about_one CHECK (num_nonnulls(contact_id, company_id) = 1),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
);
CREATE INDEX ON notes (contact_id);
CREATE INDEX ON notes (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE notes IS
    'Notes that teammates wrote about a contact or a company; each belongs to exactly one of them.';
COMMENT ON COLUMN notes.company_id IS 'Id of what it belongs to, a row of companies.';
COMMENT ON COLUMN notes.contact_id IS 'Id of what it belongs to, a row of contacts.';
COMMENT ON COLUMN notes.id IS 'Intercom''s id of the note.';
COMMENT ON COLUMN notes.body IS 'Text of the note, HTML.';
COMMENT ON COLUMN notes.created_at IS 'When the note was written.';
COMMENT ON COLUMN notes.author_type IS 'Kind of author, admin as a rule.';
COMMENT ON COLUMN notes.author_id IS 'Id of the teammate who wrote it.';
COMMENT ON COLUMN notes.author_name IS 'Name of the teammate who wrote it.';
COMMENT ON COLUMN notes.author_email IS 'Email address of the teammate who wrote it.';
COMMENT ON COLUMN notes.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN notes.synced_at IS 'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN notes.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN notes.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN notes._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN notes._hash_get IS 'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN notes._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';
