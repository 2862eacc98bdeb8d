#include "tests/sandbox/workspace.hpp"

#include "tests/sandbox/api.hpp"
#include "tests/sandbox/control.hpp"
#include "tests/sandbox/mutate.hpp"
#include "tests/sandbox/rate_window.hpp"
#include "tests/sandbox/stats.hpp"
#include "tests/sandbox/text_pool.hpp"
#include "tests/sandbox/truth.hpp"
#include "tests/sandbox/webhooks.hpp"
#include "tests/sandbox/write_api.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace intercom_sandbox {
namespace {

std::string http_date(time_point now)
{
    const std::time_t seconds = static_cast<std::time_t>(unix_seconds(now));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    // Names are spelled out: strftime would follow the locale.
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                  months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                  parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text.data();
}

// A request that has come past authentication, and who is to answer it.
struct errand
{
    request asked;
    target_parts target;
    std::vector<std::string> ids;
    std::string label;
    const api::endpoint* reading = nullptr;
    const write_api::operation* writing = nullptr;
};

bool is_control(const target_parts& target)
{
    return !target.path.empty() && target.path.front() == "_sandbox";
}

} // namespace

struct workspace::parts
{
    parts(const options& wanted, time_point start)
        : settings(wanted), state(wanted, start), faults(spread(wanted.seed, 3)),
          endpoints(state, faults), writes(state, later), hooks(faults), rate(wanted.rate_limit),
          last_mutation(start), mutations_per_second(wanted.mutations_per_second)
    {
        const auto parsed = parse_version(wanted.api_version);
        if (!parsed) {
            throw std::runtime_error("unknown API version: " + wanted.api_version);
        }
        version = *parsed;
    }

    response answer(const request& asked, const target_parts& target, time_point now);
    response authorised(const request& asked, const target_parts& target, time_point now,
                        std::string& label);
    response dispatch(const errand& e, time_point now);
    response carry_out(const errand& e, const call& c);
    response postpone(const errand& e, double seconds_max, time_point now);
    std::optional<response> refused_by_fault(const std::string& label, time_point now);
    void spoil_answer(response& r, const std::string& label, time_point now);
    void write_down(const response& answer);
    // What was promised in an answer and done now: jobs.
    void write_down_late(time_point now)
    {
        journal_entry entry{now, "job", "", "", "", 200};
        entry.effects = writes.take_effects();
        if (!entry.effects.empty()) {
            written.add(std::move(entry));
        }
    }
    // Turns what has happened into webhooks.
    void spread_news(time_point now)
    {
        if (!state.told.empty()) {
            hooks.collect(state, renderer(state, version, false), version, now);
        }
    }
    void add_rate_headers(response& r, const rate_window::verdict& v, const std::string& label,
                          time_point now);
    response error(unsigned status, std::string_view code, std::string_view message)
    {
        return error_response(status, code, message, request_id());
    }
    std::string request_id()
    {
        ++requests;
        return uuid(spread(settings.seed, requests), spread(requests));
    }

    options settings;
    version_number version = 0;
    world state;
    fault_box faults;
    agenda later;
    api endpoints;
    write_api writes;
    journal written;
    webhooks hooks;
    // The write being answered, until it is known whether the answer arrives.
    std::optional<journal_entry> carried_out;
    std::size_t answer_bytes = 0;
    rate_window rate;
    statistics counts;
    time_point last_mutation;
    double mutations_per_second;
    std::uint64_t requests = 0;
    bool is_token_dead = false;
};

workspace::workspace(const options& wanted, time_point start)
    : parts_(std::make_unique<parts>(wanted, start))
{
}

workspace::~workspace() = default;

response workspace::answer(const request& asked, time_point now)
{
    pass_time(now);
    const target_parts target = split_target(asked.target);
    response answer = is_control(target) ? answer_control(*this, asked, target, now)
                                         : parts_->answer(asked, target, now);
    parts_->spread_news(now);
    answer.headers.emplace_back("Date", http_date(now));
    return answer;
}

