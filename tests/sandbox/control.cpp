#include "tests/sandbox/control.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <string>

//   GET    /_sandbox/truth/RESOURCE   NDJSON, see truth.cpp
//   GET    /_sandbox/stats            see stats.hpp; POST /_sandbox/stats/reset starts again
//   POST   /_sandbox/mutate           {"times":N}: N changes at once; {"rate":N}: N per second
//   POST   /_sandbox/faults           switches one on, see faults.hpp
//   GET    /_sandbox/faults           how often which kind struck: {"server_error":3,…}
//   DELETE /_sandbox/faults           switches all off; a revoked token is good again
//   POST   /_sandbox/webhooks         {"url":…,"secret":…}: tells that URL what happens, from now
//   on GET    /_sandbox/webhooks         how many, see webhooks.hpp; DELETE ends them GET
//   /_sandbox/writes           NDJSON of the writes carried out, see journal.hpp;
//                                     ?after=N: those after number N
//   GET    /_sandbox/writes/counts    how often each operation was carried out, or refused
//   DELETE /_sandbox/writes           forgets them
namespace intercom_sandbox {
namespace {

using json = nlohmann::json;

response reply(unsigned status, std::string body, std::string_view type = "application/json")
{
    response r;
    r.status = status;
    r.is_control = true;
    r.headers.emplace_back("Content-Type", type);
    r.body = std::move(body);
    return r;
}

response mutate(workspace& of, const std::string& body, time_point now)
{
    const json wanted = json::parse(body, nullptr, false);
    const bool has_rate =
        wanted.is_object() && wanted.contains("rate") && wanted["rate"].is_number();
    const bool has_times =
        wanted.is_object() && wanted.contains("times") && wanted["times"].is_number_unsigned();
    if (has_rate == has_times) {
        return reply(400, R"({"error":"either rate or times is expected"})");
    }
    if (has_times) {
        of.mutate(now, wanted["times"].get<unsigned>());
    } else {
        of.set_mutation_rate(wanted["rate"].get<double>(), now);
    }
    return reply(200, "{}");
}

response listen(workspace& of, const std::string& body, time_point now)
{
    const json wanted = json::parse(body, nullptr, false);
    const auto text = [&wanted](const char* name) {
        const bool is_text =
            wanted.is_object() && wanted.contains(name) && wanted[name].is_string();
        return is_text ? wanted[name].get<std::string>() : "";
    };
    if (!text("url").starts_with("http://127.0.0.1:")) {
        return reply(400, R"({"error":"url must begin with http://127.0.0.1:PORT"})");
    }
    of.listen(text("url"), text("secret"), now);
    return reply(200, "{}");
}

} // namespace

response answer_control(workspace& of, const request& asked, const target_parts& target,
                        time_point now)
{
    std::string path;
    for (std::size_t i = 1; i < target.path.size(); ++i) {
        path += "/" + target.path[i];
    }
    const std::string what = asked.method + " " + path;
    if (what.starts_with("GET /truth/")) {
        return reply(200, of.truth(target.path.back()), "application/x-ndjson");
    }
    if (what == "GET /stats") {
        return reply(200, of.stats());
    }
    if (what == "POST /stats/reset") {
        of.reset_stats();
        return reply(200, "{}");
    }
    if (what == "POST /mutate") {
        return mutate(of, asked.body, now);
    }
    if (what == "POST /faults") {
        return of.add_fault(asked.body) ? reply(200, "{}")
                                        : reply(400, R"({"error":"not a fault"})");
    }
    if (what == "GET /faults") {
        return reply(200, of.faults_fired());
    }
    if (what == "POST /webhooks") {
        return listen(of, asked.body, now);
    }
    if (what == "GET /webhooks") {
        return reply(200, of.webhook_counts());
    }
    if (what == "DELETE /webhooks") {
        of.stop_listening();
        return reply(200, "{}");
    }
    if (what == "GET /writes") {
        const std::string after = target.parameter("after").value_or("0");
        return reply(200, of.writes(std::strtoull(after.c_str(), nullptr, 10)),
                     "application/x-ndjson");
    }
    if (what == "GET /writes/counts") {
        return reply(200, of.write_counts());
    }
    if (what == "DELETE /writes") {
        of.forget_writes();
        return reply(200, "{}");
    }
    if (what == "DELETE /faults") {
        of.clear_faults();
        return reply(200, "{}");
    }
    return reply(404, R"({"error":"no such control"})");
}

} // namespace intercom_sandbox
