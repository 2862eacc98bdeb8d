#include "tests/sandbox/server.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using intercom_sandbox::server_options;
using std::chrono::milliseconds;

// The number at the beginning of `text`, which loses it.
double take_number(std::string& text)
{
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const auto length = static_cast<std::size_t>(end - text.c_str());
    if (length == 0 || number < 0) {
        throw CLI::ValidationError("a number is expected: " + text);
    }
    text.erase(0, length);
    return number;
}

// "20ms", "1s", "0"
milliseconds parse_span(const std::string& text)
{
    std::string unit = text;
    const double number = take_number(unit);
    if (unit != "ms" && unit != "s" && !(unit.empty() && number == 0)) {
        throw CLI::ValidationError("a time needs a unit, ms or s: " + text);
    }
    return milliseconds(static_cast<std::int64_t>(unit == "s" ? number * 1000 : number));
}

void parse_latency(const std::string& text, server_options& wanted)
{
    const auto dash = text.find('-');
    wanted.latency_min = parse_span(text.substr(0, dash));
    wanted.latency_max =
        dash == std::string::npos ? wanted.latency_min : parse_span(text.substr(dash + 1));
    if (wanted.latency_max < wanted.latency_min) {
        throw CLI::ValidationError("--latency takes the shorter time first");
    }
}

// "50/s" or "50"
double parse_rate(std::string text)
{
    const double number = take_number(text);
    if (!text.empty() && text != "/s") {
        throw CLI::ValidationError("--mutate takes changes per second: 50/s");
    }
    return number;
}

} // namespace

int main(int argc, char** argv)
{
    server_options wanted;
    auto& world = wanted.workspace;
    world.companies = 100;
    world.contacts = 1'000;
    world.conversations = 500;
    world.tickets = 200;
    wanted.stops_on_signals = true;
    std::string latency = "0";
    std::string mutations = "0";
    std::string lag = "0";
    std::string port_file;
    bool is_plain = false;
    bool is_unpacked = false;

    CLI::App app(
        "A simulated Intercom workspace on the loopback interface, for development and tests");
    app.add_option("--companies", world.companies, "how many companies")->capture_default_str();
    app.add_option("--contacts", world.contacts, "how many contacts")->capture_default_str();
    app.add_option("--conversations", world.conversations, "how many conversations")
        ->capture_default_str();
    app.add_option("--tickets", world.tickets, "how many tickets")->capture_default_str();
    app.add_option("--seed", world.seed, "the same seed gives the same workspace")
        ->capture_default_str();
    app.add_option("--latency", latency, "time to answer: 50ms, or 20ms-200ms")
        ->capture_default_str();
    app.add_option("--rate-limit", world.rate_limit, "requests per 10 s; 0: no limit")
        ->capture_default_str();
    app.add_option("--api-version", world.api_version, "version of requests that name none")
        ->capture_default_str();
    app.add_option("--port", wanted.port, "0: any free port")->capture_default_str();
    app.add_option("--port-file", port_file, "write the port number to this file");
    app.add_option("--mutate", mutations, "random changes in the background: 50/s")
        ->capture_default_str();
    app.add_option("--index-lag", lag, "how far search and lists are behind: 5s")
        ->capture_default_str();
    app.add_option("--timezone", world.timezone, "of the workspace")->capture_default_str();
    app.add_option("--region", world.region, "US, EU or AU")->capture_default_str();
    app.add_option("--max-parts", world.parts_max, "parts of the longest conversations")
        ->capture_default_str();
    app.add_option("--token", world.token, "the one accepted; any if not given");
    app.add_flag("--plain", is_plain, "ordinary data only");
    app.add_flag("--no-gzip", is_unpacked, "answers are never compressed");
    app.add_option("--webhook-url", wanted.webhook_url,
                   "told what happens: http://127.0.0.1:8750/webhooks/intercom")
        ->check([](const std::string& url) {
            return url.starts_with("http://127.0.0.1:")
                       ? std::string()
                       : "a URL of this machine is expected: http://127.0.0.1:PORT/PATH";
        });
    app.add_option("--webhook-secret", wanted.webhook_secret,
                   "the client secret that signs webhooks");
    app.add_option("--tls-cert", wanted.tls_certificate, "PEM file; serves HTTPS")
        ->check(CLI::ExistingFile);
    app.add_option("--tls-key", wanted.tls_key, "PEM file")->check(CLI::ExistingFile);
    try {
        app.parse(argc, argv);
        parse_latency(latency, wanted);
        world.mutations_per_second = parse_rate(mutations);
        world.index_lag = parse_span(lag);
        world.nasty = !is_plain;
        world.compresses = !is_unpacked;
        intercom_sandbox::server server(wanted);
        fmt::print("listening on {}://127.0.0.1:{}\n",
                   wanted.tls_certificate.empty() ? "http" : "https", server.port());
        std::fflush(stdout);
        if (!port_file.empty()) {
            // Renamed into place, so that whoever waits for the file never reads half of it.
            std::ofstream(port_file + ".new") << server.port() << '\n';
            std::filesystem::rename(port_file + ".new", port_file);
        }
        server.run();
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        fmt::print(stderr, "intercom-sandbox: {}\n", error.what());
        return 1;
    }
}
