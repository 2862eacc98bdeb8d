#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the news item."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    {"title", text, "title", "Title."},
    {"body", text, "body", "Text, HTML."},
    refers_to("admins", {"sender_id", reference, "sender_id", "Id of the teammate who sends it."}),
    {"state", text, "state", "draft or live; drafts are shown to nobody."},
    {"labels", jsonb, "labels", "Words that customers see it sorted under."},
    {"cover_image_url", text, "cover_image_url", "Address of the cover picture."},
    {"reactions", jsonb, "reactions", "Emoji that readers may react with, in their order."},
    {"deliver_silently", boolean, "deliver_silently",
     "Whether it appears without a sign on the Messenger."},
    {"created_at", timestamp, "created_at", "When the news item was created."},
    {"updated_at", timestamp, "updated_at", "When the news item was last changed."},
};

constexpr column assignment_columns[] = {
    refers_to("newsfeeds", {"newsfeed_id", id, "newsfeed_id", "Id of the newsfeed."}),
    {"published_at", timestamp, "published_at", "When it was published on that newsfeed."},
};

constexpr child children[] = {
    {.table = "news_item_newsfeeds",
     .kind = child_kind::values,
     .meaning = "Which news items are assigned to which newsfeeds, drafts included.",
     .path = "newsfeed_assignments",
     .parent_column = "news_item_id",
     .columns = assignment_columns,
     .key = "news_item_id,newsfeed_id"},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/news/news_items", .list_keys = "data", .page_size = 50},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

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
};

} // namespace intercom_mirror
