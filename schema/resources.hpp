#pragma once

#include "schema/resource.hpp"

// The catalogue's entries, each defined in the file of its name. Use `catalogue()`, unless you
// mean one resource in particular.
namespace intercom_mirror {

extern const resource admins_resource;
extern const resource teams_resource;
extern const resource tags_resource;
extern const resource segments_resource;
extern const resource subscription_types_resource;
extern const resource data_attributes_resource;
extern const resource ticket_states_resource;
extern const resource ticket_types_resource;
extern const resource companies_resource;
extern const resource contacts_resource;
extern const resource conversations_resource;
extern const resource tickets_resource;
extern const resource help_centers_resource;
extern const resource collections_resource;
extern const resource articles_resource;
extern const resource newsfeeds_resource;
extern const resource news_items_resource;
extern const resource activity_logs_resource;
extern const resource away_status_reasons_resource;
extern const resource internal_articles_resource;
extern const resource content_import_sources_resource;
extern const resource external_pages_resource;
extern const resource calls_resource;
extern const resource brands_resource;
extern const resource email_settings_resource;
extern const resource macros_resource;
extern const resource audiences_resource;
extern const resource content_snippets_resource;
extern const resource office_hours_schedules_resource;
extern const resource data_connectors_resource;
extern const resource custom_object_instances_resource;
extern const resource visitors_resource;
extern const resource data_export_jobs_resource;

} // namespace intercom_mirror
