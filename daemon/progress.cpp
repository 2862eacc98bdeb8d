#include "daemon/progress.hpp"

#include "sync/run_together.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace intercom_mirror {
namespace {

constexpr duration shown_every = std::chrono::milliseconds(500);
constexpr std::string_view erase_line = "\r\033[K";

struct finished
{
};

} // namespace

std::string progress_display::line(instant now)
{
    std::string text;
    std::uint64_t done = 0;
    std::uint64_t left = 0;
    for (const auto& one : engine_.progress()) {
        done += one.records + one.read_alone;
        if (one.expected > one.records) {
            left += one.expected - one.records;
        }
        if (one.doing.empty() || (one.doing == "poll" && one.records == 0)) {
            continue;
        }
        text += fmt::format("{}{} {}", text.empty() ? "" : "  ", one.resource, one.records);
        if (one.expected != 0) {
            text += fmt::format("/{}", one.expected);
        }
        if (one.read_alone != 0) {
            text += fmt::format("+{}", one.read_alone);
        }
    }
    const auto seconds = std::chrono::duration<double>(now - before_).count();
    const auto rate = seconds > 0 ? static_cast<double>(done - done_before_) / seconds : 0.0;
    before_ = now;
    done_before_ = done;
    if (rate > 0) {
        text += fmt::format("  {:.0f}/s", rate);
        if (left != 0) {
            text += fmt::format("  about {:.0f} s left", static_cast<double>(left) / rate);
        }
    }
    return text;
}

boost::asio::awaitable<void> progress_display::show(clock& time)
{
    started_ = before_ = time.now();
    for (;;) {
        co_await time.sleep_for(shown_every);
        if (::isatty(STDERR_FILENO) == 1) {
            const auto text = line(time.now());
            std::fputs((std::string(erase_line) + text).c_str(), stderr);
        }
    }
}

boost::asio::awaitable<std::vector<std::string>>
progress_display::beside(boost::asio::awaitable<std::vector<std::string>> work, clock& time)
{
    std::vector<std::string> result;
    const auto working = [&]() -> boost::asio::awaitable<void> {
        result = co_await std::move(work);
        throw finished{};
    };
    std::vector<boost::asio::awaitable<void>> tasks;
    tasks.push_back(working());
    tasks.push_back(show(time));
    try {
        co_await run_together(std::move(tasks));
    } catch (const finished&) {
        // The end of the work ends the display.
    }
    if (::isatty(STDERR_FILENO) == 1) {
        std::fputs(std::string(erase_line).c_str(), stderr);
    }
    co_return result;
}

} // namespace intercom_mirror
