#include "sync/record/row_builder.hpp"

#include <algorithm>

namespace intercom_mirror {
namespace {

bool is_joined(std::string_view path, std::string_view above, std::string_view member)
{
    if (above.empty() || member.empty()) {
        return path == (above.empty() ? member : above);
    }
    return path.size() == above.size() + 1 + member.size() && path.starts_with(above) &&
           path[above.size()] == '.' && path.ends_with(member);
}

// Whole characters of the start of a name.
std::string_view shortened(std::string_view name)
{
    constexpr std::size_t bytes_max = 100;
    if (name.size() <= bytes_max) {
        return name;
    }
    std::size_t end = bytes_max;
    while (end != 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return name.substr(0, end);
}

} // namespace

void drift_list::add(std::string_view path, std::string_view member, drift::problem what,
                     std::string_view found)
{
    constexpr std::size_t drifts_max = 64;
    member = shortened(member);
    const auto is_same = [&](const drift& known) {
        return known.what == what && is_joined(known.path, path, member);
    };
    if (into_.size() - first_ >= drifts_max || std::any_of(into_.begin(), into_.end(), is_same)) {
        return;
    }
    std::string whole(path);
    whole += path.empty() || member.empty() ? "" : ".";
    whole += member;
    into_.push_back({std::move(whole), what, found});
}

void row_builder::start(std::size_t position, std::string_view name, projection from)
{
    position_ = position;
    name_ = name;
    from_ = from;
    cells_.clear();
    cells_.resize(shape_->types.size());
    chosen_.assign(shape_->types.size(), none);
    misfits_.clear();
    parts_.assign(shape_->parts, std::nullopt);
}

void row_builder::offer(const column_use& use, const place& at, json_kind kind,
                        std::string_view bytes, bool may_misfit, drift_list& drifts)
{
    if (from_ == projection::list && shape_->carried_by[use.column] == carried::by_get_only) {
        return;
    }
    if (use.is_part) {
        offer_part(use, kind, bytes);
        return;
    }
    if (shape_->has_alternatives[use.column] != 0) {
        offer_alternative(use, at, kind, bytes, may_misfit);
        return;
    }
    const auto problem = convert(shape_->types[use.column], kind, bytes, cells_[use.column]);
    if (problem && !may_misfit) {
        drifts.add(at.path, "", *problem, to_string(kind));
    }
}

void row_builder::offer_part(const column_use& use, json_kind kind, std::string_view bytes)
{
    const auto problem = convert(column_type::text, kind, bytes, offered_);
    const bool is_text = !problem && offered_.is == cell::kind::text && !offered_.text.empty();
    parts_[use.part] = is_text ? std::optional(offered_.text) : std::nullopt;
}

void row_builder::offer_alternative(const column_use& use, const place& at, json_kind kind,
                                    std::string_view bytes, bool may_misfit)
{
    // Null says no more than absence: it leaves the word to the other alternatives.
    if (use.alternative > chosen_[use.column] || kind == json_kind::null) {
        return;
    }
    const auto problem = convert(shape_->types[use.column], kind, bytes, offered_);
    if (!problem) {
        chosen_[use.column] = use.alternative;
        cells_[use.column] = offered_;
    } else if (!may_misfit) {
        misfits_.push_back({use.column, &at, *problem, kind});
    }
}

void row_builder::finish(drift_list& drifts)
{
    join();
    give();
    for (const misfit& one : misfits_) {
        if (chosen_[one.column] == none) {
            drifts.add(one.at->path, "", one.what, to_string(one.found));
        }
    }
}

void row_builder::join()
{
    for (const joined_value& joined : shape_->joined) {
        std::string text;
        for (std::size_t part = 0; part < joined.parts; ++part) {
            const auto& one = parts_[joined.first_part + part];
            if (!one) {
                text.clear();
                break;
            }
            text += part == 0 ? joined.prefix : "/";
            text += *one;
        }
        if (!text.empty() && joined.alternative < chosen_[joined.column]) {
            chosen_[joined.column] = joined.alternative;
            cells_[joined.column] = {cell::kind::text, 0, std::move(text)};
        }
    }
}

void row_builder::give()
{
    for (const given_value& given : shape_->given) {
        cell& into = cells_[given.column];
        if (given.alternative >= chosen_[given.column]) {
            continue;
        }
        chosen_[given.column] = given.alternative;
        switch (given.from) {
        case given_value::source::constant:
            into = given.value;
            break;
        case given_value::source::position:
            into = {cell::kind::number, static_cast<std::int64_t>(position_), {}};
            break;
        case given_value::source::name:
            into = {cell::kind::text, 0, name_};
            break;
        }
    }
}

} // namespace intercom_mirror
