"""Secrets and personal data that were planted everywhere turn up in no log, metric, page, process or
column for remarks, whatever goes wrong meanwhile."""

import hashlib
import hmac
import http.client
import json
import time

import psycopg2.extensions

from world import World, wait_until

# Each can be recognised wherever it leaks to.
TOKEN = "canary-token-5f1c"
WEBHOOK_SECRET = "canary-webhook-secret-77aa"
ADMIN_TOKEN = "canary-admin-token-3b9d"
PASSWORD = "canary-password-8e21"
PERSON = "Canary Person-c04e"
SECRETS = (TOKEN, WEBHOOK_SECRET, ADMIN_TOKEN, PASSWORD)

# What people and metrics are told of the database's troubles: texts that must not quote data.
REMARKS = """
    SELECT 'resource_state.trouble', trouble FROM intercom_sync.resource_state
    UNION ALL SELECT 'run.detail', detail FROM intercom_sync.run
    UNION ALL SELECT 'dead_letter.reason', reason FROM intercom_sync.dead_letter
    UNION ALL SELECT 'field_drift', concat_ws(' ', path, problem, found) FROM intercom_sync.field_drift
    UNION ALL SELECT 'outbox.reason', reason FROM intercom_sync.outbox
    UNION ALL SELECT 'outbox_attempt', concat_ws(' ', request, outcome) FROM intercom_sync.outbox_attempt
    UNION ALL SELECT 'inbox', concat_ws(' ', id, topic, records) FROM intercom_sync.inbox
    UNION ALL SELECT 'lease.vitals', vitals::text FROM intercom_sync.lease"""


def get(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def notify(port, app_id, record):
    body = json.dumps({"id": f"n-{record}", "app_id": app_id, "topic": "contact.user.updated",
                       "created_at": int(time.time()), "data": {"item": {"id": record,
                                                                        "name": PERSON}}}).encode()
    for secret in (WEBHOOK_SECRET, "wrong"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/webhooks/intercom", body, {
            "X-Hub-Signature": "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()})
        connection.getresponse().read()
        connection.close()


def edit(world, contact, **more):
    """By somebody who is not the daemon."""
    connection = psycopg2.connect(world.dsn)
    connection.autocommit = True
    columns = {"name": PERSON, **more}
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = intercom")
        cursor.execute(f"UPDATE contacts SET {', '.join(f'{name} = %s' for name in columns)}"
                       " WHERE id = %s", (*columns.values(), contact))
    connection.close()


def trouble(world, port):
    """Of every kind that has something to say."""
    app_id = world.value("SELECT id FROM intercom_sync.workspace")
    contacts = [row[0] for row in world.query("SELECT id FROM intercom.live_contacts LIMIT 6")]
    edit(world, contacts[0])
    wait_until(lambda: world.value("SELECT count(*) FROM intercom_sync.outbox"
                                   " WHERE state = 'applied'"), 60, "an edit is applied")
    notify(port, app_id, contacts[0])
    world.sandbox.fault("poison", where="PUT", count=1)
    edit(world, contacts[1])
    wait_until(lambda: world.value("SELECT count(*) FROM intercom_sync.outbox"
                                   " WHERE state = 'rejected'"), 60, "an edit is refused")
    world.sandbox.fault("bad_record", count=3)
    for kind in ("server_error", "html_error", "reset_after", "not_json_200", "truncated"):
        world.sandbox.fault(kind, count=2)
    for contact in contacts[2:]:
        notify(port, app_id, contact)
    world.sandbox.mutate(times=20)
    world.wait_for_polls()
    # A constraint of somebody's: PostgreSQL's message quotes the row.
    world.execute(f"ALTER TABLE intercom.contacts ADD CONSTRAINT refuses_one"
                  f" CHECK (id <> '{contacts[3]}' OR synced_at < now()) NOT VALID")
    world.sandbox.mutate(times=20)
    notify(port, app_id, contacts[3])
    world.wait_for_polls()
    world.sandbox.fault("token_revoked")
    wait_until(lambda: world.value("SELECT count(*) FROM intercom_sync.resource_state"
                                   " WHERE phase = 'needs_token'"), 60, "the token is dead")


def shown(world, daemon, port):
    """Place → whatever can be read there."""
    found = {path.name: path.read_text(errors="replace") for path in world.logs.iterdir()
             if path.suffix == ".log" and path.name != "sandbox.log"}
    for path in ("/", "/metrics", "/healthz", "/readyz", "/api/status", "/api/history", "/api/work"):
        found[path] = get(port, path)
    # Values of fields are for those who decide; secrets are for nobody.
    found["/api/work for admins"] = get(port, "/api/work",
                                        Authorization=f"Bearer {ADMIN_TOKEN}").replace(PERSON, "")
    for name in ("cmdline", "environ"):
        with open(f"/proc/{daemon.running.pid}/{name}", "rb") as file:
            found[name] = file.read().decode(errors="replace")
    for words in (("status",), ("status", "--json"), ("check",), ("backfill", "list"),
                  ("dead-letters", "list")):
        found[" ".join(words)] = world.command(*words)[1]
    for place, text in world.query(REMARKS):
        found[place] = found.get(place, "") + (text or "")
    return found


def show(settings):
    with World(settings, "canaries", companies=20, contacts=150, conversations=30, tickets=20,
               latency="1ms-5ms") as world:
        for name, text in (("token", TOKEN), ("webhook", WEBHOOK_SECRET), ("admin", ADMIN_TOKEN)):
            (world.logs / name).write_text(text + "\n")
        world.environment.update({
            "INTERCOM_ACCESS_TOKEN": TOKEN,
            "INTERCOM_MIRROR_INTERCOM_WEBHOOK_SECRET_FILE": str(world.logs / "webhook"),
            "INTERCOM_MIRROR_HTTP_ADMIN_TOKEN_FILE": str(world.logs / "admin"),
            "INTERCOM_MIRROR_POSTGRES_DSN":
                psycopg2.extensions.make_dsn(world.dsn, password=PASSWORD),
            "INTERCOM_MIRROR_LOG_LEVEL": "debug"})
        daemon = world.start()
        port = world.port_of(daemon)
        wait_until(world.is_settled, 120, "the first mirror is complete")
        trouble(world, port)
        found = shown(world, daemon, port)
        mirrored = world.value("SELECT count(*) FROM intercom.contacts WHERE name = %s", (PERSON,))
        yield "rows that hold the planted person", mirrored, "≥ 1", mirrored >= 1
        yield "places looked at, bytes there", f"{len(found)}, {sum(map(len, found.values()))}", \
            "≥ 20, ≥ 10000", len(found) >= 20 and sum(map(len, found.values())) >= 10_000
        told = found["run.log"].lower()
        warned = told.count("warning") + told.count("error")
        noted = world.value(
            "SELECT (SELECT count(*) FROM intercom_sync.dead_letter)"
            "     + (SELECT count(trouble) FROM intercom_sync.resource_state)"
            "     + (SELECT count(reason) FROM intercom_sync.outbox)")
        yield "troubles that the log and the tables tell of", f"{warned}, {noted}", "≥ 2, ≥ 5", \
            warned >= 2 and noted >= 5
        leaks = sorted(f"{secret} in {place}" for place, text in found.items()
                       for secret in (*SECRETS, PERSON) if secret in text)
        yield "planted texts found", "; ".join(leaks) or 0, 0, not leaks
