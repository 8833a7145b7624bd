// SPDX-License-Identifier: Apache-2.0
// Row 51: seeded random mutations of a recorder's card or of a vault, of bytes and of names,
// checked in one process.
#include "common/core/fault_files.hpp"
#include "common/crypto/digest.hpp"
#include "common/evidence/card_check.hpp"
#include "common/evidence/entry_stream.hpp"
#include "common/evidence/keystore_state.hpp"
#include "common/evidence/vault_check.hpp"
#include "tests/attack/mutator.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::attack {

namespace {

using core::Result;
using nlohmann::json;

struct Options {
    std::filesystem::path made;  // holds agency/ and recorder/ or vault/
    std::string what;            // recorder, card, vault
    std::uint64_t count = 0;
    std::uint32_t seed = 0;
    unsigned sharePercent = 0;  // of the mutations, how many are written for the other checker
    std::filesystem::path out;
};

void must(bool holds, const std::string& what) {
    if (!holds) {
        fmt::print(stderr, "mutate: {}\n", what);
        std::exit(2);  // NOLINT(concurrency-mt-unsafe): there is one thread
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
    json answer = {{"verdict", evidence::name(report.verdict())},
                   {"witnessed", report.witnessed},
                   {"first_bad", nullptr}};
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
            // The keystore is not on the card, and the reserve is no evidence (ledger.md section
            // 7).
            if (!name.starts_with("keystore/") && name != "card/reserve") {
                targets[name] = content;
            }
        }
        auto trust = evidence::Trust::open(files_, "agency/root.pem");
        must(trust.has_value(), "read the agency's root");
        trust_ = *std::move(trust);
        must(check().verdict() == evidence::Verdict::Intact, "the original is not intact");
        findHead();
        Mutator mutator(targets, options_.seed);
        for (std::uint64_t i = 0; i < options_.count; ++i) {
            const Mutation mutation = mutator.next();
            one(i, mutation, mutator.below(100) < options_.sharePercent);
        }
        fmt::print(
            "{} mutations of {}: {} intact, {} more as the format says (tails, others' lines)\n",
            options_.count,
            options_.what,
            intact_,
            tails_);
        return intact_ == 0 ? 0 : 1;
    }

private:
    evidence::Report check() { return check(files_, folder_, *trust_); }

    [[nodiscard]] evidence::Report check(core::Files& files,
                                         const std::string& folder,
                                         const evidence::Trust& trust) const {
        auto report = options_.what == "vault"
                          ? evidence::checkVault(files, folder, trust, std::nullopt)
                      : options_.what == "card"
                          ? evidence::checkCard(files, {folder + "/card", "", std::nullopt}, trust)
                          : evidence::checkCard(
                                files, {folder + "/card", "card/", folder + "/keystore"}, trust);
        must(report.has_value(), "check: " + (report ? "" : report.error().message));
        return *std::move(report);
    }

    void one(std::uint64_t number, const Mutation& mutation, bool written) {
        evidence::Report report;
        if (mutation.links.empty()) {
            for (const auto& [name, content] : mutation.changed) {
                set(name, content);
            }
            report = check();
            for (const auto& [name, content] : mutation.changed) {
                const auto original = originals_.find(name);
                set(name,
                    original == originals_.end() ? std::nullopt : std::optional(original->second));
            }
            if (written) {
                write(number, mutation);
            }
        } else {
            report = onDisk(number, mutation, written);
        }
        if (report.verdict() == evidence::Verdict::Intact) {
            if (isDocumented(mutation)) {
                ++tails_;
            } else {
                ++intact_;
                fmt::print("{}: intact: {}\n", number, mutation.how);
            }
        }
        if (written) {
            tell(number, mutation, answerOf(report));
        }
    }

    /// Links are only on real file systems.
    evidence::Report onDisk(std::uint64_t number, const Mutation& mutation, bool keep) {
        write(number, mutation);
        const auto trust =
            evidence::Trust::open(*disk_, (options_.made / "agency/root.pem").string());
        must(trust.has_value(), "read the agency's root");
        evidence::Report report = check(*disk_, (placeOf(number) / folder_).string(), *trust);
        if (!keep) {
            std::filesystem::remove_all(placeOf(number));
        }
        return report;
    }

