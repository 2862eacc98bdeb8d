#include "sync/record/shape.hpp"

#include "sync/record/conversion.hpp"
#include "sync/record/table_plans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace intercom_mirror {
namespace {

using place_number = std::size_t;

// A path of elements ends in ".*" where they are the members of an object.
constexpr std::string_view all_members = ".*";

std::string_view without_members(std::string_view path)
{
    return path.ends_with(all_members) ? path.substr(0, path.size() - all_members.size()) : path;
}

// "=custom_attributes.&name": the constant, if there is one, and the members behind it.
struct joined_path
{
    std::string_view prefix;
    std::vector<std::string_view> members;
};

joined_path members_of(std::string_view path)
{
    joined_path found{{}, split(path, '&')};
    if (path.starts_with('=')) {
        found.prefix = found.members.front().substr(1);
        found.members.erase(found.members.begin());
    }
    return found;
}

cell constant_cell(column_type type, std::string_view text)
{
    cell value;
    if (convert(type, json_kind::string, fmt::format("\"{}\"", text), value)) {
        throw std::invalid_argument("catalogue: a constant that is none of its column's type");
    }
    return value;
}

// Grows the trie. Places are addressed by number, since they move while others are added.
class place_builder
{
public:
    explicit place_builder(std::vector<place>& places) : places_(places) {}

    place_number root(std::string path)
    {
        places_.emplace_back().path = std::move(path);
        return places_.size() - 1;
    }

    // The places of a path's steps, made where they are missing. "." is `from` itself.
    std::vector<place_number> walk(place_number from, std::string_view path)
    {
        std::vector<place_number> steps;
        if (path == ".") {
            return {from};
        }
        for (const std::string_view name : split(path, '.')) {
            from = step(from, name);
            steps.push_back(from);
        }
        if (steps.empty()) {
            throw std::invalid_argument("catalogue: a path without steps");
        }
        return steps;
    }

    place_number step(place_number from, std::string_view name)
    {
        const std::size_t known = places_[from].members.find(name);
        if (known != name_table::none) {
            return known;
        }
        const std::string& above = places_[from].path;
        const place_number made = root(above + (above.empty() ? "" : ".") + std::string(name));
        places_[from].members.add(name, made);
        return made;
    }

    place& operator[](place_number number) { return places_[number]; }

private:
    std::vector<place>& places_;
};

class column_compiler
{
public:
    // `opaque_places`: gets the places whose members need no column, being part of one.
    column_compiler(place_builder& places, row_shape& into, row_shape* parent,
                    std::vector<place_number>& opaque_places)
        : places_(places), into_(into), parent_(parent), opaque_places_(opaque_places)
    {
    }

    // Returns whether the value stands in the element itself, not in what encloses it.
    bool add(const column& described, bool is_read)
    {
        const std::size_t number = into_.types.size();
        const auto alternatives = split(described.path, '|');
        into_.types.push_back(described.type);
        into_.carried_by.push_back(described.by);
        into_.has_alternatives.push_back(alternatives.size() > 1 ? 1 : 0);
        bool is_own = true;
        alternative_number alternative = 0;
        for (const std::string_view path : alternatives) {
            if (path.starts_with('^')) {
                inherit(number, described.type, path.substr(1));
                is_own = false;
            } else if (is_read) {
                take(number, alternative, path);
            } else {
                tolerate(path);
            }
            ++alternative;
        }
        return is_own;
    }

private:
    void take(std::size_t number, alternative_number alternative, std::string_view path)
    {
        using source = given_value::source;
        if (path.find('&') != std::string_view::npos) {
            join(number, alternative, path);
        } else if (path.starts_with('=')) {
            into_.given.push_back({number, alternative, source::constant,
                                   constant_cell(into_.types[number], path.substr(1))});
        } else if (path == "#") {
            into_.given.push_back({number, alternative, source::position, {}});
        } else if (path == "@") {
            into_.given.push_back({number, alternative, source::name, {}});
        } else {
            const place_number at = places_.walk(into_.root, path).back();
            places_[at].columns.push_back({number, alternative});
            if (into_.types[number] == column_type::jsonb) {
                opaque_places_.push_back(at);
            }
        }
    }

    void join(std::size_t number, alternative_number alternative, std::string_view path)
    {
        const joined_path from = members_of(path);
        joined_value joined{number, alternative, from.prefix, into_.parts, 0};
        for (const std::string_view part : from.members) {
            const place_number at = places_.walk(into_.root, part).back();
            places_[at].columns.push_back({number, alternative, true, into_.parts++});
            ++joined.parts;
        }
        into_.joined.push_back(joined);
    }

