"""tidy.py finds what it is there to find."""

import unittest

import tidy


class Tidy(unittest.TestCase):
    def assert_finds(self, path, text, words):
        found = tidy.complaints({path: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])
        self.assertIn(path + ":1:", found[0])

    def assert_content(self, path, text):
        self.assertEqual(tidy.complaints({path: text}), [])

    def test_layers_point_downwards(self):
        self.assert_finds("sync/pull/walk.cpp", '#include "daemon/log.hpp"', "must not include")
        self.assert_finds("schema/contacts.cpp", '#include "sync/clock.hpp"', "must not include")
        self.assert_finds("sync/record/slice.cpp", '#include "sync/store/store.hpp"',
                          "must not include")
        self.assert_content("daemon/main.cpp", '#include "sync/pull/walk.hpp"')
        self.assert_content("sync/store/store.cpp", '#include "migrations/migrations.hpp"')

    def test_sandbox_stands_alone(self):
        self.assert_finds("tests/sandbox/server.cpp", '#include "schema/resource.hpp"',
                          "must not include")
        self.assert_content("tests/sandbox/server.cpp", '#include "tests/sandbox/workspace.hpp"')

    def test_includes_are_named_from_the_top(self):
        self.assert_finds("sync/store/store.cpp", '#include "store.hpp"', "from the top")

    def test_libraries_stay_where_they_belong(self):
        self.assert_finds("sync/pull/walk.cpp", "#include <pqxx/pqxx>", "alone")
        self.assert_finds("sync/intercom/governor.cpp", "#include <boost/beast/http.hpp>", "alone")
        self.assert_finds("daemon/main.cpp", "#include <CLI/App.hpp>", "alone")
        self.assert_content("sync/intercom/http_client.cpp", "#include <boost/beast/http.hpp>")

    def test_headers_stay_light(self):
        self.assert_finds("sync/store/store.hpp", "#include <pqxx/pqxx>", "too heavy")
        self.assert_finds("sync/intercom/api.hpp", "#include <nlohmann/json.hpp>", "too heavy")
        self.assert_content("tests/support/postgres.hpp", "#include <pqxx/pqxx>")
        self.assert_content("sync/intercom/api.hpp", "#include <nlohmann/json_fwd.hpp>")

    def test_awaiting_is_a_statement_of_its_own(self):
        self.assert_finds("sync/pull/walk.cpp", "if (co_await ready()) {", "named local")
        self.assert_finds("sync/pull/walk.cpp", "f(co_await a(), co_await b());", "one co_await")
        self.assert_content("sync/pull/walk.cpp", "// if (co_await ready()) {\nco_await ready();")

    def test_nothing_is_left_behind(self):
        self.assert_finds("schema/contacts.cpp", "// TO" "DO: more", "marker")
        self.assert_finds("tests/unit/a_test.cpp", "GTEST_" "SKIP();", "can fail")
        self.assert_finds("docs/operations.md", "see /ho" "me/somebody/notes", "own machine")
        self.assert_content("docs/operations.md", "see /etc/intercom-mirror/config.toml")


if __name__ == "__main__":
    unittest.main()
