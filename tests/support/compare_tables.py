"""Which column holds which member: the comparer's own table of it, written by hand from what
Intercom documents and from the migrations, never from the catalogue in schema/.

A column is "name kind [path]"; the path is the name if none is given. Kinds and paths are
explained in compare_values.py.
"""

import dataclasses

# Columns of every table that has them which are compared in a way of their own, or not at all.
BOOKKEEPING = {
    "raw": "compared as a document, see compare.py",
    "deleted_at": "compared with what the workspace says was removed",
    "deletion": "compared with what the workspace says was removed",
    "synced_at": "a moment of the daemon's clock, which the workspace does not know",
    "_hash_list": "a hash of the daemon's own making; whether it is right shows when a second "
                  "pass writes nothing",
    "_hash_get": "a hash of the daemon's own making, as _hash_list",
    "_pending": "must be empty: nothing is edited here",
    "attachment_urls": "given with parts that are written here; Intercom never serves it",
}

NOT_COMPARED = {
    "attribute_name_collisions": "says what the daemon made of attributes' names in its views",
}


def columns(text):
    result = []
    for line in text.strip().splitlines():
        for one in line.split(","):
            words = one.split()
            if words:
                result.append((words[0], words[1], words[2] if len(words) > 2 else words[0]))
    return tuple(result)


@dataclasses.dataclass(frozen=True)
class Child:
    """Rows that belong to a record. `path` is the array in the document (or in the truth's own
    member, after "_truth."); "#" as a column's path is the place in it. At the end of `path`, ".*"
    means the objects that are members there; "@" as a column's path is such a member's name."""

    table: str
    parent: str
    path: str
    columns: tuple
    key: tuple
    is_record: bool = False
    # Whether the workspace removes some, of which it keeps no list.
    is_removable: bool = False
    # attachments: what they are attached to, in the column part_kind.
    kind: str = ""
    children: tuple = ()

    @property
    def whole_name(self):
        return f"{self.table} of {self.parent}"


@dataclasses.dataclass(frozen=True)
class Resource:
    name: str
    columns: tuple
    key: tuple = ("id",)
    children: tuple = ()
    # The array whose elements live in a table of their own; in `raw` it is empty.
    not_in_raw: str = ""
    # Whether the workspace keeps a list of what was removed.
    tells_removals: bool = False
    # Whether the mirror has those records only that somebody asked for.
    is_asked_for: bool = False

    @property
    def table(self):
        return self.name

    @property
    def whole_name(self):
        return self.name


def links(table, parent, other, path):
    return Child(table, parent, path, columns(f"{other} id id"), (parent, other))


ATTACHMENT_COLUMNS = columns("""
    position position #
    type text, name text, url address, content_type text
    filesize bigint, width bigint, height bigint
""")


def attachments(kind, path):
    return Child("attachments", "part_id", path, ATTACHMENT_COLUMNS,
                 ("part_kind", "part_id", "position"), kind=kind)


AUTHOR = """
    author_type text author.type
    author_id reference author.id
    author_name text author.name
    author_email text author.email
"""

def notes_of(parent):
    return Child("notes", parent, "", columns(f"""
        id id
        body text
        created_at timestamp
        {AUTHOR}
    """), ("id",), is_record=True)


# No document shows them; the truth has a line for each, which says whose it is.
NOTES = {"contacts": notes_of("contact_id"), "companies": notes_of("company_id")}

# Filled only where the daemon is told to; the truth has a line for each, with its contact.
EVENTS = (
    Child("data_event_summaries", "contact_id", "", columns("""
        name text, description text
        event_count bigint count
        first_at timestamp first
        last_at timestamp last
    """), ("contact_id", "name")),
    Child("data_events", "contact_id", "", columns("""
        _key key id&event_name&created_at
        id text, event_name text
        external_id text user_id
        email text, metadata jsonb, created_at timestamp
    """), ("contact_id", "_key")),
)

# Likewise, with its conversation.
HANDLING = Child("conversation_handling_events", "conversation_id", "", columns("""
    _key key timestamp&type&teammate.id
    type text
    occurred_at timestamp timestamp
    admin_id reference teammate.id
    admin_name text teammate.name
    admin_email text teammate.email
    reason text
"""), ("conversation_id", "_key"))

