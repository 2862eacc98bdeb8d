#include "config/option_table.hpp"

#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

template <class Number>
std::optional<Number> number_in(const std::string& text)
{
    Number number{};
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

// A reader's answer put in its place; false when there was none.
template <class Target, class Value>
bool put(Target& into, std::optional<Value> value)
{
    if (value) {
        into = std::move(*value);
    }
    return value.has_value();
}

template <class Value, std::size_t Count>
bool choose(const given& from, Value& into,
            const std::pair<std::string_view, Value> (&choices)[Count])
{
    const auto text = from.text();
    const auto choice = std::find_if(std::begin(choices), std::end(choices),
                                     [&](const auto& one) { return text && one.first == *text; });
    if (choice == std::end(choices)) {
        return false;
    }
    into = choice->second;
    return true;
}

bool take_duration(const given& from, std::chrono::seconds& into, std::chrono::seconds shortest,
                   std::chrono::seconds longest)
{
    const auto text = from.text();
    const auto span = text ? parse_duration(*text) : std::nullopt;
    return span && *span >= shortest && *span <= longest && put(into, span);
}

bool take_moment(const given& from, std::optional<moment>& into)
{
    const auto text = from.text();
    return text && put(into, parse_moment(*text));
}

bool take_secret_file(const given& from, secret& into)
{
    const auto path = from.text();
    if (!path || path->empty()) {
        return false;
    }
    into = read_secret(*path);
    return true;
}

// Names have to be known, so that a slip of the pen is no silent gap in the mirror.
void require_known(std::string_view name, std::span<const std::string> known, std::string_view kind)
{
    if (std::find(known.begin(), known.end(), name) != known.end()) {
        return;
    }
    const std::string meant = nearest(name, known);
    throw unfit_value{fmt::format("there is no {} {}", kind, shown(std::string(name))),
                      meant.empty() ? "`intercom-mirror docs tables` lists what there is"
                                    : fmt::format("did you mean {}?", meant)};
}

bool take_resources(const given& from, std::vector<std::string>& into)
{
    auto names = from.list();
    if (!names || names->empty()) {
        return false;
    }
    if (*names == std::vector<std::string>{"all"}) {
        names->clear();
    }
    for (const std::string& name : *names) {
        if (name != "all") {
            require_known(name, from.names.resources, "resource");
        }
    }
    into = std::move(*names);
    return true;
}

bool take_texts(const given& from, std::vector<std::string>& into)
{
    auto texts = from.list();
    if (!texts || std::ranges::find(*texts, "") != texts->end()) {
        return false;
    }
    into = std::move(*texts);
    return true;
}

bool take_columns(const given& from, std::vector<std::string>& into)
{
    const auto names = from.list();
    if (!names) {
        return false;
    }
    for (const std::string& name : *names) {
        require_known(name, from.names.columns, "column that could be left out called");
    }
    return put(into, names);
}

bool is_schema_name(const std::string& name)
{
    // Role names and the control schema derive from it by suffixes, within PostgreSQL's 63 bytes.
    constexpr std::size_t longest = 48;
    const auto is_plain = [](char symbol) {
        return (symbol >= 'a' && symbol <= 'z') || (symbol >= '0' && symbol <= '9') ||
               symbol == '_';
    };
    return !name.empty() && name.size() <= longest && !(name[0] >= '0' && name[0] <= '9') &&
           !name.starts_with("pg_") && std::all_of(name.begin(), name.end(), is_plain);
}

void take_dsn_text(const std::string& dsn, secret& into)
{
    if (!parse_dsn(dsn)) {
        throw unfit_value{
            "expected a connection string that libpq understands",
            "for example postgresql:///intercom or host=/run/postgresql dbname=intercom"};
    }
    into = secret(dsn);
}

bool take_dsn(const given& from, secret& into)
{
    const auto dsn = from.text();
    if (!dsn) {
        throw unfit_value{"expected a connection string"};
    }
    take_dsn_text(*dsn, into);
    if (!from.is_from_variable() && parse_dsn(*dsn)->has_password) {
        throw unfit_value{"a password does not belong into this file",
                          "put the whole connection string into a file of its own and name it in "
                          "postgres.dsn_file, or use ~/.pgpass"};
    }
    return true;
}

bool take_listen(const given& from, http_options& into)
{
    const auto text = from.text();
    auto address = text ? parse_listen(*text) : std::nullopt;
    if (!address) {
        return false;
    }
    into.host = std::move(address->host);
    into.port = address->port;
    return true;
}

constexpr std::pair<std::string_view, region> regions[] = {
    {"us", region::us}, {"eu", region::eu}, {"au", region::au}};
constexpr std::pair<std::string_view, conflict_policy> policies[] = {
    {"remote_wins", conflict_policy::remote_wins},
    {"local_wins", conflict_policy::local_wins},
    {"manual", conflict_policy::manual}};
constexpr std::pair<std::string_view, log_level> levels[] = {{"debug", log_level::debug},
                                                             {"info", log_level::info},
                                                             {"warning", log_level::warning},
                                                             {"error", log_level::error}};
constexpr std::pair<std::string_view, log_format> formats[] = {
    {"text", log_format::text}, {"json", log_format::json}, {"journald", log_format::journald}};

constexpr std::string_view a_policy = R"("remote_wins", "local_wins" or "manual")";
constexpr std::string_view a_moment =
    R"(a date such as "2023-01-01", "2023-01-01T08:00:00Z", or a distance such as "-90d")";
constexpr std::string_view a_secret_file = "the path of a file that holds nothing but the secret";
constexpr std::string_view resource_names =
    R"(["all"] or a list of resources such as ["contacts"] or ["all", "calls"])";

constexpr option_key keys[] = {
    {"intercom.region", R"("us", "eu" or "au")",
     [](options& o, const given& v) { return choose(v, o.intercom.region, regions); }},
    {"intercom.base_url",
     R"(an origin such as "https://api.intercom.io"; http only for this machine, nothing after the port)",
     [](options& o, const given& v) {
         const auto url = v.text();
         return url && is_safe_origin(*url) && put(o.intercom.base_url, url);
     }},
    {"intercom.access_token_file", a_secret_file,
     [](options& o, const given& v) { return take_secret_file(v, o.intercom.access_token); }},
    {"intercom.webhook_secret_file",
     "the path of a file that holds nothing but the secret, or two of them, a line each",
     [](options& o, const given& v) {
         const auto path = v.text();
         if (!path || path->empty()) {
             return false;
         }
         o.intercom.webhook_secrets = read_secrets(*path);
         return true;
     }},
    {"intercom.api_version", known_api_versions,
     [](options& o, const given& v) {
         const auto text = v.text();
         return text && put(o.intercom.version, parse_api_version(*text));
     }},
    {"intercom.max_quota_share", "a number above 0 and up to 1",
     [](options& o, const given& v) {
         const auto share = v.number();
         return share && *share > 0 && *share <= 1 && put(o.intercom.max_quota_share, share);
     }},
    {"intercom.acting_admin_id", R"(the id of an admin, as text such as "814860")",
     [](options& o, const given& v) { return put(o.intercom.acting_admin_id, v.text()); }},

    {"postgres.dsn", "a connection string",
     [](options& o, const given& v) { return take_dsn(v, o.postgres.dsn); }},
    {"postgres.dsn_file", a_secret_file,
     [](options& o, const given& v) {
         const auto path = v.text();
         if (path) {
             take_dsn_text(read_secret(*path).reveal(), o.postgres.dsn);
         }
         return path.has_value();
     }},
    {"postgres.schema", "a name of up to 48 characters of a-z, 0-9 and _, not starting with pg_",
     [](options& o, const given& v) {
         const auto name = v.text();
         return name && is_schema_name(*name) && put(o.postgres.schema, name);
     }},
    {"postgres.connections", "a whole number from 2 to 16",
     [](options& o, const given& v) {
         const auto count = v.whole();
         if (!count || *count < 2 || *count > 16) {
             return false;
         }
         o.postgres.connections = static_cast<unsigned>(*count);
         return true;
     }},

    {"sync.resources", resource_names,
     [](options& o, const given& v) { return take_resources(v, o.sync.resources); }},
    {"sync.custom_object_types", R"(a list of identifiers such as ["Order"])",
     [](options& o, const given& v) { return take_texts(v, o.sync.custom_object_types); }},
    {"sync.poll_every", R"(a duration from "1s" to "1d")",
     [](options& o, const given& v) { return take_duration(v, o.sync.poll_every, 1s, 24h); }},
    {"sync.sweep_every", R"(a duration from "1m" to "31d")",
     [](options& o, const given& v) {
         return take_duration(v, o.sync.sweep_every, 1min, 31 * 24h);
     }},

    {"push.enabled", "true or false",
     [](options& o, const given& v) { return put(o.push.enabled, v.boolean()); }},
    {"push.conflict_policy", a_policy,
     [](options& o, const given& v) { return choose(v, o.push.policy, policies); }},
    {"push.policy.*", a_policy,
     [](options& o, const given& v) {
         const bool is_column = v.star.find('.') != v.star.npos;
         require_known(v.star, is_column ? v.names.columns : v.names.resources,
                       is_column ? "column" : "resource");
         return choose(v, o.push.policies[std::string(v.star)], policies);
     }},

    {"resource.*.since", a_moment,
     [](options& o, const given& v) {
         require_known(v.star, v.names.resources, "resource");
         return take_moment(v, o.resources[std::string(v.star)].since);
     }},

    {"privacy.omit", R"(a list of columns such as ["contacts.phone"])",
     [](options& o, const given& v) { return take_columns(v, o.privacy.omit); }},
    {"privacy.scrub_deleted_after", R"("never" or a duration such as "30d")",
     [](options& o, const given& v) {
         if (v.text() == "never") {
             o.privacy.scrub_deleted_after.reset();
             return true;
         }
         return take_duration(v, o.privacy.scrub_deleted_after.emplace(), 0s, 100 * 366 * 24h);
     }},

    {"http.listen", R"(an address and port such as "127.0.0.1:8750")",
     [](options& o, const given& v) { return take_listen(v, o.http); }},
    {"http.admin_token_file", a_secret_file,
     [](options& o, const given& v) { return take_secret_file(v, o.http.admin_token); }},

    {"log.level", R"("debug", "info", "warning" or "error")",
     [](options& o, const given& v) { return choose(v, o.log.level, levels); }},
    {"log.format", R"("text", "json" or "journald")",
     [](options& o, const given& v) { return choose(v, o.log.format, formats); }},
};

constexpr backfill_key backfill_keys[] = {
    {"resources", resource_names,
     [](scheduled_backfill& b, const given& v) { return take_resources(v, b.resources); }},
    {"schedule", R"(a cron expression of five fields such as "0 3 * * 0")",
     [](scheduled_backfill& b, const given& v) {
         const auto text = v.text();
         try {
             return text && put(b.schedule, std::optional(cron_schedule(*text)));
         } catch (const bad_cron& bad) {
             throw unfit_value{bad.what(), "for example \"0 3 * * 0\": every Sunday at three, UTC"};
         }
     }},
    {"since", a_moment,
     [](scheduled_backfill& b, const given& v) { return take_moment(v, b.since); }},
};

} // namespace

