"""Differences planted in a mirror that was equal are all reported, by verify and by the comparer,
and `verify --repair` mends them."""

import dataclasses

from world import Failed, World


@dataclasses.dataclass(frozen=True)
class Plant:
    """`find` gives the record's id and what else `change` needs as %s, of records not in %(used)s;
    no record is used twice, or one difference would hide another."""

    what: str
    resource: str
    table: str
    find: str
    change: tuple


def of_record(what, table, change, condition="true"):
    return Plant(what, table, table,
                 f"SELECT id FROM {table} WHERE deleted_at IS NULL AND ({condition})"
                 f" AND id <> ALL(%(used)s) ORDER BY id LIMIT 1", (change,))


def of_child(what, resource, table, parent, change, keys, condition="true"):
    columns = ", ".join(f"c.{name}" for name in (parent,) + keys)
    return Plant(what, resource, table,
                 f"SELECT {columns} FROM {table} AS c JOIN {resource} AS p ON p.id = c.{parent}"
                 f" WHERE p.deleted_at IS NULL AND ({condition}) AND p.id <> ALL(%(used)s)"
                 f" ORDER BY c.{parent} LIMIT 1", (change,))


PLANTS = (
    of_record("a company's row deleted", "companies", "DELETE FROM companies WHERE id = %s"),
    of_record("a contact's row deleted", "contacts", "DELETE FROM contacts WHERE id = %s"),
    of_record("a conversation's row deleted", "conversations",
              "DELETE FROM conversations WHERE id = %s", "ticket_id IS NULL"),
    of_record("a ticket's row deleted", "tickets", "DELETE FROM tickets WHERE id = %s"),
    of_record("an admin's row deleted", "admins", "DELETE FROM admins WHERE id = %s"),
    of_record("a company's number altered", "companies",
              "UPDATE companies SET monthly_spend = monthly_spend + 0.01 WHERE id = %s",
              "monthly_spend IS NOT NULL"),
    of_record("a contact's text altered", "contacts",
              "UPDATE contacts SET name = coalesce(name, '') || ' ' WHERE id = %s"),
    of_record("a contact's custom attributes altered", "contacts",
              "UPDATE contacts SET custom_attributes ="
              " coalesce(custom_attributes, '{}') || '{\"planted\": null}' WHERE id = %s"),
    of_record("a contact's time altered", "contacts",
              "UPDATE contacts SET created_at = created_at + interval '1 second' WHERE id = %s",
              "created_at > '2000-01-01'"),
    of_record("a conversation's text emptied", "conversations",
              "UPDATE conversations SET source_body = NULL WHERE id = %s",
              "source_body <> '' AND ticket_id IS NULL"),
    of_record("a ticket's assignee altered", "tickets",
              "UPDATE tickets SET admin_assignee_id = '1' WHERE id = %s"),
    of_record("a tag renamed", "tags", "UPDATE tags SET name = name || '!' WHERE id = %s"),
    of_child("a contact's tag taken away", "contacts", "contact_tags", "contact_id",
             "DELETE FROM contact_tags WHERE contact_id = %s AND tag_id = %s", ("tag_id",)),
    Plant("a contact's tag added", "contacts", "contact_tags",
          "SELECT id FROM contacts WHERE deleted_at IS NULL AND id <> ALL(%(used)s)"
          " ORDER BY id DESC LIMIT 1",
          ("INSERT INTO contact_tags (contact_id, tag_id) VALUES (%s, 'planted')",)),
    of_child("a contact's company taken away", "contacts", "contact_companies", "contact_id",
             "DELETE FROM contact_companies WHERE contact_id = %s AND company_id = %s",
             ("company_id",)),
    of_child("a contact's segment taken away", "contacts", "contact_segments", "contact_id",
             "DELETE FROM contact_segments WHERE contact_id = %s AND segment_id = %s",
             ("segment_id",)),
    of_child("a contact's consent turned round", "contacts", "contact_subscriptions", "contact_id",
             "UPDATE contact_subscriptions SET consent ="
             " CASE consent WHEN 'opt_in' THEN 'opt_out' ELSE 'opt_in' END"
             " WHERE contact_id = %s AND subscription_type_id = %s", ("subscription_type_id",)),
    of_child("a note's row deleted", "contacts", "notes", "contact_id",
             "DELETE FROM notes WHERE contact_id = %s AND id = %s", ("id",)),
    of_child("a note's text altered", "contacts", "notes", "contact_id",
             "UPDATE notes SET body = body || '.' WHERE contact_id = %s AND id = %s", ("id",)),
    of_child("a company's tag taken away", "companies", "company_tags", "company_id",
             "DELETE FROM company_tags WHERE company_id = %s AND tag_id = %s", ("tag_id",)),
    of_child("a part's row deleted", "conversations", "conversation_parts", "conversation_id",
             "DELETE FROM conversation_parts WHERE conversation_id = %s AND id = %s", ("id",),
             "p.statistics_count_conversation_parts <= 500"),
    of_child("a part's text altered", "conversations", "conversation_parts", "conversation_id",
             "UPDATE conversation_parts SET body = body || '.'"
             " WHERE conversation_id = %s AND id = %s", ("id",),
             "c.body IS NOT NULL AND p.statistics_count_conversation_parts <= 500"),
    of_child("a conversation's contact exchanged", "conversations", "conversation_contacts",
             "conversation_id",
             "UPDATE conversation_contacts SET contact_id = 'planted'"
             " WHERE conversation_id = %s AND contact_id = %s", ("contact_id",)),
    Plant("an attachment taken away", "conversations", "attachments",
          "SELECT p.conversation_id, a.part_id, a.position FROM attachments AS a"
          " JOIN conversation_parts AS p ON a.part_kind = 'conversation_part' AND a.part_id = p.id"
          " JOIN conversations AS c ON c.id = p.conversation_id"
          " WHERE c.statistics_count_conversation_parts <= 500 AND c.id <> ALL(%(used)s)"
          " ORDER BY c.id LIMIT 1",
          ("DELETE FROM attachments WHERE %s <> '' AND part_kind = 'conversation_part'"
           " AND part_id = %s AND position = %s",)),
    of_child("a ticket part's row deleted", "tickets", "ticket_parts", "ticket_id",
             "DELETE FROM ticket_parts WHERE ticket_id = %s AND id = %s", ("id",)),
    of_child("a team's member taken away", "teams", "team_admins", "team_id",
             "DELETE FROM team_admins WHERE team_id = %s AND admin_id = %s", ("admin_id",)),
    of_record("a false tombstone", "contacts",
              "UPDATE contacts SET deleted_at = now(), deletion = 'gone' WHERE id = %s"),
    Plant("a missing tombstone", "contacts", "contacts",
          "SELECT id FROM contacts WHERE deleted_at IS NOT NULL AND id <> ALL(%(used)s)"
          " ORDER BY id LIMIT 1",
          ("UPDATE contacts SET deleted_at = NULL, deletion = NULL WHERE id = %s",)),
    Plant("a contact that never was", "contacts", "contacts",
          "SELECT 'planted' WHERE 'planted' <> ALL(%(used)s)",
          ("INSERT INTO contacts (id, created_at, synced_at) VALUES (%s, now(), now())",)),
)


