"""Without permission to push, nothing is written to Intercom; and what a dry run shows is what is
sent afterwards."""

import collections
import json
import time
import urllib.parse

from editors import finish, started
from point_edits import EditedWorld
from world import wait_until


def request_of(line):
    """A line of `push --dry-run`: method, target, body."""
    method, _, rest = line.partition(" ")
    target, _, body = rest.partition(" ")
    return method, target, json.loads(body) if body else None


def with_real_ids(text, aliases):
    for local, real in aliases.items():
        for shown in (local, urllib.parse.quote(local, safe="")):
            text = text.replace(shown, real)
    return text


def countable(requests):
    return collections.Counter(json.dumps(one, sort_keys=True) for one in requests)


def show(settings):
    with EditedWorld(settings, "dry_run") as world:
        world.environment["INTERCOM_MIRROR_PUSH_ENABLED"] = "false"
        daemon = world.start()
        world.wait_for_polls()
        # A merge gives the survivor values that nobody foresees, and edits of those conflict.
        finish(started(world.logins, world.dsn, settings.seed, settings.choose(120, 1_000), 0,
                       without=("merge",)))
        # As long as pushing takes, and longer.
        time.sleep(10)
        wait_until(world.is_settled, 60, "the daemon is at rest")
        daemon.end()
        writes = len(world.writes())
        edits = world.value("SELECT count(*) FROM intercom.edits")
        yield f"writes of {edits} edits while push.enabled is false", writes, 0, writes == 0
        world.environment["INTERCOM_MIRROR_PUSH_ENABLED"] = "true"
        shown = world.must("push", "--dry-run")
        writes = len(world.writes())
        yield "writes of a dry run", writes, 0, writes == 0
        world.must("push")
        aliases = dict(world.query("SELECT old_id, new_id FROM intercom_sync.id_alias"))
        promised = [request_of(with_real_ids(line, aliases))
                    for line in shown.splitlines() if line and not line.startswith("#")]
        sent = [(one["operation"].partition(" ")[0], one["target"], one["body"])
                for one in world.writes() if one["operation"] != "job"]
        refused = world.value("SELECT count(*) FROM intercom.edits WHERE state = 'rejected'")
        missing, other = (countable(promised) - countable(sent), countable(sent) - countable(promised))
        with open(world.logs / "requests.txt", "w", encoding="utf-8") as out:
            for name, requests in (("not sent", missing), ("not shown", other)):
                out.writelines(f"{name}: {one}\n" for one in requests.elements())
        yield f"requests shown of {len(promised)} that were not carried out", missing.total(), \
            f"≤ {refused} refused", missing.total() <= refused
        yield f"requests carried out of {len(sent)} that were not shown", other.total(), 0, \
            not other
