#include "schema/catalogue.hpp"
#include "schema/dictionary.hpp"
#include "schema/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>
#include <string>

namespace intercom_mirror {
namespace {

using ::testing::HasSubstr;

std::string file(const std::string& name)
{
    std::ifstream stream(std::string(SOURCE_DIR) + "/" + name);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

TEST(Dictionary, IsThePageInTheDocumentation)
{
    EXPECT_TRUE(dictionary_markdown(catalogue()) == file("docs/tables.md"))
        << "the catalogue has changed: intercom-mirror docs tables > docs/tables.md";
}

TEST(Dictionary, ListsEveryTableAndColumnAlsoForPrograms)
{
    const auto dictionary = nlohmann::json::parse(dictionary_json(catalogue()));
    const auto tables = tables_of(catalogue());
    ASSERT_EQ(dictionary["tables"].size(), tables.size());
    const std::size_t bookkeeping = bookkeeping_columns().size();
    EXPECT_EQ(dictionary["bookkeeping"].size(), bookkeeping);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const auto& listed = dictionary["tables"][i];
        EXPECT_EQ(listed["name"], tables[i].name);
        EXPECT_EQ(listed["has_bookkeeping"], tables[i].has_bookkeeping);
        EXPECT_EQ(listed["columns"].size() + (tables[i].has_bookkeeping ? bookkeeping : 0),
                  tables[i].columns.size())
            << tables[i].name;
        for (const auto& column : listed["columns"]) {
            EXPECT_FALSE(column["api"].get<std::string>().empty())
                << tables[i].name << "." << column["name"];
        }
    }
}

// A small catalogue in which every kind of place occurs.
constexpr column pet_columns[] = {
    {"id", column_type::id, "id", "Id."},
    {"name", column_type::text, "name|nick.name", "Name.", true},
    {"born_at",
     column_type::timestamp,
     "born",
     "Birth.",
     false,
     carried::by_both,
     {{2, 12}, {2, 14}}},
};
constexpr column toy_columns[] = {
    {"position", column_type::bigint, "#", "Place."},
    {"kind", column_type::text, "kind|=ball", "Kind of a|b."},
};
constexpr column friend_columns[] = {
    {.name = "friend_id",
     .type = column_type::id,
     .path = ".",
     .meaning = "Friend.",
     .refers_to = "pets"},
};
constexpr child pet_children[] = {
    {.table = "pet_toys",
     .kind = child_kind::values,
     .meaning = "Toys.",
     .path = "toys.data",
     .parent_column = "pet_id",
     .columns = toy_columns,
     .key = "pet_id,position"},
    {.table = "pet_friends",
     .meaning = "Friends.",
     .path = "friends",
     .parent_column = "pet_id",
     .columns = friend_columns,
     .key = "pet_id,friend_id",
     .editable = true},
};
constexpr unmapped pet_in_raw[] = {{"fur", "nobody asks"}};
constexpr resource pets{.name = "pets",
                        .singular = "pet",
                        .meaning = "Pets.",
                        .columns = pet_columns,
                        .children = pet_children,
                        .left_in_raw = pet_in_raw};
constexpr const resource* all_pets[] = {&pets};

TEST(Dictionary, SaysWhereValuesStandSinceWhenAndWhetherTheyChange)
{
    const std::string page = dictionary_markdown(all_pets);
    EXPECT_THAT(page, HasSubstr("## pets *\n\nPets. Key: `id`.\n"));
    EXPECT_THAT(page, HasSubstr("| `id` | text | Id. | `id` |  |  | read-only |"));
    EXPECT_THAT(page,
                HasSubstr("| `name` | text | Name. | `name` or `nick.name` |  |  | update |"));
    EXPECT_THAT(page, HasSubstr("| `born_at` | timestamptz | Birth. | `born` | 2.12 to 2.14 |"));
    EXPECT_THAT(page, HasSubstr("| `kind` | text | Kind of a\\|b. | `toys.data[].kind` or always "
                                "`ball` |  |  | read-only |"));
    EXPECT_THAT(page, HasSubstr("| place in `toys.data[]` |"));
    EXPECT_THAT(page,
                HasSubstr("| `friend_id` | text | Friend. | `friends[]` |  | `pets` | row |"));
    EXPECT_THAT(page, HasSubstr("| the key of what it stands in |  | `pets` | row |"));
    EXPECT_THAT(page, HasSubstr("* `fur`: nobody asks\n"));
}

} // namespace
} // namespace intercom_mirror
