#include "config/load.hpp"

#include "config/option_table.hpp"
#include "config/values.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <unistd.h>

namespace intercom_mirror {
namespace {

constexpr std::string_view default_file = "/etc/intercom-mirror/config.toml";
constexpr std::string_view token_variable = "INTERCOM_ACCESS_TOKEN";
constexpr std::string_view prefix = "INTERCOM_MIRROR_";
// Not ours to read: by these the test suite tells its programs where its server is.
constexpr std::string_view test_prefix = "INTERCOM_MIRROR_TEST_";

// What stands for the star when "resource.*.since" fits "resource.contacts.since".
std::optional<std::string_view> star_of(std::string_view pattern, std::string_view name)
{
    const auto star = pattern.find('*');
    if (star == pattern.npos) {
        return pattern == name ? std::optional(std::string_view()) : std::nullopt;
    }
    const auto before = pattern.substr(0, star);
    const auto after = pattern.substr(star + 1);
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) ||
        !name.ends_with(after)) {
        return std::nullopt;
    }
    return name.substr(star, name.size() - before.size() - after.size());
}

std::string with_star(std::string_view pattern, std::string_view star)
{
    const auto at = pattern.find('*');
    return at == pattern.npos
               ? std::string(pattern)
               : fmt::format("{}{}{}", pattern.substr(0, at), star, pattern.substr(at + 1));
}

// Whether keys may stand in the section `name`: "push", "push.policy", "resource.contacts".
bool is_section(std::string_view name)
{
    const std::string inside = std::string(name) + ".";
    const auto keys = option_table();
    return std::any_of(keys.begin(), keys.end(), [&](const option_key& key) {
        const auto before_star = key.name.substr(0, key.name.find('*'));
        return key.name.starts_with(inside) ||
               (before_star != key.name && inside.starts_with(before_star));
    });
}

[[noreturn]] void refuse_unknown(const std::string& place, std::string_view name,
                                 std::span<const std::string> known)
{
    const std::string meant = nearest(name, known);
    throw config_error(place + " is not a key of the configuration",
                       meant.empty() ? "config.example.toml lists all keys"
                                     : fmt::format("did you mean {}?", meant));
}

// Runs `take`, and turns its refusal into an error that names the place.
template <class Take>
void take_or_explain(const std::string& place, std::string_view expected, const raw_value& value,
                     Take take)
{
    try {
        if (!take()) {
            throw config_error(fmt::format("{} = {}: expected {}", place, shown(value), expected));
        }
    } catch (const unfit_value& reason) {
        throw config_error(fmt::format("{}: {}", place, reason.sentence), reason.hint);
    }
}

class loader
{
public:
    explicit loader(const catalogue_names& names) : names_(names) {}

    void read_credentials(const environment& variables);
    void read_file(const std::filesystem::path& path);
    void read_variables(const environment& variables);
    void check_route(const environment& variables) const;
    void check_admin_token() const;

    options result;

private:
    void read_table(const std::string& above, const toml::table& table);
    void read_backfills(const toml::node& node);
    void take(const std::string& place, const option_key& key, std::string_view star,
              const raw_value& value);
    [[nodiscard]] std::string place_of(const toml::source_region& source,
                                       std::string_view name) const;

    const catalogue_names& names_;
    std::string file_;
};

void loader::take(const std::string& place, const option_key& key, std::string_view star,
                  const raw_value& value)
{
    take_or_explain(place, key.expected, value,
                    [&] { return key.take(result, given(value, names_, star)); });
}

// systemd hands a unit its secrets as files of this directory.
void loader::read_credentials(const environment& variables)
{
    const auto directory = variables.find("CREDENTIALS_DIRECTORY");
    if (directory == variables.end()) {
        return;
    }
    const auto take_file = [&](std::string_view name, const auto& read) {
        const auto path = std::filesystem::path(directory->second) / name;
        if (std::filesystem::exists(path)) {
            take_or_explain(fmt::format("credential {}", name), {}, {}, [&] {
                read(path);
                return true;
            });
        }
    };
    const std::array<std::pair<std::string_view, secret*>, 3> credentials{
        {{"intercom-access-token", &result.intercom.access_token},
         {"postgres-dsn", &result.postgres.dsn},
         {"http-admin-token", &result.http.admin_token}}};
    for (const auto& [name, target] : credentials) {
        take_file(name, [into = target](const auto& path) { *into = read_secret(path); });
    }
    take_file("intercom-webhook-secret",
              [&](const auto& path) { result.intercom.webhook_secrets = read_secrets(path); });
}