response workspace::parts::answer(const request& asked, const target_parts& target, time_point now)
{
    std::string label;
    if (faults.strikes("reset_before", asked.method + " " + asked.target, now) != nullptr) {
        response lost;
        lost.fault = transport_fault::reset_before_effect;
        return lost;
    }
    const std::string_view authorization = header(asked.headers, "Authorization");
    const bool has_token = authorization.starts_with("Bearer ") && authorization.size() > 7 &&
                           (settings.token.empty() || authorization.substr(7) == settings.token);
    is_token_dead = is_token_dead || faults.strikes("token_revoked", asked.target, now) != nullptr;
    if (!has_token || is_token_dead) {
        counts.count("unauthorised", 401, now, false);
        return error(401, is_token_dead ? "token_revoked" : "unauthorized", "Access Token Invalid");
    }
    response answer = authorised(asked, target, now, label);
    answer.headers.emplace_back("X-Request-Id", request_id());
    return answer;
}

response workspace::parts::authorised(const request& asked, const target_parts& target,
                                      time_point now, std::string& label)
{
    errand e{asked, target, {}, {}};
    e.reading = api::find(asked.method, target.path, e.ids);
    e.writing = e.reading == nullptr ? write_api::find(asked.method, target.path, e.ids) : nullptr;
    e.label = label = e.reading != nullptr   ? api::label(*e.reading)
                      : e.writing != nullptr ? write_api::label(*e.writing)
                                             : "unknown";
    const rate_window::verdict verdict = rate.admit(now);
    const bool is_stormy = faults.strikes("too_many_requests", label, now) != nullptr;
    response answer;
    if ((rate.is_limited() && !verdict.is_allowed) || is_stormy) {
        answer =
            error(429, "rate_limit_exceeded",
                  "Exceeded rate limit of " + std::to_string(verdict.limit) + " in 10_seconds");
    } else if (auto refused = refused_by_fault(label, now)) {
        answer = std::move(*refused);
    } else if (const auto* late =
                   e.writing != nullptr ? faults.strikes("late_effect", label, now) : nullptr) {
        answer = postpone(e, late->value.value_or(60), now);
    } else {
        answer = dispatch(e, now);
        answer_bytes = answer.body.size();
        spoil_answer(answer, label, now);
        write_down(answer);
    }
    if (rate.is_limited()) {
        rate_window::verdict shown = verdict;
        shown.remaining = answer.status == 429 ? 0 : shown.remaining;
        add_rate_headers(answer, shown, label, now);
    }
    counts.count(label, answer.status, now, !rate.is_limited() || verdict.is_allowed);
    return answer;
}

// The connection breaks, and some time later the request takes effect, if it still can.
response workspace::parts::postpone(const errand& e, double seconds_max, time_point now)
{
    const auto delay = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::duration<double>(faults.die().uniform() * seconds_max));
    later.at(now + delay, [this, e](time_point then) {
        dispatch(e, then);
        if (carried_out) {
            carried_out->is_late = true;
            carried_out->is_answered = false;
            written.add(*std::exchange(carried_out, std::nullopt));
        }
    });
    response lost;
    lost.fault = transport_fault::reset_after_effect;
    return lost;
}

void workspace::parts::write_down(const response& answer)
{
    if (!carried_out) {
        return;
    }
    const bool arrives =
        answer.fault == transport_fault::none || answer.fault == transport_fault::drip;
    carried_out->is_answered =
        arrives && answer.status == carried_out->status && answer.body.size() == answer_bytes;
    written.add(*std::exchange(carried_out, std::nullopt));
}

response workspace::parts::carry_out(const errand& e, const call& c)
{
    try {
        response answer = writes.handle(*e.writing, c);
        if (answer.status >= 400) {
            written.count_refusal(e.label);
            return answer;
        }
        const std::string named = c.version == preview ? "Preview"
                                                       : std::to_string(c.version / 100) + "." +
                                                             std::to_string(c.version % 100);
        carried_out =
            journal_entry{c.now, e.label, e.asked.target, named, e.asked.body, answer.status};
        carried_out->effects = writes.take_effects();
        return answer;
    } catch (const refusal&) {
        written.count_refusal(e.label);
        throw;
    }
}

