#include "sync/store/control.hpp"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>

namespace intercom_mirror::control {
namespace {

// Times travel as microseconds since 1970: no text form to agree on.
constexpr std::string_view to_time = "to_timestamp({}::bigint / 1000000.0)";
constexpr std::string_view from_time = "(EXTRACT(epoch FROM {}) * 1000000)::bigint";

using optional_text = std::optional<std::string>;

optional_text micros(const std::optional<wall_time>& at)
{
    return at ? optional_text(std::to_string(at->time_since_epoch().count())) : std::nullopt;
}

template <typename T>
optional_text text_of(const std::optional<T>& value)
{
    return value ? optional_text(std::to_string(*value)) : std::nullopt;
}

// libpqxx knows NULL as a null pointer.
const char* c_text(const optional_text& value)
{
    return value ? value->c_str() : nullptr;
}

std::optional<wall_time> as_time(const pqxx::field& field)
{
    if (field.is_null()) {
        return std::nullopt;
    }
    return wall_time(duration(field.as<std::int64_t>()));
}

template <typename T>
std::optional<T> as_optional(const pqxx::field& field)
{
    return field.is_null() ? std::nullopt : std::optional<T>(field.as<T>());
}

// What was inserted by SQL and is not in Intercom yet is not missing there.
std::string live_rows(const record_plan& plan)
{
    return fmt::format("deleted_at IS NULL AND NOT starts_with({}, 'local:')",
                       plan.described().key);
}

} // namespace

std::optional<std::int64_t> take_lease(pqxx::transaction_base& transaction, std::string_view holder,
                                       duration dead_after)
{
    // The first daemon ever finds no row.
    transaction.exec(
        "INSERT INTO lease (epoch, holder, renewed_at) VALUES (0, 'nobody', '-infinity')"
        " ON CONFLICT (is_only) DO NOTHING");
    const auto taken = transaction.exec_params(
        "UPDATE lease SET epoch = epoch + 1, holder = $1, renewed_at = clock_timestamp()"
        " WHERE renewed_at < clock_timestamp() - $2::bigint * interval '1 microsecond'"
        " RETURNING epoch",
        std::string(holder), dead_after.count());
    if (taken.empty()) {
        return std::nullopt;
    }
    const auto epoch = taken[0][0].as<std::int64_t>();
    // Sessions of the one before may still hold transactions open. Other databases of the server
    // have epochs of their own.
    transaction.exec_params(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'intercom-mirror/' || $1::text || '/' ||"
        " current_schema() AND datname = current_database() AND pid <> pg_backend_pid()"
        " AND usename = current_user",
        epoch - 1);
    return epoch;
}

std::int64_t renew_lease(pqxx::transaction_base& transaction, std::int64_t epoch,
                         std::string_view vitals)
{
    const auto renewed = transaction.exec_params("UPDATE lease SET renewed_at = clock_timestamp(), "
                                                 "vitals = $2::json WHERE epoch = $1::bigint",
                                                 epoch, std::string(vitals));
    if (renewed.affected_rows() == 0) {
        throw lease_lost("another daemon took the lease of this mirror");
    }
    return transaction.exec1("UPDATE beacon SET count = count + 1 RETURNING count")[0]
        .as<std::int64_t>();
}

std::optional<lease_facts> lease_holder(pqxx::transaction_base& transaction)
{
    const auto found =
        transaction.exec("SELECT holder, epoch, renewed_at > clock_timestamp() -"
                         " interval '9 seconds', coalesce(vitals::text, 'null') FROM lease");
    if (found.empty()) {
        return std::nullopt;
    }
    const auto one = found[0];
    return lease_facts{one[0].c_str(), one[1].as<std::int64_t>(), one[2].as<bool>(),
                       one[3].c_str()};
}

void note_refetch(session& connection, pqxx::transaction_base& transaction,
                  std::string_view resource, std::span<const std::string> ids,
                  std::span<const std::optional<std::uint64_t>> list_hashes, std::string_view part,
                  lane in, std::string_view reason, bool is_held, std::optional<wall_time> due_at)
{
    if (ids.empty()) {
        return;
    }
    parameters given;
    given.arrays.emplace_back(sent_type::text);
    given.arrays.emplace_back(sent_type::bigint);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        given.arrays[0].add(std::string_view(ids[i]));
        if (i < list_hashes.size() && list_hashes[i]) {
            given.arrays[1].add(static_cast<std::int64_t>(*list_hashes[i]));
        } else {
            given.arrays[1].add({});
        }
    }
    given.texts = {
        std::string(resource), std::string(part),          std::to_string(static_cast<int>(in)),
        std::string(reason),   is_held ? "true" : "false", micros(due_at)};
    // Noted again for the same sighting changes nothing; for another one, the version grows, and
    // a read under way will not take the entry with it. Reasons to apply the answer whatever it is
    // stay until it was.
    static const std::string note =
        "INSERT INTO refetch AS t (resource, id, part, lane, reason, list_hash, is_held, next_at)\n"
        "SELECT DISTINCT ON (s.id) $3, s.id, $4, $5::smallint, $6, s.hash, $7::boolean,\n"
        "       coalesce(" +
        fmt::format(to_time, "$8") +
        ", '-infinity')\n"
        "  FROM unnest($1::text[], $2::bigint[]) AS s(id, hash)\n"
        "ON CONFLICT (resource, id, part) DO UPDATE\n"
        "   SET lane = least(t.lane, excluded.lane), list_hash = excluded.list_hash,\n"
        "       version = excluded.version, next_at = least(t.next_at, excluded.next_at),\n"
        "       attempts = 0, is_held = t.is_held AND excluded.is_held,\n" +
        fmt::format("       reason = CASE WHEN t.reason IN ('{0}', '{1}') AND excluded.reason <> "
                    "'{0}' THEN t.reason ELSE excluded.reason END\n",
                    repair_reason, edited_reason) +
        " WHERE NOT excluded.is_held AND (excluded.list_hash IS NULL OR t.is_held\n"
        "       OR t.list_hash IS DISTINCT FROM excluded.list_hash OR excluded.lane < t.lane)";
    connection.run(transaction, note, std::move(given));
}

