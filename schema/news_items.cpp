#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the news item."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    editable({"title", text, "title", "Title."}),
    editable({"body", text, "body", "Text, HTML."}),
    editable(refers_to("admins",
                       {"sender_id", reference, "sender_id", "Id of the teammate who sends it."})),
    editable({"state", text, "state", "draft or live; drafts are shown to nobody."}),
    editable({"labels", jsonb, "labels", "Words that customers see it sorted under."}),
    {"cover_image_url", text, "cover_image_url", "Address of the cover picture."},
    editable(
        {"reactions", jsonb, "reactions", "Emoji that readers may react with, in their order."}),
    editable({"deliver_silently", boolean, "deliver_silently",
              "Whether it appears without a sign on the Messenger."}),
    {"created_at", timestamp, "created_at", "When the news item was created."},
    {"updated_at", timestamp, "updated_at", "When the news item was last changed."},
};

constexpr column assignment_columns[] = {
    refers_to("newsfeeds", {"newsfeed_id", id, "newsfeed_id", "Id of the newsfeed."}),
    {"published_at", timestamp, "published_at", "When it was published on that newsfeed."},
};

constexpr child children[] = {
    {.table = "news_item_newsfeeds",
     .kind = child_kind::links,
     .meaning = "Which news items are assigned to which newsfeeds, drafts included.",
     .path = "newsfeed_assignments",
     .parent_column = "news_item_id",
     .columns = assignment_columns,
     .key = "news_item_id,newsfeed_id",
     .editable = true,
     .write = {.only_with_new_parent = true}},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/news/news_items", .list_keys = "data", .page_size = 50},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

// Each request names title and sender. Without assignments in it, an item keeps those it has.
constexpr std::string_view all_columns =
    "title,sender_id,body,state,labels,reactions,deliver_silently";
constexpr body_member create_body[] = {
    {"title", "title"},
    {.place = "sender_id", .value = "sender_id", .is_number = true},
    {.place = "newsfeed_assignments[].newsfeed_id",
     .value = "*news_item_newsfeeds.newsfeed_id",
     .is_number = true},
};
constexpr body_member update_body[] = {
    {"title", "title"},
    {.place = "sender_id", .value = "sender_id", .is_number = true},
};
constexpr write_request create[] = {
    {.method = "POST", .target = "/news/news_items", .columns = all_columns, .body = create_body}};
constexpr write_request update[] = {{.method = "PUT",
                                     .target = "/news/news_items/{id}",
                                     .columns = all_columns,
                                     .body = update_body}};
constexpr column_rule column_rules[] = {
    {.column = "title", .is_required = true},
    {.column = "sender_id", .is_required = true},
    {.column = "state", .values = "draft|live"},
    {.column = "state", .is_required = true, .on = edit::update},
    {.column = "labels", .is_required = true, .on = edit::update},
    {.column = "reactions", .is_required = true, .on = edit::update},
    {.column = "deliver_silently", .is_required = true, .on = edit::update},
};
constexpr row_rule row_rules[] = {
    {edit::either, "jsonb_typeof(NEW.labels) <> 'array' OR jsonb_typeof(NEW.reactions) <> 'array'",
     "labels and reactions of news_items have to be arrays", "Such as [\"New\", \"Product\"]."},
};

} // namespace

constinit const resource news_items_resource{
    .name = "news_items",
    .singular = "news-item",
    .meaning = "News written for customers.",
    .columns = columns,
    .children = children,
    .get_target = "/news/news_items/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .sets = "newsfeed_assignments",
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .rows = row_rules,
              .instead_of_delete = "SELECT delete_news_item(id)."},
};

} // namespace intercom_mirror