CONTACTS = Resource("contacts", columns("""
    id id, workspace_id text, external_id text, role text, email text, email_domain text
    phone text, formatted_phone text, name text
    avatar_image_url text avatar.image_url|avatar
    owner_id reference
    has_hard_bounced boolean, marked_email_as_spam boolean, unsubscribed_from_emails boolean
    enabled_push_messaging boolean
    created_at timestamp, updated_at timestamp, signed_up_at timestamp, last_seen_at timestamp
    last_replied_at timestamp, last_contacted_at timestamp
    last_email_opened_at timestamp, last_email_clicked_at timestamp
    language_override text, browser text, browser_version text, browser_language text, os text
    location_country text location.country
    location_region text location.region
    location_city text location.city
    location_country_code text location.country_code
    location_continent_code text location.continent_code
    location_timezone text location.timezone
    android_app_name text, android_app_version text, android_device text
    android_os_version text, android_sdk_version text, android_last_seen_at timestamp
    ios_app_name text, ios_app_version text, ios_device text
    ios_os_version text, ios_sdk_version text, ios_last_seen_at timestamp
    utm_campaign text, utm_content text, utm_medium text, utm_source text, utm_term text
    referrer text
    custom_attributes jsonb
"""), tells_removals=True, not_in_raw="notes.data", children=(
    # Documents show ten entries of each list at most; the truth names all.
    links("contact_tags", "contact_id", "tag_id", "_truth.tags"),
    links("contact_companies", "contact_id", "company_id", "_truth.companies"),
    links("contact_segments", "contact_id", "segment_id", "_truth.segments"),
    Child("contact_subscriptions", "contact_id", "_truth.subscriptions",
          columns("subscription_type_id id id, consent text"),
          ("contact_id", "subscription_type_id")),
    Child("contact_social_profiles", "contact_id", "social_profiles.data",
          columns("position position #, type text, name text, url text"),
          ("contact_id", "position")),
))

COMPANIES = Resource("companies", columns("""
    id id, company_id text, app_id text, name text
    plan_id reference plan.id
    plan_name text plan.name
    remote_created_at timestamp, created_at timestamp, updated_at timestamp
    last_request_at timestamp
    size bigint, website text, industry text, monthly_spend numeric
    session_count bigint, user_count bigint
    custom_attributes jsonb
"""), tells_removals=True, not_in_raw="notes.notes|notes.data", children=(
    links("company_tags", "company_id", "tag_id", "_truth.tags"),
    links("company_segments", "company_id", "segment_id", "_truth.segments"),
))

LINKED = columns("linked_object_id id id, linked_object_type text type, category text")

