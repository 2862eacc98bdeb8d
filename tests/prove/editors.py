"""People who edit the mirror by SQL, at random, all at once. Each edit carries a text of its own
(`mark`) wherever one fits, by which its traces are found again."""

import random
import threading
import time

import psycopg2
import psycopg2.extras
from psycopg2.extensions import make_dsn

SCHEMA = "intercom"
# A few rows everybody wants to edit.
HOT_SHARE = 0.2
HOT_ROWS = 12


def pick(cursor, die, table, more="true"):
    """The key of some live row, or None."""
    hot = die.random() < HOT_SHARE
    cursor.execute(
        f"SELECT id FROM (SELECT id FROM {table} WHERE deleted_at IS NULL AND {more}"
        f" ORDER BY {'id' if hot else 'random()'} LIMIT %s) AS chosen ORDER BY random() LIMIT 1",
        (HOT_ROWS if hot else 1,))
    row = cursor.fetchone()
    return row and row[0]


def attribute(cursor, die, model, mark):
    """Some custom attribute with a value that fits: {name: value} as JSON text."""
    cursor.execute(
        "SELECT name, data_type, options FROM data_attributes WHERE model = %s AND custom"
        " AND deleted_at IS NULL AND NOT coalesce(archived, false)"
        " AND coalesce(api_writable, true) AND (SELECT count(*) FROM data_attributes AS other"
        " WHERE other.model = data_attributes.model AND other.name = data_attributes.name) = 1"
        " ORDER BY random() LIMIT 1", (model,))
    row = cursor.fetchone()
    if row is None:
        return None
    name, data_type, options = row
    if options:
        first = options[die.randrange(len(options))]
        value = first if isinstance(first, str) else first.get("value") or first.get("label")
    else:
        value = {"integer": die.randrange(10**6), "float": die.randrange(10**6) / 4,
                 "boolean": die.random() < 0.5, "date": 1_600_000_000 + die.randrange(10**8),
                 "datetime": 1_600_000_000 + die.randrange(10**8)}.get(data_type, mark)
    return psycopg2.extras.Json({name: value})


def update(table, *choices):
    """An edit that sets one or two of those columns: (column, value of a die and a mark)."""
    def edit(cursor, die, mark):
        row = pick(cursor, die, table)
        if row is None:
            return False
        chosen = die.sample(choices, die.choice((1, 1, 1, 2)))
        cursor.execute(
            f"UPDATE {table} SET {', '.join(f'{column} = %s' for column, _ in chosen)}"
            " WHERE id = %s", [value(die, mark) for _, value in chosen] + [row])
        return True
    return edit


def update_attributes(table, model):
    def edit(cursor, die, mark):
        row = pick(cursor, die, table)
        value = attribute(cursor, die, model, mark)
        if row is None or value is None:
            return False
        cursor.execute(f"UPDATE {table} SET custom_attributes = custom_attributes || %s"
                       " WHERE id = %s", (value, row))
        return True
    return edit


def expression(table, sets, more="true"):
    """An edit by an expression of SQL; `%(admin)s` is somebody to assign to."""
    def edit(cursor, die, mark):
        row = pick(cursor, die, table, more)
        admin = pick(cursor, die, "admins")
        if row is None:
            return False
        cursor.execute(f"UPDATE {table} SET {sets} WHERE id = %(row)s",
                       {"row": row, "admin": admin, "mark": mark})
        return True
    return edit


def attach(table, parent, parent_table, other, other_table):
    def edit(cursor, die, _):
        one, two = pick(cursor, die, parent_table), pick(cursor, die, other_table)
        if one is None or two is None:
            return False
        cursor.execute(f"INSERT INTO {table} ({parent}, {other}) VALUES (%s, %s)"
                       " ON CONFLICT DO NOTHING", (one, two))
        return True
    return edit


def detach(table, parent, parent_table, other):
    def edit(cursor, _, __):
        cursor.execute(
            f"SELECT link.{parent}, link.{other} FROM {table} AS link"
            f" JOIN {parent_table} AS row ON row.id = link.{parent} AND row.deleted_at IS NULL"
            " ORDER BY random() LIMIT 1")
        row = cursor.fetchone()
        if row is None:
            return False
        cursor.execute(f"DELETE FROM {table} WHERE {parent} = %s AND {other} = %s", row)
        return True
    return edit