std::string loader::place_of(const toml::source_region& source, std::string_view name) const
{
    return fmt::format("{}:{}: {}", file_, source.begin.line, name);
}

raw_value value_of(const std::string& place, const toml::node& node)
{
    if (const auto text = node.value_exact<std::string>()) {
        return *text;
    }
    if (const auto boolean = node.value_exact<bool>()) {
        return *boolean;
    }
    if (const auto whole = node.value_exact<std::int64_t>()) {
        return *whole;
    }
    if (const auto number = node.value_exact<double>()) {
        return *number;
    }
    const toml::array* array = node.as_array();
    if (array == nullptr) {
        // A date of TOML's own; its canonical text is read like a quoted one.
        std::ostringstream text;
        text << toml::node_view(node);
        return text.str();
    }
    std::vector<std::string> list;
    for (const toml::node& item : *array) {
        const auto text = item.value_exact<std::string>();
        if (!text) {
            throw config_error(place + ": expected a list of texts");
        }
        list.push_back(*text);
    }
    return list;
}

void loader::read_table(const std::string& above, const toml::table& table)
{
    for (const auto& [key_name, node] : table) {
        const std::string name = above + std::string(key_name.str());
        const std::string place = place_of(key_name.source(), name);
        if (name == "backfill") {
            read_backfills(node);
        } else if (node.is_table() && is_section(name)) {
            read_table(name + ".", *node.as_table());
        } else {
            const auto keys = option_table();
            const auto key = std::find_if(keys.begin(), keys.end(), [&](const option_key& each) {
                return star_of(each.name, name);
            });
            if (key == keys.end() || node.is_table()) {
                std::vector<std::string> known;
                for (const option_key& each : keys) {
                    known.emplace_back(each.name);
                }
                refuse_unknown(place, name, known);
            }
            take(place, *key, *star_of(key->name, name), value_of(place, node));
        }
    }
}

void loader::read_backfills(const toml::node& node)
{
    const toml::array* entries = node.as_array();
    if (entries == nullptr || !entries->is_homogeneous(toml::node_type::table)) {
        throw config_error(place_of(node.source(), "backfill") +
                           ": expected sections that begin with [[backfill]]");
    }
    for (const toml::node& entry : *entries) {
        scheduled_backfill backfill;
        for (const auto& [key_name, value] : *entry.as_table()) {
            const std::string name = "backfill." + std::string(key_name.str());
            const std::string place = place_of(key_name.source(), name);
            const auto keys = backfill_table();
            const auto key = std::find_if(keys.begin(), keys.end(), [&](const backfill_key& each) {
                return each.name == key_name.str();
            });
            if (key == keys.end()) {
                throw config_error(place + " is not a key of the configuration",
                                   "a [[backfill]] has resources, schedule and since");
            }
            const raw_value raw = value_of(place, value);
            take_or_explain(place, key->expected, raw,
                            [&] { return key->take(backfill, given(raw, names_, {})); });
        }
        if (!backfill.schedule) {
            throw config_error(place_of(entry.source(), "backfill") + " has no schedule",
                               "for example schedule = \"0 3 * * 0\": every Sunday at three");
        }
        result.backfills.push_back(std::move(backfill));
    }
}

void loader::read_file(const std::filesystem::path& path)
{
    file_ = path.string();
    if (::access(file_.c_str(), R_OK) != 0) {
        throw config_error(fmt::format("cannot read {}: {}", file_, std::strerror(errno)));
    }
    try {
        const toml::table table = toml::parse_file(file_);
        read_table("", table);
    } catch (const toml::parse_error& error) {
        throw config_error(
            fmt::format("{}:{}: {}", file_, error.source().begin.line, error.description()),
            "the file is TOML: key = value, texts in double quotes");
    }
}

// Every key as the variable it is known by, with the star replaced by each name it can stand for.
struct known_variable
{
    const option_key* key;
    std::string star;
};

