-- The indexes people search by, and the foreign keys from children to their parents. None of it is
-- needed to fill the tables, and filling them takes far longer where it is kept up row by row: it is
-- made when the first mirror of the resource is complete. (The indexes by which the daemon itself
-- looks things up are made with their tables.)
CREATE FUNCTION missing_objects(of_resource text)
    RETURNS TABLE (name text, is_index boolean, statement text)
    LANGUAGE sql STABLE SET search_path FROM CURRENT
AS $$
    SELECT name, true, format('CREATE INDEX %I ON %s', name, definition)
      FROM (VALUES
        ('companies',     'companies_by_company_id',                          'companies (company_id)'),
        ('companies',     'companies_by_created_at',                          'companies (created_at)'),
        ('companies',     'companies_by_updated_at',                          'companies (updated_at)'),
        ('companies',     'company_tags_by_tag_id',                           'company_tags (tag_id)'),
        ('companies',     'company_segments_by_segment_id',                   'company_segments (segment_id)'),
        ('companies',     'companies_custom_attributes',                      'companies USING gin (custom_attributes)'),
        ('contacts',      'contacts_by_external_id',                          'contacts (external_id)'),
        ('contacts',      'contacts_by_email',                                'contacts (email)'),
        ('contacts',      'contacts_by_lower_email',                          'contacts (lower(email))'),
        ('contacts',      'contacts_by_owner_id',                             'contacts (owner_id)'),
        ('contacts',      'contacts_by_created_at',                           'contacts (created_at)'),
        ('contacts',      'contacts_by_updated_at',                           'contacts (updated_at)'),
        ('contacts',      'contacts_by_last_seen_at',                         'contacts (last_seen_at)'),
        ('contacts',      'contact_tags_by_tag_id',                           'contact_tags (tag_id)'),
        ('contacts',      'contact_companies_by_company_id',                  'contact_companies (company_id)'),
        ('contacts',      'contact_segments_by_segment_id',                   'contact_segments (segment_id)'),
        ('contacts',      'contact_subscriptions_by_subscription_type_id',    'contact_subscriptions (subscription_type_id)'),
        ('contacts',      'notes_by_company_id',                              'notes (company_id)'),
        ('contacts',      'notes_by_created_at',                              'notes (created_at)'),
        ('contacts',      'contacts_custom_attributes',                       'contacts USING gin (custom_attributes)'),
        ('conversations', 'conversations_by_created_at',                      'conversations (created_at)'),
        ('conversations', 'conversations_by_updated_at',                      'conversations (updated_at)'),
        ('conversations', 'conversations_by_admin_assignee_id',               'conversations (admin_assignee_id)'),
        ('conversations', 'conversations_by_team_assignee_id',                'conversations (team_assignee_id)'),
        ('conversations', 'conversations_by_state',                           'conversations (state)'),
        ('conversations', 'conversations_by_ticket_id',                       'conversations (ticket_id)'),
        ('conversations', 'conversation_contacts_by_contact_id',              'conversation_contacts (contact_id)'),
        ('conversations', 'conversation_teammates_by_admin_id',               'conversation_teammates (admin_id)'),
        ('conversations', 'conversation_tags_by_tag_id',                      'conversation_tags (tag_id)'),
        ('conversations', 'conversation_linked_objects_by_linked_object_id',  'conversation_linked_objects (linked_object_id)'),
        ('conversations', 'conversation_parts_by_created_at',                 'conversation_parts USING brin (created_at)'),
        ('conversations', 'conversations_custom_attributes',                  'conversations USING gin (custom_attributes)'),
        ('tickets',       'tickets_by_created_at',                            'tickets (created_at)'),
        ('tickets',       'tickets_by_updated_at',                            'tickets (updated_at)'),
        ('tickets',       'tickets_by_ticket_id',                             'tickets (ticket_id)'),
        ('tickets',       'tickets_by_ticket_type_id',                        'tickets (ticket_type_id)'),
        ('tickets',       'tickets_by_ticket_state_id',                       'tickets (ticket_state_id)'),
        ('tickets',       'tickets_by_admin_assignee_id',                     'tickets (admin_assignee_id)'),
        ('tickets',       'tickets_by_team_assignee_id',                      'tickets (team_assignee_id)'),
        ('tickets',       'ticket_contacts_by_contact_id',                    'ticket_contacts (contact_id)'),
        ('tickets',       'ticket_tags_by_tag_id',                            'ticket_tags (tag_id)'),
        ('tickets',       'ticket_linked_objects_by_linked_object_id',        'ticket_linked_objects (linked_object_id)'),
        ('tickets',       'ticket_parts_by_created_at',                       'ticket_parts USING brin (created_at)'),
        ('tickets',       'tickets_ticket_attributes',                        'tickets USING gin (ticket_attributes)')
      ) AS wanted (resource, name, definition)
     WHERE resource = of_resource AND to_regclass(name) IS NULL
    UNION ALL
    SELECT name, false, format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %I'
                               ' ON UPDATE CASCADE ON DELETE CASCADE',
                               child, name, column_name, resource)
      FROM (SELECT *, child || '_' || column_name || '_fkey' AS name
              FROM (VALUES
                ('companies',     'company_tags',                 'company_id'),
                ('companies',     'company_segments',             'company_id'),
                ('companies',     'notes',                        'company_id'),
                ('contacts',      'contact_tags',                 'contact_id'),
                ('contacts',      'contact_companies',            'contact_id'),
                ('contacts',      'contact_segments',             'contact_id'),
                ('contacts',      'contact_subscriptions',        'contact_id'),
                ('contacts',      'contact_social_profiles',      'contact_id'),
                ('contacts',      'notes',                        'contact_id'),
                ('conversations', 'conversation_parts',           'conversation_id'),
                ('conversations', 'conversation_contacts',        'conversation_id'),
                ('conversations', 'conversation_teammates',       'conversation_id'),
                ('conversations', 'conversation_tags',            'conversation_id'),
                ('conversations', 'conversation_linked_objects',  'conversation_id'),
                ('tickets',       'ticket_parts',                 'ticket_id'),
                ('tickets',       'ticket_contacts',              'ticket_id'),
                ('tickets',       'ticket_tags',                  'ticket_id'),
                ('tickets',       'ticket_linked_objects',        'ticket_id')
              ) AS wanted (resource, child, column_name)) AS wanted
     WHERE resource = of_resource
       AND NOT EXISTS (SELECT FROM pg_constraint
                        WHERE conrelid = child::regclass AND conname = wanted.name)
$$;
COMMENT ON FUNCTION missing_objects IS
    'The indexes and foreign keys that the tables of a resource get when its first mirror is complete, as far as they do not exist.';

-- On a large table this takes minutes, for which the caller lifts its statement_timeout.
CREATE FUNCTION create_object(of_resource text, wanted text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = on
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN SELECT * FROM missing_objects(of_resource) WHERE name = wanted LOOP
        EXECUTE missing.statement;
    END LOOP;
EXCEPTION WHEN duplicate_table OR duplicate_object OR unique_violation THEN
    NULL; -- another session was faster
END
$$;
COMMENT ON FUNCTION create_object IS 'Creates one of the missing objects of a resource, if it still is missing.';
REVOKE EXECUTE ON FUNCTION create_object FROM PUBLIC;
