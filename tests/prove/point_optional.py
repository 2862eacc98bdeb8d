"""What is read only where the configuration names it: equal after a first `sync`, and after changes
and a full one; and empty before it was named."""

from world import World


def show(settings):
    with World(settings, "optional", companies=10, conversations=20, tickets=10,
               contacts=settings.choose(150, 1_000)) as world:
        world.must("sync")
        found = world.differences(name="differences-unnamed")
        yield "differences before any was named", len(found), 0, not found
        world.ask_for_optional()
        world.must("sync", "--full")
        found = world.differences(name="differences-named")
        yield "differences after a full sync with their names", len(found), 0, not found
        events = world.value("SELECT count(*) FROM intercom.data_events")
        yield "data events mirrored", events, "some", events > 0
        claimed = world.verified_differences()
        yield "differences by verify", len(claimed), 0, not claimed
        known = world.sandbox.ids()
        world.sandbox.mutate(times=settings.choose(300, 2_000))
        world.must("sync", "--full")
        found = world.differences(known)
        yield "differences after changes and a full sync", len(found), 0, not found
        before = world.rows_written()
        world.must("sync", "--full")
        written = world.rows_written() - before
        yield "rows one more full sync writes", written, 0, written == 0
