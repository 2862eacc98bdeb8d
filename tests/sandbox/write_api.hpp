#pragma once

#include "tests/sandbox/agenda.hpp"
#include "tests/sandbox/api.hpp"
#include "tests/sandbox/attributes.hpp"
#include "tests/sandbox/body.hpp"
#include "tests/sandbox/journal.hpp"
#include "tests/sandbox/patch.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intercom_sandbox {

// The operations that change the workspace. Each turns a call into an answer, or throws `refusal`,
// and then has changed nothing.
class write_api
{
public:
    write_api(world& w, agenda& later) : world_(w), later_(later), die_(spread(w.settings.seed, 11))
    {
    }

    struct operation
    {
        std::string_view method;
        std::string_view path; // segments, {} for an id
        response (write_api::*handle)(const call&);
        version_number since = 0;
        version_number until = 9999;
        std::string_view parameters = {}; // of the query, separated by blanks
    };

    // The operation for a request, with the ids in its path; null when there is none.
    static const operation* find(std::string_view method, const std::vector<std::string>& path,
                                 std::vector<std::string>& ids);
    static std::string label(const operation& o)
    {
        return std::string(o.method) + " /" + std::string(o.path);
    }
    response handle(const operation& o, const call& c);
    // What the last call changed.
    std::vector<effect> take_effects() { return std::exchange(effects_, {}); }

private:
    static std::span<const operation> operations();

    // write_contacts.cpp
    response create_contact(const call& c);
    response update_contact(const call& c);
    response delete_contact(const call& c);
    response archive_contact(const call& c);
    response unarchive_contact(const call& c);
    response block_contact(const call& c);
    response merge_contact(const call& c);
    patch<contact> read_contact(const fields& body);
    // Refuses what another contact of that role already has.
    void check_unique(const contact& wanted, std::optional<slot> except) const;
    slot make_contact(contact wanted, time_point now);
    contact blank_contact(bool is_lead, time_point now);

    // write_links.cpp
    response attach_company(const call& c);
    response detach_company(const call& c);
    response add_contact_tag(const call& c);
    response remove_contact_tag(const call& c);
    response subscribe(const call& c);
    response unsubscribe(const call& c);
    response add_contact_note(const call& c);
    response add_company_note(const call& c);

    // write_companies.cpp
    response upsert_company(const call& c);
    response update_company(const call& c);
    response delete_company(const call& c);
    patch<company> read_company(const call& c, const fields& body);
    response company_answer(const call& c, slot which, const patch<company>& changes);

    // write_tags.cpp
    response save_tag(const call& c);
    response delete_tag(const call& c);

    // Whom and what a request names. What is not there is refused with 404.
    [[nodiscard]] slot contact_of(const call& c) const
    {
        return find_contact(world_, c.ids.front(), c.version);
    }
    // Archived ones too.
    [[nodiscard]] slot contact_anyhow(const call& c) const;
    [[nodiscard]] slot company_named(const std::string& id) const;
    [[nodiscard]] slot tag_named(const std::string& id, std::string_view code,
                                 std::string_view message) const;
    [[nodiscard]] slot admin_named(const std::string& id, std::string_view code,
                                   std::string_view message) const;

    void note(std::string resource, std::string id, std::string how,
              std::vector<std::string> changed = {})
    {
        effects_.push_back(
            {std::move(resource), std::move(id), std::move(how), std::move(changed)});
    }
    [[nodiscard]] std::string tag_answer(slot tag, seconds applied_at, slot by) const;

    world& world_;
    agenda& later_;
    dice die_;
    std::vector<effect> effects_;
};

} // namespace intercom_sandbox