CONVERSATIONS = Resource("conversations", columns("""
    id id, title text, created_at timestamp, updated_at timestamp
    waiting_since timestamp, snoozed_until timestamp
    open boolean, state text, read boolean, priority text
    admin_assignee_id reference, team_assignee_id reference
    company_id reference company.id
    ticket_id reference ticket.id
    source_type text source.type
    source_id reference source.id
    source_delivered_as text source.delivered_as
    source_subject text source.subject
    source_body text source.body
    source_author_type text source.author.type
    source_author_id reference source.author.id
    source_author_name text source.author.name
    source_author_email text source.author.email
    source_url text source.url
    source_redacted boolean source.redacted
    source_recipients jsonb source.recipients
    source_reply_to jsonb source.reply_to
    source_email_message_metadata jsonb source.email_message_metadata
    first_contact_reply_created_at timestamp first_contact_reply.created_at
    first_contact_reply_type text first_contact_reply.type
    first_contact_reply_url text first_contact_reply.url
    sla_applied_sla_name text sla_applied.sla_name
    sla_applied_sla_status text sla_applied.sla_status
    conversation_rating_rating bigint conversation_rating.rating
    conversation_rating_remark text conversation_rating.remark
    conversation_rating_created_at timestamp conversation_rating.created_at
    conversation_rating_updated_at timestamp conversation_rating.updated_at
    conversation_rating_contact_id reference conversation_rating.contact.id
    conversation_rating_teammate_id reference conversation_rating.teammate.id
    conversation_rating_teammate_type text conversation_rating.teammate.type
    statistics_time_to_assignment bigint statistics.time_to_assignment
    statistics_time_to_admin_reply bigint statistics.time_to_admin_reply
    statistics_time_to_first_close bigint statistics.time_to_first_close
    statistics_time_to_last_close bigint statistics.time_to_last_close
    statistics_median_time_to_reply bigint statistics.median_time_to_reply
    statistics_first_contact_reply_at timestamp statistics.first_contact_reply_at
    statistics_first_assignment_at timestamp statistics.first_assignment_at
    statistics_first_admin_reply_at timestamp statistics.first_admin_reply_at
    statistics_first_close_at timestamp statistics.first_close_at
    statistics_last_assignment_at timestamp statistics.last_assignment_at
    statistics_last_assignment_admin_reply_at timestamp statistics.last_assignment_admin_reply_at
    statistics_last_contact_reply_at timestamp statistics.last_contact_reply_at
    statistics_last_admin_reply_at timestamp statistics.last_admin_reply_at
    statistics_last_close_at timestamp statistics.last_close_at
    statistics_last_closed_by_id reference statistics.last_closed_by_id
    statistics_count_reopens bigint statistics.count_reopens
    statistics_count_assignments bigint statistics.count_assignments
    statistics_count_conversation_parts bigint statistics.count_conversation_parts
    statistics_assigned_team_first_response_time jsonb statistics.assigned_team_first_response_time
    statistics_assigned_team_first_response_time_in_office_hours jsonb statistics.assigned_team_first_response_time_in_office_hours
    statistics_handling_time bigint statistics.handling_time
    statistics_adjusted_handling_time bigint statistics.adjusted_handling_time
    ai_agent_participated boolean
    ai_agent_source_type text ai_agent.source_type
    ai_agent_source_title text ai_agent.source_title
    ai_agent_last_answer_type text ai_agent.last_answer_type
    ai_agent_resolution_state text ai_agent.resolution_state
    ai_agent_rating bigint ai_agent.rating
    ai_agent_rating_remark text ai_agent.rating_remark
    ai_agent_created_at timestamp ai_agent.created_at
    ai_agent_updated_at timestamp ai_agent.updated_at
    ai_agent_content_sources jsonb ai_agent.content_sources.content_sources|ai_agent.content_sources
    sales_agent_participated boolean
    sales_agent jsonb
    channel_initial text channel.initial
    channel_current text channel.current
    external_references jsonb
    topics jsonb
    custom_attributes jsonb
"""), tells_removals=True, not_in_raw="conversation_parts.conversation_parts", children=(
    attachments("conversation_source", "source.attachments"),
    Child("conversation_parts", "conversation_id", "conversation_parts.conversation_parts",
          columns(f"""
              id id, part_type text, body text
              created_at timestamp, updated_at timestamp, notified_at timestamp
              assigned_to_type text assigned_to.type
              assigned_to_id reference assigned_to.id
              {AUTHOR}
              author_from_ai_agent boolean author.from_ai_agent
              author_is_ai_answer boolean author.is_ai_answer
              external_id text, redacted boolean, state text, tags jsonb, event_details jsonb
              app_package_code text, email_message_metadata jsonb, metadata jsonb
          """), ("id",), is_record=True,
          children=(attachments("conversation_part", "attachments"),)),
    links("conversation_contacts", "conversation_id", "contact_id", "contacts.contacts"),
    links("conversation_teammates", "conversation_id", "admin_id", "teammates.teammates"),
    Child("conversation_tags", "conversation_id", "tags.tags",
          columns("""
              tag_id id id
              applied_at timestamp
              applied_by_type text applied_by.type
              applied_by_id reference applied_by.id
          """), ("conversation_id", "tag_id")),
    Child("conversation_linked_objects", "conversation_id", "linked_objects.data", LINKED,
          ("conversation_id", "linked_object_id")),
))

