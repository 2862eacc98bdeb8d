#pragma once

#include "sync/store/array_parameter.hpp"
#include "sync/store/row_parameter.hpp"
#include "sync/store/store.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pqxx {
class connection_base;
class result;
class transaction_base;
} // namespace pqxx

namespace intercom_mirror {

struct session_options
{
    std::string dsn;
    std::string schema;           // the mirror's; the control schema is <schema>_sync
    std::string application_name; // "intercom-mirror/<epoch>"
    // Settings of a daemon's session: statement and idle timeouts, and the planner's way around
    // generic plans made for empty tables. An operator's command does without the timeouts.
    bool is_daemon = true;
};

// Parameters of a statement: binary arrays as $1 …, then texts (or NULL).
struct parameters
{
    std::vector<array_parameter> arrays;
    std::vector<std::optional<std::string>> texts;
};

// One connection. Turns libpqxx's ways into ours: a lost connection is dropped and opened anew (it
// never reconnects silently), a transaction rolled back by the server through no fault of its own
// is repeated, statements are prepared once. Every transaction may run more than once.
class session
{
public:
    explicit session(session_options options);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void set_application_name(std::string name);

    // Throws store_unavailable (repeat later), permission_missing or statement_refused, and what
    // the work throws itself.
    void transact(const std::function<void(pqxx::transaction_base&)>& work);

    // Within a transaction of this session. Prepares `sql` on first use; the text is the key.
    pqxx::result run(pqxx::transaction_base& transaction, const std::string& sql,
                     parameters given = {});

    // Whether the channel was notified since the last call, or is within that time: blocks until
    // then. The first call says yes, as nobody listened before. Throws store_unavailable. For a
    // session that does nothing else, or notices come late.
    bool is_notified(const std::string& channel, std::chrono::microseconds within);

    // As the database has it now; remembered until a statement is refused.
    const row_type& rows_of(pqxx::transaction_base& transaction, std::string_view table);

private:
    class listener;

    pqxx::connection_base& connection();
    void open();
    void close();

    session_options options_;
    // Shared, because libpqxx's base class has no virtual destructor: only a shared pointer
    // remembers what to destroy.
    std::shared_ptr<pqxx::connection_base> connection_;
    std::unique_ptr<listener> listener_;
    std::unordered_map<std::string, std::string> prepared_; // SQL → name
    std::unordered_map<std::string, row_type> row_types_;   // by table
};

} // namespace intercom_mirror
