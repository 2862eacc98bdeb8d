#include "tests/fuzz/reference_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace intercom_mirror {
namespace {

class listener final : public nlohmann::json_sax<nlohmann::json>
{
public:
    reference_opinion opinion;

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t& text) override { return look_at(text); }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return enter(); }
    bool key(string_t& text) override { return look_at(text); }
    bool end_object() override { return leave(); }
    bool start_array(std::size_t) override { return enter(); }
    bool end_array() override { return leave(); }
    bool parse_error(std::size_t, const std::string&,
                     const nlohmann::detail::exception& problem) override
    {
        constexpr int number_overflow = 406;
        opinion.said = problem.id == number_overflow ? reference_verdict::number_too_large
                                                     : reference_verdict::invalid;
        return false;
    }

private:
    bool look_at(const std::string& text)
    {
        opinion.has_nul = opinion.has_nul || text.find('\0') != std::string::npos;
        return true;
    }
    bool enter()
    {
        opinion.depth = std::max(opinion.depth, ++depth_);
        return true;
    }
    bool leave()
    {
        --depth_;
        return true;
    }

    std::size_t depth_ = 0;
};

} // namespace

reference_opinion ask_reference(std::string_view text)
{
    listener hears;
    // The library takes a NUL for the end of the text and does not look at what follows.
    if (text.find('\0') == std::string_view::npos && nlohmann::json::sax_parse(text, &hears)) {
        hears.opinion.said = reference_verdict::valid;
    }
    return hears.opinion;
}

} // namespace intercom_mirror