std::vector<refetch_entry> due_refetches(session& connection, pqxx::transaction_base& transaction,
                                         std::string_view resource, wall_time now, std::size_t most,
                                         urgency which)
{
    // Nothing is put back for longer than a quarter of an hour: what lies further ahead was put
    // back before the machine's clock was set back.
    std::vector<refetch_entry> due;
    const auto statement = [](std::string_view condition) {
        return fmt::format(
            "SELECT id, part, lane, reason, list_hash, version, attempts FROM refetch"
            " WHERE resource = $1 AND NOT is_held{1}"
            " AND (next_at <= {0} OR next_at > {0} + interval '30 minutes')"
            " ORDER BY lane, next_at, id LIMIT $3::bigint",
            fmt::format(to_time, "$2"), condition);
    };
    static const std::string look = statement("");
    // Apart, for the index on the lane to be used: few of a long queue are hints.
    static const std::string look_for_hints =
        statement(fmt::format(" AND lane <= {}", index_of(lane::hints)));
    parameters given;
    given.texts = {std::string(resource), std::to_string(now.time_since_epoch().count()),
                   std::to_string(most)};
    const auto& wanted = which == urgency::hints ? look_for_hints : look;
    for (const auto& one : connection.run(transaction, wanted, std::move(given))) {
        refetch_entry entry;
        entry.id = one[0].c_str();
        entry.part = one[1].c_str();
        entry.in = static_cast<lane>(one[2].as<int>());
        entry.reason = one[3].c_str();
        if (!one[4].is_null()) {
            entry.list_hash = static_cast<std::uint64_t>(one[4].as<std::int64_t>());
        }
        entry.version = one[5].as<std::int64_t>();
        entry.attempts = one[6].as<int>();
        due.push_back(std::move(entry));
    }
    return due;
}

void retry_refetch(pqxx::transaction_base& transaction, std::string_view resource,
                   const refetch_entry& entry, wall_time next_at)
{
    transaction.exec_params(
        fmt::format("UPDATE refetch SET attempts = attempts + 1, next_at = {} WHERE resource = $1"
                    " AND id = $2 AND part = $3 AND version = $4::bigint",
                    fmt::format(to_time, "$5")),
        std::string(resource), entry.id, entry.part, entry.version,
        next_at.time_since_epoch().count());
}

