#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// Maps the names of an object's members to numbers. Every member of every record is looked up once,
// so this beats what the standard library offers by being flat and by hashing a few bytes only.
class name_table
{
public:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    [[nodiscard]] bool empty() const { return count_ == 0; }

    [[nodiscard]] std::size_t find(std::string_view name) const
    {
        if (count_ == 0) {
            return none;
        }
        const std::uint64_t hashed = hash(name);
        for (std::size_t at = hashed;; ++at) {
            const slot& one = slots_[at & (slots_.size() - 1)];
            if (one.value == none || (one.hash == hashed && one.name == name)) {
                return one.value;
            }
        }
    }

    // The name must be new.
    void add(std::string_view name, std::size_t value)
    {
        if (slots_.size() < 2 * (count_ + 1)) {
            std::vector<slot> old(slots_.empty() ? 4 : slots_.size() * 2);
            old.swap(slots_);
            for (slot& one : old) {
                if (one.value != none) {
                    put(std::move(one));
                }
            }
        }
        put({hash(name), value, std::string(name)});
        ++count_;
    }

    // In no particular order.
    template <typename Function>
    void for_each(Function&& visit) const
    {
        for (const slot& one : slots_) {
            if (one.value != none) {
                visit(one.value);
            }
        }
    }

private:
    struct slot
    {
        std::uint64_t hash = 0;
        std::size_t value = none;
        std::string name;
    };

    // Only the first and the last eight bytes count: members named alike in both are rare, and
    // told apart by comparing.
    static std::uint64_t hash(std::string_view name)
    {
        std::uint64_t head = 0;
        std::uint64_t tail = 0;
        if (name.size() >= 8) {
            std::memcpy(&head, name.data(), 8);
            std::memcpy(&tail, name.data() + name.size() - 8, 8);
        } else {
            for (const char letter : name) {
                head = head << 8U | static_cast<unsigned char>(letter);
            }
        }
        std::uint64_t mixed = (head ^ name.size()) * 0x9E3779B97F4A7C15U;
        mixed = (mixed ^ (mixed >> 32U) ^ tail) * 0xD6E8FEB86659FD93U;
        return mixed ^ (mixed >> 32U);
    }

    void put(slot&& one)
    {
        std::size_t at = one.hash;
        while (slots_[at & (slots_.size() - 1)].value != none) {
            ++at;
        }
        slots_[at & (slots_.size() - 1)] = std::move(one);
    }

    std::vector<slot> slots_; // a power of two, at most half full
    std::size_t count_ = 0;
};

} // namespace intercom_mirror
