// How fast pages get into the tables, as ratios to what PostgreSQL does with the same rows in the
// same tables, all within one run.
#include "schema/catalogue.hpp"
#include "sync/store/postgres_store.hpp"
#include "tests/bench/documents.hpp"
#include "tests/bench/plain_postgres.hpp"
#include "tests/support/mirror_schema.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

namespace intercom_mirror::bench {
namespace {

using seconds = std::chrono::duration<double>;

template <typename Work>
double time_of(const Work& work)
{
    const auto begun = std::chrono::steady_clock::now();
    work();
    return seconds(std::chrono::steady_clock::now() - begun).count();
}

double median(std::vector<double> of)
{
    std::sort(of.begin(), of.end());
    return of.at(of.size() / 2);
}

// Documents of one resource, in pages as they come.
struct workload
{
    std::string resource;
    projection from = projection::list;
    std::vector<std::vector<std::string>> pages;
    record_plan plan{*find_resource(resource), {2, 14}};

    [[nodiscard]] std::size_t records() const { return pages.size() * pages.front().size(); }
};

workload contacts(int pages)
{
    workload made{"contacts", projection::list, {}};
    for (int page = 0; page < pages; ++page) {
        auto& records = made.pages.emplace_back();
        for (int at = 0; at < 150; ++at) {
            records.push_back(contact(page * 150 + at));
        }
    }
    return made;
}

workload conversations(int pages)
{
    workload made{"conversations", projection::get, {}};
    for (int page = 0; page < pages; ++page) {
        auto& records = made.pages.emplace_back();
        for (int at = 0; at < 64; ++at) {
            records.push_back(conversation(page * 64 + at, 20));
        }
    }
    return made;
}

page_work work_of(const record_plan& plan, projection from, const std::vector<std::string>& page)
{
    page_work work;
    work.plan = &plan;
    work.from = from;
    work.records.assign(page.begin(), page.end());
    return work;
}

// A migrated schema and the store's ways into it.
class mirror
{
public:
    // Once the first mirror is complete, all pages are stored under these.
    void complete_tables()
    {
        for (const std::string name : {"contacts", "conversations"}) {
            plain_.run(
                fmt::format("SELECT create_object('{0}', name) FROM missing_objects('{0}')", name));
        }
    }

    std::unique_ptr<store> connect()
    {
        session_options options;
        options.dsn = testing::test_dsn();
        options.schema = schema_.name();
        options.application_name = "store_bench";
        auto made = make_postgres_store(options, epoch_);
        if (*epoch_ == 0) {
            made->take_lease("store_bench", std::chrono::seconds(9));
        }
        return made;
    }

    plain_postgres& plain() { return plain_; }
    [[nodiscard]] const std::string& schema() const { return schema_.name(); }

    void empty()
    {
        plain_.run("TRUNCATE contacts, companies, conversations, refetch, stream_state CASCADE");
        plain_.run("CHECKPOINT");
    }

    std::int64_t rows(const workload& load)
    {
        std::set<std::string_view> tables;
        std::int64_t all = 0;
        for (const auto& table : load.plan.tables()) {
            if (tables.insert(table.name).second) {
                all += plain_.number(fmt::format("SELECT count(*) FROM {}", table.name));
            }
        }
        return all;
    }

    // The statistics of a session are complete when it has ended.
    std::int64_t statistic(std::string_view expression)
    {
        while (plain_.number("SELECT count(*) FROM pg_stat_activity"
                             " WHERE application_name = 'store_bench'") != 0) {
            std::this_thread::yield();
        }
        return plain_.number(
            fmt::format("SELECT coalesce(sum({}), 0)::bigint FROM pg_stat_user_tables"
                        " WHERE schemaname = '{}'",
                        expression, schema_.name()));
    }