TICKETS = Resource("tickets", columns("""
    id id, ticket_id text, category text
    title text ticket_attributes._default_title_
    description text ticket_attributes._default_description_
    ticket_state_id reference ticket_state.id
    ticket_state_category text ticket_state.category|ticket_state
    ticket_state_internal_label text ticket_state.internal_label|ticket_state_internal_label
    ticket_state_external_label text ticket_state.external_label|ticket_state_external_label
    previous_ticket_state_id reference
    ticket_type_id reference ticket_type.id
    admin_assignee_id reference, team_assignee_id reference
    created_at timestamp, updated_at timestamp, open boolean, snoozed_until timestamp
    is_shared boolean
    ticket_attributes jsonb
"""), tells_removals=True, not_in_raw="ticket_parts.ticket_parts", children=(
    Child("ticket_parts", "ticket_id", "ticket_parts.ticket_parts",
          columns(f"""
              id id, part_type text, body text, ticket_state text, previous_ticket_state text
              created_at timestamp, updated_at timestamp
              assigned_to_type text assigned_to.type
              assigned_to_id reference assigned_to.id
              {AUTHOR}
              external_id text, redacted boolean, app_package_code text
              updated_attribute_data jsonb
          """), ("id",), is_record=True,
          children=(attachments("ticket_part", "attachments"),)),
    links("ticket_contacts", "ticket_id", "contact_id", "contacts.contacts"),
    # Intercom never shows a ticket's tags, and none are put on from here.
    links("ticket_tags", "ticket_id", "tag_id", "_truth.no_tags"),
    Child("ticket_linked_objects", "ticket_id", "linked_objects.data", LINKED,
          ("ticket_id", "linked_object_id")),
))

# 2.11 names the list otherwise than its examples and all other versions.
TYPE_ATTRIBUTES = "ticket_type_attributes.data|ticket_type_attributes.ticket_type_attributes"

TICKET_TYPES = Resource("ticket_types", columns("""
    id id, name text, description text, category text, icon text, workspace_id text
    is_internal boolean, archived boolean, created_at timestamp, updated_at timestamp
"""), not_in_raw=TYPE_ATTRIBUTES, children=(
    Child("ticket_type_attributes", "ticket_type_id", TYPE_ATTRIBUTES,
          columns("""
              id id, workspace_id text, name text, description text, data_type text
              input_options jsonb
              display_order bigint order
              required_to_create boolean, required_to_create_for_contacts boolean
              visible_on_create boolean, visible_to_contacts boolean
              is_default boolean default
              archived boolean, created_at timestamp, updated_at timestamp
          """), ("id",), is_record=True),
))

SMALL_LISTS = (
    Resource("admins", columns("""
        id id, name text, email text, job_title text
        role text role.name|role
        away_mode_enabled boolean, away_mode_reassign boolean, away_status_reason_id reference
        has_inbox_seat boolean
        avatar_image_url text avatar.image_url|avatar
    """)),
    Resource("teams", columns("""
        id id, name text
        admin_priority_level_primary_admin_ids jsonb admin_priority_level.primary_admin_ids
        admin_priority_level_secondary_admin_ids jsonb admin_priority_level.secondary_admin_ids
        assignment_limit bigint, distribution_method text
    """), children=(
        Child("team_admins", "team_id", "admin_ids", columns("admin_id id ."),
              ("team_id", "admin_id")),
    )),
    Resource("tags", columns("id id, name text")),
    Resource("segments", columns("""
        id id, name text, person_type text, created_at timestamp, updated_at timestamp
    """)),
    Resource("subscription_types", columns("""
        id id, state text, consent_type text
        default_translation_name text default_translation.name
        default_translation_description text default_translation.description
        default_translation_locale text default_translation.locale
        translations jsonb, content_types jsonb
    """)),
    Resource("data_attributes", columns("""
        _key key model|_truth.model&full_name|_truth.full_name
        id reference
        model text model|_truth.model
        full_name text full_name|_truth.full_name
        name text, label text, description text
        data_type text, options jsonb
        api_writable boolean, messenger_writable boolean, ui_writable boolean
        custom boolean custom|=true
        archived boolean, created_at timestamp, updated_at timestamp
        admin_id reference
        required boolean, visible_to_team_ids jsonb, multiline boolean, reference jsonb
    """), key=("model", "full_name")),
    Resource("ticket_states", columns("""
        id id, category text, internal_label text, external_label text, archived boolean
    """)),
    TICKET_TYPES,
)

