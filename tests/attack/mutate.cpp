// SPDX-License-Identifier: Apache-2.0
// Row 51: seeded random mutations of a recorder's card or of a vault, checked in one process.
#include "common/core/fault_files.hpp"
#include "common/evidence/card_check.hpp"
#include "common/evidence/vault_check.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::attack {

namespace {

using core::Buffer;
using core::Result;
using nlohmann::json;

constexpr std::size_t kMostInserted = 64;
constexpr std::size_t kMostFlips = 3;

struct Options {
    std::filesystem::path made;  // holds agency/ and recorder/ or vault/
    std::string what;            // recorder, card, vault
    std::uint64_t count = 0;
    std::uint32_t seed = 0;
    unsigned sharePercent = 0;  // of the mutations, how many are written for the other checker
    std::filesystem::path out;
};

/// One mutation: new contents of one or two files.
struct Mutation {
    std::string how;
    std::map<std::string, Buffer> changed;
};

class Mutator {
public:
    Mutator(std::map<std::string, Buffer> originals, std::uint32_t seed)
        : originals_(std::move(originals)), random_(seed) {
        for (const auto& [name, content] : originals_) {
            if (!content.empty()) {
                names_.push_back(name);
            }
        }
    }

    Mutation next() {
        for (;;) {
            Mutation mutation = any();
            for (auto item = mutation.changed.begin(); item != mutation.changed.end();) {
                item = item->second == originals_.at(item->first) ? mutation.changed.erase(item)
                                                                  : std::next(item);
            }
            if (!mutation.changed.empty()) {
                return mutation;
            }
        }
    }

    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_()) % bound; }

private:
    Mutation any() {
        const std::string& name = names_[below(names_.size())];
        Buffer bytes = originals_.at(name);
        const std::size_t at = below(bytes.size());
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t length = 1 + below(std::min(kMostInserted, bytes.size() - at));
        switch (below(6)) {
            case 0:
                bytes.resize(at);
                return {fmt::format("cut {} at {}", name, at), {{name, bytes}}};
            case 1: {
                Buffer more(length);
                for (std::uint8_t& byte : more) {
                    byte = static_cast<std::uint8_t>(random_());
                }
                bytes.insert(place, more.begin(), more.end());
                return {fmt::format("insert {} at {} of {}", length, at, name), {{name, bytes}}};
            }
            case 2:
                bytes.erase(place, place + static_cast<std::ptrdiff_t>(length));
                return {fmt::format("delete {} at {} of {}", length, at, name), {{name, bytes}}};
            case 3:
                return swapWithin(name, std::move(bytes), at, length);
            case 4:
                return swapFiles(name);
            default:
                return flip(name, std::move(bytes));
        }
    }

    Mutation flip(const std::string& name, Buffer bytes) {
        std::string how = "flip in " + name;
        const std::size_t flips = 1 + below(kMostFlips);
        for (std::size_t i = 0; i < flips; ++i) {
            const std::size_t at = below(bytes.size());
            bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << below(8)));
            how += fmt::format(" {}", at);
        }
        return {how, {{name, std::move(bytes)}}};
    }

    Mutation swapWithin(const std::string& name, Buffer bytes, std::size_t at, std::size_t length) {
        const std::size_t other = below(bytes.size() - length + 1);
        const auto [low, high] = std::minmax(at, other);
        const std::size_t size = std::min(length, high - low);
        for (std::size_t i = 0; i < size; ++i) {
            std::swap(bytes[low + i], bytes[high + i]);
        }
        return {fmt::format("swap {} at {} and {} of {}", size, low, high, name), {{name, bytes}}};
    }

    Mutation swapFiles(const std::string& name) {
        const std::string& other = names_[below(names_.size())];
        return {fmt::format("swap {} and {}", name, other),
                {{name, originals_.at(other)}, {other, originals_.at(name)}}};
    }

    std::map<std::string, Buffer> originals_;
    std::vector<std::string> names_;
    std::mt19937 random_;
};

void must(bool holds, const std::string& what) {
    if (!holds) {
        fmt::print(stderr, "mutate: {}\n", what);
        std::exit(2);
    }
}

std::map<std::string, Buffer> load(const std::filesystem::path& folder) {
    std::map<std::string, Buffer> files;
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
        if (item.is_regular_file()) {
            std::ifstream in(item.path(), std::ios::binary);
            files[std::filesystem::relative(item.path(), folder).string()] =
                Buffer(std::istreambuf_iterator<char>(in), {});
        }
    }
    return files;
}

void put(core::Files& files, const std::string& path, const Buffer& content) {
    if (files.exists(path)) {
        must(files.remove(path).has_value(), "remove " + path);
    }
    must(files.makeFolders(core::folderOf(path)).has_value(), "make folder of " + path);
    const auto file = files.open(path, core::OpenMode::CreateNew);
    must(file.has_value(), "create " + path);
    const std::array<core::ByteView, 1> pieces = {core::ByteView(content)};
    must((*file)->append(pieces).has_value(), "write " + path);
}

json answerOf(const evidence::Report& report) {
    json answer = {{"verdict", evidence::name(report.verdict())}, {"first_bad", nullptr}};
    if (const evidence::Problem* first = report.firstBad()) {
        const evidence::Place& place = first->place;
        answer["first_bad"] = {
            {"generation", place.generation ? json(*place.generation) : json()},
            {"seq", place.seq ? json(*place.seq) : json()},
            {"file", place.file ? json(*place.file) : json()},
            {"offset", place.offset ? json(*place.offset) : json()},
        };
    }
    return answer;
}

