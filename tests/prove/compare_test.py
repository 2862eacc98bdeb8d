"""The comparer sees what it should: whatever is altered in a mirror that was equal is reported,
and no column escapes it unless a reason is written down."""

import collections
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import compare  # noqa: E402
import compare_tables  # noqa: E402
from compare_values import Number, expected, parse  # noqa: E402

CONTACT = parse("""{"id": "c1", "name": "Zoë", "email": "zoe@example.org", "created_at": 1700000000,
    "owner_id": 7, "unsubscribed_from_emails": false, "location": {"city": "Ōsaka"},
    "custom_attributes": {"a b": 1.50, "n": null},
    "social_profiles": {"data": [{"type": "social_profile", "name": "X", "url": "u"}]},
    "tags": {"data": [{"id": "t1"}, {"id": "t2"}]}, "notes": {"data": [{"id": "n1"}]},
    "_truth": {"tags": ["t1", "t2"], "companies": ["o1"], "segments": ["s1"], "notes": ["n1"],
               "subscriptions": [{"id": "9", "consent": "opt_out"}]}}""")
NOTE = parse("""{"id": "n1", "body": "<p>!</p>", "contact": {"id": "c1"},
    "author": {"type": "admin", "id": "7"}, "_truth": {}}""")
CONVERSATION = parse("""{"id": "5", "title": null, "admin_assignee_id": 0, "state": "open",
    "source": {"id": "50", "body": "hello", "attachments": [{"name": "f", "url": "x?sign=1"}]},
    "contacts": {"contacts": [{"id": "c1"}, {"id": "gone"}]}, "tags": {"tags": []},
    "conversation_parts": {"total_count": 1, "conversation_parts": [
        {"id": 51, "part_type": "comment", "body": "hi", "redacted": false,
         "attachments": [{"name": "g", "url": "y?sign=2"}]}]},
    "_truth": {"parts": ["51"], "all_parts": 1, "ticket": null, "contacts": ["c1"], "tags": []}}""")
TRUTH = {
    "contacts": [CONTACT],
    "notes": [NOTE],
    "conversations": [CONVERSATION],
    "tags": [parse('{"id": "t1", "name": "T", "_truth": {}}')],
    "ticket_states": [parse('{"id": "3", "category": "submitted", "_truth": {}}')],
    "data_attributes": [parse(
        '{"model": "conversation", "full_name": "title", "name": "title", "custom": false,'
        ' "_truth": {}}')],
    "removed": [{"resource": "contacts", "id": "gone", "how": "archived", "into": None}],
}


TICKET_STATES, DATA_ATTRIBUTES = (
    next(one for one in compare_tables.RESOURCES if one.name == name)
    for name in ("ticket_states", "data_attributes"))


class FakeMirror:
    """A mirror that holds what it should, until a test alters it: table → rows, each a dictionary
    of its columns and the bookkeeping ones."""

    def __init__(self):
        self.tables = set(compare.mapped_columns()) | set(compare_tables.NOT_COMPARED)
        self.columns = collections.defaultdict(set, compare.mapped_columns())
        self.content = collections.defaultdict(list)
        for resource in compare_tables.RESOURCES:
            self.columns["live_" + resource.name] = {
                name for name, kind, _ in resource.columns if kind != "key"}
            for document in TRUTH.get(resource.name, ()):
                self.add(resource, document)
        for note in TRUTH["notes"]:
            document = {name: value for name, value in note.items() if name != "_truth"}
            self.put("notes", compare_tables.NOTES["contacts"].columns, document, 0,
                     {"contact_id": "c1", "company_id": None})
        self.put("contacts", compare_tables.CONTACTS.columns, {"id": "gone"}, 0,
                 {"is_dead": True, "deletion": "gone"})

    def add(self, resource, document):
        raw = {name: value for name, value in document.items() if name != "_truth"}
        self.put(resource.name, resource.columns, document, 0,
                 {"raw": compare.without(raw, resource.not_in_raw)})
        for child in resource.children:
            self.add_children(child, document, document.get("id"))

    def add_children(self, child, document, parent):
        for place, element in enumerate(compare.elements_of(document, child)):
            more = {child.parent: parent}
            if child.kind:
                more["part_kind"] = child.kind
            self.put(child.table, child.columns, element, place, more)
            for grandchild in child.children:
                self.add_children(grandchild, element, expected(element, "id", "id"))

    def put(self, table, columns, document, place, more):
        row = dict(zip((name for name, _, _ in columns),
                       compare.expected_row(document, columns, place)))
        row.update({"raw": document, "is_dead": False, "deletion": None}, **more)
        self.content[table].append(row)

    def query(self, sql):
        view = re.search(r"FROM live_(\w+)$", sql)
        alive = [row for row in self.content[view[1]] if not row["is_dead"]] if view else ()
        return [(len(alive),)]

    def rows(self, table, columns, extra=(), where=""):
        for row in list(self.content[table]):
            if "IS NOT NULL" in where and None in (row[name] for name in extra):
                continue
            yield (tuple(row[name] for name in extra),
                   compare.Row(tuple(row[name] for name, _, _ in columns), row["raw"],
                               row["deletion"], row["is_dead"], False))


