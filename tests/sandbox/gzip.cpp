#include "tests/sandbox/gzip.hpp"

#include <zlib.h>

#include <stdexcept>

namespace intercom_sandbox {
namespace {

constexpr int raw_window = -15;
constexpr std::size_t stored_max = 65'535;

void add_little_endian(std::string& out, unsigned long value, int bytes)
{
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>((value >> (8 * i)) & 255U);
    }
}

const Bytef* bytes_of(std::string_view text)
{
    return reinterpret_cast<const Bytef*>(text.data());
}

} // namespace

struct deflater::state
{
    z_stream stream{};
    ~state() { deflateEnd(&stream); }
};

deflater::deflater() : state_(std::make_unique<state>())
{
    if (deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, raw_window, 9,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("zlib refuses to start");
    }
}

deflater::~deflater() = default;
deflater::deflater(deflater&&) noexcept = default;
deflater& deflater::operator=(deflater&&) noexcept = default;

std::string deflater::run(std::string_view text, int flush)
{
    z_stream& stream = state_->stream;
    deflateReset(&stream);
    std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 16, '\0');
    stream.next_in = const_cast<Bytef*>(bytes_of(text));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, flush);
    if (result != (flush == Z_FINISH ? Z_STREAM_END : Z_OK) || stream.avail_in != 0) {
        throw std::runtime_error("zlib did not finish");
    }
    out.resize(out.size() - stream.avail_out);
    return out;
}

std::string deflater::piece(std::string_view text)
{
    return run(text, Z_SYNC_FLUSH);
}

std::string deflater::gzip(std::string_view text)
{
    gzip_page page;
    page.add(text, piece(text));
    return page.finish();
}

gzip_page::gzip_page() : sum_(crc32(0, nullptr, 0))
{
    constexpr std::string_view header("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    out_ = header;
}

void gzip_page::add(std::string_view text)
{
    sum_ = crc32_z(sum_, bytes_of(text), text.size());
    length_ += text.size();
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view block = rest.substr(0, stored_max);
        rest.remove_prefix(block.size());
        out_ += '\0';
        add_little_endian(out_, block.size(), 2);
        add_little_endian(out_, ~block.size(), 2);
        out_ += block;
    }
}

void gzip_page::add(std::string_view text, std::string_view piece)
{
    sum_ = crc32_z(sum_, bytes_of(text), text.size());
    length_ += text.size();
    out_ += piece;
}

std::string gzip_page::finish()
{
    constexpr std::string_view end("\x03\0", 2); // an empty last block
    out_ += end;
    add_little_endian(out_, sum_, 4);
    add_little_endian(out_, length_, 4);
    return std::move(out_);
}

} // namespace intercom_sandbox
