-- How many values the typed attribute views leave out.

CREATE FUNCTION attribute_fits(value jsonb, data_type text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
               WHEN data_type = 'string' THEN attribute_text(value) IS NOT NULL
               WHEN data_type = 'list' THEN attribute_list(value) IS NOT NULL
               WHEN data_type = 'integer' THEN attribute_bigint(value) IS NOT NULL
               WHEN data_type IN ('float', 'decimal') THEN attribute_numeric(value) IS NOT NULL
               WHEN data_type = 'boolean' THEN attribute_boolean(value) IS NOT NULL
               WHEN data_type IN ('date', 'datetime') THEN attribute_time(value) IS NOT NULL
               ELSE true
           END;
COMMENT ON FUNCTION attribute_fits IS
    'Whether an attribute''s value is of its declared type, so that typed views show it.';

-- Counted when it is asked for: that reads the tables.
CREATE VIEW attribute_misfits AS
    SELECT given.view_name, value.key AS attribute, defined.data_type, count(*) AS misfits
      FROM (SELECT 'contact_attributes' AS view_name, custom_attributes AS document
              FROM contacts WHERE deleted_at IS NULL
             UNION ALL
            SELECT 'company_attributes', custom_attributes
              FROM companies WHERE deleted_at IS NULL
             UNION ALL
            SELECT 'conversation_attributes', custom_attributes
              FROM conversations WHERE deleted_at IS NULL
             UNION ALL
            SELECT 'ticket_attributes_flat', ticket_attributes
              FROM tickets WHERE deleted_at IS NULL) AS given
     CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(given.document)
                                       WHEN 'object' THEN given.document END) AS value
      JOIN attribute_definitions AS defined
           ON defined.view_name = given.view_name AND defined.attribute = value.key
     WHERE jsonb_typeof(value.value) <> 'null'
       AND NOT attribute_fits(value.value, defined.data_type)
     GROUP BY 1, 2, 3;
COMMENT ON VIEW attribute_misfits IS
    'Attributes with values that are not of their declared type, and how many of these there are.';
