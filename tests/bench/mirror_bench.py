#!/usr/bin/python3
"""The whole way from the API to the tables, daemon against a careful script, on one machine."""

import argparse
import io
import pathlib
import statistics
import sys
import time

import psycopg2

from workbench import SCHEMA, Database, Report, Sandbox, median_ratio, mirror, run

NAIVE = pathlib.Path(__file__).with_name("naive_mirror.py")
TABLES = {
    "contacts": ("contacts", "contact_tags", "contact_companies", "contact_subscriptions",
                 "contact_social_profiles", "notes"),
    "conversations": ("conversations", "conversation_parts", "conversation_contacts",
                      "conversation_teammates", "conversation_tags", "conversation_linked_objects"),
}


def copy_all(source, tables):
    """Seconds PostgreSQL alone takes for the rows: one binary COPY a table into a fresh mirror. No
    program that fills these tables is faster on one connection."""
    rows = {}
    with psycopg2.connect(source, options=f"-c search_path={SCHEMA}") as reader:
        with reader.cursor() as cursor:
            for table in tables:
                rows[table] = io.BytesIO()
                cursor.copy_expert(f"COPY {table} TO STDOUT (FORMAT binary)", rows[table])
    reader.close()
    with Database() as database:
        writer = psycopg2.connect(
            database.dsn, options=f"-c search_path={SCHEMA} -c intercom_mirror.apply=on")
        begun = time.monotonic()
        with writer, writer.cursor() as cursor:
            for table, data in rows.items():
                data.seek(0)
                cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", data)
        seconds = time.monotonic() - begun
        writer.close()
    return seconds


def race(sandbox, resource, rounds):
    """Seconds of each: script, script again, daemon, daemon reading all again, daemon polling, and
    PostgreSQL taking the rows."""
    times = {name: [] for name in ("script", "script again", "first", "full", "poll", "COPY")}
    for _ in range(rounds):
        with Database() as database:
            script = [sys.executable, NAIVE, sandbox.url, database.dsn, SCHEMA, resource]
            times["script"].append(run(script, {}).seconds)
            times["script again"].append(run(script, {}).seconds)
            wanted = database.count(*TABLES[resource])
        with Database() as database:
            times["first"].append(mirror(database, sandbox, "sync", resource).seconds)
            found = database.count(*TABLES[resource])
            times["full"].append(mirror(database, sandbox, "sync", "--full", resource).seconds)
            times["poll"].append(mirror(database, sandbox, "sync", resource).seconds)
            times["COPY"].append(copy_all(database.dsn, TABLES[resource]))
        if found != wanted:
            raise SystemExit(f"not the same work: {found}, but the script {wanted}")
    return times


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--contacts", type=int, default=40000)
    arguments.add_argument("--conversations", type=int, default=10000)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    report = Report()
    with Sandbox(contacts=given.contacts, conversations=given.conversations) as sandbox:
        for resource, count in (("contacts", given.contacts), ("conversations", given.conversations)):
            times = race(sandbox, resource, given.rounds)
            report.note(f"{resource}: records/s, script", count / statistics.median(times["script"]))
            report.note(f"{resource}: records/s, daemon", count / statistics.median(times["first"]))
            report.at_least(f"{resource}: first mirror, daemon / script",
                            median_ratio(times["script"], times["first"]), 5)
            report.note(f"{resource}: first mirror, daemon / COPY of its rows alone",
                        median_ratio(times["COPY"], times["first"]))
            report.note(f"{resource}: all read again unchanged, daemon / script",
                        median_ratio(times["script again"], times["full"]))
            report.at_least(f"{resource}: run again unchanged, daemon / script",
                            median_ratio(times["script again"], times["poll"]), 15)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
