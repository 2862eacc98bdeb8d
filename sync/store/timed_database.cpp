#include "sync/store/timed_database.hpp"

#include <atomic>
#include <exception>

namespace intercom_mirror {
namespace {

struct moments
{
    instant begun;
    instant ended;
    std::atomic<bool> is_over = false; // whoever sees it may read the two
};

class timed_database final : public database
{
public:
    timed_database(std::unique_ptr<database> inner, clock& time, database_times& into)
        : inner_(std::move(inner)), time_(time), into_(into)
    {
    }

    boost::asio::awaitable<void> perform(std::function<void(store&)> work) override
    {
        const auto asked = time_.now();
        // Shared with the thread that works, which goes on when nobody waits any more.
        const auto seen = std::make_shared<moments>();
        std::function<void(store&)> measured = [seen, &time = time_,
                                                inner = std::move(work)](store& on) {
            struct ending
            {
                ~ending()
                {
                    seen.ended = time.now();
                    seen.is_over = true;
                }
                moments& seen;
                clock& time;
            };
            seen->begun = time.now();
            const ending at_the_end{*seen, time};
            inner(on);
        };
        std::exception_ptr failure;
        try {
            co_await inner_->perform(std::move(measured));
        } catch (...) {
            failure = std::current_exception();
        }
        if (seen->is_over) {
            into_.waiting.add(seen->begun - asked);
            into_.working.add(seen->ended - seen->begun);
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

private:
    std::unique_ptr<database> inner_;
    clock& time_;
    database_times& into_;
};

} // namespace

std::unique_ptr<database> make_timed_database(std::unique_ptr<database> inner, clock& time,
                                              database_times& into)
{
    return std::make_unique<timed_database>(std::move(inner), time, into);
}

} // namespace intercom_mirror
