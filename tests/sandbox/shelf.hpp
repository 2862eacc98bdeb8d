#pragma once

#include "tests/sandbox/http.hpp"
#include "tests/sandbox/model.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace intercom_sandbox {

// What a kind of record is sorted by, ascending, in its two standing orders; and whether lists and
// search may show it at all.
using sort_keys = std::array<std::int64_t, 2>;
inline constexpr std::int64_t no_key = std::numeric_limits<std::int64_t>::min();

inline sort_keys keys_of(const thread& r)
{
    return {r.created_at, r.updated_at};
}
inline sort_keys keys_of(const contact& r)
{
    return {r.created_at, r.updated_at};
}
inline sort_keys keys_of(const company& r)
{
    return {r.created_at, r.last_request_at.value_or(no_key)};
}
inline bool is_listed(const thread& r)
{
    return r.alive == life::live;
}
inline bool is_listed(const contact& r)
{
    return r.alive == life::live;
}
inline bool is_listed(const company& r)
{
    return r.alive == life::live && r.user_count > 0;
}

struct sorted_entry
{
    std::int64_t key;
    slot which;
};

// All records of one kind, twice: as they are (what GET by id reads), and as the search index
// shows them (what lists and search read), which follows after the index lag.
template <class Record>
class shelf
{
public:
    using version = std::shared_ptr<const Record>;

    explicit shelf(std::chrono::microseconds lag) : lag_(lag) {}

    [[nodiscard]] std::size_t size() const { return now_.size(); }
    [[nodiscard]] const Record& at(slot which) const { return *now_[which]; }
    [[nodiscard]] version current(slot which) const { return now_[which]; }
    // As the index shows it; null when it does not.
    [[nodiscard]] const version& indexed(slot which) const { return indexed_[which]; }
    // What the index showed before, if anything.
    [[nodiscard]] const version& outdated(slot which) const { return outdated_[which]; }

    [[nodiscard]] std::optional<slot> find(const std::string& id) const
    {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? std::nullopt : std::optional(found->second);
    }

    // The initial population; `settle` makes the index know it.
    slot load(Record record)
    {
        const auto which = static_cast<slot>(now_.size());
        by_id_.emplace(record.id, which);
        now_.push_back(std::make_shared<const Record>(std::move(record)));
        indexed_.emplace_back();
        outdated_.emplace_back();
        return which;
    }

    // Changes a record that no index shows yet; for the initial population only.
    Record& unsettled(slot which) { return const_cast<Record&>(*now_[which]); }

    void settle()
    {
        for (slot which = 0; which < now_.size(); ++which) {
            if (is_listed(*now_[which])) {
                indexed_[which] = now_[which];
                for (std::size_t k = 0; k < orders_.size(); ++k) {
                    orders_[k].push_back({keys_of(*now_[which])[k], which});
                }
            }
        }
        for (auto& order : orders_) {
            std::sort(order.begin(), order.end(), before());
        }
        ++generation_;
    }

    slot add(Record record, time_point now)
    {
        const slot which = load(std::move(record));
        queue(which, now);
        return which;
    }

    // A record that may no longer be listed vanishes from the index at once; other changes follow
    // after the lag.
    template <class Change>
    void edit(slot which, time_point now, Change&& change)
    {
        auto next = std::make_shared<Record>(*now_[which]);
        next->kept = {};
        ++next->version;
        change(*next);
        now_[which] = std::move(next);
        if (is_listed(*now_[which])) {
            queue(which, now);
        } else {
            show(which, nullptr);
        }
    }

    void catch_up(time_point now)
    {
        while (!waiting_.empty() && waiting_.front().due <= now) {
            const waiting next = std::move(waiting_.front());
            waiting_.pop_front();
            if (is_listed(*now_[next.which]) && is_listed(*next.what)) {
                show(next.which, next.what);
            }
        }
    }

    [[nodiscard]] const std::vector<sorted_entry>& order(std::size_t k) const { return orders_[k]; }
    // Grows with every change of what the index shows.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    // Orders entries by key, then by id.
    [[nodiscard]] auto before() const
    {
        return [this](const sorted_entry& a, const sorted_entry& b) {
            return a.key != b.key ? a.key < b.key : now_[a.which]->id < now_[b.which]->id;
        };
    }

private:
    struct waiting
    {
        time_point due;
        slot which;
        version what;
    };

    void queue(slot which, time_point now)
    {
        if (lag_.count() == 0) {
            show(which, is_listed(*now_[which]) ? now_[which] : nullptr);
        } else {
            waiting_.push_back({now + lag_, which, now_[which]});
        }
    }

    void show(slot which, version what)
    {
        const version old = std::exchange(indexed_[which], std::move(what));
        const version& fresh = indexed_[which];
        for (std::size_t k = 0; k < orders_.size(); ++k) {
            if (old && fresh && keys_of(*old)[k] == keys_of(*fresh)[k]) {
                continue;
            }
            if (old) {
                const sorted_entry entry{keys_of(*old)[k], which};
                orders_[k].erase(place_of(entry, k));
            }
            if (fresh) {
                const sorted_entry entry{keys_of(*fresh)[k], which};
                orders_[k].insert(place_of(entry, k), entry);
            }
        }
        if (old) {
            outdated_[which] = old;
        }
        ++generation_;
    }

    auto place_of(const sorted_entry& entry, std::size_t k)
    {
        return std::lower_bound(orders_[k].begin(), orders_[k].end(), entry, before());
    }

    std::chrono::microseconds lag_;
    std::vector<version> now_;
    std::vector<version> indexed_;
    std::vector<version> outdated_;
    std::unordered_map<std::string, slot> by_id_;
    std::array<std::vector<sorted_entry>, 2> orders_;
    std::deque<waiting> waiting_;
    std::uint64_t generation_ = 0;
};

} // namespace intercom_sandbox
