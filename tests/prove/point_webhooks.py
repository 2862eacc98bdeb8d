"""Webhooks are hints that make rows fresh within seconds, and nothing else that reaches their
address does anything. Polls are an hour apart here, so that only hints can have been at work."""

import collections
import concurrent.futures
import datetime
import hashlib
import hmac
import http.client
import itertools
import json
import socket
import time

from private_server import PrivateServer
from world import MAIN_RESOURCES, Failed, World, wait_until

SECRET = "s3cr3t-of-the-app"
FORMER_SECRET = "former-s3cr3t"
CHANGED = {"companies": "company.updated", "contacts": "contact.user.updated",
           "conversations": "conversation.admin.replied", "tickets": "ticket.state.updated"}
REMOVED = {"companies": "company.deleted", "contacts": "contact.deleted",
           "conversations": "conversation.deleted", "tickets": "ticket.closed"}
FRESH_WITHIN = 5.0


def sizes(settings):
    return settings.choose(
        {"companies": 30, "contacts": 300, "conversations": 80, "tickets": 40},
        {"companies": 100, "contacts": 1_000, "conversations": 300, "tickets": 100})


def sign(body, secret=SECRET):
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


class Intercom:
    """The sending side."""

    def __init__(self, world, port):
        self.port = port
        self.app_id = world.value("SELECT id FROM intercom_sync.workspace")
        self.numbers = itertools.count()

    def notification(self, topic, record, **more):
        return json.dumps({
            "type": "notification_event", "id": f"notif_{next(self.numbers)}", "topic": topic,
            "app_id": self.app_id, "created_at": int(time.time()), "delivery_attempts": 1,
            "data": {"type": "notification_event_data", "item": {"id": record}},
            **more}).encode()

    def post(self, body, headers=None, connection=None):
        """The status."""
        mine = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        mine.request("POST", "/webhooks/intercom", body,
                     {"Content-Type": "application/json", "X-Hub-Signature": sign(body),
                      **(headers or {})})
        answer = mine.getresponse()
        answer.read()
        if connection is None:
            mine.close()
        return answer.status

    def get(self, path, method="GET"):
        """Status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def raw(self, sent, wait=30):
        """The status of whatever was sent, or "closed"."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            try:
                connection.sendall(sent)
                answer = connection.recv(4096)
            except OSError as error:
                return type(error).__name__
        return int(answer.split()[1]) if answer else "closed"


def documents(world):
    """(resource, id) → what Intercom holds."""
    return {(name, one["id"]): one for name in MAIN_RESOURCES for one in world.sandbox.truth(name)}


def freshness(world, intercom, settings):
    before = documents(world)
    sent = {}
    for _ in range(settings.choose(60, 300)):
        world.sandbox.mutate(times=1)
        after = documents(world)
        for key in {*before, *after}:
            if before.get(key) != after.get(key):
                resource, record = key
                topic = (CHANGED if key in after else REMOVED)[resource]
                status = intercom.post(intercom.notification(topic, record))
                if status != 200:
                    raise Failed(f"{topic} is answered {status}")
                sent[key] = (datetime.datetime.now(datetime.timezone.utc), key in after)
        before = after
        time.sleep(0.05)
    wait_until(lambda: world.value("SELECT count(*) = 0 FROM intercom_sync.refetch"), 60,
               "all hints are acted on")
    ages = collections.defaultdict(list)
    for (resource, record), (at, is_there) in sent.items():
        rows = world.query(f"SELECT synced_at, deleted_at FROM intercom.{resource} WHERE id = %s",
                           (record,))
        if is_there and rows and rows[0][0] > at:
            ages[resource].append((rows[0][0] - at).total_seconds())
    all_ages = sorted(age for some in ages.values() for age in some)
    if not all_ages:
        raise Failed("no hint made a row fresh")
    p95 = all_ages[int(len(all_ages) * 0.95) - 1] if len(all_ages) > 1 else all_ages[0]
    yield (f"{len(sent)} hints, p95 from the acknowledgement to the row", f"{p95:.1f} s",
           f"≤ {FRESH_WITHIN} s", p95 <= FRESH_WITHIN)
    wrong = []
    now = documents(world)
    for (resource, record), (_, is_there) in sent.items():
        rows = world.query(f"SELECT deleted_at IS NULL, raw FROM intercom.{resource}"
                           " WHERE id = %s", (record,))
        is_live = bool(rows) and rows[0][0]
        if is_live != ((resource, record) in now):
            wrong.append((resource, record))
    yield "records hinted at whose row is not there, or still there", len(wrong), 0, not wrong