    std::int64_t wal_bytes()
    {
        return plain_.number("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint");
    }

private:
    testing::mirror_schema schema_;
    plain_postgres plain_{schema_.name()};
    shared_epoch epoch_ = std::make_shared<std::atomic<std::int64_t>>(0);
};

// With as many connections as given, each taking the next page that nobody took.
double store_time(mirror& into, const workload& load, std::size_t connections)
{
    std::vector<std::unique_ptr<store>> stores;
    for (std::size_t i = 0; i < connections; ++i) {
        stores.push_back(into.connect());
        stores.back()->has_schema(); // connects
    }
    // Each page moves the cursor of a slice, in the same transaction; slices are walked apart.
    std::vector<time_slice> slices(connections);
    for (std::size_t i = 0; i < connections; ++i) {
        slices[i].number = static_cast<int>(i);
    }
    stores.front()->save_slices(load.resource, "mirror", wall_time(), slices);
    std::atomic<std::size_t> next = 0;
    const auto serve = [&](std::size_t by) {
        for (std::size_t at = next++; at < load.pages.size(); at = next++) {
            auto work = work_of(load.plan, load.from, load.pages[at]);
            work.progress =
                checkpoint{"mirror", static_cast<int>(by), std::to_string(at), at, false};
            stores[by]->apply_page(work);
        }
    };
    return time_of([&] {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < connections; ++i) {
            threads.emplace_back([&, i] { serve(i); });
        }
        serve(0);
    });
}

// The rows the store made of a workload, page by page, for its rivals.
struct rival_rows
{
    std::vector<std::vector<copied_rows>> copied;
    std::vector<std::vector<fetched_rows>> fetched;
};

rival_rows take_rows(mirror& from, const workload& load)
{
    rival_rows taken;
    for (const auto& page : load.pages) {
        std::vector<std::string> keys;
        for (const auto& record : page) {
            keys.push_back(load.plan.scan(record).key);
        }
        auto& copied = taken.copied.emplace_back();
        auto& fetched = taken.fetched.emplace_back();
        std::set<std::string_view> tables;
        for (const auto& table : load.plan.tables()) {
            const auto column = table.described == nullptr
                                    ? load.plan.described().key
                                    : table.columns[table.parent_column].name;
            if (!tables.insert(table.name).second ||
                from.plain().number(fmt::format("SELECT count(*) FROM {}", table.name)) == 0) {
                continue;
            }
            copied.push_back(from.plain().copy_out(table.name, column, keys));
            fetched.push_back(from.plain().fetch(table.name, column, keys));
        }
    }
    return taken;
}

// One transaction a page, as the store.
template <typename Pages, typename Send>
double rival_time(mirror& into, const Pages& pages, const Send& send)
{
    plain_postgres connection(into.schema());
    return time_of([&] {
        for (const auto& page : pages) {
            connection.run("BEGIN");
            for (const auto& rows : page) {
                send(connection, rows);
            }
            connection.run("COMMIT");
        }
    });
}

struct figures
{
    std::vector<double> store, two, copy, one_by_one, unchanged, wal, dead, written;
};

void expect_rows(mirror& in, const workload& load, std::int64_t wanted, std::string_view after)
{
    if (const auto found = in.rows(load); found != wanted) {
        throw std::runtime_error(
            fmt::format("{} rows of {} after {}, not {}", found, load.resource, after, wanted));
    }
}

void read_again(mirror& into, const workload& load, figures& made)
{
    const auto changes = "n_tup_ins + n_tup_upd + n_tup_del";
    const auto written = into.statistic(changes);
    const auto dead = into.statistic("n_dead_tup");
    const auto wal = into.wal_bytes();
    made.unchanged.push_back(store_time(into, load, 1));
    made.wal.push_back(static_cast<double>(into.wal_bytes() - wal) /
                       static_cast<double>(load.records()));
    made.dead.push_back(static_cast<double>(into.statistic("n_dead_tup") - dead));
    made.written.push_back(static_cast<double>(into.statistic(changes) - written));
}

figures measure(mirror& into, const workload& load, int rounds)
{
    figures made;
    rival_rows taken;
    std::int64_t rows = 0;
    for (int round = 0; round < rounds; ++round) {
        into.empty();
        made.store.push_back(store_time(into, load, 1));
        if (round == 0) {
            rows = into.rows(load);
            taken = take_rows(into, load);
        }
        expect_rows(into, load, rows, "the store");
        read_again(into, load, made);

        into.empty();
        made.copy.push_back(rival_time(
            into, taken.copied, [](plain_postgres& by, const auto& page) { by.copy_in(page); }));
        expect_rows(into, load, rows, "COPY");

        into.empty();
        made.two.push_back(store_time(into, load, 2));
        expect_rows(into, load, rows, "two connections");

        into.empty();
        made.one_by_one.push_back(
            rival_time(into, taken.fetched,
                       [](plain_postgres& by, const auto& page) { by.upsert_one_by_one(page); }));
        expect_rows(into, load, rows, "upserts row by row");
    }
    return made;
}

// Prints one line a figure, and remembers whether all goals were met.
class report
{
public:
    report() { fmt::print("{:<52}{:>10}{:>14}\n", "", "measured", "goal"); }

