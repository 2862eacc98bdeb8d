#pragma once

#include "sync/record/conversion.hpp"
#include "sync/record/shape.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intercom_mirror {

// Collects the drifts of one record, each place once and boundedly many: a record may have any
// number of members.
class drift_list
{
public:
    explicit drift_list(std::vector<drift>& into) : into_(into), first_(into.size()) {}

    // `member`: of what stands at `path`, or empty.
    void add(std::string_view path, std::string_view member, drift::problem what,
             std::string_view found);

private:
    std::vector<drift>& into_;
    std::size_t first_;
};

// Puts one row together from values that come in any order.
class row_builder
{
public:
    explicit row_builder(const row_shape& shape) : shape_(&shape) {}

    // `position`: of the element in its array; `name`: of the member that it is.
    void start(std::size_t position, std::string_view name, projection from);

    // A value stands where the catalogue says that a column's value stands. It may not fit when it
    // also encloses other columns' values.
    void offer(const column_use& use, const place& at, json_kind kind, std::string_view bytes,
               bool may_misfit, drift_list& drifts);

    // All values of the element have been offered.
    void finish(drift_list& drifts);

    [[nodiscard]] row& cells() { return cells_; }

private:
    static constexpr alternative_number none = 255;

    // Of a column with alternatives: a drift only if none of the others fits.
    struct misfit
    {
        std::size_t column = 0;
        const place* at = nullptr;
        drift::problem what = drift::problem::wrong_type;
        json_kind found = json_kind::null;
    };

    void offer_part(const column_use& use, json_kind kind, std::string_view bytes);
    void offer_alternative(const column_use& use, const place& at, json_kind kind,
                           std::string_view bytes, bool may_misfit);
    void give();
    void join();

    const row_shape* shape_;
    std::size_t position_ = 0;
    std::string name_;
    projection from_ = projection::get;
    row cells_;
    std::vector<alternative_number> chosen_; // by column
    std::vector<misfit> misfits_;
    std::vector<std::optional<std::string>> parts_;
    cell offered_;
};

} // namespace intercom_mirror
