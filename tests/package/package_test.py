"""The Debian package is built, complete, free of what lintian calls errors, and can be installed
into an empty root, run against a simulated workspace, removed and purged.

    package_test.py BUILD-DIRECTORY CPACK

INTERCOM_MIRROR_TEST_DSN names a PostgreSQL server as superuser.
"""

import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, CPACK = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "prove"))
from world import Settings, World, wait_until  # noqa: E402

UNITS = ("intercom-mirror.service", "intercom-mirror@.service",
         "intercom-mirror-backfill@.service", "intercom-mirror-backfill@.timer")
DOCUMENTS = ("operations.md", "sql.md", "tables.md", "security.md", "copyright", "changelog.gz",
             "examples/config.example.toml", "monitoring/alerts.yml",
             "monitoring/grafana-dashboard.json", "sbom.spdx.json")


def run(*words, **more):
    return subprocess.run([str(word) for word in words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False, **more)


def must(*words, **more):
    done = run(*words, **more)
    if done.returncode != 0:
        raise AssertionError(f"{words} exits {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="package-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        must(CPACK, "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.directory,
             env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"})
        cls.file, = cls.directory.glob("*.deb")
        cls.contents = {re.sub(r"^\./", "/", line.split(" -> ")[0].split()[-1]): line.split()[0]
                        for line in must("dpkg-deb", "--contents", cls.file).splitlines()}

    def test_holds_what_an_administrator_needs(self):
        wanted = ["/usr/bin/intercom-mirror", "/usr/lib/sysusers.d/intercom-mirror.conf",
                  "/usr/share/bash-completion/completions/intercom-mirror",
                  "/usr/share/zsh/vendor-completions/_intercom-mirror",
                  "/usr/share/fish/vendor_completions.d/intercom-mirror.fish"]
        wanted += [f"/usr/lib/systemd/system/{unit}" for unit in UNITS]
        wanted += [f"/usr/share/doc/intercom-mirror/{name}" for name in DOCUMENTS]
        self.assertEqual([path for path in wanted if path not in self.contents], [])

    def test_holds_a_page_for_every_command(self):
        listed = must(BUILD / "intercom-mirror", "--help")
        commands = re.findall(r"^  ([a-z][a-z-]*)  ", listed.split("Subcommands:")[1], re.M)
        self.assertGreater(len(commands), 10)
        for name in ["intercom-mirror"] + [f"intercom-mirror-{one}" for one in commands]:
            self.assertIn(f"/usr/share/man/man1/{name}.1.gz", self.contents)

    def test_holds_nothing_for_tests(self):
        self.assertEqual([path for path in self.contents if "sandbox" in path or "test" in path], [])

    def test_lets_nobody_but_root_write(self):
        for path, mode in self.contents.items():
            self.assertNotIn("w", mode[4:10].replace("l", ""), path) if mode[0] != "l" else None

    def test_names_the_libraries_it_needs(self):
        needed = must("dpkg-deb", "--field", self.file, "Depends")
        for library in ("libc6", "libpqxx-6.4", "libssl3", "libsystemd0", "ca-certificates"):
            self.assertIn(library, needed)

    def test_has_no_errors_by_lintian(self):
        said = run("lintian", "--allow-root", "--fail-on", "error", "--no-cfg", self.file)
        self.assertEqual(said.returncode, 0, said.stdout)

    def test_pages_are_understood(self):
        root = self.directory / "pages"
        must("dpkg-deb", "--extract", self.file, root)
        pages = sorted((root / "usr/share/man/man1").glob("*.gz"))
        for page in pages:
            text = gzip.decompress(page.read_bytes())
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", "-"],
                                  input=text, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  check=False)
            self.assertEqual(done.stderr.decode(), "", page.name)

    def test_completions_are_understood(self):
        root = self.directory / "completions"
        must("dpkg-deb", "--extract", self.file, root)
        script = root / "usr/share/bash-completion/completions/intercom-mirror"
        asked = (f"source {script}; COMP_WORDS=(intercom-mirror out); COMP_CWORD=1;"
                 " _intercom_mirror; echo \"${COMPREPLY[*]}\";"
                 " COMP_WORDS=(intercom-mirror --log-level info sync --f); COMP_CWORD=4;"
                 " _intercom_mirror; echo \"${COMPREPLY[*]}\"")
        self.assertEqual(must("bash", "-c", asked), "outbox\n--full\n")

    def test_is_installed_run_and_removed(self):
        root = self.directory / "root"
        state = root / "var/lib/dpkg"
        for part in ("info", "updates", "triggers"):
            (state / part).mkdir(parents=True)
        (state / "status").touch()
        dpkg = ["dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless",
                "--log=/dev/null"]
        must(*dpkg, "--install", self.file)
        program = root / "usr/bin/intercom-mirror"
        self.assertRegex((root / "etc/passwd").read_text(), r"(?m)^intercom-mirror:")
        self.assertTrue((root / "etc/intercom-mirror").is_dir())
        self.assertRegex(must(program, "--version"), r"^intercom-mirror \d")
        example = root / "usr/share/doc/intercom-mirror/examples/config.example.toml"
        shutil.copy(example, root / "etc/intercom-mirror/config.toml")

        # As the unit starts it, but for the places.
        binaries = self.directory / "binaries"
        binaries.mkdir()
        (binaries / "intercom-mirror").symlink_to(program)
        (binaries / "intercom-sandbox").symlink_to(BUILD / "intercom-sandbox")
        settings = Settings(binaries, BUILD / "prove", os.environ["INTERCOM_MIRROR_TEST_DSN"],
                            True, 1)
        with World(settings, "package", companies=10, contacts=50, conversations=10, tickets=10,
                   latency="1ms-5ms") as world:
            unit = (root / "usr/lib/systemd/system/intercom-mirror.service").read_text()
            words = re.search(r"(?m)^ExecStart=(.*)$", unit)[1].replace("/usr/", f"{root}/usr/")
            words = words.replace("/etc/", f"{root}/etc/").split()
            self.assertEqual(words[0], str(program))
            daemon = world.start("daemon", words)
            wait_until(lambda: world.is_settled() or not daemon.is_alive(), 120, "all is mirrored")
            self.assertEqual(world.differences(), [])
            self.assertEqual(daemon.end(), 0)

        must(*dpkg, "--remove", "intercom-mirror")
        self.assertFalse(program.exists())
        self.assertTrue((root / "etc/intercom-mirror/config.toml").exists())
        must(*dpkg, "--purge", "intercom-mirror")
        self.assertEqual(list((root / "usr").rglob("*intercom-mirror*")), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
