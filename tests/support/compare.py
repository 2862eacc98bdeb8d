#!/usr/bin/python3
"""Is the mirror equal to the workspace? The sandbox's own truth (an address Intercom does not have;
its format is at the top of tests/sandbox/truth.cpp) against the tables, row by row.

    tests/support/compare.py --sandbox URL --dsn DSN --schema intercom [--api-version V] [--json]

prints every difference and exits 1 if there is one. It shares no code with the daemon and does not
read its catalogue: what it knows is in compare_tables.py and compare_values.py.

What it does not complain about, because Intercom does not let anybody know better:

* a removed record that was never mirrored has no row (`known` names those that were);
* a removed record's row may say `gone` instead of how it went;
* the content of removed records and of what belongs to them is whatever was last seen;
* parts older than the newest 500 of a thread are kept as they were last seen;
* what an API version does not let anybody read (compare_tables.READABLE) must be, to the last byte,
  what it was when another version was spoken (`last_seen`), or not be there at all.
"""

import argparse
import collections
import json
import re
import sys
import urllib.request

import psycopg2

import compare_tables
import compare_values
from compare_values import ABSENT

DEFAULT_VERSION = "2.16"  # of the daemon and of the sandbox

Difference = collections.namedtuple("Difference", "table key problem column expected found",
                                    defaults=(None, None, None))
# A table's row: what its columns hold, in the mapping's order, and the bookkeeping that matters.
Row = collections.namedtuple("Row", "values raw deletion is_dead has_pending")


def sentence(one):
    text = f"{one.table} {one.key}: {one.problem}"
    if one.column is not None:
        text += f" {one.column}: expected {shorten(one.expected)}, found {shorten(one.found)}"
    return text


def shorten(value):
    text = repr(value)
    return text if len(text) <= 120 else text[:100] + f"… ({len(text)} characters)"


