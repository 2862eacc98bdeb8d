#include "tests/sandbox/documents_made.hpp"

#include <algorithm>
#include <ctime>

// Settings of a workspace, most of them of later versions.
namespace intercom_sandbox {
namespace {

using namespace made;

document make_brand(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {
        {"name", words(w, die)},
        {"is_default", flag(die.chance(0.3))},
        {"help_center_id", quoted_id_of(some_document(w, die, "help_centers"))},
        {"default_address_settings_id", quoted_id_of(some_document(w, die, "email_settings"))}};
    return d;
}

bool change_name(world& w, dice& die, document& d)
{
    d.set("name", words(w, die));
    return true;
}

document make_email_setting(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"email", quoted("support" + d.id + "@acme.example")},
                {"verified", flag(die.chance(0.8))},
                {"domain", quoted("acme.example")},
                {"brand_id", quoted_id_of(some_document(w, die, "brands"))},
                {"forwarding_enabled", flag(die.chance(0.5))},
                {"forwarded_email_last_received_at", maybe(die, number(at))}};
    return d;
}

// Emails come in without a change of the settings.
bool change_email_setting(world&, dice& die, document& d)
{
    if (die.chance(0.5)) {
        d.set("forwarded_email_last_received_at", number(d.updated_at + die.between(1, 1000)));
        return false;
    }
    d.set("verified", flag(die.chance(0.5)));
    return true;
}

document make_macro(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    const bool is_for_all = die.chance(0.6);
    d.fields = {
        {"name", words(w, die)},
        {"body", maybe(die, quoted("<p>Hi <attribute key=\"user.name\" default=\"there\"/></p>" +
                                   html_body(die, w.settings.nasty)))},
        {"body_text", maybe(die, words(w, die))},
        {"visible_to", quoted(is_for_all ? "everyone" : "specific_teams")},
        {"visible_to_team_ids", is_for_all ? "[]" : "[" + quoted(die.pick(w.teams).id) + "]"},
        {"available_on", R"(["inbox","messenger"])"}};
    return d;
}

bool change_macro(world& w, dice& die, document& d)
{
    die.chance(0.5) ? d.set("name", words(w, die)) : d.set("body_text", words(w, die));
    return true;
}

std::string some_predicates(world& w, dice& die)
{
    return "[" +
           members()
               .text("attribute", "company.name")
               .text("type", "string")
               .text("comparison", "contains")
               .raw("value", words(w, die))
               .object() +
           "]";
}

document make_audience(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"name", words(w, die)},
                {"predicates", some_predicates(w, die)},
                {"role_predicates", die.chance(0.5) ? "[]" : some_predicates(w, die)}};
    return d;
}

document make_content_snippet(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {
        {"title", maybe(die, words(w, die))},
        {"locale", quoted(die.pick(locales))},
        {"json_blocks",
         "[" + members().text("type", "paragraph").raw("text", words(w, die)).object() + "]"},
        {"body_markdown", words(w, die)},
        {"chatbot_availability", die.chance(0.5) ? "1" : "0"},
        {"copilot_availability", "1"},
        {"ai_chatbot_availability", flag(die.chance(0.5))},
        {"ai_copilot_availability", flag(die.chance(0.5))},
        {"ai_sales_agent_availability", flag(die.chance(0.5))},
        {"audience_ids", maybe(die, "[1,2]")}};
    return d;
}

bool change_content_snippet(world& w, dice& die, document& d)
{
    die.chance(0.5) ? d.set("title", words(w, die)) : d.set("body_markdown", words(w, die));
    return true;
}

std::string some_hours(dice& die)
{
    const auto start = die.between(0, 9000);
    return "[" +
           members()
               .number("start_minute", start)
               .number("end_minute", start + 480)
               .number("day_of_week", start / 1440)
               .object() +
           "]";
}

document make_office_hours_schedule(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"name", words(w, die)},
                {"time_zone_name", quoted("America/New_York")},
                {"time_intervals", some_hours(die)},
                {"twenty_four_seven", flag(die.chance(0.2))}};
    return d;
}

bool change_office_hours_schedule(world&, dice& die, document& d)
{
    d.set("time_intervals", some_hours(die));
    return true;
}

document make_office_hours_exception(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    const document* of = some_document(w, die, "office_hours_schedules");
    if (of != nullptr) {
        d.belongs_to = {of->id};
    }
    const bool is_closed = die.chance(0.5);
    d.fields = {{"office_hours_schedule_id", quoted_id_of(of)},
                {"exception_date", quoted("2026-12-2" + number(die.between(0, 9)))},
                {"exception_type", quoted(is_closed ? "closed" : "custom_hours")},
                {"name", maybe(die, words(w, die))},
                {"time_intervals", is_closed ? "null" : some_hours(die)},
                {"recurring_annually", flag(die.chance(0.5))}};
    return d;
}

document make_help_center_redirect(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    const document* of = some_document(w, die, "help_centers");
    if (of != nullptr) {
        d.belongs_to = {of->id};
    }
    d.fields = {{"from_url", quoted("https://help.example/old/" + d.id)},
                {"locale", quoted("en")},
                {"help_center_id", quoted_id_of(of)},
                {"target_type", quoted("article")},
                {"target_id", quoted_id_of(some_document(w, die, "articles"))}};
    return d;
}

