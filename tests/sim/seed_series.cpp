#include "tests/sim/seed_series.hpp"

#include "tests/sim/simulation.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace intercom_simulation {
namespace {

// A seed takes half a second; one that still runs after this goes in circles.
constexpr unsigned seed_seconds_max = 120;

volatile std::sig_atomic_t seed_under_way = 0;

void give_up(int)
{
    // Only what a signal handler may do.
    constexpr char text[] = "a seed does not end: ";
    std::array<char, 24> digits{};
    auto at = digits.size();
    digits[--at] = '\n';
    for (auto left = static_cast<unsigned>(seed_under_way); left > 0; left /= 10) {
        digits[--at] = static_cast<char>('0' + left % 10);
    }
    const auto told = ::write(STDOUT_FILENO, text, sizeof text - 1) +
                      ::write(STDOUT_FILENO, digits.data() + at, digits.size() - at);
    ::_exit(told > 0 ? 2 : 3);
}

verdict run_seed(mirror_tables& tables, std::uint64_t seed, const series_options& options)
{
    auto told = simulate(tables, seed, options.is_edited, options.is_verbose);
    if (options.runs_twice && told.failure.empty()) {
        const auto again = simulate(tables, seed, options.is_edited, options.is_verbose);
        if (again.trace != told.trace) {
            told.failure = "the same seed did not take the same course again";
        }
    }
    return told;
}

// What a worker tells its parent: lines of a word and a number.
void tell(std::FILE* to, std::string_view word, std::uint64_t number)
{
    fmt::print(to, "{} {}\n", word, number);
}

void work(unsigned worker, const series_options& options, std::FILE* to)
{
    mirror_tables tables;
    std::signal(SIGALRM, give_up);
    for (std::uint64_t i = worker; i < options.expected(); i += options.workers) {
        const auto seed = options.only.value_or(options.first + i);
        seed_under_way = static_cast<std::sig_atomic_t>(seed);
        ::alarm(seed_seconds_max);
        const auto begun = std::chrono::steady_clock::now();
        const auto told = run_seed(tables, seed, options);
        ::alarm(0);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        fmt::print("seed {:4} {} {:5.2f} s, {:5} requests, {:5} transactions, {:5} simulated s,"
                   " trace {:016x}{}\n",
                   seed, told.failure.empty() ? "ok    " : "FAILED", took.count(), told.requests,
                   told.transactions, told.simulated_seconds, told.trace,
                   told.failure.empty() ? "" : "\n  " + told.failure);
        std::fflush(stdout);
        tell(to, "seeds", 1);
        tell(to, "requests", told.requests);
        tell(to, "transactions", told.transactions);
        tell(to, "seconds", static_cast<std::uint64_t>(told.simulated_seconds));
        for (const auto& [kind, times] : told.fired) {
            tell(to, "trouble:" + kind, times);
        }
        if (!told.failure.empty()) {
            tell(to, "failed", seed);
            if (options.stops_at_failure) {
                return;
            }
        }
    }
}

void take(series_outcome& all, const std::string& word, std::uint64_t number)
{
    constexpr std::string_view trouble = "trouble:";
    if (word == "seeds") {
        all.seeds += number;
    } else if (word == "requests") {
        all.requests += number;
    } else if (word == "transactions") {
        all.transactions += number;
    } else if (word == "seconds") {
        all.simulated_seconds += static_cast<std::int64_t>(number);
    } else if (word == "failed") {
        all.failed.push_back(number);
    } else if (number > 0) {
        all.fired[word.substr(trouble.size())] += number;
    }
}

} // namespace

series_outcome run_series(const series_options& options)
{
    std::vector<std::pair<pid_t, int>> workers;
    std::fflush(stdout);
    for (unsigned worker = 0; worker < options.workers; ++worker) {
        int ends[2] = {};
        if (::pipe(ends) != 0) {
            throw std::runtime_error("no pipe");
        }
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            std::FILE* to = ::fdopen(ends[1], "w");
            try {
                work(worker, options, to);
            } catch (const std::exception& error) {
                fmt::print("a worker failed at seed {}: {}\n", static_cast<int>(seed_under_way),
                           error.what());
            }
            std::fflush(nullptr);
            ::_exit(0);
        }
        ::close(ends[1]);
        workers.emplace_back(child, ends[0]);
    }
    series_outcome all;
    for (const auto& [child, end] : workers) {
        std::string text;
        std::array<char, 4096> some{};
        for (ssize_t got = 0; (got = ::read(end, some.data(), some.size())) > 0;) {
            text.append(some.data(), static_cast<std::size_t>(got));
        }
        ::close(end);
        ::waitpid(child, nullptr, 0);
        std::istringstream lines(text);
        std::string word;
        for (std::uint64_t number = 0; lines >> word >> number;) {
            take(all, word, number);
        }
    }
    return all;
}

} // namespace intercom_simulation
