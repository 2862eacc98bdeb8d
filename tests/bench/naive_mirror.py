"""What a careful engineer writes in an afternoon, for ./dev bench mirror to race against: reads
contacts with their children and conversations with their parts over one kept connection, and stores
each page by a few INSERT … ON CONFLICT statements of many rows. Fills the daemon's own tables and
completes them with the same indexes and foreign keys afterwards.

    naive_mirror.py URL DSN SCHEMA [contacts] [conversations]
"""

import http.client
import json
import sys
import urllib.parse

import psycopg2
from psycopg2.extras import execute_values

PAGE = 150
DETAILS_AT_ONCE = 64

TEXT, TIME, JSON = "%s", "to_timestamp(%s)", "%s::jsonb"

CONTACT = [(name, name, TEXT) for name in (
    "id workspace_id external_id role email email_domain phone formatted_phone name owner_id"
    " has_hard_bounced marked_email_as_spam unsubscribed_from_emails enabled_push_messaging"
    " language_override browser browser_version browser_language os android_app_name"
    " android_app_version android_device android_os_version android_sdk_version ios_app_name"
    " ios_app_version ios_device ios_os_version ios_sdk_version utm_campaign utm_content utm_medium"
    " utm_source utm_term referrer").split()]
CONTACT += [(name, name, TIME) for name in (
    "created_at updated_at signed_up_at last_seen_at last_replied_at last_contacted_at"
    " last_email_opened_at last_email_clicked_at android_last_seen_at ios_last_seen_at").split()]
CONTACT += [(f"location_{name}", f"location.{name}", TEXT) for name in
            "country region city country_code continent_code timezone".split()]
CONTACT += [("avatar_image_url", "avatar.image_url", TEXT),
            ("custom_attributes", "custom_attributes", JSON)]

CONVERSATION = [(name, name, TEXT) for name in (
    "id title open state read priority admin_assignee_id team_assignee_id"
    " ai_agent_participated").split()]
CONVERSATION += [(name, name, TIME) for name in
                 "created_at updated_at waiting_since snoozed_until".split()]
CONVERSATION += [("ticket_id", "ticket.id", TEXT)]
CONVERSATION += [(f"source_{name}", f"source.{name}", TEXT) for name in
                 "type id delivered_as subject body url redacted".split()]
CONVERSATION += [(f"source_author_{name}", f"source.author.{name}", TEXT) for name in
                 "type id name email".split()]
CONVERSATION += [("first_contact_reply_created_at", "first_contact_reply.created_at", TIME),
                 ("first_contact_reply_type", "first_contact_reply.type", TEXT),
                 ("first_contact_reply_url", "first_contact_reply.url", TEXT),
                 ("sla_applied_sla_name", "sla_applied.sla_name", TEXT),
                 ("sla_applied_sla_status", "sla_applied.sla_status", TEXT),
                 ("conversation_rating_rating", "conversation_rating.rating", TEXT),
                 ("conversation_rating_remark", "conversation_rating.remark", TEXT),
                 ("conversation_rating_created_at", "conversation_rating.created_at", TIME),
                 ("conversation_rating_updated_at", "conversation_rating.updated_at", TIME),
                 ("conversation_rating_contact_id", "conversation_rating.contact.id", TEXT),
                 ("conversation_rating_teammate_id", "conversation_rating.teammate.id", TEXT),
                 ("conversation_rating_teammate_type", "conversation_rating.teammate.type", TEXT)]
CONVERSATION += [(f"statistics_{name}", f"statistics.{name}", TEXT) for name in (
    "time_to_assignment time_to_admin_reply time_to_first_close time_to_last_close"
    " median_time_to_reply last_closed_by_id count_reopens count_assignments"
    " count_conversation_parts handling_time adjusted_handling_time").split()]
CONVERSATION += [(f"statistics_{name}", f"statistics.{name}", TIME) for name in (
    "first_contact_reply_at first_assignment_at first_admin_reply_at first_close_at"
    " last_assignment_at last_assignment_admin_reply_at last_contact_reply_at last_admin_reply_at"
    " last_close_at").split()]
CONVERSATION += [(f"statistics_{name}", f"statistics.{name}", JSON) for name in (
    "assigned_team_first_response_time assigned_team_first_response_time_in_office_hours").split()]
CONVERSATION += [(f"ai_agent_{name}", f"ai_agent.{name}", TEXT) for name in
                 "source_type source_title last_answer_type resolution_state rating rating_remark".split()]
CONVERSATION += [(f"ai_agent_{name}", f"ai_agent.{name}", TIME) for name in "created_at updated_at".split()]
CONVERSATION += [("ai_agent_content_sources", "ai_agent.content_sources", JSON),
                 ("topics", "topics", JSON), ("custom_attributes", "custom_attributes", JSON)]

