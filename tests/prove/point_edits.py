"""Four people edit by SQL while the workspace changes by itself and answers get lost; then all is
quiet. Every edit has met one fate, nothing was made twice, the mirror is equal, and one more round
writes nothing on either side. The same again with SIGKILLs all along."""

import collections
import os
import random
import re
import time

from editors import finish, started
from world import Failed, World, wait_until

EDITORS = 4
MUTATIONS = 20      # a second
ANSWERS_LOST = 0.02
LATE_SECONDS = 60

# The query that shows that every edit has met exactly one fate: what it returns is what is left.
WITHOUT_FATE = """
    SELECT id, operation, "table", "row", state, reason
      FROM intercom.edits
     WHERE state NOT IN ('applied', 'superseded', 'conflict_lost', 'rejected', 'cancelled')
        OR settled_at IS NULL"""

MARK = re.compile(r"mark\d+x\d+x", re.IGNORECASE)


def sizes(settings):
    return settings.choose(
        {"companies": 60, "contacts": 600, "conversations": 150, "tickets": 80},
        {"companies": 300, "contacts": 6_000, "conversations": 1_500, "tickets": 600})


class EditedWorld(World):
    """A world with logins for editors; `sandbox`: how it differs from the usual one."""

    def __init__(self, settings, name, **sandbox):
        super().__init__(settings, name, **{"latency": "20ms-100ms", "rate_limit": 1666,
                                            **sizes(settings), **sandbox})
        self.logins = [f"prove_editor_{os.getpid()}_{number}" for number in range(EDITORS)]

    def __enter__(self):
        super().__enter__()
        self.environment["INTERCOM_MIRROR_INTERCOM_ACTING_ADMIN_ID"] = \
            self.sandbox.truth("admins")[0]["id"]
        self.must("migrate", "--roles")
        for login in self.logins:
            self.administrate(f"CREATE ROLE {login} LOGIN IN ROLE intercom_editor")
        self.must("sync")
        return self

    def __exit__(self, *problem):
        super().__exit__(*problem)
        for login in self.logins:
            self.administrate(f"DROP ROLE IF EXISTS {login}")

    def edit_at_random(self, edits, seconds_apart):
        return started(self.logins, self.dsn, self.settings.seed, edits, seconds_apart)

    def lose_answers(self):
        """Of writes, one in fifty: carried out and unanswered, answered by an error, or carried
        out up to a minute late."""
        share = ANSWERS_LOST / 3
        self.sandbox.fault("late_effect", probability=share, value=LATE_SECONDS)
        # Only what was carried out is answered by error_after; reads are left alone.
        self.sandbox.fault("error_after", probability=share)
        for method in ("POST", "PUT", "DELETE"):
            self.sandbox.fault("reset_after", probability=share, where=method)

    def writes(self):
        """What was carried out in the workspace by requests."""
        return self.sandbox.writes()

    def decide_parked(self, name):
        """As an operator does: what stands in Intercom is given up here, what does not is sent
        again. How many there were."""
        parked = self.query("SELECT id, fields::text, reason FROM intercom_sync.outbox"
                            " WHERE state = 'parked' ORDER BY id")
        if not parked:
            return 0
        arrived = collections.Counter(mark for one in self.writes()
                                      for mark in set(marks_in(one["body"])))
        with open(self.logs / f"{name}.txt", "a", encoding="utf-8") as out:
            for edit, fields, reason in parked:
                marks = marks_in(fields)
                is_there = not marks or any(arrived[mark] for mark in marks)
                out.write(f"{edit} {fields} {reason} {'discarded' if is_there else 'retried'}\n")
                self.execute("SELECT intercom.discard_edit(%s)" if is_there
                             else "SELECT intercom.retry_edit(%s)", (edit,))
        return len(parked)


def marks_in(body):
    return [mark.lower() for mark in MARK.findall(body if isinstance(body, str) else repr(body))]


def settle(world, seconds):
    """Until every edit has met its fate, with an operator's help where it needs one."""
    helped = 0
    def is_done():
        nonlocal helped
        helped += world.decide_parked("parked")
        return world.value("SELECT count(*) FROM intercom_sync.outbox WHERE is_open") == 0
    try:
        wait_until(is_done, seconds, "every edit has met its fate")
    except Failed:
        print_rows(world, "open", "SELECT id, operation, entity, entity_id, table_name, row_id,"
                   " fields, inflight, waits_for, state, reason, next_at"
                   " FROM intercom_sync.outbox WHERE is_open ORDER BY id")
        raise
    return helped


def print_rows(world, name, sql):
    with open(world.logs / f"{name}.txt", "w", encoding="utf-8") as out:
        for row in world.query(sql):
            out.write(" | ".join(str(value) for value in row) + "\n")


