#pragma once

#include <string>
#include <utility>

namespace intercom_mirror {

// A token or password. It cannot be printed, formatted or logged by accident: whoever needs the
// text says `reveal()`, and there are few of them.
class secret
{
public:
    secret() = default;
    explicit secret(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] const std::string& reveal() const { return text_; }

    template <class Stream>
    friend Stream& operator<<(Stream&, const secret&) = delete;

private:
    std::string text_;
};

} // namespace intercom_mirror
