#include "sync/record/decoder.hpp"

#include "sync/record/row_set.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace intercom_mirror {
namespace {

bool fits_key(const cell& one)
{
    return one.is == cell::kind::number ||
           (one.is == cell::kind::text && !one.text.empty() && one.text.size() <= key_bytes_max);
}

std::optional<std::uint64_t> count_in(json_kind kind, std::string_view bytes)
{
    std::uint64_t count = 0;
    const char* end = bytes.data() + bytes.size();
    const auto [stop, error] = std::from_chars(bytes.data(), end, count);
    if (kind != json_kind::number || error != std::errc() || stop != end) {
        return std::nullopt;
    }
    return count;
}

} // namespace

decoder::decoder(const compiled_record& plan, projection from, std::vector<drift>& drifts)
    : plan_(plan), from_(from), drifts_(drifts), rows_(plan.tables.size())
{
    tables_.reserve(plan.tables.size());
    for (const row_shape& shape : plan.shape.rows) {
        tables_.emplace_back(shape);
    }
}

void decoder::decode_record(std::string_view json, decoded_record& into)
{
    text_ = json_cursor(json);
    if (text_.kind() != json_kind::object) {
        throw malformed_record("the record is not an object");
    }
    start_row(0, {});
    walk(plan_.shape.rows[0].root, 0, true);
    text_.finish();
    tables_[0].row.finish(drifts_);
    if (!has_key(0)) {
        throw malformed_record("the record has no id");
    }
    close_children(0);
    settle_tables();
    into.main = std::move(tables_[0].row.cells());
    into.main.resize(plan_.shape.rows[0].columns);
    omitted_.insert(omitted_.end(), emptied_.begin(), emptied_.end());
    into.raw = replace_all(json, std::move(omitted_));
    into.children = std::move(rows_);
}

child_rows decoder::decode_elements(std::size_t table, std::string_view parent_key,
                                    std::span<const std::string_view> elements)
{
    const row_shape& parent_shape = plan_.shape.rows[plan_.tables[table].parent];
    row parent(parent_shape.types.size());
    parent[parent_shape.id_column] = {cell::kind::text, 0, std::string(parent_key)};
    std::size_t position = 0;
    for (const std::string_view element : elements) {
        const std::size_t rows = rows_[table].rows.size();
        text_ = json_cursor(element);
        try {
            walk_element(table, {position++}, true);
            text_.finish();
        } catch (const malformed_record&) {
            // The list is applied without it, and is not taken for the whole any more.
            take_back(table, rows);
            skip_row(table, "malformed");
        }
    }
    inherit(table, parent);
    child_rows& found = rows_[table];
    std::fill(found.parents.begin(), found.parents.end(), 0);
    settle_rows(found, plan_.shape.rows[table].key, {});
    found.is_present = true;
    found.is_complete = tables_[table].now.skipped == 0;
    return std::move(found);
}

void decoder::walk(std::size_t at, std::size_t table, bool is_read)
{
    const place& here = plan_.shape.places[at];
    const json_kind kind = text_.kind();
    const char* start = text_.position();
    bool is_walked = true;
    const bool holds_rows =
        !here.arrays.empty() &&
        kind == (here.arrays.front().is_of_members ? json_kind::object : json_kind::array);
    if (holds_rows) {
        for (const array_use& use : here.arrays) {
            text_.return_to(start);
            walk_array(use, is_read);
        }
    } else if (kind == json_kind::object && !here.members.empty()) {
        text_.members([&](const json_string& name) { walk_member(here, name, table, is_read); });
    } else {
        text_.skip();
        is_walked = false;
    }
    if (!holds_rows && kind != json_kind::null) {
        for (const array_use& use : here.arrays) {
            tables_[use.table].now.is_of_other_kind = true;
        }
    }
    const std::string_view bytes = text_.since(start);
    // What should enclose an omitted value but is built otherwise may hold it anywhere.
    if (here.is_omitted || (here.has_omitted_below && !is_walked && kind != json_kind::null)) {
        omitted_.push_back({bytes, "null"});
    }
    if (is_read) {
        take(here, kind, bytes, table, is_walked);
    }
}

void decoder::walk_member(const place& here, const json_string& name, std::size_t table,
                          bool is_read)
{
    std::string buffer;
    const std::string_view plain = name.plain(buffer);
    const std::size_t below = here.members.find(plain);
    if (below != name_table::none) {
        walk(below, table, is_read);
        return;
    }
    const auto& known = plan_.shape.known_names;
    const bool is_drift = is_read && !here.allows_unknown &&
                          std::find(known.begin(), known.end(), plain) == known.end();
    if (is_drift) {
        drifts_.add(here.path, plain, drift::problem::unknown_member, to_string(text_.kind()));
    }
    text_.skip();
}

