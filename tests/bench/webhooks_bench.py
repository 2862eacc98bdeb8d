#!/usr/bin/python3
"""How many signed notifications the daemon takes and commits in a second, how long each waits at a
given pace, and whether a thousand slow connections keep them out.

    webhooks_bench.py [--seconds N] [--connections N]
"""

import argparse
import hashlib
import hmac
import itertools
import json
import os
import pathlib
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time

import psycopg2

from workbench import BUILD, SCHEMA, Database, Sandbox

SECRET = "s3cr3t-of-the-app"
LEAST_PER_SECOND = 2_000
PACE = 500
SLOWEST = 0.1  # seconds, of 99 in 100 at that pace
SLOW_CONNECTIONS = 1_000
MOST_MEMORY = 256 << 20


class Daemon:
    def __init__(self, database, sandbox):
        self.directory = tempfile.TemporaryDirectory(prefix="intercom-mirror-bench.")
        secret = pathlib.Path(self.directory.name, "secret")
        secret.write_text(SECRET + "\n")
        log = pathlib.Path(self.directory.name, "log")
        self.process = subprocess.Popen(
            [BUILD / "intercom-mirror", "run"], stderr=open(log, "wb"), stdin=subprocess.DEVNULL,
            env={**os.environ, "INTERCOM_ACCESS_TOKEN": "bench", "INTERCOM_MIRROR_HTTP_LISTEN":
                 "127.0.0.1:0", "INTERCOM_MIRROR_INTERCOM_BASE_URL": sandbox.url,
                 "INTERCOM_MIRROR_INTERCOM_WEBHOOK_SECRET_FILE": str(secret),
                 "INTERCOM_MIRROR_POSTGRES_DSN": database.dsn,
                 "INTERCOM_MIRROR_SYNC_POLL_EVERY": "1h"})
        deadline = time.monotonic() + 60
        while b"port=" not in log.read_bytes():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the daemon does not serve: {log.read_text()}")
            time.sleep(0.05)
        self.port = int(log.read_text().split("port=")[1].split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.directory.cleanup()

    def memory(self):
        """Bytes resident."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) << 10


class Client:
    """Connections that each send a notification when the one before is answered; at a pace, each
    notification's time begins when it should have been sent, not when a connection was free."""

    numbers = itertools.count()

    def __init__(self, port, app_id, connections):
        self.app_id = app_id
        self.selector = selectors.DefaultSelector()
        self.idle = []
        for _ in range(connections):
            one = socket.create_connection(("127.0.0.1", port))
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)
            self.idle.append(one)
        self.due = {}
        self.took = []
        self.statuses = {}

    def request(self, number):
        body = json.dumps({
            "type": "notification_event", "id": f"bench_{number}", "topic": "contact.user.updated",
            "app_id": self.app_id, "created_at": 1734537424,
            "data": {"item": {"type": "contact", "id": f"c{number % 500}"}}}).encode()
        sign = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
        return (f"POST /webhooks/intercom HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"X-Hub-Signature: sha1={sign}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body

    def prepare(self, count):
        return [self.request(next(self.numbers)) for _ in range(count)]

    def run(self, requests, pace=None):
        """Seconds it took altogether."""
        begun = time.monotonic()
        sent = 0
        while sent < len(requests) or self.due:
            now = time.monotonic()
            while self.idle and sent < len(requests):
                due = begun + sent / pace if pace else now
                if due > now:
                    break
                one = self.idle.pop()
                one.sendall(requests[sent])
                self.due[one] = due
                sent += 1
            wait = 0.05
            if pace and sent < len(requests) and self.idle:
                wait = max(0.0, begun + sent / pace - time.monotonic())
            for key, _ in self.selector.select(wait):
                one = key.fileobj
                answer = one.recv(4096)
                if not answer:
                    raise SystemExit("the daemon closed a connection")
                status = int(answer[9:12])
                self.statuses[status] = self.statuses.get(status, 0) + 1
                self.took.append(time.monotonic() - self.due.pop(one))
                self.idle.append(one)
        return time.monotonic() - begun

    def quantile(self, share):
        return sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * share))]

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


def told(what, figure, goal, is_good):
    print(f"{'pass' if is_good else 'FAIL'}  {what}: {figure} (goal: {goal})", flush=True)
    return is_good


def committed(database):
    with psycopg2.connect(database.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {SCHEMA}_sync.inbox")
        return cursor.fetchone()[0]


def app_id_of(database):
    """As soon as the daemon knows it."""
    for _ in range(600):
        with psycopg2.connect(database.dsn) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {SCHEMA}_sync.workspace")
            found = cursor.fetchone()
        if found:
            return found[0]
        time.sleep(0.1)
    raise SystemExit("the daemon does not learn which workspace this is")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=int, default=10, help="for each part")
    parser.add_argument("--connections", type=int, default=64)
    arguments = parser.parse_args()
    good = []
    with Sandbox(contacts=500, conversations=50) as sandbox, Database() as database, \
            Daemon(database, sandbox) as daemon:
        app_id = app_id_of(database)
        client = Client(daemon.port, app_id, arguments.connections)
        requests = client.prepare(LEAST_PER_SECOND * arguments.seconds)
        before = committed(database)
        took = client.run(requests)
        rows = committed(database) - before
        good.append(told(f"{len(requests)} signed notifications over {arguments.connections} "
                         "connections, accepted and committed a second",
                         f"{len(requests) / took:.0f}", f"≥ {LEAST_PER_SECOND}",
                         len(requests) / took >= LEAST_PER_SECOND))
        good.append(told("rows of them, statuses", f"{rows}, {client.statuses}",
                         f"{len(requests)}, 200 alone",
                         rows == len(requests) and list(client.statuses) == [200]))

        client.took.clear()
        client.run(client.prepare(PACE * arguments.seconds), PACE)
        good.append(told(f"at {PACE} a second, half and 99 in 100 of the answers within",
                         f"{client.quantile(0.5) * 1000:.0f}, {client.quantile(0.99) * 1000:.0f} ms",
                         f"≤ {SLOWEST * 1000:.0f} ms", client.quantile(0.99) <= SLOWEST))
        client.close()

        held, took, statuses = [], [], {}
        for i in range(SLOW_CONNECTIONS):
            one = socket.create_connection(("127.0.0.1", daemon.port))
            one.sendall(b"POST /webhooks/intercom HTTP/1.1\r\nX-Slow: ")
            held.append(one)
            if i % 50 == 49:
                # A real sender opens its connection when it has something to say.
                fresh = Client(daemon.port, app_id, 1)
                fresh.run(fresh.prepare(1))
                took += fresh.took
                for status, count in fresh.statuses.items():
                    statuses[status] = statuses.get(status, 0) + count
                fresh.close()
        good.append(told(f"beside {SLOW_CONNECTIONS} slow connections, statuses of real ones",
                         statuses, "200 alone", list(statuses) == [200]))
        good.append(told("slowest of them", f"{max(took) * 1000:.0f} ms", "≤ 1000 ms",
                         max(took) <= 1))
        memory = daemon.memory()
        good.append(told("memory of the daemon", f"{memory >> 20} MiB", f"≤ {MOST_MEMORY >> 20} MiB",
                         memory <= MOST_MEMORY))
        for one in held:
            one.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
