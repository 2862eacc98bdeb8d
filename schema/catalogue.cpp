#include "schema/catalogue.hpp"

#include "schema/resources.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

constexpr const resource* all[] = {
    &admins_resource,
    &teams_resource,
    &tags_resource,
    &segments_resource,
    &subscription_types_resource,
    &data_attributes_resource,
    &ticket_states_resource,
    &ticket_types_resource,
    &companies_resource,
    &contacts_resource,
    &conversations_resource,
    &tickets_resource,
    &help_centers_resource,
    &collections_resource,
    &articles_resource,
    &newsfeeds_resource,
    &news_items_resource,
    &activity_logs_resource,
    &away_status_reasons_resource,
    &internal_articles_resource,
    &content_import_sources_resource,
    &external_pages_resource,
    &calls_resource,
    &brands_resource,
    &email_settings_resource,
    &macros_resource,
    &audiences_resource,
    &content_snippets_resource,
    &office_hours_schedules_resource,
    &data_connectors_resource,
    &custom_object_instances_resource,
    &visitors_resource,
    &data_export_jobs_resource,
};

} // namespace

std::span<const resource* const> catalogue()
{
    return all;
}

std::vector<std::string_view> optional_names()
{
    std::vector<std::string_view> names;
    for (const resource* each : all) {
        if (each->is_optional) {
            names.push_back(each->name);
        }
        for (const child& its : each->children) {
            if (its.is_optional) {
                names.push_back(its.table);
            }
        }
    }
    return names;
}

bool is_meant(std::span<const std::string> names, const resource& which)
{
    const bool is_all = names.empty() || std::ranges::find(names, "all") != names.end();
    return std::ranges::find(names, which.name) != names.end() || (is_all && !which.is_optional);
}

const resource* find_resource(std::string_view name)
{
    const auto found = std::ranges::find(all, name, &resource::name);
    return found == std::end(all) ? nullptr : *found;
}

} // namespace intercom_mirror
