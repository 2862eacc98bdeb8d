#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace intercom_sandbox {

// Compresses at the fastest level; keeps its tables from one text to the next.
class deflater
{
public:
    deflater();
    ~deflater();
    deflater(deflater&&) noexcept;
    deflater& operator=(deflater&&) noexcept;

    // A whole gzip body.
    std::string gzip(std::string_view text);
    // A piece for `gzip_page`: no header, no end, whole bytes.
    std::string piece(std::string_view text);

private:
    std::string run(std::string_view text, int flush);

    struct state;
    std::unique_ptr<state> state_;
};

// A gzip body of pieces compressed earlier, and the text between them as it is. Compressing pages
// of known records anew would cost twenty times as much as all the rest of serving them.
class gzip_page
{
public:
    gzip_page();
    void add(std::string_view text);
    void add(std::string_view text, std::string_view piece);
    std::string finish();

private:
    std::string out_;
    unsigned long sum_;
    std::size_t length_ = 0;
};

} // namespace intercom_sandbox