REDIRECTS = Child("help_center_redirects", "help_center_id", "", columns("""
    id id, from_url text, locale text, target_type text, target_id reference
    created_at timestamp, updated_at timestamp
"""), ("id",), is_record=True, is_removable=True)

HELP_CENTER = (
    Resource("help_centers", columns("""
        id id, workspace_id text, identifier text, display_name text, website_turned_on boolean
        url text, custom_domain text
        is_default boolean default
        locales jsonb, created_at timestamp, updated_at timestamp
    """)),
    Resource("collections", columns("""
        id id, workspace_id text, name text, description text, icon text
        display_order bigint order
        default_locale text, parent_id reference, help_center_id reference, url text
        created_at timestamp, updated_at timestamp
    """), children=(
        Child("collection_translations", "collection_id", "translated_content.*",
              columns("locale text @, name text, description text"), ("collection_id", "locale")),
    )),
    Resource("articles", columns("""
        id id, workspace_id text, title text, description text, body text, body_markdown text
        author_id reference, state text, default_locale text
        parent_id reference, parent_type text, parent_ids jsonb, url text
        has_unpublished_changes boolean, draft_updated_at timestamp
        ai_chatbot_availability boolean, ai_copilot_availability boolean
        ai_sales_agent_availability boolean
        created_by_id reference, updated_by_id reference
        exclude_from_article_suggestions boolean, help_center_audience text
        scheduled_publish_at timestamp, scheduled_unpublish_at timestamp
        created_at timestamp, updated_at timestamp
        statistics_views bigint statistics.views
        statistics_conversations bigint statistics.conversations
        statistics_reactions bigint statistics.reactions
        statistics_happy_reaction_percentage numeric statistics.happy_reaction_percentage
        statistics_neutral_reaction_percentage numeric statistics.neutral_reaction_percentage
        statistics_sad_reaction_percentage numeric statistics.sad_reaction_percentage
        statistics_fin_involvements bigint statistics.fin_involvements
        statistics_fin_resolutions bigint statistics.fin_resolutions
        statistics_fin_resolution_rate numeric statistics.fin_resolution_rate
    """), children=(
        Child("article_translations", "article_id", "translated_content.*",
              columns("""
                  locale text @, title text, description text, body text, author_id reference
                  state text, url text, created_at timestamp, updated_at timestamp
              """), ("article_id", "locale")),
        links("article_tags", "article_id", "tag_id", "tags.tags"),
    )),
)

NEWS = (
    Resource("newsfeeds", columns("""
        id id, name text, created_at timestamp, updated_at timestamp
    """), children=(
        links("newsfeed_items", "newsfeed_id", "news_item_id", "_truth.items"),
    )),
    Resource("news_items", columns("""
        id id, workspace_id text, title text, body text, sender_id reference, state text
        labels jsonb, cover_image_url text, reactions jsonb, deliver_silently boolean
        created_at timestamp, updated_at timestamp
    """), children=(
        Child("news_item_newsfeeds", "news_item_id", "newsfeed_assignments",
              columns("newsfeed_id id, published_at timestamp"),
              ("news_item_id", "newsfeed_id")),
    )),
)

ACTIVITY_LOGS = Resource("activity_logs", columns("""
    id id, activity_type text, activity_description text
    performed_by_type text performed_by.type
    performed_by_id reference performed_by.id
    performed_by_email text performed_by.email
    performed_by_ip text performed_by.ip
    metadata jsonb, created_at timestamp
"""))