    // The parent reads the value for its children, unless it has such a column anyway.
    void inherit(std::size_t number, column_type type, std::string_view path)
    {
        if (parent_ == nullptr) {
            throw std::invalid_argument("catalogue: nothing encloses a record");
        }
        if (path.empty()) {
            into_.inherited.push_back({number, parent_->id_column});
            return;
        }
        const place_number at = places_.walk(parent_->root, path).back();
        for (const column_use& use : places_[at].columns) {
            if (!use.is_part && use.alternative == 0 && parent_->types[use.column] == type &&
                parent_->has_alternatives[use.column] == 0) {
                into_.inherited.push_back({number, use.column});
                return;
            }
        }
        places_[at].columns.push_back({parent_->types.size(), 0});
        into_.inherited.push_back({number, parent_->types.size()});
        parent_->types.push_back(type);
        parent_->carried_by.push_back(carried::by_both);
        parent_->has_alternatives.push_back(0);
    }

    // Not served in this API version: whatever stands there is not looked at, but known.
    void tolerate(std::string_view path)
    {
        if (path == "#" || path == "@") {
            return;
        }
        for (const std::string_view part : members_of(path).members) {
            for (const place_number at : places_.walk(into_.root, part)) {
                places_[at].allows_any_kind = true;
            }
        }
    }

    place_builder& places_;
    row_shape& into_;
    row_shape* parent_;
    std::vector<place_number>& opaque_places_;
};

std::size_t number_of(std::span<const column> columns, std::string_view name,
                      std::string_view table)
{
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const column& one) { return one.name == name; });
    if (found == columns.end()) {
        throw std::invalid_argument("catalogue: " + std::string(table) + " has no column " +
                                    std::string(name));
    }
    return static_cast<std::size_t>(found - columns.begin());
}

class shape_compiler
{
public:
    shape_compiler(const resource& described, api_version version,
                   std::span<const table_plan> tables, std::span<const std::string> omitted)
        : described_(described), version_(version), tables_(tables), omitted_(omitted),
          places_(shape_.places)
    {
        shape_.rows.resize(tables.size());
    }

    record_shape compile() &&
    {
        for (std::size_t number = 0; number < tables_.size(); ++number) {
            add_table(number);
        }
        for (std::size_t number = 0; number < tables_.size(); ++number) {
            omit_columns(number);
        }
        for (const unmapped& one : described_.left_in_raw) {
            leave_in_raw(one.path);
        }
        for (const place_number at : opaque_places_) {
            allow_unknown(at);
        }
        return std::move(shape_);
    }

private:
    void add_table(std::size_t number)
    {
        const table_plan& table = tables_[number];
        row_shape& row = shape_.rows[number];
        row.root = places_.root(number == 0 ? "" : path_of(number));
        row.columns = table.columns.size();
        row.id_column = id_column(table);
        row.is_read = number == 0 || (shape_.rows[table.parent].is_read &&
                                      table.described->versions.holds(version_));
        std::vector<std::uint8_t> is_own;
        row_shape* parent = number == 0 ? nullptr : &shape_.rows[table.parent];
        column_compiler columns(places_, row, parent, opaque_places_);
        for (const column& each : table.columns) {
            is_own.push_back(columns.add(each, each.versions.holds(version_)) ? 1 : 0);
        }
        const std::string_view key = number == 0 ? described_.key : table.described->key;
        for (const std::string_view name : split(key, ',')) {
            row.key.push_back(number_of(table.columns, name, table.name));
            if (is_own[row.key.back()] != 0) {
                row.own_key.push_back(row.key.back());
            }
        }
        if (number != 0) {
            set_scope(row, table);
            attach(number);
            // A link's own list shows whole records of the other side.
            if (table.described->kind == child_kind::links && table.described->path.empty()) {
                opaque_places_.push_back(row.root);
            }
        }
    }

    // Below the first alternative's place, as drifts name it.
    std::string path_of(std::size_t number)
    {
        const table_plan& table = tables_[number];
        const std::string& above = places_[shape_.rows[table.parent].root].path;
        const auto alternatives = split(table.described->path, '|');
        const std::string_view first = alternatives.empty() ? table.name : alternatives.front();
        return above + (above.empty() ? "" : ".") + std::string(first);
    }

    [[nodiscard]] std::size_t id_column(const table_plan& table) const
    {
        if (table.described == nullptr) {
            return number_of(table.columns, described_.key, table.name);
        }
        const auto named_id = std::find_if(table.columns.begin(), table.columns.end(),
                                           [](const column& one) { return one.name == "id"; });
        if (named_id != table.columns.end()) {
            return static_cast<std::size_t>(named_id - table.columns.begin());
        }
        return number_of(table.columns, split(table.described->key, ',').back(), table.name);
    }

    static void set_scope(row_shape& row, const table_plan& table)
    {
        const auto scope = split(table.described->scope, '=');
        if (scope.size() == 2) {
            row.scope_column = number_of(table.columns, scope[0], table.name);
            row.scope_value = scope[1];
        }
    }

