#pragma once

#include "sync/clock.hpp"
#include "sync/store/database.hpp"
#include "tests/sandbox/dice.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace intercom_simulation {

// A database that is away now and then, loses the news of a commit, or is where the process dies.
class shaky_database final : public intercom_mirror::database
{
public:
    shaky_database(intercom_mirror::database& inner, intercom_mirror::clock& time,
                   std::uint64_t seed)
        : inner_(inner), time_(time), die_(seed)
    {
    }

    boost::asio::awaitable<void>
    perform(std::function<void(intercom_mirror::store&)> work) override;

    // Of transactions that fail without effect, and of those that are committed all the same.
    void set_failure_rates(double before, double after)
    {
        before_ = before;
        after_ = after;
    }
    void set_away_until(intercom_mirror::instant when) { away_until_ = when; }
    // The process dies at the so-many-th transaction from now, before it or with it committed.
    void die_at(std::uint64_t transactions, bool is_committed)
    {
        dies_in_ = transactions;
        dies_committed_ = is_committed;
    }
    // Nothing that belonged to the dead process gets through any more.
    void kill() { is_dead_ = true; }
    void revive()
    {
        is_dead_ = false;
        dies_in_.reset();
    }

    [[nodiscard]] bool is_dead() const { return is_dead_; }
    [[nodiscard]] std::uint64_t transactions() const { return transactions_; }
    [[nodiscard]] const std::map<std::string, std::uint64_t>& fired() const { return fired_; }

private:
    intercom_mirror::database& inner_;
    intercom_mirror::clock& time_;
    intercom_sandbox::dice die_;
    double before_ = 0;
    double after_ = 0;
    intercom_mirror::instant away_until_{};
    std::optional<std::uint64_t> dies_in_;
    bool dies_committed_ = false;
    bool is_dead_ = false;
    std::uint64_t transactions_ = 0;
    std::map<std::string, std::uint64_t> fired_;
};

} // namespace intercom_simulation
