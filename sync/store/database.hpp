#pragma once

#include "sync/store/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace intercom_mirror {

// The way from coroutines to the blocking store: one callable a transaction, run on one of a few
// connections, each with its thread. Callers wait their turn in order.
class database
{
public:
    virtual ~database() = default;

    virtual boost::asio::awaitable<void> perform(std::function<void(store&)> work) = 0;

    // What `work(store&)` returns; its exceptions come out here.
    template <typename Work>
    auto run(Work work) -> boost::asio::awaitable<std::invoke_result_t<Work&, store&>>
    {
        using result_type = std::invoke_result_t<Work&, store&>;
        if constexpr (std::is_void_v<result_type>) {
            std::function<void(store&)> task = std::move(work);
            co_await perform(std::move(task));
        } else {
            auto result = std::make_shared<std::optional<result_type>>();
            std::function<void(store&)> task = [result, inner = std::move(work)](store& s) mutable {
                result->emplace(inner(s));
            };
            co_await perform(std::move(task));
            co_return std::move(**result);
        }
    }
};

// A thread for each store. At least one.
std::unique_ptr<database> make_threaded_database(std::vector<std::unique_ptr<store>> stores);

// Runs everything at once, in the calling thread: order follows from the caller alone.
std::unique_ptr<database> make_inline_database(std::unique_ptr<store> only);

} // namespace intercom_mirror
