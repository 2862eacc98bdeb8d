#!/usr/bin/python3
"""The most memory the daemon holds during a first mirror and a full re-reading, and whether that
grows with the workspace."""

import argparse
import sys

from workbench import Database, Report, Sandbox, mirror

KIB_PER_MIB = 1024


def peaks(contacts, conversations):
    with Sandbox(contacts=contacts, conversations=conversations) as sandbox, Database() as database:
        first = mirror(database, sandbox, "sync")
        again = mirror(database, sandbox, "sync", "--full")
        return first.peak_kib / KIB_PER_MIB, again.peak_kib / KIB_PER_MIB


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--contacts", type=int, default=200000)
    arguments.add_argument("--conversations", type=int, default=20000)
    given = arguments.parse_args()
    report = Report()
    half = peaks(given.contacts // 2, given.conversations // 2)
    full = peaks(given.contacts, given.conversations)
    for what, of_half, of_all in zip(("first mirror", "full re-reading"), half, full):
        report.note(f"{what}: peak MiB, half the numbers", of_half)
        report.at_most(f"{what}: peak MiB", of_all, 96)
        report.at_most(f"{what}: peak / peak at half the numbers", of_all / of_half, 1.1)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