def made_twice(writes):
    """Marks of what was created by more than one request of a kind."""
    created = collections.Counter()
    for one in writes:
        if one["operation"].startswith("POST") and \
                any(effect["how"] == "created" for effect in one["effects"]):
            created.update({(one["operation"], mark) for mark in marks_in(one["body"])})
    return [mark for mark, times in created.items() if times > 1]


def never_sent(world, writes):
    """Edits that are said to be applied and of which the sandbox knows nothing. Of an edit whose
    fields do not all carry its mark, some may have been edited again before it was sent."""
    arrived = {mark for one in writes for mark in marks_in(one["body"])}
    applied = world.query("SELECT id, fields FROM intercom_sync.outbox"
                          " WHERE state = 'applied' ORDER BY id")
    return [edit for edit, fields in applied
            if fields and all(marks_in(value) for value in fields.values())
            and not any(mark in arrived for mark in marks_in(fields))]


def verdict(world, daemon, known, editors):
    helped = settle(world, world.settings.choose(240, 1200))
    # What was lost on its way has come by now, or never will.
    world.wait_for_polls()
    world.ask_for_sweeps()
    wait_until(world.is_swept, world.settings.choose(120, 900), "the sweeps asked for are done")
    if not daemon.is_alive():
        raise Failed(f"the daemon ended, see {daemon.log}")
    code = daemon.end()
    yield "exit code of the daemon, stopped", code, 0, code == 0
    writes = world.writes()
    print_rows(world, "edits", "SELECT id, operation, table_name, entity_id, row_id, fields, state,"
               " reason, attempts, edited_at, settled_at FROM intercom_sync.outbox ORDER BY id")
    fates = dict(world.query("SELECT state, count(*) FROM intercom.edits GROUP BY state"))
    made = sum(sum(each.made.values()) for each in editors)
    refused = sum(sum(each.refused.values()) for each in editors)
    yield (f"edits ({made} statements, {refused} refused by SQL; {helped} times an operator"
           " decided)", ", ".join(f"{state} {count}" for state, count in sorted(fates.items())),
           f"≥ {made}", sum(fates.values()) >= made)
    open_edits = world.query(WITHOUT_FATE)
    yield f"edits without a fate, by {' '.join(WITHOUT_FATE.split())}", len(open_edits), 0, \
        not open_edits
    twice = made_twice(writes)
    yield "made twice in the sandbox's log of writes", len(twice), 0, not twice
    lost = never_sent(world, writes)
    yield "applied, and not in the sandbox's log", len(lost), 0, not lost
    found = world.differences(known)
    yield "differences by the comparer", len(found), 0, not found
    claimed = world.verified_differences()
    yield "differences by verify", len(claimed), 0, not claimed
    rows, requests = world.rows_written(), len(world.writes())
    world.must("sync", "--full")
    written, sent = world.rows_written() - rows, len(world.writes()) - requests
    yield "writes to Intercom one more round makes", sent, 0, sent == 0
    yield "rows one more round writes", written, 0, written == 0


def undisturbed(settings):
    with EditedWorld(settings, "edits") as world:
        known = world.sandbox.ids()
        daemon = world.start()
        world.wait_for_polls()
        world.lose_answers()
        world.sandbox.mutate(rate=MUTATIONS)
        editors = world.edit_at_random(settings.choose(400, 10_000), settings.choose(0.1, 0.05))
        finish(editors)
        world.sandbox.mutate(rate=0)
        world.sandbox.clear_faults()
        yield from verdict(world, daemon, known, editors)


def killed(settings):
    kills = settings.choose(5, 100)
    die = random.Random(settings.seed)
    with EditedWorld(settings, "edits-killed") as world:
        known = world.sandbox.ids()
        daemon = world.start()
        world.wait_for_polls()
        world.lose_answers()
        world.sandbox.mutate(rate=MUTATIONS)
        editors = world.edit_at_random(settings.choose(400, 10_000), settings.choose(0.5, 0.4))
        for _ in range(kills):
            # From the first request on: while the lease of the one before runs out, there is
            # nothing to interrupt.
            before = world.sandbox.stats()["requests"]
            wait_until(lambda: world.sandbox.stats()["requests"] > before, 60,
                       "the daemon works again")
            time.sleep(die.uniform(2, 5))
            if not daemon.is_alive():
                raise Failed(f"the daemon ended by itself, see {daemon.log}")
            daemon.kill()
            daemon = world.start()
        yield "kills", kills, kills, True
        finish(editors)
        world.sandbox.mutate(rate=0)
        world.sandbox.clear_faults()
        yield from verdict(world, daemon, known, editors)


def show(settings):
    for part, points in (("undisturbed", undisturbed), ("killed", killed)):
        if settings.only in ("", part):
            yield from points(settings)
