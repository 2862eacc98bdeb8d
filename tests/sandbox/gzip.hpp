#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace intercom_sandbox {

// Compresses bodies at the fastest level; keeps its tables from one to the next.
class gzip_writer
{
public:
    gzip_writer();
    ~gzip_writer();
    std::string compress(std::string_view bytes);

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace intercom_sandbox
