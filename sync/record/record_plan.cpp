#include "sync/record/record_plan.hpp"

#include "sync/record/compiled_record.hpp"
#include "sync/record/decoder.hpp"
#include "sync/record/fingerprint.hpp"
#include "sync/record/sanitise.hpp"

#include <algorithm>
#include <utility>

namespace intercom_mirror {
namespace {

// Far beyond what Intercom serves; keeps one record from taking all memory.
constexpr std::size_t record_bytes_max = 64U << 20U;

void check_size(std::string_view json)
{
    if (json.size() > record_bytes_max) {
        throw malformed_record("the record is longer than 64 MiB");
    }
}

// Omitted columns of other resources change nothing here.
std::vector<std::string> concerning(std::span<const table_plan> tables,
                                    std::span<const std::string> omitted)
{
    std::vector<std::string> found;
    std::copy_if(
        omitted.begin(), omitted.end(), std::back_inserter(found), [&](const std::string& one) {
            const std::string_view table = std::string_view(one).substr(0, one.find('.'));
            return std::any_of(tables.begin(), tables.end(),
                               [&](const table_plan& known) { return known.name == table; });
        });
    return found;
}

std::uint64_t fingerprint_of(const resource& entry, api_version version,
                             std::span<const table_plan> tables,
                             std::span<const std::string> omitted)
{
    return fingerprint_of(entry, version, concerning(tables, omitted));
}

// The members that never count, and those that only a GET carries.
std::string names_not_listed(const resource& entry)
{
    std::string names(entry.volatile_members);
    const auto add = [&](std::string_view paths) {
        for (const auto path : split(paths, '|')) {
            names += names.empty() ? "" : ",";
            names += path.substr(0, path.find('.'));
        }
    };
    for (const auto& each : entry.columns) {
        if (each.by == carried::by_get_only) {
            add(each.path);
        }
    }
    for (const auto& each : entry.children) {
        if (each.by == carried::by_get_only) {
            add(each.path);
        }
    }
    return names;
}

// Takes the key and updated_at out of the record while it is hashed.
class head_reader final : public content_hasher::listener
{
public:
    explicit head_reader(const row_shape& shape) : drifts_(ignored_), row_(shape)
    {
        row_.start(0, {}, projection::get);
    }

    void found(const place& at, json_kind kind, std::string_view bytes) override
    {
        // Heads are read before the record is sanitised, keys are compared with sanitised ones.
        const std::string_view clean = sanitise(bytes, buffer_);
        for (const column_use& use : at.columns) {
            row_.offer(use, at, kind, clean, true, drifts_);
        }
    }

    row& finish()
    {
        row_.finish(drifts_);
        return row_.cells();
    }

private:
    std::vector<drift> ignored_;
    drift_list drifts_;
    row_builder row_;
    std::string buffer_;
};

} // namespace

compiled_record::compiled_record(const resource& entry, api_version spoken,
                                 std::span<const std::string> omitted)
    : described(entry), version(spoken), tables(plan_tables(entry, omitted)),
      fingerprint(fingerprint_of(entry, spoken, tables, omitted)),
      head(compile_head(entry, spoken)), shape(compile_shape(entry, spoken, tables, omitted)),
      left_out(entry.volatile_members), not_listed_names(names_not_listed(entry)),
      not_listed(not_listed_names), hash_places(tables.size()), hash_paths(tables.size())
{
    hash_places[0] = head.rows[0].root;
    for (std::size_t table = 1; table < tables.size(); ++table) {
        const auto alternatives = split(tables[table].described->path, '|');
        const std::string_view path = alternatives.empty() ? "" : alternatives.front();
        const std::size_t parent = tables[table].parent;
        hash_places[table] = find_place(head, hash_places[parent], path);
        hash_paths[table] = hash_paths[parent];
        const auto names = split(path, '.');
        hash_paths[table].insert(hash_paths[table].end(), names.begin(), names.end());
    }
}

struct record_plan::state : compiled_record
{
    using compiled_record::compiled_record;
};

record_plan::record_plan(const resource& described, api_version version,
                         std::span<const std::string> omitted)
    : state_(std::make_unique<const state>(described, version, omitted))
{
}

record_plan::~record_plan() = default;
record_plan::record_plan(record_plan&&) noexcept = default;

const resource& record_plan::described() const
{
    return state_->described;
}

api_version record_plan::version() const
{
    return state_->version;
}

std::span<const table_plan> record_plan::tables() const
{
    return state_->tables;
}

std::uint64_t record_plan::fingerprint() const
{
    return state_->fingerprint;
}

record_head record_plan::scan(std::string_view json) const
{
    check_size(json);
    json_cursor text(json);
    if (text.kind() != json_kind::object) {
        throw malformed_record("the record is not an object");
    }
    head_reader reader(state_->head.rows[0]);
    content_hasher hasher(state_->head, state_->left_out, state_->fingerprint);
    record_head head;
    head.hash = hasher.hash(text, state_->head.rows[0].root, {}, &reader);
    text.finish();
    row& cells = reader.finish();
    if (cells[0].is != cell::kind::text || cells[0].text.empty()) {
        throw malformed_record("the record has no id");
    }
    if (cells[0].text.size() > key_bytes_max) {
        throw malformed_record("the record's id is longer than 1,000 bytes");
    }
    head.key = std::move(cells[0].text);
    if (cells.size() > 1 && cells[1].is == cell::kind::number) {
        head.updated_at = cells[1].number;
    }
    return head;
}

std::uint64_t record_plan::hash_as_listed(std::string_view json) const
{
    check_size(json);
    json_cursor text(json);
    content_hasher hasher(state_->head, state_->not_listed, state_->fingerprint);
    return hasher.hash(text, state_->head.rows[0].root, {});
}

decoded_record record_plan::decode(std::string_view json, projection from) const
{
    check_size(json);
    decoded_record record;
    decoder(*state_, from, record.drifts).decode_record(json, record);
    return record;
}

child_rows record_plan::decode_children(std::size_t table, std::string_view parent_key,
                                        std::span<const std::string_view> elements,
                                        std::vector<drift>& drifts) const
{
    if (table == 0 || table >= state_->tables.size()) {
        throw std::invalid_argument("no such child table");
    }
    return decoder(*state_, projection::get, drifts).decode_elements(table, parent_key, elements);
}

} // namespace intercom_mirror
