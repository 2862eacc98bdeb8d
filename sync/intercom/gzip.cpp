#include "sync/intercom/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace intercom_mirror {
namespace {

// 15 bits of window, + 16: gzip and nothing else.
constexpr int gzip_window_bits = 15 + 16;

class inflater
{
public:
    explicit inflater(std::string_view packed)
    {
        if (packed.size() > std::numeric_limits<uInt>::max()) {
            throw bad_gzip("a gzip body of more than 4 GiB");
        }
        if (inflateInit2(&stream_, gzip_window_bits) != Z_OK) {
            throw std::bad_alloc();
        }
        // zlib does not write through next_in; its type merely predates const.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream_.avail_in = static_cast<uInt>(packed.size());
    }
    ~inflater() { inflateEnd(&stream_); }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;

    // Fills part of [begin, end); returns where it stopped.
    char* unpack(char* begin, char* end)
    {
        stream_.next_out = reinterpret_cast<Bytef*>(begin);
        stream_.avail_out = static_cast<uInt>(end - begin);
        const int result = inflate(&stream_, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            is_done_ = stream_.avail_in == 0;
            if (!is_done_) {
                inflateReset(&stream_); // another member follows
            }
        } else if (result == Z_BUF_ERROR) {
            throw bad_gzip("a gzip body that ends too early");
        } else if (result != Z_OK) {
            throw bad_gzip("a body that is not gzip");
        }
        return reinterpret_cast<char*>(stream_.next_out);
    }

    [[nodiscard]] bool is_done() const { return is_done_; }
    [[nodiscard]] bool is_out_of_input() const { return stream_.avail_in == 0; }

private:
    z_stream stream_{};
    bool is_done_ = false;
};

} // namespace

std::string gunzip(std::string_view packed, std::size_t limit)
{
    inflater source(packed);
    // JSON shrinks about eight times; the guess only saves copies.
    std::string result(std::min(limit + 1, packed.size() * 8 + 256), '\0');
    std::size_t filled = 0;
    for (;;) {
        char* const begin = result.data() + filled;
        char* const end = result.data() + result.size();
        filled += static_cast<std::size_t>(source.unpack(begin, end) - begin);
        if (filled > limit) {
            throw bad_gzip("a body that unpacks to more than " + std::to_string(limit) + " bytes");
        }
        if (source.is_done()) {
            break;
        }
        if (filled == result.size()) {
            result.resize(std::min(limit + 1, result.size() * 2));
        } else if (source.is_out_of_input()) {
            throw bad_gzip("a gzip body that ends too early");
        }
    }
    result.resize(filled);
    return result;
}

} // namespace intercom_mirror
