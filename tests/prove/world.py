"""What an acceptance point needs: a simulated workspace, a database, the daemon, and questions to
all three. Everything started here ends here, by its process id."""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psycopg2
import psycopg2.extensions

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import compare  # noqa: E402

MAIN_RESOURCES = ("companies", "contacts", "conversations", "tickets")
# Those that polls do not read whole.
SWEPT_RESOURCES = MAIN_RESOURCES + (
    "help_centers", "collections", "articles", "newsfeeds", "news_items", "activity_logs",
    "internal_articles", "content_import_sources", "external_pages", "calls", "macros", "audiences",
    "content_snippets", "office_hours_schedules", "data_connectors", "custom_object_instances",
    "visitors", "data_export_jobs")
LOOK_EVERY = 0.2


class Failed(Exception):
    """The point could not be shown; says why."""


def wait_until(condition, seconds, what):
    """The condition's first true value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"after {seconds} s still waiting until {what}")
        time.sleep(LOOK_EVERY)


class Settings:
    """How to run: where the binaries and logs are, which server to use, and how large."""

    def __init__(self, build, logs, server, is_quick, seed):
        self.build = pathlib.Path(build)
        self.logs = pathlib.Path(logs)
        self.server = server
        self.is_quick = is_quick
        self.seed = seed
        self.only = ""  # the part of a point that is asked for

    def choose(self, quick, full):
        return quick if self.is_quick else full


class Process:
    def __init__(self, arguments, log, environment=None):
        self.log = log
        self.output = open(log, "ab")
        self.running = subprocess.Popen(
            [str(one) for one in arguments], stdout=self.output, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})

    def is_alive(self):
        return self.running.poll() is None

    def kill(self):
        self.running.kill()
        self.running.wait()
        self.output.close()

    def end(self, seconds=30):
        """SIGTERM; the exit code."""
        if self.is_alive():
            self.running.terminate()
        try:
            code = self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.running.kill()
            code = self.running.wait()
        self.output.close()
        return code


class Sandbox:
    """intercom-sandbox with its control addresses."""

    def __init__(self, settings, log, options):
        port_file = log.with_suffix(".port")
        port_file.unlink(missing_ok=True)
        words = [word for name, value in options.items()
                 for word in ("--" + name.replace("_", "-"), str(value))]
        self.process = Process(
            [settings.build / "intercom-sandbox", "--port", "0", "--port-file", port_file, *words],
            log)
        wait_until(lambda: port_file.exists() or not self.process.is_alive(), 60,
                   "the sandbox listens")
        if not self.process.is_alive():
            raise Failed(f"the sandbox ended, see {log}")
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def ask(self, method, path, body=None):
        asked = urllib.request.Request(
            self.url + "/_sandbox" + path, method=method,
            data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(asked, timeout=300) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def stats(self):
        return self.ask("GET", "/stats")

    def mutate(self, **how):
        self.ask("POST", "/mutate", how)

    def fault(self, kind, **more):
        self.ask("POST", "/faults", {"kind": kind, **more})

    def clear_faults(self):
        self.ask("DELETE", "/faults")

    def faults_fired(self):
        return self.ask("GET", "/faults")

    def writes(self):
        """Those carried out, in order: see the format in tests/sandbox/journal.hpp."""
        with urllib.request.urlopen(self.url + "/_sandbox/writes", timeout=300) as answer:
            return [json.loads(line) for line in answer if line.strip()]

    def truth(self, resource):
        address = f"{self.url}/_sandbox/truth/{resource}"
        with urllib.request.urlopen(address, timeout=300) as answer:
            return [compare.compare_values.parse(line) for line in answer if line.strip()]

    def removed(self, known):
        """(resource, how it went) → ids, of those that were known before."""
        found = collections.defaultdict(list)
        for one in self.truth("removed"):
            if one["id"] in known[one["resource"]]:
                found[one["resource"], one["how"]].append(one["id"])
        return found

    def ids(self):
        """Main resource → ids of what exists now."""
        return {name: {one["id"] for one in self.truth(name)} for name in MAIN_RESOURCES}


class World:
    """One point's workspace, database and daemon. `server` is a connection string of a superuser;
    the database is created in it and dropped again."""

    def __init__(self, settings, name, server=None, **sandbox):
        self.settings = settings
        self.name = name
        self.server = server or settings.server
        self.database = f"prove_{re.sub('[-.]', '_', name).lower()}_{os.getpid()}"
        self.logs = settings.logs / name
        self.environment = {}
        self.started = []
        self.logs.mkdir(parents=True, exist_ok=True)
        for old in self.logs.iterdir():
            old.unlink()
        self.sandbox_options = sandbox
        self.api_version = sandbox.get("api_version", compare.DEFAULT_VERSION)
        self.optional = ()  # tables that the daemon is told to fill, too
        self.last_seen = {}  # what was there before another version was spoken

    def __enter__(self):
        try:
            self.administrate(f"CREATE DATABASE {self.database}")
            self.dsn = psycopg2.extensions.make_dsn(self.server, dbname=self.database)
            self.sandbox = Sandbox(self.settings, self.logs / "sandbox.log", self.sandbox_options)
            self.started.append(self.sandbox.process)
        except BaseException:
            self.__exit__()
            raise
        self.environment = {
            "INTERCOM_ACCESS_TOKEN": "prove",
            "INTERCOM_MIRROR_INTERCOM_BASE_URL": self.sandbox.url,
            "INTERCOM_MIRROR_POSTGRES_DSN": self.dsn,
            "INTERCOM_MIRROR_SYNC_SWEEP_EVERY": "24h",
            "INTERCOM_MIRROR_SYNC_POLL_EVERY": "2s",
            "INTERCOM_MIRROR_HTTP_LISTEN": "127.0.0.1:0",
        }
        self.speak(self.api_version)
        return self

    def speak(self, version):
        """The daemons started from now on, and the comparer."""
        if version != self.api_version:
            self.last_seen = compare.remember(self.dsn)
        self.api_version = version
        self.environment["INTERCOM_MIRROR_INTERCOM_API_VERSION"] = version

    def __exit__(self, *_):
        for process in reversed(self.started):
            if process.is_alive():
                process.end()
        try:
            self.administrate(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        except psycopg2.OperationalError as gone:
            print(f"{self.database} could not be dropped: {gone}", file=sys.stderr)

    def ask_for_optional(self):
        """From now on, whatever is read only by name is read, too."""
        self.optional = compare.compare_tables.OPTIONAL
        self.environment["INTERCOM_MIRROR_SYNC_RESOURCES"] = ",".join(("all",) + self.optional)
        self.environment["INTERCOM_MIRROR_SYNC_CUSTOM_OBJECT_TYPES"] = "Order,Test_Object"

    def administrate(self, sql):
        connection = psycopg2.connect(self.server)
        connection.autocommit = True
        try:
            connection.cursor().execute(sql)
        finally:
            connection.close()

    # --- The daemon ---------------------------------------------------------------------------

    def command(self, *words, timeout=3600):
        """Runs intercom-mirror to its end: exit code, standard output."""
        log = self.logs / f"{words[0]}.log"
        with open(log, "ab") as errors:
            done = subprocess.run(
                [str(self.settings.build / "intercom-mirror"), *words], stdout=subprocess.PIPE,
                stderr=errors, stdin=subprocess.DEVNULL, timeout=timeout, text=True,
                env={**os.environ, **self.environment})
        return done.returncode, done.stdout

    def must(self, *words, timeout=3600):
        code, output = self.command(*words, timeout=timeout)
        if code != 0:
            raise Failed(f"intercom-mirror {' '.join(words)} exits {code}, "
                         f"see {self.logs / words[0]}.log")
        return output

    def start(self, name="run", words=None):
        """A daemon that logs to NAME.log; `words` start it otherwise."""
        daemon = Process(words or [self.settings.build / "intercom-mirror", "run"],
                         self.logs / f"{name}.log", self.environment)
        self.started.append(daemon)
        return daemon

    def port_of(self, daemon):
        """Where it serves status and webhooks."""
        def found():
            lines = re.findall(rb"serving status and webhooks.*port=(\d+)", daemon.log.read_bytes())
            return int(lines[-1]) if lines else None
        return wait_until(found, 60, "the daemon serves")

    def status(self):
        """Resource → what `status --json` says of it."""
        code, output = self.command("status", "--json")
        if code != 0:
            return {}
        return {one["resource"]: one for one in json.loads(output)["resources"]}

    def is_settled(self):
        """Everything was read once, and nothing waits to be read alone."""
        try:
            return self.value(
                "SELECT count(*) > 0 AND bool_and(complete_since IS NOT NULL) AND NOT EXISTS"
                " (SELECT FROM intercom_sync.refetch) FROM intercom_sync.resource_state")
        except psycopg2.errors.UndefinedTable:
            return False

    def ask_for_sweeps(self):
        self.execute("UPDATE intercom_sync.resource_state SET sweep_due = true"
                     " WHERE resource IN %s", (SWEPT_RESOURCES,))

    def is_swept(self):
        return self.value(
            "SELECT NOT bool_or(sweep_due) AND NOT EXISTS (SELECT FROM intercom_sync.refetch)"
            " FROM intercom_sync.resource_state")

    def wait_for_polls(self, seconds=120):
        """Until every resource was polled from now on."""
        (now,), = self.query("SELECT clock_timestamp()")
        wait_until(lambda: self.value(
            "SELECT bool_and(last_poll_at > %s) FROM intercom_sync.resource_state"
            " WHERE phase <> 'forbidden'", (now,)), seconds, "every resource was polled")

    # --- The database -------------------------------------------------------------------------

    def connect(self):
        # What the tests do to the tables is no edit: it is done as the daemon does it.
        connection = psycopg2.connect(
            self.dsn, options="-c statement_timeout=60s -c intercom_mirror.apply=on")
        connection.autocommit = True
        return connection

    def query(self, sql, values=None):
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def value(self, sql, values=None):
        rows = self.query(sql, values)
        return rows[0][0] if rows else None

    def execute(self, sql, values=None):
        self.query(sql, values)

    def rows_written(self):
        """By any session that has ended, into the tables people query."""
        return self.value("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint"
                          " FROM pg_stat_user_tables WHERE schemaname = 'intercom'")

    # --- The verdicts -------------------------------------------------------------------------

    def differences(self, known=None, name="differences"):
        """By the independent comparer; they are written to a file of that name."""
        found, compared = compare.compare(self.sandbox.url, self.dsn, known=known,
                                          version=self.api_version,
                                          optional=self.optional, last_seen=self.last_seen)
        with open(self.logs / f"{name}.txt", "w", encoding="utf-8") as out:
            for one in found:
                out.write(compare.sentence(one) + "\n")
        if not compared:
            raise Failed("nothing was compared")
        return found

    def verified_differences(self):
        """By the daemon's own verify: its lines, parsed."""
        code, output = self.command("verify", "--json")
        if code not in (0, 1):
            raise Failed(f"verify exits {code}, see {self.logs / 'verify.log'}")
        (self.logs / "verify.txt").write_text(output, encoding="utf-8")
        found = [json.loads(line) for line in output.splitlines()]
        if (code == 1) != bool(found):
            raise Failed(f"verify exits {code} with {len(found)} differences")
        return found