    void set(const std::string& name, const std::optional<Buffer>& content) {
        const std::string path = folder_ + "/" + name;
        if (content) {
            put(files_, path, *content);
        } else if (files_.exists(path)) {
            must(files_.remove(path).has_value(), "remove " + path);
        }
    }

    /// Where the entry ends that the keystore remembers last, and in which file.
    void findHead() {
        const auto state = originals_.find("keystore/state.cbor");
        const auto known = options_.what == "recorder" && state != originals_.end()
                               ? evidence::KeystoreHead::decode(state->second)
                               : Result<evidence::KeystoreHead>(tl::make_unexpected(core::Error{}));
        for (const auto& [name, content] : originals_) {
            if (name.find("ledger/") == std::string::npos || !name.ends_with(".cbor")) {
                continue;
            }
            lastLedger_ = name;
            const evidence::MemoryFile file(content);
            evidence::EntryStream stream(file);
            for (auto item = stream.next(); known && item && *item; item = stream.next()) {
                if (crypto::sha256((*item)->bytes) == known->head->hash) {
                    headFile_ = name;
                    headEnd_ = stream.offset();
                }
            }
        }
        must(options_.what != "recorder" || !headFile_.empty(), "find the keystore's head");
    }

    /// What the format says may go unseen: the tail behind the keystore's head, of a card alone any
    /// (ledger.md section 7), and other parties' lines under a checkpoint.
    [[nodiscard]] bool isDocumented(const Mutation& mutation) const {
        if (mutation.changed.size() != 1 || !mutation.links.empty() ||
            !originals_.contains(mutation.changed.begin()->first)) {
            return false;
        }
        const std::string& name = mutation.changed.begin()->first;
        const Buffer content = mutation.changed.begin()->second.value_or(Buffer{});
        const Buffer& before = originals_.at(name);
        if (name == "log/checkpoint") {
            const std::size_t fixed = signedBytes(before);
            return content.size() >= fixed &&
                   std::equal(content.begin(),
                              content.begin() + static_cast<std::ptrdiff_t>(fixed),
                              before.begin());
        }
        return name == lastLedger_ && content.size() < before.size() &&
               std::equal(content.begin(), content.end(), before.begin()) &&
               (name != headFile_ || content.size() >= headEnd_);
    }

    [[nodiscard]] std::filesystem::path placeOf(std::uint64_t number) const {
        return options_.out / fmt::format("{:05}", number);
    }

    /// The whole folder; files that did not change are hard links.
    void write(std::uint64_t number, const Mutation& mutation) const {
        const std::filesystem::path place = placeOf(number);
        std::filesystem::create_directories(place);
        std::filesystem::copy(options_.made / folder_,
                              place / folder_,
                              std::filesystem::copy_options::recursive |
                                  std::filesystem::copy_options::create_hard_links);
        for (const auto& [name, content] : mutation.changed) {
            std::filesystem::remove(place / folder_ / name);
            if (content) {
                std::ofstream out(place / folder_ / name, std::ios::binary);
                out.write(core::textOf(*content).data(),
                          static_cast<std::streamsize>(content->size()));
            }
        }
        for (const auto& [name, target] : mutation.links) {
            std::filesystem::remove(place / folder_ / name);
            std::filesystem::create_symlink(
                std::filesystem::absolute(options_.made / folder_ / target),
                place / folder_ / name);
        }
    }

    /// The line for the other checker.
    void tell(std::uint64_t number, const Mutation& mutation, json line) const {
        line["how"] = mutation.how;
        line["path"] = (placeOf(number) / folder_ / (options_.what == "card" ? "card" : ""))
                           .lexically_normal()
                           .string();
        std::ofstream(options_.out / "answers.jsonl", std::ios::app) << line.dump() << "\n";
    }

    Options options_;
    std::string folder_;
    core::FaultFiles files_;
    std::unique_ptr<core::Files> disk_ = core::systemFiles();
    std::map<std::string, Buffer> originals_;
    std::optional<evidence::Trust> trust_;
    std::string lastLedger_;
    std::string headFile_;
    std::uint64_t headEnd_ = 0;
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
        (void)std::fprintf(stderr, "mutate: unexpected: %s\n", error.what());
        return 2;
    }
}