# What Fin and teammates know.
KNOWLEDGE = (
    Resource("away_status_reasons", columns("""
        id id, label text, emoji text
        display_order bigint order
        deleted boolean, created_at timestamp, updated_at timestamp
    """)),
    Resource("internal_articles", columns("""
        id id, title text, body text, body_markdown text, owner_id reference, author_id reference
        locale text, audience_ids jsonb, ai_chatbot_availability boolean
        ai_copilot_availability boolean, ai_sales_agent_availability boolean
        created_at timestamp, updated_at timestamp
    """)),
    Resource("content_import_sources", columns("""
        id id, url text, sync_behavior text, status text, last_synced_at timestamp
        audience_ids jsonb, created_at timestamp, updated_at timestamp
    """)),
    Resource("external_pages", columns("""
        id id, external_id text, source_id reference, title text, html text, url text, locale text
        ai_agent_availability boolean, ai_copilot_availability boolean
        ai_sales_agent_availability boolean, fin_availability boolean
        created_at timestamp, updated_at timestamp, last_ingested_at timestamp
    """)),
)

EXCEPTIONS = Child("office_hours_exceptions", "office_hours_schedule_id", "", columns("""
    id id, exception_date text, exception_type text, name text, time_intervals jsonb
    recurring_annually boolean, created_at timestamp, updated_at timestamp
"""), ("id",), is_record=True, is_removable=True)

# Most of them of versions after 2.14: empty before.
SETTINGS = (
    Resource("brands", columns("""
        id id, name text, is_default boolean, help_center_id reference
        default_address_settings_id reference, created_at timestamp, updated_at timestamp
    """)),
    Resource("email_settings", columns("""
        id id, email text, verified boolean, domain text, brand_id reference
        forwarding_enabled boolean, forwarded_email_last_received_at timestamp
        created_at timestamp, updated_at timestamp
    """)),
    Resource("macros", columns("""
        id id, name text, body text, body_text text, visible_to text, visible_to_team_ids jsonb
        available_on jsonb, created_at timestamp, updated_at timestamp
    """)),
    Resource("audiences", columns("""
        id id, name text, predicates jsonb, role_predicates jsonb
        created_at timestamp, updated_at timestamp
    """)),
    Resource("content_snippets", columns("""
        id id, title text, locale text, json_blocks jsonb, body_markdown text
        ai_chatbot_availability boolean ai_chatbot_availability|chatbot_availability
        ai_copilot_availability boolean ai_copilot_availability|copilot_availability
        ai_sales_agent_availability boolean, audience_ids jsonb
        created_at timestamp, updated_at timestamp
    """)),
    Resource("office_hours_schedules", columns("""
        id id, name text, time_zone_name text, time_intervals jsonb, twenty_four_seven boolean
        created_at timestamp, updated_at timestamp
    """)),
    Resource("data_connectors", columns("""
        id id, name text, description text, state text, http_method text, direct_fin_usage boolean
        created_by_admin_id reference, updated_by_admin_id reference
        created_at timestamp, updated_at timestamp
    """)),
)

CALLS = Resource("calls", columns("""
    id id, conversation_id reference, admin_id reference, contact_id reference, state text
    call_type text, direction text, ended_reason text, phone text
    recording_url text, transcription_url text, fin_recording_url text, fin_transcription_url text
    initiated_at timestamp, answered_at timestamp, ended_at timestamp
    created_at timestamp, updated_at timestamp
"""))

CUSTOM_OBJECTS = Resource("custom_object_instances", columns("""
    _key key type&id
    id id, type text, external_id text
    external_created_at timestamp, external_updated_at timestamp
    custom_attributes jsonb, created_at timestamp, updated_at timestamp
"""), key=("type", "id"))

ASKED_FOR = (
    Resource("visitors", columns("""
        user_id id, id reference, anonymous boolean
        email text, phone text, name text, pseudonym text
        avatar_image_url text avatar.image_url|avatar
        app_id text
        location_data_city_name text location_data.city_name
        location_data_region_name text location_data.region_name
        location_data_postal_code text location_data.postal_code
        location_data_country_name text location_data.country_name
        location_data_country_code text location_data.country_code
        location_data_continent_code text location_data.continent_code
        location_data_timezone text location_data.timezone
        last_request_at timestamp last_request_at|las_request_at
        created_at timestamp, remote_created_at timestamp, signed_up_at timestamp
        updated_at timestamp, session_count bigint, owner_id reference
        unsubscribed_from_emails boolean, marked_email_as_spam boolean, has_hard_bounced boolean
        referrer text, utm_campaign text, utm_content text, utm_medium text, utm_source text
        utm_term text, do_not_track boolean, custom_attributes jsonb
    """), key=("user_id",), is_asked_for=True),
    Resource("data_export_jobs", columns("""
        job_identifier id job_identifier|job_identfier
        status text, download_url text, download_expires_at timestamp
    """), key=("job_identifier",), is_asked_for=True),
)

