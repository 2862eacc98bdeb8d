#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// Which ids a walk has brought. Keeps 64 bits of each: millions fit, and that two of a million are
// taken for one has a chance of 10^-7.
class id_set
{
public:
    void add(std::string_view id);
    void add(const id_set& others);
    [[nodiscard]] bool contains(std::string_view id) const;
    [[nodiscard]] std::size_t size() const;

private:
    void settle() const;

    // Sorted and without duplicates up to `settled_`; what came since is put in its place when
    // somebody asks.
    mutable std::vector<std::uint64_t> hashes_;
    mutable std::size_t settled_ = 0;
};

} // namespace intercom_mirror
