#include "tests/sim/local_editors.hpp"

#include "tests/sim/json_value.hpp"
#include "tests/support/postgres.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <utility>

namespace intercom_simulation {
namespace {

using namespace std::string_view_literals;

// The numbers of the marks in a text.
std::set<std::uint64_t> marks_in(std::string_view text)
{
    constexpr auto begins = "edit-"sv;
    std::set<std::uint64_t> found;
    for (auto at = text.find(begins); at != text.npos; at = text.find(begins, at + 1)) {
        std::uint64_t number = 0;
        auto digit = at + begins.size();
        for (; digit < text.size() && text[digit] >= '0' && text[digit] <= '9'; ++digit) {
            number = number * 10 + static_cast<std::uint64_t>(text[digit] - '0');
        }
        found.insert(number);
    }
    return found;
}

std::vector<json_value> documents_of(const std::string& lines)
{
    std::vector<json_value> all;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        all.push_back(parse_json(line));
    }
    return all;
}

// Members with their values, those of `custom_attributes` by their own names.
std::vector<std::pair<std::string, const json_value*>> fields_of(const json_value& body)
{
    std::vector<std::pair<std::string, const json_value*>> all;
    for (std::size_t i = 0; i < body.names.size(); ++i) {
        if (body.names[i] != "custom_attributes") {
            all.emplace_back(body.names[i], &body.elements[i]);
            continue;
        }
        const auto& inner = body.elements[i];
        for (std::size_t k = 0; k < inner.names.size(); ++k) {
            all.emplace_back("custom_attributes." + inner.names[k], &inner.elements[k]);
        }
    }
    return all;
}

// "contacts 12ab" for "/contacts/12ab".
std::string record_at(const std::string& target)
{
    const auto slash = target.find('/', 1);
    return slash == target.npos ? target.substr(1)
                                : target.substr(1, slash - 1) + " " + target.substr(slash + 1);
}

struct outbox_row
{
    std::int64_t id = 0;
    std::string operation;
    std::string record; // "contacts 12ab"
    std::string state;
    std::string reason;
    json_value fields;
};

bool is_open(const std::string& state)
{
    constexpr std::array ends{"applied"sv, "superseded"sv, "conflict_lost"sv, "rejected"sv,
                              "cancelled"sv};
    return std::find(ends.begin(), ends.end(), state) == ends.end();
}

} // namespace

local_editors::local_editors(const std::string& schema, std::uint64_t seed)
    : session_(intercom_mirror::testing::test_dsn()), die_(seed)
{
    ask("SET client_min_messages = warning");
    ask(fmt::format("SET search_path = {0}, {0}_sync, pg_temp", schema));
}

pqxx::result local_editors::ask(const std::string& sql)
{
    pqxx::nontransaction work(session_);
    return work.exec(sql);
}

bool local_editors::try_to(const std::string& sql)
{
    constexpr auto newest = "SELECT coalesce(max(id), 0) FROM outbox";
    const auto before = ask(newest)[0][0].as<std::int64_t>();
    try {
        ask(sql);
    } catch (const pqxx::sql_error& refused) {
        if (refused.sqlstate() != "23000") {
            throw;
        }
        return false;
    }
    const auto after = ask(newest)[0][0].as<std::int64_t>();
    for (auto id = before + 1; id <= after; ++id) {
        captured_.insert(id);
    }
    return true;
}

std::string local_editors::pick(const std::string& table, const std::string& condition)
{
    const auto from = fmt::format("FROM {} WHERE deleted_at IS NULL AND {}", table, condition);
    const auto rows = ask("SELECT count(*) " + from)[0][0].as<std::uint64_t>();
    if (rows == 0) {
        return {};
    }
    const auto found =
        ask(fmt::format("SELECT id {} ORDER BY id LIMIT 1 OFFSET {}", from, die_.below(rows)));
    return found.empty() ? std::string() : found[0][0].c_str();
}

std::string local_editors::mark()
{
    return fmt::format("edit-{}-", ++marks_);
}

void local_editors::edit()
{
    using kind = void (local_editors::*)();
    constexpr std::array<kind, 18> kinds{
        &local_editors::set_again,     &local_editors::set_again,
        &local_editors::set_again,     &local_editors::set_again,
        &local_editors::set_text,      &local_editors::set_text,
        &local_editors::set_text,      &local_editors::set_text,
        &local_editors::set_attribute, &local_editors::set_attribute,
        &local_editors::set_state,     &local_editors::set_and_take_back,
        &local_editors::write_note,    &local_editors::write_part,
        &local_editors::link,          &local_editors::unlink,
        &local_editors::create,        &local_editors::create};
    (this->*die_.pick(kinds))();
}

