"""SIGKILL at random moments of a first mirror, and a restart each time, lose nothing and repeat
little."""

import random
import time

from point_equal import sizes
from world import Failed, World, wait_until

# A scroll cannot be resumed: companies are read from the beginning after every kill.
COUNTED_APART = ("/companies/",)
SECONDS_APART = (3.0, 7.0)


def requests_of(stats):
    """Of companies, and all others."""
    companies = others = 0
    for endpoint, by_status in stats["endpoints"].items():
        count = sum(by_status.values())
        if any(part in endpoint for part in COUNTED_APART):
            companies += count
        else:
            others += count
    return companies, others


def world_of(settings, name):
    # So many requests per 10 s that a first mirror takes more than five minutes.
    slowness = {"rate_limit": settings.choose(60, 190), "latency": "20ms-200ms"}
    return World(settings, name, **sizes(settings), **slowness)


def prepared(world):
    world.environment["INTERCOM_MIRROR_SYNC_POLL_EVERY"] = "1h"
    world.environment["INTERCOM_MIRROR_INTERCOM_MAX_QUOTA_SHARE"] = "1.0"


def undisturbed(settings):
    """Seconds, requests of companies, other requests of a first mirror left alone."""
    with world_of(settings, "kill-undisturbed") as world:
        prepared(world)
        started = time.monotonic()
        daemon = world.start()
        wait_until(lambda: world.is_settled() or not daemon.is_alive(), 3600,
                   "the first mirror is complete")
        seconds = time.monotonic() - started
        stats = world.sandbox.stats()
        if daemon.end() != 0:
            raise Failed(f"the daemon failed, see {daemon.log}")
        return (seconds, *requests_of(stats))


def show(settings):
    seconds, companies_alone, others_alone = undisturbed(settings)
    least = settings.choose(20, 300)
    yield "seconds an undisturbed first mirror takes", round(seconds), f"≥ {least}", \
        seconds >= least
    kills = settings.choose(5, 50)
    die = random.Random(settings.seed)
    with world_of(settings, "kill") as world:
        prepared(world)
        daemon = world.start()
        done = 0
        while done < kills:
            # The moment counts from the first new request: while the lease of the one before runs
            # out, there is nothing to interrupt.
            before = world.sandbox.stats()["requests"]
            wait_until(lambda: world.sandbox.stats()["requests"] > before
                       or world.is_settled(), 60, "the daemon works again")
            time.sleep(die.uniform(*SECONDS_APART))
            if world.is_settled():
                break
            if not daemon.is_alive():
                raise Failed(f"the daemon ended by itself, see {daemon.log}")
            daemon.kill()
            done += 1
            daemon = world.start()
        yield "kills before the mirror was complete", done, kills, done == kills
        wait_until(lambda: world.is_settled() or not daemon.is_alive(), 3600,
                   "the first mirror is complete")
        stats = world.sandbox.stats()
        code = daemon.end()
        yield "exit code of the last daemon", code, 0, code == 0
        found = world.differences()
        yield "differences", len(found), 0, not found
        companies, others = requests_of(stats)
        most = 1.2 * others_alone + 30 * done
        yield (f"requests but for companies ({others_alone} undisturbed)", others,
               f"≤ {most:.0f}", others <= most)
        yield (f"requests for companies ({companies_alone} undisturbed)", companies,
               "counted apart", True)