    void at_least(std::string_view what, double measured, double goal)
    {
        line(what, measured, fmt::format(">= {:g}", goal), measured >= goal);
    }
    void at_most(std::string_view what, double measured, double goal)
    {
        line(what, measured, fmt::format("<= {:g}", goal), measured <= goal);
    }
    static void note(std::string_view what, double measured)
    {
        fmt::print("{:<52}{:>10.2f}\n", what, measured);
        std::fflush(stdout);
    }

    [[nodiscard]] bool is_good() const { return is_good_; }

private:
    void line(std::string_view what, double measured, const std::string& goal, bool is_met)
    {
        fmt::print("{:<52}{:>10.2f}{:>14}{}\n", what, measured, goal, is_met ? "" : "   MISSED");
        std::fflush(stdout);
        is_good_ = is_good_ && is_met;
    }

    bool is_good_ = true;
};

// The median of the rounds' ratios: what disturbs the machine for longer than a step disturbs both.
double ratio(const std::vector<double>& of, const std::vector<double>& to)
{
    std::vector<double> each;
    for (std::size_t i = 0; i < of.size(); ++i) {
        each.push_back(of[i] / to[i]);
    }
    return median(each);
}

void compare(mirror& into, const workload& load, int rounds, report& to)
{
    const auto made = measure(into, load, rounds);
    const auto& name = load.resource;
    report::note(fmt::format("{}: records/s, one connection", name),
                 static_cast<double>(load.records()) / median(made.store));
    report::note(fmt::format("{}: records/s, binary COPY", name),
                 static_cast<double>(load.records()) / median(made.copy));
    to.at_least(fmt::format("{}: rate / rate of binary COPY", name), ratio(made.copy, made.store),
                0.5);
    to.at_least(fmt::format("{}: rate / rate of upserts row by row", name),
                ratio(made.one_by_one, made.store), 1.5);
    to.at_least(fmt::format("{}: two connections / one", name), ratio(made.store, made.two), 1.5);
    to.at_least(fmt::format("{}: unchanged / first load", name), ratio(made.store, made.unchanged),
                8);
    to.at_most(fmt::format("{}: WAL bytes a record, unchanged", name), median(made.wal), 10);
    to.at_most(fmt::format("{}: dead tuples, unchanged", name), median(made.dead), 0);
    to.at_most(fmt::format("{}: rows written, unchanged", name), median(made.written), 0);
}

// A plan made for an empty table turns a first mirror quadratic: the last rows tell.
void stay_flat(mirror& into, int rows, report& to)
{
    const record_plan plan(*find_resource("contacts"), {2, 14});
    const auto store = into.connect();
    const int pages = rows / 150;
    const int tenth = pages / 10;
    double first = 0;
    double last = 0;
    for (int page = 0; page < pages; ++page) {
        std::vector<std::string> records;
        for (int at = 0; at < 150; ++at) {
            records.push_back(contact(page * 150 + at));
        }
        const auto took =
            time_of([&] { store->apply_page(work_of(plan, projection::list, records)); });
        if (page < tenth) {
            first += took;
        } else if (page >= pages - tenth) {
            last += took;
        }
    }
    to.at_least(fmt::format("contacts: last tenth of {} / first tenth", rows), first / last, 0.8);
}

int run(int argc, char** argv)
{
    CLI::App app("Measures the store; needs INTERCOM_MIRROR_TEST_DSN.");
    int rounds = 5;
    int rows = 1'000'000;
    int pages = 100;
    app.add_option("--rounds", rounds, "of which medians are taken");
    app.add_option("--rows", rows, "contacts of the test for flatness; 0 leaves it out");
    app.add_option("--pages", pages, "of contacts in a round; of conversations 2/5 of it");
    CLI11_PARSE(app, argc, argv);

    mirror into;
    into.complete_tables();
    report to;
    compare(into, contacts(pages), rounds, to);
    compare(into, conversations(pages * 2 / 5), rounds, to);
    if (rows != 0) {
        mirror first;
        stay_flat(first, rows, to);
    }
    return to.is_good() ? 0 : 1;
}

} // namespace
} // namespace intercom_mirror::bench

int main(int argc, char** argv)
{
    return intercom_mirror::bench::run(argc, argv);
}
