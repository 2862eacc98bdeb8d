#pragma once

#include "config/load.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace intercom_mirror {

// The text of an environment variable, which may stand for a value of any type.
struct variable_text
{
    std::string text;
};

// A value as it was given, before anybody asked what it should be.
using raw_value =
    std::variant<std::string, bool, std::int64_t, double, std::vector<std::string>, variable_text>;

// A value on its way to its place. Each reader returns nothing when the value has another type.
class given
{
public:
    given(const raw_value& value, const catalogue_names& names, std::string_view star)
        : names(names), star(star), value_(value)
    {
    }

    [[nodiscard]] std::optional<std::string> text() const;
    [[nodiscard]] std::optional<bool> boolean() const;
    [[nodiscard]] std::optional<std::int64_t> whole() const;
    [[nodiscard]] std::optional<double> number() const;
    [[nodiscard]] std::optional<std::vector<std::string>> list() const;
    [[nodiscard]] bool is_from_variable() const;

    const catalogue_names& names;
    std::string_view star; // what stood for the `*` of the key

private:
    const raw_value& value_;
};

// Why a value is refused, where "expected …" does not say it all. The loader adds place and key.
// The value itself is not shown unless the sentence does so.
struct unfit_value
{
    std::string sentence;
    std::string hint = {};
};

// One key. From this table follow parsing, the names of environment variables, what an error says
// was expected, and the test that config.example.toml leaves nothing out.
struct option_key
{
    std::string_view name;     // "intercom.region"; a `*` stands for names of the catalogue
    std::string_view expected; // completes the sentence "expected …"
    // Puts the value in its place. False: it is not what was expected.
    bool (*take)(options& into, const given& from);
};

std::span<const option_key> option_table();

// The keys of one [[backfill]] entry, which exist in the file only.
struct backfill_key
{
    std::string_view name;
    std::string_view expected;
    bool (*take)(scheduled_backfill& into, const given& from);
};

std::span<const backfill_key> backfill_table();

// "INTERCOM_MIRROR_INTERCOM_REGION" for "intercom.region"
std::string variable_name(std::string_view key);

// A value for error messages: quoted, of bounded length, without control characters.
std::string shown(const raw_value& value);

// A secret is one line: anything else would break the header or message it is sent in. Throws
// unfit_value.
secret secret_in(std::string text);
// The content of a file that holds one secret. Throws unfit_value.
secret read_secret(const std::string& path);
// Of a file that holds one secret, or two while it is being changed, each on a line of its own.
// Throws unfit_value.
std::vector<secret> read_secrets(const std::string& path);

} // namespace intercom_mirror