void drop_refetches(session& connection, pqxx::transaction_base& transaction,
                    std::string_view resource, std::span<const refetch_entry> entries)
{
    if (entries.empty()) {
        return;
    }
    parameters given;
    given.arrays.emplace_back(sent_type::text);
    given.arrays.emplace_back(sent_type::text);
    given.arrays.emplace_back(sent_type::bigint);
    for (const auto& entry : entries) {
        given.arrays[0].add(std::string_view(entry.id));
        given.arrays[1].add(std::string_view(entry.part));
        given.arrays[2].add(entry.version);
    }
    given.texts = {std::string(resource)};
    // By their places in the table, found one by one: a join might be planned to scan the queue.
    // Locked first, so that an entry noted anew meanwhile is looked at again and stays.
    static const std::string drop =
        "DELETE FROM refetch AS t WHERE t.ctid = ANY (ARRAY(SELECT o.ctid\n"
        "  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS s(id, part, version),\n"
        "       LATERAL (SELECT o.ctid FROM refetch AS o WHERE o.resource = $4 AND o.id = s.id"
        " AND o.part = s.part AND o.version = s.version OFFSET 0 FOR UPDATE) AS o))";
    connection.run(transaction, drop, std::move(given));
}

void drop_held(session& connection, pqxx::transaction_base& transaction, std::string_view resource,
               std::span<const std::string> ids)
{
    parameters given;
    auto& keys = given.arrays.emplace_back(sent_type::text);
    for (const auto& id : ids) {
        keys.add(std::string_view(id));
    }
    given.texts = {std::string(resource)};
    static const std::string drop =
        "DELETE FROM refetch WHERE resource = $2 AND is_held AND id = ANY ($1::text[])";
    connection.run(transaction, drop, std::move(given));
}

std::set<std::string> append_inbox(session& connection, pqxx::transaction_base& transaction,
                                   std::span<const inbox_entry> entries)
{
    parameters given;
    for (int i = 0; i < 3; ++i) {
        given.arrays.emplace_back(sent_type::text);
    }
    given.arrays.emplace_back(sent_type::bigint);
    for (const auto& entry : entries) {
        std::string records;
        for (const auto& one : entry.hints) {
            records += fmt::format("{}{}/{}", records.empty() ? "" : " ", one.resource, one.id);
        }
        given.arrays[0].add(std::string_view(entry.id));
        given.arrays[1].add(std::string_view(entry.topic));
        given.arrays[2].add(std::string_view(records));
        if (entry.happened_at) {
            given.arrays[3].add(*entry.happened_at);
        } else {
            given.arrays[3].add({});
        }
    }
    // In the order of their ids, so that two who append wait for each other instead of deadlocking.
    static const std::string append =
        "INSERT INTO inbox (id, topic, records, happened_at)\n"
        "SELECT DISTINCT ON (s.id) s.id, s.topic, string_to_array(s.records, ' '),\n"
        "       to_timestamp(s.happened_at)\n"
        "  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])\n"
        "       AS s(id, topic, records, happened_at)\n"
        " ORDER BY s.id\n"
        "ON CONFLICT (id) DO NOTHING RETURNING id";
    std::set<std::string> fresh;
    for (const auto& one : connection.run(transaction, append, std::move(given))) {
        fresh.emplace(one[0].c_str());
    }
    return fresh;
}

std::vector<std::string> live_keys_after(pqxx::transaction_base& transaction,
                                         const record_plan& plan, std::string_view after,
                                         std::size_t most)
{
    std::vector<std::string> keys;
    for (const auto& one : transaction.exec_params(
             fmt::format("SELECT {0} FROM {1} WHERE {2} AND {0} > $1 ORDER BY {0} LIMIT $2::bigint",
                         plan.described().key, plan.tables()[0].name, live_rows(plan)),
             std::string(after), most)) {
        keys.emplace_back(one[0].c_str());
    }
    return keys;
}

