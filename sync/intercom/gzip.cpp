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

// The last four bytes say how long the content is, if they are to be believed: no more than a first
// guess, and none that deflate could not reach.
std::size_t announced_size(std::string_view packed)
{
    constexpr std::size_t trailer = 4;
    constexpr std::size_t best_ratio = 1032;
    if (packed.size() < trailer) {
        return 0;
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < trailer; ++i) {
        size |= static_cast<std::size_t>(
                    static_cast<unsigned char>(packed[packed.size() - trailer + i]))
                << (8 * i);
    }
    return std::min(size, packed.size() * best_ratio);
}

} // namespace

std::string gunzip(std::string_view packed, std::size_t limit)
{
    inflater source(packed);
    // One byte more than announced, so that the end is seen without growing.
    std::string result(std::min(limit, std::max<std::size_t>(announced_size(packed), 256)) + 1,
                       '\0');
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
