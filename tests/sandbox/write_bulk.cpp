#include "tests/sandbox/operations.hpp"
#include "tests/sandbox/write_api.hpp"

#include <algorithm>

// Up to a hundred records at once: the answer is a job, which is done some seconds later and says
// of an item that could not be written only that there was one.
namespace intercom_sandbox {
namespace {

constexpr std::size_t items_max = 100;
constexpr auto job_takes = std::chrono::seconds(3);

} // namespace

response write_api::enqueue(const call& c, std::string_view what, bool needs_id,
                            std::function<void(const fields&, time_point)> change)
{
    const std::string name(what);
    const fields body(c.asked.body, name + " job");
    if (!body.has(what)) {
        throw refusal{422, "field_not_found", name + " field must be supplied"};
    }
    if (!body.is_list(what)) {
        throw refusal{422, "type_mismatch", name + " must be an array"};
    }
    std::vector<fields> items;
    try {
        items = *body.objects(what, "*");
    } catch (const refusal&) {
        throw refusal{422, "type_mismatch", "each of " + name + " must be an object"};
    }
    if (items.size() > items_max) {
        throw refusal{422, "parameter_invalid",
                      "maximum number of " + name + " per request is 100"};
    }
    for (const auto& one : items) {
        if (needs_id && (!one.has("id") || one.is_null("id"))) {
            throw refusal{422, "field_not_found", name + " must be identified by id"};
        }
    }
    std::size_t index = world_.bulk_jobs.size();
    if (const auto job = body.object("job", "id")) {
        const std::string id = job->id("id").value_or("");
        const auto found =
            std::find_if(world_.bulk_jobs.begin(), world_.bulk_jobs.end(),
                         [&](const bulk_job& j) { return j.id == id && j.what == what; });
        if (found == world_.bulk_jobs.end()) {
            throw refusal{404, "job_not_found", "job " + id + " not found"};
        }
        index = static_cast<std::size_t>(found - world_.bulk_jobs.begin());
    } else {
        bulk_job fresh;
        fresh.id = "job_v2_" + world_.fresh_number();
        fresh.what = name;
        fresh.created_at = unix_seconds(c.now);
        world_.bulk_jobs.push_back(std::move(fresh));
    }
    bulk_job& job = world_.bulk_jobs[index];
    const std::size_t task = job.tasks.size();
    job.tasks.push_back(
        {"task_v2_" + world_.fresh_number(), items.size(), "pending", unix_seconds(c.now)});
    job.state = "running";
    job.completed_at.reset();
    later_.at(c.now + job_takes, [this, items, index, task, change](time_point then) {
        bool is_whole = true;
        for (const auto& one : items) {
            try {
                change(one, then);
            } catch (const refusal&) {
                is_whole = false;
            }
        }
        bulk_job& done = world_.bulk_jobs[index];
        done.tasks[task].state = is_whole ? "completed" : "completed_with_errors";
        done.tasks[task].completed_at = unix_seconds(then);
        const auto has = [&done](std::string_view state) {
            return std::any_of(done.tasks.begin(), done.tasks.end(),
                               [&](const bulk_job::task& t) { return t.state == state; });
        };
        if (!has("pending")) {
            done.state = has("completed_with_errors") ? "completed_with_errors" : "completed";
            done.completed_at = unix_seconds(then);
        }
    });
    note("jobs", job.id, "created");
    return json_response(202, c.show.of(job, c.origin));
}

// Tags nobody knows are skipped.
void write_api::tag_as_told(slot who, const fields& item, time_point now)
{
    const auto tags = item.object("tags", "add remove");
    for (const std::string_view what : {"add", "remove"}) {
        const auto list = tags ? tags->objects(what, "id") : std::nullopt;
        for (const auto& one : list ? *list : std::vector<fields>{}) {
            const std::string id = one.id("id").value_or("");
            const auto found = std::find_if(world_.tags.begin(), world_.tags.end(),
                                            [&](const tag& t) { return t.exists && t.id == id; });
            if (found == world_.tags.end()) {
                continue;
            }
            const auto which = static_cast<slot>(found - world_.tags.begin());
            const bool is_tagged = contains(world_.contacts.at(who).tags, which);
            if (what == "add" && !is_tagged) {
                tag_contact(world_, who, which, now);
            } else if (what == "remove" && is_tagged) {
                untag_contact(world_, who, which, now);
            }
        }
    }
}

response write_api::create_contacts(const call& c)
{
    return enqueue(c, "contacts", false, [this](const fields& item, time_point now) {
        const slot who = create_contact_of(item, now);
        const auto companies = item.objects("companies", "company_id name");
        for (const auto& one : companies ? *companies : std::vector<fields>{}) {
            attach(world_, who, save_company(one, now), now);
        }
        tag_as_told(who, item, now);
    });
}

response write_api::update_contacts(const call& c)
{
    const version_number version = c.version;
    return enqueue(c, "contacts", true, [this, version](const fields& item, time_point now) {
        const slot who = find_contact(world_, *item.id("id"), version);
        change_contact(who, read_contact(item), now);
        tag_as_told(who, item, now);
    });
}

response write_api::delete_contacts(const call& c)
{
    const version_number version = c.version;
    return enqueue(c, "contacts", true, [this, version](const fields& item, time_point now) {
        const slot who = find_contact(world_, *item.id("id"), version);
        take_away(world_, who, life::deleted, std::nullopt, now);
        note("contacts", world_.contacts.at(who).id, "deleted");
    });
}

response write_api::save_companies(const call& c)
{
    return enqueue(c, "companies", false,
                   [this](const fields& item, time_point now) { save_company(item, now); });
}

response write_api::update_companies(const call& c)
{
    return enqueue(c, "companies", true, [this](const fields& item, time_point now) {
        change_company(company_named(*item.id("id")), read_company(item, now), now);
    });
}

response write_api::delete_companies(const call& c)
{
    return enqueue(c, "companies", true, [this](const fields& item, time_point now) {
        delete_company_later(company_named(*item.id("id")), now);
    });
}

} // namespace intercom_sandbox