std::vector<std::string> live_keys(pqxx::transaction_base& transaction, const record_plan& plan,
                                   const time_slice& slice, std::string_view zone)
{
    // Days are compared in the zone; a bound around them lets the index on created_at help.
    const auto live = live_rows(plan);
    std::string where = live;
    const auto bound = [&](std::int64_t seconds, std::string_view comparison, int slack_hours) {
        const auto at = fmt::format("to_timestamp({})", seconds);
        if (zone.empty()) {
            return fmt::format(" AND created_at {} {}", comparison, at);
        }
        const auto name = transaction.quote(std::string(zone));
        return fmt::format(
            " AND created_at {1} {2} + interval '{3} hours'"
            " AND (created_at AT TIME ZONE {0})::date {1} ({2} AT TIME ZONE {0})::date",
            name, comparison, at, slack_hours);
    };
    if (slice.from) {
        where += bound(*slice.from, ">", -26);
    }
    if (slice.until) {
        where += bound(*slice.until, "<=", 26);
        if (!slice.from) {
            // A row whose time could not be read belongs to the slice that is open below.
            where = fmt::format("({}) OR ({} AND created_at IS NULL)", where, live);
        }
    }
    std::vector<std::string> keys;
    for (const auto& one :
         transaction.exec(fmt::format("SELECT {0} FROM {1} WHERE {2} ORDER BY {0}",
                                      plan.described().key, plan.tables()[0].name, where))) {
        keys.emplace_back(one[0].c_str());
    }
    return keys;
}

std::vector<time_slice> load_slices(pqxx::transaction_base& transaction, std::string_view resource,
                                    std::string_view stream)
{
    std::vector<time_slice> slices;
    for (const auto& one : transaction.exec_params(
             "SELECT slice, slice_from, slice_until, coalesce(position, ''), records, is_done"
             " FROM stream_state WHERE resource = $1 AND stream = $2 ORDER BY slice",
             std::string(resource), std::string(stream))) {
        time_slice slice;
        slice.number = one[0].as<int>();
        slice.from = as_optional<std::int64_t>(one[1]);
        slice.until = as_optional<std::int64_t>(one[2]);
        slice.position = one[3].c_str();
        slice.records = one[4].as<std::uint64_t>();
        slice.is_done = one[5].as<bool>();
        slices.push_back(std::move(slice));
    }
    return slices;
}

std::optional<wall_time> slices_started(pqxx::transaction_base& transaction,
                                        std::string_view resource, std::string_view stream)
{
    const auto found = transaction.exec_params1(
        fmt::format("SELECT min({}) FROM stream_state WHERE resource = $1 AND stream = $2",
                    fmt::format(from_time, "started_at")),
        std::string(resource), std::string(stream));
    return as_time(found[0]);
}

void save_slices(pqxx::transaction_base& transaction, std::string_view resource,
                 std::string_view stream, wall_time started_at, std::span<const time_slice> slices)
{
    transaction.exec_params("DELETE FROM stream_state WHERE resource = $1 AND stream = $2",
                            std::string(resource), std::string(stream));
    for (const auto& slice : slices) {
        const auto from = text_of(slice.from);
        const auto until = text_of(slice.until);
        transaction.exec_params(
            fmt::format(
                "INSERT INTO stream_state (resource, stream, slice, slice_from, slice_until,"
                " started_at) VALUES ($1, $2, $3, $4::bigint, $5::bigint, {})",
                fmt::format(to_time, "$6")),
            std::string(resource), std::string(stream), slice.number, c_text(from), c_text(until),
            started_at.time_since_epoch().count());
    }
}

void split_slice(pqxx::transaction_base& transaction, std::string_view resource,
                 std::string_view stream, int number, std::span<const time_slice> pieces)
{
    const auto whole = transaction.exec_params(
        "DELETE FROM stream_state WHERE resource = $1 AND stream = $2 AND slice = $3"
        " RETURNING started_at",
        std::string(resource), std::string(stream), number);
    if (whole.empty()) {
        return; // done already, by this transaction's earlier attempt
    }
    for (const auto& piece : pieces) {
        const auto from = text_of(piece.from);
        const auto until = text_of(piece.until);
        transaction.exec_params(
            "INSERT INTO stream_state (resource, stream, slice, slice_from,"
            " slice_until, started_at) VALUES ($1, $2, $3, $4::bigint, $5::bigint,"
            " $6::timestamptz)",
            std::string(resource), std::string(stream), piece.number, c_text(from), c_text(until),
            whole[0][0].c_str());
    }
}