void local_editors::set_text()
{
    constexpr std::array columns{std::pair{"contacts", "name"},     std::pair{"contacts", "name"},
                                 std::pair{"contacts", "email"},    std::pair{"companies", "name"},
                                 std::pair{"companies", "website"}, std::pair{"tickets", "title"}};
    const auto& [table, column] = die_.pick(columns);
    // Few records, so that edits meet.
    const auto id = pick(table, die_.chance(0.5) ? "id < '7'" : "true");
    if (!id.empty()) {
        last_ = {table, column, id};
        set_again();
    }
}

// The same field once more, while the edit before may be anywhere.
void local_editors::set_again()
{
    if (last_.id.empty()) {
        return;
    }
    const auto domain = last_.column == "email" ? "@example.com" : "";
    try_to(fmt::format("UPDATE {} SET {} = '{}{}' WHERE id = '{}' AND deleted_at IS NULL",
                       last_.table, last_.column, mark(), domain, last_.id));
}

void local_editors::set_attribute()
{
    const bool is_contact = die_.chance(0.6);
    const auto attributes =
        ask(fmt::format("SELECT name FROM data_attributes WHERE model = '{}' AND custom AND"
                        " data_type = 'string' AND options IS NULL AND deleted_at IS NULL AND"
                        " NOT coalesce(archived, false) ORDER BY name",
                        is_contact ? "contact" : "company"));
    const auto id = pick(is_contact ? "contacts" : "companies");
    if (attributes.empty() || id.empty()) {
        return;
    }
    const auto chosen = static_cast<pqxx::result::size_type>(
        die_.below(static_cast<std::uint64_t>(attributes.size())));
    try_to(fmt::format("UPDATE {} SET custom_attributes = custom_attributes ||"
                       " jsonb_build_object('{}', '{}') WHERE id = '{}'",
                       is_contact ? "contacts" : "companies",
                       session_.esc(attributes[chosen][0].c_str()), mark(), id));
}

// Leaves no edit behind.
void local_editors::set_and_take_back()
{
    const auto id = pick("contacts", "_pending IS NULL");
    if (id.empty()) {
        return;
    }
    try_to(fmt::format("BEGIN; CREATE TEMP TABLE was ON COMMIT DROP AS SELECT name FROM contacts"
                       " WHERE id = '{0}'; UPDATE contacts SET name = '{1}' WHERE id = '{0}';"
                       " UPDATE contacts SET name = (SELECT name FROM was) WHERE id = '{0}';"
                       " COMMIT",
                       id, mark()));
}

void local_editors::set_state()
{
    const auto id = pick("conversations");
    if (!id.empty()) {
        try_to(fmt::format("UPDATE conversations SET state = '{}' WHERE id = '{}'",
                           die_.chance(0.5) ? "closed" : "open", id));
    }
}

void local_editors::write_note()
{
    const auto id = pick("contacts");
    if (!id.empty()) {
        try_to(fmt::format("INSERT INTO notes (contact_id, body) VALUES ('{}', '{}')", id, mark()));
    }
}

void local_editors::write_part()
{
    const auto id = pick("conversations");
    if (!id.empty()) {
        try_to(fmt::format("INSERT INTO conversation_parts (conversation_id, part_type, body)"
                           " VALUES ('{}', '{}', '{}')",
                           id, die_.chance(0.5) ? "note" : "comment", mark()));
    }
}

void local_editors::link()
{
    const auto id = pick("contacts");
    const auto tag = pick("tags");
    if (!id.empty() && !tag.empty()) {
        try_to(fmt::format("INSERT INTO contact_tags (contact_id, tag_id) VALUES ('{}', '{}')"
                           " ON CONFLICT DO NOTHING",
                           id, tag));
    }
}

void local_editors::unlink()
{
    const auto id = pick("contacts", "id IN (SELECT contact_id FROM contact_tags)");
    if (!id.empty()) {
        try_to(fmt::format("DELETE FROM contact_tags WHERE contact_id = '{}' AND tag_id ="
                           " (SELECT min(tag_id) FROM contact_tags WHERE contact_id = '{}')",
                           id, id));
    }
}

void local_editors::create()
{
    if (die_.chance(0.4)) {
        const auto name = mark();
        try_to(fmt::format("INSERT INTO companies (company_id, name) VALUES ('{}', '{}')", name,
                           name));
        return;
    }
    try_to(fmt::format("INSERT INTO contacts (email, role) VALUES ('{}@example.com', '{}')", mark(),
                       die_.chance(0.5) ? "user" : "lead"));
}

void local_editors::discard_stuck()
{
    ask("SELECT discard_edit(id) FROM outbox WHERE state IN ('held', 'parked', 'conflict')"
        " ORDER BY id");
}

