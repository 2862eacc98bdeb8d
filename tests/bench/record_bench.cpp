#include "schema/catalogue.hpp"
#include "sync/record/record_plan.hpp"
#include "sync/record/sanitise.hpp"
#include "sync/record/slice.hpp"
#include "tests/bench/documents.hpp"

#include <benchmark/benchmark.h>

#include <string>

// What one page costs before it reaches the database.
namespace intercom_mirror {
namespace {

using bench::contact;

std::string page()
{
    std::string body = R"({"type":"list","data":[)";
    for (int number = 0; number < 150; ++number) {
        body += (number == 0 ? "" : ",") + contact(number);
    }
    return body + R"(],"total_count":150,"pages":{"type":"pages","page":1,"per_page":150,)"
                  R"("total_pages":1}})";
}

const record_plan& contacts()
{
    static const record_plan made(*find_resource("contacts"), {2, 14});
    return made;
}

void count_bytes(benchmark::State& state, std::size_t each)
{
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

void slice_a_page(benchmark::State& state)
{
    const std::string body = page();
    for (auto _ : state) {
        benchmark::DoNotOptimize(slice_page(body, "data"));
    }
    count_bytes(state, body.size());
}
BENCHMARK(slice_a_page);

void slice_long_texts(benchmark::State& state)
{
    const std::string body = "{\"data\":[\"" + std::string(1'000'000, 'x') + "\"]}";
    for (auto _ : state) {
        benchmark::DoNotOptimize(slice_page(body, "data"));
    }
    count_bytes(state, body.size());
}
BENCHMARK(slice_long_texts);

void sanitise_a_page(benchmark::State& state)
{
    const std::string body = page();
    std::string buffer;
    for (auto _ : state) {
        benchmark::DoNotOptimize(sanitise(body, buffer));
    }
    count_bytes(state, body.size());
}
BENCHMARK(sanitise_a_page);

void sanitise_umlauts(benchmark::State& state)
{
    std::string text;
    for (int at = 0; at < 100'000; ++at) {
        text += "\xD0\x96\xD1\x8A ";
    }
    std::string buffer;
    for (auto _ : state) {
        benchmark::DoNotOptimize(sanitise(text, buffer));
    }
    count_bytes(state, text.size());
}
BENCHMARK(sanitise_umlauts);

void scan_a_contact(benchmark::State& state)
{
    const std::string record = contact(1);
    for (auto _ : state) {
        benchmark::DoNotOptimize(contacts().scan(record));
    }
    count_bytes(state, record.size());
}
BENCHMARK(scan_a_contact);

void decode_a_contact(benchmark::State& state)
{
    const std::string record = contact(1);
    for (auto _ : state) {
        benchmark::DoNotOptimize(contacts().decode(record, projection::list));
    }
    count_bytes(state, record.size());
}
BENCHMARK(decode_a_contact);

} // namespace
} // namespace intercom_mirror

BENCHMARK_MAIN();