response workspace::parts::dispatch(const errand& e, time_point now)
{
    const request& asked = e.asked;
    const std::string_view named = header(asked.headers, "Intercom-Version");
    const auto asked_version = named.empty() ? std::optional(version) : parse_version(named);
    if (!asked_version) {
        return error(400, "intercom_version_invalid", "The requested version could not be found");
    }
    if (e.reading == nullptr && e.writing == nullptr) {
        return error(404, "not_found", "The requested resource was not found");
    }
    const std::string_view host = header(asked.headers, "Host");
    const std::string_view scheme = header(asked.headers, "X-Sandbox-Scheme");
    const std::string origin = (scheme.empty() ? "https" : std::string(scheme)) + "://" +
                               (host.empty() ? "api.intercom.io" : std::string(host));
    const bool is_usual = *asked_version == version;
    // Faults change texts, so bodies stay texts while there are any.
    const bool packs =
        settings.compresses && is_usual && faults.is_empty() &&
        header(asked.headers, "Accept-Encoding").find("gzip") != std::string_view::npos;
    const renderer show(state, *asked_version, is_usual);
    const call c{asked, e.target, e.ids, now, *asked_version, e.label, origin, show, packs};
    try {
        return e.reading != nullptr ? endpoints.handle(*e.reading, c) : carry_out(e, c);
    } catch (const refusal& no) {
        response answer = error(no.status, no.code, no.message);
        answer.headers.insert(answer.headers.end(), no.headers.begin(), no.headers.end());
        return answer;
    }
}

std::optional<response> workspace::parts::refused_by_fault(const std::string& label, time_point now)
{
    if (faults.is_empty()) {
        return std::nullopt;
    }
    const auto strikes = [&](std::string_view kind) { return faults.strikes(kind, label, now); };
    if (const auto* f = strikes("server_error")) {
        const auto status = static_cast<unsigned>(f->value.value_or(503));
        return error(status, status == 504 ? "request_timeout" : "server_error",
                     "Something went wrong");
    }
    if (const auto* f = strikes("html_error")) {
        response html;
        html.status = static_cast<unsigned>(f->value.value_or(502));
        html.headers.emplace_back("Content-Type", "text/html");
        html.body = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
        return html;
    }
    if (strikes("redirect") != nullptr) {
        response elsewhere;
        elsewhere.status = 302;
        elsewhere.headers.emplace_back("Location", "https://intercom.attacker.example/");
        return elsewhere;
    }
    if (strikes("scope_missing") != nullptr) {
        return error(401, "token_unauthorized", "Not authorized to access resource");
    }
    if (strikes("forbidden") != nullptr) {
        return error(403, "forbidden", "You do not have permission to access this resource");
    }
    if (strikes("poison") != nullptr) {
        return error(400, "parameter_invalid", "This request cannot be processed");
    }
    if (strikes("version_refused") != nullptr) {
        return error(400, "intercom_version_invalid",
                     "Requested resource is not available in current API version.");
    }
    return std::nullopt;
}

void workspace::parts::spoil_answer(response& r, const std::string& label, time_point now)
{
    if (faults.is_empty()) {
        return;
    }
    const auto strikes = [&](std::string_view kind) { return faults.strikes(kind, label, now); };
    if (const auto* f = carried_out ? strikes("error_after") : nullptr) {
        r = error(static_cast<unsigned>(f->value.value_or(502)), "server_error",
                  "Something went wrong");
    }
    if (strikes("empty_200") != nullptr) {
        r.status = 200;
        r.body.clear();
    }
    if (strikes("not_json_200") != nullptr) {
        r.status = 200;
        r.body = r.body.substr(0, r.body.size() / 2) + "<!-- upstream error -->";
    }
    if (const auto* f = strikes("oversized")) {
        const auto bytes = static_cast<std::size_t>(f->value.value_or(64.0 * 1024 * 1024));
        r.body.insert(std::min<std::size_t>(1, r.body.size()),
                      "\"padding\":\"" + std::string(bytes, 'x') + "\",");
    }
    if (const auto* f = strikes("slow")) {
        r.delay = std::chrono::milliseconds(static_cast<std::int64_t>(f->value.value_or(5000)));
    }
    constexpr std::array<std::pair<std::string_view, transport_fault>, 4> broken{
        {{"reset_after", transport_fault::reset_after_effect},
         {"truncated", transport_fault::truncated},
         {"stall", transport_fault::stall},
         {"drip", transport_fault::drip}}};
    for (const auto& [kind, fault] : broken) {
        if (strikes(kind) != nullptr) {
            r.fault = fault;
        }
    }
}