    void attach(std::size_t number)
    {
        const table_plan& table = tables_[number];
        row_shape& parent = shape_.rows[table.parent];
        parent.children.push_back(number);
        array_use use{number, 0};
        for (const std::string_view path : split(table.described->path, '|')) {
            const auto steps = places_.walk(parent.root, without_members(path));
            use.is_of_members = path.ends_with(all_members);
            shape_.rows[number].is_of_members = use.is_of_members;
            places_[steps.back()].arrays.push_back(use);
            for (const place_number at : steps) {
                places_[at].arrays_below.push_back(use);
                places_[at].allows_any_kind =
                    places_[at].allows_any_kind || !shape_.rows[number].is_read;
            }
            if (steps.size() > 1) {
                add_counts(steps[steps.size() - 2], use);
            }
            ++use.alternative;
        }
        shape_.rows[number].array_alternatives = use.alternative;
    }

    void add_counts(place_number list, array_use use)
    {
        const place_number total = places_.step(list, "total_count");
        places_[total].counts.push_back({use, true});
        const place_number more = places_.step(list, "has_more");
        places_[more].counts.push_back({use, false});
    }

    void omit_columns(std::size_t number)
    {
        const table_plan& table = tables_[number];
        const auto columns = number == 0 ? described_.columns : table.described->columns;
        for (const column& each : omitted_columns(table.name, columns, omitted_)) {
            for (const std::string_view alternative : split(each.path, '|')) {
                if (alternative.find_first_of("#^@") == 0) {
                    continue;
                }
                for (const std::string_view part : members_of(alternative).members) {
                    omit(number, part);
                }
            }
        }
    }

    void omit(std::size_t number, std::string_view path)
    {
        const place_number root = shape_.rows[number].root;
        places_[root].has_omitted_below = true;
        for (const place_number at : places_.walk(root, path)) {
            places_[at].has_omitted_below = true;
        }
        const place_number omitted = places_.walk(root, path).back();
        places_[omitted].is_omitted = true;
        opaque_places_.push_back(omitted);
        // What encloses the elements must be seen through, too.
        while (number != 0) {
            const std::size_t parent = tables_[number].parent;
            places_[shape_.rows[parent].root].has_omitted_below = true;
            for (const std::string_view array : split(tables_[number].described->path, '|')) {
                const auto steps = places_.walk(shape_.rows[parent].root, without_members(array));
                for (const place_number at : steps) {
                    places_[at].has_omitted_below = true;
                }
            }
            number = parent;
        }
    }

    void leave_in_raw(std::string_view path)
    {
        if (path.starts_with("*.")) {
            shape_.known_names.push_back(path.substr(2));
            return;
        }
        place_number at = shape_.rows[0].root;
        for (const std::string_view name : split(path, '.')) {
            const bool is_through_array =
                places_[at].members.find(name) == name_table::none && !places_[at].arrays.empty();
            if (is_through_array) {
                at = shape_.rows[places_[at].arrays.front().table].root;
            }
            at = places_.step(at, name);
        }
        allow_unknown(at);
    }

    void allow_unknown(place_number at)
    {
        places_[at].allows_unknown = true;
        for (const array_use& use : places_[at].arrays) {
            allow_unknown(shape_.rows[use.table].root);
        }
        places_[at].members.for_each([this](place_number below) { allow_unknown(below); });
    }

    const resource& described_;
    api_version version_;
    std::span<const table_plan> tables_;
    std::span<const std::string> omitted_;
    record_shape shape_;
    place_builder places_;
    std::vector<place_number> opaque_places_;
};

} // namespace

record_shape compile_shape(const resource& described, api_version version,
                           std::span<const table_plan> tables, std::span<const std::string> omitted)
{
    return shape_compiler(described, version, tables, omitted).compile();
}

record_shape compile_head(const resource& described, api_version version)
{
    record_shape shape;
    place_builder places(shape.places);
    row_shape& row = shape.rows.emplace_back();
    row.root = places.root("");
    std::vector<place_number> ignored;
    column_compiler columns(places, row, nullptr, ignored);
    columns.add(described.columns[number_of(described.columns, described.key, described.name)],
                true);
    for (const column& each : described.columns) {
        if (each.name == "updated_at" && each.versions.holds(version)) {
            columns.add(each, true);
        }
    }
    row.columns = row.types.size();
    for (const std::string_view path : split(described.sets, ',')) {
        places[places.walk(row.root, path).back()].is_set = true;
    }
    return shape;
}

std::size_t find_place(const record_shape& shape, std::size_t from, std::string_view path)
{
    for (const std::string_view name : split(path, '.')) {
        if (from == name_table::none) {
            break;
        }
        from = shape.places[from].members.find(name);
    }
    return from;
}

} // namespace intercom_mirror
