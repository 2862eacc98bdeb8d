#include "config/load.hpp"
#include "config/option_table.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <type_traits>

namespace intercom_mirror {
namespace {

using namespace std::chrono_literals;

template <class Value>
concept printable = requires(std::ostream& out, const Value& value) { out << value; };
static_assert(printable<std::string> && !printable<secret>);

// A directory with a configuration, and an environment, of its own.
struct Config : ::testing::Test
{
    Config()
    {
        std::string name = std::filesystem::temp_directory_path() / "config_test.XXXXXX";
        directory = ::mkdtemp(name.data());
    }
    ~Config() override { std::filesystem::remove_all(directory); }

    std::filesystem::path write(const std::string& name, const std::string& text) const
    {
        std::ofstream(directory / name) << text;
        return directory / name;
    }

    options loaded(const std::string& toml) const
    {
        return load(write("config.toml", toml), variables, names);
    }

    // What is said about a configuration that is refused, without the directory.
    std::string complaint(const std::string& toml) const
    {
        try {
            loaded(toml);
        } catch (const config_error& error) {
            const std::string text = error.what();
            const auto at = text.find(directory.string() + "/");
            return (at == 0 ? text.substr(directory.string().size() + 1) : text) +
                   (error.hint().empty() ? "" : " | " + error.hint());
        }
        return "it was accepted";
    }