def plant_all(world):
    """(plant, id of the record) of each."""
    planted = []
    used = {}
    with world.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET search_path = intercom")
        for one in PLANTS:
            taken = used.setdefault(one.resource, [])
            cursor.execute(one.find, {"used": taken})
            found = cursor.fetchone()
            if found is None:
                raise Failed(f"nowhere to plant {one.what}")
            for change in one.change:
                cursor.execute(change, found)
                if cursor.rowcount != 1:
                    raise Failed(f"{one.what}: {cursor.rowcount} rows were planted")
            taken.append(found[0])
            planted.append((one, found[0]))
    return planted


def missed(planted, reported):
    return [f"{one.what} ({one.table} of {identity})" for one, identity in planted
            if not any(one.table == table and identity in key for table, key in reported)]


def part_tables(found, world):
    """Parts' attachments are reported under the part's id, planted under the conversation's."""
    parents = dict(world.query("SELECT id, conversation_id FROM intercom.conversation_parts"))
    for one in found:
        words = one.key.split()
        yield one.table, words + [parents.get(word) for word in words]


def show(settings):
    with World(settings, "planted", companies=60, contacts=1_000, conversations=250,
               tickets=100) as world:
        world.must("sync")
        # For tombstones: some contacts have to go.
        known = world.sandbox.ids()
        while len(known["contacts"] - world.sandbox.ids()["contacts"]) < 2:
            world.sandbox.mutate(times=20)
        world.must("sync", "--full")
        found = world.differences(known, "differences-before")
        if found:
            raise Failed(f"{len(found)} differences before any was planted")

        planted = plant_all(world)
        reported = [(one["table"], [one["id"]]) for one in world.verified_differences()]
        silent = missed(planted, reported)
        yield (f"of {len(planted)} planted differences verify reports", len(planted) - len(silent),
               len(planted), not silent)
        for what in silent:
            yield f"verify is silent about {what}", "missed", "reported", False
        silent = missed(planted, list(part_tables(world.differences(name="planted"), world)))
        yield ("and the comparer", len(planted) - len(silent), len(planted), not silent)
        for what in silent:
            yield f"the comparer is silent about {what}", "missed", "reported", False

        world.command("verify", "--repair")
        # To Intercom, what never was is as missing as what was deleted: its row stays, marked.
        found = [one for one in world.differences(known, "differences-after-repair")
                 if one.key != "planted"]
        yield "differences after verify --repair", len(found), 0, not found
