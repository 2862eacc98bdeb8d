#include "tests/sandbox/render.hpp"

#include <array>
#include <string_view>

// Contacts and companies.
namespace intercom_sandbox {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t inline_entries_max = 10;

std::string custom_object(const attribute_values& values, const json_style& style)
{
    members m(style);
    for (const auto& [name, json] : values) {
        m.raw(name, json);
    }
    return m.object();
}

std::string plain_list(std::string_view type, std::string_view key, const std::string& array)
{
    return members().text("type", type).raw(key, array).object();
}

// Device, place and campaign members: derived, so that a change of the seed changes many of them.
void add_details(members& m, const contact& r, seconds seen)
{
    static constexpr std::array browsers{"chrome"sv, "firefox"sv, "safari"sv, "edge"sv};
    static constexpr std::array systems{"OS X 14"sv, "Windows 11"sv, "Linux"sv, "iOS 17"sv};
    static constexpr std::array places{
        std::array{"Ireland"sv, "Leinster"sv, "Dublin"sv, "IRL"sv, "EU"sv},
        std::array{"Japan"sv, "Tōkyō"sv, "東京"sv, "JPN"sv, "AS"sv},
        std::array{"Brazil"sv, "São Paulo"sv, "São Paulo"sv, "BRA"sv, "SA"sv}};
    dice die(r.details);
    const auto text_or_null = [&m, &die](std::string_view name, double p, std::string_view value) {
        die.chance(p) ? m.text(name, value) : m.null(name);
    };
    text_or_null("browser", 0.6, die.pick(browsers));
    text_or_null("browser_version", 0.6, std::to_string(die.between(80, 130)) + ".0");
    text_or_null("browser_language", 0.6, die.chance(0.5) ? "en" : "de-DE");
    text_or_null("os", 0.6, die.pick(systems));
    if (!r.language) {
        text_or_null("language_override", 0.1, "fr");
    } else {
        r.language->empty() ? m.null("language_override")
                            : m.text("language_override", *r.language);
    }
    members location(m.style());
    location.text("type", "location");
    const auto& place = die.pick(places);
    static constexpr std::array names{"country"sv, "region"sv, "city"sv, "country_code"sv,
                                      "continent_code"sv};
    const bool is_known = die.chance(0.6);
    for (std::size_t i = 0; i < names.size(); ++i) {
        is_known ? location.text(names[i], place[i]) : location.null(names[i]);
    }
    m.raw("location", location.object());
    for (const std::string_view platform : {"android"sv, "ios"sv}) {
        const bool has_app = die.chance(0.1);
        const std::string prefix = std::string(platform) + "_";
        for (const std::string_view field :
             {"app_name"sv, "app_version"sv, "device"sv, "os_version"sv, "sdk_version"sv}) {
            has_app ? m.text(prefix + std::string(field), field == "app_name"sv ? "Shop" : "4.2")
                    : m.null(prefix + std::string(field));
        }
        has_app ? m.number(prefix + "last_seen_at", seen) : m.null(prefix + "last_seen_at");
    }
    for (const std::string_view field : {"utm_campaign"sv, "utm_content"sv, "utm_medium"sv,
                                         "utm_source"sv, "utm_term"sv, "referrer"sv}) {
        text_or_null(field, 0.05, "spring");
    }
    switch (r.avatar ? (r.avatar->empty() ? 2 : 0) : die.below(4)) {
    case 0:
        m.raw("avatar", members(m.style())
                            .text("type", "avatar")
                            .text("image_url", r.avatar.value_or("https://img.example/1.png"))
                            .object());
        break;
    case 1:
        m.text("avatar", "https://img.example/2.png");
        break;
    default:
        m.null("avatar");
    }
    elements profiles;
    for (auto left = die.chance(0.1) ? 1 + die.below(2) : 0; left > 0; --left) {
        profiles.add(members(m.style())
                         .text("type", "social_profile")
                         .text("name", left == 1 ? "Twitter" : "Facebook")
                         .text("url", "http://social.example/" + std::to_string(die.below(100)))
                         .object());
    }
    m.raw("social_profiles", plain_list("list", "data", profiles.array()));
}

} // namespace

std::optional<version_number> parse_version(std::string_view name)
{
    static constexpr std::array minors{"2.10"sv, "2.11"sv, "2.12"sv, "2.13"sv,
                                       "2.14"sv, "2.15"sv, "2.16"sv, "2.17"sv};
    for (std::size_t i = 0; i < minors.size(); ++i) {
        if (minors[i] == name) {
            return static_cast<version_number>(210 + i);
        }
    }
    return name == "Preview" || name == "Unstable" ? std::optional(preview) : std::nullopt;
}

json_style renderer::style_of(std::string_view id, std::uint32_t version) const
{
    if (!world_.settings.nasty) {
        return {};
    }
    dice die(spread(spread(id), world_.settings.seed));
    json_style style;
    style.shuffled = true;
    style.ascii_only = die.chance(0.1);
    style.omits_nulls = die.chance(0.15);
    style.has_extras = die.chance(0.15);
    style.integer_ids = die.chance(0.2);
    style.order = spread(die.roll(), version);
    return style;
}

std::string renderer::of(const contact& r) const
{
    return kept(r, [&] { return write(r); });
}

std::string renderer::of(const company& r) const
{
    return kept(r, [&] { return write(r); });
}

