#include "tests/sandbox/text_pool.hpp"

#include <array>
#include <cctype>
#include <cstdio>

namespace intercom_sandbox {
namespace {

using namespace std::string_view_literals;

constexpr std::array first_names{"Ada"sv,    "Björn"sv,   "Chidi"sv,      "Dolores"sv, "Émilie"sv,
                                 "Fatima"sv, "Giorgos"sv, "Hana"sv,       "Igor"sv,    "Jürgen"sv,
                                 "Keiko"sv,  "Liam"sv,    "Małgorzata"sv, "Noor"sv,    "Olu"sv,
                                 "Priya"sv,  "Quentin"sv, "Rosa"sv,       "Søren"sv,   "Tomás"sv,
                                 "Uma"sv,    "Viktor"sv,  "Wen"sv,        "Zoë"sv};
constexpr std::array last_names{
    "O'Brien"sv, "Müller"sv, "Nguyễn"sv,       "García"sv, "Kowalski"sv, "Ivanova"sv,   "Smith"sv,
    "Ōno"sv,     "Çelik"sv,  "van der Berg"sv, "Okafor"sv, "Rossi"sv,    "Andersson"sv, "Dubois"sv};
constexpr std::array company_words{
    "Acme"sv,    "Borealis"sv, "Cobalt"sv,  "Dunes & Sons"sv, "Ember"sv, "Fjord"sv,   "Granite"sv,
    "Halcyon"sv, "Indigo"sv,   "Juniper"sv, "Kestrel"sv,      "Lumen"sv, "Monsoon"sv, "Nimbus"sv};
constexpr std::array company_endings{"GmbH"sv, "Ltd."sv,     "Inc."sv, "S.A."sv,
                                     "AB"sv,   "株式会社"sv, "Labs"sv, "& Co."sv};
constexpr std::array words{"invoice"sv, "the"sv,       "login"sv,   "please"sv, "export"sv,
                           "again"sv,   "upgrade"sv,   "cannot"sv,  "plan"sv,   "thanks"sv,
                           "since"sv,   "yesterday"sv, "screen"sv,  "with"sv,   "customer"sv,
                           "error"sv,   "our"sv,       "team"sv,    "refund"sv, "password"sv,
                           "works"sv,   "now"sv,       "waiting"sv, "for"sv};

// Each would break a careless reader somewhere: encoding, cutting, quoting, storing.
constexpr std::array nasty_bits{"👩🏽‍🚀 launch 🚀"sv,
                                "مرحبا بالعالم"sv,
                                "שלום עולם"sv,
                                "e\xcc\x81\xcc\x82 combining"sv,
                                "zero\0byte"sv,
                                "\0"sv,
                                "lone \xed\xa0\xbd high"sv, // U+D83D
                                "lone \xed\xb8\x80 low"sv,  // U+DE00
                                "quote \" back\\slash / 'single'"sv,
                                "tab\tnew\nline\r"sv,
                                "\xe2\x80\xae override \xe2\x80\xac"sv,
                                "{\"not\":\"json\"}"sv,
                                "\\u0000 spelled out"sv,
                                "\x7f\x1b[31m control"sv,
                                "  blanks around  "sv,
                                "NULL"sv,
                                "'; DROP TABLE contacts; --"sv,
                                "\xef\xbf\xbf noncharacter"sv,
                                "𝔘𝔫𝔦𝔠𝔬𝔡𝔢"sv};

void sprinkle(std::string& text, dice& die, bool nasty, double probability)
{
    if (nasty && die.chance(probability)) {
        text += ' ';
        text += die.pick(nasty_bits);
    }
}

} // namespace

std::string person_name(dice& die, bool nasty)
{
    std::string name(die.pick(first_names));
    name += ' ';
    name += die.pick(last_names);
    sprinkle(name, die, nasty, 0.05);
    return name;
}

std::string company_name(dice& die, bool nasty)
{
    std::string name(die.pick(company_words));
    name += ' ';
    name += die.pick(company_words);
    name += ' ';
    name += die.pick(company_endings);
    sprinkle(name, die, nasty, 0.05);
    return name;
}

std::string sentence(dice& die, bool nasty)
{
    std::string text;
    for (auto left = 3 + die.below(12); left > 0; --left) {
        text += text.empty() ? "" : " ";
        text += die.pick(words);
    }
    sprinkle(text, die, nasty, 0.06);
    return text;
}

std::string html_body(dice& die, bool nasty)
{
    std::string body;
    const bool is_long = nasty && die.below(700) == 0;
    const std::size_t wanted = is_long ? 200'000 : 40 + die.below(200);
    while (body.size() < wanted) {
        body += "<p>" + sentence(die, nasty && !is_long) + "</p>\n";
    }
    return body;
}

std::string slug(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return out.empty() ? "x" : out;
}

std::string odd_json_value(dice& die)
{
    static constexpr std::array values{
        "36893488147419103232"sv,
        "-36893488147419103232"sv,
        "1e400"sv,
        "18446744073709551615"sv,
        "9223372036854775808"sv,
        "0.1000000000000000055511151231257827"sv,
        "-0.0"sv,
        "1E-7"sv,
        "123456789012345678901234567890.123456789"sv,
        "\"\\u0000\""sv,
        "\"\\ud83d\""sv,
        "\"\\udc00\\ud800\""sv,
        "\"\""sv,
        "null"sv,
        "-2208988800"sv,
        "1734537424000"sv,
        "{\"type\":\"Order.list\",\"instances\":[{\"id\":\"7\",\"type\":\"Order\"}]}"sv,
        "[1,\"2\",null]"sv,
        "true"sv};
    return std::string(die.pick(values));
}

std::string hex_id(dice& die, std::int64_t created_at)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%08x%016llx",
                  static_cast<unsigned>(static_cast<std::uint64_t>(created_at)),
                  static_cast<unsigned long long>(die.roll()));
    return text.data();
}

std::string uuid(std::uint64_t a, std::uint64_t b)
{
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-a%03x-%012llx",
                  static_cast<unsigned>(a >> 32U), static_cast<unsigned>((a >> 16U) & 0xFFFFU),
                  static_cast<unsigned>(a & 0xFFFU), static_cast<unsigned>(b >> 52U),
                  static_cast<unsigned long long>(b & 0xFFFFFFFFFFFFULL));
    return text.data();
}

} // namespace intercom_sandbox