class Mirror:
    """The tables, read in one consistent look."""

    def __init__(self, dsn, schema):
        self.schema = schema
        self.connection = psycopg2.connect(dsn)
        self.connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('search_path', quote_ident(%s), false)", (schema,))
            cursor.execute("SELECT table_name, column_name FROM information_schema.columns"
                           " WHERE table_schema = %s", (schema,))
            self.columns = collections.defaultdict(set)
            for table, column in cursor:
                self.columns[table].add(column)
            cursor.execute("SELECT table_name FROM information_schema.tables"
                           " WHERE table_schema = %s AND table_type = 'BASE TABLE'", (schema,))
            self.tables = {name for name, in cursor}

    def close(self):
        self.connection.close()

    def query(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def rows(self, table, columns, extra=(), where=""):
        """Row by row, `extra` columns as text first; bookkeeping where the table has it."""
        has_bookkeeping = "raw" in self.columns[table]
        wanted = [f'"{name}"' for name in extra]
        wanted += [compare_values.selection(name, sql_kind(kind)) for name, kind, _ in columns]
        if has_bookkeeping:
            wanted += ["raw::text", "deletion", "deleted_at IS NOT NULL", "_pending IS NOT NULL"]
        with self.connection.cursor(name="rows") as cursor:
            cursor.itersize = 2000
            cursor.execute(f'SELECT {", ".join(wanted)} FROM "{table}" {where}')
            for found in cursor:
                head, rest = found[:len(extra)], found[len(extra):]
                values = tuple(compare_values.stored(value, sql_kind(kind))
                               for value, (_, kind, _) in zip(rest, columns))
                book = rest[len(columns):] if has_bookkeeping else (None, None, False, False)
                yield head, Row(values, *book)


def sql_kind(kind):
    return {"position": "bigint", "key": "text", "address": "text"}.get(kind, kind)


def without_signature(address):
    return address.split("?")[0] if isinstance(address, str) else address


def expected_value(document, kind, path, place):
    if kind == "position":
        return place
    if kind == "key":
        return "/".join(compare_values.expected(document, "text", one) for one in path.split("&"))
    if kind == "address":
        return without_signature(compare_values.expected(document, "text", path))
    return compare_values.expected(document, kind, path)


def expected_row(document, columns, place=0):
    return tuple(expected_value(document, kind, path, place) for _, kind, path in columns)


def key_of(described, values):
    """Of a row of a resource, or of a child without its parent."""
    names = [name for name, _, _ in described.columns]
    return tuple(values[names.index(name)] for name in described.key if name in names)


def rows_by_key(mirror, described):
    """All rows of a resource; or of a child, the parent's id first in the key."""
    is_child = isinstance(described, compare_tables.Child)
    extra = (described.parent,) if is_child else ()
    where = f'WHERE "{described.parent}" IS NOT NULL' if is_child else ""
    return {head + key_of(described, row.values): row
            for head, row in mirror.rows(described.table, described.columns, extra, where)}


def remember(dsn, schema="intercom"):
    """Whole name → rows, of whatever some version of the API does not let anybody read: for `last_seen`
    of compare(), once the daemon speaks that version."""
    mirror = Mirror(dsn, schema)
    try:
        described = list(compare_tables.RESOURCES)
        for one in compare_tables.RESOURCES:
            described += (*one.children, *compare_tables.APART.get(one.name, ()))
        return {one.whole_name: rows_by_key(mirror, one) for one in described
                if one.whole_name in compare_tables.READABLE and one.table in mirror.tables}
    finally:
        mirror.close()


# --- Documents -----------------------------------------------------------------------------------

SIGNED = re.compile("|".join(
    re.escape(path).replace(r"\*", "[^.]*") + "$" for path in compare_tables.SIGNED))


def comparable(value, path=()):
    """The document in a form that is equal where documents mean the same."""
    if isinstance(value, dict):
        return {name: comparable(one, path + (name,)) for name, one in value.items()
                if ".".join(path + (name,)) not in compare_tables.COPIES}
    if isinstance(value, list):
        elements = [comparable(one, path) for one in value]
        if ".".join(path).endswith(compare_tables.SETS):
            elements.sort(key=repr_of)
        return elements
    if isinstance(value, str) and path and path[-1] == "url" and SIGNED.search(".".join(path)):
        return without_signature(value)
    return value


def repr_of(value):
    if isinstance(value, dict):
        return repr([(name, repr_of(value[name])) for name in sorted(value)])
    if isinstance(value, list):
        return repr([repr_of(one) for one in value])
    return repr(value)


def first_difference(expected, found, path=""):
    """Where two documents differ: path, expected, found."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(set(expected) | set(found)):
            inner = first_difference(expected.get(name, ABSENT), found.get(name, ABSENT),
                                     f"{path}.{name}")
            if inner:
                return inner
        return None
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for at, (one, other) in enumerate(zip(expected, found)):
            inner = first_difference(one, other, f"{path}[{at}]")
            if inner:
                return inner
        return None
    return None if expected == found else (f"raw{path}", expected, found)


# --- Comparing -----------------------------------------------------------------------------------

class Comparison:
    def __init__(self, sandbox, mirror, known=None, version=DEFAULT_VERSION, optional=(),
                 last_seen=None):
        self.optional = optional
        self.last_seen = last_seen or {}
        self.sandbox = sandbox.rstrip("/")
        self.version = version
        self.mirror = mirror
        self.known = known or {}
        self.found = []
        self.compared = collections.Counter()
        # (part_kind, part_id) → (position,) → row. Conversations and tickets share the table; what
        # is left of it in the end belongs to nobody.
        self.attachments = collections.defaultdict(dict)
        self.excused_parts = set()

    def differ(self, table, key, problem, *details):
        self.found.append(Difference(table, key, problem, *details))

    def truth(self, resource):
        if resource in compare_tables.OPTIONAL and resource not in self.optional:
            return
        address = f"{self.sandbox}/_sandbox/truth/{resource}?version={self.version}"
        with urllib.request.urlopen(address, timeout=300) as answer:
            for line in answer:
                if line.strip():
                    yield compare_values.parse(line)

    def run(self):
        self.compare_shape()
        self.load_attachments()
        removed = collections.defaultdict(dict)
        for one in self.truth("removed"):
            removed[one["resource"]][one["id"]] = one
        notes = collections.defaultdict(list)
        for one in self.truth("notes"):
            del one["_truth"]
            owner = one["contact"] if "contact" in one else one["company"]
            notes[owner["id"]].append(one)
        lists = {"notes": notes}
        for child in (child for all_of_one in compare_tables.LISTED_APART.values()
                      for child in all_of_one):
            lists[child.table] = collections.defaultdict(list)
            for one in self.truth(child.table):
                lists[child.table][one.pop("_truth").get("owner")].append(one)
        for resource in compare_tables.RESOURCES:
            self.compare_resource(resource, removed[resource.name], lists)
        for part, rows in sorted(self.attachments.items()):
            if part not in self.excused_parts:
                for position in sorted(rows):
                    self.differ("attachments", show(part + position), "is nobody's")
        return self.found

    # Every table and column there is must be known here: a new one is not equal by silence.
    def compare_shape(self):
        mapped = mapped_columns()
        for table in sorted(self.mirror.tables - set(compare_tables.NOT_COMPARED)):
            if table not in mapped:
                self.differ(table, "", "is a table that is not compared")
                continue
            for column in sorted(self.mirror.columns[table] - mapped[table]):
                self.differ(table, "", f"column {column} is not compared")
        for table in sorted(set(mapped) - self.mirror.tables):
            self.differ(table, "", "is missing")

    # `lists`: table → record → elements of lists that no document shows.
    def compare_resource(self, resource, removed, lists):
        table = resource.name
        rows = rows_by_key(self.mirror, resource)
        live = self.take_unreadable(resource, rows)
        children = []
        for child in (*resource.children, *compare_tables.APART.get(table, ())):
            if compare_tables.is_readable(child, {}, self.version):
                children.append(child)
            else:
                self.take_unreadable(child, rows_by_key(self.mirror, child))
        held = {child.table: self.load_children(child) for child in children
                if child.table != "attachments"}

        for document in self.truth(table):
            wanted = expected_row(document, resource.columns)
            if not self.is_readable(resource, wanted):
                continue
            key = key_of(resource, wanted)
            row = rows.pop(key, None)
            if row is None and resource.is_asked_for:
                continue
            live.append(key)
            if row is None:
                self.differ(table, show(key), "row is missing")
                continue
            self.compare_record(table, show(key), resource.columns, wanted, row)
            truth = document.pop("_truth")
            self.compare_raw(table, show(key), without(document, resource.not_in_raw), row)
            document["_truth"] = truth
            for child in children:
                elements = (lists[child.table].get(key[0], []) if child.table in lists
                            else elements_of(document, child))
                its = self.rows_of(child, key[0], held)
                self.compare_children(child, key[0], elements, its, truth)
        self.compare_view(resource, live)
        self.compare_leftovers(resource, rows, removed)
        dead = {key[0] for key in rows}
        for child in children:
            if child.table == "attachments":
                self.excused_parts |= {(child.kind, parent) for parent in dead}
            else:
                self.compare_orphans(child, held[child.table], dead)

    def is_readable(self, described, values):
        names = [name for name, _, _ in described.columns]
        return compare_tables.is_readable(described, dict(zip(names, values)), self.version)

    def take_unreadable(self, described, rows):
        """Takes the rows out that nobody can read in this version, which must be what they were
        when they were last seen. The keys of those that live."""
        wanted = {key: row for key, row in self.last_seen.get(described.whole_name, {}).items()
                  if not self.is_readable(described, row.values)}
        found = {key: row for key, row in rows.items()
                 if not self.is_readable(described, row.values)}
        for key in found:
            del rows[key]
        for key in sorted(wanted.keys() | found.keys(), key=repr):
            if key not in found:
                self.differ(described.table, show(key), "is gone, and nobody can know why")
            elif key not in wanted:
                self.differ(described.table, show(key), "should not be, as nobody can read it")
            elif wanted[key] != found[key]:
                self.differ(described.table, show(key), "has changed, and nobody can know how")
        return [key for key, row in found.items() if not row.is_dead]

    def rows_of(self, child, parent, held):
        if child.table == "attachments":
            return self.attachments.pop((child.kind, parent), {})
        return held[child.table].pop(parent, {})

    def load_children(self, child):
        """Parent's id → key without the parent → row."""
        result = collections.defaultdict(dict)
        for (parent, *own), row in rows_by_key(self.mirror, child).items():
            result[parent][tuple(own)] = row
        return result

    def load_attachments(self):
        columns = compare_tables.ATTACHMENT_COLUMNS
        at = [name for name, _, _ in columns].index("url")
        for part, row in self.mirror.rows("attachments", columns, ("part_kind", "part_id")):
            values = row.values[:at] + (without_signature(row.values[at]),) + row.values[at + 1:]
            self.attachments[part][values[:1]] = row._replace(values=values)

    def compare_record(self, table, key, columns, wanted, row):
        self.compared[table] += 1
        if row.is_dead:
            self.differ(table, key, f"is marked {row.deletion} but exists")
        if row.has_pending:
            self.differ(table, key, "has a pending edit nobody made")
        for (name, _, _), expected, found in zip(columns, wanted, row.values):
            if expected != found or isinstance(expected, bool) != isinstance(found, bool):
                self.differ(table, key, "column differs", name, expected, found)

    def compare_raw(self, table, key, document, row):
        if row.raw is None:
            self.differ(table, key, "has no raw")
            return
        expected, found = comparable(document), comparable(compare_values.parse(row.raw))
        if expected != found:
            self.differ(table, key, "document differs", *first_difference(expected, found))

    def compare_children(self, child, parent, elements, rows, truth):
        for place, element in enumerate(elements):
            wanted = expected_row(element, child.columns, place)
            key = key_of(child, wanted)
            shown = show((parent,) + key)
            row = rows.pop(key, None)
            if row is None:
                self.differ(child.table, shown, "row is missing")
                continue
            self.compare_record(child.table, shown, child.columns, wanted, row)
            if child.is_record:
                self.compare_raw(child.table, shown, element, row)
        self.compare_extra_children(child, parent, elements, rows, truth)

    def compare_extra_children(self, child, parent, elements, rows, truth):
        for grandchild in child.children:
            for element in elements:
                part = compare_values.expected(element, "id", "id")
                self.compare_children(grandchild, part, elements_of(element, grandchild),
                                      self.rows_of(grandchild, part, {}), truth)
        older = truth["all_parts"].value - len(elements) if child.children else 0
        for key, row in sorted(rows.items(), key=repr):
            if child.children and older > 0:
                # Out of the window; kept as last seen.
                older -= 1
                self.excused_parts.add((child.children[0].kind, key[0]))
            elif not (row.is_dead and child.is_removable):
                self.differ(child.table, show((parent,) + key),
                            "is marked deleted but never was" if row.is_dead else "should not be")

    def compare_view(self, resource, live):
        """live_<table> shows what exists (conversations: but for those of tickets) as the table
        has it."""
        table, view = resource.name, "live_" + resource.name
        if not self.mirror.columns[view]:
            self.differ(view, "", "is missing")
            return
        wanted = {name for name, kind, _ in resource.columns if kind != "key"}
        if self.mirror.columns[view] != wanted:
            self.differ(view, "", "has other columns", "columns", sorted(wanted),
                        sorted(self.mirror.columns[view]))
            return
        names = ", ".join(f'"{name}"' for name in sorted(wanted))
        condition = "deleted_at IS NULL"
        if table == "conversations":
            condition += " AND ticket_id IS NULL"
        from_table = f"SELECT {names} FROM {table} WHERE {condition}"
        from_view = f"SELECT {names} FROM {view}"
        for what, sql in (("lacks rows of the table", f"{from_table} EXCEPT ALL {from_view}"),
                          ("has rows of its own", f"{from_view} EXCEPT ALL {from_table}")):
            (count,), = self.mirror.query(f"SELECT count(*) FROM ({sql}) AS rows")
            if count:
                self.differ(view, "", f"{what}: {count}")
        if table != "conversations":
            (count,), = self.mirror.query(f"SELECT count(*) FROM {view}")
            if count != len(live):
                self.differ(view, "", "has another number of rows", "count", len(live), count)

    def compare_leftovers(self, resource, rows, removed):
        """Rows of what does not exist: tombstones, or they should not be."""
        table = resource.name
        for key, row in sorted(rows.items(), key=repr):
            how = removed.get(key[0])
            if not row.is_dead:
                self.differ(table, show(key),
                            f"was {how['how']} but is live" if how else "should not be")
            elif resource.tells_removals and how is None:
                self.differ(table, show(key), f"is marked {row.deletion} but never existed")
            elif how and row.deletion not in (how["how"], "gone"):
                self.differ(table, show(key), "went otherwise", "deletion", how["how"],
                            row.deletion)
        for identity in sorted(self.known.get(table, ())):
            if (identity,) not in rows and identity in removed:
                self.differ(table, identity, "tombstone is missing")

    def compare_orphans(self, child, held, dead):
        """What is left belongs to removed records, and stays as last seen; or to nobody."""
        for parent, rows in sorted(held.items()):
            for key in rows:
                if parent not in dead:
                    self.differ(child.table, show((parent,) + key), "belongs to no record")
                for grandchild in child.children:
                    self.excused_parts.add((grandchild.kind, key[0]))


def without(document, paths):
    """A copy of the document whose arrays at those paths, separated by '|', are empty."""
    for path in paths.split("|"):
        document = without_array(document, path)
    return document


def without_array(document, path):
    if not path:
        return document
    name, _, rest = path.partition(".")
    if name not in document:
        return document
    return {**document, name: without_array(document[name], rest) if rest else []}


def elements_of(document, child):
    if child.path.endswith(".*"):
        found = compare_values.member(document, child.path[:-2])
        return [{**one, "@": name} for name, one in found.items() if isinstance(one, dict)] \
            if isinstance(found, dict) else []
    alternatives = (compare_values.member(document, path) for path in child.path.split("|"))
    found = next((one for one in alternatives if isinstance(one, list)), [])
    if child.path.startswith("_truth."):
        # Bare ids, but for subscriptions.
        return [one if isinstance(one, dict) else {"id": one} for one in found]
    return found


def show(key):
    return " ".join(str(part) for part in key)


def mapped_columns():
    """Table → all columns that are compared, or listed with the reason why not."""
    result = collections.defaultdict(set)

    def add(table, columns, more=(), has_bookkeeping=False):
        result[table] |= {name for name, _, _ in columns} | set(more)
        if has_bookkeeping:
            result[table] |= set(compare_tables.BOOKKEEPING)

    def add_child(child):
        more = [child.parent] + (["part_kind"] if child.kind else [])
        add(child.table, child.columns, more, child.is_record)
        for each in child.children:
            add_child(each)

    for resource in compare_tables.RESOURCES:
        add(resource.name, resource.columns, has_bookkeeping=True)
        for child in resource.children:
            add_child(child)
    for children in compare_tables.APART.values():
        for child in children:
            add_child(child)
    return result


def compare(sandbox, dsn, schema="intercom", known=None, version=DEFAULT_VERSION, optional=(),
            last_seen=None):
    """All differences, and how many rows of which table were compared. `version`: of the API, that
    the daemon speaks. `optional`: tables of compare_tables.OPTIONAL that it was told to fill.
    `last_seen`: what remember() found before the version was changed."""
    mirror = Mirror(dsn, schema)
    try:
        comparison = Comparison(sandbox, mirror, known, version, optional, last_seen)
        return comparison.run(), comparison.compared
    finally:
        mirror.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sandbox", required=True, help="http://127.0.0.1:PORT")
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--schema", default="intercom")
    parser.add_argument("--api-version", default=DEFAULT_VERSION, help="that the daemon speaks")
    parser.add_argument("--optional", action="append", default=[], metavar="TABLE",
                        help="the daemon was told to fill it, too")
    parser.add_argument("--json", action="store_true", help="one object per difference")
    arguments = parser.parse_args()
    found, compared = compare(arguments.sandbox, arguments.dsn, arguments.schema,
                              version=arguments.api_version, optional=arguments.optional)
    for one in found:
        print(json.dumps(one._asdict(), default=repr) if arguments.json else sentence(one))
    if not arguments.json:
        print(f"{sum(compared.values())} rows compared, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
