"""What the compiler does not check: who may include whom, and what must not be left behind.

    python3 tests/tidy/tidy.py        prints complaints and exits 1 if there are any
"""

import pathlib
import re
import sys

# Which directories a directory may include from. The longest matching name counts; "sync" alone
# means the files directly in sync/, "*" anything.
MAY_INCLUDE = {
    "schema": {"schema"},
    "migrations": {"migrations"},
    "config": {"config", "schema"},
    "sync": {"sync", "schema"},
    "sync/record": {"sync", "sync/record", "schema"},
    "sync/intercom": {"sync", "sync/intercom", "sync/record", "schema"},
    "sync/store": {"sync", "sync/store", "sync/record", "schema", "migrations"},
    "sync/pull": {"sync", "sync/pull", "sync/store", "sync/intercom", "sync/record", "schema",
                  "config"},
    "sync/push": {"sync", "sync/push", "sync/pull", "sync/store", "sync/intercom", "sync/record",
                   "schema", "config"},
    "sync/webhook": {"sync", "sync/webhook", "sync/store", "sync/record", "schema", "config"},
    "daemon": {"daemon", "sync", "sync/pull", "sync/push", "sync/webhook", "sync/store",
               "sync/intercom", "sync/record", "schema", "config", "migrations"},
    # The simulated workspace shares no code with the mirror, so that a misunderstanding shows.
    "tests/sandbox": {"tests/sandbox"},
    "tests": {"*"},
}

# The only places where a library may be included, as regular expressions of paths.
CONFINED = {
    r"pqxx/": r"sync/store/|tests/",
    r"boost/beast": r"sync/intercom/http_client\.cpp|daemon/http_server\.cpp|tests/",
    r"prometheus/": r"daemon/metrics\.cpp|tests/",
    r"CLI/": r"daemon/command_line\.cpp|tests/",
    r"toml\+\+/": r"config/",
    r"spdlog/": r"daemon/log\.cpp",
    r"systemd/": r"daemon/",
    r"libpq-fe\.h": r"config/values\.cpp|sync/store/|tests/",
}

# Seconds for every file that includes them: only .cpp files may. Fixtures of tests may, too.
HEAVY = re.compile(
    r"(boost/beast|boost/asio\.hpp|boost/asio/ssl|nlohmann/json\.hpp|pqxx/|spdlog/|simdjson|"
    r"toml\+\+/|CLI/|gmock/)")

# Spelled in pieces, for this file is read as well.
LEFT_BEHIND = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
EMPTY_TESTS = re.compile(r"GTEST_" r"SKIP|\bDIS" r"ABLED_|EXPECT_TRUE\(tr" r"ue\)|SUCC" r"EED\(\)")
PRIVATE_PATHS = re.compile(r"(?<![\w.}/])/(home|root|work|mnt|media|farm|Users)/")
AWAIT_IN_CONDITION = re.compile(r"\b(if|while|switch)\s*\([^;{]*\bco_await\b")
TWO_AWAITS = re.compile(r"\bco_await\b[^;{}]*\bco_await\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
CODE = (".cpp", ".hpp")
TEXT = CODE + (".sql", ".md", ".py", ".sh", ".toml", ".txt", ".cmake", ".json", ".service", ".conf")


def owner(path, table):
    """The longest directory of `table` that `path` lies in."""
    inside = [name for name in table if path.startswith(name + "/")]
    return max(inside, key=len, default=None)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_comments(text):
    """Comments and literals blanked out, of the same length, so that positions stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def layer_complaints(path, text):
    from_directory = owner(path, MAY_INCLUDE)
    for found in INCLUDE.finditer(text):
        quote, header = found.groups()
        place = f"{path}:{line_of(text, found.start())}"
        if quote == '"' and from_directory is not None:
            to_directory = owner(header, MAY_INCLUDE)
            allowed = MAY_INCLUDE[from_directory]
            if to_directory is None:
                yield f'{place}: "{header}" is not named from the top of the repository'
            elif to_directory not in allowed and "*" not in allowed:
                yield f"{place}: {from_directory}/ must not include from {to_directory}/"
        for library, places in CONFINED.items():
            if quote == "<" and re.match(library, header) and not re.match(places, path):
                yield f"{place}: <{header}> belongs to {places} alone"
        if quote == "<" and path.endswith(".hpp") and HEAVY.match(header):
            if not path.startswith("tests/"):
                yield f"{place}: <{header}> is too heavy for a header"


def coroutine_complaints(path, text):
    code = without_comments(text)
    for found in AWAIT_IN_CONDITION.finditer(code):
        yield f"{path}:{line_of(text, found.start())}: await into a named local first"
    for found in TWO_AWAITS.finditer(code):
        yield f"{path}:{line_of(text, found.start())}: one co_await per statement"


def text_complaints(path, text):
    for pattern, complaint in (
            (LEFT_BEHIND, "finish it or file it, but do not leave a marker"),
            (EMPTY_TESTS, "a test runs and can fail"),
            (PRIVATE_PATHS, "a path of somebody's own machine")):
        for found in pattern.finditer(text):
            yield f"{path}:{line_of(text, found.start())}: {found.group()}: {complaint}"


def complaints(files):
    """`files`: path → text. Everything there is to complain about, in order."""
    result = []
    for path, text in sorted(files.items()):
        if path.endswith(CODE):
            result += layer_complaints(path, text)
            result += coroutine_complaints(path, text)
        result += text_complaints(path, text)
    return result


def files_of(root):
    files = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if re.match(r"(build|\.local|\.git|\.cache)(/|$)", name) or not path.is_file():
            continue
        if path.suffix in TEXT or name in ("dev", ".ci/run"):
            files[name] = path.read_text(encoding="utf-8")
    return files


def main():
    files = files_of(pathlib.Path(__file__).resolve().parents[2])
    found = complaints(files)
    for complaint in found:
        print(complaint)
    for path, text in files.items():
        if path.endswith(CODE) and text.count("\n") > 500:
            print(f"{path}: {text.count(chr(10))} lines; is it still one concept? (no error)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
