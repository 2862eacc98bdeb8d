#pragma once

#include "tests/sandbox/documents.hpp"
#include "tests/sandbox/json_text.hpp"
#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/world.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

// Words in which the kinds of documents are made. Only the files documents*.cpp include this.
namespace intercom_sandbox::made {

inline constexpr std::array<std::string_view, 6> locales{"de", "fr", "ja", "pt-BR", "ar", "zh-TW"};

inline std::string number(std::int64_t value)
{
    return std::to_string(value);
}

inline std::string flag(bool value)
{
    return value ? "true" : "false";
}

inline std::string words(world& w, dice& die)
{
    return quoted(sentence(die, w.settings.nasty));
}

inline std::string maybe(dice& die, std::string json)
{
    return die.chance(0.3) ? "null" : std::move(json);
}

// The number of some admin: these kinds write ids of teammates as numbers.
inline std::string some_admin(world& w, dice& die)
{
    return die.pick(w.admins).id;
}

inline const document* some_document(const world& w, dice& die, std::string_view kind)
{
    const auto shelf = w.documents.find(kind);
    if (shelf == w.documents.end() || shelf->second.empty()) {
        return nullptr;
    }
    const document& found = die.pick(shelf->second);
    return found.exists ? &found : nullptr;
}

inline std::string id_of(const document* d)
{
    return d == nullptr ? "null" : d->id;
}

inline std::string quoted_id_of(const document* d)
{
    return d == nullptr ? "null" : quoted(d->id);
}

inline document begin(world& w, seconds at)
{
    document d;
    d.id = w.fresh_number();
    d.created_at = d.updated_at = at;
    return d;
}

} // namespace intercom_sandbox::made
