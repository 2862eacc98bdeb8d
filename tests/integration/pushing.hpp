#pragma once

#include "schema/catalogue.hpp"
#include "sync/pull/refetcher.hpp"
#include "sync/push/pusher.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/sandbox/workspace.hpp"
#include "tests/sim/workspace_transport.hpp"
#include "tests/support/edited_mirror.hpp"
#include "tests/support/plans.hpp"
#include "tests/support/sim_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace intercom_mirror {

using json = nlohmann::json;
using namespace std::chrono_literals;

class silent_sink final : public event_sink
{
public:
    void report(severity, std::string_view, std::span<const event_field>) override {}
};

// Edits made by SQL, the real store, and a simulated workspace under simulated time.
struct Push : ::testing::Test
{
    const api_version version;
    testing::edited_mirror mirror;
    std::unique_ptr<pqxx::connection> editor = mirror.connect("editor");
    testing::sim_clock time;
    intercom_sandbox::workspace world{workspace_options(), server_start()};
    intercom_simulation::workspace_transport wire{world, time, conditions(), 1};
    shared_epoch epoch = std::make_shared<std::atomic<std::int64_t>>(0);
    store* on = nullptr;
    std::unique_ptr<database> db;
    std::vector<record_plan> plans;
    silent_sink log;
    std::mt19937_64 dice{1};
    push_rules rules{{}, {version, "0"}};
    boost::asio::io_context io{1};
    std::unique_ptr<lanes> turns;
    std::unique_ptr<api_client> api;
    std::unique_ptr<services> with;
    std::unique_ptr<pusher> pushing;
    std::string person;
    std::exception_ptr failure;

    static intercom_sandbox::options workspace_options()
    {
        intercom_sandbox::options made;
        made.nasty = false;
        made.companies = 5;
        made.contacts = 20;
        made.conversations = 10;
        made.tickets = 10;
        return made;
    }
    static wall_time server_start() { return testing::sim_clock::usual_start; }
    static intercom_simulation::network conditions()
    {
        intercom_simulation::network made;
        made.server_start = server_start();
        return made;
    }

    explicit Push(api_version spoken = {2, 14}) : version(spoken)
    {
        session_options options;
        options.dsn = testing::test_dsn();
        options.schema = mirror.name();
        options.application_name = "push_test";
        auto made = make_postgres_store(options, epoch);
        on = made.get();
        db = make_inline_database(std::move(made));
        on->take_lease("push_test", 9s);
        on->take_push_settings({version, {}});
        for (const auto* each : catalogue()) {
            if (each->versions.holds(version)) {
                plans.emplace_back(*each, version, testing::optional_tables());
            }
        }
        start();
        rules.requests.acting_admin = listed("/admins", "admins")[0]["id"].get<std::string>();
        start();
        person = listed("/contacts?per_page=5", "data")[0]["id"].get<std::string>();
        mirror_one("contacts", person);
        world.forget_writes();
    }
    ~Push() override
    {
        pushing.reset();
        with.reset();
        api.reset();
        turns.reset();
    }

    // As a process begins: what another one knew is gone.
    void start()
    {
        const random_source random = [this] { return dice(); };
        pushing.reset();
        with.reset();
        api.reset();
        turns = std::make_unique<lanes>(io.get_executor(), time, random, governor_options{});
        api_client_options options;
        options.version = to_string(version);
        api = std::make_unique<api_client>(wire, *turns, time, random, "secret", options);
        with = std::make_unique<services>(services{*api, *db, time, random, log, {}, {}});
        pushing = std::make_unique<pusher>(*with, plans, rules);
    }

    void push()
    {
        bool is_over = false;
        boost::asio::co_spawn(io, pushing->push_once(), [&](std::exception_ptr error) {
            is_over = true;
            failure = error;
        });
        time.run_until(io, instant::max(), [&] { return is_over; });
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
    std::vector<std::string> preview()
    {
        std::vector<std::string> lines;
        bool is_over = false;
        boost::asio::co_spawn(io, pushing->preview(),
                              [&](std::exception_ptr error, std::vector<std::string> made) {
                                  is_over = true;
                                  failure = error;
                                  lines = std::move(made);
                              });
        time.run_until(io, instant::max(), [&] { return is_over; });
        return lines;
    }
    // What is noted of contacts, as the daemon does beside.
    void read_noted()
    {
        const auto contacts = std::ranges::find_if(
            plans, [](const auto& each) { return each.described().name == "contacts"; });
        refetcher reading(*with, *contacts);
        reading.stop_when_drained();
        bool is_over = false;
        boost::asio::co_spawn(io, reading.run(), [&](std::exception_ptr error) {
            is_over = true;
            failure = error;
        });
        time.run_until(io, instant::max(), [&] { return is_over; });
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
    void pass(duration span) { time.run_for(io, span); }

    json ask(const std::string& method, const std::string& target, const json& body = nullptr)
    {
        intercom_sandbox::request asked{method, target, {{"Authorization", "Bearer secret"}}, ""};
        if (!body.is_null()) {
            asked.headers.emplace_back("Content-Type", "application/json");
            asked.body = body.dump();
        }
        return json::parse(world.answer(asked, wire.server_time()).body);
    }
    json listed(const std::string& target, const std::string& key)
    {
        return ask("GET", target)[key];
    }
    void mirror_one(const std::string& resource, const std::string& id)
    {
        for (const auto& plan : plans) {
            if (plan.described().name == resource) {
                const auto document = ask("GET", "/" + resource + "/" + id).dump();
                page_work work;
                work.plan = &plan;
                work.from = projection::get;
                work.records = {document};
                on->apply_page(work);
            }
        }
    }
    std::string some_ticket()
    {
        const json query{{"field", "created_at"}, {"operator", ">"}, {"value", 1}};
        return ask("POST", "/tickets/search", {{"query", query}})["tickets"][0]["id"];
    }
    json remote(const std::string& what = "") { return ask("GET", "/contacts/" + person + what); }

    void edit(const std::string& statement) { testing::run(*editor, statement); }
    void update(const std::string& set)
    {
        edit("UPDATE contacts SET " + set + " WHERE id = '" + person + "'");
    }
    std::string asked(const std::string& query)
    {
        const auto found = mirror.write(query);
        return found.size() != 1       ? std::to_string(found.size()) + " rows"
               : found[0][0].is_null() ? "null"
                                       : found[0][0].as<std::string>();
    }
    std::string row(const std::string& what)
    {
        return asked("SELECT " + what + " FROM contacts WHERE id = '" + person + "'");
    }
    std::string fates() { return asked("SELECT string_agg(state, ' ' ORDER BY id) FROM outbox"); }
    // "PUT /contacts/1 {…}" of each write the workspace carried out.
    std::vector<std::string> writes() const
    {
        std::vector<std::string> all;
        const std::string text = world.writes();
        std::string_view rest = text;
        while (!rest.empty()) {
            const auto line = json::parse(rest.substr(0, rest.find('\n')));
            rest.remove_prefix(rest.find('\n') + 1);
            const auto operation = line["operation"].get<std::string>();
            all.push_back(operation.substr(0, operation.find(' ')) + " " +
                          line["target"].get<std::string>() +
                          (line["body"].is_null() ? "" : " " + line["body"].dump()));
        }
        return all;
    }
    std::string put(const std::string& body) const
    {
        return "PUT /contacts/" + person + " " + body;
    }
};

} // namespace intercom_mirror
