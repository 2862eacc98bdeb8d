#include "tests/sandbox/gzip.hpp"

#include <zlib.h>

#include <stdexcept>

namespace intercom_sandbox {

struct gzip_writer::state
{
    z_stream stream{};
};

gzip_writer::gzip_writer() : state_(std::make_unique<state>())
{
    constexpr int gzip_window = 15 + 16;
    if (deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 9,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("zlib refuses to start");
    }
}

gzip_writer::~gzip_writer()
{
    deflateEnd(&state_->stream);
}

std::string gzip_writer::compress(std::string_view bytes)
{
    z_stream& stream = state_->stream;
    deflateReset(&stream);
    std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    std::string in(bytes);
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
        throw std::runtime_error("zlib did not finish");
    }
    out.resize(out.size() - stream.avail_out);
    return out;
}

} // namespace intercom_sandbox