class FakeComparison(compare.Comparison):
    def truth(self, resource):
        return [dict(one) for one in TRUTH.get(resource, ())]

    def compare_raw(self, table, key, document, row):
        if compare.comparable(document) != compare.comparable(row.raw):
            self.differ(table, key, "document differs")


def differences(mirror, known=None, version="2.15", last_seen=None):
    return FakeComparison("http://nowhere", mirror, known, version, last_seen=last_seen).run()


class Comparer(unittest.TestCase):
    def setUp(self):
        self.mirror = FakeMirror()

    def assertReported(self, table, problem, known=None):
        found = differences(self.mirror, known)
        self.assertIn((table, problem), {(one.table, one.problem) for one in found}, found)

    def test_finds_nothing_where_nothing_differs(self):
        self.assertEqual(differences(self.mirror, {"contacts": {"gone"}}), [])

    def test_reports_every_column_that_is_altered(self):
        tried = 0
        for table, rows in list(self.mirror.content.items()):
            for row in rows:
                keys = {"id", "position", "part_id", "part_kind", "tag_id", "company_id", "_key",
                        "segment_id", "subscription_type_id", "contact_id", "conversation_id",
                        "model", "full_name"}
                for column in set(row) - keys - {"raw", "is_dead", "deletion"}:
                    if row["is_dead"]:
                        continue
                    kept, row[column] = row[column], "altered"
                    reported = {(one.table, one.column) for one in differences(self.mirror)}
                    self.assertEqual(reported, {(table, column)})
                    row[column] = kept
                    tried += 1
        self.assertGreater(tried, 150)

    def test_reports_every_row_that_is_taken_away(self):
        for table, rows in list(self.mirror.content.items()):
            for place, row in enumerate(list(rows)):
                if not row["is_dead"]:
                    del rows[place]
                    self.assertReported(table, "row is missing")
                    rows.insert(place, row)

    def test_reports_every_row_that_is_added(self):
        for table, keys in (("contacts", "id"), ("contact_tags", "tag_id"), ("notes", "id"),
                            ("conversation_parts", "id"), ("attachments", "position"),
                            ("conversation_contacts", "contact_id"), ("tags", "id")):
            rows = self.mirror.content[table]
            rows.append({**rows[0], keys: "added"})
            self.assertReported(table, "should not be")
            rows.pop()

    def test_reports_rows_that_belong_to_nobody(self):
        tags = self.mirror.content["contact_tags"]
        tags.append({**tags[0], "contact_id": "nobody"})
        self.assertReported("contact_tags", "belongs to no record")
        attachments = self.mirror.content["attachments"]
        attachments.append({**attachments[0], "part_id": "nobody"})
        self.assertReported("attachments", "is nobody's")

    def test_reports_documents_that_are_not_the_last_served(self):
        self.mirror.content["contacts"][0]["raw"] = {"id": "c1"}
        self.assertReported("contacts", "document differs")

    def test_reports_false_tombstones(self):
        self.mirror.content["contacts"][0].update(is_dead=True, deletion="deleted")
        self.assertReported("contacts", "is marked deleted but exists")

    def test_reports_tombstones_that_say_how_something_else_went(self):
        self.mirror.content["contacts"][1]["deletion"] = "merged"
        self.assertReported("contacts", "went otherwise")

    def test_reports_removed_records_that_live_on(self):
        self.mirror.content["contacts"][1].update(is_dead=False, deletion=None)
        self.assertReported("contacts", "was archived but is live")

    def test_reports_tombstones_that_are_missing(self):
        del self.mirror.content["contacts"][1]
        self.assertReported("contacts", "tombstone is missing", {"contacts": {"gone"}})

    def test_wants_what_a_version_cannot_read_to_stay_as_it_was_last_seen(self):
        for resource, unable, able in ((TICKET_STATES, "2.11", "2.12"),
                                       (DATA_ATTRIBUTES, "2.16", "2.15")):
            rows = self.mirror.content[resource.name]
            last_seen = {resource.name: compare.rows_by_key(self.mirror, resource)}

            def problems():
                return [one.problem
                        for one in differences(self.mirror, None, unable, last_seen)]

            self.assertEqual(problems(), [])
            self.assertEqual(differences(self.mirror, version=able), [])
            for altered in ({"is_dead": True, "deletion": "gone"}, {"raw": {}}, {"archived": True}):
                before = dict(rows[0])
                rows[0].update(altered)
                self.assertEqual(problems(), ["has changed, and nobody can know how"])
                self.assertNotEqual(differences(self.mirror, version=able), [])
                rows[0] = before
            self.assertEqual([one.problem for one in differences(self.mirror, None, unable)],
                             ["should not be, as nobody can read it"])
            rows.clear()
            self.assertIn("is gone, and nobody can know why", problems())
            self.assertEqual(differences(self.mirror, version=unable), [])
            self.assertNotEqual(differences(self.mirror, version=able), [])
            self.mirror = FakeMirror()

    def test_reports_tables_and_columns_nobody_told_it_about(self):
        self.mirror.tables.add("novelties")
        self.mirror.columns["contacts"].add("novelty")
        self.assertReported("novelties", "is a table that is not compared")
        self.assertReported("contacts", "column novelty is not compared")

    def test_takes_addresses_that_are_signed_anew_for_the_same(self):
        self.assertEqual(compare.comparable({"attachments": [{"url": "x?sign=1"}]}),
                         compare.comparable({"attachments": [{"url": "x?sign=2"}]}))
        self.assertNotEqual(compare.comparable({"attachments": [{"url": "x?1"}]}),
                            compare.comparable({"attachments": [{"url": "y?1"}]}))


