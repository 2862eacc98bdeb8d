#include "sync/pull/id_set.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace intercom_mirror {
namespace {

std::uint64_t hash_of(std::string_view id)
{
    return std::hash<std::string_view>()(id);
}

} // namespace

void id_set::add(std::string_view id)
{
    hashes_.push_back(hash_of(id));
}

void id_set::add(const id_set& others)
{
    hashes_.insert(hashes_.end(), others.hashes_.begin(), others.hashes_.end());
}

bool id_set::contains(std::string_view id) const
{
    settle();
    return std::binary_search(hashes_.begin(), hashes_.end(), hash_of(id));
}

std::size_t id_set::size() const
{
    settle();
    return hashes_.size();
}

void id_set::settle() const
{
    if (settled_ == hashes_.size()) {
        return;
    }
    const auto fresh = hashes_.begin() + static_cast<std::ptrdiff_t>(settled_);
    std::sort(fresh, hashes_.end());
    std::vector<std::uint64_t> all;
    all.reserve(hashes_.size());
    std::set_union(hashes_.begin(), fresh, fresh, std::unique(fresh, hashes_.end()),
                   std::back_inserter(all));
    hashes_ = std::move(all);
    settled_ = hashes_.size();
}

} // namespace intercom_mirror
