#include "tests/sandbox/journal.hpp"

#include "tests/sandbox/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace intercom_sandbox {
namespace {

constexpr std::size_t entries_max = 200'000;

std::string seconds_of(time_point at)
{
    std::array<char, 48> text{};
    const auto micros = at.time_since_epoch().count();
    std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(micros / 1000000),
                  static_cast<long long>(micros % 1000000));
    return text.data();
}

} // namespace

void journal::add(journal_entry entry)
{
    tally& t = counts_[entry.operation];
    ++t.accepted;
    t.unanswered += entry.is_answered ? 0 : 1;
    t.late += entry.is_late ? 1 : 0;
    // One line each: in JSON, line ends mean nothing outside strings and never stand in them.
    std::replace_if(
        entry.body.begin(), entry.body.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    entries_.push_back(std::move(entry));
    if (entries_.size() > entries_max) {
        entries_.pop_front();
        ++dropped_;
    }
}

void journal::forget()
{
    dropped_ += entries_.size();
    entries_.clear();
    counts_.clear();
}

std::string journal::lines(std::uint64_t after) const
{
    std::string out;
    std::uint64_t number = dropped_;
    for (const auto& entry : entries_) {
        if (++number <= after) {
            continue;
        }
        elements effects;
        for (const auto& one : entry.effects) {
            elements fields;
            for (const auto& field : one.fields) {
                fields.add(quoted(field));
            }
            effects.add(members()
                            .text("resource", one.resource)
                            .text("id", one.id)
                            .text("how", one.how)
                            .raw("fields", fields.array())
                            .object());
        }
        out += members()
                   .number("n", static_cast<std::int64_t>(number))
                   .raw("at", seconds_of(entry.at))
                   .text("operation", entry.operation)
                   .text("target", entry.target)
                   .text("version", entry.version)
                   .raw("body", entry.body.empty() ? "null" : entry.body)
                   .number("status", entry.status)
                   .boolean("answered", entry.is_answered)
                   .boolean("late", entry.is_late)
                   .raw("effects", effects.array())
                   .object();
        out += '\n';
    }
    return out;
}

std::string journal::counts() const
{
    members all;
    for (const auto& [operation, t] : counts_) {
        all.raw(operation, members()
                               .number("accepted", static_cast<std::int64_t>(t.accepted))
                               .number("refused", static_cast<std::int64_t>(t.refused))
                               .number("unanswered", static_cast<std::int64_t>(t.unanswered))
                               .number("late", static_cast<std::int64_t>(t.late))
                               .object());
    }
    return all.object();
}

} // namespace intercom_sandbox