class Values(unittest.TestCase):
    def check(self, kind, json, wanted):
        found = expected(parse('{"v": ' + json + "}"), kind, "v")
        self.assertEqual((type(found), found), (type(wanted), wanted), json)

    def test_stand_in_columns_as_documented(self):
        self.check("text", r'"a\u0000b\ud83d!"', "a\ufffdb\ufffd!")
        self.check("text", "36893488147419103232", "36893488147419103232")
        self.check("text", "{}", None)
        self.check("id", "12", "12")
        self.check("reference", "0", None)
        self.check("reference", '"0"', None)
        self.check("reference", '"10"', "10")
        self.check("boolean", "1", True)
        self.check("bigint", "9223372036854775808", None)
        self.check("bigint", "-9223372036854775808", -2**63)
        self.check("timestamp", "-2208988800", -2208988800000000)
        self.check("timestamp", "1734537424000", 1734537424000000)
        self.check("timestamp", '"2024-12-18T15:57:04Z"', 1734537424000000)
        self.check("timestamp", "1e400", None)
        self.check("jsonb", "1e400", Number("1E+400"))
        self.check("jsonb", "[1, null]", [Number("1.0"), None])


class Mapping(unittest.TestCase):
    def test_names_every_column_of_the_migrations(self):
        mapped = compare.mapped_columns()
        seen = set()
        for file in sorted((ROOT / "migrations").glob("*.sql")):
            text = file.read_text(encoding="utf-8")
            if "'_sync'" in text:
                continue  # the daemon's own tables
            for table, body in re.findall(r"^CREATE TABLE (\w+) \((.*?)^\)", text, re.M | re.S):
                seen.add(table)
                if table in compare_tables.NOT_COMPARED:
                    continue
                for column in re.findall(r"^    ([a-z_]+) +[a-z]", body, re.M):
                    self.assertIn(column, mapped[table], f"{table} in {file.name}")
        self.assertEqual(seen - set(compare_tables.NOT_COMPARED), set(mapped))

    def test_gives_a_reason_for_what_is_not_compared(self):
        for reasons in (compare_tables.BOOKKEEPING, compare_tables.NOT_COMPARED):
            for name, reason in reasons.items():
                self.assertGreater(len(reason.split()), 3, name)


if __name__ == "__main__":
    unittest.main()
