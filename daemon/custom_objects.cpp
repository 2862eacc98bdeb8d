#include "daemon/custom_objects.hpp"

#include "schema/catalogue.hpp"
#include "sync/intercom/url_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace intercom_mirror {
namespace {

constexpr std::string_view place_of_type = "{id}";

std::string literal(std::string_view text)
{
    std::string quoted = "'";
    for (const char each : text) {
        quoted += each == '\'' ? "''" : std::string(1, each);
    }
    return quoted + "'";
}

} // namespace

custom_objects::custom_objects(const std::vector<std::string>& types)
{
    for (const resource* each : catalogue()) {
        if (needs_types(*each)) {
            described_ = *each;
        }
    }
    if (types.empty()) {
        return;
    }
    std::vector<std::string> literals;
    for (const std::string& type : types) {
        listing its = described_.listings.front();
        std::string target(its.target);
        target.replace(target.find(place_of_type), place_of_type.size(), percent_encode(type));
        its.target = texts_.emplace_back(std::move(target));
        its.part = texts_.emplace_back(type);
        listings_.push_back(its);
        literals.push_back(literal(type));
    }
    listings_.front().leaves_out =
        texts_.emplace_back(fmt::format("type NOT IN ({})", fmt::join(literals, ", ")));
    described_.listings = listings_;
    described_.is_optional = false; // whoever names types wants them
}

bool custom_objects::needs_types(const resource& each)
{
    return std::ranges::any_of(each.listings, [](const listing& one) {
        return one.target.find(place_of_type) != one.target.npos;
    });
}

const resource& custom_objects::described(const resource& each) const
{
    return needs_types(each) ? described_ : each;
}

} // namespace intercom_mirror
