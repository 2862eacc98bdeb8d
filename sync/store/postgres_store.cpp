#include "sync/store/postgres_store.hpp"

#include "schema/catalogue.hpp"
#include "sync/seeded_bug.hpp"
#include "sync/store/control.hpp"
#include "sync/store/edits.hpp"
#include "sync/store/erasure.hpp"
#include "sync/store/figures.hpp"
#include "sync/store/postgres_outbox.hpp"
#include "sync/store/record_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pqxx/pqxx>

#include <utility>

namespace intercom_mirror {
namespace {

// For looks at whole tables, which may hold hundreds of millions of rows.
const char* const patience = "SET LOCAL statement_timeout = '15min'";

class postgres_store final : public store
{
public:
    postgres_store(session_options options, shared_epoch epoch)
        : channel_(options.schema + "_outbox"), session_(std::move(options)),
          epoch_(std::move(epoch)), outbox_(make_outbox())
    {
    }

    std::optional<std::int64_t> take_lease(std::string_view holder, duration dead_after) override
    {
        std::optional<std::int64_t> taken;
        session_.transact([&](pqxx::transaction_base& transaction) {
            taken = control::take_lease(transaction, holder, dead_after);
        });
        if (taken) {
            *epoch_ = *taken;
        }
        return taken;
    }

    std::int64_t renew_lease(std::int64_t epoch, std::string_view vitals) override
    {
        std::int64_t count = 0;
        session_.transact([&](pqxx::transaction_base& transaction) {
            count = control::renew_lease(transaction, epoch, vitals);
        });
        return count;
    }