std::string renderer::truncated(const std::string& url, std::string_view type,
                                const std::vector<std::string>& ids, const json_style& style) const
{
    elements entries;
    for (std::size_t i = 0; i < std::min(ids.size(), inline_entries_max); ++i) {
        const std::string own = type == "note"      ? "/notes/"
                                : type == "tag"     ? "/tags/"
                                : type == "company" ? "/companies/"
                                                    : "/subscription_types/";
        entries.add(
            members(style).id("id", ids[i]).text("type", type).text("url", own + ids[i]).object());
    }
    return members(style)
        .text("type", "list")
        .raw("data", entries.array())
        .text("url", url)
        .number("total_count", static_cast<std::int64_t>(ids.size()))
        .boolean("has_more", ids.size() > inline_entries_max)
        .object();
}

std::string renderer::write(const contact& r) const
{
    const json_style style = style_of(r.id, r.version);
    members m(style);
    m.text("type", "contact").text("id", r.id).text("workspace_id", world_.workspace_id);
    m.text("external_id", r.external_id).text("role", r.is_lead ? "lead" : "user");
    m.text("email", r.email).text("phone", r.phone).text("name", r.name);
    if (version_ == 211 || version_ == preview) {
        m.text("formatted_phone", r.phone);
    }
    if (!r.owner) {
        m.null("owner_id");
    } else if (version_ >= 216) {
        m.text("owner_id", world_.admins[*r.owner].id);
    } else {
        m.raw("owner_id", world_.admins[*r.owner].id);
    }
    const auto at = r.email.find('@');
    at == r.email.npos ? m.null("email_domain") : m.text("email_domain", r.email.substr(at + 1));
    m.boolean("has_hard_bounced", r.bounced).boolean("marked_email_as_spam", r.spam);
    m.boolean("unsubscribed_from_emails", r.unsubscribed);
    m.number("created_at", r.created_at).number("updated_at", r.updated_at);
    m.number("signed_up_at", r.signed_up_at).number("last_seen_at", r.last_seen_at);
    m.number("last_replied_at", r.last_replied_at);
    m.number("last_contacted_at", r.last_contacted_at);
    m.null("last_email_opened_at").null("last_email_clicked_at");
    add_details(m, r, r.last_seen_at.value_or(r.created_at));
    m.raw("custom_attributes", custom_object(r.custom, style));

    std::vector<std::string> tags, notes, companies, in, out;
    for (const slot t : r.tags) {
        tags.push_back(world_.tags[t].id);
    }
    for (const slot n : r.notes) {
        notes.push_back(world_.notes[n].id);
    }
    for (const slot c : r.companies) {
        companies.push_back(world_.companies.at(c).id);
    }
    for (const slot s : r.subscriptions) {
        const subscription_type& type = world_.subscription_types[s];
        (type.consent_type == "opt_in" ? in : out).push_back(type.id);
    }
    const std::string url = "/contacts/" + r.id;
    m.raw("tags", truncated(url + "/tags", "tag", tags, style));
    m.raw("notes", truncated(url + "/notes", "note", notes, style));
    m.raw("companies", truncated(url + "/companies", "company", companies, style));
    m.raw("opted_out_subscription_types",
          truncated(url + "/subscriptions", "subscription", out, style));
    m.raw("opted_in_subscription_types",
          truncated(url + "/subscriptions", "subscription", in, style));
    if (version_ >= 212) {
        m.null("enabled_push_messaging");
    }
    if (style.has_extras) {
        m.raw("x_experiment", R"({"bucket":7,"nested":[[[]],{"a":null}]})").text("sms_consent", "");
    }
    return m.object();
}

std::string renderer::write(const company& r) const
{
    const json_style style = style_of(r.id, r.version);
    members m(style);
    m.text("type", "company").text("company_id", r.company_id).text("id", r.id);
    m.text("app_id", world_.workspace_id).text("name", r.name);
    if (r.remote_created_at) {
        m.number("remote_created_at", *r.remote_created_at);
    }
    m.number("created_at", r.created_at).number("updated_at", r.updated_at);
    if (r.last_request_at) {
        m.number("last_request_at", *r.last_request_at);
    }
    m.number("monthly_spend", r.monthly_spend).number("session_count", r.session_count);
    m.number("user_count", r.user_count);
    if (r.size) {
        m.number("size", *r.size);
    }
    if (r.website) {
        m.text("website", *r.website);
    }
    if (r.industry) {
        m.text("industry", *r.industry);
    }
    if (r.plan) {
        m.raw("plan", members(style)
                          .text("type", "plan")
                          .text("id", *r.plan == "Basic" ? "1" : "2")
                          .text("name", *r.plan)
                          .object());
    } else {
        m.raw("plan", "{}");
    }
    elements tags;
    for (const slot t : r.tags) {
        tags.add(members(style)
                     .text("type", "tag")
                     .id("id", world_.tags[t].id)
                     .text("name", world_.tags[t].name)
                     .object());
    }
    m.raw("tags", plain_list("tag.list", "tags", tags.array()));
    elements segments;
    for (const slot s : r.segments) {
        segments.add(of(world_.segments[s]));
    }
    m.raw("segments", plain_list("segment.list", "segments", segments.array()));
    if (version_ == preview) {
        std::vector<std::string> notes;
        for (const slot n : r.notes) {
            notes.push_back(world_.notes[n].id);
        }
        m.raw("notes", truncated("/companies/" + r.id + "/notes", "note", notes, style));
    } else if (version_ >= 216) {
        elements notes;
        for (const slot n : r.notes) {
            notes.add(of(world_.notes[n]));
        }
        m.raw("notes", plain_list("note.list", "notes", notes.array()));
    }
    m.raw("custom_attributes", custom_object(r.custom, style));
    if (style.has_extras) {
        m.raw("x_health", R"({"score":0.5,"history":[1,2,3]})");
    }
    return m.object();
}

} // namespace intercom_sandbox
