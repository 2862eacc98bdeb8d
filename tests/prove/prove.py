#!/usr/bin/python3
"""Shows the acceptance points by name, each a line: what, the figure, the goal, pass or fail.

    tests/prove/prove.py [--quick] [NAME…]      exits 1 if a point is not reached

INTERCOM_MIRROR_TEST_DSN names a PostgreSQL server as superuser; ./dev prove provides one.
"""

import argparse
import os
import sys
import time
import traceback

import psycopg2

import point_backfill
import point_canaries
import point_converge
import point_dry_run
import point_edits
import point_equal
import point_guards
import point_kill
import point_optional
import point_page
import point_planted
import point_pushing
import point_quota
import point_seen
import point_sweep_requests
import point_switching
import point_takeover
import point_versions
import point_webhooks
from world import ROOT, Failed, Settings

# Each takes the settings and yields (what, figure, goal, whether it was reached).
POINTS = {
    "equal": point_equal.show,
    "converge": point_converge.show,
    "optional": point_optional.show,
    "planted": point_planted.show,
    "kill": point_kill.show,
    "quota": point_quota.show,
    "guards": point_guards.show,
    "backfill": point_backfill.show,
    "edits": point_edits.show,
    "dry_run": point_dry_run.show,
    "pushing": point_pushing.show,
    "versions": point_versions.show,
    "switching": point_switching.show,
    "seen": point_seen.show,
    "sweep_requests": point_sweep_requests.show,
    "takeover": point_takeover.show,
    "page": point_page.show,
    "canaries": point_canaries.show,
    "webhooks": point_webhooks.show,
}


def show(name, settings):
    """Prints the point's lines; whether all were reached."""
    started = time.monotonic()
    is_reached = True
    point, _, settings.only = name.partition(".")
    try:
        for what, figure, goal, is_good in POINTS[point](settings):
            is_reached = is_reached and is_good
            print(f"{'pass' if is_good else 'FAIL'}  {name}: {what}: {figure} (goal: {goal})",
                  flush=True)
    except Failed as failure:
        is_reached = False
        print(f"FAIL  {name}: {failure}", flush=True)
    except Exception:  # A fault of the point itself must not hide the others.
        is_reached = False
        traceback.print_exc()
        print(f"FAIL  {name}: the point itself broke, see above", flush=True)
    print(f"      {name} took {time.monotonic() - started:.0f} s; "
          f"logs are in {settings.logs / point}*", flush=True)
    return is_reached


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=" ".join(POINTS) + "; one part alone: guards.analyst, versions.2.10")
    parser.add_argument("--quick", action="store_true", help="smaller worlds, for trying")
    parser.add_argument("--seed", type=int, default=1, help="of random moments")
    parser.add_argument("--build", default=ROOT / "build" / "release", help="of the binaries")
    parser.add_argument("--logs", default=ROOT / ".local" / "prove")
    arguments = parser.parse_args()
    unknown = {name.partition(".")[0] for name in arguments.names} - set(POINTS)
    if unknown:
        parser.error(f"there is no point {', '.join(sorted(unknown))}")
    server = os.environ.get("INTERCOM_MIRROR_TEST_DSN")
    if not server:
        parser.error("INTERCOM_MIRROR_TEST_DSN names no server; use ./dev prove")
    psycopg2.connect(server).close()
    settings = Settings(arguments.build, arguments.logs, server, arguments.quick,
                        arguments.seed)
    reached = [show(name, settings) for name in arguments.names or POINTS]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
