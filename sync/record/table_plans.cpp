#include "sync/record/table_plans.hpp"

#include <algorithm>
#include <stdexcept>

namespace intercom_mirror {
namespace {

bool is_omitted(std::string_view table, std::string_view column,
                std::span<const std::string> omitted)
{
    return std::any_of(omitted.begin(), omitted.end(), [&](std::string_view one) {
        return one.size() == table.size() + column.size() + 1 && one.starts_with(table) &&
               one[table.size()] == '.' && one.ends_with(column);
    });
}

class table_planner
{
public:
    explicit table_planner(std::span<const std::string> omitted) : omitted_(omitted) {}

    void add(const resource& described)
    {
        table_plan table{.name = described.name, .columns = {}, .has_raw = true};
        refuse_omitted_key(described.name, described.key);
        refuse_omitted_key(described.name, described.primary_key);
        add_columns(table, described.columns);
        tables_.push_back(std::move(table));
        for (const child& each : described.children) {
            add(each, 0);
        }
    }

    std::vector<table_plan> finish() && { return std::move(tables_); }

private:
    void add(const child& described, std::size_t parent)
    {
        if (described.is_optional &&
            std::find(omitted_.begin(), omitted_.end(), described.table) != omitted_.end()) {
            return;
        }
        table_plan table{.name = described.table,
                         .described = &described,
                         .parent = parent,
                         .columns = {},
                         .has_raw = described.kind == child_kind::records};
        refuse_omitted_key(described.table, described.parent_column);
        refuse_omitted_key(described.table, described.key);
        table.columns.push_back({.name = described.parent_column,
                                 .type = column_type::id,
                                 .path = "^",
                                 .meaning = "Id of what it belongs to."});
        add_columns(table, described.columns);
        const std::size_t number = tables_.size();
        tables_.push_back(std::move(table));
        for (const child& each : described.children) {
            add(each, number);
        }
    }

    void add_columns(table_plan& table, std::span<const column> columns) const
    {
        for (const column& each : columns) {
            const bool is_parent =
                table.described != nullptr && table.described->parent_column == each.name;
            if (!each.path.empty() && !is_parent && !is_omitted(table.name, each.name, omitted_)) {
                table.columns.push_back(each);
            }
        }
    }

    void refuse_omitted_key(std::string_view table, std::string_view key) const
    {
        for (const std::string_view name : split(key, ',')) {
            if (is_omitted(table, name, omitted_)) {
                throw std::invalid_argument(std::string(table) + "." + std::string(name) +
                                            " is part of a key and cannot be omitted");
            }
        }
    }

    std::span<const std::string> omitted_;
    std::vector<table_plan> tables_;
};

} // namespace

std::vector<table_plan> plan_tables(const resource& described, std::span<const std::string> omitted)
{
    table_planner planner(omitted);
    planner.add(described);
    return std::move(planner).finish();
}

std::vector<column> omitted_columns(std::string_view table, std::span<const column> columns,
                                    std::span<const std::string> omitted)
{
    std::vector<column> found;
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(found),
                 [&](const column& one) { return is_omitted(table, one.name, omitted); });
    return found;
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        pieces.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return pieces;
}

} // namespace intercom_mirror
