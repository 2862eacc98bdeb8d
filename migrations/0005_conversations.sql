-- Conversations with their parts; attachments also of tickets' parts.

CREATE TABLE conversations (
    id                                                           text PRIMARY KEY,
    title                                                        text,
    created_at                                                   timestamptz,
    updated_at                                                   timestamptz,
    waiting_since                                                timestamptz,
    snoozed_until                                                timestamptz,
    open                                                         boolean,
    state                                                        text,
    read                                                         boolean,
    priority                                                     text,
    admin_assignee_id                                            text,
    team_assignee_id                                             text,
    company_id                                                   text,
    ticket_id                                                    text,
    source_type                                                  text,
    source_id                                                    text,
    source_delivered_as                                          text,
    source_subject                                               text,
    source_body                                                  text,
    source_author_type                                           text,
    source_author_id                                             text,
    source_author_name                                           text,
    source_author_email                                          text,
    source_url                                                   text,
    source_redacted                                              boolean,
    source_recipients                                            jsonb,
    source_reply_to                                              jsonb,
    source_email_message_metadata                                jsonb,
    first_contact_reply_created_at                               timestamptz,
    first_contact_reply_type                                     text,
    first_contact_reply_url                                      text,
    sla_applied_sla_name                                         text,
    sla_applied_sla_status                                       text,
    conversation_rating_rating                                   bigint,
    conversation_rating_remark                                   text,
    conversation_rating_created_at                               timestamptz,
    conversation_rating_updated_at                               timestamptz,
    conversation_rating_contact_id                               text,
    conversation_rating_teammate_id                              text,
    conversation_rating_teammate_type                            text,
    statistics_time_to_assignment                                bigint,
    statistics_time_to_admin_reply                               bigint,
    statistics_time_to_first_close                               bigint,
    statistics_time_to_last_close                                bigint,
    statistics_median_time_to_reply                              bigint,
    statistics_first_contact_reply_at                            timestamptz,
    statistics_first_assignment_at                               timestamptz,
    statistics_first_admin_reply_at                              timestamptz,
    statistics_first_close_at                                    timestamptz,
    statistics_last_assignment_at                                timestamptz,
    statistics_last_assignment_admin_reply_at                    timestamptz,
    statistics_last_contact_reply_at                             timestamptz,
    statistics_last_admin_reply_at                               timestamptz,
    statistics_last_close_at                                     timestamptz,
    statistics_last_closed_by_id                                 text,
    statistics_count_reopens                                     bigint,
    statistics_count_assignments                                 bigint,
    statistics_count_conversation_parts                          bigint,
    statistics_assigned_team_first_response_time                 jsonb,
    statistics_assigned_team_first_response_time_in_office_hours jsonb,
    statistics_handling_time                                     bigint,
    statistics_adjusted_handling_time                            bigint,
    ai_agent_participated                                        boolean,
    ai_agent_source_type                                         text,
    ai_agent_source_title                                        text,
    ai_agent_last_answer_type                                    text,
    ai_agent_resolution_state                                    text,
    ai_agent_rating                                              bigint,
    ai_agent_rating_remark                                       text,
    ai_agent_created_at                                          timestamptz,
    ai_agent_updated_at                                          timestamptz,
    ai_agent_content_sources                                     jsonb,
    sales_agent_participated                                     boolean,
    sales_agent                                                  jsonb,
    channel_initial                                              text,
    channel_current                                              text,
    external_references                                          jsonb,
    topics                                                       jsonb,
    custom_attributes                                            jsonb,
    raw                                                          json COMPRESSION lz4,
    synced_at                                                    timestamptz NOT NULL,
    deleted_at                                                   timestamptz,
    deletion                                                     text,
    _hash_list                                                   bigint,
    _hash_get                                                    bigint,
    _pending                                                     jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX ON conversations (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE conversations IS
    'Conversations with customers; one that is a ticket''s has ticket_id set.';
COMMENT ON COLUMN conversations.id IS 'Intercom''s id of the conversation.';
COMMENT ON COLUMN conversations.title IS 'Title.';
COMMENT ON COLUMN conversations.created_at IS 'When the conversation was started.';
COMMENT ON COLUMN conversations.updated_at IS 'When the conversation was last changed.';
COMMENT ON COLUMN conversations.waiting_since IS
    'Since when the customer has been waiting for a reply.';
COMMENT ON COLUMN conversations.snoozed_until IS 'When a snoozed conversation opens again.';
COMMENT ON COLUMN conversations.open IS 'Whether it is open.';
COMMENT ON COLUMN conversations.state IS 'open, closed or snoozed.';
COMMENT ON COLUMN conversations.read IS 'Whether a teammate has read it.';
COMMENT ON COLUMN conversations.priority IS
    'priority or not_priority; from version 2.16 none, low, medium, high or urgent.';
COMMENT ON COLUMN conversations.admin_assignee_id IS 'Id of the teammate it is assigned to.';
COMMENT ON COLUMN conversations.team_assignee_id IS 'Id of the team it is assigned to.';
COMMENT ON COLUMN conversations.company_id IS 'Id of the company it is about.';
COMMENT ON COLUMN conversations.ticket_id IS
    'Id of the ticket, when the conversation is a ticket''s.';
COMMENT ON COLUMN conversations.source_type IS
    'Channel it came by: conversation, email, sms and others.';
COMMENT ON COLUMN conversations.source_id IS 'Id of the first message.';
COMMENT ON COLUMN conversations.source_delivered_as IS 'How it was started.';
COMMENT ON COLUMN conversations.source_subject IS 'Subject of the first message, HTML.';
COMMENT ON COLUMN conversations.source_body IS 'Text of the first message, HTML.';
COMMENT ON COLUMN conversations.source_author_type IS
    'Who wrote the first message: admin, bot, user or lead.';
COMMENT ON COLUMN conversations.source_author_id IS 'Id of who wrote the first message.';
COMMENT ON COLUMN conversations.source_author_name IS 'Name of who wrote the first message.';
COMMENT ON COLUMN conversations.source_author_email IS
    'Email address of who wrote the first message.';
COMMENT ON COLUMN conversations.source_url IS 'Page the first message was sent from.';
COMMENT ON COLUMN conversations.source_redacted IS 'Whether the first message was blanked out.';
COMMENT ON COLUMN conversations.source_recipients IS 'Whom the first email was sent to.';
COMMENT ON COLUMN conversations.source_reply_to IS 'Where answers to the first email go.';
COMMENT ON COLUMN conversations.source_email_message_metadata IS 'Headers of the first email.';
COMMENT ON COLUMN conversations.first_contact_reply_created_at IS 'When a contact first replied.';
COMMENT ON COLUMN conversations.first_contact_reply_type IS
    'Channel of the first reply of a contact.';
COMMENT ON COLUMN conversations.first_contact_reply_url IS 'Page a contact first replied from.';
COMMENT ON COLUMN conversations.sla_applied_sla_name IS 'Name of the SLA it is under.';
COMMENT ON COLUMN conversations.sla_applied_sla_status IS
    'hit, missed, cancelled or active; null when the SLA was taken away.';
COMMENT ON COLUMN conversations.conversation_rating_rating IS
    'Rating the contact gave, from 1 to 5.';
COMMENT ON COLUMN conversations.conversation_rating_remark IS
    'What the contact said with the rating.';
COMMENT ON COLUMN conversations.conversation_rating_created_at IS 'When a rating was asked for.';
COMMENT ON COLUMN conversations.conversation_rating_updated_at IS
    'When the rating was last changed.';
COMMENT ON COLUMN conversations.conversation_rating_contact_id IS 'Id of the contact who rated.';
COMMENT ON COLUMN conversations.conversation_rating_teammate_id IS
    'Id of the teammate who was rated.';
COMMENT ON COLUMN conversations.conversation_rating_teammate_type IS
    'What was rated: admin, bot or workflow.';
COMMENT ON COLUMN conversations.statistics_time_to_assignment IS
    'Seconds until it was first assigned.';
COMMENT ON COLUMN conversations.statistics_time_to_admin_reply IS
    'Seconds until a teammate first replied.';
COMMENT ON COLUMN conversations.statistics_time_to_first_close IS
    'Seconds until it was first closed.';
COMMENT ON COLUMN conversations.statistics_time_to_last_close IS
    'Seconds until it was last closed.';
COMMENT ON COLUMN conversations.statistics_median_time_to_reply IS
    'Median of the seconds teammates took to reply.';
COMMENT ON COLUMN conversations.statistics_first_contact_reply_at IS
    'When a contact first replied.';
COMMENT ON COLUMN conversations.statistics_first_assignment_at IS 'When it was first assigned.';
COMMENT ON COLUMN conversations.statistics_first_admin_reply_at IS 'When a teammate first replied.';
COMMENT ON COLUMN conversations.statistics_first_close_at IS 'When it was first closed.';
COMMENT ON COLUMN conversations.statistics_last_assignment_at IS 'When it was last assigned.';
COMMENT ON COLUMN conversations.statistics_last_assignment_admin_reply_at IS
    'When a teammate first replied after the last assignment.';
COMMENT ON COLUMN conversations.statistics_last_contact_reply_at IS 'When a contact last replied.';
COMMENT ON COLUMN conversations.statistics_last_admin_reply_at IS 'When a teammate last replied.';
COMMENT ON COLUMN conversations.statistics_last_close_at IS 'When it was last closed.';
COMMENT ON COLUMN conversations.statistics_last_closed_by_id IS
    'Id of the teammate who last closed it.';
COMMENT ON COLUMN conversations.statistics_count_reopens IS 'How often it was opened again.';
COMMENT ON COLUMN conversations.statistics_count_assignments IS 'How often it was assigned.';
COMMENT ON COLUMN conversations.statistics_count_conversation_parts IS 'Number of its parts.';
COMMENT ON COLUMN conversations.statistics_assigned_team_first_response_time IS
    'Seconds each assigned team took for its first response.';
COMMENT ON COLUMN conversations.statistics_assigned_team_first_response_time_in_office_hours IS
    'The same, counting office hours only.';
COMMENT ON COLUMN conversations.statistics_handling_time IS 'Seconds teammates worked on it.';
COMMENT ON COLUMN conversations.statistics_adjusted_handling_time IS
    'Seconds teammates worked on it, without idle time.';
COMMENT ON COLUMN conversations.ai_agent_participated IS 'Whether the AI agent took part.';
COMMENT ON COLUMN conversations.ai_agent_source_type IS 'What brought the AI agent in.';
COMMENT ON COLUMN conversations.ai_agent_source_title IS 'Title of what brought the AI agent in.';
COMMENT ON COLUMN conversations.ai_agent_last_answer_type IS 'Kind of the AI agent''s last answer.';
COMMENT ON COLUMN conversations.ai_agent_resolution_state IS 'How the AI agent''s work ended.';
COMMENT ON COLUMN conversations.ai_agent_rating IS 'Rating the contact gave the AI agent.';
COMMENT ON COLUMN conversations.ai_agent_rating_remark IS
    'What the contact said with the rating of the AI agent.';
COMMENT ON COLUMN conversations.ai_agent_created_at IS 'When the AI agent joined.';
COMMENT ON COLUMN conversations.ai_agent_updated_at IS 'When the AI agent last did something.';
COMMENT ON COLUMN conversations.ai_agent_content_sources IS
    'What the AI agent drew its answers from.';
COMMENT ON COLUMN conversations.sales_agent_participated IS 'Whether the AI sales agent took part.';
COMMENT ON COLUMN conversations.sales_agent IS 'What the AI sales agent found out.';
COMMENT ON COLUMN conversations.channel_initial IS 'Channel it was started on.';
COMMENT ON COLUMN conversations.channel_current IS 'Channel it is on now.';
COMMENT ON COLUMN conversations.external_references IS 'What stands for it in other help desks.';
COMMENT ON COLUMN conversations.topics IS 'Topics Intercom recognised.';
COMMENT ON COLUMN conversations.custom_attributes IS 'Values of conversation attributes, by name.';
COMMENT ON COLUMN conversations.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN conversations.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN conversations.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN conversations.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN conversations._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN conversations._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN conversations._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE conversation_parts (
    id                     text PRIMARY KEY,
    conversation_id        text NOT NULL,
    part_type              text,
    body                   text,
    created_at             timestamptz,
    updated_at             timestamptz,
    notified_at            timestamptz,
    assigned_to_type       text,
    assigned_to_id         text,
    author_type            text,
    author_id              text,
    author_name            text,
    author_email           text,
    author_from_ai_agent   boolean,
    author_is_ai_answer    boolean,
    external_id            text,
    redacted               boolean,
    state                  text,
    tags                   jsonb,
    event_details          jsonb,
    app_package_code       text,
    email_message_metadata jsonb,
    metadata               jsonb,
    raw                    json COMPRESSION lz4,
    synced_at              timestamptz NOT NULL,
    deleted_at             timestamptz,
    deletion               text,
    _hash_list             bigint,
    _hash_get              bigint,
    _pending               jsonb,
    CONSTRAINT deletion_is_known CHECK (deletion IN ('deleted', 'archived', 'merged', 'gone')),
    CONSTRAINT deleted_rows_say_how CHECK ((deleted_at IS NULL) = (deletion IS NULL))
);
CREATE INDEX ON conversation_parts (conversation_id);
CREATE INDEX ON conversation_parts (id) WHERE _pending IS NOT NULL;

COMMENT ON TABLE conversation_parts IS
    'Messages, notes and events of conversations, after the first message.';
COMMENT ON COLUMN conversation_parts.conversation_id IS
    'Id of what it belongs to, a row of conversations.';
COMMENT ON COLUMN conversation_parts.id IS 'Intercom''s id of the part.';
COMMENT ON COLUMN conversation_parts.part_type IS
    'What it is: comment, note, assignment, close and many others.';
COMMENT ON COLUMN conversation_parts.body IS 'Text, HTML.';
COMMENT ON COLUMN conversation_parts.created_at IS 'When it was written or happened.';
COMMENT ON COLUMN conversation_parts.updated_at IS 'When it was last changed.';
COMMENT ON COLUMN conversation_parts.notified_at IS 'When people were told about it.';
COMMENT ON COLUMN conversation_parts.assigned_to_type IS
    'What the conversation was assigned to: admin or team.';
COMMENT ON COLUMN conversation_parts.assigned_to_id IS
    'Id of what the conversation was assigned to.';
COMMENT ON COLUMN conversation_parts.author_type IS 'Who wrote it: admin, bot, user or lead.';
COMMENT ON COLUMN conversation_parts.author_id IS 'Id of who wrote it.';
COMMENT ON COLUMN conversation_parts.author_name IS 'Name of who wrote it.';
COMMENT ON COLUMN conversation_parts.author_email IS 'Email address of who wrote it.';
COMMENT ON COLUMN conversation_parts.author_from_ai_agent IS 'Whether the AI agent wrote it.';
COMMENT ON COLUMN conversation_parts.author_is_ai_answer IS
    'Whether it is an answer the AI agent made up.';
COMMENT ON COLUMN conversation_parts.external_id IS 'Id of the message in another system.';
COMMENT ON COLUMN conversation_parts.redacted IS 'Whether it was blanked out.';
COMMENT ON COLUMN conversation_parts.state IS 'State of the conversation after it.';
COMMENT ON COLUMN conversation_parts.tags IS 'Tags of this part.';
COMMENT ON COLUMN conversation_parts.event_details IS
    'What happened; its members depend on part_type.';
COMMENT ON COLUMN conversation_parts.app_package_code IS 'App that made it through the API.';
COMMENT ON COLUMN conversation_parts.email_message_metadata IS 'Headers of the email it came by.';
COMMENT ON COLUMN conversation_parts.metadata IS 'Quick replies it offered.';
COMMENT ON COLUMN conversation_parts.raw IS 'The document as Intercom last served it.';
COMMENT ON COLUMN conversation_parts.synced_at IS
    'When the row''s content was last taken over from Intercom.';
COMMENT ON COLUMN conversation_parts.deleted_at IS
    'When it was found to be gone from Intercom; null while it lives.';
COMMENT ON COLUMN conversation_parts.deletion IS
    'How it went: deleted, archived, merged, or gone where Intercom does not tell.';
COMMENT ON COLUMN conversation_parts._hash_list IS
    'Hash of the document as last seen in a list; for the daemon.';
COMMENT ON COLUMN conversation_parts._hash_get IS
    'Hash of the document as last read alone; for the daemon.';
COMMENT ON COLUMN conversation_parts._pending IS
    'Values that columns had before edits Intercom has not confirmed yet; for the daemon.';

CREATE TABLE conversation_contacts (
    conversation_id text NOT NULL,
    contact_id      text NOT NULL,
    PRIMARY KEY (conversation_id, contact_id)
);

COMMENT ON TABLE conversation_contacts IS 'Which contacts take part in which conversations.';
COMMENT ON COLUMN conversation_contacts.conversation_id IS
    'Id of what it belongs to, a row of conversations.';
COMMENT ON COLUMN conversation_contacts.contact_id IS 'Id of the contact.';

CREATE TABLE conversation_teammates (
    conversation_id text NOT NULL,
    admin_id        text NOT NULL,
    PRIMARY KEY (conversation_id, admin_id)
);

COMMENT ON TABLE conversation_teammates IS 'Which teammates have written in which conversations.';
COMMENT ON COLUMN conversation_teammates.conversation_id IS
    'Id of what it belongs to, a row of conversations.';
COMMENT ON COLUMN conversation_teammates.admin_id IS 'Id of the teammate.';

CREATE TABLE conversation_tags (
    conversation_id text NOT NULL,
    tag_id          text NOT NULL,
    applied_at      timestamptz,
    applied_by_type text,
    applied_by_id   text,
    PRIMARY KEY (conversation_id, tag_id)
);

COMMENT ON TABLE conversation_tags IS 'Which conversations bear which tags.';
COMMENT ON COLUMN conversation_tags.conversation_id IS
    'Id of what it belongs to, a row of conversations.';
COMMENT ON COLUMN conversation_tags.tag_id IS 'Id of the tag.';
COMMENT ON COLUMN conversation_tags.applied_at IS 'When the tag was put on.';
COMMENT ON COLUMN conversation_tags.applied_by_type IS 'Who put the tag on: admin or contact.';
COMMENT ON COLUMN conversation_tags.applied_by_id IS 'Id of who put the tag on.';

CREATE TABLE conversation_linked_objects (
    conversation_id    text NOT NULL,
    linked_object_id   text NOT NULL,
    linked_object_type text,
    category           text,
    PRIMARY KEY (conversation_id, linked_object_id)
);

COMMENT ON TABLE conversation_linked_objects IS
    'Tickets and conversations that conversations are linked to.';
COMMENT ON COLUMN conversation_linked_objects.conversation_id IS
    'Id of what it belongs to, a row of conversations.';
COMMENT ON COLUMN conversation_linked_objects.linked_object_id IS
    'Id of the linked ticket or conversation.';
COMMENT ON COLUMN conversation_linked_objects.linked_object_type IS 'ticket or conversation.';
COMMENT ON COLUMN conversation_linked_objects.category IS 'Category of a linked ticket.';

CREATE TABLE attachments (
    part_id      text NOT NULL,
    part_kind    text NOT NULL,
    position     bigint NOT NULL,
    type         text,
    name         text,
    url          text,
    content_type text,
    filesize     bigint,
    width        bigint,
    height       bigint,
    PRIMARY KEY (part_kind, part_id, position)
);

COMMENT ON TABLE attachments IS
    'Files sent with conversations and tickets: names and addresses, not the contents.';
COMMENT ON COLUMN attachments.part_id IS
    'Id of what it belongs to, a row of conversation_parts or conversations or ticket_parts.';
COMMENT ON COLUMN attachments.part_kind IS
    'What it was sent with: conversation_source, conversation_part or ticket_part.';
COMMENT ON COLUMN attachments.position IS 'Place among the files of the same message, from 0.';
COMMENT ON COLUMN attachments.type IS 'Kind of attachment, upload as a rule.';
COMMENT ON COLUMN attachments.name IS 'File name.';
COMMENT ON COLUMN attachments.url IS 'Address of the file when it was last read; it expires.';
COMMENT ON COLUMN attachments.content_type IS 'MIME type.';
COMMENT ON COLUMN attachments.filesize IS 'Size in bytes.';
COMMENT ON COLUMN attachments.width IS 'Width of an image in pixels.';
COMMENT ON COLUMN attachments.height IS 'Height of an image in pixels.';