std::optional<std::string> given::text() const
{
    if (const auto* variable = std::get_if<variable_text>(&value_)) {
        return variable->text;
    }
    const auto* text = std::get_if<std::string>(&value_);
    return text == nullptr ? std::nullopt : std::optional(*text);
}

std::optional<bool> given::boolean() const
{
    if (const auto* variable = std::get_if<variable_text>(&value_)) {
        const bool is_true = variable->text == "true";
        return is_true || variable->text == "false" ? std::optional(is_true) : std::nullopt;
    }
    const auto* boolean = std::get_if<bool>(&value_);
    return boolean == nullptr ? std::nullopt : std::optional(*boolean);
}

std::optional<std::int64_t> given::whole() const
{
    if (const auto* variable = std::get_if<variable_text>(&value_)) {
        return number_in<std::int64_t>(variable->text);
    }
    const auto* whole = std::get_if<std::int64_t>(&value_);
    return whole == nullptr ? std::nullopt : std::optional(*whole);
}

std::optional<double> given::number() const
{
    if (const auto* variable = std::get_if<variable_text>(&value_)) {
        return number_in<double>(variable->text);
    }
    if (const auto* number = std::get_if<double>(&value_)) {
        return *number;
    }
    const auto whole = this->whole();
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

std::optional<std::vector<std::string>> given::list() const
{
    const auto* variable = std::get_if<variable_text>(&value_);
    if (variable == nullptr) {
        const auto* list = std::get_if<std::vector<std::string>>(&value_);
        return list == nullptr ? std::nullopt : std::optional(*list);
    }
    // Names hold no commas: a,b,c is a list.
    std::vector<std::string> items;
    for (std::size_t from = 0; from < variable->text.size();) {
        const auto comma = std::min(variable->text.find(',', from), variable->text.size());
        items.push_back(variable->text.substr(from, comma - from));
        from = comma + 1;
    }
    return items;
}

bool given::is_from_variable() const
{
    return std::holds_alternative<variable_text>(value_);
}

std::span<const option_key> option_table()
{
    return keys;
}

std::span<const backfill_key> backfill_table()
{
    return backfill_keys;
}

std::string variable_name(std::string_view key)
{
    std::string name = "INTERCOM_MIRROR_";
    for (const char symbol : key) {
        const bool is_lower = symbol >= 'a' && symbol <= 'z';
        name += symbol == '.' ? '_' : is_lower ? static_cast<char>(symbol - 'a' + 'A') : symbol;
    }
    return name;
}

std::string shown(const raw_value& value)
{
    const auto quote = [](const std::string& text) {
        constexpr std::size_t longest = 60;
        std::string quoted = "\"";
        for (const char symbol : text.substr(0, longest)) {
            quoted += static_cast<unsigned char>(symbol) < 0x20 || symbol == 0x7f ? '?' : symbol;
        }
        return quoted + (text.size() > longest ? "…\"" : "\"");
    };
    if (const auto* text = std::get_if<std::string>(&value)) {
        return quote(*text);
    }
    if (const auto* variable = std::get_if<variable_text>(&value)) {
        return quote(variable->text);
    }
    if (const auto* boolean = std::get_if<bool>(&value)) {
        return *boolean ? "true" : "false";
    }
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        return fmt::format("{}", *whole);
    }
    if (const auto* number = std::get_if<double>(&value)) {
        return fmt::format("{}", *number);
    }
    std::string list;
    for (const std::string& item : std::get<std::vector<std::string>>(value)) {
        list += (list.empty() ? "" : ", ") + quote(item);
    }
    return "[" + list + "]";
}