    std::filesystem::path directory;
    environment variables;
    catalogue_names names{{"companies", "contacts", "conversations"},
                          {"contacts.phone", "contacts.name", "companies.website"}};
};

TEST_F(Config, WithoutAnythingIsTheDefaults)
{
    const options settings = load(std::nullopt, {}, names);
    EXPECT_EQ(origin_of(settings.intercom), "https://api.intercom.io");
    EXPECT_EQ(settings.intercom.version, (api_version{2, 16}));
    EXPECT_EQ(settings.postgres.dsn.reveal(), "postgresql:///intercom");
}

TEST_F(Config, ReadsEveryKindOfValue)
{
    const options settings = loaded(R"(
[intercom]
region = "eu"
api_version = "2.11"
max_quota_share = 1
[postgres]
dsn = "host=/tmp dbname=x"
schema = "acme"
connections = 5
[sync]
resources = ["contacts", "companies"]
poll_every = "5s"
[resource.conversations]
since = 2023-01-01
[privacy]
omit = ["contacts.phone"]
[log]
level = "debug"
format = "json"
)");
    EXPECT_EQ(origin_of(settings.intercom), "https://api.eu.intercom.io");
    EXPECT_EQ(settings.intercom.version, (api_version{2, 11}));
    EXPECT_EQ(settings.intercom.max_quota_share, 1.0);
    EXPECT_EQ(settings.postgres.dsn.reveal(), "host=/tmp dbname=x");
    EXPECT_EQ(settings.postgres.schema, "acme");
    EXPECT_EQ(settings.postgres.connections, 5U);
    EXPECT_EQ(settings.sync.resources, (std::vector<std::string>{"contacts", "companies"}));
    EXPECT_EQ(settings.sync.poll_every, 5s);
    EXPECT_EQ(settings.resources.at("conversations").since->at({}),
              std::chrono::sys_days(2023y / 1 / 1));
    EXPECT_EQ(settings.privacy.omit, (std::vector<std::string>{"contacts.phone"}));
    EXPECT_EQ(settings.log.level, log_level::debug);
    EXPECT_EQ(settings.log.format, log_format::json);
}

TEST_F(Config, AllResourcesIsAnEmptyList)
{
    EXPECT_TRUE(loaded("[sync]\nresources = [\"all\"]").sync.resources.empty());
    EXPECT_EQ(loaded("[sync]\nresources = [\"all\", \"contacts\"]").sync.resources,
              (std::vector<std::string>{"all", "contacts"}));
}

TEST_F(Config, NamesFileLineAndKeyOfAMistake)
{
    EXPECT_EQ(complaint("[intercom]\nregoin = \"us\""),
              "config.toml:2: intercom.regoin is not a key of the configuration | did you mean "
              "intercom.region?");
    EXPECT_EQ(complaint("\n[intercom]\nregion = \"uk\""),
              R"(config.toml:3: intercom.region = "uk": expected "us", "eu" or "au")");
    EXPECT_EQ(complaint("[postgres]\nconnections = \"3\""),
              R"(config.toml:2: postgres.connections = "3": expected a whole number from 2 to 16)");
    EXPECT_EQ(complaint("[push]\nenabled = 1"),
              "config.toml:2: push.enabled = 1: expected true or false");
    EXPECT_EQ(
        complaint("[sync]\nresources = [\"contact\"]"),
        R"(config.toml:2: sync.resources: there is no resource "contact" | did you mean contacts?)");
}

TEST_F(Config, RefusesWhateverItDoesNotKnow)
{
    for (const char* toml : {"[intercm]\nregion = \"us\"",
                             "[unheard_of]",
                             "region = \"us\"",
                             "intercom = 3",
                             "[intercom.region]\nx = 1",
                             "[resource.contacts]\nuntil = \"2023-01-01\"",
                             "[resource]\ncontacts = 1",
                             "[push.policy]\nspeed = \"manual\"",
                             "[resource.fish]\nsince = \"-1d\"",
                             "[sync]\nresources = [1, 2]",
                             "[sync]\nresources = []",
                             "[sync]\ncustom_object_types = [\"\"]",
                             "[sync]\ncustom_object_types = \"Order\"",
                             "[sync]\npoll_every = 30",
                             "[sync]\npoll_every = \"0s\"",
                             "[sync]\npoll_every = [[1]]",
                             "[privacy]\nomit = [\"contacts.id\"]",
                             "[intercom]\nmax_quota_share = 0.0",
                             "[intercom]\nmax_quota_share = nan",
                             "[intercom]\nmax_quota_share = 1.1",
                             "[intercom]\nmax_quota_share = \"0.9\"",
                             "[intercom]\napi_version = 2.14",
                             "[intercom]\napi_version = \"3.0\"",
                             "[intercom]\nbase_url = \"http://example.com\"",
                             "[postgres]\nschema = \"pg_mine\"",
                             "[postgres]\nschema = \"A\"",
                             "[postgres]\nschema = \"\"",
                             "[postgres]\ndsn = \"what=ever\"",
                             "[postgres]\ndsn = \"host=db.example\"",
                             "[http]\nlisten = \"8750\"",
                             "[log]\nlevel = \"loud\"",
                             "[backfill]\nschedule = \"x\"",
                             "[[backfill]]\nschedule = \"* * *\"",
                             "[[backfill]]\nresources = [\"contacts\"]",
                             "[[backfill]]\nschedule = \"0 3 * * 0\"\nfoo = 1",
                             "backfill = [1]",
                             "= 1",
                             "a = [",
                             "[log]\nlevel = \"info\"\nlevel = \"debug\""}) {
        EXPECT_NE(complaint(toml), "it was accepted") << toml;
    }
}

TEST_F(Config, ListsTheVersionsWhenItKnowsNotTheGivenOne)
{
    for (const std::string known :
         {"2.10", "2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "2.17", "Preview", "Unstable"}) {
        EXPECT_EQ(complaint("[intercom]\napi_version = \"" + known + "\""), "it was accepted");
        for (const std::string unknown : {"2.9", "2.18", "2.010", "preview", "2.1", ""}) {
            const auto told = complaint("[intercom]\napi_version = \"" + unknown + "\"");
            EXPECT_NE(told.find('"' + known + '"'), std::string::npos) << told;
        }
    }
}

TEST_F(Config, KeepsSecretsOutOfTheFileAndOutOfComplaints)
{
    EXPECT_NE(
        complaint("[postgres]\ndsn = \"host=/tmp password=hunter2\"").find("postgres.dsn_file"),
        std::string::npos);
    for (const char* toml :
         {"[postgres]\ndsn = \"host=/tmp password=hunter2\"",
          "[postgres]\ndsn = \"hunter2=hunter2\"", "[postgres]\ndsn = 0x10 # hunter2",
          "[intercom]\naccess_token = \"hunter2\""}) {
        EXPECT_EQ(complaint(toml).find("hunter2"), std::string::npos) << toml;
    }
}

TEST_F(Config, TakesSecretsFromFiles)
{
    const auto token = write("token", "dG9rZW4=\n");
    const auto dsn = write("dsn", "host=/tmp password=hunter2\n");
    const options settings = loaded("[intercom]\naccess_token_file = \"" + token.string() +
                                    "\"\n[postgres]\ndsn_file = \"" + dsn.string() + "\"");
    EXPECT_EQ(settings.intercom.access_token.reveal(), "dG9rZW4=");
    EXPECT_EQ(settings.postgres.dsn.reveal(), "host=/tmp password=hunter2");
}

TEST_F(Config, RefusesFilesThatHoldNoSecret)
{
    for (const char* content : {"", "\n", "two\nlines\n", "a\tb"}) {
        const auto token = write("token", content);
        EXPECT_NE(complaint("[intercom]\naccess_token_file = \"" + token.string() + "\""),
                  "it was accepted")
            << content;
    }
    const auto big = write("token", std::string(10'000, 'x'));
    EXPECT_NE(complaint("[intercom]\naccess_token_file = \"" + big.string() + "\""),
              "it was accepted");
    EXPECT_NE(complaint("[intercom]\naccess_token_file = \"/nonexistent\"").find("cannot read"),
              std::string::npos);
}

TEST_F(Config, TakesCredentialsOfTheUnit)
{
    write("intercom-access-token", "from the credential");
    variables["CREDENTIALS_DIRECTORY"] = directory;
    EXPECT_EQ(loaded("").intercom.access_token.reveal(), "from the credential");
    EXPECT_TRUE(loaded("").http.admin_token.empty());

    variables["INTERCOM_ACCESS_TOKEN"] = "from the environment";
    EXPECT_EQ(loaded("").intercom.access_token.reveal(), "from the environment");
}

TEST_F(Config, RefusesAnAdminTokenThatCanBeGuessed)
{
    const auto file = write("admin", "admin-admin-123");
    EXPECT_EQ(complaint("[http]\nadmin_token_file = \"" + file.string() + "\""),
              "the admin token has 15 characters, expected at least 16 | openssl rand -hex 24 "
              "makes one for the file of http.admin_token_file");
    write("admin", "admin-admin-1234");
    EXPECT_EQ(
        loaded("[http]\nadmin_token_file = \"" + file.string() + "\"").http.admin_token.reveal(),
        "admin-admin-1234");
}

TEST_F(Config, VariablesHaveTheLastWord)
{
    variables = {{"INTERCOM_MIRROR_INTERCOM_REGION", "au"},
                 {"INTERCOM_MIRROR_POSTGRES_CONNECTIONS", "4"},
                 {"INTERCOM_MIRROR_INTERCOM_MAX_QUOTA_SHARE", "0.5"},
                 {"INTERCOM_MIRROR_SYNC_RESOURCES", "contacts,companies"},
                 {"INTERCOM_MIRROR_SYNC_CUSTOM_OBJECT_TYPES", "Order,Plan B"},
                 {"INTERCOM_MIRROR_PUSH_ENABLED", "false"},
                 {"INTERCOM_MIRROR_RESOURCE_CONTACTS_SINCE", "-90d"},
                 {"INTERCOM_MIRROR_PUSH_POLICY_CONTACTS_NAME", "manual"},
                 {"INTERCOM_MIRROR_TEST_DSN", "is not ours"},
                 {"INTERCOM_MIRRORED", "neither"}};
    const options settings = loaded("[intercom]\nregion = \"eu\"\n[postgres]\nconnections = 2");
    EXPECT_EQ(settings.intercom.region, region::au);
    EXPECT_EQ(settings.postgres.connections, 4U);
    EXPECT_EQ(settings.intercom.max_quota_share, 0.5);
    EXPECT_EQ(settings.sync.resources, (std::vector<std::string>{"contacts", "companies"}));
    EXPECT_EQ(settings.sync.custom_object_types, (std::vector<std::string>{"Order", "Plan B"}));
    EXPECT_EQ(settings.resources.at("contacts").since->before_now, 90 * 24h);
    EXPECT_EQ(settings.push.policies.at("contacts.name"), conflict_policy::manual);
}

TEST_F(Config, VariablesAreCheckedLikeKeys)
{
    variables = {{"INTERCOM_MIRROR_LOG_LEVL", "info"}};
    EXPECT_EQ(complaint(""), "environment variable INTERCOM_MIRROR_LOG_LEVL is not a key of the "
                             "configuration | did you mean INTERCOM_MIRROR_LOG_LEVEL?");
    variables = {{"INTERCOM_MIRROR_LOG_LEVEL", "loud"}};
    EXPECT_EQ(complaint(""), "environment variable INTERCOM_MIRROR_LOG_LEVEL = \"loud\": expected "
                             "\"debug\", \"info\", \"warning\" or \"error\"");
}

TEST_F(Config, WantsARemoteServerVerified)
{
    variables = {{"PGHOST", "db.example"}};
    EXPECT_NE(complaint("").find("verify-full"), std::string::npos);
    variables = {{"PGHOST", "db.example"}, {"PGSSLMODE", "verify-full"}};
    EXPECT_EQ(complaint(""), "it was accepted");
    variables = {{"PGSSLMODE", "verify-full"}};
    EXPECT_NE(complaint("[postgres]\ndsn = \"host=db.example sslmode=require\""),
              "it was accepted");
}

TEST_F(Config, ReadsTablesOfTheirOwn)
{
    const options settings = loaded("[push]\nenabled = false\n[push.policy]\n"
                                    "contacts.name = \"local_wins\"\n[http]\nlisten = \"[::1]:1\"");
    EXPECT_EQ(settings.http.host, "::1");
    EXPECT_EQ(settings.push.policies.at("contacts.name"), conflict_policy::local_wins);
}

TEST_F(Config, ReadsScheduledBackfills)
{
    const options settings = loaded("[[backfill]]\nresources = [\"contacts\"]\n"
                                    "schedule = \"0 3 * * 0\"\nsince = \"-90d\"\n"
                                    "[[backfill]]\nschedule = \"15 * * * *\"");
    ASSERT_EQ(settings.backfills.size(), 2U);
    EXPECT_EQ(settings.backfills[0].resources, std::vector<std::string>{"contacts"});
    EXPECT_EQ(settings.backfills[0].schedule->text(), "0 3 * * 0");
    EXPECT_EQ(settings.backfills[0].since->before_now, std::chrono::hours(90 * 24));
    EXPECT_TRUE(settings.backfills[1].resources.empty());
    EXPECT_FALSE(settings.backfills[1].since);
}

TEST_F(Config, SaysWhatIsWrongWithASchedule)
{
    const auto said = complaint("[[backfill]]\nresources = [\"contacts\"]\n"
                                "schedule = \"0 24 * * *\"");
    for (const char* piece : {":3: backfill.schedule: ", "the hour `24`", "from 0 to 23"}) {
        EXPECT_NE(said.find(piece), std::string::npos) << said;
    }
}

TEST_F(Config, TakesTwoWebhookSecretsWhileOneReplacesTheOther)
{
    const auto secrets_in = [&](const std::string& content) {
        const auto file = write("webhook-secret", content);
        const options settings =
            loaded("[intercom]\nwebhook_secret_file = \"" + file.string() + "\"");
        std::vector<std::string> found;
        for (const secret& each : settings.intercom.webhook_secrets) {
            found.push_back(each.reveal());
        }
        return found;
    };
    EXPECT_EQ(secrets_in("one"), std::vector<std::string>{"one"});
    EXPECT_EQ(secrets_in("one\n"), std::vector<std::string>{"one"});
    EXPECT_EQ(secrets_in("one\r\ntwo\n"), (std::vector<std::string>{"one", "two"}));
    for (const char* content : {"", "\n", "\none", "one\ntwo\nthree"}) {
        const auto file = write("webhook-secret", content);
        EXPECT_NE(complaint("[intercom]\nwebhook_secret_file = \"" + file.string() + "\""),
                  "it was accepted")
            << content;
    }
}

TEST_F(Config, AsksForTheTokenOnlyWhenItIsNeeded)
{
    options settings = loaded("");
    EXPECT_THROW(require_access_token(settings), config_error);
    settings.intercom.access_token = secret("x");
    EXPECT_NO_THROW(require_access_token(settings));
}

TEST_F(Config, ReportsAFileThatIsNotThere)
{
    EXPECT_THROW(load(directory / "nowhere.toml", {}, names), config_error);
}

TEST(ProcessEnvironment, IsTakenOnceAndWiped)
{
    ::setenv("INTERCOM_ACCESS_TOKEN", "hunter2", 1);
    EXPECT_EQ(take_process_environment().at("INTERCOM_ACCESS_TOKEN"), "hunter2");
    EXPECT_EQ(std::getenv("INTERCOM_ACCESS_TOKEN"), nullptr);
    EXPECT_FALSE(take_process_environment().contains("INTERCOM_ACCESS_TOKEN"));
}

// The example names every key: as it stands, or behind a '#' where the default is to leave it out.
struct ExampleConfig : Config
{
    ExampleConfig()
    {
        std::ifstream file(std::string(SOURCE_DIR) + "/config/config.example.toml");
        std::ostringstream content;
        content << file.rdbuf();
        text = content.str();
    }

    std::string text;
};

TEST_F(ExampleConfig, CanBeLoaded)
{
    EXPECT_EQ(complaint(text), "it was accepted");
}

TEST_F(ExampleConfig, CanBeLoadedWithAllItsSuggestions)
{
    std::string all =
        std::regex_replace(text, std::regex("^# ?(\\[|[a-z_.]+ = )", std::regex::multiline), "$1");
    for (const char* name :
         {"intercom-access-token", "intercom-webhook-secret", "postgres-dsn", "http-admin-token"}) {
        const auto file =
            write(name, std::string(name) == "postgres-dsn" ? "host=/tmp" : "secret-of-16-chars");
        all = std::regex_replace(all, std::regex("\"/[^\"]*/" + std::string(name) + "\""),
                                 "\"" + file.string() + "\"");
    }
    EXPECT_EQ(complaint(all), "it was accepted");
}

TEST_F(ExampleConfig, LeavesNoKeyOut)
{
    std::vector<std::string> wanted;
    for (const option_key& key : option_table()) {
        wanted.emplace_back(key.name);
    }
    for (const backfill_key& key : backfill_table()) {
        wanted.push_back("backfill." + std::string(key.name));
    }
    for (const std::string& key : wanted) {
        const auto dot = key.rfind('.');
        const std::string section =
            std::regex_replace(key.substr(0, dot), std::regex("\\*"), "[a-z]+");
        const std::string name = key.substr(dot + 1) == "*" ? "[a-z.]+" : key.substr(dot + 1);
        // The section's head, then lines that are no head, then the key.
        const std::regex place("\\n(# )?\\[+" + section +
                               "\\]+[^\\n]*\\n(?:(?!(# ?)?\\[)[^\\n]*\\n)*(# )?" + name + " = ");
        EXPECT_TRUE(std::regex_search("\n" + text, place)) << key;
    }
}

} // namespace
} // namespace intercom_mirror