std::vector<std::string> local_editors::faults(const std::string& writes,
                                               const std::map<std::string, std::string>& truth)
{
    std::vector<std::string> found;
    std::vector<outbox_row> outbox;
    for (const auto& one :
         ask("SELECT id, operation, concat(table_name, ' ', row_id), state, coalesce(reason, ''),"
             " fields FROM outbox ORDER BY id")) {
        outbox.push_back({one[0].as<std::int64_t>(), one[1].c_str(), one[2].c_str(), one[3].c_str(),
                          one[4].c_str(), parse_json(one[5].c_str())});
    }

    std::map<std::uint64_t, unsigned> created;           // by mark, how often
    std::set<std::uint64_t> accepted;                    // marks that reached Intercom
    std::map<std::string, std::uint64_t> newest_sent;    // by record and field
    std::map<std::string, std::set<std::string>> edited; // fields by record
    for (const auto& edit : outbox) {
        for (const auto& [name, value] : fields_of(edit.fields)) {
            edited[edit.record].insert(name);
        }
    }
    for (const auto& write : documents_of(writes)) {
        const auto& operation = write.at("operation").text;
        const auto& target = write.at("target").text;
        if (write.at("status").text >= "300") {
            continue;
        }
        for (const auto& one : write.at("effects").elements) {
            if (one.at("how").text == "created") {
                for (const auto number : marks_in(canonical(write.at("body")))) {
                    ++created[number];
                }
                break;
            }
        }
        const auto record = record_at(target);
        for (const auto& [name, value] : fields_of(write.at("body"))) {
            const auto marks = marks_in(canonical(*value));
            accepted.insert(marks.begin(), marks.end());
            if (!operation.starts_with("PUT /contacts/{}") &&
                !operation.starts_with("PUT /companies/{}")) {
                continue;
            }
            if (!edited[record].contains(name)) {
                found.push_back(
                    fmt::format("{} of {} was sent and nobody edited it", name, record));
            }
            auto& newest = newest_sent[record + " " + name];
            if (marks.empty() || write.at("late").text == "true") {
                continue;
            }
            if (*marks.begin() < newest) {
                found.push_back(fmt::format("{} of {}: edit-{}- was sent after edit-{}-", name,
                                            record, *marks.begin(), newest));
            }
            newest = std::max(newest, *marks.begin());
        }
    }
    for (const auto& [number, times] : created) {
        if (times > 1) {
            found.push_back(fmt::format("edit-{}- was created {} times", number, times));
        }
    }

    for (const auto& one : ask("SELECT table_name, row_id, field, remote FROM conflict"
                               " WHERE remote::text LIKE '%edit-%' ORDER BY id")) {
        found.push_back(fmt::format("{} of {} {}: {} of our own is taken for somebody else's",
                                    one[2].c_str(), one[0].c_str(), one[1].c_str(),
                                    one[3].c_str()));
    }

    std::map<std::string, std::uint64_t> newest_applied; // by record and field
    std::map<std::string, std::int64_t> last_edit;       // by record and field
    for (const auto& edit : outbox) {
        for (const auto& [name, value] : fields_of(edit.fields)) {
            last_edit[edit.record + " " + name] = edit.id;
        }
    }
    for (const auto& edit : outbox) {
        const auto told = fmt::format("edit {} ({} of {}, {}, {}, {})", edit.id, edit.operation,
                                      edit.record, canonical(edit.fields), edit.state, edit.reason);
        if (is_open(edit.state)) {
            found.push_back(told + " has no fate");
        }
        if (!captured_.contains(edit.id)) {
            found.push_back(told + " was made by nobody");
        }
        for (const auto& [name, value] : fields_of(edit.fields)) {
            const auto marks = marks_in(canonical(*value));
            if (marks.empty()) {
                continue;
            }
            const bool is_last = last_edit[edit.record + " " + name] == edit.id;
            if (edit.state == "superseded" && is_last) {
                found.push_back(told + " was superseded by nothing");
            }
            // A row is created with the values it has by then.
            if (edit.state == "applied" && (is_last || edit.operation != "create")) {
                if (!accepted.contains(*marks.begin())) {
                    found.push_back(told + " never reached Intercom");
                }
                auto& newest = newest_applied[edit.record + " " + name];
                newest = std::max(newest, *marks.begin());
            }
            const bool is_refused = edit.state == "rejected" && edit.operation == "create";
            if (is_refused && created.contains(*marks.begin())) {
                found.push_back(told + " was created all the same");
            }
        }
    }
    for (const auto& [table, lines] : truth) {
        for (const auto& document : documents_of(lines)) {
            for (const auto& [name, value] : fields_of(document)) {
                const auto record = table + " " + document.at("id").text;
                const auto wanted = newest_applied.find(record + " " + name);
                const auto marks = marks_in(canonical(*value));
                if (wanted != newest_applied.end() && !marks.empty() &&
                    *marks.begin() < wanted->second) {
                    found.push_back(fmt::format("{} of {} is edit-{}- in Intercom and edit-{}- was"
                                                " applied",
                                                name, record, *marks.begin(), wanted->second));
                }
            }
        }
    }
    return found;
}

} // namespace intercom_simulation