secret secret_in(std::string text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    const auto is_control = [](char symbol) { return static_cast<unsigned char>(symbol) < 0x20; };
    if (text.empty() || std::any_of(text.begin(), text.end(), is_control)) {
        throw unfit_value{"expected one line with nothing but the secret"};
    }
    return secret(std::move(text));
}

namespace {

std::string content_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    // Secrets are short; whoever names a big file named the wrong one.
    constexpr std::streamsize longest = 8192;
    std::string text(longest, '\0');
    file.read(text.data(), longest);
    if (!file.is_open() || file.bad() || !file.eof()) {
        throw unfit_value{fmt::format("cannot read a secret from {}", shown(path)),
                          "it has to be a small file the user of the daemon may read"};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

} // namespace

secret read_secret(const std::string& path)
{
    return secret_in(content_of(path));
}

std::vector<secret> read_secrets(const std::string& path)
{
    const auto text = content_of(path);
    const auto first_line = text.find('\n');
    std::vector<secret> found{secret_in(text.substr(0, first_line))};
    const auto rest = first_line == text.npos ? std::string() : text.substr(first_line + 1);
    if (rest.find_first_not_of("\r\n") != rest.npos) {
        found.push_back(secret_in(rest));
    }
    return found;
}

} // namespace intercom_mirror
