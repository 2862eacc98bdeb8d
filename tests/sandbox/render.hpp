#pragma once

#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/world.hpp"

#include <string>

namespace intercom_sandbox {

// The API version a document is written for, as 100 * major + minor; Preview is 9900.
using version_number = unsigned;
std::optional<version_number> parse_version(std::string_view name);
inline constexpr version_number preview = 9900;

// Writes records as the API serves them. What is asked for in the workspace's own version is
// written once and kept with the record; other versions are written each time.
class renderer
{
public:
    renderer(const world& w, version_number version, bool keeps)
        : world_(w), version_(version), keeps_(keeps)
    {
    }

    [[nodiscard]] std::string of(const contact& r) const;
    [[nodiscard]] std::string of(const company& r) const;
    [[nodiscard]] std::string of(const conversation& r) const; // without parts, as lists show it
    [[nodiscard]] std::string of(const ticket& r) const;       // with parts, as everywhere
    [[nodiscard]] std::string with_parts(const conversation& r) const;

    [[nodiscard]] std::string of(const admin& a) const;
    [[nodiscard]] std::string of(const team& t) const;
    [[nodiscard]] std::string of(const tag& t) const;
    [[nodiscard]] std::string of(const segment& s, std::optional<std::int64_t> count = {}) const;
    [[nodiscard]] std::string of(const data_attribute& a) const;
    [[nodiscard]] std::string of(const subscription_type& s) const;
    [[nodiscard]] std::string of(const ticket_type& t) const;
    [[nodiscard]] std::string of(const ticket_state& s) const;
    [[nodiscard]] std::string of(const note& n) const;
    [[nodiscard]] std::string of(const event_summary& s) const;
    [[nodiscard]] std::string of(const data_event& e, const contact& who) const;
    [[nodiscard]] std::string of(const handling_event& e) const;
    [[nodiscard]] bool has_handling_events() const { return version_ >= 215; }
    // Whether the version has it.
    [[nodiscard]] bool has(const document_kind& kind) const;
    [[nodiscard]] bool has_conversation_attributes() const { return version_ >= 216; }
    [[nodiscard]] bool has_company_notes() const { return version_ >= 216; }
    // `is_alone`: as GET by id shows it.
    [[nodiscard]] std::string of(const document_kind& kind, const document& d, bool is_alone) const;
    [[nodiscard]] std::string me() const;
    [[nodiscard]] std::string ticket_part(const part& p) const { return write(p, true); }
    [[nodiscard]] std::string attribute_of(const ticket_type& t, std::size_t index) const;

    // Their links begin with `origin`.
    [[nodiscard]] std::string of(const job& j, const std::string& origin) const;
    [[nodiscard]] std::string of(const bulk_job& j, const std::string& origin) const;
    [[nodiscard]] std::string of(const data_export& e) const;
    [[nodiscard]] std::string of(const visitor& v) const;
    // As /conversations/attributes shows it.
    [[nodiscard]] std::string conversation_attribute(const data_attribute& a) const;

private:
    template <class Record, class Write>
    std::string kept(const Record& r, Write&& write) const
    {
        if (!keeps_) {
            return write();
        }
        if (r.kept.text.empty()) {
            r.kept.text = write();
        }
        return r.kept.text;
    }
    [[nodiscard]] json_style style_of(std::string_view id, std::uint32_t version) const;
    [[nodiscard]] std::string write(const contact& r) const;
    [[nodiscard]] std::string write(const company& r) const;
    [[nodiscard]] std::string write(const conversation& r) const;
    [[nodiscard]] std::string write(const ticket& r) const;
    [[nodiscard]] std::string statistics(const conversation& r) const;
    [[nodiscard]] std::string parts_of(const thread& t, bool is_ticket) const;
    [[nodiscard]] std::string write(const part& p, bool is_ticket) const;
    [[nodiscard]] std::string contact_list(const thread& t, const json_style& style) const;
    [[nodiscard]] std::string truncated(const std::string& url, std::string_view type,
                                        const std::vector<std::string>& ids,
                                        const json_style& style) const;
    [[nodiscard]] std::string source(const conversation& r, const json_style& style) const;
    [[nodiscard]] std::string rating_member(const conversation& r, const json_style& style) const;
    [[nodiscard]] std::string author_member(const author& by, std::uint64_t details,
                                            const json_style& style) const;
    void add_agents(members& m, const conversation& r, const json_style& style) const;
    [[nodiscard]] std::string state_member(const ticket_state& s) const;
    [[nodiscard]] std::string type_head(const ticket_type& t) const;

    const world& world_;
    version_number version_;
    bool keeps_;
};

} // namespace intercom_sandbox
