"""Changing the version of a mirror that exists reads again what must be read, and loses nothing."""

from point_versions import SIZES
from world import Failed, World, wait_until

WAY = ("2.10", "2.14", "2.16", "2.10", "Preview", "2.17", "2.11")
CHANGES = 40
# Rows that nothing may take away: whatever was there stays, if only as a tombstone.
COUNT = " + ".join(f"(SELECT count(*) FROM intercom.{table})" for table in (
    "companies", "contacts", "conversations", "tickets", "notes", "conversation_parts",
    "ticket_parts", "ticket_states", "data_attributes"))
COUNT = f"SELECT {COUNT}"


def show(settings):
    with World(settings, "switching", api_version=WAY[0], **SIZES) as world:
        world.ask_for_optional()
        world.must("sync")
        known = world.sandbox.ids()
        for before, version in zip(WAY, WAY[1:]):
            gone = world.value(COUNT)
            world.sandbox.mutate(times=CHANGES)
            world.speak(version)
            world.must("sync")
            found = world.differences(known, f"differences-{version}")
            yield f"{before} to {version}: differences", len(found), 0, not found
            claimed = world.verified_differences()
            yield f"{before} to {version}: differences by verify", len(claimed), 0, not claimed
            written = world.rows_written()
            world.must("sync")
            written = world.rows_written() - written
            yield f"{before} to {version}: rows a second sync writes", written, 0, written == 0
            lost = gone - world.value(COUNT)
            yield f"{before} to {version}: rows lost", max(lost, 0), 0, lost <= 0
            for name, ids in world.sandbox.ids().items():
                known[name] |= ids

        # The daemon does it beside its polls.
        world.speak("2.16")
        daemon = world.start()
        wait_until(lambda: world.value(
            "SELECT bool_and(api_version = '2.16' AND NOT sweep_due) AND NOT EXISTS (SELECT FROM"
            " intercom_sync.refetch) FROM intercom_sync.resource_state"), 120,
            "the daemon has read everything again")
        if not daemon.is_alive():
            raise Failed(f"the daemon ended, see {daemon.log}")
        code = daemon.end()
        yield "exit code of the daemon, stopped", code, 0, code == 0
        found = world.differences(known)
        yield f"{WAY[-1]} to 2.16 by the daemon: differences", len(found), 0, not found