void decoder::take(const place& here, json_kind kind, std::string_view bytes, std::size_t table,
                   bool is_walked)
{
    for (const column_use& use : here.columns) {
        tables_[table].row.offer(use, here, kind, bytes, is_walked || here.allows_any_kind,
                                 drifts_);
    }
    for (const count_use& use : here.counts) {
        take_claim(use, kind, bytes);
    }
    if (kind == json_kind::null) {
        for (const array_use& use : here.arrays_below) {
            tables_[use.table].now.is_null = is_served(use.table);
        }
        return;
    }
    const bool encloses = !here.members.empty() || !here.arrays.empty();
    if (encloses && !is_walked && here.columns.empty() && !here.allows_any_kind) {
        drifts_.add(here.path, "", drift::problem::wrong_type, to_string(kind));
    }
}

void decoder::take_claim(const count_use& use, json_kind kind, std::string_view bytes)
{
    claims& claimed = tables_[use.of.table].now.claimed[use.of.alternative];
    if (use.is_total) {
        claimed.total = count_in(kind, bytes);
    } else {
        claimed.has_more = bytes == "true";
    }
}

bool decoder::is_served(std::size_t table) const
{
    const bool is_carried =
        from_ == projection::get || plan_.tables[table].described->by == carried::by_both;
    return is_carried && plan_.shape.rows[table].is_read;
}

void decoder::walk_array(const array_use& use, bool is_parent_read)
{
    instance& now = tables_[use.table].now;
    const bool is_read =
        is_parent_read && is_served(use.table) && use.alternative <= now.alternative;
    const place& root = plan_.shape.places[plan_.shape.rows[use.table].root];
    const char* start = text_.position();
    if (is_read) {
        // A better alternative, or the same member once more: what came before does not count.
        take_back(use.table, now.first_row);
        now.alternative = use.alternative;
        now.elements = now.foreign = now.skipped = 0;
    }
    if (is_read || root.has_omitted_below) {
        walk_elements(use, is_read);
    } else {
        text_.skip();
    }
    if (plan_.tables[use.table].has_raw) {
        emptied_.push_back({text_.since(start), "[]"});
    }
}

void decoder::walk_elements(const array_use& use, bool is_read)
{
    std::size_t position = 0;
    if (!use.is_of_members) {
        text_.elements([&] { walk_element(use.table, {position++}, is_read); });
        return;
    }
    text_.members([&](const json_string& name) {
        // What is no object says something about all of them (their type) and is none.
        if (text_.kind() != json_kind::object) {
            text_.skip();
            return;
        }
        std::string buffer;
        walk_element(use.table, {position++, name.plain(buffer)}, is_read);
    });
}

void decoder::walk_element(std::size_t table, const whereabouts& at, bool is_read)
{
    if (is_read) {
        start_row(table, at);
    }
    const std::size_t omitted_before = omitted_.size();
    const json_kind kind = text_.kind();
    const char* start = text_.position();
    walk(plan_.shape.rows[table].root, table, is_read);
    if (is_read) {
        const auto omitted = std::span(omitted_).subspan(omitted_before);
        finish_row(table, {kind, text_.since(start), omitted});
    }
}

void decoder::start_row(std::size_t table, const whereabouts& at)
{
    const row_shape& shape = plan_.shape.rows[table];
    tables_[table].row.start(at.position, at.name, from_);
    for (const std::size_t child : shape.children) {
        instance& now = tables_[child].now;
        std::vector<claims> claimed = std::move(now.claimed);
        claimed.assign(plan_.shape.rows[child].array_alternatives, {});
        now = instance{.first_row = rows_[child].rows.size(), .claimed = std::move(claimed)};
    }
}

void decoder::finish_row(std::size_t table, const element& read)
{
    instance& now = tables_[table].now;
    tables_[table].row.finish(drifts_);
    ++now.elements;
    if (is_foreign(table)) {
        ++now.foreign;
        take_back_orphans(table);
    } else if (!has_key(table)) {
        skip_row(table, to_string(read.kind));
    } else {
        close_children(table);
        keep_row(table, read);
    }
}

