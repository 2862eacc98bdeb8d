#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace intercom_sandbox {

// The members a request wants set, found good but not yet carried out: a refused request has
// changed nothing, and members that were not sent stay.
template <class Record>
class patch
{
public:
    // Nothing when `value` is nothing: the member was not sent.
    template <class Holder, class Member, class Value>
    void set(std::string name, Member Holder::* member, const std::optional<Value>& value)
    {
        if (value) {
            put(std::move(name), member, Member(*value));
        }
    }
    template <class Holder, class Member>
    void put(std::string name, Member Holder::* member, std::type_identity_t<Member> value)
    {
        add(std::move(name), [member, to = std::move(value)](Record& r) {
            return std::exchange(r.*member, to) != to;
        });
    }
    // `change` answers whether it changed anything.
    void add(std::string name, std::function<bool(Record&)> change)
    {
        changes_.emplace_back(std::move(name), std::move(change));
    }
    // The names of the members that became something else.
    std::vector<std::string> apply(Record& r) const
    {
        std::vector<std::string> changed;
        for (const auto& [name, change] : changes_) {
            if (change(r)) {
                changed.push_back(name);
            }
        }
        return changed;
    }

private:
    std::vector<std::pair<std::string, std::function<bool(Record&)>>> changes_;
};

} // namespace intercom_sandbox