void save_progress(session& connection, pqxx::transaction_base& transaction,
                   std::string_view resource, const checkpoint& progress)
{
    parameters given;
    given.texts = {std::string(resource),
                   progress.stream,
                   std::to_string(progress.slice),
                   progress.position,
                   std::to_string(progress.records),
                   progress.is_done ? "true" : "false"};
    static const std::string save =
        "UPDATE stream_state SET position = $4, records = $5::bigint, is_done = $6::boolean"
        " WHERE resource = $1 AND stream = $2 AND slice = $3::integer";
    connection.run(transaction, save, std::move(given));
}

resource_state load_resource(pqxx::transaction_base& transaction, std::string_view resource)
{
    resource_state state;
    state.resource = resource;
    const auto found = transaction.exec_params(
        fmt::format("SELECT phase, api_version, fingerprint, {}, {}, {}, {}, sweep_due,"
                    " expected_records, fuse_candidates, fuse_limit, trouble, decoding_towards"
                    " FROM resource_state"
                    " WHERE resource = $1",
                    fmt::format(from_time, "complete_since"), fmt::format(from_time, "poll_cursor"),
                    fmt::format(from_time, "last_poll_at"),
                    fmt::format(from_time, "last_sweep_at")),
        std::string(resource));
    if (found.empty()) {
        return state;
    }
    const auto one = found[0];
    state.phase = one[0].c_str();
    state.version = as_optional<std::string>(one[1]);
    if (!one[2].is_null()) {
        state.fingerprint = static_cast<std::uint64_t>(one[2].as<std::int64_t>());
    }
    state.complete_since = as_time(one[3]);
    state.poll_cursor = as_time(one[4]);
    state.last_poll_at = as_time(one[5]);
    state.last_sweep_at = as_time(one[6]);
    state.sweep_due = one[7].as<bool>();
    state.expected_records = as_optional<std::int64_t>(one[8]);
    state.fuse_candidates = as_optional<std::int64_t>(one[9]);
    state.fuse_limit = as_optional<std::int64_t>(one[10]);
    state.trouble = as_optional<std::string>(one[11]);
    if (!one[12].is_null()) {
        state.decoding_towards = static_cast<std::uint64_t>(one[12].as<std::int64_t>());
    }
    return state;
}

resource_state lock_resource(pqxx::transaction_base& transaction, std::string_view resource)
{
    transaction.exec_params(
        "INSERT INTO resource_state (resource) VALUES ($1) ON CONFLICT DO NOTHING",
        std::string(resource));
    transaction.exec_params("SELECT FROM resource_state WHERE resource = $1 FOR NO KEY UPDATE",
                            std::string(resource));
    return load_resource(transaction, resource);
}

void save_resource(pqxx::transaction_base& transaction, const resource_state& state)
{
    const auto signed_text = [](const std::optional<std::uint64_t>& hash) {
        return hash ? optional_text(std::to_string(static_cast<std::int64_t>(*hash)))
                    : std::nullopt;
    };
    const auto fingerprint = signed_text(state.fingerprint);
    const auto decoding_towards = signed_text(state.decoding_towards);
    const auto complete_since = micros(state.complete_since);
    const auto poll_cursor = micros(state.poll_cursor);
    const auto last_poll_at = micros(state.last_poll_at);
    const auto last_sweep_at = micros(state.last_sweep_at);
    const auto expected = text_of(state.expected_records);
    const auto candidates = text_of(state.fuse_candidates);
    const auto limit = text_of(state.fuse_limit);
    transaction.exec_params(
        fmt::format("INSERT INTO resource_state AS t (resource, phase, api_version, fingerprint, "
                    "complete_since,"
                    " poll_cursor, last_poll_at, last_sweep_at, sweep_due, expected_records, "
                    "fuse_candidates,"
                    " fuse_limit, trouble, trouble_since, decoding_towards, updated_at)"
                    " VALUES ($1, $2, $3, $4::bigint, {}, {}, {}, {}, $9::boolean, $10::bigint, "
                    "$11::bigint,"
                    " $12::bigint, $13, CASE WHEN $13::text IS NOT NULL THEN now() END,"
                    " $14::bigint, now())"
                    " ON CONFLICT (resource) DO UPDATE SET phase = excluded.phase,"
                    " api_version = excluded.api_version, fingerprint = excluded.fingerprint,"
                    " complete_since = excluded.complete_since, poll_cursor = excluded.poll_cursor,"
                    " last_poll_at = excluded.last_poll_at, last_sweep_at = excluded.last_sweep_at,"
                    " sweep_due = excluded.sweep_due, expected_records = excluded.expected_records,"
                    " fuse_candidates = excluded.fuse_candidates, fuse_limit = excluded.fuse_limit,"
                    " trouble = excluded.trouble, trouble_since = CASE WHEN excluded.trouble IS "
                    "NULL THEN NULL"
                    " ELSE coalesce(t.trouble_since, now()) END,"
                    " decoding_towards = excluded.decoding_towards, updated_at = now()",
                    fmt::format(to_time, "$5"), fmt::format(to_time, "$6"),
                    fmt::format(to_time, "$7"), fmt::format(to_time, "$8")),
        state.resource, state.phase, c_text(state.version), c_text(fingerprint),
        c_text(complete_since), c_text(poll_cursor), c_text(last_poll_at), c_text(last_sweep_at),
        state.sweep_due, c_text(expected), c_text(candidates), c_text(limit), c_text(state.trouble),
        c_text(decoding_towards));
}

