"""How fast edits arrive: one by one while a backfill takes the whole quota, and very many at once."""

import time

import psycopg2
import psycopg2.extensions

from point_edits import EditedWorld
from world import Failed, wait_until

WINDOW = 10


class PushedWorld(EditedWorld):
    """One that may use its whole quota."""

    def __enter__(self):
        super().__enter__()
        self.environment["INTERCOM_MIRROR_INTERCOM_MAX_QUOTA_SHARE"] = "1.0"
        return self

    def editor(self):
        connection = psycopg2.connect(psycopg2.extensions.make_dsn(self.dsn, user=self.logins[0]))
        connection.autocommit = True
        return connection

    def quota_used(self, since, until):
        """The share of it, in whole windows between the two moments."""
        limit = self.sandbox_options["rate_limit"]
        used = [one["used"] for one in self.sandbox.stats()["windows"]
                if one["start"] >= since and one["start"] + WINDOW <= until]
        if len(used) < 2:
            raise Failed(f"only {len(used)} whole windows passed: too little to read")
        return sum(used) / (limit * len(used)), len(used)


def latency(settings):
    conversations = settings.choose(2_500, 25_000)
    with PushedWorld(settings, "pushing-latency", latency="100ms", conversations=conversations,
                     rate_limit=settings.choose(500, 1_666)) as world:
        daemon = world.start()
        world.wait_for_polls()
        world.must("backfill", "conversations")
        wait_until(lambda: world.value("SELECT EXISTS (SELECT FROM intercom_sync.backfill_request"
                                       " WHERE state = 'running')"), 30, "the backfill runs")
        time.sleep(WINDOW)
        began = time.time()
        edited = {}
        with world.editor().cursor() as cursor:
            cursor.execute("SELECT id FROM intercom.contacts WHERE deleted_at IS NULL"
                           " ORDER BY id LIMIT %s", (settings.choose(60, 300),))
            for number, (key,) in enumerate(cursor.fetchall()):
                cursor.execute("UPDATE intercom.contacts SET name = %s WHERE id = %s",
                               (f"timed {number}", key))
                edited[f"timed {number}"] = time.time()
                time.sleep(0.5)
        ended = time.time()
        is_busy = world.value("SELECT EXISTS (SELECT FROM intercom_sync.backfill_request"
                              " WHERE state = 'running')")
        wait_until(lambda: world.value("SELECT count(*) FROM intercom_sync.outbox WHERE is_open")
                   == 0, 60, "every edit has met its fate")
        share, windows = world.quota_used(began, ended)
        daemon.end()
        took = sorted(one["at"] - edited[one["body"]["name"]] for one in world.writes()
                      if (one["body"] or {}).get("name") in edited)
        yield f"edits of {len(edited)} that arrived once", len(took), len(edited), \
            len(took) == len(edited)
        yield "the backfill still runs after the last edit", is_busy, True, is_busy
        yield f"share of the quota used meanwhile, in {windows} windows", \
            f"{100 * share:.1f} %", "≥ 95 %", share >= 0.95
        p95 = took[int(0.95 * len(took))]
        yield (f"edit until its effect, p95 (median {took[len(took) // 2]:.2f} s, slowest"
               f" {took[-1]:.2f} s)"), f"{p95:.2f} s", "≤ 2 s", p95 <= 2


def bulk(settings):
    contacts = settings.choose(3_000, 100_000)
    with PushedWorld(settings, "pushing-bulk", contacts=contacts, companies=20, conversations=20,
                     tickets=20, latency="20ms-200ms",
                     rate_limit=settings.choose(1_000, 1_666)) as world:
        daemon = world.start()
        world.wait_for_polls()
        with world.editor().cursor() as cursor:
            cursor.execute(
                "SELECT name FROM intercom.data_attributes WHERE model = 'contact' AND custom"
                " AND data_type = 'string' AND options IS NULL AND deleted_at IS NULL"
                " AND NOT coalesce(archived, false) ORDER BY name LIMIT 1")
            (name,), = cursor.fetchall()
            cursor.execute("UPDATE intercom.contacts SET custom_attributes = custom_attributes"
                           " || jsonb_build_object(%s, 'bulk') WHERE deleted_at IS NULL", (name,))
            edited = cursor.rowcount
        held = world.value("SELECT count(*) FROM intercom_sync.outbox WHERE state = 'held'")
        yield f"edits held of {edited} rows changed by one statement", held, edited, held == edited
        world.must("outbox", "release")
        began = time.time()
        wait_until(lambda: world.value("SELECT count(*) FROM intercom_sync.outbox WHERE is_open")
                   < edited / 50, contacts / 20, "nearly every edit has met its fate")
        share, windows = world.quota_used(began + WINDOW, time.time())
        yield f"share of the quota used, in {windows} windows", f"{100 * share:.1f} %", "≥ 95 %", \
            share >= 0.95
        wait_until(lambda: world.value("SELECT count(*) FROM intercom_sync.outbox WHERE is_open")
                   == 0, 120, "every edit has met its fate")
        refused = world.sandbox.stats()["answers_429"]
        daemon.end()
        sent = [one for one in world.writes() if one["target"].startswith("/contacts/")]
        yield "writes carried out", len(sent), edited, len(sent) == edited
        yield "answers 429", refused, f"≤ {windows}", refused <= windows


def show(settings):
    for part, points in (("latency", latency), ("bulk", bulk)):
        if settings.only in ("", part):
            yield from points(settings)
