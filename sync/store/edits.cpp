#include "sync/store/edits.hpp"

#include <pqxx/pqxx>

namespace intercom_mirror::control {
namespace {

// A list longer than this is read with SQL, from the view `edits`.
constexpr int listed_max = 10'000;

// libpqxx knows NULL as a null pointer.
class optional_id
{
public:
    explicit optional_id(std::optional<std::int64_t> id)
        : text_(id ? std::to_string(*id) : ""), is_given_(id.has_value())
    {
    }
    [[nodiscard]] const char* get() const { return is_given_ ? text_.c_str() : nullptr; }

private:
    std::string text_;
    bool is_given_;
};

} // namespace

std::vector<edit_summary> edits(pqxx::transaction_base& transaction, std::optional<std::int64_t> id,
                                bool with_settled)
{
    const optional_id only(id);
    std::vector<edit_summary> found;
    for (const auto& one : transaction.exec_params(
             "SELECT id, operation, coalesce(\"table\", ''), coalesce(\"row\", ''), fields, state,"
             " coalesce(reason, ''), coalesce(request_id, ''), attempts, who,"
             " to_char(\"when\", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
             "  FROM (SELECT * FROM edits"
             "         WHERE CASE WHEN $1::bigint IS NULL THEN $2::boolean OR settled_at IS NULL"
             "                    ELSE id = $1::bigint END"
             "         ORDER BY id DESC LIMIT $3::integer) AS newest ORDER BY id",
             only.get(), with_settled, listed_max)) {
        edit_summary edit;
        edit.id = one[0].as<std::int64_t>();
        edit.operation = one[1].c_str();
        edit.table = one[2].c_str();
        edit.row = one[3].c_str();
        edit.fields = one[4].c_str();
        edit.state = one[5].c_str();
        edit.reason = one[6].c_str();
        edit.request_id = one[7].c_str();
        edit.attempts = one[8].as<int>();
        edit.who = one[9].c_str();
        edit.when = one[10].c_str();
        found.push_back(std::move(edit));
    }
    return found;
}

std::vector<edit_attempt> attempts(pqxx::transaction_base& transaction, std::int64_t edit_id)
{
    std::vector<edit_attempt> found;
    for (const auto& one : transaction.exec_params(
             "SELECT number, request, coalesce(sent::text, ''), coalesce(outcome, ''),"
             " coalesce(request_id, ''), to_char(began_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
             "  FROM outbox_attempt WHERE outbox_id = $1::bigint ORDER BY number",
             edit_id)) {
        found.push_back({one[0].as<int>(), one[1].c_str(), one[2].c_str(), one[3].c_str(),
                         one[4].c_str(), one[5].c_str()});
    }
    return found;
}

std::int64_t release_edits(pqxx::transaction_base& transaction, std::optional<std::int64_t> id)
{
    const optional_id only(id);
    return transaction.exec_params1("SELECT release_edits($1::bigint)", only.get())[0]
        .as<std::int64_t>();
}

std::vector<edit_conflict> conflicts(pqxx::transaction_base& transaction,
                                     std::optional<std::int64_t> id)
{
    const optional_id only(id);
    std::vector<edit_conflict> found;
    for (const auto& one : transaction.exec_params(
             "SELECT id, outbox_id, table_name, row_id, field, coalesce(member, ''),"
             " coalesce(base::text, 'null'), coalesce(local::text, 'null'),"
             " coalesce(remote::text, 'null'), policy, coalesce(resolution, ''),"
             " to_char(noted_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
             "  FROM conflict"
             " WHERE CASE WHEN $1::bigint IS NULL THEN resolution IS NULL ELSE id = $1::bigint END"
             " ORDER BY id LIMIT $2::integer",
             only.get(), listed_max)) {
        edit_conflict conflict;
        conflict.id = one[0].as<std::int64_t>();
        conflict.edit_id = one[1].as<std::int64_t>();
        conflict.table = one[2].c_str();
        conflict.row = one[3].c_str();
        conflict.field = one[4].c_str();
        conflict.member = one[5].c_str();
        conflict.base = one[6].c_str();
        conflict.local = one[7].c_str();
        conflict.remote = one[8].c_str();
        conflict.policy = one[9].c_str();
        conflict.resolution = one[10].c_str();
        conflict.noted_at = one[11].c_str();
        found.push_back(std::move(conflict));
    }
    return found;
}

} // namespace intercom_mirror::control