class Hints:
    """How long what webhooks noted waits until it is in its row; looked at ten times a second."""

    def __init__(self, world):
        self.world = world
        self.open = {}
        self.ages = []

    def look(self):
        rows = self.world.query("SELECT resource, id, part, noted_at, clock_timestamp()"
                                " FROM intercom_sync.refetch WHERE lane <= 1")
        now = rows[0][4] if rows else self.world.value("SELECT clock_timestamp()")
        seen = {row[:3]: row[3] for row in rows}
        for key in set(self.open) - set(seen):
            self.ages.append((now - self.open.pop(key)).total_seconds())
        self.open.update(seen)
        return not seen


def told_by_the_workspace(world, port, settings, changes, per_second):
    """Changes at that pace, each told by the workspace itself; what became of the hints."""
    world.sandbox.ask("POST", "/webhooks", {
        "url": f"http://127.0.0.1:{port}/webhooks/intercom", "secret": SECRET})
    hints = Hints(world)
    begun = time.monotonic()
    for i in range(changes):
        world.sandbox.mutate(times=1)
        while time.monotonic() < begun + i / per_second:
            hints.look()
            time.sleep(0.1)
    took = time.monotonic() - begun
    wait_until(lambda: world.sandbox.ask("GET", "/webhooks")["waiting"] == 0, 120,
               "all webhooks are delivered")
    wait_until(hints.look, 120, "all hints are acted on")
    return hints.ages, took


def fresh_by_webhooks(world, intercom, settings):
    changes = settings.choose(200, 1_000)
    ages, took = told_by_the_workspace(world, intercom.port, settings, changes, 20)
    world.sandbox.ask("DELETE", "/webhooks")
    p95 = sorted(ages)[int(len(ages) * 0.95) - 1] if ages else float("inf")
    yield (f"{changes} changes in {took:.0f} s, told by the workspace: {len(ages)} reads, p95 from "
           "the note to the row", f"{p95:.1f} s", f"≤ {FRESH_WITHIN} s", p95 <= FRESH_WITHIN)


def unreliable(world, daemon, port, settings):
    """A tenth is dropped, a tenth comes twice, and everything in another order."""
    world.sandbox.fault("webhook_dropped", probability=0.1)
    world.sandbox.fault("webhook_duplicated", probability=0.1)
    world.sandbox.fault("webhook_late", probability=0.9, value=8)
    changes = settings.choose(200, 1_000)
    told_by_the_workspace(world, port, settings, changes, 20)
    fired = world.sandbox.faults_fired()
    world.sandbox.clear_faults()
    world.sandbox.ask("DELETE", "/webhooks")
    kinds = [fired.get(kind, 0) for kind in ("webhook_dropped", "webhook_duplicated", "webhook_late")]
    yield f"of {changes} changes dropped, told twice, late", kinds, "some of each", min(kinds) > 0
    daemon.end()
    world.environment["INTERCOM_MIRROR_SYNC_POLL_EVERY"] = "2s"
    daemon = world.start("after")
    world.wait_for_polls()
    wait_until(world.is_settled, 120, "what polls noted is read")
    left = len(world.differences(name="after_poll"))
    # What leaves no trace in updated_at (a tag, a segment, a deletion) is a sweep's business.
    world.ask_for_sweeps()
    wait_until(world.is_swept, 180, "everything was swept")
    daemon.end()
    found = world.differences()
    yield f"differences after a sweep ({left} after one poll)", len(found), 0, not found


