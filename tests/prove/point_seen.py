"""What no request lists is mirrored once it was asked for by SQL, follows what becomes of it, and
ends when it does: visitors, and jobs that export data."""

import json
import urllib.request

from world import World, wait_until

VISITORS = 3


def ask(world, method, path, body):
    """As another app of the workspace would."""
    asked = urllib.request.Request(
        world.sandbox.url + path, method=method, data=json.dumps(body).encode(),
        headers={"Authorization": "Bearer prove", "Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.loads(answer.read())


def statuses(world):
    return [status for status, in world.query(
        "SELECT status FROM intercom.live_data_export_jobs ORDER BY job_identifier")]


def show(settings):
    with World(settings, "seen", companies=10, contacts=50, conversations=10, tickets=10) as world:
        world.must("sync")
        count = world.value("SELECT count(*) FROM intercom.visitors")
        yield "visitors before any was asked for", count, 0, count == 0

        visitors = [one["user_id"] for one in world.sandbox.truth("visitors")]
        for user_id in visitors[:VISITORS]:
            world.query("SELECT intercom.read_visitor(%s)", (user_id,))
        world.query("SELECT intercom.read_visitor('nobody')")
        world.query("SELECT intercom.update_visitor(user_id => %s, name => 'Ada')", (visitors[3],))
        world.must("push")
        found = world.differences(name="differences-asked-for")
        yield "differences once some were", len(found), 0, not found
        count = world.value("SELECT count(*) FROM intercom.live_visitors")
        yield "visitors mirrored", count, VISITORS + 1, count == VISITORS + 1
        refused = world.value("SELECT count(*) FROM intercom.edits WHERE state = 'rejected'")
        yield "visitors asked for that there are not", refused, 1, refused == 1

        ask(world, "PUT", "/visitors", {"user_id": visitors[0], "name": "Grace"})
        ask(world, "POST", "/visitors/convert",
            {"type": "user", "visitor": {"user_id": visitors[1]},
             "user": {"email": "seen@example.org"}})
        world.must("sync", "--full")
        found = world.differences(name="differences-swept")
        yield "differences after a change, a conversion and a full sync", len(found), 0, not found
        gone = world.query("SELECT user_id, deletion FROM intercom.visitors"
                           " WHERE deleted_at IS NOT NULL")
        yield "visitors that are none any more", gone, "the one converted", \
            gone == [(visitors[1], "gone")]

        world.query("SELECT intercom.request_data_export(now() - interval '1 day', now())")
        world.must("push")
        begun = statuses(world)
        yield "exports begun", begun, "one", begun in (["pending"], ["in_progress"])

        def is_over():
            world.must("sync")
            return statuses(world) == ["completed"]
        wait_until(is_over, 60, "polls have followed the export to its end")
        found = world.differences(name="differences-exported")
        yield "differences once the export is completed", len(found), 0, not found
        asked = world.sandbox.stats()["endpoints"]["GET /export/content/data/{}"]
        before = sum(asked.values())
        world.must("sync")
        asked = sum(world.sandbox.stats()["endpoints"]["GET /export/content/data/{}"].values())
        yield "requests for it after that", asked - before, 0, asked == before
        claimed = world.verified_differences()
        yield "differences by verify", len(claimed), 0, not claimed
