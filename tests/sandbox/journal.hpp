#pragma once

#include "tests/sandbox/http.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace intercom_sandbox {

// What a write did to one record. `fields` names the members whose value became another;
// "updated" without fields changed nothing.
struct effect
{
    std::string resource; // as in the truth: "contacts", "notes"
    std::string id;
    std::string how; // "created", "updated", "deleted", "archived", "attached", "detached", …
    std::vector<std::string> fields = {};
};

struct journal_entry
{
    time_point at;         // when it took effect
    std::string operation; // "job" for what an earlier write has promised
    std::string target;
    std::string version;
    std::string body;
    unsigned status = 200; // of the answer the client was meant to get
    bool is_answered = true;
    bool is_late = false; // took effect after the connection was gone
    std::vector<effect> effects = {};
};

// Every write that was carried out, and how often each operation was asked for. For proofs: that
// nothing was written after a quiet time, that each edit came once.
class journal
{
public:
    void add(journal_entry entry);
    void count_refusal(const std::string& operation) { ++counts_[operation].refused; }
    void forget();

    // NDJSON of the entries after number `after`; the oldest are dropped beyond 200,000:
    //   {"n":1,"at":1700000000.25,"operation":"PUT /contacts/{}","target":"/contacts/…",
    //    "version":"2.14","body":{…} | null,"status":200,"answered":true,"late":false,
    //    "effects":[{"resource":"contacts","id":…,"how":"updated","fields":["name"]}]}
    [[nodiscard]] std::string lines(std::uint64_t after = 0) const;
    // {"PUT /contacts/{}":{"accepted":N,"refused":N,"unanswered":N,"late":N},…}
    [[nodiscard]] std::string counts() const;

private:
    struct tally
    {
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;
        std::uint64_t unanswered = 0;
        std::uint64_t late = 0;
    };
    std::deque<journal_entry> entries_;
    std::uint64_t dropped_ = 0;
    std::map<std::string, tally> counts_;
};

} // namespace intercom_sandbox
