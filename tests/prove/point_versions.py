"""The mirror is equal in whichever version of the API it speaks, and says so where the workspace
refuses that version. One version alone: versions.2.10."""

from world import Failed, World

VERSIONS = ("2.10", "2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "2.17", "Preview", "Unstable")
SIZES = {"companies": 50, "contacts": 300, "conversations": 150, "tickets": 80}
# Few enough at a time that what goes missing is believed.
CHANGES = 150
ROUNDS = 3
PREVIEW = ("Preview", "Unstable")
# Contacts that were merged are told apart, and deleted conversations listed.
TELLS_WHAT_IS_GONE = ("2.16", "2.17", *PREVIEW)


def show(settings):
    parts = {version: show_version for version in VERSIONS}
    parts["refused"] = show_refused
    for name in [settings.only] if settings.only else parts:
        if name not in parts:
            raise Failed(f"there is no version {name}")
        yield from parts[name](settings, name)


def show_version(settings, version):
    with World(settings, f"versions-{version}", api_version=version, **SIZES) as world:
        world.ask_for_optional()
        world.must("sync")
        found = world.differences()
        yield f"{version}: differences after sync", len(found), 0, not found
        before = world.rows_written()
        world.must("sync")
        written = world.rows_written() - before
        yield f"{version}: rows a second sync writes", written, 0, written == 0

        known = world.sandbox.ids()
        missed = 0
        found = []
        for turn in range(ROUNDS):
            world.sandbox.mutate(times=CHANGES)
            world.must("sync")
            removed = world.sandbox.removed(known)
            missed += world.value(
                "SELECT count(*) FROM intercom.conversations WHERE id = ANY(%s)"
                " AND deleted_at IS NULL", (removed["conversations", "deleted"],))
            world.must("sync", "--full")
            found += world.differences(known, f"differences-{turn}")
            for name, ids in world.sandbox.ids().items():
                known[name] |= ids
        yield f"{version}: differences after {ROUNDS * CHANGES} changes", len(found), 0, not found
        if version in TELLS_WHAT_IS_GONE:
            gone = len(removed["conversations", "deleted"])
            yield (f"{version}: deleted conversations polls miss, of {gone}", missed, 0,
                   missed == 0 and gone > 0)
        merged = world.value("SELECT count(*) FROM intercom.contacts WHERE deletion = 'merged'")
        expected = len(removed["contacts", "merged"]) if version in TELLS_WHAT_IS_GONE else 0
        yield f"{version}: contacts known to be merged", merged, expected, merged == expected
        before = world.rows_written()
        world.must("sync", "--full")
        written = world.rows_written() - before
        yield f"{version}: rows one more round writes", written, 0, written == 0
        claimed = world.verified_differences()
        yield f"{version}: differences by verify", len(claimed), 0, not claimed
        # Whatever the version does not have is not asked for, and what it has is made use of.
        asked = world.sandbox.stats()["endpoints"]
        refused = [label for label, statuses in asked.items()
                   if set(statuses) & {"400", "422"} or label == "unknown"]
        yield f"{version}: kinds of requests the workspace refuses", len(refused), 0, not refused
        searched = "POST /companies/search" in asked
        yield (f"{version}: polls search for companies", searched, version in PREVIEW,
               searched == (version in PREVIEW))


def show_refused(settings, _):
    with World(settings, "versions-refused", api_version="2.16", **SIZES) as world:
        world.speak("2.99")
        code, _ = world.command("sync")
        text = (world.logs / "sync.log").read_text()
        is_told = all(version in text for version in VERSIONS)
        yield ("a version nobody knows: exit code, and every known one is named", (code, is_told),
               (78, True), (code, is_told) == (78, True))

        world.speak("2.10")
        code, _ = world.command("sync", "ticket_states")
        is_told = "2.12" in (world.logs / "sync.log").read_text()
        yield ("a resource of later versions: exit code, and the first of them is named",
               (code, is_told), (78, True), (code, is_told) == (78, True))

        world.speak("2.16")
        world.sandbox.fault("version_refused", where="/tickets")
        code, _ = world.command("sync")
        yield "one resource is refused: exit code", code, 69, code == 69
        states = world.status()
        phase, trouble = states["tickets"]["phase"], states["tickets"]["trouble"]
        is_told = all(word in trouble for word in ("tickets", "2.10", "2.16"))
        yield ("… its phase, and whether it says which version", (phase, is_told),
               ("needs_version", True), (phase, is_told) == ("needs_version", True))
        others = {one["phase"] for name, one in states.items() if name != "tickets"}
        yield "… phases of the others", sorted(others), ["live"], others == {"live"}
        world.sandbox.clear_faults()
        world.must("sync")
        found = world.differences()
        yield "… differences once it is not refused any more", len(found), 0, not found

        world.sandbox.fault("version_refused")
        code, _ = world.command("sync")
        yield "everything is refused: exit code", code, 78, code == 78
        world.sandbox.clear_faults()
        found = world.differences()
        yield "… differences, as nothing was touched", len(found), 0, not found


