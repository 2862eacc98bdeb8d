#include "schema/describe.hpp"
#include "schema/resources.hpp"

namespace intercom_mirror {
namespace {
using namespace describe;

// Counted by Intercom while people read, which does not change the article.
constexpr column counted(column described)
{
    described.by = carried::by_get_only;
    return described;
}

constexpr column columns[] = {
    {"id", id, "id", "Intercom's id of the article."},
    {"workspace_id", text, "workspace_id", "Id of the workspace."},
    editable({"title", text, "title", "Title in the default language."}),
    editable({"description", text, "description", "Description in the default language."}),
    editable({"body", text, "body", "Text in the default language, HTML."}),
    since(16, column{"body_markdown", text, "body_markdown",
                     "Text in the default language, Markdown."}),
    editable(refers_to("admins",
                       {"author_id", reference, "author_id", "Id of the teammate who wrote it."})),
    editable({"state", text, "state", "published or draft, in the default language."}),
    {"default_locale", text, "default_locale",
     "The default language; only where the help center has several."},
    until(15,
          editable(refers_to("collections", {"parent_id", reference, "parent_id",
                                             "Id of the collection or section it stands in."}))),
    until(15, editable(
                  {"parent_type", text, "parent_type", "What it stands in: collection, section."})),
    {"parent_ids", jsonb, "parent_ids", "Ids of all collections and sections it stands in."},
    {"url", text, "url", "Address of the article in the default language."},
    since(16, column{"has_unpublished_changes", boolean, "has_unpublished_changes",
                     "Whether a draft differs from what is published."}),
    since(16, column{"draft_updated_at", timestamp, "draft_updated_at",
                     "When the draft was last changed."}),
    since(16, editable({"ai_chatbot_availability", boolean, "ai_chatbot_availability",
                        "Whether Fin may answer customers from it."})),
    since(16, editable({"ai_copilot_availability", boolean, "ai_copilot_availability",
                        "Whether Copilot may answer teammates from it."})),
    since(16, editable({"ai_sales_agent_availability", boolean, "ai_sales_agent_availability",
                        "Whether the sales agent may answer from it."})),
    since(16, refers_to("admins", {"created_by_id", reference, "created_by_id",
                                   "Id of the teammate who created it."})),
    since(16, refers_to("admins", {"updated_by_id", reference, "updated_by_id",
                                   "Id of the teammate who last changed it."})),
    since(16,
          column{"exclude_from_article_suggestions", boolean, "exclude_from_article_suggestions",
                 "Whether it is left out where the Messenger suggests articles."}),
    since(16, column{"help_center_audience", text, "help_center_audience",
                     "Who may read it: everyone, all_users, restricted and so on."}),
    since(16, column{"scheduled_publish_at", timestamp, "scheduled_publish_at",
                     "When it will be published."}),
    since(16, column{"scheduled_unpublish_at", timestamp, "scheduled_unpublish_at",
                     "When it will be withdrawn."}),
    {"created_at", timestamp, "created_at", "When the article was created."},
    {"updated_at", timestamp, "updated_at", "When the article was last changed."},
    counted({"statistics_views", bigint, "statistics.views", "How often it was looked at."}),
    counted({"statistics_conversations", bigint, "statistics.conversations",
             "Conversations it led to."}),
    counted({"statistics_reactions", bigint, "statistics.reactions", "Reactions of readers."}),
    counted({"statistics_happy_reaction_percentage", numeric,
             "statistics.happy_reaction_percentage", "Share of happy reactions, in percent."}),
    counted({"statistics_neutral_reaction_percentage", numeric,
             "statistics.neutral_reaction_percentage", "Share of neutral reactions, in percent."}),
    counted({"statistics_sad_reaction_percentage", numeric, "statistics.sad_reaction_percentage",
             "Share of sad reactions, in percent."}),
    counted(since(16, column{"statistics_fin_involvements", bigint, "statistics.fin_involvements",
                             "Conversations in which Fin used it."})),
    counted(since(16, column{"statistics_fin_resolutions", bigint, "statistics.fin_resolutions",
                             "Conversations that Fin resolved with it."})),
    counted(since(16, column{"statistics_fin_resolution_rate", numeric,
                             "statistics.fin_resolution_rate",
                             "Share of Fin's conversations with it that were resolved."})),
};

constexpr column translation_columns[] = {
    {"locale", text, "@", "The language."},
    {"title", text, "title", "Title in that language."},
    {"description", text, "description", "Description in that language."},
    {"body", text, "body", "Text in that language, HTML."},
    refers_to("admins", {"author_id", reference, "author_id", "Id of the teammate who wrote it."}),
    {"state", text, "state", "published or draft, in that language."},
    {"url", text, "url", "Address in that language."},
    {"created_at", timestamp, "created_at", "When it was created in that language."},
    {"updated_at", timestamp, "updated_at", "When it was last changed in that language."},
};

constexpr column tag_columns[] = {
    refers_to("tags", {"tag_id", id, "id", "Id of the tag."}),
};

constexpr child children[] = {
    {.table = "article_translations",
     .kind = child_kind::values,
     .meaning = "Articles in each language.",
     .path = "translated_content.*",
     .parent_column = "article_id",
     .columns = translation_columns,
     .key = "article_id,locale"},
    since(13, child{.table = "article_tags",
                    .kind = child_kind::links,
                    .meaning = "Which articles bear which tags.",
                    .path = "tags.tags|tags.data",
                    .parent_column = "article_id",
                    .columns = tag_columns,
                    .key = "article_id,tag_id"}),
};

constexpr listing listings[] = {
    {.by = paging::page,
     .target = "/articles",
     .list_keys = "data",
     .page_size = 50,
     .is_newest_first = true},
};

constexpr unmapped in_raw[] = {
    kind_is_the_table,
    {"tags.tags", "the tag's own columns; article_tags keeps the ids"},
    {"tags.data", "the tag's own columns; article_tags keeps the ids"},
    {"folder_id", "folders are read by nobody yet"},
};

// Texts in other languages have rows of their own, which are read-only.
constexpr body_member create_body[] = {
    {.place = "author_id", .value = "author_id", .is_number = true},
    {.place = "parent_id", .value = "parent_id", .versions = up_to_version(15), .is_number = true},
};
constexpr body_member body[] = {{.place = "author_id", .value = "author_id", .is_number = true}};
// It is told what its parent is together with what kind of thing that is.
constexpr body_member parent_body[] = {{"parent_id", "parent_id"}, {"parent_type", "parent_type"}};
constexpr write_request create[] = {{.method = "POST", .target = "/articles", .body = create_body}};
constexpr write_request update[] = {
    {.method = "PUT", .target = "/articles/{id}", .body = body},
    {.method = "PUT",
     .target = "/articles/{id}",
     .columns = "parent_id,parent_type",
     .body = parent_body,
     .versions = up_to_version(15)},
};
constexpr column_rule column_rules[] = {
    {.column = "title", .is_required = true},
    {.column = "author_id", .is_required = true},
    {.column = "state", .values = "published|draft"},
    {.column = "state", .is_required = true, .on = edit::update},
    {.column = "parent_id", .versions = up_to_version(15)},
    {.column = "parent_type", .values = "collection|section", .versions = up_to_version(15)},
    {.column = "ai_chatbot_availability", .versions = from_version(16)},
    {.column = "ai_copilot_availability", .versions = from_version(16)},
    {.column = "ai_sales_agent_availability", .versions = from_version(16)},
};
constexpr row_rule row_rules[] = {
    {edit::either, "(NEW.parent_id IS NULL) <> (NEW.parent_type IS NULL)",
     "parent_id and parent_type of articles go together",
     "Give both, or neither for an article that stands alone."},
};

} // namespace

constinit const resource articles_resource{
    .name = "articles",
    .singular = "article",
    .meaning = "Articles of the help centers.",
    .columns = columns,
    .children = children,
    .get_target = "/articles/{id}",
    .listings = listings,
    .list_is_poorer = true,
    .changes_unlisted = true,
    .has_updated_at = true,
    .when_missing = deletion::deleted,
    .sets = "parent_ids,tags.tags",
    .left_in_raw = in_raw,
    .write = {.create = create,
              .update = update,
              .columns = column_rules,
              .rows = row_rules,
              .instead_of_delete = "SELECT delete_article(id)."},
};

} // namespace intercom_mirror
