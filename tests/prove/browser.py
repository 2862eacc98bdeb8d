"""Headless Chromium, driven through chromedriver's own protocol: no library in between."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

from world import Failed

KEYS = {"Tab": ("Tab", 9), "Enter": ("\r", 13)}


class Browser:
    def __init__(self, log):
        self.log = open(log, "ab")
        self.profile = tempfile.mkdtemp(prefix="chromium-")

    def __enter__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=self.log, stdin=subprocess.DEVNULL, text=True)
        try:
            for line in self.driver.stdout:
                found = re.search(r"started successfully on port (\d+)", line)
                if found:
                    break
            else:
                raise Failed("chromedriver does not start")
            self.url = f"http://127.0.0.1:{found[1]}/session"
            options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu",
                                "--disable-dev-shm-usage", "--disable-background-networking",
                                "--no-first-run", "--hide-scrollbars",
                                f"--user-data-dir={self.profile}"]}
            session = self.call("", {"capabilities": {"alwaysMatch": {
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
            self.url += "/" + session["sessionId"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.url.count("/") > 3:
            try:
                self.call("", None, "DELETE")
            except (Failed, OSError):
                pass  # it ends all the same
        self.driver.terminate()
        self.driver.wait(30)
        self.driver.stdout.close()
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    url = ""

    def call(self, path, body=None, method="POST"):
        asked = urllib.request.Request(
            self.url + path, method=method, headers={"Content-Type": "application/json"},
            data=json.dumps(body or {}).encode() if method == "POST" else None)
        try:
            with urllib.request.urlopen(asked, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Failed(f"the browser says: {error.read().decode()[:400]}") from error

    def cdp(self, command, **parameters):
        return self.call("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look(self, width, height, scheme):
        """The size of the window and what the system prefers."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 500)
        self.cdp("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, address):
        self.call("/url", {"url": address})

    def run(self, script, *arguments):
        """The value of a function's body."""
        return self.call("/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, key):
        text, code = KEYS[key]
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if kind == "keyDown" and key == "Enter" else {}
            self.cdp("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                     windowsVirtualKeyCode=code, **more)

    def type(self, text):
        self.cdp("Input.insertText", text=text)

    def save_screenshot(self, file):
        """Of the whole page, however long it is."""
        height = min(self.run("return document.documentElement.scrollHeight"), 6000)
        width = self.run("return document.documentElement.clientWidth")
        taken = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                         clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
        file.write_bytes(base64.b64decode(taken["data"]))

    def requested(self):
        """Addresses asked for since the last look."""
        messages = [json.loads(one["message"])["message"]
                    for one in self.call("/se/log", {"type": "performance"})]
        return {one["params"]["request"]["url"] for one in messages
                if one["method"] == "Network.requestWillBeSent"}

    def complaints(self):
        """What the browser's console says since the last look."""
        return [one["message"] for one in self.call("/se/log", {"type": "browser"})
                if one["level"] in ("SEVERE", "WARNING")]
