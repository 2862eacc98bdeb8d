// Runs a fuzz target without a fuzzer, in every build: over its seeds, and over a number of texts
// made of them by small accidents. The same number makes the same texts.
//
//     <what>_replay RUNS SEEDS...      each a file, or a directory of files

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

std::string read(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class accidents
{
public:
    explicit accidents(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

    std::string next()
    {
        std::string text = any_seed();
        for (auto left = below(4) + 1; left > 0; --left) {
            befall(text);
        }
        constexpr std::size_t longest = 65536;
        text.resize(std::min(text.size(), longest));
        return text;
    }

private:
    std::size_t below(std::size_t end)
    {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(dice_);
    }
    const std::string& any_seed() { return seeds_[below(seeds_.size())]; }

    void befall(std::string& text)
    {
        // Characters and words that mean something somewhere.
        static const std::vector<std::string> pieces{"{",
                                                     "}",
                                                     "[",
                                                     "]",
                                                     "\"",
                                                     "\\",
                                                     ":",
                                                     ",",
                                                     "\n",
                                                     "%",
                                                     "&",
                                                     "=",
                                                     "/",
                                                     "null",
                                                     "true",
                                                     "-",
                                                     "1e400",
                                                     "18446744073709551616",
                                                     "\\u0000",
                                                     "\\ud800",
                                                     std::string(1, '\0'),
                                                     "\xff",
                                                     "\xc3",
                                                     "\xed\xa0\x80",
                                                     "{\"id\":1}",
                                                     std::string(200, '[')};
        const auto at = below(text.size() + 1);
        const auto length = std::min(below(16) + 1, text.size() - at);
        switch (below(6)) {
        case 0:
            text.erase(at, length);
            break;
        case 1:
            text.insert(at, pieces[below(pieces.size())]);
            break;
        case 2:
            if (at < text.size()) {
                text[at] = static_cast<char>(below(256));
            }
            break;
        case 3:
            text.insert(at, text.substr(at, length));
            break;
        case 4: {
            const auto& other = any_seed();
            const auto from = below(other.size() + 1);
            text.insert(at, other.substr(from, below(64) + 1));
            break;
        }
        default:
            if (at < text.size()) {
                text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ 1U << below(8));
            }
        }
    }

    std::vector<std::string> seeds_;
    std::mt19937_64 dice_{1}; // NOLINT(cert-msc32-c,cert-msc51-cpp): to be repeated
};

void run(const std::string& text)
{
    // What takes longer hangs a page.
    constexpr auto longest = std::chrono::seconds(10);
    const auto begun = std::chrono::steady_clock::now();
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    if (std::chrono::steady_clock::now() - begun > longest) {
        std::fprintf(stderr, "an input of %zu bytes takes longer than 10 s\n", text.size());
        std::abort();
    }
}

} // namespace

int main(int count, char** words)
{
    std::vector<std::string> seeds;
    for (int i = 2; i < count; ++i) {
        if (std::filesystem::is_directory(words[i])) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(words[i])) {
                if (entry.is_regular_file()) {
                    seeds.push_back(read(entry.path()));
                }
            }
        } else {
            seeds.push_back(read(words[i]));
        }
    }
    if (seeds.empty()) {
        std::fprintf(stderr, "there are no seeds\n");
        return EXIT_FAILURE;
    }
    // Directories come in any order.
    std::sort(seeds.begin(), seeds.end());
    for (const auto& seed : seeds) {
        run(seed);
    }
    const auto runs = std::strtoull(words[1], nullptr, 10);
    accidents made(seeds);
    for (std::uint64_t i = 0; i < runs; ++i) {
        const auto text = made.next();
        run(text);
    }
    std::printf("%zu seeds, %llu texts made of them\n", seeds.size(), runs);
    return EXIT_SUCCESS;
}
