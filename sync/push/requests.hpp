#pragma once

#include "schema/functions.hpp"
#include "schema/resource.hpp"
#include "sync/store/outbox.hpp"

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The requests an edit becomes: catalogue, values and the version of the API in, HTTP out.
namespace intercom_mirror {

// The catalogue's word about rows of a table that edits of an entity change.
struct written_table
{
    const resource* of = nullptr; // the entity
    const child* in = nullptr;    // null: the entity's own table
    std::span<const column> columns;
    const writing* how = nullptr;
    const function* called = nullptr; // or a function of SQL, and nothing of the above

    // What the edit needs of other tables.
    [[nodiscard]] related_rows related(std::string_view operation) const;
    [[nodiscard]] bool is_by_member(std::string_view column_name) const;
    [[nodiscard]] std::span<const write_request> requests(std::string_view operation) const;
};

// Nothing when the catalogue does not know how the edit could be sent.
std::optional<written_table> find_written(std::span<const resource* const> resources,
                                          std::span<const function> functions,
                                          const outbox_edit& edit);

struct outgoing_request
{
    std::string method;
    std::string target;
    std::string body;     // JSON, or empty
    std::string endpoint; // "PUT /contacts/{id}"
    std::string carried;  // those of the patch's fields that go with it, in the form of the outbox
};

// An edit that cannot become a request as things are.
class unsendable : public std::runtime_error
{
public:
    // `is_for_now`: for want of a setting, not for what the edit says.
    unsendable(const std::string& why, bool is_for_now)
        : std::runtime_error(why), is_for_now_(is_for_now)
    {
    }
    [[nodiscard]] bool is_for_now() const { return is_for_now_; }

private:
    bool is_for_now_;
};

struct request_setting
{
    api_version version;
    std::string acting_admin; // in whose name it is done where the row names nobody
};

// In the order in which they have to go. `patch`: the fields of an update that are to be sent, the
// given fields of a create; for others it does not matter. Throws unsendable.
std::vector<outgoing_request> requests_for(const written_table& table, std::string_view operation,
                                           const edited_row& row, std::string_view patch,
                                           const request_setting& setting);

} // namespace intercom_mirror
