#include "sync/store/retention.hpp"

#include <array>

namespace intercom_mirror {
namespace {

constexpr duration forget_every = std::chrono::hours(1);
// A transaction's worth.
constexpr std::size_t forget_at_once = 10'000;
constexpr std::size_t scrub_at_once = 200;
constexpr duration erase_every = std::chrono::seconds(1);

struct term
{
    retained what;
    duration kept_for;
};
constexpr std::array<term, 4> terms{{{retained::notifications, std::chrono::days(30)},
                                     {retained::runs, std::chrono::days(90)},
                                     {retained::attempts, std::chrono::days(90)},
                                     {retained::minutes, std::chrono::days(7)}}};

} // namespace

boost::asio::awaitable<void> forget_for_good(database& db, clock& time)
{
    for (;;) {
        for (const auto& [what, kept_for] : terms) {
            std::size_t count = 0;
            do {
                auto forget = [kind = what, before = time.wall() - kept_for](store& on) {
                    return on.forget(kind, before, forget_at_once);
                };
                count = co_await db.run(forget);
            } while (count == forget_at_once);
        }
        co_await time.sleep_for(forget_every);
    }
}

boost::asio::awaitable<void> erase_for_good(database& db, clock& time, event_sink& log,
                                            std::span<const record_plan> plans)
{
    for (;;) {
        auto erase = [plans](store& on) { return on.erase_pending(plans); };
        const auto count = co_await db.run(erase);
        if (count != 0) {
            log.info("somebody was forgotten", {{"count", count}});
        }
        co_await time.sleep_for(erase_every);
    }
}

boost::asio::awaitable<void> scrub_for_good(database& db, clock& time, duration age,
                                            std::span<const record_plan> plans)
{
    for (;;) {
        for (const auto& plan : plans) {
            std::size_t count = 0;
            do {
                auto scrub = [&plan, before = time.wall() - age](store& on) {
                    return on.scrub(plan, before, scrub_at_once);
                };
                count = co_await db.run(scrub);
            } while (count == scrub_at_once);
        }
        co_await time.sleep_for(forget_every);
    }
}

} // namespace intercom_mirror
