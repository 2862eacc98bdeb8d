"""The systemd units are understood, well locked up, and fit the configuration they start with.

    units_test.py intercom-mirror.service intercom-mirror@.service sysusers.conf
        intercom-mirror-backfill@.service intercom-mirror-backfill@.timer
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PLAIN, TEMPLATE, SYSUSERS, BACKFILL, TIMER = (
    pathlib.Path(path).resolve() for path in sys.argv[1:6])
TOP = pathlib.Path(__file__).resolve().parents[2]


def run(*words):
    return subprocess.run(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)


def understood(unit_text, name, *beside):
    """systemd's complaints about a unit, as if the program were installed."""
    with tempfile.TemporaryDirectory() as directory:
        texts = {name.replace("@acme", "@"): unit_text}
        texts.update((path.name, path.read_text()) for path in beside)
        for file, text in texts.items():
            pathlib.Path(directory, file).write_text(
                text.replace("/usr/bin/intercom-mirror", "/bin/true"))
        result = run("systemd-analyze", "verify", "--man=no", "--generators=no",
                     f"{directory}/{name}")
        # Other units of the machine may have faults of their own.
        return [line for line in result.stdout.splitlines() if "intercom-mirror" in line]


class Units(unittest.TestCase):
    def test_are_understood(self):
        self.assertEqual(understood(PLAIN.read_text(), "intercom-mirror.service"), [])
        self.assertEqual(understood(TEMPLATE.read_text(), "intercom-mirror@acme.service"), [])
        self.assertEqual(
            understood(BACKFILL.read_text(), "intercom-mirror-backfill@acme.service"), [])
        self.assertEqual(
            understood(TIMER.read_text(), "intercom-mirror-backfill@acme.timer", BACKFILL), [])

    def test_a_misspelt_line_would_be_noticed(self):
        text = PLAIN.read_text().replace("ProtectClock=", "ProtectClok=")
        self.assertNotEqual(understood(text, "intercom-mirror.service"), [])

    def test_exposure_is_at_most_one_and_a_half(self):
        for unit in (PLAIN, TEMPLATE, BACKFILL):
            result = run("systemd-analyze", "security", "--offline=yes", "--threshold=15",
                         str(unit))
            self.assertEqual(result.returncode, 0, result.stdout)
            exposure = re.search(r"Overall exposure level.*: ([0-9.]+)", result.stdout)
            self.assertIsNotNone(exposure, result.stdout)
            self.assertLessEqual(float(exposure.group(1)), 1.5)

    def test_an_instance_has_directories_of_its_own(self):
        for line in TEMPLATE.read_text().splitlines():
            if re.match(r"(ExecStart|StateDirectory|LoadCredential)=", line):
                self.assertIn("intercom-mirror/%i", line)

    def test_a_timer_for_no_day_would_be_noticed(self):
        text = TIMER.read_text().replace("OnCalendar=Sun", "OnCalendar=Sum")
        self.assertNotEqual(understood(text, "intercom-mirror-backfill@acme.timer", BACKFILL), [])

    def test_a_backfill_is_of_what_the_instance_names(self):
        command = re.search(r"^ExecStart=(.*)$", BACKFILL.read_text(), re.MULTILINE).group(1)
        self.assertIn(" backfill %i ", command)
        self.assertIn("\nUser=intercom-mirror\n", BACKFILL.read_text())

    def test_credentials_and_variables_are_those_the_configuration_knows(self):
        loader = (TOP / "config/load.cpp").read_text()
        keys = (TOP / "config/option_table.cpp").read_text()
        text = PLAIN.read_text()
        for credential in re.findall(r"^LoadCredential=([^:]+):", text, re.MULTILINE):
            self.assertIn(f'"{credential}"', loader)
        for variable in re.findall(r"^Environment=INTERCOM_MIRROR_(\w+)=", text, re.MULTILINE):
            self.assertIn('"' + variable.lower().replace("_", ".", 1) + '"', keys)

    def test_the_user_is_the_one_created(self):
        with tempfile.TemporaryDirectory() as root:
            result = run("systemd-sysusers", f"--root={root}", "--dry-run", str(SYSUSERS))
        self.assertEqual(result.returncode, 0, result.stdout)
        user = re.search(r"^User=(.*)$", PLAIN.read_text(), re.MULTILINE).group(1)
        self.assertIn(f"Creating user '{user}'", result.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
