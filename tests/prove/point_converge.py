"""While the workspace changes the daemon follows; once it is quiet, one poll and one sweep make
the mirror equal."""

import time

from point_equal import sizes
from world import Failed, World, wait_until


def show(settings):
    with World(settings, "converge", **sizes(settings)) as world:
        world.must("sync")
        known = world.sandbox.ids()
        daemon = world.start()
        world.wait_for_polls()
        world.sandbox.mutate(rate=50)
        time.sleep(settings.choose(4, 60))
        world.sandbox.mutate(rate=0)
        changes = len(world.differences(known, "differences-before"))
        world.wait_for_polls()
        world.ask_for_sweeps()
        wait_until(world.is_swept, settings.choose(60, 600), "the sweeps asked for are done")
        if not daemon.is_alive():
            raise Failed(f"the daemon ended, see {daemon.log}")
        code = daemon.end()
        yield "exit code of the daemon, stopped", code, 0, code == 0
        found = world.differences(known)
        yield (f"differences after a poll and a sweep ({changes} when the changes stopped)",
               len(found), 0, not found)
        claimed = world.verified_differences()
        yield "differences by verify", len(claimed), 0, not claimed
        before = world.rows_written()
        world.must("sync", "--full")
        written = world.rows_written() - before
        yield "rows one more round writes", written, 0, written == 0
