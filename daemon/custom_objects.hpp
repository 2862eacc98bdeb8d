#pragma once

#include "schema/resource.hpp"

#include <deque>
#include <string>
#include <vector>

namespace intercom_mirror {

// Intercom lists custom objects type by type, and the types nowhere. This puts a list for each type
// that the configuration names in place of the catalogue's one. Rows of other types are left as
// they were last seen.
class custom_objects
{
public:
    explicit custom_objects(const std::vector<std::string>& types);
    custom_objects(const custom_objects&) = delete;
    custom_objects& operator=(const custom_objects&) = delete;

    // Whether types are still to be put into its list.
    static bool needs_types(const resource& each);
    // The catalogue's resource as it is to be read: `each`, but for the one that needs types, if
    // there are any.
    [[nodiscard]] const resource& described(const resource& each) const;

private:
    std::deque<std::string> texts_;
    std::vector<listing> listings_;
    resource described_;
};

} // namespace intercom_mirror