def storm(world, intercom, settings):
    hints = settings.choose(1_000, 10_000)
    records = [one["id"] for one in world.sandbox.truth("contacts")][:settings.choose(50, 500)]
    before = world.sandbox.stats()["requests"]

    def send(share):
        connection = http.client.HTTPConnection("127.0.0.1", intercom.port, timeout=30)
        answers = []
        for i in share:
            told = intercom.notification("contact.user.updated", records[i % len(records)])
            begun = time.monotonic()
            answers.append((intercom.post(told, connection=connection),
                            time.monotonic() - begun))
        connection.close()
        return answers

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = [one for some in pool.map(send, (range(i, hints, 4) for i in range(4)))
                   for one in some]
    took = time.monotonic() - started
    wait_until(lambda: world.value("SELECT count(*) = 0 FROM intercom_sync.refetch"), 120,
               "the storm is over")
    cost = world.sandbox.stats()["requests"] - before
    refused = [status for status, _ in answers if status != 200]
    slowest = sorted(seconds for _, seconds in answers)[int(len(answers) * 0.99)] * 1000
    # A record is read again every two seconds at most, and once when the storm is over.
    most = int(len(records) * (2 + took / 2))
    yield (f"{hints} hints for {len(records)} records in {took:.1f} s, p99 of their answers "
           f"{slowest:.0f} ms, cost", f"{cost} requests", f"≤ {most}", cost <= most)
    yield "of them not acknowledged", len(refused), 0, not refused


def refusals(world, intercom):
    good = intercom.notification("contact.user.updated", "any")
    head = b"POST /webhooks/intercom HTTP/1.1\r\nHost: x\r\n"
    rows = world.value("SELECT count(*) FROM intercom_sync.inbox")
    cases = (
        ("forged", 401, lambda: intercom.post(good, {"X-Hub-Signature": sign(good, "guess")})),
        ("changed on the way", 401,
         lambda: intercom.post(good + b" ", {"X-Hub-Signature": sign(good)})),
        ("unsigned", 401, lambda: intercom.raw(head + b"Content-Length: 2\r\n\r\n{}")),
        ("no JSON", 400, lambda: intercom.post(b"{")),
        ("no notification", 400, lambda: intercom.post(b"[]")),
        ("without a topic", 400, lambda: intercom.post(b'{"app_id":"x"}')),
        ("nested deeply", 400, lambda: intercom.post(b"[" * 100_000 + b"]" * 100_000)),
        ("a NUL in the topic", 400,
         lambda: intercom.post(intercom.notification("contact.user\0.updated", "any"))),
        ("another workspace's", 200,
         lambda: intercom.post(intercom.notification("contact.user.updated", "any",
                                                     app_id="elsewhere"))),
        ("no HTTP", 400, lambda: intercom.raw(b"\x16\x03\x01 hello\r\n\r\n")),
        ("too large", 413, lambda: intercom.post(b"x" * 2_000_000)),
        ("too large a header", 431,
         lambda: intercom.raw(head + b"X-Filler: " + b"x" * 9_000 + b"\r\n\r\n")),
        ("PUT", 405, lambda: intercom.get("/webhooks/intercom", "PUT")[0]),
        ("nowhere", 404, lambda: intercom.get("/webhooks/other", "GET")[0]),
        ("a header that never ends", 408, lambda: intercom.raw(head)),
        ("a body that never ends", 408,
         lambda: intercom.raw(head + b"Content-Length: 100\r\n\r\n{")),
    )
    wrong = []
    for what, expected, ask in cases:
        got = ask()
        if got != expected:
            wrong.append(f"{what}: {got} instead of {expected}")
    yield "bad requests answered otherwise than they should", "; ".join(wrong) or 0, 0, not wrong
    more = world.value("SELECT count(*) FROM intercom_sync.inbox") - rows
    yield "rows they left in the inbox", more, 0, more == 0

    told = intercom.notification("contact.user.updated", "any")
    statuses = [intercom.post(told) for _ in range(3)]
    statuses.append(intercom.post(told, {"X-Hub-Signature": sign(told, FORMER_SECRET)}))
    more = world.value("SELECT count(*) FROM intercom_sync.inbox") - rows
    yield ("one notification four times, once under the former secret", f"{statuses}, {more} row",
           "[200, 200, 200, 200], 1 row", statuses == [200] * 4 and more == 1)


