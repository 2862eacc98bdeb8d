#pragma once

#include "schema/resource.hpp"
#include "sync/record/record_plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace intercom_mirror {

// The types in which values are sent, by PostgreSQL's fixed OIDs (src/include/catalog/pg_type.dat).
enum class sent_type : std::uint32_t {
    boolean = 16,
    bigint = 20,
    text = 25,
    json = 114,
    timestamptz = 1184,
    numeric = 1700,
    jsonb = 3802
};

sent_type sent_type_of(column_type type);

// What a cell holds, or part of a document, without owning it.
struct sent_value
{
    cell::kind is = cell::kind::null;
    std::int64_t number = 0; // bigint, boolean, timestamptz (microseconds since 1970)
    std::string_view text;   // text, json, jsonb, numeric (a decimal literal)

    sent_value() = default;
    sent_value(std::int64_t from) : is(cell::kind::number), number(from) {}
    sent_value(std::string_view from) : is(cell::kind::text), text(from) {}
    sent_value(const cell& from) : is(from.is), number(from.number), text(from.text) {}
    template <typename T>
    sent_value(const std::optional<T>& from) : sent_value(from ? sent_value(*from) : sent_value())
    {
    }
};

// Values as the functions *_recv of PostgreSQL (src/backend/utils/adt) read them, in arrays and
// records alike: four bytes of length, or -1 for NULL, then the value.
class binary_writer
{
public:
    void put(std::uint16_t value);
    void put(std::uint32_t value);
    void put(std::uint64_t value);
    void put(sent_type type, const sent_value& value);

    // For lengths that are known only when what they measure is written.
    void overwrite(std::size_t at, std::uint32_t value);
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    std::string& bytes() { return bytes_; }

private:
    void put_numeric(std::string_view literal);

    std::string bytes_;
};

} // namespace intercom_mirror