    void release_lease(std::int64_t epoch) override
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec_params(
                "UPDATE lease SET renewed_at = '-infinity' WHERE epoch = $1::bigint", epoch);
        });
        *epoch_ = 0;
    }

    std::optional<lease_facts> lease_holder() override
    {
        return look<std::optional<lease_facts>>([&](pqxx::transaction_base& transaction) {
            return control::lease_holder(transaction);
        });
    }

    page_outcome apply_page(const page_work& work) override
    {
        page_outcome outcome;
        const auto attempt = [&](bool one_by_one) {
            write([&](pqxx::transaction_base& transaction) {
                auto to = writer(transaction, *work.plan);
                outcome = to.apply(work, one_by_one);
                if (work.progress) {
                    auto progress = *work.progress;
                    progress.records += outcome.records + outcome.unreadable;
                    control::save_progress(session_, transaction, work.plan->described().name,
                                           progress);
                }
                // A document that lost against a newer row noted its entry anew, as a later
                // version.
                to.drop_refetches(work.causes);
            });
        };
        try {
            attempt(false);
        } catch (const statement_refused&) {
            attempt(true);
        }
        return outcome;
    }

    std::set<std::string> apply_children(std::span<const child_work> lists) override
    {
        std::set<std::string> all_cut;
        const auto attempt = [&](std::span<const child_work> some) {
            std::set<std::string> cut;
            write([&](pqxx::transaction_base& transaction) {
                cut = writer(transaction, *some.front().plan).apply_children(some);
            });
            all_cut.merge(cut);
        };
        try {
            attempt(lists);
        } catch (const statement_refused&) {
            if (lists.size() == 1) {
                throw;
            }
            for (const auto& list : lists) {
                attempt({&list, 1});
            }
        }
        return all_cut;
    }

    void link_members(const record_plan& plan, std::size_t table, std::string_view other_id,
                      std::span<const std::string> keys) override
    {
        write([&](pqxx::transaction_base& transaction) {
            writer(transaction, plan).link_members(table, other_id, keys);
        });
    }

    void unlink_members(const record_plan& plan, std::size_t table, std::string_view other_id,
                        std::span<const std::string> keys) override
    {
        write([&](pqxx::transaction_base& transaction) {
            writer(transaction, plan).unlink_members(table, other_id, keys);
        });
    }

    std::vector<std::string> members(const record_plan& plan, std::size_t table,
                                     std::string_view other_id, std::string_view after,
                                     std::size_t most) override
    {
        return look<std::vector<std::string>>([&](pqxx::transaction_base& transaction) {
            return writer(transaction, plan).members(table, other_id, after, most);
        });
    }

    void apply_absence(const absence& gone) override
    {
        write([&](pqxx::transaction_base& transaction) {
            writer(transaction, *gone.plan).apply_absence(gone);
        });
    }

    page_comparison compare_page(const page_work& work) override
    {
        return look<page_comparison>([&](pqxx::transaction_base& transaction) {
            return writer(transaction, *work.plan).compare(work);
        });
    }

    std::vector<difference> compare_children(const child_work& work) override
    {
        return look<std::vector<difference>>([&](pqxx::transaction_base& transaction) {
            return writer(transaction, *work.plan).compare_children(work);
        });
    }

    std::vector<std::string> live_keys(const record_plan& plan, const time_slice& slice,
                                       std::string_view zone) override
    {
        return look<std::vector<std::string>>([&](pqxx::transaction_base& transaction) {
            transaction.exec(patience);
            return control::live_keys(transaction, plan, slice, zone);
        });
    }

    std::vector<std::string> live_keys_after(const record_plan& plan, std::string_view after,
                                             std::size_t most) override
    {
        return look<std::vector<std::string>>([&](pqxx::transaction_base& transaction) {
            return control::live_keys_after(transaction, plan, after, most);
        });
    }

    std::vector<std::string> keys_of(std::string_view resource, std::string_view filter) override
    {
        const auto* described = find_resource(resource);
        return keys(fmt::format("SELECT {0} FROM {1} WHERE {2} ORDER BY {0}", described->key,
                                described->name, filter));
    }

    bool is_live(const record_plan& plan, std::string_view key) override
    {
        return look<bool>([&](pqxx::transaction_base& transaction) {
            return !transaction
                        .exec_params(
                            fmt::format("SELECT FROM {} WHERE {} = $1 AND deleted_at IS NULL",
                                        plan.tables()[0].name, plan.described().key),
                            std::string(key))
                        .empty();
        });
    }

    std::vector<std::string> random_keys(const record_plan& plan, std::size_t most,
                                         std::uint64_t seed) override
    {
        // From a random block on: a table of any size costs about the same.
        return keys(fmt::format(
            "SELECT {0} FROM (SELECT {0} FROM {1} TABLESAMPLE SYSTEM (least(100, 100 * {2} * 20 /"
            " greatest(1, (SELECT reltuples FROM pg_class WHERE oid = '{1}'::regclass))))"
            " REPEATABLE ({3}) WHERE deleted_at IS NULL AND NOT starts_with({0}, 'local:')) AS "
            "sample"
            " ORDER BY hashtextextended({0}, {3}) LIMIT {2}",
            plan.described().key, plan.tables()[0].name, most, seed >> 33U));
    }

    std::vector<std::string> crowded_parents(const record_plan& plan, std::size_t table,
                                             std::size_t inline_max) override
    {
        const auto& child = plan.tables()[table];
        return keys(fmt::format("SELECT c.{0} FROM {1} AS c JOIN {3} AS p ON p.{4} = c.{0}"
                                " WHERE p.deleted_at IS NULL"
                                " GROUP BY c.{0} HAVING count(*) >= {2} ORDER BY c.{0}",
                                child.columns[child.parent_column].name, child.name, inline_max,
                                plan.tables()[0].name, plan.described().key));
    }

    bool redecode(const record_plan& plan, std::size_t most) override
    {
        bool is_more = false;
        write([&](pqxx::transaction_base& transaction) {
            const std::string resource(plan.described().name);
            // Where another decoding broke off says nothing about this one.
            const auto towards = static_cast<std::int64_t>(plan.fingerprint());
            const auto state =
                transaction.exec_params("SELECT coalesce(redecoded_to, '') FROM resource_state"
                                        " WHERE resource = $1 AND decoding_towards = $2::bigint",
                                        resource, towards);
            const std::string from = state.empty() ? "" : state[0][0].c_str();
            const auto found = transaction.exec_params(
                fmt::format("SELECT {0}, raw FROM {1} WHERE {0} > $1 AND deleted_at IS NULL"
                            " AND raw IS NOT NULL ORDER BY {0} LIMIT {2} FOR NO KEY UPDATE",
                            plan.described().key, plan.tables()[0].name, most),
                from);
            std::vector<std::pair<std::string, std::string>> raws;
            for (const auto& one : found) {
                raws.emplace_back(one[0].c_str(), one[1].c_str());
            }
            is_more = !raws.empty();
            if (is_more) {
                const auto last = raws.back().first;
                writer(transaction, plan).redecode(std::move(raws));
                transaction.exec_params(
                    "UPDATE resource_state SET redecoded_to = $2, decoding_towards = $3::bigint"
                    " WHERE resource = $1",
                    resource, last, towards);
            } else {
                transaction.exec_params(
                    "UPDATE resource_state SET redecoded_to = NULL WHERE resource = $1", resource);
            }
        });
        return is_more;
    }

    void take_push_settings(const push_settings& settings) override
    {
        write([&](pqxx::transaction_base& transaction) {
            // Otherwise what Intercom says would come back to it as edits.
            if (transaction.exec1("SELECT is_edit()")[0].as<bool>()) {
                throw permission_missing("this login is not a member of the daemon's role:"
                                         " what it mirrored would be captured as edits");
            }
            transaction.exec_params(
                "INSERT INTO push_setting AS t (api_version, omitted)"
                " VALUES (ARRAY[$1::integer, $2::integer], string_to_array($3, ','))"
                " ON CONFLICT (is_only) DO UPDATE"
                " SET api_version = excluded.api_version, omitted = excluded.omitted"
                " WHERE (t.api_version, t.omitted)"
                " IS DISTINCT FROM (excluded.api_version, excluded.omitted)",
                settings.version.major, settings.version.minor,
                fmt::format("{}", fmt::join(settings.omitted, ",")));
        });
    }

    std::int64_t note_older_copy(std::int64_t known_count, wall_time known_at,
                                 wall_time unknown_until) override
    {
        const auto moment = [](wall_time at) { return at.time_since_epoch().count(); };
        std::int64_t count = 0;
        write([&](pqxx::transaction_base& transaction) {
            count = transaction
                        .exec_params1("SELECT note_older_copy($1::bigint, timestamptz 'epoch' +"
                                      " $2::bigint * interval '1 microsecond', timestamptz 'epoch'"
                                      " + $3::bigint * interval '1 microsecond')",
                                      known_count, moment(known_at), moment(unknown_until))[0]
                        .as<std::int64_t>();
        });
        return count;
    }

    std::int64_t recover_edits() override
    {
        std::int64_t count = 0;
        write([&](pqxx::transaction_base& transaction) {
            transaction.exec(patience);
            count = transaction.exec1("SELECT edit_recover()")[0].as<std::int64_t>();
        });
        return count;
    }

    std::vector<edit_summary> edits(std::optional<std::int64_t> id, bool with_settled) override
    {
        return look<std::vector<edit_summary>>([&](pqxx::transaction_base& transaction) {
            return control::edits(transaction, id, with_settled);
        });
    }

    std::vector<edit_attempt> attempts(std::int64_t edit_id) override
    {
        return look<std::vector<edit_attempt>>([&](pqxx::transaction_base& transaction) {
            return control::attempts(transaction, edit_id);
        });
    }

    std::int64_t release_edits(std::optional<std::int64_t> id) override
    {
        return look<std::int64_t>([&](pqxx::transaction_base& transaction) {
            return control::release_edits(transaction, id);
        });
    }

    void retry_edit(std::int64_t id) override
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec_params("SELECT retry_edit($1::bigint)", id);
        });
    }

    void discard_edit(std::int64_t id) override
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec_params("SELECT discard_edit($1::bigint)", id);
        });
    }

    std::vector<edit_conflict> conflicts(std::optional<std::int64_t> id) override
    {
        return look<std::vector<edit_conflict>>([&](pqxx::transaction_base& transaction) {
            return control::conflicts(transaction, id);
        });
    }

    void resolve_conflict(std::int64_t id, std::string_view which) override
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec_params("SELECT resolve_conflict($1::bigint, $2)", id,
                                    std::string(which));
        });
    }

    edit_queue& edits_to_send() override { return *outbox_; }

    bool has_schema() override
    {
        return look<bool>([&](pqxx::transaction_base& transaction) {
            return transaction.exec1("SELECT to_regclass('lease') IS NOT NULL")[0].as<bool>();
        });
    }

    void ask_for_sweep(std::string_view resource) override
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec_params(
                "UPDATE resource_state SET sweep_due = true WHERE resource = $1",
                std::string(resource));
        });
    }

    std::int64_t ask_for_backfill(const backfill_request& asked) override
    {
        std::int64_t id = 0;
        session_.transact([&](pqxx::transaction_base& transaction) {
            id = control::ask_for_backfill(transaction, asked);
        });
        return id;
    }

    bool ask_on_schedule(const backfill_request& asked, wall_time due) override
    {
        bool is_asked = false;
        write([&](pqxx::transaction_base& transaction) {
            is_asked = control::ask_on_schedule(transaction, asked, due);
        });
        return is_asked;
    }

    std::vector<backfill_request> backfills(bool only_open, std::optional<std::int64_t> id) override
    {
        return look<std::vector<backfill_request>>([&](pqxx::transaction_base& transaction) {
            return control::backfills(transaction, only_open, id);
        });
    }

    bool cancel_backfill(std::int64_t id) override
    {
        return look<bool>([&](pqxx::transaction_base& transaction) {
            return control::cancel_backfill(transaction, id);
        });
    }

    bool edit_backfill(std::int64_t id,
                       const std::function<void(backfill_request&)>& change) override
    {
        bool is_open = false;
        write([&](pqxx::transaction_base& transaction) {
            is_open = control::edit_backfill(transaction, id, change);
        });
        return is_open;
    }

    std::int64_t count_unread(std::int64_t id) override
    {
        return look<std::int64_t>([&](pqxx::transaction_base& transaction) {
            return control::count_unread(transaction, id);
        });
    }

    void note_refetch(std::string_view resource, std::span<const std::string> ids,
                      std::string_view part, lane in, std::string_view reason,
                      bool is_held) override
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            control::note_refetch(session_, transaction, resource, ids, {}, part, in, reason,
                                  is_held);
        });
    }

    std::vector<refetch_entry> due_refetches(std::string_view resource, wall_time now,
                                             std::size_t most) override
    {
        return look<std::vector<refetch_entry>>([&](pqxx::transaction_base& transaction) {
            return control::due_refetches(session_, transaction, resource, now, most,
                                          control::urgency::any);
        });
    }

    std::vector<refetch_entry> due_hints(std::string_view resource, wall_time now,
                                         std::size_t most) override
    {
        return look<std::vector<refetch_entry>>([&](pqxx::transaction_base& transaction) {
            return control::due_refetches(session_, transaction, resource, now, most,
                                          control::urgency::hints);
        });
    }

    void retry_refetch(std::string_view resource, const refetch_entry& entry,
                       wall_time next_at) override
    {
        write([&](pqxx::transaction_base& transaction) {
            control::retry_refetch(transaction, resource, entry, next_at);
        });
    }

    void drop_refetch(std::string_view resource, const refetch_entry& entry) override
    {
        write([&](pqxx::transaction_base& transaction) {
            control::drop_refetches(session_, transaction, resource, {&entry, 1});
        });
    }

    std::int64_t count_held(std::string_view resource) override
    {
        return look<std::int64_t>([&](pqxx::transaction_base& transaction) {
            return transaction
                .exec_params1("SELECT count(*) FROM refetch WHERE resource = $1 AND is_held",
                              std::string(resource))[0]
                .as<std::int64_t>();
        });
    }

    void release_held(std::string_view resource) override
    {
        write([&](pqxx::transaction_base& transaction) {
            transaction.exec_params(
                "UPDATE refetch SET is_held = false WHERE resource = $1 AND is_held",
                std::string(resource));
        });
    }

    void drop_held(std::string_view resource, std::span<const std::string> ids) override
    {
        write([&](pqxx::transaction_base& transaction) {
            control::drop_held(session_, transaction, resource, ids);
        });
    }

    std::int64_t count_waiting(std::string_view resource) override
    {
        return look<std::int64_t>([&](pqxx::transaction_base& transaction) {
            return transaction
                .exec_params1("SELECT count(*) FROM refetch WHERE resource = $1 AND NOT is_held",
                              std::string(resource))[0]
                .as<std::int64_t>();
        });
    }

    void drop_held(std::string_view resource) override
    {
        write([&](pqxx::transaction_base& transaction) {
            transaction.exec_params("DELETE FROM refetch WHERE resource = $1 AND is_held",
                                    std::string(resource));
        });
    }

    std::size_t append_inbox(std::span<const inbox_entry> entries, wall_time due_at) override
    {
        std::size_t fresh_count = 0;
        session_.transact([&](pqxx::transaction_base& transaction) {
            const auto fresh = control::append_inbox(session_, transaction, entries);
            fresh_count = fresh.size();
            // One statement for the hints that differ in nothing but the record.
            std::map<std::pair<std::string, std::string>, std::vector<std::string>> told;
            for (const auto& entry : entries) {
                if (!fresh.contains(entry.id)) {
                    continue;
                }
                for (const auto& one : entry.hints) {
                    told[{one.resource, one.reason}].push_back(one.id);
                }
            }
            for (const auto& [key, ids] : told) {
                control::note_refetch(session_, transaction, key.first, ids, {}, "", lane::hints,
                                      key.second, false, due_at);
            }
        });
        return fresh_count;
    }

    std::vector<time_slice> load_slices(std::string_view resource, std::string_view stream) override
    {
        return look<std::vector<time_slice>>([&](pqxx::transaction_base& transaction) {
            return control::load_slices(transaction, resource, stream);
        });
    }

    std::optional<wall_time> slices_started(std::string_view resource,
                                            std::string_view stream) override
    {
        return look<std::optional<wall_time>>([&](pqxx::transaction_base& transaction) {
            return control::slices_started(transaction, resource, stream);
        });
    }

    void save_slices(std::string_view resource, std::string_view stream, wall_time started_at,
                     std::span<const time_slice> slices) override
    {
        write([&](pqxx::transaction_base& transaction) {
            control::save_slices(transaction, resource, stream, started_at, slices);
        });
    }

    void split_slice(std::string_view resource, std::string_view stream, int number,
                     std::span<const time_slice> pieces) override
    {
        write([&](pqxx::transaction_base& transaction) {
            control::split_slice(transaction, resource, stream, number, pieces);
        });
    }

    void save_progress(std::string_view resource, const checkpoint& progress) override
    {
        write([&](pqxx::transaction_base& transaction) {
            control::save_progress(session_, transaction, resource, progress);
        });
    }

    void drop_slices(std::string_view resource, std::string_view stream) override
    {
        write([&](pqxx::transaction_base& transaction) {
            transaction.exec_params("DELETE FROM stream_state WHERE resource = $1 AND stream = $2",
                                    std::string(resource), std::string(stream));
        });
    }

    resource_state load_resource(std::string_view resource) override
    {
        return look<resource_state>([&](pqxx::transaction_base& transaction) {
            return control::load_resource(transaction, resource);
        });
    }

    void edit_resource(std::string_view resource,
                       const std::function<void(resource_state&)>& change) override
    {
        write([&](pqxx::transaction_base& transaction) {
            auto state = control::lock_resource(transaction, resource);
            change(state);
            control::save_resource(transaction, state);
        });
    }

    void add_run(const run_record& run) override
    {
        write([&](pqxx::transaction_base& transaction) { control::add_run(transaction, run); });
    }

    resource_numbers numbers(const record_plan& plan, counting how) override
    {
        return look<resource_numbers>([&](pqxx::transaction_base& transaction) {
            transaction.exec(patience);
            return figures::numbers(transaction, plan, how);
        });
    }

    edit_numbers count_edits() override
    {
        return look<edit_numbers>(
            [](pqxx::transaction_base& transaction) { return figures::open_edits(transaction); });
    }

    std::string describe_work(bool with_values) override
    {
        return look<std::string>([&](pqxx::transaction_base& transaction) {
            return figures::describe_work(transaction, with_values);
        });
    }

    std::string describe_history(int hours) override
    {
        return look<std::string>([&](pqxx::transaction_base& transaction) {
            return figures::describe_history(transaction, hours);
        });
    }

    void add_history(std::chrono::sys_time<std::chrono::minutes> minute,
                     const history_point& point) override
    {
        write([&](pqxx::transaction_base& transaction) {
            figures::add_history(transaction, minute, point);
        });
    }

    void ask_for_erasure(std::string_view contact) override
    {
        session_.transact(
            [&](pqxx::transaction_base& transaction) { erasure::ask(transaction, contact); });
    }

    bool is_erased(std::string_view contact) override
    {
        return look<bool>([&](pqxx::transaction_base& transaction) {
            return erasure::is_done(transaction, contact);
        });
    }

    std::size_t erase_pending(std::span<const record_plan> plans) override
    {
        const bool is_pending = look<bool>(
            [](pqxx::transaction_base& transaction) { return erasure::is_pending(transaction); });
        std::size_t count = 0;
        if (is_pending) {
            write([](pqxx::transaction_base& transaction) {
                transaction.exec(patience);
                erasure::wait_for_pages(transaction);
            });
            write([&](pqxx::transaction_base& transaction) {
                transaction.exec(patience);
                erasure::spread(transaction, plans);
            });
            write([&](pqxx::transaction_base& transaction) {
                transaction.exec(patience);
                count = erasure::remove(transaction, plans);
            });
        }
        return count;
    }

    std::size_t scrub(const record_plan& plan, wall_time before, std::size_t most) override
    {
        std::size_t count = 0;
        write([&](pqxx::transaction_base& transaction) {
            transaction.exec(patience);
            count = erasure::scrub(transaction, plan, before, most);
        });
        return count;
    }

    std::size_t forget(retained what, wall_time before, std::size_t most) override
    {
        std::size_t count = 0;
        write([&](pqxx::transaction_base& transaction) {
            count = figures::forget(transaction, what, before, most);
        });
        return count;
    }

    std::vector<dead_letter> dead_letters(std::optional<std::int64_t> id) override
    {
        return look<std::vector<dead_letter>>([&](pqxx::transaction_base& transaction) {
            return control::dead_letters(transaction, id);
        });
    }

    // Not the mirror: needs no lease.
    void remove_dead_letter(std::int64_t id) override
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec_params("DELETE FROM dead_letter WHERE id = $1::bigint", id);
        });
    }

    void settle(std::string_view resource) override
    {
        write([&](pqxx::transaction_base& transaction) {
            transaction.exec_params(
                "UPDATE resource_state AS state SET complete_since = poll_cursor, phase = 'live'"
                " WHERE resource = $1 AND complete_since IS NULL AND poll_cursor IS NOT NULL"
                " AND NOT EXISTS (SELECT FROM refetch WHERE refetch.resource = state.resource)",
                std::string(resource));
        });
    }

    std::string claim_workspace(std::string_view id) override
    {
        std::string owner;
        session_.transact([&](pqxx::transaction_base& transaction) {
            transaction.exec_params("INSERT INTO workspace (id) VALUES ($1) ON CONFLICT DO NOTHING",
                                    std::string(id));
            owner = transaction.exec1("SELECT id FROM workspace")[0].c_str();
        });
        return owner;
    }

    std::string workspace() override
    {
        return look<std::string>([](pqxx::transaction_base& transaction) {
            const auto owner = transaction.exec("SELECT id FROM workspace");
            return owner.empty() ? std::string() : std::string(owner[0][0].c_str());
        });
    }

    // Asked by using it: the view that lists all zones reads a thousand files.
    std::string known_zone(std::string_view zone) override
    {
        try {
            session_.transact([&](pqxx::transaction_base& transaction) {
                transaction.exec_params("SELECT now() AT TIME ZONE $1", std::string(zone));
            });
            return std::string(zone);
        } catch (const statement_refused& unknown) {
            if (unknown.sqlstate() != "22023") {
                throw;
            }
            return "UTC";
        }
    }

    void rebuild_attribute_views() override
    {
        write([](pqxx::transaction_base& transaction) {
            transaction.exec("SELECT rebuild_attribute_views()");
        });
    }

    std::vector<missing_object> missing_objects(std::string_view resource) override
    {
        return look<std::vector<missing_object>>([&](pqxx::transaction_base& transaction) {
            std::vector<missing_object> all;
            for (const auto& row : transaction.exec_params(
                     "SELECT name, is_index FROM missing_objects($1)", std::string(resource))) {
                all.push_back({row[0].as<std::string>(), row[1].as<bool>()});
            }
            return all;
        });
    }

    void create_object(std::string_view resource, std::string_view object) override
    {
        write([&](pqxx::transaction_base& transaction) {
            // Over millions of rows this takes its time.
            transaction.exec("SET LOCAL statement_timeout = 0");
            transaction.exec_params("SELECT create_object($1, $2)", std::string(resource),
                                    std::string(object));
        });
    }

