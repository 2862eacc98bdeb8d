"""The example alert rules and the dashboard are well-formed, and whatever they ask for exists:
tests/golden/metrics.txt lists the metrics, held by a test of the program."""

import json
import pathlib
import re
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
MONITORING = ROOT / "docs" / "monitoring"
# Labels that Prometheus itself adds.
ADDED = {"job", "instance", "le"}
DURATION = re.compile(r"^\d+(ms|[smhdwy])$")
SERIES = re.compile(r"\b(intercom_mirror_\w+)(\{[^}]*\})?")


def known_metrics():
    """Name → (type, labels)."""
    lines = (ROOT / "tests/golden/metrics.txt").read_text(encoding="utf-8").splitlines()
    return {words[0]: (words[1], set(words[2:])) for words in map(str.split, lines)}


def problems(expression, metrics):
    found = []
    for opening, closing in ("()", "[]", "{}"):
        if expression.count(opening) != expression.count(closing):
            found.append(f"{opening} and {closing} do not match")
    used = set()
    for name, matchers in SERIES.findall(expression):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        if name in metrics and metrics[name][0] != "histogram":
            base = name
        elif base == name or metrics.get(base, ("",))[0] != "histogram":
            found.append(f"there is no metric {name}")
            continue
        used |= metrics[base][1]
        for label in re.findall(r"(\w+)\s*(?:=|!)", matchers):
            if label not in metrics[base][1] | ADDED:
                found.append(f"{name} has no label {label}")
    for labels in re.findall(r"\bby \(([^)]*)\)", expression):
        for label in map(str.strip, labels.split(",")):
            if label not in used | ADDED:
                found.append(f"nothing here has a label {label}")
    return found


class Alerts(unittest.TestCase):
    def setUp(self):
        self.rules = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))

    def test_have_the_form_prometheus_takes(self):
        self.assertEqual(set(self.rules), {"groups"})
        names = []
        for group in self.rules["groups"]:
            self.assertEqual(set(group), {"name", "rules"})
            for rule in group["rules"]:
                self.assertLessEqual(set(rule), {"alert", "expr", "for", "labels", "annotations"})
                self.assertRegex(rule["alert"], r"^[A-Za-z_]\w*$")
                self.assertIsInstance(rule["expr"], str)
                self.assertRegex(rule.get("for", "0s"), DURATION)
                self.assertTrue(rule["annotations"]["summary"])
                self.assertIn(rule["labels"]["severity"], ("warning", "critical"))
                names.append(rule["alert"])
        self.assertEqual(len(names), len(set(names)))
        self.assertGreater(len(names), 10)

    def test_ask_for_what_exists(self):
        metrics = known_metrics()
        for group in self.rules["groups"]:
            for rule in group["rules"]:
                self.assertEqual(problems(rule["expr"], metrics), [], rule["alert"])


class Dashboard(unittest.TestCase):
    def setUp(self):
        text = (MONITORING / "grafana-dashboard.json").read_text(encoding="utf-8")
        self.dashboard = json.loads(text)

    def test_asks_for_what_exists(self):
        metrics = known_metrics()
        asked = 0
        for panel in self.dashboard["panels"]:
            for target in panel["targets"]:
                self.assertEqual(problems(target["expr"], metrics), [], panel["title"])
                for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                    self.assertRegex(target["expr"], rf"by \([^)]*\b{label}\b", panel["title"])
                asked += 1
        self.assertGreater(asked, 20)

    def test_has_panels_of_their_own_place(self):
        places = {(one["gridPos"]["x"], one["gridPos"]["y"]) for one in self.dashboard["panels"]}
        self.assertEqual(len(places), len(self.dashboard["panels"]))
        self.assertEqual(len({one["id"] for one in self.dashboard["panels"]}), len(places))


class Documentation(unittest.TestCase):
    def test_tells_of_every_metric(self):
        text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
        for name in known_metrics():
            short = name.removeprefix("intercom_mirror_")
            self.assertRegex(text, rf"_{short}\b", f"docs/operations.md does not name {name}")


class Checks(unittest.TestCase):
    """The check itself: it finds what it should."""

    METRICS = {"intercom_mirror_up": ("gauge", {"resource"}),
               "intercom_mirror_seconds": ("histogram", {"use"})}

    def test_find_what_is_wrong(self):
        for expression, problem in (
                ("intercom_mirror_down", "no metric intercom_mirror_down"),
                ("intercom_mirror_seconds", "no metric intercom_mirror_seconds"),
                ("intercom_mirror_up_bucket", "no metric intercom_mirror_up_bucket"),
                ('intercom_mirror_up{lane="x"}', "no label lane"),
                ("sum by (lane) (intercom_mirror_up)", "has a label lane"),
                ("sum(intercom_mirror_up", "do not match")):
            self.assertIn(problem, " ".join(problems(expression, self.METRICS)), expression)

    def test_let_pass_what_is_right(self):
        for expression in ('intercom_mirror_up{resource=~"a|b"} > 0',
                           "sum by (use, le) (rate(intercom_mirror_seconds_bucket[5m]))",
                           "rate(intercom_mirror_seconds_count[5m])"):
            self.assertEqual(problems(expression, self.METRICS), [], expression)


if __name__ == "__main__":
    unittest.main()
