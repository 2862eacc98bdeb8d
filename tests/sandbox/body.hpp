#pragma once

#include "tests/sandbox/model.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_sandbox {

// The JSON object a request brings, read by name. Everything about it that is not as documented is
// thrown as `refusal`: no JSON, an unknown member (400 bad_request), a wrong type, a null where
// none may be (400 parameter_invalid).
//
// Readers answer nothing for a member that was not sent, which is to stay as it is. Those called
// nullable answer an empty value for a null.
class fields
{
public:
    // `known`: the members there may be, separated by blanks; "*" for any.
    fields(std::string_view json, std::string_view known);

    [[nodiscard]] bool has(std::string_view name) const; // be it null
    [[nodiscard]] bool is_null(std::string_view name) const;
    // 400 parameter_not_found for the first of `names` that was not sent, or is null.
    void require(std::initializer_list<std::string_view> names) const;

    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
    [[nodiscard]] std::optional<std::optional<std::string>>
    nullable_text(std::string_view name) const;
    // A string, or a whole number, which means the same.
    [[nodiscard]] std::optional<std::string> id(std::string_view name) const;
    [[nodiscard]] std::optional<std::optional<std::string>>
    nullable_id(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
    [[nodiscard]] std::optional<double> number(std::string_view name) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
    [[nodiscard]] std::optional<std::optional<bool>> nullable_boolean(std::string_view name) const;
    // Unix time; a fraction of a second is cut off, what must be milliseconds is refused.
    [[nodiscard]] std::optional<seconds> time(std::string_view name) const;
    [[nodiscard]] std::optional<std::optional<seconds>> nullable_time(std::string_view name) const;
    // One of `values`.
    [[nodiscard]] std::optional<std::string>
    choice(std::string_view name, std::initializer_list<std::string_view> values) const;

    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name) const;
    [[nodiscard]] bool is_list(std::string_view name) const;
    [[nodiscard]] bool is_object(std::string_view name) const;
    [[nodiscard]] std::optional<fields> object(std::string_view name, std::string_view known) const;
    [[nodiscard]] std::optional<std::vector<fields>> objects(std::string_view name,
                                                             std::string_view known) const;
    // The members of an object whatever they are called; none for null.
    [[nodiscard]] std::vector<std::pair<std::string, nlohmann::json>>
    entries(std::string_view name) const;
    // The member as it was sent.
    [[nodiscard]] std::string raw(std::string_view name) const;

private:
    explicit fields(std::shared_ptr<const nlohmann::json> object) : object_(std::move(object)) {}
    void check_names(std::string_view known) const;
    template <class Value>
    std::optional<std::optional<Value>>
    nullable(std::string_view name,
             std::optional<Value> (fields::*read)(std::string_view) const) const;
    // Null when it was not sent; refuses null.
    const nlohmann::json* find(std::string_view name) const;

    std::shared_ptr<const nlohmann::json> object_;
};

// Without blanks at both ends.
std::string trimmed(std::string_view text);
std::string lower_case(std::string_view text); // ASCII
// A message as it is stored: paragraphs of what is plain text, without the frame of a document.
std::string as_html(std::string_view text);

} // namespace intercom_sandbox