/// The place in a log where witnesses and others may add lines: behind the log's own signature.
std::size_t signedBytes(const Buffer& note) {
    const std::string_view text = core::textOf(note);
    const std::size_t gap = text.find("\n\n");
    return gap == std::string_view::npos ? text.size() : text.find('\n', gap + 2) + 1;
}

class Run {
public:
    explicit Run(Options options)
        : options_(std::move(options)), folder_(options_.what == "vault" ? "vault" : "recorder") {}

    int all() {
        const auto agency = load(options_.made / "agency");
        originals_ = load(options_.made / folder_);
        for (const auto& [name, content] : agency) {
            put(files_, "agency/" + name, content);
        }
        std::map<std::string, Buffer> targets;
        for (const auto& [name, content] : originals_) {
            put(files_, folder_ + "/" + name, content);
            if (!name.starts_with("keystore/")) {
                targets[name] = content;
            }
        }
        auto trust = evidence::Trust::open(files_, "agency/root.pem");
        must(trust.has_value(), "read the agency's root");
        trust_ = *std::move(trust);
        must(check().verdict() == evidence::Verdict::Intact, "the original is not intact");
        Mutator mutator(targets, options_.seed);
        for (std::uint64_t i = 0; i < options_.count; ++i) {
            const Mutation mutation = mutator.next();
            one(i, mutation, mutator.below(100) < options_.sharePercent);
        }
        fmt::print("{} mutations of {}: {} intact, {} cut the tail behind the keystore's head\n",
                   options_.count,
                   options_.what,
                   intact_,
                   tails_);
        return intact_ == 0 ? 0 : 1;
    }

private:
    evidence::Report check() {
        auto report =
            options_.what == "vault" ? evidence::checkVault(files_, "vault", *trust_, std::nullopt)
            : options_.what == "card"
                ? evidence::checkCard(files_, {"recorder/card", "", std::nullopt}, *trust_)
                : evidence::checkCard(
                      files_, {"recorder/card", "card/", "recorder/keystore"}, *trust_);
        must(report.has_value(), "check: " + (report ? "" : report.error().message));
        return *std::move(report);
    }

    void one(std::uint64_t number, const Mutation& mutation, bool written) {
        for (const auto& [name, content] : mutation.changed) {
            put(files_, folder_ + "/" + name, content);
        }
        const evidence::Report report = check();
        if (report.verdict() == evidence::Verdict::Intact) {
            if (isDocumented(mutation)) {
                ++tails_;
            } else {
                ++intact_;
                fmt::print("{}: intact: {}\n", number, mutation.how);
            }
        }
        if (written) {
            write(number, mutation, answerOf(report));
        }
        for (const auto& [name, content] : mutation.changed) {
            put(files_, folder_ + "/" + name, originals_.at(name));
        }
    }

    /// What the format says may go unseen: the tail behind the last epoch (ledger.md section 7) and
    /// other parties' lines under a checkpoint.
    [[nodiscard]] bool isDocumented(const Mutation& mutation) const {
        if (mutation.changed.size() != 1) {
            return false;
        }
        const auto& [name, content] = *mutation.changed.begin();
        const Buffer& before = originals_.at(name);
        if (name == "log/checkpoint") {
            const std::size_t fixed = signedBytes(before);
            return content.size() >= fixed &&
                   std::equal(content.begin(),
                              content.begin() + static_cast<std::ptrdiff_t>(fixed),
                              before.begin());
        }
        return name.find("ledger/") != std::string::npos && content.size() < before.size() &&
               std::equal(content.begin(), content.end(), before.begin());
    }

    /// The whole folder; files that did not change are hard links.
    void write(std::uint64_t number, const Mutation& mutation, const json& answer) const {
        const std::filesystem::path place = options_.out / fmt::format("{:05}", number);
        std::filesystem::create_directories(place);
        std::filesystem::copy(options_.made / folder_,
                              place / folder_,
                              std::filesystem::copy_options::recursive |
                                  std::filesystem::copy_options::create_hard_links);
        for (const auto& [name, content] : mutation.changed) {
            std::filesystem::remove(place / folder_ / name);
            std::ofstream out(place / folder_ / name, std::ios::binary);
            out.write(core::textOf(content).data(), static_cast<std::streamsize>(content.size()));
        }
        json line = answer;
        line["how"] = mutation.how;
        line["path"] =
            (place / folder_ / (options_.what == "card" ? "card" : "")).lexically_normal().string();
        std::ofstream(options_.out / "answers.jsonl", std::ios::app) << line.dump() << "\n";
    }

    Options options_;
    std::string folder_;
    core::FaultFiles files_;
    std::map<std::string, Buffer> originals_;
    std::optional<evidence::Trust> trust_;
    std::uint64_t intact_ = 0;
    std::uint64_t tails_ = 0;
};

int start(const std::vector<std::string>& arguments) {
    if (arguments.size() != 6) {
        fmt::print(stderr, "usage: mutate MADE recorder|card|vault COUNT SEED PERCENT OUT\n");
        return 2;
    }
    const auto count = core::parseUnsigned(arguments[2]);
    const auto seed = core::parseUnsigned(arguments[3]);
    const auto percent = core::parseUnsigned(arguments[4]);
    must(count && seed && percent, "COUNT, SEED and PERCENT are numbers");
    return Run({arguments[0],
                arguments[1],
                *count,
                static_cast<std::uint32_t>(*seed),
                static_cast<unsigned>(*percent),
                arguments[5]})
        .all();
}

}  // namespace

}  // namespace liuhen::attack

int main(int argc, char** argv) {
    try {
        return liuhen::attack::start({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "mutate: unexpected: %s\n", error.what());
        return 2;
    }
}
