#include "sync/store/session.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <utility>

namespace pqxx {

template <>
struct string_traits<std::optional<std::string>>
{
    static constexpr const char* name() noexcept { return "optional text"; }
    static constexpr bool has_null() noexcept { return true; }
    static bool is_null(const std::optional<std::string>& value) { return !value; }
    static std::string to_string(const std::optional<std::string>& value) { return *value; }
};

} // namespace pqxx

namespace intercom_mirror {
namespace {

// A transaction that loses against another is repeated this often before it counts as trouble;
// deadlocks with an editor's transaction resolve at the first repetition.
constexpr int repetitions_max = 8;

bool starts_with(std::string_view text, std::string_view prefix)
{
    return text.substr(0, prefix.size()) == prefix;
}

// Errors that say something about the server's state, not about what was asked: SQLSTATE classes
// 53 (resources), 57 (operator intervention), 58 (system), 08 (connection), 55 (locks), 25006
// (read-only: a standby or a full disk's safety net).
bool is_passing(std::string_view sqlstate)
{
    return starts_with(sqlstate, "53") || starts_with(sqlstate, "57") ||
           starts_with(sqlstate, "58") || starts_with(sqlstate, "08") ||
           starts_with(sqlstate, "55") || sqlstate == "25006" || starts_with(sqlstate, "XX");
}

} // namespace

class session::listener final : public pqxx::notification_receiver
{
public:
    listener(pqxx::connection_base& on, const std::string& channel)
        : pqxx::notification_receiver(on, channel)
    {
    }
    void operator()(const std::string& /*payload*/, int /*backend*/) override { was_told = true; }

    bool was_told = true; // perhaps before it listened
};

session::session(session_options options) : options_(std::move(options)) {}

session::~session() = default;

void session::close()
{
    listener_.reset(); // it belongs to the connection
    connection_.reset();
}

void session::set_application_name(std::string name)
{
    options_.application_name = std::move(name);
    close();
}

void session::open()
{
    prepared_.clear();
    row_types_.clear();
    auto fresh = std::make_shared<pqxx::connection>(options_.dsn);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    // libpqxx would reconnect by itself, without settings and prepared statements.
    fresh->inhibit_reactivation(true);
#pragma clang diagnostic pop
    pqxx::nontransaction setup(*fresh);
    setup.exec(fmt::format("SET search_path = {}, {}, pg_temp", setup.quote_name(options_.schema),
                           setup.quote_name(options_.schema + "_sync")));
    setup.exec("SET client_min_messages = warning");
    setup.exec("SET TimeZone = 'UTC'");
    setup.exec("SET application_name = " + setup.quote(options_.application_name));
    if (options_.is_daemon) {
        // Prepared statements run generic plans from their sixth execution on; those were made when
        // tables were empty and would scan them page after page.
        setup.exec("SET enable_seqscan = off");
        setup.exec("SET jit = off");
        setup.exec("SET idle_in_transaction_session_timeout = '5s'");
        setup.exec("SET statement_timeout = '30s'");
        setup.exec("SET lock_timeout = '10s'");
    }
    setup.commit();
    connection_ = std::move(fresh);
}

pqxx::connection_base& session::connection()
{
    if (!connection_) {
        open();
    }
    return *connection_;
}

void session::transact(const std::function<void(pqxx::transaction_base&)>& work)
{
    for (int repetition = 1;; ++repetition) {
        try {
            pqxx::work transaction(connection());
            work(transaction);
            transaction.commit();
            return;
        } catch (const pqxx::in_doubt_error&) {
            // Committed or not: all our transactions may be repeated.
            close();
            if (repetition >= repetitions_max) {
                throw store_unavailable("PostgreSQL went away while committing");
            }
        } catch (const pqxx::transaction_rollback& lost) {
            if (repetition >= repetitions_max) {
                throw store_unavailable(lost.what());
            }
        } catch (const pqxx::broken_connection& gone) {
            close();
            throw store_unavailable(fmt::format("PostgreSQL cannot be reached: {}", gone.what()));
        } catch (const pqxx::sql_error& error) {
            if (error.sqlstate() == "40P01" || error.sqlstate() == "40001") {
                if (repetition >= repetitions_max) {
                    throw store_unavailable(error.what());
                }
                continue;
            }
            if (error.sqlstate() == "42501") {
                throw permission_missing(error.what());
            }
            if (error.sqlstate().empty() || is_passing(error.sqlstate())) {
                close();
                throw store_unavailable(
                    fmt::format("PostgreSQL refuses for now: {}", error.what()));
            }
            // Perhaps because somebody has altered a table.
            row_types_.clear();
            throw statement_refused(error.what(), error.sqlstate());
        } catch (const pqxx::usage_error& error) {
            // A transaction on a connection that broke under it.
            close();
            throw store_unavailable(error.what());
        }
    }
}

pqxx::result session::run(pqxx::transaction_base& transaction, const std::string& sql,
                          parameters given)
{
    auto found = prepared_.find(sql);
    if (found == prepared_.end()) {
        std::string name = fmt::format("s{}", prepared_.size());
        connection().prepare(name, sql);
        found = prepared_.emplace(sql, std::move(name)).first;
    }
    std::vector<pqxx::binarystring> arrays;
    arrays.reserve(given.arrays.size());
    for (auto& array : given.arrays) {
        arrays.emplace_back(array.bytes());
    }
    return transaction.exec_prepared(found->second, pqxx::prepare::make_dynamic_params(arrays),
                                     pqxx::prepare::make_dynamic_params(given.texts));
}

bool session::is_notified(const std::string& channel, std::chrono::microseconds within)
{
    try {
        if (!listener_) {
            listener_ = std::make_unique<listener>(connection(), channel);
        }
        if (!listener_->was_told) {
            const auto seconds = std::chrono::floor<std::chrono::seconds>(within);
            connection().await_notification(seconds.count(), (within - seconds).count());
        }
        return std::exchange(listener_->was_told, false);
    } catch (const pqxx::failure& gone) {
        close();
        throw store_unavailable(fmt::format("PostgreSQL cannot be reached: {}", gone.what()));
    }
}

const row_type& session::rows_of(pqxx::transaction_base& transaction, std::string_view table)
{
    const std::string name(table);
    const auto known = row_types_.find(name);
    if (known != row_types_.end()) {
        return known->second;
    }
    row_type type;
    for (const auto& column : transaction.exec_params(
             "SELECT c.reltype, a.attname, a.atttypid FROM pg_class AS c"
             "  JOIN pg_attribute AS a ON a.attrelid = c.oid"
             " WHERE c.oid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped"
             " ORDER BY a.attnum",
             name)) {
        type.oid = column[0].as<std::uint32_t>();
        type.columns.push_back({column[1].c_str(), column[2].as<std::uint32_t>()});
    }
    return row_types_.emplace(name, std::move(type)).first->second;
}

} // namespace intercom_mirror
