"""What the benchmarks of the whole mirror need: a simulated workspace, a database for each run, and
the daemon's commands. Figures are only ever printed as ratios within one run."""

import itertools
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import psycopg2
import psycopg2.extensions

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build" / "release"))
SERVER = os.environ["INTERCOM_MIRROR_TEST_DSN"]
SCHEMA = "intercom"
START_SECONDS = 300


class Sandbox:
    """Answers as fast as it can; ordinary data only. Nothing is compressed: that is work for the
    other end of a wire, and here both ends share the processor."""

    def __init__(self, **objects):
        self.directory = tempfile.TemporaryDirectory(prefix="intercom-mirror-bench.")
        port_file = pathlib.Path(self.directory.name, "port")
        options = [word for name, count in objects.items() for word in (f"--{name}", str(count))]
        self.process = subprocess.Popen(
            [BUILD / "intercom-sandbox", "--plain", "--no-gzip", "--port", "0", "--port-file", port_file,
             "--companies", "100", "--tickets", "0", *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not port_file.exists() or not port_file.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the sandbox does not start")
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.directory.cleanup()


class Database:
    """Empty and migrated; gone afterwards."""

    numbers = itertools.count()

    def __init__(self):
        self.name = f"bench_{os.getpid()}_{next(self.numbers)}"
        self.admin = psycopg2.connect(SERVER)
        self.admin.autocommit = True

    def __enter__(self):
        self.ask_server(f"CREATE DATABASE {self.name}")
        self.dsn = psycopg2.extensions.make_dsn(SERVER, dbname=self.name)
        mirror(self, None, "migrate")
        self.ask_server("CHECKPOINT")
        return self

    def __exit__(self, *_):
        self.ask_server(f"DROP DATABASE {self.name} WITH (FORCE)")
        self.admin.close()

    def ask_server(self, sql):
        with self.admin.cursor() as cursor:
            cursor.execute(sql)

    def count(self, *tables):
        connection = psycopg2.connect(self.dsn)
        try:
            with connection, connection.cursor() as cursor:
                rows = {}
                for table in tables:
                    cursor.execute(f"SELECT count(*) FROM {SCHEMA}.{table}")
                    rows[table] = cursor.fetchone()[0]
                return rows
        finally:
            connection.close()


class Ended:
    def __init__(self, seconds, peak_kib):
        self.seconds = seconds
        self.peak_kib = peak_kib


def run(arguments, environment):
    """Until it ends; how long that took, and the most memory it held."""
    begun = time.monotonic()
    process = subprocess.Popen([str(one) for one in arguments], env={**os.environ, **environment},
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    complaints = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))} ends with {process.returncode}:\n{complaints}")
    return Ended(time.monotonic() - begun, usage.ru_maxrss)


def mirror(database, sandbox, *words):
    return run([BUILD / "intercom-mirror", "--log-level", "warning", *words],
               {"INTERCOM_ACCESS_TOKEN": "bench",
                "INTERCOM_MIRROR_INTERCOM_BASE_URL": sandbox.url if sandbox else "http://127.0.0.1:1",
                "INTERCOM_MIRROR_POSTGRES_DSN": database.dsn})


class Report:
    """One line a figure; remembers whether all goals were met."""

    def __init__(self):
        self.is_good = True
        print(f"{'':52}{'measured':>10}{'goal':>14}")

    def note(self, what, measured):
        print(f"{what:52}{measured:10.2f}", flush=True)

    def at_least(self, what, measured, goal):
        self._line(what, measured, f">= {goal:g}", measured >= goal)

    def at_most(self, what, measured, goal):
        self._line(what, measured, f"<= {goal:g}", measured <= goal)

    def _line(self, what, measured, goal, is_met):
        self.is_good &= is_met
        print(f"{what:52}{measured:10.2f}{goal:>14}{'' if is_met else '   MISSED'}", flush=True)


def median_ratio(of, to):
    """The median of the rounds' ratios: what disturbs a round disturbs both sides."""
    return statistics.median(one / other for one, other in zip(of, to))