def slow_clients(intercom, settings):
    """Many connections that say little, beside real deliveries."""
    held = []
    statuses = collections.Counter()
    try:
        for i in range(settings.choose(300, 900)):
            one = socket.create_connection(("127.0.0.1", intercom.port), timeout=30)
            one.sendall(b"POST /webhooks/intercom HTTP/1.1\r\nX-Slow: ")
            held.append(one)
            if i % 30 == 0:
                body = intercom.notification("contact.user.updated", "any")
                statuses[intercom.post(body)] += 1
    finally:
        for one in held:
            one.close()
    yield (f"answers to real deliveries beside {len(held)} slow connections", dict(statuses),
           "200 alone", list(statuses) == [200])


def pages(intercom):
    for path, sign_of_life in (("/healthz", "alive"), ("/readyz", '"api":true'),
                               ("/api/status", '"resources"'),
                               ("/metrics", "intercom_mirror_lag_seconds{")):
        status, text = intercom.get(path)
        yield f"{path} says", f"{status}, {len(text)} bytes", f"200, {sign_of_life}", \
            status == 200 and sign_of_life in text
    status, text = intercom.get("/webhooks/intercom", "HEAD")
    yield "HEAD /webhooks/intercom says", status, 200, status == 200 and not text


def outage(world, server, intercom):
    server.stop("immediate")
    statuses = {intercom.post(intercom.notification("contact.user.updated", "any")),
                intercom.get("/readyz")[0], intercom.get("/api/status")[0]}
    alive = intercom.get("/healthz")[0]
    metrics = "intercom_mirror_database_up 0" in intercom.get("/metrics")[1]
    server.start()
    yield "while PostgreSQL is away, webhook, readyz and status say", sorted(statuses), [503], \
        statuses == {503}
    yield "and healthz", alive, 200, alive == 200
    yield "and the metrics tell of it", metrics, True, metrics
    wait_until(lambda: intercom.post(intercom.notification("contact.user.updated", "any")) == 200,
               30, "webhooks are taken again")
    wait_until(lambda: intercom.get("/readyz")[0] == 200, 60, "the daemon is ready again")


def show(settings):
    with PrivateServer() as server, \
            World(settings, "webhooks", server=server.dsn, latency="20ms-200ms",
                  rate_limit=1666, **sizes(settings)) as world:
        secret = world.logs / "webhook-secret"
        secret.write_text(f"{SECRET}\n{FORMER_SECRET}\n")
        world.environment.update({
            "INTERCOM_MIRROR_SYNC_POLL_EVERY": "1h",
            "INTERCOM_MIRROR_INTERCOM_WEBHOOK_SECRET_FILE": str(secret)})
        daemon = world.start()
        port = world.port_of(daemon)
        wait_until(world.is_settled, 180, "the first mirror is complete")
        intercom = Intercom(world, port)
        yield from pages(intercom)
        yield from freshness(world, intercom, settings)
        yield from fresh_by_webhooks(world, intercom, settings)
        yield from storm(world, intercom, settings)
        yield from refusals(world, intercom)
        yield from slow_clients(intercom, settings)
        yield from outage(world, server, intercom)
        yield from unreliable(world, daemon, port, settings)
