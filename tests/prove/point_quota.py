"""At 20–200 ms latency the quota is used up while conversations remain to be read, and never
overdrawn."""

import json
import time

import psycopg2

from world import Failed, World

WINDOW = 10


def has_conversations_to_read(world):
    """Listed and not yet read alone, or not all listed. (When the mirror says that it is complete is
    up to the next poll.)"""
    try:
        return world.value(
            "SELECT EXISTS (SELECT FROM intercom_sync.refetch WHERE resource = 'conversations')"
            " OR NOT EXISTS (SELECT FROM intercom_sync.resource_state"
            " WHERE resource = 'conversations' AND poll_cursor IS NOT NULL)")
    except psycopg2.errors.UndefinedTable:
        return True


def measure(settings, limit, conversations):
    """Share of the quota used in whole windows while work waited, how many those were, refusals
    in them and altogether."""
    with World(settings, f"quota-{limit}", companies=100, contacts=1_000, tickets=100,
               conversations=conversations, latency="20ms-200ms", rate_limit=limit) as world:
        world.environment["INTERCOM_MIRROR_INTERCOM_MAX_QUOTA_SHARE"] = "1.0"
        world.environment["INTERCOM_MIRROR_SYNC_POLL_EVERY"] = "30s"
        started = time.time()
        daemon = world.start()
        refusals_at_first = None
        last_seen_busy = started
        while has_conversations_to_read(world):
            last_seen_busy = time.time()
            # The first window is where the limit is learned.
            if refusals_at_first is None and last_seen_busy > started + 2 * WINDOW:
                refusals_at_first = world.sandbox.stats()["answers_429"]
            if not daemon.is_alive():
                raise Failed(f"the daemon ended, see {daemon.log}")
            time.sleep(0.5)
        stats = world.sandbox.stats()
        (world.logs / "stats.json").write_text(json.dumps(stats))
        daemon.end()
    whole = [one["used"] for one in stats["windows"]
             if one["start"] >= started + 1 and one["start"] + WINDOW <= last_seen_busy]
    if len(whole) < 2:
        raise Failed(f"only {len(whole)} whole windows passed: too little to read")
    refused = stats["answers_429"]
    return sum(whole) / (limit * len(whole)), len(whole), refused - (refusals_at_first or 0), refused


def show(settings):
    for limit, conversations in settings.choose(((167, 700),), ((1_666, 25_000), (167, 2_500))):
        if settings.only not in ("", str(limit)):
            continue
        share, windows, refused, refused_ever = measure(settings, limit, conversations)
        yield (f"share of {limit} requests per 10 s used, in {windows} windows",
               f"{100 * share:.1f} %", "≥ 97 %", share >= 0.97)
        yield (f"answers 429 at {limit} in steady state ({refused_ever} in all)", refused, 0,
               refused == 0)
