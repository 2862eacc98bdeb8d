#include "tests/sandbox/zone.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

// The standard library at hand has no time zones, so the compiled files of the system (RFC 8536)
// are read here. The rule at the end of the file is spread out until 2099.
namespace intercom_sandbox {
namespace {

constexpr std::int64_t day_seconds = 86400;

class reader
{
public:
    explicit reader(std::string_view bytes) : bytes_(bytes) {}

    std::int64_t integer(std::size_t width)
    {
        const std::string_view field = take(width);
        std::uint64_t value = (static_cast<unsigned char>(field[0]) & 0x80U) != 0 ? ~0ULL : 0ULL;
        for (const char c : field) {
            value = (value << 8U) | static_cast<unsigned char>(c);
        }
        return static_cast<std::int64_t>(value);
    }
    std::string_view take(std::size_t count)
    {
        if (count > bytes_.size()) {
            throw std::runtime_error("time zone file is cut short");
        }
        const std::string_view taken = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return taken;
    }
    [[nodiscard]] std::string_view rest() const { return bytes_; }

private:
    std::string_view bytes_;
};

struct counts
{
    std::size_t utc, standard, leaps, times, types, letters;
};

counts read_header(reader& in)
{
    if (in.take(4) != "TZif") {
        throw std::runtime_error("not a time zone file");
    }
    in.take(16);
    const auto next = [&in] { return static_cast<std::size_t>(in.integer(4)); };
    counts c{};
    for (auto* field : {&c.utc, &c.standard, &c.leaps, &c.times, &c.types, &c.letters}) {
        *field = next();
    }
    return c;
}

// The rule of the footer, as "EST5EDT,M3.2.0,M11.1.0".
class rule
{
public:
    explicit rule(std::string_view text) : text_(text)
    {
        skip_name();
        standard_ = -signed_time();
        if (text_.empty()) {
            return;
        }
        skip_name();
        summer_ = text_.empty() || text_.front() == ',' ? standard_ + 3600 : -signed_time();
        begin_ = turn();
        end_ = turn();
        has_summer_ = true;
    }

    void spread(int from_year, int to_year,
                std::vector<std::pair<std::int64_t, std::int64_t>>& changes) const
    {
        for (int year = from_year; has_summer_ && year <= to_year; ++year) {
            std::pair<std::int64_t, std::int64_t> both[] = {
                {moment(begin_, year) - standard_, summer_},
                {moment(end_, year) - summer_, standard_}};
            std::sort(std::begin(both), std::end(both));
            for (const auto& change : both) {
                if (changes.empty() || change.first > changes.back().first) {
                    changes.push_back(change);
                }
            }
        }
    }

private:
    struct turning
    {
        unsigned month = 1, week = 1, weekday = 0;
        std::int64_t at = 7200;
    };

    void skip_name()
    {
        const bool is_bracketed = !text_.empty() && text_.front() == '<';
        const auto end = is_bracketed ? text_.find('>') + 1 : text_.find_first_of("+-,0123456789");
        text_.remove_prefix(std::min(end, text_.size()));
    }
    std::int64_t digits()
    {
        std::int64_t value = 0;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        return value;
    }
    bool accept(char c)
    {
        const bool is_next = !text_.empty() && text_.front() == c;
        text_.remove_prefix(is_next ? 1 : 0);
        return is_next;
    }
    std::int64_t signed_time()
    {
        const std::int64_t sign = accept('-') ? -1 : 1;
        accept('+');
        std::int64_t seconds = digits() * 3600;
        seconds += accept(':') ? digits() * 60 : 0;
        seconds += accept(':') ? digits() : 0;
        return sign * seconds;
    }
    turning turn()
    {
        turning t;
        if (!accept(',') || !accept('M')) {
            throw std::runtime_error("time zone rule of an unknown form");
        }
        t.month = static_cast<unsigned>(digits());
        accept('.');
        t.week = static_cast<unsigned>(digits());
        accept('.');
        t.weekday = static_cast<unsigned>(digits());
        t.at = accept('/') ? signed_time() : 7200;
        return t;
    }
    static std::int64_t moment(const turning& t, int year)
    {
        using namespace std::chrono;
        const auto month_of = std::chrono::year(year) / month(t.month);
        const sys_days day = t.week == 5 ? sys_days(month_of / weekday(t.weekday)[last])
                                         : sys_days(month_of / weekday(t.weekday)[t.week]);
        return day.time_since_epoch().count() * day_seconds + t.at;
    }

    std::string_view text_;
    std::int64_t standard_ = 0;
    std::int64_t summer_ = 0;
    bool has_summer_ = false;
    turning begin_;
    turning end_;
};

std::string file_of(const std::string& name)
{
    const bool is_safe = !name.empty() && name.front() != '/' && name.find("..") == name.npos;
    std::ifstream in("/usr/share/zoneinfo/" + (is_safe ? name : "?"), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.size() < 44) {
        throw std::runtime_error("unknown time zone: " + name);
    }
    return bytes;
}

std::int64_t floor_day(std::int64_t local_seconds)
{
    return local_seconds / day_seconds - (local_seconds % day_seconds < 0 ? 1 : 0);
}

} // namespace

zone::zone(const std::string& name) : name_(name)
{
    if (name == "UTC" || name == "Etc/UTC") {
        return;
    }
    const std::string bytes = file_of(name);
    reader in(bytes);
    const counts old = read_header(in);
    in.take(old.times * 5 + old.types * 6 + old.letters + old.leaps * 8 + old.standard + old.utc);
    const counts all = read_header(in);
    for (std::size_t i = 0; i < all.times; ++i) {
        changes_.emplace_back(in.integer(8), 0);
    }
    std::vector<std::size_t> types;
    for (std::size_t i = 0; i < all.times; ++i) {
        types.push_back(static_cast<std::size_t>(in.integer(1)));
    }
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < all.types; ++i) {
        offsets.push_back(in.integer(4));
        in.take(2);
    }
    for (std::size_t i = 0; i < all.times; ++i) {
        changes_[i].second = offsets.at(types[i]);
    }
    first_offset_ = offsets.at(0);
    in.take(all.letters + all.leaps * 12 + all.standard + all.utc + 1);
    const std::string_view footer = in.rest().substr(0, in.rest().find('\n'));
    if (!footer.empty()) {
        const std::int64_t last = changes_.empty() ? 0 : changes_.back().first;
        rule(footer).spread(static_cast<int>(1970 + last / (day_seconds * 366)), 2099, changes_);
    }
}

std::int64_t zone::offset_at(std::int64_t unix_seconds) const
{
    const auto next =
        std::upper_bound(changes_.begin(), changes_.end(), unix_seconds,
                         [](std::int64_t when, const auto& change) { return when < change.first; });
    return next == changes_.begin() ? first_offset_ : std::prev(next)->second;
}

// The earliest second whose local calendar day is `local_day`; where clocks jump over midnight
// that is the moment of the jump.
std::int64_t zone::midnight(std::int64_t local_day) const
{
    std::int64_t low = local_day * day_seconds - 2 * day_seconds;
    std::int64_t high = local_day * day_seconds + 2 * day_seconds;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (floor_day(middle + offset_at(middle)) >= local_day) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

std::pair<std::int64_t, std::int64_t> zone::day_of(std::int64_t unix_seconds) const
{
    const std::int64_t day = floor_day(unix_seconds + offset_at(unix_seconds));
    return {midnight(day), midnight(day + 1)};
}

} // namespace intercom_sandbox