RESOURCES = (SMALL_LISTS + (COMPANIES, CONTACTS, CONVERSATIONS, TICKETS) + HELP_CENTER + NEWS
             + (ACTIVITY_LOGS,) + KNOWLEDGE + (CALLS,) + SETTINGS + (CUSTOM_OBJECTS,) + ASKED_FOR)

# Lists of children that no document shows: the record's table → children. The truth has a line for
# each, with what it belongs to.
LISTED_APART = {
    "contacts": EVENTS,
    "conversations": (HANDLING,),
    "help_centers": (REDIRECTS,),
    "office_hours_schedules": (EXCEPTIONS,),
}


# Empty, unless the daemon is told to read them.
OPTIONAL = ("calls", "data_event_summaries", "data_events", "conversation_handling_events",
            "custom_object_instances")

# Arrays whose order means nothing, as paths of member names: compared as sets in `raw`.
SETS = (
    "tags.data", "companies.data", "notes.data", "opted_out_subscription_types.data",
    "opted_in_subscription_types.data", "tags.tags", "segments.segments", "contacts.contacts",
    "teammates.teammates", "linked_objects.data", "ticket_type.ticket_type_attributes.data",
    "team_ids", "admin_ids", "ticket_types.data", "ticket_states.data",
    "ticket_type_attributes.ticket_type_attributes", "parent_ids", "newsfeed_assignments",
)

# What is served under an address that is signed anew at every read: the part before the question
# mark is compared.
SIGNED = ("attachments.url", "ticket_attributes.*.url")

# Copies of other records in a document. They change when that record does, with no trace in the
# document's own columns or updated_at; `raw` is taken over with the next change of its own. What
# they copy is compared where it is at home.
COPIES = (
    "tags.tags.name",        # a tag's name
    "segments.segments",     # whole segments; the ids are company_segments
    "ticket_type",           # a ticket's whole type; the id has a column
    "company",               # a conversation's whole company; the id has a column
    "ticket.ticket_id",      # the number of a conversation's ticket
    "contacts.contacts.external_id",
)

# Children that no document shows, by the table of what they belong to.
APART = {name: [*([NOTES[name]] if name in NOTES else []), *LISTED_APART.get(name, ())]
         for name in {*NOTES, *LISTED_APART}}

# What not every version lets anybody read: first version, last version, which rows. A version is
# the number after "2."; Preview comes after all of them.
PREVIEW = 1000


def every_row(_):
    return True


READABLE = {name: (first, PREVIEW, every_row) for first, names in (
    (12, ["ticket_states", "content_import_sources", "external_pages"]),
    (13, ["internal_articles", "article_tags of article_id"]),
    (14, ["away_status_reasons", "calls"]),
    (15, ["brands", "email_settings", HANDLING.whole_name]),
    # Companies tell of their notes from 2.16 on; before, every company would have to be asked.
    (16, ["macros", "audiences", "content_snippets", "office_hours_schedules", "data_connectors",
          "custom_object_instances", EXCEPTIONS.whole_name, REDIRECTS.whole_name,
          NOTES["companies"].whole_name]),
) for name in names}
# From 2.16 on conversation attributes have an address of their own, which lists custom ones only.
READABLE["data_attributes"] = (
    10, 15, lambda row: row["model"] == "conversation" and not row["custom"])


def is_readable(described, row, version):
    """`row`: its columns by name."""
    if described.whole_name not in READABLE:
        return True
    number = PREVIEW if version in ("Preview", "Unstable") else int(version.split(".")[1])
    first, last, concerns = READABLE[described.whole_name]
    return first <= number <= last or not concerns(row)