void add_run(pqxx::transaction_base& transaction, const run_record& run)
{
    transaction.exec_params(
        fmt::format(
            "INSERT INTO run (resource, kind, started_at, finished_at, outcome, pages, records,"
            " applied, detail) VALUES ($1, $2, {}, now(), $4, $5::bigint, $6::bigint, $7::bigint,"
            " nullif($8, ''))",
            fmt::format(to_time, "$3")),
        run.resource, run.kind, run.started_at.time_since_epoch().count(), run.outcome, run.pages,
        run.records, run.applied, run.detail);
}

std::int64_t ask_for_backfill(pqxx::transaction_base& transaction, const backfill_request& asked)
{
    const auto since = micros(asked.since);
    const auto until = micros(asked.until);
    const auto noted = transaction.exec_params1(
        fmt::format("INSERT INTO backfill_request (resource, since, until) VALUES ($1, {}, {})"
                    " RETURNING id",
                    fmt::format(to_time, "$2"), fmt::format(to_time, "$3")),
        asked.resource, c_text(since), c_text(until));
    return noted[0].as<std::int64_t>();
}

bool ask_on_schedule(pqxx::transaction_base& transaction, const backfill_request& asked,
                     wall_time due)
{
    const auto since = micros(asked.since);
    // Due and asked are told by the same clock, that of the machine, whatever the database's says.
    const auto noted = transaction.exec_params(
        fmt::format("INSERT INTO backfill_request (resource, since, schedule, asked_at)"
                    " SELECT state.resource, {}, $3, {} FROM resource_state AS state"
                    " WHERE state.resource = $1 AND state.complete_since < {}"
                    " AND NOT EXISTS (SELECT FROM backfill_request AS earlier"
                    " WHERE earlier.resource = state.resource AND earlier.schedule = $3"
                    " AND (earlier.asked_at >= {} OR earlier.state IN ('pending', 'running')))",
                    fmt::format(to_time, "$2"), fmt::format(to_time, "$4"),
                    fmt::format(to_time, "$5"), fmt::format(to_time, "$5")),
        asked.resource, c_text(since), asked.schedule, asked.asked_at.time_since_epoch().count(),
        due.time_since_epoch().count());
    return noted.affected_rows() != 0;
}