void decoder::skip_row(std::size_t table, std::string_view found)
{
    ++tables_[table].now.skipped;
    drifts_.add(plan_.shape.places[plan_.shape.rows[table].root].path, "",
                drift::problem::wrong_type, found);
    take_back_orphans(table);
}

bool decoder::has_key(std::size_t table)
{
    const row& cells = tables_[table].row.cells();
    const auto& key = plan_.shape.rows[table].own_key;
    return std::all_of(key.begin(), key.end(),
                       [&](std::size_t column) { return fits_key(cells[column]); });
}

bool decoder::is_foreign(std::size_t table)
{
    const row_shape& shape = plan_.shape.rows[table];
    return shape.scope_column != name_table::none &&
           tables_[table].row.cells()[shape.scope_column].text != shape.scope_value;
}

void decoder::keep_row(std::size_t table, const element& read)
{
    child_rows& into = rows_[table];
    const std::size_t parent = plan_.tables[table].parent;
    into.rows.push_back(std::move(tables_[table].row.cells()));
    into.rows.back().resize(plan_.shape.rows[table].columns);
    into.parents.push_back(parent == 0 ? 0 : rows_[parent].rows.size());
    if (plan_.tables[table].has_raw) {
        json_cursor text(read.bytes);
        content_hasher hasher(plan_.head, plan_.left_out, plan_.fingerprint);
        into.hashes.push_back(hasher.hash(text, plan_.hash_places[table], plan_.hash_paths[table]));
        into.raws.push_back(replace_all(read.bytes, {read.omitted.begin(), read.omitted.end()}));
    }
}

void decoder::close_children(std::size_t table)
{
    for (const std::size_t child : plan_.shape.rows[table].children) {
        close_instance(child);
        inherit(child, tables_[table].row.cells());
    }
}

void decoder::close_instance(std::size_t table)
{
    table_state& state = tables_[table];
    child_rows& found = rows_[table];
    ++state.instances;
    if (state.now.alternative != instance::none) {
        found.is_present = true;
        state.instances_complete += is_complete(table) ? 1U : 0U;
        if (const auto total = state.now.claimed[state.now.alternative].total) {
            found.total = found.total.value_or(0) + *total;
        }
    } else if (state.now.is_null || (plan_.shape.rows[table].is_of_members && is_served(table) &&
                                     !state.now.is_of_other_kind)) {
        found.is_present = true;
        ++state.instances_complete;
    }
}

bool decoder::is_complete(std::size_t table) const
{
    const instance& now = tables_[table].now;
    const claims& claimed = now.claimed[now.alternative];
    const std::size_t rows = rows_[table].rows.size() - now.first_row + now.foreign;
    const std::size_t window = plan_.tables[table].described->window;
    const bool is_in_window =
        window == 0 || now.elements < window || (claimed.total && *claimed.total <= window);
    return now.skipped == 0 && !claimed.has_more && rows >= claimed.total.value_or(0) &&
           is_in_window;
}

void decoder::inherit(std::size_t table, const row& parent)
{
    auto& rows = rows_[table].rows;
    for (std::size_t at = tables_[table].now.first_row; at < rows.size(); ++at) {
        for (const inherited_value& one : plan_.shape.rows[table].inherited) {
            cell& into = rows[at][one.column];
            if (into.is == cell::kind::null) {
                into = parent[one.parent_column];
            }
        }
    }
}

void decoder::take_back(std::size_t table, std::size_t count)
{
    cut_rows(rows_[table], count);
    take_back_orphans(table);
}

void decoder::take_back_orphans(std::size_t table)
{
    const std::size_t rows = rows_[table].rows.size();
    for (const std::size_t child : plan_.shape.rows[table].children) {
        const auto& parents = rows_[child].parents; // ascending
        const auto first = std::lower_bound(parents.begin(), parents.end(), rows);
        take_back(child, static_cast<std::size_t>(first - parents.begin()));
    }
}

void decoder::settle_tables()
{
    std::vector<std::vector<std::size_t>> moved(plan_.tables.size());
    for (std::size_t table = 1; table < plan_.tables.size(); ++table) {
        child_rows& found = rows_[table];
        const std::size_t parent = plan_.tables[table].parent;
        moved[table] = settle_rows(found, plan_.shape.rows[table].key, moved[parent]);
        // Repeated rows do not count towards the total.
        found.is_complete = found.is_present &&
                            tables_[table].instances_complete == tables_[table].instances &&
                            (moved[table].empty() || found.rows.size() >= found.total.value_or(0));
    }
}

} // namespace intercom_mirror
