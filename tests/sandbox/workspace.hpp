#pragma once

#include "tests/sandbox/http.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_sandbox {

struct delivery;

struct options
{
    unsigned companies = 50;
    unsigned contacts = 300;
    unsigned conversations = 100;
    unsigned tickets = 40;
    std::uint64_t seed = 1;
    std::string api_version = "2.14"; // for requests that name none
    unsigned rate_limit = 0;          // requests per window of 10 s; 0: none
    std::chrono::microseconds index_lag{0};
    std::string timezone = "America/New_York";
    std::string region = "US";
    bool nasty = true;          // data of every awkward kind
    unsigned parts_max = 620;   // of the longest conversations; GET shows the 500 newest
    unsigned scroll_page = 100; // companies in a page of the scroll
    std::string token;          // the one accepted; empty: any
    double mutations_per_second = 0;
    bool compresses = false; // answers come gzipped where the client accepts that
};

// A simulated Intercom workspace: a model of the data and of the API's rules, without sockets,
// threads, wall clock or chance. Tests call it directly under simulated time; the server puts it
// behind HTTP. The caller brings the time, which never runs backwards.
class workspace
{
public:
    // All dates of the initial population lie before `start`. Throws std::runtime_error for an
    // unknown version or time zone.
    workspace(const options& wanted, time_point start);
    ~workspace();
    workspace(const workspace&) = delete;
    workspace& operator=(const workspace&) = delete;

    // Every request is answered here, of the API as well as of /_sandbox/ (see control.cpp).
    response answer(const request& asked, time_point now);

    // Makes random changes of every kind, seeded.
    void mutate(time_point now, unsigned times = 1);
    // Changes per second from now on. They happen whenever time passes (`answer`, `pass_time`).
    void set_mutation_rate(double per_second, time_point now);
    void pass_time(time_point now);

    // The internal state as NDJSON; the format is described in truth.cpp.
    [[nodiscard]] std::string truth(std::string_view resource) const;

    // Switches a fault on, as JSON (see faults.hpp); false when it is not understood.
    bool add_fault(std::string_view json);
    void clear_faults();
    // How often faults struck since the start, as a JSON object of kind and number.
    [[nodiscard]] std::string faults_fired() const;

    // Webhooks for what happens from now on, see webhooks.hpp. The caller carries out what is due
    // and reports what became of it.
    void listen(std::string url, std::string secret, time_point now);
    void stop_listening();
    std::vector<delivery> take_webhooks(time_point now, std::size_t most);
    void report_webhook(std::uint64_t number, bool is_accepted, time_point now);
    [[nodiscard]] std::string webhook_counts() const;

    // What was written through the API, as NDJSON and as counts; formats in journal.hpp.
    [[nodiscard]] std::string writes(std::uint64_t after = 0) const;
    [[nodiscard]] std::string write_counts() const;
    void forget_writes();

    [[nodiscard]] std::string stats() const;
    void reset_stats();
    // Compresses some records that never were, ahead of their being asked for; false when none is
    // left.
    bool prepare(unsigned records);
    // The server tells how many requests it is working on.
    void count_in_flight(std::size_t requests);

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace intercom_sandbox
