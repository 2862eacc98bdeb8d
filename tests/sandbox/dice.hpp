#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace intercom_sandbox {

// Spreads a number over all 64 bits (splitmix64).
constexpr std::uint64_t spread(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

constexpr std::uint64_t spread(std::uint64_t a, std::uint64_t b)
{
    return spread(spread(a) ^ b);
}

constexpr std::uint64_t spread(std::string_view text)
{
    std::uint64_t sum = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return spread(sum);
}

// All the randomness there is: a workspace with the same seed, asked the same questions at the
// same times, gives the same answers.
class dice
{
public:
    explicit constexpr dice(std::uint64_t seed) : state_(seed) {}

    constexpr std::uint64_t roll()
    {
        state_ += 0x9e3779b97f4a7c15ULL;
        return spread(state_);
    }
    // Uniform in [0, n); n > 0.
    constexpr std::uint64_t below(std::uint64_t n) { return roll() % n; }
    // Uniform in [low, high].
    constexpr std::int64_t between(std::int64_t low, std::int64_t high)
    {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }
    constexpr double uniform() { return static_cast<double>(roll() >> 11U) * 0x1.0p-53; }
    constexpr bool chance(double probability) { return uniform() < probability; }

    template <class Range>
    constexpr const auto& pick(const Range& range)
    {
        return range[static_cast<std::size_t>(below(std::size(range)))];
    }

private:
    std::uint64_t state_;
};

} // namespace intercom_sandbox