std::vector<backfill_request> backfills(pqxx::transaction_base& transaction, bool only_open,
                                        std::optional<std::int64_t> id)
{
    const auto only = text_of(id);
    std::vector<backfill_request> all;
    static const std::string look = fmt::format(
        "SELECT id, resource, {}, {}, state, asked_by, {}, coalesce(schedule, ''), {}, {}, {},"
        " greatest(records, (SELECT sum(walked.records) FROM stream_state AS walked"
        " WHERE walked.resource = asked.resource AND walked.stream = 'backfill ' || asked.id)),"
        " expected, coalesce(reason, ''), {} FROM backfill_request AS asked"
        " WHERE (state IN ('pending', 'running') OR NOT $1::boolean)"
        " AND ($2::bigint IS NULL OR id = $2::bigint)"
        " ORDER BY CASE WHEN $1::boolean THEN id ELSE -id END LIMIT 200",
        fmt::format(from_time, "since"), fmt::format(from_time, "until"),
        fmt::format(from_time, "asked_at"), fmt::format(from_time, "started_at"),
        fmt::format(from_time, "walked_at"), fmt::format(from_time, "finished_at"),
        fmt::format(from_time, "now()"));
    for (const auto& one : transaction.exec_params(look, only_open, c_text(only))) {
        backfill_request asked;
        asked.id = one[0].as<std::int64_t>();
        asked.resource = one[1].c_str();
        asked.since = as_time(one[2]);
        asked.until = as_time(one[3]);
        asked.state = one[4].c_str();
        asked.asked_by = one[5].c_str();
        asked.asked_at = as_time(one[6]).value();
        asked.schedule = one[7].c_str();
        asked.started_at = as_time(one[8]);
        asked.walked_at = as_time(one[9]);
        asked.finished_at = as_time(one[10]);
        asked.records = one[11].as<std::uint64_t>();
        asked.expected = as_optional<std::uint64_t>(one[12]);
        asked.reason = one[13].c_str();
        asked.looked_at = as_time(one[14]).value();
        all.push_back(std::move(asked));
    }
    std::ranges::sort(all, {}, &backfill_request::id);
    return all;
}

bool cancel_backfill(pqxx::transaction_base& transaction, std::int64_t id)
{
    return transaction
               .exec_params("UPDATE backfill_request SET state = 'cancelled', finished_at = now()"
                            " WHERE id = $1::bigint AND state IN ('pending', 'running')",
                            id)
               .affected_rows() != 0;
}

bool edit_backfill(pqxx::transaction_base& transaction, std::int64_t id,
                   const std::function<void(backfill_request&)>& change)
{
    transaction.exec_params("SELECT FROM backfill_request WHERE id = $1::bigint FOR NO KEY UPDATE",
                            id);
    auto found = backfills(transaction, true, id);
    if (found.empty()) {
        return false;
    }
    auto& asked = found.front();
    change(asked);
    const auto started_at = micros(asked.started_at);
    const auto walked_at = micros(asked.walked_at);
    const auto finished_at = micros(asked.finished_at);
    const auto expected = text_of(asked.expected);
    transaction.exec_params(
        fmt::format("UPDATE backfill_request SET state = $2, started_at = {}, walked_at = {},"
                    " finished_at = {}, records = $6::bigint, expected = $7::bigint,"
                    " reason = nullif($8, '') WHERE id = $1::bigint",
                    fmt::format(to_time, "$3"), fmt::format(to_time, "$4"),
                    fmt::format(to_time, "$5")),
        id, asked.state, c_text(started_at), c_text(walked_at), c_text(finished_at), asked.records,
        c_text(expected), asked.reason);
    return true;
}

// An entry keeps the time when it was first noted; one noted later for another reason is not
// waited for.
std::int64_t count_unread(pqxx::transaction_base& transaction, std::int64_t id)
{
    return transaction
        .exec_params1("SELECT count(*) FROM backfill_request AS asked"
                      " JOIN refetch USING (resource)"
                      " WHERE asked.id = $1::bigint AND refetch.noted_at <= asked.walked_at"
                      " AND refetch.attempts = 0 AND NOT refetch.is_held",
                      id)[0]
        .as<std::int64_t>();
}

std::vector<dead_letter> dead_letters(pqxx::transaction_base& transaction,
                                      std::optional<std::int64_t> id)
{
    const auto only = text_of(id);
    std::vector<dead_letter> letters;
    for (const auto& one : transaction.exec_params(
             "SELECT id, resource, coalesce(record_id, ''), projection, reason, bytes, times_seen,"
             " to_char(noted_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM dead_letter"
             " WHERE $1::bigint IS NULL OR id = $1::bigint ORDER BY id",
             c_text(only))) {
        dead_letter letter;
        letter.id = one[0].as<std::int64_t>();
        letter.resource = one[1].c_str();
        letter.record_id = one[2].c_str();
        letter.from =
            std::string_view(one[3].c_str()) == "list" ? projection::list : projection::get;
        letter.reason = one[4].c_str();
        letter.bytes = pqxx::binarystring(one[5]).str();
        letter.times_seen = one[6].as<std::uint64_t>();
        letter.noted_at = one[7].c_str();
        letters.push_back(std::move(letter));
    }
    return letters;
}

} // namespace intercom_mirror::control