def note(cursor, die, mark):
    row = pick(cursor, die, "contacts")
    cursor.execute("INSERT INTO notes (contact_id, body) VALUES (%s, %s)", (row, mark))
    return True


def reply(table, parent, parent_table):
    def edit(cursor, die, mark):
        row = pick(cursor, die, parent_table)
        if row is None:
            return False
        cursor.execute(f"INSERT INTO {table} ({parent}, part_type, body) VALUES (%s, %s, %s)",
                       (row, die.choice(("note", "comment")), mark))
        return True
    return edit


def new_contact(cursor, die, mark):
    cursor.execute("INSERT INTO contacts (email, name, role) VALUES (%s, %s, 'user')"
                   " RETURNING id", (f"{mark}@new.example", mark))
    (row,), = cursor.fetchall()
    if die.random() < 0.5:
        tag = pick(cursor, die, "tags")
        cursor.execute("INSERT INTO contact_tags (contact_id, tag_id) VALUES (%s, %s)", (row, tag))
        cursor.execute("INSERT INTO notes (contact_id, body) VALUES (%s, %s)",
                       (row, f"{mark}n"))
    return True


def new_company(cursor, _, mark):
    cursor.execute("INSERT INTO companies (company_id, name) VALUES (%s, %s)", (mark, mark))
    return True


def new_tag(cursor, die, mark):
    cursor.execute("INSERT INTO tags (name) VALUES (%s) RETURNING id", (mark,))
    (row,), = cursor.fetchall()
    contact = pick(cursor, die, "contacts")
    cursor.execute("INSERT INTO contact_tags (contact_id, tag_id) VALUES (%s, %s)", (contact, row))
    return True


def new_ticket(cursor, die, mark):
    # Of a type that asks for nothing but a title.
    kind = pick(cursor, die, "ticket_types",
                "NOT coalesce(archived, false) AND NOT EXISTS (SELECT FROM ticket_type_attributes"
                " AS asked WHERE asked.ticket_type_id = ticket_types.id AND asked.required_to_create"
                " AND NOT asked.is_default)")
    contact = pick(cursor, die, "contacts")
    if kind is None or contact is None:
        return False
    cursor.execute("INSERT INTO tickets (ticket_type_id, title) VALUES (%s, %s) RETURNING id",
                   (kind, mark))
    (row,), = cursor.fetchall()
    cursor.execute("INSERT INTO ticket_contacts (ticket_id, contact_id) VALUES (%s, %s)",
                   (row, contact))
    return True


def call(statement, table, more="true"):
    """An edit by a function; %(row)s is the key of some row."""
    def edit(cursor, die, mark):
        row = pick(cursor, die, table, more)
        if row is None:
            return False
        cursor.execute(statement, {"row": row, "mark": mark})
        return True
    return edit


def merge(cursor, die, _):
    lead = pick(cursor, die, "contacts", "role = 'lead' AND NOT starts_with(id, 'local:')")
    user = pick(cursor, die, "contacts", "role = 'user' AND NOT starts_with(id, 'local:')")
    if lead is None or user is None:
        return False
    cursor.execute("SELECT merge_contacts(%s, %s, true)", (lead, user))
    return True


def text(_, mark):
    return mark


def loose_text(die, mark):
    """As people type: Intercom trims it."""
    return die.choice(("", " ", "  ")) + mark + die.choice(("", " "))


def number(die, _):
    return die.randrange(10**6)


