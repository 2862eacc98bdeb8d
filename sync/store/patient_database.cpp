#include "sync/store/patient_database.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

constexpr duration first_pause = std::chrono::milliseconds(200);
constexpr duration longest_pause = std::chrono::seconds(5);

class patient_database final : public database
{
public:
    patient_database(database& inner, clock& time, event_sink& log)
        : inner_(inner), time_(time), log_(log)
    {
    }

    boost::asio::awaitable<void> perform(std::function<void(store&)> work) override
    {
        for (duration pause = first_pause;; pause = std::min(longest_pause, pause * 2)) {
            std::string trouble;
            try {
                co_await inner_.perform(work);
                if (is_away_) {
                    is_away_ = false;
                    log_.info("PostgreSQL is back");
                }
                co_return;
            } catch (const store_unavailable& unavailable) {
                trouble = unavailable.what();
            }
            if (!is_away_) {
                is_away_ = true;
                log_.warning("PostgreSQL cannot be used for now; waiting for it",
                             {{"reason", trouble}});
            }
            co_await time_.sleep_for(pause);
        }
    }

private:
    database& inner_;
    clock& time_;
    event_sink& log_;
    bool is_away_ = false; // told once for each outage
};

} // namespace

std::unique_ptr<database> make_patient_database(database& inner, clock& time, event_sink& log)
{
    return std::make_unique<patient_database>(inner, time, log);
}

} // namespace intercom_mirror
