// What it costs to capture edits made by SQL, as a ratio to the same UPDATE without triggers, in
// the real table with all its indexes, within one run.
#include "schema/catalogue.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/bench/documents.hpp"
#include "tests/bench/plain_postgres.hpp"
#include "tests/support/mirror_schema.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace intercom_mirror::bench {
namespace {

struct measured_edit
{
    std::string_view what;
    std::string_view sets; // {} is the number of the round
};

constexpr measured_edit edits[] = {
    {"one column", "name = 'Round {}'"},
    {"one custom attribute",
     R"(custom_attributes = custom_attributes || '{{"plan": "round {}"}}')"},
};

class contacts_table
{
public:
    explicit contacts_table(int rows)
    {
        schema_.capture_edits();
        fill(rows);
        plain_.run("SET intercom_mirror.apply = 'on'");
        for (const char* resource : {"contacts", "companies"}) {
            plain_.run(fmt::format("SELECT create_object('{0}', name) FROM missing_objects('{0}')",
                                   resource));
        }
        for (const char* name : {"plan", "seats", "trial ends", "beta", "note"}) {
            plain_.run(fmt::format(
                "INSERT INTO data_attributes (_key, model, full_name, name, data_type, synced_at)"
                " VALUES ('{0}', 'contact', 'custom_attributes.{0}', '{0}', '{1}', now())",
                name, name == std::string_view("seats") ? "integer" : "string"));
        }
    }

    double untriggered(const std::string& sets)
    {
        plain_.run("ALTER TABLE contacts DISABLE TRIGGER USER");
        const auto took = time_of(sets);
        plain_.run("ALTER TABLE contacts ENABLE TRIGGER USER");
        return took;
    }

    double captured(const std::string& sets)
    {
        plain_.run("SET intercom_mirror.apply = 'off'");
        const auto took = time_of(sets);
        plain_.run("SET intercom_mirror.apply = 'on'");
        if (plain_.number("SELECT count(*) FROM outbox") !=
            plain_.number("SELECT count(*) FROM contacts")) {
            throw std::runtime_error("not every edit was captured");
        }
        return took;
    }

    // As if all had been sent, and no space were left over from before.
    void settle()
    {
        plain_.run("TRUNCATE outbox CASCADE");
        plain_.run("UPDATE contacts SET _pending = NULL WHERE _pending IS NOT NULL");
        plain_.run("VACUUM FULL ANALYZE contacts");
        plain_.run("CHECKPOINT");
    }

private:
    void fill(int rows)
    {
        session_options options;
        options.dsn = testing::test_dsn();
        options.schema = schema_.name();
        options.application_name = "capture_bench";
        const auto epoch = std::make_shared<std::atomic<std::int64_t>>(0);
        const auto store = make_postgres_store(options, epoch);
        store->take_lease("capture_bench", std::chrono::seconds(9));
        const record_plan plan(*find_resource("contacts"), {2, 14});
        constexpr int page_rows = 150;
        for (int at = 0; at < rows; at += page_rows) {
            std::vector<std::string> documents;
            for (int i = at; i < std::min(at + page_rows, rows); ++i) {
                documents.push_back(contact(i));
            }
            page_work work;
            work.plan = &plan;
            work.records.assign(documents.begin(), documents.end());
            store->apply_page(work);
        }
    }

    double time_of(const std::string& sets)
    {
        const auto begun = std::chrono::steady_clock::now();
        plain_.run("UPDATE contacts SET " + sets);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    }

    testing::mirror_schema schema_;
    plain_postgres plain_{schema_.name()};
};

double median(std::vector<double> of)
{
    std::sort(of.begin(), of.end());
    return of.at(of.size() / 2);
}

int run(int argc, char** argv)
{
    CLI::App app("Measures the capture of edits; needs INTERCOM_MIRROR_TEST_DSN.");
    int rounds = 3;
    int rows = 100'000;
    app.add_option("--rounds", rounds, "of which medians are taken");
    app.add_option("--rows", rows, "contacts edited by one UPDATE");
    CLI11_PARSE(app, argc, argv);

    constexpr double goal = 3;
    contacts_table contacts(rows);
    bool is_good = true;
    int number = 0;
    fmt::print("{:<52}{:>10}{:>14}\n", "", "measured", "goal");
    for (const auto& [what, sets] : edits) {
        std::vector<double> ratios;
        std::vector<double> each;
        for (int round = 0; round < rounds; ++round) {
            contacts.settle();
            const auto plain = contacts.untriggered(fmt::format(fmt::runtime(sets), ++number));
            contacts.settle();
            const auto captured = contacts.captured(fmt::format(fmt::runtime(sets), ++number));
            ratios.push_back(captured / plain);
            each.push_back(captured / rows * 1e6);
        }
        const auto ratio = median(ratios);
        fmt::print("{:<52}{:>10.2f}\n", fmt::format("{}: µs a row, captured", what), median(each));
        fmt::print("{:<52}{:>10.2f}{:>14}{}\n", fmt::format("{}: captured / untriggered", what),
                   ratio, fmt::format("<= {:g}", goal), ratio <= goal ? "" : "   MISSED");
        std::fflush(stdout);
        is_good = is_good && ratio <= goal;
    }
    return is_good ? 0 : 1;
}

} // namespace
} // namespace intercom_mirror::bench

int main(int argc, char** argv)
{
    return intercom_mirror::bench::run(argc, argv);
}
