#include "tests/sim/shaky_database.hpp"

namespace intercom_simulation {

using intercom_mirror::store_unavailable;
using namespace std::chrono_literals;

boost::asio::awaitable<void>
shaky_database::perform(std::function<void(intercom_mirror::store&)> work)
{
    ++transactions_;
    const bool dies_now = dies_in_ && (*dies_in_)-- == 0;
    if (dies_now) {
        ++fired_[dies_committed_ ? "killed_after_commit" : "killed_before_commit"];
        if (dies_committed_ && !is_dead_) {
            co_await inner_.perform(std::move(work));
        }
        is_dead_ = true;
    }
    if (is_dead_) {
        co_await time_.sleep_until(intercom_mirror::instant::max());
    }
    if (time_.now() < away_until_) {
        ++fired_["database_away"];
        throw store_unavailable("the simulated database is away");
    }
    if (die_.chance(before_)) {
        ++fired_["transaction_failed"];
        throw store_unavailable("the simulated database failed");
    }
    co_await inner_.perform(std::move(work));
    // The rest of the process goes on while a transaction takes its time.
    co_await time_.sleep_for(die_.chance(0.1) ? 200ms : std::chrono::milliseconds(die_.below(8)));
    if (is_dead_) {
        co_await time_.sleep_until(intercom_mirror::instant::max());
    }
    if (die_.chance(after_)) {
        ++fired_["commit_in_doubt"];
        throw store_unavailable("the simulated database went away while committing");
    }
}

} // namespace intercom_simulation
