#pragma once

#include "tests/sandbox/dice.hpp"

#include <pqxx/pqxx>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_simulation {

// People and applications that change the mirror by SQL, and what must become of their changes.
// Most edits write a mark of their own ("edit-12-"), by which they are found wherever they arrive.
class local_editors
{
public:
    // `schema` is the mirror's.
    local_editors(const std::string& schema, std::uint64_t seed);

    // One change of any kind to whatever the mirror holds. Throws pqxx::sql_error for what is no
    // refusal of the mirror's.
    void edit();
    // What operators do with edits that cannot be sent: gives them up.
    void discard_stuck();

    [[nodiscard]] std::uint64_t made() const { return marks_; }

    // What is wrong with the fates of all edits, when all should be settled. `writes`: the journal
    // of the workspace; `truth`: its records, by table.
    [[nodiscard]] std::vector<std::string> faults(const std::string& writes,
                                                  const std::map<std::string, std::string>& truth);

private:
    pqxx::result ask(const std::string& sql);
    // Whether the mirror took it.
    bool try_to(const std::string& sql);
    // An id, or nothing when there is none.
    std::string pick(const std::string& table, const std::string& condition = "true");
    std::string mark();

    void set_text();
    void set_again();
    void set_attribute();
    void set_and_take_back();
    void set_state();
    void write_note();
    void write_part();
    void link();
    void unlink();
    void create();

    pqxx::connection session_;
    intercom_sandbox::dice die_;
    std::uint64_t marks_ = 0;
    struct
    {
        std::string table;
        std::string column;
        std::string id;
    } last_;                          // set_text's
    std::set<std::int64_t> captured_; // outbox entries of these edits
};

} // namespace intercom_simulation
