#pragma once

#include "tests/sandbox/model.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Records that little else of a workspace depends on: help centers, news, logs, settings. They are
// told as data, a line for each kind, and kept as the members they are served with.
namespace intercom_sandbox {

struct world;
class dice;

inline constexpr unsigned every_version = 99'99;

// A member of a document, as JSON.
struct field
{
    std::string name;
    std::string json;
    unsigned since = 0; // versions that serve it, as version_number
    unsigned until = every_version;
    bool is_alone = false; // lists do not show it
};

struct document
{
    std::string id;
    seconds created_at = 0;
    seconds updated_at = 0;
    bool exists = true;
    std::uint32_t version = 0;
    std::vector<field> fields; // but id, type and times
    std::vector<slot> tags;
    // Ids of the documents it is listed with: the newsfeeds of a news item.
    std::vector<std::string> belongs_to;

    void set(std::string_view name, std::string json);
    [[nodiscard]] std::string_view value(std::string_view name) const;
};

struct document_kind
{
    enum class paging : std::uint8_t { whole, numbered, cursor };

    std::string_view name; // as in the truth, and of the option that says how many there are
    unsigned usual_number;
    unsigned since;            // version that serves it first
    std::string_view type;     // the member `type`; empty: there is none
    std::string_view path;     // of the list
    std::string_view one_path; // of one document; empty: it is not served alone
    std::string_view parameters;
    paging by = paging::whole;
    std::size_t page_usual = 20;
    std::size_t page_most = 50;
    std::string_view list_type = "list";
    std::string_view list_key = "data";
    bool has_total = true;
    bool next_is_url = false;
    bool newest_first = false; // by updated_at; otherwise as they were created
    bool pages_at_top = false; // page, per_page and total_pages stand beside the list
    bool has_updated_at = true;
    bool has_iso_times = false;
    bool has_tags = false;       // from version 2.13 on
    bool has_number_ids = false; // `id` is a number
    document (*make)(world& w, dice& die, seconds at) = nullptr;
    // Changes something; answers whether that moves updated_at. Null: documents never change.
    bool (*change)(world& w, dice& die, document& d) = nullptr;
};

std::span<const document_kind> document_kinds();
// Those of them that are settings of the workspace (documents_settings.cpp).
std::span<const document_kind> settings_kinds();
// And instances of custom objects (documents_custom.cpp), listed type by type.
std::span<const document_kind> custom_kinds();
std::span<const std::string_view> custom_object_types();
const document_kind* find_kind(std::string_view name);

// "2025-07-17T11:18:08.000Z"
std::string iso_time(seconds at);

// By kind, in the order of creation; what is gone stays in its place.
using document_shelves = std::map<std::string, std::vector<document>, std::less<>>;

// Those that exist, in the order of the kind's list.
std::vector<const document*> listed(const document_shelves& shelves, const document_kind& kind);

// Documents of a kind that belong to another one: exceptions of a schedule, redirects of a help
// center, in the order of the kind's list.
std::vector<const document*> belonging_to(const document_shelves& shelves,
                                          const document_kind& kind, const document& owner);

// What a newsfeed shows: live news items that are assigned to it.
std::vector<const document*> items_of(const document_shelves& shelves, const document& newsfeed);

void populate_documents(world& w, dice& die, seconds start);

// One change of some document: of content, a new one, a deletion.
bool change_documents(world& w, seconds now);

} // namespace intercom_sandbox