void workspace::parts::add_rate_headers(response& r, const rate_window::verdict& v,
                                        const std::string& label, time_point now)
{
    std::int64_t reset = v.reset;
    if (faults.strikes("reset_absent", label, now) != nullptr) {
        return;
    }
    if (faults.strikes("reset_past", label, now) != nullptr) {
        reset = v.reset - 3600;
    }
    if (faults.strikes("reset_absurd", label, now) != nullptr) {
        reset = 99'999'999'999'999;
    }
    r.headers.emplace_back("X-RateLimit-Limit", std::to_string(v.limit));
    r.headers.emplace_back("X-RateLimit-Remaining", std::to_string(v.remaining));
    r.headers.emplace_back("X-RateLimit-Reset", std::to_string(reset));
}

void workspace::mutate(time_point now, unsigned times)
{
    for (unsigned i = 0; i < times; ++i) {
        mutate_once(parts_->state, now);
        parts_->spread_news(now);
    }
    parts_->state.catch_up(now);
}

void workspace::set_mutation_rate(double per_second, time_point now)
{
    pass_time(now);
    parts_->mutations_per_second = per_second;
    parts_->last_mutation = now;
}

void workspace::pass_time(time_point now)
{
    const double rate = parts_->mutations_per_second;
    const auto interval = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::duration<double>(rate > 0 ? 1 / rate : 0));
    for (;;) {
        const auto planned = parts_->later.next();
        const time_point mutation = rate > 0 ? parts_->last_mutation + interval : time_point::max();
        if (planned && *planned <= now && *planned <= mutation) {
            parts_->later.run_next();
            parts_->write_down_late(*planned);
            parts_->spread_news(*planned);
            parts_->state.catch_up(*planned);
        } else if (mutation <= now) {
            parts_->last_mutation = mutation;
            mutate(mutation);
        } else {
            break;
        }
    }
    parts_->state.catch_up(now);
}

bool workspace::prepare(unsigned records)
{
    return parts_->endpoints.prepare(renderer(parts_->state, parts_->version, true), records);
}

std::string workspace::truth(std::string_view resource) const
{
    return write_truth(parts_->state, renderer(parts_->state, parts_->version, true), resource);
}

bool workspace::add_fault(std::string_view json)
{
    return parts_->faults.add(json);
}

void workspace::clear_faults()
{
    parts_->faults.clear();
    parts_->is_token_dead = false;
}

std::string workspace::faults_fired() const
{
    members m;
    for (const auto& [kind, times] : parts_->faults.fired()) {
        m.number(kind, static_cast<std::int64_t>(times));
    }
    return m.object();
}

std::string workspace::stats() const
{
    return parts_->counts.json();
}

void workspace::listen(std::string url, std::string secret, time_point now)
{
    parts_->hooks.listen(std::move(url), std::move(secret), parts_->state, now);
}

void workspace::stop_listening()
{
    parts_->hooks.stop(parts_->state);
}

std::vector<delivery> workspace::take_webhooks(time_point now, std::size_t most)
{
    return parts_->hooks.take_due(now, most);
}

void workspace::report_webhook(std::uint64_t number, bool is_accepted, time_point now)
{
    parts_->hooks.report(number, is_accepted, now);
}

std::string workspace::webhook_counts() const
{
    return parts_->hooks.json();
}

std::string workspace::writes(std::uint64_t after) const
{
    return parts_->written.lines(after);
}

std::string workspace::write_counts() const
{
    return parts_->written.counts();
}

void workspace::forget_writes()
{
    parts_->written.forget();
}

void workspace::reset_stats()
{
    parts_->counts = {};
}

void workspace::count_in_flight(std::size_t requests)
{
    parts_->counts.count_in_flight(requests);
}

} // namespace intercom_sandbox
