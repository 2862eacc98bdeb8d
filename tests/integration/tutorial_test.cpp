#include "sync/intercom/api_client.hpp"
#include "sync/intercom/http_transport.hpp"
#include "sync/intercom/lanes.hpp"
#include "sync/machine_clock.hpp"
#include "sync/pull/engine.hpp"
#include "sync/store/database.hpp"
#include "sync/store/migrate.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/support/postgres.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include <fstream>
#include <map>
#include <random>
#include <sstream>

// docs/adding-a-resource.md: a made-up resource is mirrored by one file of the catalogue and one
// migration. Both stand in tests/tutorial/, and nothing else knows of gadgets.
namespace intercom_mirror {

extern const resource gadgets_resource;

namespace {

using json = nlohmann::ordered_json;
using namespace std::chrono_literals;

std::string text_of(const std::string& path)
{
    std::ifstream stream(std::string(SOURCE_DIR) + "/" + path);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

struct silence final : event_sink
{
    void report(severity, std::string_view, std::span<const event_field>) override {}
};

// A workspace that has gadgets.
struct gadget_workspace final : http_transport
{
    std::map<std::string, json> gadgets;

    boost::asio::awaitable<http_response> send(http_request request, duration) override
    {
        http_response answer;
        answer.status = 200;
        const std::string path = request.target.substr(0, request.target.find('?'));
        const std::string id = path.substr(path.rfind('/') + 1);
        if (path == "/me") {
            answer.body = R"({"app":{"id_code":"ws1","name":"Test","timezone":"UTC"}})";
        } else if (path == "/gadgets") {
            json all = json::array();
            for (const auto& [key, gadget] : gadgets) {
                all.push_back(gadget);
            }
            answer.body = json{{"data", all}, {"total_count", all.size()}}.dump();
        } else if (gadgets.contains(id)) {
            answer.body = gadgets[id].dump();
        } else {
            answer.status = 404;
            answer.body = R"({"type":"error.list","errors":[{"code":"not_found"}]})";
        }
        co_return answer;
    }
};

struct Tutorial : ::testing::Test
{
    Tutorial()
    {
        options.dsn = testing::test_dsn();
        options.schema = schema.name();
        options.application_name = "tutorial";
        session connection(options);
        migrate(connection, options);
        sql(text_of("tests/tutorial/gadgets.sql"));
        make_postgres_store(options, epoch)->take_lease("tutorial", 9s);
    }

    pqxx::result sql(const std::string& statements)
    {
        pqxx::connection connection(options.dsn);
        pqxx::work work(connection);
        work.exec("SET search_path = " + schema.name() + ", " + schema.name() + "_sync");
        auto result = work.exec(statements);
        work.commit();
        return result;
    }

    // One row a line, its columns joined by blanks.
    std::string rows(const std::string& query)
    {
        std::string text;
        for (const auto& row : sql(query)) {
            for (const auto& field : row) {
                text += (field.num() == 0 ? "" : " ") + std::string(field.c_str());
            }
            text += "\n";
        }
        return text;
    }

    void sync(bool is_full)
    {
        const auto random = [engine = std::make_shared<std::mt19937_64>(7)] { return (*engine)(); };
        const auto time = make_machine_clock();
        const auto db = make_inline_database(make_postgres_store(options, epoch));
        boost::asio::io_context io(1);
        lanes turns(io.get_executor(), *time, random, governor_options{});
        api_client_options client;
        client.version = "2.14";
        api_client api(workspace, turns, *time, random, "token", client);
        services with{api, *db, *time, random, log, {}, {}};
        const std::vector<record_plan> plans = [] {
            std::vector<record_plan> made;
            made.emplace_back(gadgets_resource, api_version{2, 14});
            return made;
        }();
        engine pulling(with, plans);
        std::exception_ptr trouble;
        std::vector<std::string> failures;
        const auto work = [&]() -> boost::asio::awaitable<void> {
            failures = co_await pulling.sync_once(is_full);
        };
        boost::asio::co_spawn(io, work(), [&](std::exception_ptr error) { trouble = error; });
        io.run();
        if (trouble) {
            std::rethrow_exception(trouble);
        }
        EXPECT_EQ(failures, std::vector<std::string>());
    }

    static json gadget(const std::string& id, const std::string& name, std::int64_t updated_at)
    {
        return {{"type", "gadget"},
                {"id", id},
                {"name", name},
                {"owner", {{"id", 814860}}},
                {"tags", {{"data", {{{"id", "7"}, {"name", "shiny"}}}}}},
                {"created_at", 1'700'000'000},
                {"updated_at", updated_at}};
    }

    gadget_workspace workspace;
    silence log;
    testing::scratch_schema schema;
    session_options options;
    shared_epoch epoch = std::make_shared<std::atomic<std::int64_t>>(0);
};

TEST_F(Tutorial, TheEngineMirrorsAResourceItHasNeverHeardOf)
{
    workspace.gadgets = {{"1", gadget("1", "lamp", 1'700'000'000)},
                         {"2", gadget("2", "fan", 1'700'000'000)}};
    sync(false);
    EXPECT_EQ(rows("SELECT id, name, owner_id FROM live_gadgets ORDER BY id"),
              "1 lamp 814860\n2 fan 814860\n");
    EXPECT_EQ(rows("SELECT * FROM gadget_tags ORDER BY 1"), "1 7\n2 7\n");
    EXPECT_EQ(rows("SELECT * FROM field_drift"), "");

    workspace.gadgets["1"] = gadget("1", "lantern", 1'700'000'100);
    workspace.gadgets["1"]["tags"]["data"] = json::array();
    workspace.gadgets.erase("2");
    sync(true);
    EXPECT_EQ(rows("SELECT id, name FROM live_gadgets"), "1 lantern\n");
    EXPECT_EQ(rows("SELECT id, deletion FROM gadgets WHERE deleted_at IS NOT NULL"), "2 deleted\n");
    EXPECT_EQ(rows("SELECT gadget_id FROM gadget_tags"), "2\n");
}

TEST_F(Tutorial, IsWhatThePageShows)
{
    const std::string page = text_of("docs/adding-a-resource.md");
    for (const std::string file : {"tests/tutorial/gadgets.cpp", "tests/tutorial/gadgets.sql"}) {
        EXPECT_NE(page.find("\n" + text_of(file) + "```"), std::string::npos)
            << file << " is not in the page as it is";
    }
}

} // namespace
} // namespace intercom_mirror
