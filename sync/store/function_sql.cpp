#include "sync/store/function_sql.hpp"

#include "schema/tables.hpp"
#include "sync/store/sql_text.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {
using namespace sql_text;

class function_writer
{
public:
    function_writer(const function& of, std::span<const resource* const> resources)
        : function_(of), resources_(resources)
    {
    }

    [[nodiscard]] std::string write() const
    {
        std::string body = check_version(function_.request.versions, "the request");
        body += checks();
        body += row_check();
        body +=
            fmt::format("    RETURN ask_intercom({}, {}, {}, {}, {});\n", quoted(function_.name),
                        function_.entity.empty() ? "NULL" : quoted(function_.entity),
                        function_.entity.empty() ? "NULL" : number_of(function_.entity_id),
                        fields(), ids_mentioned());
        return fmt::format("CREATE FUNCTION {0}({1}) RETURNS bigint\n"
                           "    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT\n"
                           "AS $$\nDECLARE\n    is_gone boolean;\nBEGIN\n{2}END\n$$;\n"
                           "COMMENT ON FUNCTION {0} IS {3};\n"
                           "REVOKE EXECUTE ON FUNCTION {0} FROM PUBLIC;\n",
                           function_.name, declared(), body, quoted(function_.meaning));
    }

private:
    // Parameters that have a default follow those that have none.
    [[nodiscard]] std::string declared() const
    {
        std::vector<std::string> all;
        for (const parameter& each : function_.parameters) {
            all.push_back(fmt::format("\"{}\" {}{}", each.name, stored_type(each.type),
                                      each.is_required ? "" : " DEFAULT NULL"));
        }
        return fmt::format("{}", fmt::join(all, ", "));
    }

    [[nodiscard]] std::string number_of(std::string_view name) const
    {
        const auto found = std::ranges::find(function_.parameters, name, &parameter::name);
        return fmt::format("${}", found - function_.parameters.begin() + 1);
    }

    [[nodiscard]] std::string check_version(const version_range& versions,
                                            std::string_view what) const
    {
        if (versions.first == oldest_version && versions.last == preview_version) {
            return "";
        }
        return fmt::format("    PERFORM require_version({}, {}, {}, {});\n",
                           array_of(versions.first), array_of(versions.last),
                           quoted(fmt::format("{} of {}", what, function_.name)),
                           quoted(function_.name));
    }

    [[nodiscard]] std::string refusal(std::string_view what, std::string_view hint,
                                      std::string_view of_parameter) const
    {
        return fmt::format("PERFORM refuse({}, {}, {}, {});", quoted(what), quoted(hint),
                           quoted(function_.name), quoted(of_parameter));
    }

    [[nodiscard]] std::string checks() const
    {
        std::string all;
        int number = 0;
        for (const parameter& each : function_.parameters) {
            const auto value = fmt::format("${}", ++number);
            std::string of_value = check_version(each.versions, each.name);
            if (!each.values.empty()) {
                const auto values = split(each.values, '|');
                of_value += fmt::format(
                    "    IF {} <> ALL ({}) THEN\n        {}\n    END IF;\n", value,
                    array_of(values),
                    refusal(
                        fmt::format("{}: {} is not one of its values", function_.name, each.name),
                        fmt::format("It can be: {}.", fmt::join(values, ", ")), each.name));
            }
            if (each.type == column_type::timestamp) {
                of_value += fmt::format(
                    "    IF NOT isfinite({}) THEN\n        {}\n    END IF;\n", value,
                    refusal(fmt::format("{}: {} has to be a moment", function_.name, each.name),
                            "Intercom has no infinite times.", each.name));
            }
            of_value += check_reference(each, value);
            if (each.is_required) {
                all += fmt::format("    IF {} IS NULL THEN\n        {}\n    END IF;\n{}", value,
                                   refusal(fmt::format("{} needs {}", function_.name, each.name),
                                           "It cannot be null.", each.name),
                                   of_value);
            } else if (!of_value.empty()) {
                all += fmt::format("    IF {} IS NOT NULL THEN\n{}    END IF;\n", value, of_value);
            }
        }
        if (!function_.refused_when.empty()) {
            all += fmt::format("    IF {} THEN\n        {}\n    END IF;\n", function_.refused_when,
                               refusal(function_.reason, "", ""));
        }
        return all;
    }

    [[nodiscard]] const resource* named(std::string_view name) const
    {
        const auto found = std::ranges::find(resources_, name, &resource::name);
        return found == resources_.end() ? nullptr : *found;
    }

    [[nodiscard]] std::string check_reference(const parameter& of, const std::string& value) const
    {
        const auto* to = named(of.refers_to);
        if (to == nullptr) {
            return "";
        }
        return fmt::format(
            "    IF NOT EXISTS (SELECT FROM {0} WHERE {0}.{1} = {2} AND deleted_at IS "
            "NULL) THEN\n        PERFORM refuse_unknown('{{{0}}}', {2}, {3}, {4});\n"
            "    END IF;\n",
            to->name, to->key, value, quoted(function_.name), quoted(of.name));
    }

    // The row stays as it is until the entry is committed.
    [[nodiscard]] std::string row_check() const
    {
        const auto* of = named(function_.entity);
        if (of == nullptr) {
            return "";
        }
        const auto value = number_of(function_.entity_id);
        auto check = fmt::format("    SELECT deleted_at IS NOT NULL INTO is_gone FROM {0}\n"
                                 "     WHERE {0}.{1} = {2}\n       FOR NO KEY UPDATE;\n",
                                 of->name, of->key, value);
        if (function_.row == about::live_row) {
            check += fmt::format("    IF is_gone IS NULL THEN\n"
                                 "        PERFORM refuse_unknown('{{{0}}}', {1}, {2}, {3}, true);\n"
                                 "    ELSIF is_gone THEN\n"
                                 "        PERFORM refuse_deleted({4}, {1});\n    END IF;\n",
                                 of->name, value, quoted(function_.name),
                                 quoted(function_.entity_id), quoted(of->name));
        }
        return check;
    }

    [[nodiscard]] std::string fields() const
    {
        std::vector<std::string> all;
        int number = 0;
        for (const parameter& each : function_.parameters) {
            auto value = fmt::format("${}", ++number);
            if (!each.when_absent.empty()) {
                value = fmt::format("coalesce({}, {})", value, each.when_absent);
            }
            all.push_back(fmt::format("{}, {}", quoted(each.name),
                                      each.type == column_type::timestamp
                                          ? fmt::format("trim_scale(extract(epoch FROM {}))", value)
                                          : value));
        }
        return fmt::format("given_only(jsonb_build_object({}))", fmt::join(all, ", "));
    }

    [[nodiscard]] std::string ids_mentioned() const
    {
        std::vector<std::string> ids;
        int number = 0;
        for (const parameter& each : function_.parameters) {
            ++number;
            if (each.type == column_type::id) {
                ids.push_back(fmt::format("${}", number));
            }
        }
        return ids.empty() ? "NULL" : fmt::format("local_ids({})", fmt::join(ids, ", "));
    }

    const function& function_;
    std::span<const resource* const> resources_;
};

} // namespace

std::string function_sql(std::span<const function> functions,
                         std::span<const resource* const> resources)
{
    std::string sql;
    for (const function& each : functions) {
        sql += "\n" + function_writer(each, resources).write();
    }
    return sql;
}

} // namespace intercom_mirror
