"""A first `sync` leaves nothing different, a second one writes nothing."""

from world import World


def sizes(settings):
    return settings.choose(
        {"companies": 60, "contacts": 800, "conversations": 200, "tickets": 100},
        {"companies": 1_000, "contacts": 20_000, "conversations": 5_000, "tickets": 2_000})


def show(settings):
    with World(settings, "equal", **sizes(settings)) as world:
        world.must("sync")
        found = world.differences()
        yield "differences after sync, by the comparer", len(found), 0, not found
        claimed = world.verified_differences()
        yield "differences after sync, by verify", len(claimed), 0, not claimed
        letters = world.value("SELECT count(*) FROM intercom_sync.dead_letter")
        yield "dead letters", letters, 0, letters == 0
        before = world.rows_written()
        world.must("sync")
        written = world.rows_written() - before
        yield "rows a second sync writes", written, 0, written == 0
        before = world.rows_written()
        world.must("sync", "--full")
        written = world.rows_written() - before
        yield "rows a full sync writes", written, 0, written == 0