private:
    std::unique_ptr<edit_queue> make_outbox()
    {
        return make_edit_queue(
            {session_, channel_, [this] { return epoch_->load(); },
             [this](const outbox_access::work& work) { write(work); },
             [this](const outbox_access::work& work) { session_.transact(work); },
             [this](pqxx::transaction_base& transaction, const record_plan& plan) {
                 return writer(transaction, plan);
             }});
    }

    record_writer writer(pqxx::transaction_base& transaction, const record_plan& plan)
    {
        auto [found, is_first] = compiled_.try_emplace(&plan);
        if (is_first) {
            found->second = {&plan, make_statements(plan)};
        }
        return {session_, transaction, found->second, drifts_};
    }

    // A transaction that writes: only under the lease's epoch, which it keeps from changing until
    // it is over.
    template <typename Work>
    void write(const Work& work)
    {
        session_.transact([&](pqxx::transaction_base& transaction) {
            parameters given;
            given.texts.emplace_back(std::to_string(epoch_->load()));
            static const std::string fence =
                "SELECT FROM lease WHERE epoch = $1::bigint FOR KEY SHARE";
            if (session_.run(transaction, fence, std::move(given)).empty() &&
                !SEEDED_BUG(no_fence)) {
                throw lease_lost("another daemon holds the lease of this mirror");
            }
            // Triggers that capture local edits leave the daemon's own writes alone.
            transaction.exec("SET LOCAL intercom_mirror.apply = 'on'");
            work(transaction);
        });
    }

    template <typename Result, typename Work>
    Result look(const Work& work)
    {
        Result result{};
        session_.transact([&](pqxx::transaction_base& transaction) { result = work(transaction); });
        return result;
    }

    std::vector<std::string> keys(const std::string& sql)
    {
        return look<std::vector<std::string>>([&](pqxx::transaction_base& transaction) {
            transaction.exec(patience);
            std::vector<std::string> found;
            for (const auto& one : transaction.exec(sql)) {
                found.emplace_back(one[0].c_str());
            }
            return found;
        });
    }

    const std::string channel_;
    session session_;
    shared_epoch epoch_;
    std::unordered_map<const record_plan*, compiled_resource> compiled_;
    drift_counts drifts_;
    std::unique_ptr<edit_queue> outbox_;
};

} // namespace

std::unique_ptr<store> make_postgres_store(session_options options, shared_epoch epoch)
{
    return std::make_unique<postgres_store>(std::move(options), std::move(epoch));
}

} // namespace intercom_mirror
