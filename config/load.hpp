#pragma once

#include "config/options.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// A configuration nobody should start with. what() is one sentence that names place, key, value
// and expectation; the hint, if any, says what to do about it.
class config_error : public std::runtime_error
{
public:
    explicit config_error(const std::string& sentence, std::string hint = {})
        : std::runtime_error(sentence), hint_(std::move(hint))
    {
    }

    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

using environment = std::map<std::string, std::string, std::less<>>;

// A copy of the process's environment. The variables that hold secrets are wiped from the process
// itself, so that children and /proc do not show them: call this once, before any thread starts.
environment take_process_environment();

// The names a configuration may use for resources and columns; the catalogue has them.
struct catalogue_names
{
    std::vector<std::string> resources;
    std::vector<std::string> columns; // "contacts.phone": those that may be left out
};

// Reads the file, then the environment, which has the last word. Every key `a.b` is the variable
// INTERCOM_MIRROR_A_B too. Secrets come from `*_file` keys, from systemd's credentials directory
// or, the access token, from INTERCOM_ACCESS_TOKEN. Throws config_error.
options load(const std::optional<std::filesystem::path>& file, const environment& variables,
             const catalogue_names& names);

// The --config argument if there is one, else /etc/intercom-mirror/config.toml if that exists.
std::optional<std::filesystem::path> config_file(std::string_view argument);

// Throws config_error that says how to supply the token when there is none.
void require_access_token(const options& settings);

} // namespace intercom_mirror
