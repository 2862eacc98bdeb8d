#include "tests/sim/process.hpp"

#include "sync/run_together.hpp"
#include "sync/store/patient_database.hpp"
#include "tests/sandbox/dice.hpp"

#include <boost/asio/co_spawn.hpp>

namespace intercom_simulation {

using namespace intercom_mirror;

namespace {

// Nobody tells of edits here. A look is a transaction, and most find nothing.
constexpr duration look_for_edits_every = std::chrono::seconds(7);

} // namespace

process::process(const surroundings& with, std::uint64_t seed)
    : time_(with.time), patient_(make_patient_database(with.db, with.time, with.log))
{
    const auto die = std::make_shared<intercom_sandbox::dice>(seed);
    const random_source random = [die] { return die->roll(); };
    turns_ = std::make_unique<lanes>(io_.get_executor(), time_, random, governor_options{});
    api_client_options options;
    options.version = "2.14";
    api_ = std::make_unique<api_client>(with.wire, *turns_, time_, random, with.token, options);
    services_ = std::make_unique<services>(
        services{*api_, *patient_, time_, random, with.log, with.settings, {}});
    engine_ = std::make_unique<engine>(*services_, with.plans);
    pusher_ = std::make_unique<pusher>(
        *services_, with.plans,
        push_rules{{}, {api_version{2, 14}, with.acting_admin}, look_for_edits_every});
    const auto ended = [this](std::exception_ptr error) {
        is_over_ = true;
        why_ = error;
    };
    boost::asio::co_spawn(io_, read_and_write(), ended);
}

boost::asio::awaitable<void> process::read_and_write()
{
    std::vector<boost::asio::awaitable<void>> tasks;
    tasks.push_back(engine_->run());
    tasks.push_back(pusher_->run());
    co_await run_together(std::move(tasks));
}

process::~process()
{
    // Their alarms must not outlive the context they are set in.
    api_.reset();
    turns_.reset();
}

void process::run_until(instant when, const std::function<bool()>& stops)
{
    const auto done = [&] { return is_over_ || stops(); };
    time_.run_until(io_, when, done);
}

} // namespace intercom_simulation