bool change_help_center_redirect(world& w, dice& die, document& d)
{
    d.set("target_id", quoted_id_of(some_document(w, die, "articles")));
    return true;
}

document make_data_connector(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {
        {"name", words(w, die)},
        {"description", maybe(die, words(w, die))},
        {"state", quoted(die.chance(0.5) ? "live" : "draft")},
        {"http_method", quoted("post")},
        {"direct_fin_usage", flag(die.chance(0.5))},
        {"created_by_admin_id", quoted(some_admin(w, die))},
        {"updated_by_admin_id", quoted(some_admin(w, die))},
        {"execution_results_url", quoted("/data_connectors/" + d.id + "/execution_results")}};
    return d;
}

bool change_data_connector(world& w, dice& die, document& d)
{
    die.chance(0.5) ? d.set("name", words(w, die))
                    : d.set("state", quoted(die.chance(0.5) ? "live" : "draft"));
    return true;
}

} // namespace

std::string iso_time(seconds at)
{
    const std::time_t moment = at;
    std::tm parts{};
    gmtime_r(&moment, &parts);
    std::array<char, 40> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.000Z", &parts);
    return text.data();
}

std::vector<const document*> belonging_to(const document_shelves& shelves,
                                          const document_kind& kind, const document& owner)
{
    auto found = listed(shelves, kind);
    std::erase_if(found, [&owner](const document* each) {
        return std::find(each->belongs_to.begin(), each->belongs_to.end(), owner.id) ==
               each->belongs_to.end();
    });
    return found;
}

// Kinds without a path belong to another one and are served with it.
std::span<const document_kind> settings_kinds()
{
    using paging = document_kind::paging;
    static constexpr std::array all{
        document_kind{.name = "email_settings",
                      .usual_number = 4,
                      .since = 215,
                      .type = "email_setting",
                      .path = "emails",
                      .one_path = "emails/{}",
                      .parameters = "",
                      .make = make_email_setting,
                      .change = change_email_setting},
        document_kind{.name = "brands",
                      .usual_number = 3,
                      .since = 215,
                      .type = "brand",
                      .path = "brands",
                      .one_path = "brands/{}",
                      .parameters = "",
                      .make = make_brand,
                      .change = change_name},
        // Neither total_count nor page numbers.
        document_kind{.name = "macros",
                      .usual_number = 170,
                      .since = 216,
                      .type = "macro",
                      .path = "macros",
                      .one_path = "macros/{}",
                      .parameters = "per_page starting_after",
                      .by = paging::cursor,
                      .page_usual = 50,
                      .page_most = 150,
                      .has_total = false,
                      .newest_first = true,
                      .has_iso_times = true,
                      .make = make_macro,
                      .change = change_macro},
        document_kind{.name = "audiences",
                      .usual_number = 60,
                      .since = 216,
                      .type = "audience",
                      .path = "audiences",
                      .one_path = "audiences/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 50,
                      .pages_at_top = true,
                      .make = make_audience,
                      .change = change_name},
        document_kind{.name = "content_snippets",
                      .usual_number = 20,
                      .since = 216,
                      .type = "content_snippet",
                      .path = "content_snippets",
                      .one_path = "content_snippets/{}",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 50,
                      .pages_at_top = true,
                      .make = make_content_snippet,
                      .change = change_content_snippet},
        document_kind{.name = "office_hours_schedules",
                      .usual_number = 3,
                      .since = 216,
                      .type = "office_hours_schedule",
                      .path = "office_hours_schedules",
                      .one_path = "office_hours_schedules/{}",
                      .parameters = "",
                      .list_type = "office_hours_schedule.list",
                      .make = make_office_hours_schedule,
                      .change = change_office_hours_schedule},
        document_kind{.name = "office_hours_exceptions",
                      .usual_number = 8,
                      .since = 216,
                      .type = "office_hours_exception",
                      .path = "",
                      .one_path = "",
                      .parameters = "",
                      .list_type = "office_hours_exception.list",
                      .make = make_office_hours_exception,
                      .change = change_name},
        document_kind{.name = "help_center_redirects",
                      .usual_number = 70,
                      .since = 216,
                      .type = "help_center_redirect",
                      .path = "",
                      .one_path = "",
                      .parameters = "page per_page",
                      .by = paging::numbered,
                      .page_usual = 50,
                      .page_most = 250,
                      .newest_first = true,
                      .make = make_help_center_redirect,
                      .change = change_help_center_redirect},
        document_kind{.name = "data_connectors",
                      .usual_number = 25,
                      .since = 216,
                      .type = "data_connector",
                      .path = "data_connectors",
                      .one_path = "",
                      .parameters = "per_page starting_after",
                      .by = paging::cursor,
                      .page_usual = 20,
                      .page_most = 50,
                      .has_total = false,
                      .newest_first = true,
                      .has_iso_times = true,
                      .make = make_data_connector,
                      .change = change_data_connector},
    };
    return all;
}

} // namespace intercom_sandbox
