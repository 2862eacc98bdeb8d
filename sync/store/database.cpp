#include "sync/store/database.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace intercom_mirror {
namespace {

namespace asio = boost::asio;

class threaded_database final : public database
{
public:
    explicit threaded_database(std::vector<std::unique_ptr<store>> stores)
        : stores_(std::move(stores))
    {
        for (auto& each : stores_) {
            threads_.emplace_back([this, &each] { serve(*each); });
        }
    }

    ~threaded_database() override
    {
        {
            const std::lock_guard lock(mutex_);
            is_closing_ = true;
        }
        wake_.notify_all();
        for (auto& thread : threads_) {
            thread.join();
        }
    }

    asio::awaitable<void> perform(std::function<void(store&)> work) override
    {
        auto initiate = [this](auto handler, std::function<void(store&)> task) {
            auto guard = asio::make_work_guard(handler);
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            post([shared, guard = std::move(guard), task = std::move(task)](store& on) mutable {
                std::exception_ptr error;
                try {
                    task(on);
                } catch (...) {
                    error = std::current_exception();
                }
                task = nullptr;
                auto executor = guard.get_executor();
                asio::dispatch(executor,
                               [shared = std::move(shared), error]() mutable { (*shared)(error); });
                guard.reset();
            });
        };
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
            initiate, asio::use_awaitable, std::move(work));
    }

private:
    void post(std::function<void(store&)> task)
    {
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        wake_.notify_one();
    }

    void serve(store& on)
    {
        for (;;) {
            std::function<void(store&)> task;
            {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return is_closing_ || !tasks_.empty(); });
                if (tasks_.empty()) {
                    return;
                }
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            task(on);
        }
    }

    std::vector<std::unique_ptr<store>> stores_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void(store&)>> tasks_; // bounded by the coroutines that wait for them
    bool is_closing_ = false;
    std::vector<std::thread> threads_;
};

class inline_database final : public database
{
public:
    explicit inline_database(std::unique_ptr<store> only) : store_(std::move(only)) {}

    asio::awaitable<void> perform(std::function<void(store&)> work) override
    {
        work(*store_);
        co_return;
    }

private:
    std::unique_ptr<store> store_;
};

} // namespace

std::unique_ptr<database> make_threaded_database(std::vector<std::unique_ptr<store>> stores)
{
    return std::make_unique<threaded_database>(std::move(stores));
}

std::unique_ptr<database> make_inline_database(std::unique_ptr<store> only)
{
    return std::make_unique<inline_database>(std::move(only));
}

} // namespace intercom_mirror
