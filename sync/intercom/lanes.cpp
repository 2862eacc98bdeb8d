#include "sync/intercom/lanes.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <list>

namespace intercom_mirror {

namespace asio = boost::asio;

struct lanes::state : std::enable_shared_from_this<lanes::state>
{
    // One suspended acquire(). Its timer never expires: it is only what the coroutine is woken by.
    struct waiter
    {
        explicit waiter(const asio::any_io_executor& executor)
            : woken(executor, asio::steady_timer::time_point::max())
        {
        }
        asio::steady_timer woken;
        std::optional<governor::ticket> granted;
    };

    state(asio::any_io_executor where, clock& clock, random_source dice, governor_options options)
        : executor(std::move(where)), time(clock), random(std::move(dice)), rules(options)
    {
    }

    [[nodiscard]] lane_order::lanes_waiting waiting() const
    {
        lane_order::lanes_waiting result{};
        for (std::size_t i = 0; i < lane_count; ++i) {
            result[i] = !queues[i].empty();
        }
        return result;
    }

    // Lanes of `candidates` that may go now; `again_at` becomes the next moment worth asking.
    lane_order::lanes_waiting able(const lane_order::lanes_waiting& candidates, instant now,
                                   instant& again_at)
    {
        lane_order::lanes_waiting result{};
        for (std::size_t i = 0; i < lane_count; ++i) {
            if (candidates[i]) {
                const auto which = static_cast<lane>(i);
                const auto answer = rules.may_start(now, which, order.is_starving(which));
                result[i] = answer.is_admitted;
                again_at = std::min(again_at, answer.again_at);
            }
        }
        return result;
    }

    // Whether a newcomer need not queue.
    std::optional<governor::ticket> try_now(lane which)
    {
        const auto now = time.now();
        auto candidates = waiting();
        if (candidates[index_of(which)]) {
            return std::nullopt;
        }
        candidates[index_of(which)] = true;
        auto again_at = instant::max();
        if (order.next(able(candidates, now, again_at)) != which) {
            return std::nullopt;
        }
        order.went(which, candidates);
        return rules.start(now);
    }

    // Lets go whoever may, and makes sure to be woken when the next one may.
    void pump()
    {
        if (is_stopped) {
            return;
        }
        for (;;) {
            const auto candidates = waiting();
            const auto now = time.now();
            auto again_at = instant::max();
            const auto chosen = order.next(able(candidates, now, again_at));
            if (!chosen) {
                wake_at(again_at);
                return;
            }
            order.went(*chosen, candidates);
            auto& queue = queues[index_of(*chosen)];
            auto* const first = queue.front();
            queue.pop_front();
            first->granted = rules.start(now);
            first->woken.cancel();
        }
    }

    void wake_at(instant when)
    {
        if (when >= waking_at) {
            return;
        }
        stop_waking();
        waking_at = when;
        alarm = std::make_shared<asio::cancellation_signal>();
        auto sleeping = sleep_then_pump(weak_from_this(), time, when);
        // The handler keeps the signal for as long as the sleeper may look at it.
        const auto slot = alarm->slot();
        auto done = [kept = alarm](const std::exception_ptr&) {};
        asio::co_spawn(executor, std::move(sleeping),
                       asio::bind_cancellation_slot(slot, std::move(done)));
    }

    void stop_waking()
    {
        if (waking_at != instant::max()) {
            waking_at = instant::max();
            alarm->emit(asio::cancellation_type::terminal);
        }
    }

    // Refers to the state only between sleeps, so that a pause does not keep it alive.
    static asio::awaitable<void> sleep_then_pump(std::weak_ptr<state> whose, clock& time,
                                                 instant when)
    {
        co_await time.sleep_until(when);
        if (const auto self = whose.lock(); self && self->waking_at == when) {
            self->waking_at = instant::max();
            self->pump();
        }
    }

    asio::any_io_executor executor;
    clock& time;
    random_source random;
    governor rules;
    lane_order order;
    std::array<std::list<waiter*>, lane_count> queues;
    instant waking_at = instant::max();
    std::shared_ptr<asio::cancellation_signal> alarm;
    bool is_stopped = false;
};

lanes::lanes(const asio::any_io_executor& executor, clock& time, random_source random,
             governor_options options)
    : state_(std::make_shared<state>(executor, time, std::move(random), options))
{
}

lanes::~lanes()
{
    state_->is_stopped = true;
    state_->stop_waking();
}

asio::awaitable<permit> lanes::acquire(lane which)
{
    const auto shared = state_;
    if (const auto ticket = shared->try_now(which)) {
        co_return permit(shared, *ticket);
    }
    // Taken out of the queue however this coroutine ends.
    struct place
    {
        place(state& owner, lane lane_of)
            : self(owner.executor), queue(owner.queues[index_of(lane_of)])
        {
            where = queue.insert(queue.end(), &self);
        }
        ~place()
        {
            if (!self.granted) {
                queue.erase(where);
            }
        }
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        state::waiter self;
        std::list<state::waiter*>& queue;
        std::list<state::waiter*>::iterator where;
    };
    place mine(*shared, which);
    shared->pump();
    // Between the two looks at the clock the turn may have come: then nobody will wake us.
    if (!mine.self.granted) {
        const auto [error] =
            co_await mine.self.woken.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!mine.self.granted) {
            throw boost::system::system_error(error);
        }
    }
    co_return permit(shared, *mine.self.granted);
}

lanes::view lanes::look() const
{
    view result;
    result.governor = state_->rules.look(state_->time.now());
    for (std::size_t i = 0; i < lane_count; ++i) {
        result.waiting[i] = state_->queues[i].size();
    }
    return result;
}

permit& permit::operator=(permit&& other) noexcept
{
    if (this != &other) {
        lost();
        owner_ = std::move(other.owner_);
        ticket_ = other.ticket_;
    }
    return *this;
}

permit::~permit()
{
    lost();
}

void permit::answered(unsigned status, const rate_headers& headers)
{
    if (const auto owner = take(); owner && !owner->is_stopped) {
        owner->rules.answered(ticket_, owner->time.now(), status, headers, uniform(owner->random));
        owner->pump();
    }
}

void permit::lost()
{
    if (const auto owner = take(); owner && !owner->is_stopped) {
        owner->rules.lost(ticket_, owner->time.now());
        owner->pump();
    }
}

void permit::unsent(bool is_failure)
{
    if (const auto owner = take(); owner && !owner->is_stopped) {
        owner->rules.unsent(ticket_, owner->time.now(), is_failure);
        owner->pump();
    }
}

} // namespace intercom_mirror