std::map<std::string, known_variable, std::less<>> known_variables(const catalogue_names& names)
{
    std::map<std::string, known_variable, std::less<>> known;
    for (const option_key& key : option_table()) {
        if (key.name.find('*') == key.name.npos) {
            known.emplace(variable_name(key.name), known_variable{&key, {}});
            continue;
        }
        for (const auto* candidates : {&names.resources, &names.columns}) {
            for (const std::string& name : *candidates) {
                known.emplace(variable_name(with_star(key.name, name)), known_variable{&key, name});
            }
        }
    }
    return known;
}

void loader::read_variables(const environment& variables)
{
    const auto known = known_variables(names_);
    for (const auto& [variable, text] : variables) {
        if (!variable.starts_with(prefix) || variable.starts_with(test_prefix)) {
            continue;
        }
        const auto found = known.find(variable);
        if (found == known.end()) {
            std::vector<std::string> candidates;
            for (const auto& each : known) {
                candidates.push_back(each.first);
            }
            refuse_unknown("environment variable " + variable, variable, candidates);
        }
        take("environment variable " + variable, *found->second.key, found->second.star,
             variable_text{text});
    }
    if (const auto token = variables.find(token_variable); token != variables.end()) {
        take_or_explain(fmt::format("environment variable {}", token_variable), {}, {}, [&] {
            result.intercom.access_token = secret_in(token->second);
            return true;
        });
    }
}

// Whoever listens on the way to the database reads the whole workspace.
void loader::check_route(const environment& variables) const
{
    const auto route = parse_dsn(result.postgres.dsn.reveal());
    if (!route) {
        throw config_error("postgres.dsn is no connection string that libpq understands");
    }
    const auto named_by = [&](std::string_view variable) {
        const auto found = variables.find(variable);
        return found == variables.end() ? std::string() : found->second;
    };
    const auto elsewhere = parse_dsn(fmt::format("host='{}'", named_by("PGHOST")));
    const bool is_remote =
        route->is_remote || (!route->names_host && elsewhere && elsewhere->is_remote);
    const bool verifies =
        route->names_sslmode ? route->verifies_server : named_by("PGSSLMODE") == "verify-full";
    if (is_remote && !verifies) {
        throw config_error("postgres.dsn: the server is on another machine, and without "
                           "sslmode=verify-full nothing proves that it is the right one",
                           "add sslmode=verify-full and, if need be, sslrootcert=FILE");
    }
}

// Whoever reaches the status page may try one.
void loader::check_admin_token() const
{
    constexpr std::size_t shortest = 16;
    const auto& token = result.http.admin_token;
    if (!token.empty() && token.reveal().size() < shortest) {
        throw config_error(fmt::format("the admin token has {} characters, expected at least {}",
                                       token.reveal().size(), shortest),
                           "openssl rand -hex 24 makes one for the file of http.admin_token_file");
    }
}

} // namespace

environment take_process_environment()
{
    environment variables;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view entry = *each;
        const auto equals = entry.find('=');
        if (equals != entry.npos) {
            variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
        }
    }
    for (const char* name : {token_variable.data(), "INTERCOM_MIRROR_POSTGRES_DSN"}) {
        // /proc shows the bytes of the original block even after unsetenv.
        if (char* value = std::getenv(name)) {
            ::explicit_bzero(value, std::strlen(value));
            ::unsetenv(name);
        }
    }
    return variables;
}

options load(const std::optional<std::filesystem::path>& file, const environment& variables,
             const catalogue_names& names)
{
    loader sources(names);
    sources.read_credentials(variables);
    if (file) {
        sources.read_file(*file);
    }
    sources.read_variables(variables);
    sources.check_route(variables);
    sources.check_admin_token();
    return std::move(sources.result);
}

std::optional<std::filesystem::path> config_file(std::string_view argument)
{
    if (!argument.empty()) {
        return argument;
    }
    return std::filesystem::exists(default_file) ? std::optional(default_file) : std::nullopt;
}

void require_access_token(const options& settings)
{
    if (settings.intercom.access_token.empty()) {
        throw config_error(
            "there is no access token for Intercom",
            "set INTERCOM_ACCESS_TOKEN, name a file in intercom.access_token_file, or give the "
            "unit the credential intercom-access-token");
    }
}

} // namespace intercom_mirror
