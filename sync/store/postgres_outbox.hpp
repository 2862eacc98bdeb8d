#pragma once

#include "sync/store/outbox.hpp"
#include "sync/store/record_writer.hpp"

#include <functional>
#include <memory>

namespace pqxx {
class transaction_base;
} // namespace pqxx

namespace intercom_mirror {

// What the store lends for it.
struct outbox_access
{
    session& connection;
    std::string channel; // notified of edits to send
    std::function<std::int64_t()> epoch;
    // Transactions: one that writes under the lease's epoch, unnoticed by capture; one that looks.
    using work = std::function<void(pqxx::transaction_base&)>;
    std::function<void(const work&)> write;
    std::function<void(const work&)> look;
    std::function<record_writer(pqxx::transaction_base&, const record_plan&)> writer;
};

std::unique_ptr<edit_queue> make_edit_queue(outbox_access access);

} // namespace intercom_mirror
