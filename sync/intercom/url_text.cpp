#include "sync/intercom/url_text.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace intercom_mirror {

std::string percent_encode(std::string_view text)
{
    return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

std::string query_parameter(std::string_view url, std::string_view name)
{
    const auto start = url.find('?');
    if (start == std::string_view::npos) {
        return {};
    }
    auto query = url.substr(start + 1);
    query = query.substr(0, query.find('#'));
    const auto parsed = boost::urls::parse_query({query.data(), query.size()});
    if (!parsed) {
        return {};
    }
    for (const auto parameter : *parsed) {
        const auto decoded = boost::urls::pct_string_view(parameter.key).decode();
        if (decoded == name && parameter.has_value) {
            return boost::urls::pct_string_view(parameter.value).decode();
        }
    }
    return {};
}

} // namespace intercom_mirror
