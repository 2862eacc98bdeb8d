"""Backfills find silent changes in their range and leave alone what lies outside; they are
cancelled, resumed after a kill, asked for by schedules, and starve nobody."""

import datetime
import pathlib
import time

from world import Failed, Process, World, wait_until

REREAD = ("contacts", "conversations")
# Searches of contacts compare days of the workspace's zone: the border is two days wide.
BORDER = datetime.timedelta(days=3)
# Reads that were noted before a backfill was cancelled: what may wait, and two pages.
LEFTOVER = 192 + 2 * 150


def world_of(settings):
    return World(settings, "backfill", companies=20, tickets=20, latency="20ms-100ms",
                 contacts=settings.choose(500, 5_000), rate_limit=settings.choose(600, 2_000),
                 conversations=settings.choose(700, 5_000))


def request(world, which):
    """The row of a backfill, by id."""
    names = ("state", "records", "expected", "schedule", "reason")
    rows = world.query(f"SELECT {', '.join(names)} FROM intercom_sync.backfill_request"
                       " WHERE id = %s", (which,))
    return dict(zip(names, rows[0]))


def asked(output):
    """Ids of the backfills that the command says it asked for."""
    return [int(line.split()[1]) for line in output.splitlines() if "is asked for" in line]


def walked(world, which):
    """Records of the walk so far."""
    return world.value("SELECT coalesce(sum(records), 0)::bigint FROM intercom_sync.stream_state"
                       " WHERE stream = %s", (f"backfill {which}",))


def single_reads(world):
    return sum(sum(counts.values()) for endpoint, counts in
               world.sandbox.stats()["endpoints"].items()
               if endpoint.startswith("GET ") and "conversations/" in endpoint)


def documents(world):
    return {name: {one["id"]: one for one in world.sandbox.truth(name)} for name in REREAD}


def silently_changed(before, after):
    return {(name, key) for name in REREAD for key, one in after[name].items()
            if key in before[name] and one != before[name][key]
            and one["updated_at"] == before[name][key]["updated_at"]}


def differing(world, name):
    return {(one.table, one.key) for one in world.differences(name=name) if one.table in REREAD}


def created(world, condition, moment):
    return {(name, key) for name in REREAD for key, in world.query(
        f"SELECT id FROM intercom.{name} WHERE created_at {condition} %s", (moment,))}


def ranges(world, settings):
    middle = world.value("SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY created_at)"
                         " FROM intercom.conversations")
    inside, outside = created(world, ">=", middle), created(world, "<", middle - BORDER)
    before = documents(world)
    world.sandbox.mutate(times=settings.choose(600, 3_000))
    after = documents(world)
    there = {(name, key) for name in REREAD for key in after[name]}
    silent = silently_changed(before, after)
    wrong = differing(world, "before") & there
    world.must("backfill", *REREAD, "--since", middle.strftime("%Y-%m-%dT%H:%M:%SZ"))
    left = differing(world, "after") & there
    found = wrong & silent & inside - left
    yield "silent changes in the range that a backfill found", len(found), "≥ 10", len(found) >= 10
    missed = left & inside & there
    yield "records of the range that still differ", len(missed), 0, not missed
    untouched = wrong & silent & outside
    yield (f"of {len(untouched)} silent changes outside, still there", len(untouched & left),
           "all, some", untouched and untouched <= left)


def cancelled(world):
    world.sandbox.ask("POST", "/stats/reset")
    which, = asked(world.must("backfill", "conversations"))
    wait_until(lambda: walked(world, which) > 0, 60, "the backfill is under way")
    world.must("backfill", "cancel", str(which))
    wait_until(lambda: world.value("SELECT NOT EXISTS (SELECT FROM intercom_sync.refetch)"), 120,
               "what it had noted is read")
    time.sleep(3)
    row = request(world, which)
    reads = single_reads(world)
    yield "state of a cancelled backfill", row["state"], "cancelled", row["state"] == "cancelled"
    yield (f"single reads it caused, of {row['expected']}", reads, f"≤ {LEFTOVER}",
           reads <= LEFTOVER < row["expected"])
    code, _ = world.command("backfill", "cancel", str(which))
    yield "exit code of cancelling it again", code, 1, code == 1


def resumed(world, daemon):
    world.sandbox.ask("POST", "/stats/reset")
    which, = asked(world.must("backfill", "conversations"))
    started = time.monotonic()
    world.wait_for_polls(60)
    yield ("seconds until every resource was polled beside it",
           round(time.monotonic() - started, 1), "≤ 20", time.monotonic() - started <= 20)
    wait_until(lambda: walked(world, which) >= 300, 120, "half of the walk is done")
    daemon.kill()
    before = request(world, which)
    yield "state after a kill", before["state"], "running", before["state"] == "running"
    world.start()
    wait_until(lambda: request(world, which)["state"] != "running", 300, "it is over")
    row = request(world, which)
    yield "state in the end", row["state"], "done", row["state"] == "done"
    there = world.value("SELECT count(*) FROM intercom.conversations WHERE deleted_at IS NULL")
    yield "records it read", row["records"], f"≥ {there}", row["records"] >= there
    reads = single_reads(world)
    # A kill repeats what was under way or not yet stored.
    most = there + 192
    yield f"single reads for {there} conversations", reads, f"{there} to {most}", \
        there <= reads <= most


def scheduled(world):
    file = pathlib.Path(world.logs) / "config.toml"
    file.write_text('[[backfill]]\nresources = ["tags", "tickets"]\nschedule = "0 0 1 1 *"\n'
                    'since = "-90d"\n', encoding="utf-8")
    # The first of January came after the mirror was complete, and nobody was there.
    world.execute("UPDATE intercom_sync.resource_state SET complete_since = '2020-01-01'")
    count = ("SELECT count(*) FROM intercom_sync.backfill_request"
             " WHERE schedule = '0 0 1 1 *' AND state = 'done'")
    for start in ("a missed schedule asked for", "after another start"):
        daemon = Process([world.settings.build / "intercom-mirror", "--config", file, "run"],
                         world.logs / "run.log", world.environment)
        world.started.append(daemon)
        wait_until(lambda: world.value(count) >= 2 or not daemon.is_alive(), 120,
                   "the scheduled backfills are done")
        world.wait_for_polls()
        yield f"backfills {start}", world.value(count), 2, world.value(count) == 2
        daemon.end()


def show(settings):
    with world_of(settings) as world:
        world.must("sync")
        yield from ranges(world, settings)
        for words in (("--since", "2999-01-01"), ("--since", "-1d", "--until", "-2d")):
            code, _ = world.command("backfill", "contacts", *words)
            yield f"exit code of {' '.join(words)}", code, 78, code == 78
        daemon = world.start()
        wait_until(lambda: world.status() and world.value(
            "SELECT renewed_at > now() - interval '5 s' FROM intercom_sync.lease"), 60,
            "the daemon holds the lease")
        world.wait_for_polls()
        yield from cancelled(world)
        yield from resumed(world, daemon)
        world.must("backfill", "contacts", "companies", "--since", "-30d", "--wait")
        states = {row[0] for row in world.query(
            "SELECT state FROM intercom_sync.backfill_request ORDER BY id DESC LIMIT 2")}
        yield "states after --wait", " ".join(states), "done", states == {"done"}
        code = world.started[-1].end()
        yield "exit code of the daemon, stopped", code, 0, code == 0
        if world.value("SELECT count(*) FROM intercom_sync.backfill_request"
                       " WHERE state IN ('pending', 'running')"):
            raise Failed("backfills are left open")
        yield from scheduled(world)
