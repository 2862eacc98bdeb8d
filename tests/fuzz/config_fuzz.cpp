// A configuration is understood or refused by a config_error with something to say, whatever
// bytes are in the file; the same text in a variable, too.

#include "config/load.hpp"

#include <cstdint>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace intercom_mirror;

const catalogue_names names{{"contacts", "companies"}, {"contacts.phone"}};

void load_or_explain(const std::optional<std::filesystem::path>& file, const environment& variables)
{
    try {
        load(file, variables, names);
    } catch (const config_error& error) {
        if (std::string_view(error.what()).empty()) {
            std::abort();
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
    // The loader reads files only: this one lives in memory.
    static const int memory = ::memfd_create("config", 0);
    if (::ftruncate(memory, 0) != 0 || ::pwrite(memory, bytes, count, 0) < 0) {
        std::abort();
    }
    load_or_explain("/proc/self/fd/" + std::to_string(memory), {});

    // The first byte chooses a variable, the rest is its text.
    constexpr const char* variables[] = {
        "INTERCOM_MIRROR_INTERCOM_BASE_URL",        "INTERCOM_MIRROR_POSTGRES_DSN",
        "INTERCOM_MIRROR_SYNC_RESOURCES",           "INTERCOM_MIRROR_SYNC_POLL_EVERY",
        "INTERCOM_MIRROR_RESOURCE_CONTACTS_SINCE",  "INTERCOM_MIRROR_HTTP_LISTEN",
        "INTERCOM_MIRROR_INTERCOM_MAX_QUOTA_SHARE", "INTERCOM_ACCESS_TOKEN"};
    if (count > 0) {
        const std::string text(bytes + 1, bytes + count);
        load_or_explain({}, {{variables[bytes[0] % std::size(variables)], text}});
    }
    return 0;
}
