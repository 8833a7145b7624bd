// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without libFuzzer: every file of a corpus, then seeded mutations of them.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int kMutations = 2000;
constexpr std::size_t kLargestInput = std::size_t{1} << 20U;

/// The corpus in the order of file names, so that every run makes the same mutations.
std::vector<Input> readCorpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.is_regular_file(error)) {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Input> corpus;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return corpus;
}

class Mutator {
public:
    explicit Mutator(const std::vector<Input>& corpus) : corpus_(corpus) {}

    /// One of the corpus with one to eight changes.
    Input next() {
        Input input = any();
        for (std::size_t i = below(8) + 1; i-- > 0;) {
            change(input);
        }
        input.resize(std::min(input.size(), kLargestInput));
        return input;
    }

private:
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }
    const Input& any() { return corpus_[below(corpus_.size())]; }

    void change(Input& input) {
        const std::size_t at = below(input.size() + 1);
        const auto place = input.begin() + static_cast<Input::difference_type>(at);
        const std::size_t length = std::min(input.size() - at, below(16) + 1);
        const auto end = place + static_cast<Input::difference_type>(length);
        switch (below(8)) {
            case 0:  // a bit turned
                if (at < input.size()) {
                    input[at] = static_cast<std::uint8_t>(input[at] ^ (1U << below(8)));
                }
                break;
            case 1:  // any byte
                if (at < input.size()) {
                    input[at] = byte();
                }
                break;
            case 2:  // a value at a border
                if (at < input.size()) {
                    constexpr std::uint8_t kBorders[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
                    input[at] = kBorders[below(std::size(kBorders))];
                }
                break;
            case 3:  // a byte more
                input.insert(place, byte());
                break;
            case 4:  // a stretch gone
                input.erase(place, end);
                break;
            case 5: {  // a stretch twice
                const Input copy(place, end);
                input.insert(place, copy.begin(), copy.end());
                break;
            }
            case 6:  // cut off
                input.resize(at);
                break;
            default: {  // the tail of another
                const Input& other = any();
                input.erase(place, input.end());
                const std::size_t from = below(other.size() + 1);
                input.insert(input.end(),
                             other.begin() + static_cast<Input::difference_type>(from),
                             other.end());
                break;
            }
        }
    }

    const std::vector<Input>& corpus_;
    // NOLINTNEXTLINE(cert-msc51-cpp): every run must try the same inputs.
    std::mt19937_64 random_{20240229};
};

/// Copies to the heap in exact size, so that the sanitizer sees one byte too far.
void run(const Input& input) {
    const Input exact(input.begin(), input.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: <target>_fuzz CORPUS_FOLDER\n", stderr);
        return 2;
    }
    const std::vector<Input> corpus = readCorpus(arguments[1]);
    if (corpus.empty()) {
        std::fprintf(stderr, "read corpus %s: no files\n", arguments[1]);
        return 1;
    }
    run({});
    for (const Input& input : corpus) {
        run(input);
    }
    Mutator mutator(corpus);
    for (int i = 0; i < kMutations; ++i) {
        run(mutator.next());
    }
    std::printf("%zu corpus files and %d mutations\n", corpus.size(), kMutations);
    return 0;
}
