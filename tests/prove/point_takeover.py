"""A daemon that stops in the middle of a mirror is followed by its standby within seconds, and writes
nothing any more when it wakes."""

import http.client
import json
import random
import signal
import time

from world import Failed, World, wait_until

TAKEN_OVER_WITHIN = 15.0
LEASE_LOST = 69  # the exit code of a daemon that lost its lease
APART = (2.0, 6.0)

# Who wrote each row, by the name of the session, which carries the epoch.
AUDIT = """
    CREATE SCHEMA audit;
    CREATE TABLE audit.written (at timestamptz, session text);
    CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO audit.written
        VALUES (clock_timestamp(), current_setting('application_name'));
        RETURN NULL;
    END $$;
    DO $$
    DECLARE
        audited regclass;
    BEGIN
        FOR audited IN SELECT oid FROM pg_class
                        WHERE relnamespace = 'intercom'::regnamespace AND relkind = 'r'
        LOOP
            EXECUTE format('CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %s'
                           ' FOR EACH ROW EXECUTE FUNCTION audit.note()', audited);
        END LOOP;
    END $$"""


def sizes(settings):
    return settings.choose(
        {"companies": 60, "contacts": 1_500, "conversations": 500, "tickets": 150,
         "rate_limit": 150},
        {"companies": 300, "contacts": 8_000, "conversations": 3_000, "tickets": 800,
         "rate_limit": 250})


def epoch(world):
    return world.value("SELECT epoch FROM intercom_sync.lease")


def rows_of(world, which, since="-infinity"):
    return world.value("SELECT count(*) FROM audit.written WHERE at > %s AND session LIKE %s",
                       (since, f"intercom-mirror/{which}/%"))


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def standing_by(world, daemon):
    wait_until(lambda: b"standing by" in daemon.log.read_bytes() or not daemon.is_alive(), 60,
               "the standby waits for the lease")
    if not daemon.is_alive():
        raise Failed(f"the standby ended, see {daemon.log}")


def pages(world, standby):
    port = world.port_of(standby)
    status, text = get(port, "/readyz")
    yield "readyz of the standby", f"{status}, {json.loads(text)['state']}", "503, standby", \
        status == 503 and json.loads(text)["state"] == "standby"
    for path, sign_of_life in (("/healthz", "alive"), ("/api/status", '"contacts"'),
                               ("/metrics", "intercom_mirror_lease_held 0")):
        status, text = get(port, path)
        yield f"{path} of the standby", status, f"200, {sign_of_life}", \
            status == 200 and sign_of_life in text


def show(settings):
    rounds = settings.choose(2, 10)
    die = random.Random(settings.seed)
    with World(settings, "takeover", latency="20ms-200ms", **sizes(settings)) as world:
        world.must("migrate")
        world.execute(AUDIT)
        leader = world.start("daemon-0")
        wait_until(lambda: rows_of(world, epoch(world)) or not leader.is_alive(), 60,
                   "the first daemon writes")
        standby = world.start("daemon-1")
        standing_by(world, standby)
        yield from pages(world, standby)

        slowest = 0.0
        late_rows = woken = 0
        codes = set()
        for number in range(2, rounds + 2):
            time.sleep(die.uniform(*APART))
            if world.is_settled():
                break
            stopped = epoch(world)
            leader.running.send_signal(signal.SIGSTOP)
            begun = time.monotonic()
            wait_until(lambda: epoch(world) != stopped, 60, "the standby takes over")
            slowest = max(slowest, time.monotonic() - begun)
            taken_over, = world.query("SELECT clock_timestamp()")[0]
            wait_until(lambda: rows_of(world, stopped + 1), 60, "the standby writes")
            # What it has read and not written yet, it tries to write now.
            leader.running.send_signal(signal.SIGCONT)
            codes.add(leader.running.wait(60))
            late_rows += rows_of(world, stopped, taken_over)
            woken += 1
            leader, standby = standby, world.start(f"daemon-{number}")
            standing_by(world, standby)
        yield "daemons stopped in the middle of the mirror", woken, rounds, woken == rounds
        yield "slowest takeover", f"{slowest:.1f} s", f"≤ {TAKEN_OVER_WITHIN:.0f} s", \
            slowest <= TAKEN_OVER_WITHIN
        yield "rows they wrote after they woke", late_rows, 0, late_rows == 0
        yield "exit codes of those that woke", sorted(codes), [LEASE_LOST], codes == {LEASE_LOST}
        writers = world.value("SELECT count(DISTINCT session) FROM audit.written")
        yield "sessions' names that the audit saw write", writers, rounds + 1, \
            writers == rounds + 1

        wait_until(world.is_settled, 600, "the first mirror is complete")
        yield "exit codes at the end", [leader.end(), standby.end()], [0, 0], \
            leader.running.returncode == standby.running.returncode == 0
        found = world.differences()
        yield "differences", len(found), 0, not found