# Name → how often it comes relative to the others, and the edit. An edit returns whether it found
# something to do.
EDITS = {
    "contact": (24, update("contacts", ("name", loose_text),
                           ("email", lambda _, mark: f"{mark.upper()}@Mail.example"),
                           ("phone", lambda die, _: f"+1555{die.randrange(10**7):07}"))),
    "contact owner": (3, expression("contacts", "owner_id = %(admin)s")),
    "contact attribute": (16, update_attributes("contacts", "contact")),
    "company": (8, update("companies", ("name", text), ("plan_name", text), ("size", number),
                          ("industry", text), ("website", text), ("monthly_spend", number))),
    "company attribute": (4, update_attributes("companies", "company")),
    "conversation title": (4, expression("conversations", "title = %(mark)s")),
    "conversation attribute": (4, update_attributes("conversations", "conversation")),
    "conversation read": (2, expression("conversations", "read = NOT read")),
    "conversation state": (4, expression(
        "conversations", "state = CASE state WHEN 'open' THEN 'closed' ELSE 'open' END,"
        " snoozed_until = NULL", "state IN ('open', 'closed')")),
    "conversation assignee": (4, expression("conversations", "admin_assignee_id = %(admin)s")),
    "ticket": (6, update("tickets", ("title", text), ("description", text))),
    "ticket open": (2, expression("tickets", "open = NOT open")),
    "ticket assignee": (2, expression("tickets", "admin_assignee_id = %(admin)s")),
    "tag contact": (6, attach("contact_tags", "contact_id", "contacts", "tag_id", "tags")),
    "untag contact": (4, detach("contact_tags", "contact_id", "contacts", "tag_id")),
    "tag company": (2, attach("company_tags", "company_id", "companies", "tag_id", "tags")),
    "untag company": (1, detach("company_tags", "company_id", "companies", "tag_id")),
    "tag conversation": (3, attach("conversation_tags", "conversation_id", "conversations",
                                   "tag_id", "tags")),
    "untag conversation": (2, detach("conversation_tags", "conversation_id", "conversations",
                                     "tag_id")),
    "join company": (3, attach("contact_companies", "contact_id", "contacts", "company_id",
                               "companies")),
    "leave company": (2, detach("contact_companies", "contact_id", "contacts", "company_id")),
    "note": (5, note),
    "reply": (5, reply("conversation_parts", "conversation_id", "conversations")),
    "ticket reply": (3, reply("ticket_parts", "ticket_id", "tickets")),
    "new contact": (5, new_contact),
    "new company": (2, new_company),
    "new tag": (1, new_tag),
    "new ticket": (2, new_ticket),
    "archive": (1, call("SELECT archive_contact(%(row)s)", "contacts",
                        "NOT starts_with(id, 'local:')")),
    "event": (2, call("SELECT submit_event(event_name => %(mark)s, id => %(row)s,"
                      " created_at => now())",
                      "contacts", "role = 'user' AND NOT starts_with(id, 'local:')")),
    "new conversation": (2, call("SELECT create_conversation(from_type => 'user',"
                                 " from_id => %(row)s, body => %(mark)s)",
                                 "contacts", "role = 'user' AND NOT starts_with(id, 'local:')")),
    "merge": (1, merge),
}


class Editor(threading.Thread):
    """Makes so many edits, so many seconds apart on average, as that login; none of the kinds
    `without`."""

    def __init__(self, dsn, seed, number, edits, seconds_apart, without):
        super().__init__(name=f"editor {number}")
        self.dsn = dsn
        self.die = random.Random(seed * 1000 + number)
        self.number = number
        self.left = edits
        self.kinds = {kind: weight for kind, (weight, _) in EDITS.items() if kind not in without}
        self.seconds_apart = seconds_apart
        self.made = {}      # kind → how many
        self.refused = {}   # SQL's reason → how many
        self.is_asked_to_stop = threading.Event()
        self.failure = None

    def run(self):
        try:
            connection = psycopg2.connect(
                self.dsn, options=f"-c search_path={SCHEMA} -c statement_timeout=60s")
            while self.left > 0 and not self.is_asked_to_stop.is_set():
                self.edit(connection)
                time.sleep(self.die.uniform(0, 2 * self.seconds_apart))
            connection.close()
        except Exception as failure:  # Told by whoever waits for the thread.
            self.failure = failure

    def edit(self, connection):
        kind, = self.die.choices(list(self.kinds), list(self.kinds.values()))
        mark = f"mark{self.number}x{self.left}x"
        try:
            with connection, connection.cursor() as cursor:
                found = EDITS[kind][1](cursor, self.die, mark)
        except psycopg2.errors.IntegrityError as refused:
            reason = f"{kind}: {refused.diag.message_primary}"
            self.refused[reason] = self.refused.get(reason, 0) + 1
            return
        except (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected):
            return
        if found:
            self.made[kind] = self.made.get(kind, 0) + 1
            self.left -= 1


def started(logins, dsn, seed, edits, seconds_apart, without=()):
    """An editor for each login; together they make so many edits."""
    all_of_them = [Editor(make_dsn(dsn, user=login), seed, number, edits // len(logins),
                          seconds_apart, without) for number, login in enumerate(logins)]
    for each in all_of_them:
        each.start()
    return all_of_them


def finish(editors):
    for each in editors:
        each.join()
        if each.failure:
            raise each.failure
