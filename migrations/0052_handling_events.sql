-- When teammates paused and resumed their work on conversations. Read only where it is asked for.

CREATE TABLE conversation_handling_events (
    conversation_id text NOT NULL REFERENCES conversations ON UPDATE CASCADE ON DELETE CASCADE,
    _key            text NOT NULL,
    type            text,
    occurred_at     timestamptz,
    admin_id        text,
    admin_name      text,
    admin_email     text,
    reason          text,
    PRIMARY KEY (conversation_id, _key)
);
CREATE INDEX ON conversation_handling_events (admin_id);
CREATE INDEX ON conversation_handling_events (occurred_at);

COMMENT ON TABLE conversation_handling_events IS
    'When teammates paused and resumed their work on conversations. Filled only where the configuration names it.';
COMMENT ON COLUMN conversation_handling_events.conversation_id IS
    'Id of what it belongs to, a row of conversations.';
COMMENT ON COLUMN conversation_handling_events._key IS 'Key of the event for the daemon.';
COMMENT ON COLUMN conversation_handling_events.type IS 'paused or resumed.';
COMMENT ON COLUMN conversation_handling_events.occurred_at IS 'When it happened (`timestamp`).';
COMMENT ON COLUMN conversation_handling_events.admin_id IS 'Id of the teammate.';
COMMENT ON COLUMN conversation_handling_events.admin_name IS 'Name of the teammate.';
COMMENT ON COLUMN conversation_handling_events.admin_email IS 'Email address of the teammate.';
COMMENT ON COLUMN conversation_handling_events.reason IS 'Why the work was paused.';