PART = [(name, name, TEXT) for name in
        "id part_type body external_id redacted state app_package_code".split()]
PART += [(name, name, TIME) for name in "created_at updated_at notified_at".split()]
PART += [(name, name, JSON) for name in "tags event_details email_message_metadata metadata".split()]
PART += [("assigned_to_type", "assigned_to.type", TEXT), ("assigned_to_id", "assigned_to.id", TEXT),
         ("author_from_ai_agent", "author.from_ai_agent", TEXT),
         ("author_is_ai_answer", "author.is_ai_answer", TEXT)]
PART += [(f"author_{name}", f"author.{name}", TEXT) for name in "type id name email".split()]

NOTE = [("id", "id", TEXT), ("body", "body", TEXT), ("created_at", "created_at", TIME)]
NOTE += [(f"author_{name}", f"author.{name}", TEXT) for name in "type id name email".split()]


class Api:
    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)

    def get(self, target):
        self.connection.request("GET", target, headers={
            "Authorization": "Bearer bench", "Intercom-Version": "2.16", "Accept": "application/json"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"GET {target} answers {answer.status}")
        return json.loads(body)

    def pages(self, target, key):
        after = ""
        while True:
            page = self.get(f"{target}?per_page={PAGE}{after}")
            yield page[key]
            following = (page.get("pages") or {}).get("next")
            if not following:
                return
            after = "&starting_after=" + urllib.parse.quote(following["starting_after"])

    def list(self, target):
        """A list of one record: short, and numbered where it has pages at all."""
        found, number = [], 1
        while True:
            page = self.get(target if number == 1 else f"{target}?page={number}")
            found += page["data"]
            if number >= (page.get("pages") or {}).get("total_pages", 1):
                return found
            number += 1


class Table:
    """Rows of documents: columns by paths, then whatever is given apart."""

    def __init__(self, name, columns, key, apart=(), has_raw=False):
        self.has_raw = has_raw
        self.readers = [(path.split("."), how == JSON) for _, path, how in columns]
        names = [name for name, _, _ in columns] + list(apart)
        places = [how for _, _, how in columns] + [TEXT] * len(apart)
        if has_raw:
            names += ["raw", "synced_at"]
            places += [TEXT, "now()"]
        self.template = "(" + ", ".join(places) + ")"
        sets = ", ".join(f"{one} = excluded.{one}" for one in names if one not in key)
        self.sql = (f"INSERT INTO {name} ({', '.join(names)}) VALUES %s ON CONFLICT ({', '.join(key)})"
                    f" DO {'UPDATE SET ' + sets if sets else 'NOTHING'}")

    def row(self, document, *apart, raw=None):
        values = []
        for path, is_json in self.readers:
            value = document
            for name in path:
                value = value.get(name) if isinstance(value, dict) else None
            values.append(json.dumps(value) if is_json and value is not None else value)
        values += apart
        if self.has_raw:
            values.append(json.dumps(document if raw is None else raw))
        return values

    def store(self, cursor, rows):
        if rows:
            execute_values(cursor, self.sql, rows, self.template, page_size=len(rows))


CONTACTS = Table("contacts", CONTACT, ["id"], has_raw=True)
CONVERSATIONS = Table("conversations", CONVERSATION, ["id"], has_raw=True)
PARTS = Table("conversation_parts", PART, ["id"], ["conversation_id"], has_raw=True)
NOTES = Table("notes", NOTE, ["id"], ["contact_id"], has_raw=True)


def links(name, *columns, others=()):
    return Table(name, [], list(columns), list(columns) + list(others))


CONTACT_TAGS = links("contact_tags", "contact_id", "tag_id")
CONTACT_COMPANIES = links("contact_companies", "contact_id", "company_id")
SUBSCRIPTIONS = links("contact_subscriptions", "contact_id", "subscription_type_id", others=["consent"])
PROFILES = links("contact_social_profiles", "contact_id", "position", others=["type", "name", "url"])
MEMBERS = links("conversation_contacts", "conversation_id", "contact_id")
TEAMMATES = links("conversation_teammates", "conversation_id", "admin_id")
CONVERSATION_TAGS = Table("conversation_tags", [("applied_at", "applied_at", TIME)],
                          ["conversation_id", "tag_id"],
                          ["conversation_id", "tag_id", "applied_by_type", "applied_by_id"])
LINKED = links("conversation_linked_objects", "conversation_id", "linked_object_id",
               others=["linked_object_type", "category"])
ATTACHMENTS = links("attachments", "part_kind", "part_id", "position",
                    others=["type", "name", "url", "content_type", "filesize", "width", "height"])


def replace(cursor, table, link, parents, rows):
    """The whole sets of some parents."""
    name = link.sql.split()[2]
    cursor.execute(f"DELETE FROM {name} WHERE {table} = ANY (%s)", (parents,))
    link.store(cursor, [link.row({}, *row) for row in rows])


def complete(api, listed, target):
    return api.list(target) if listed.get("has_more") else listed["data"]


def mirror_contacts(api, database):
    for page in api.pages("/contacts", "data"):
        ids = [contact["id"] for contact in page]
        tags, companies, subscriptions, profiles, notes = [], [], [], [], []
        for contact in page:
            own = contact["id"]
            tags += [(own, one["id"]) for one in complete(api, contact["tags"], f"/contacts/{own}/tags")]
            companies += [(own, one["id"]) for one in
                          complete(api, contact["companies"], f"/contacts/{own}/companies")]
            for consent in ("opt_out", "opt_in"):
                listed = contact[f"opted_{consent[4:]}_subscription_types"]
                subscriptions += [(own, one["id"], consent) for one in
                                  complete(api, listed, f"/contacts/{own}/subscriptions")]
            profiles += [(own, at, one.get("type"), one.get("name"), one.get("url"))
                         for at, one in enumerate(contact["social_profiles"]["data"])]
            if contact["notes"]["total_count"]:
                notes += [NOTES.row(note, own) for note in api.list(f"/contacts/{own}/notes")]
        with database, database.cursor() as cursor:
            CONTACTS.store(cursor, [CONTACTS.row(contact) for contact in page])
            replace(cursor, "contact_id", CONTACT_TAGS, ids, tags)
            replace(cursor, "contact_id", CONTACT_COMPANIES, ids, companies)
            replace(cursor, "contact_id", SUBSCRIPTIONS, ids, subscriptions)
            replace(cursor, "contact_id", PROFILES, ids, profiles)
            NOTES.store(cursor, notes)


def attachments_of(kind, owner, listed):
    return [(kind, owner, at, one.get("type"), one.get("name"), one.get("url"),
             one.get("content_type"), one.get("filesize"), one.get("width"), one.get("height"))
            for at, one in enumerate(listed or [])]


def store_conversations(database, batch):
    ids = [conversation["id"] for conversation in batch]
    rows, parts, members, teammates, tags, linked, files = [], [], [], [], [], [], []
    for conversation in batch:
        own = conversation["id"]
        lean = {**conversation, "conversation_parts": None}
        rows.append(CONVERSATIONS.row(conversation, raw=lean))
        files += attachments_of("conversation_source", own, conversation["source"].get("attachments"))
        for part in conversation["conversation_parts"]["conversation_parts"]:
            parts.append(PARTS.row(part, own))
            files += attachments_of("conversation_part", part["id"], part.get("attachments"))
        members += [(own, one["id"]) for one in conversation["contacts"]["contacts"]]
        teammates += [(own, one["id"])
                      for one in (conversation["teammates"] or {}).get("teammates") or []]
        for one in conversation["tags"]["tags"]:
            by = one.get("applied_by") or {}
            tags.append(CONVERSATION_TAGS.row(one, own, one["id"], by.get("type"), by.get("id")))
        linked += [(own, one["id"], one.get("type"), one.get("category"))
                   for one in conversation["linked_objects"]["data"]]
    with database, database.cursor() as cursor:
        CONVERSATIONS.store(cursor, rows)
        PARTS.store(cursor, parts)
        replace(cursor, "conversation_id", MEMBERS, ids, members)
        replace(cursor, "conversation_id", TEAMMATES, ids, teammates)
        cursor.execute("DELETE FROM conversation_tags WHERE conversation_id = ANY (%s)", (ids,))
        CONVERSATION_TAGS.store(cursor, tags)
        replace(cursor, "conversation_id", LINKED, ids, linked)
        ATTACHMENTS.store(cursor, [ATTACHMENTS.row({}, *one) for one in files])


def mirror_conversations(api, database):
    """The list leaves the parts out, so every conversation is asked for alone."""
    batch = []
    for page in api.pages("/conversations", "conversations"):
        for listed in page:
            batch.append(api.get(f"/conversations/{listed['id']}"))
            if len(batch) == DETAILS_AT_ONCE:
                store_conversations(database, batch)
                batch = []
    if batch:
        store_conversations(database, batch)


def main(url, dsn, schema, *resources):
    api = Api(url)
    database = psycopg2.connect(dsn, options=f"-c search_path={schema} -c jit=off"
                                f" -c intercom_mirror.apply=on")
    for name, fill in (("contacts", mirror_contacts), ("conversations", mirror_conversations)):
        if not resources or name in resources:
            fill(api, database)
            with database, database.cursor() as cursor:
                cursor.execute("SELECT create_object(%s, name) FROM missing_objects(%s)", (name, name))


if __name__ == "__main__":
    main(*sys.argv[1:])
