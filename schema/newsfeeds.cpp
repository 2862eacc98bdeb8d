#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the newsfeed."},
    {"name", text, "name", "Name that only teammates see."},
    {"created_at", timestamp, "created_at", "When the newsfeed was created."},
    {"updated_at", timestamp, "updated_at", "When the newsfeed was last changed."},
};

constexpr column item_columns[] = {
    refers_to("news_items", {"news_item_id", id, "id", "Id of the news item."}),
};

constexpr child children[] = {
    {.table = "newsfeed_items",
     .kind = child_kind::links,
     .meaning = "Which news items customers see on which newsfeeds.",
     .parent_column = "newsfeed_id",
     .columns = item_columns,
     .key = "newsfeed_id,news_item_id",
     .complete = {.rule = completion_rule::per_record,
                  .by = paging::page,
                  .target = "/news/newsfeeds/{id}/items",
                  .list_keys = "data",
                  .page_size = 50}},
};

constexpr listing listings[] = {
    {.by = paging::page, .target = "/news/newsfeeds", .list_keys = "data", .page_size = 50},
};

constexpr unmapped in_raw[] = {kind_is_the_table};

} // namespace

constinit const resource newsfeeds_resource{
    .name = "newsfeeds",
    .singular = "newsfeed",
    .meaning = "Feeds of news in the Messenger; what they show is in newsfeed_items.",
    .columns = columns,
    .children = children,
    .get_target = "/news/newsfeeds/{id}",
    .listings = listings,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .left_in_raw = in_raw,
};

} // namespace intercom_mirror
