#include "sync/record/row_set.hpp"

#include "sync/record/content_hash.hpp"

#include <algorithm>
#include <utility>

namespace intercom_mirror {
namespace {

bool is_same_key(const row& one, const row& other, std::span<const std::size_t> key)
{
    return std::all_of(key.begin(), key.end(), [&](std::size_t column) {
        const cell& a = one[column];
        const cell& b = other[column];
        return a.is == b.is && a.number == b.number && a.text == b.text;
    });
}

std::uint64_t key_hash(const row& of, std::span<const std::size_t> key)
{
    std::uint64_t hashed = 0;
    for (const std::size_t column : key) {
        const cell& one = of[column];
        hashed = hashed * 31 + hash_bytes(one.text) + static_cast<std::uint64_t>(one.number);
    }
    return hashed;
}

void remove_repeated(const child_rows& of, std::span<const std::size_t> key,
                     std::vector<std::uint8_t>& kept)
{
    std::vector<std::pair<std::uint64_t, std::size_t>> order;
    order.reserve(of.rows.size());
    for (std::size_t at = 0; at < of.rows.size(); ++at) {
        order.emplace_back(key_hash(of.rows[at], key), at);
    }
    std::sort(order.begin(), order.end());
    for (std::size_t at = 0; at + 1 < order.size(); ++at) {
        // Rows of one hash have, but for an accident, one key. The next one stands further back.
        if (order[at].first == order[at + 1].first &&
            is_same_key(of.rows[order[at].second], of.rows[order[at + 1].second], key)) {
            kept[order[at].second] = 0;
        }
    }
}

template <typename Value>
void compact(std::vector<Value>& values, const std::vector<std::uint8_t>& kept)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < values.size(); ++at) {
        if (kept[at] != 0) {
            if (count != at) {
                values[count] = std::move(values[at]);
            }
            ++count;
        }
    }
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(count), values.end());
}

} // namespace

void cut_rows(child_rows& of, std::size_t count)
{
    const auto cut = [count](auto& values) {
        if (values.size() > count) {
            values.erase(values.begin() + static_cast<std::ptrdiff_t>(count), values.end());
        }
    };
    cut(of.rows);
    cut(of.parents);
    cut(of.raws);
    cut(of.hashes);
}

std::vector<std::size_t> settle_rows(child_rows& of, std::span<const std::size_t> key,
                                     const std::vector<std::size_t>& parents_moved)
{
    std::vector<std::uint8_t> kept(of.rows.size(), 1);
    for (std::size_t at = 0; at < kept.size() && !parents_moved.empty(); ++at) {
        of.parents[at] = parents_moved[of.parents[at]];
        kept[at] = of.parents[at] != row_removed ? 1 : 0;
    }
    remove_repeated(of, key, kept);
    std::vector<std::size_t> moved;
    if (std::find(kept.begin(), kept.end(), 0) == kept.end()) {
        return moved;
    }
    std::size_t count = 0;
    for (const std::uint8_t is_kept : kept) {
        moved.push_back(is_kept != 0 ? count++ : row_removed);
    }
    compact(of.rows, kept);
    compact(of.parents, kept);
    if (!of.raws.empty()) {
        compact(of.raws, kept);
        compact(of.hashes, kept);
    }
    return moved;
}

} // namespace intercom_mirror
