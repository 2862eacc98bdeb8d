#include "daemon/assembly.hpp"
#include "sync/pull/page_reader.hpp"
#include "sync/pull/search_query.hpp"
#include "sync/store/migrate.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>

namespace intercom_mirror {
namespace {

// Search pages and webhooks are compared with Intercom's clock by the minute; more is a wrong
// clock.
constexpr auto clock_skew_max = std::chrono::seconds(30);

// Findings, one line each.
class findings
{
public:
    explicit findings(std::ostream& out) : out_(out) {}

    void good(std::string_view about, std::string_view what) { line("ok", about, what); }
    void bad(std::string_view about, std::string_view what)
    {
        is_all_good_ = false;
        line("PROBLEM", about, what);
    }
    [[nodiscard]] bool is_all_good() const { return is_all_good_; }

private:
    void line(std::string_view verdict, std::string_view about, std::string_view what)
    {
        out_ << fmt::format("{:<8} {:<22} {}\n", verdict, about, what);
    }

    std::ostream& out_;
    bool is_all_good_ = true;
};

void check_database(const options& settings, findings& found)
{
    try {
        const auto options = session_for(settings, false);
        session connection(options);
        const auto missing = check_migrations(connection, options);
        if (missing.applied.empty()) {
            found.good("schema", "up to date");
        } else {
            found.good("schema", fmt::format("{} migrations will be applied by run or migrate",
                                             missing.applied.size()));
        }
    } catch (const schema_mismatch& mismatch) {
        found.bad("schema", mismatch.what());
    } catch (const std::exception& error) {
        found.bad("PostgreSQL", error.what());
    }
}

void check_clock(const std::optional<wall_time>& server, wall_time ours, findings& found)
{
    if (!server) {
        found.bad("clock", "Intercom's answers bear no date");
        return;
    }
    const auto skew = std::chrono::abs(std::chrono::round<std::chrono::seconds>(ours - *server));
    const auto text = fmt::format("{} s from Intercom's", skew.count());
    skew > clock_skew_max ? found.bad("clock", text) : found.good("clock", text);
}

// One small request for each resource: whether the token's permissions reach it.
boost::asio::awaitable<void> check_resource(services& with, const record_plan& plan,
                                            findings& found)
{
    const auto& described = plan.described();
    page_source source;
    if (described.searching.exists(plan.version()) && described.searching.is_complete) {
        source = source_of(described.searching, search_query::equals("id", "0"), lane::polls);
    }
    for (const auto& each : described.listings) {
        // A scroll would stay open for a minute.
        if (source.target.empty() && each.by != paging::scroll &&
            each.versions.holds(plan.version())) {
            source = source_of(each, lane::polls);
        }
    }
    if (source.target.empty()) {
        found.good(described.name, "read one by one, as far as they are known");
        co_return;
    }
    source.page_size = std::min(source.page_size, 1U);
    std::string trouble;
    try {
        page_reader reader(with, std::move(source));
        co_await reader.next();
    } catch (const resource_forbidden& forbidden) {
        trouble = forbidden.what();
    } catch (const walk_broken& broken) {
        trouble = broken.what();
    } catch (const malformed_page& malformed) {
        trouble = malformed.what();
    }
    trouble.empty() ? found.good(described.name, "readable") : found.bad(described.name, trouble);
}

boost::asio::awaitable<exit_code> check_intercom(services& with, std::span<const record_plan> plans,
                                                 findings& found)
{
    std::string dead;
    try {
        auto asked = get_request("/me", lane::polls, "GET /me");
        const auto reply = co_await with.api.call(std::move(asked));
        if (reply.kind == answer::version_invalid) {
            found.bad("api_version", fmt::format("the workspace refuses it: {} {}",
                                                 reply.error_code, reply.error_message));
            co_return exit_code::done;
        }
        const auto me = nlohmann::json::parse(reply.body, nullptr, false);
        const auto app =
            me.is_object() && me.contains("app") ? me["app"] : nlohmann::json::object();
        found.good("token", fmt::format("belongs to workspace {} ({})", app.value("name", "?"),
                                        app.value("id_code", "?")));
        check_clock(reply.server_date, with.time.wall(), found);
        for (const auto& plan : plans) {
            co_await check_resource(with, plan, found);
        }
    } catch (const token_rejected& rejected) {
        dead = fmt::format("needs_token: {}", rejected.what());
    } catch (const api_failure& failure) {
        dead = failure.what();
    }
    if (!dead.empty()) {
        found.bad("Intercom", dead);
    }
    co_return exit_code::done;
}

} // namespace

exit_code check(const global_arguments& global, std::ostream& out)
{
    const auto begun = load_setup(global);
    findings found(out);
    found.good("configuration", "readable");
    check_database(begun.settings, found);
    assembly parts(begun, {});
    auto& with = parts.with();
    const auto work = [&]() -> boost::asio::awaitable<exit_code> {
        return check_intercom(with, parts.plans(), found);
    };
    parts.run(work);
    return found.is_all_good() ? exit_code::done : exit_code::found_a_problem;
}

} // namespace intercom_mirror
