// SPDX-License-Identifier: Apache-2.0
// Lists a card's files and runs the steps over them.
#include "common/evidence/card_check.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/footage_check.hpp"
#include "common/evidence/keystore_state.hpp"
#include "common/evidence/origin_check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::uint64_t kMaxChapterBytes = std::uint64_t{1} << 31U;
constexpr std::uint64_t kMaxStateBytes = std::uint64_t{1} << 20U;
constexpr std::size_t kTornChunk = std::size_t{1} << 20U;
constexpr std::size_t kChapterDigits = 10;

std::optional<std::uint64_t> plainNumber(std::string_view text) {
    const auto number = core::parseUnsigned(text);
    return number && fmt::format("{}", *number) == text ? std::optional(*number) : std::nullopt;
}

/// The files of a card by what their names say.
struct Listing {
    std::map<std::uint64_t, std::vector<LedgerFile>> chapters;  // by generation
    std::map<std::uint64_t, LedgerFile> anchors;                // by generation
    std::map<std::string, std::string> segments;  // name below footage -> name in places
    std::vector<std::string> torn;                // names below torn
    std::vector<std::string> foreign;             // names in places
};

class CardReader {
public:
    CardReader(core::Files& files, const CardCheck& what) : files_(files), what_(what) {}

    core::Result<Listing> list() {
        LIUHEN_CHECK(
            each("ledger", [this](const core::FolderItem& item) { return takeGeneration(item); }));
        LIUHEN_CHECK(
            each("footage", [this](const core::FolderItem& item) { return takeRecording(item); }));
        LIUHEN_CHECK(each("torn", [this](const core::FolderItem& item) { return takeTorn(item); }));
        for (auto& [generation, chapters] : listing_.chapters) {
            std::sort(chapters.begin(),
                      chapters.end(),
                      [](const LedgerFile& a, const LedgerFile& b) { return a.first < b.first; });
        }
        return std::move(listing_);
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return core::joinPath(what_.cardFolder, name);
    }

private:
    template <class Take>
    core::Result<void> each(const std::string& folder, Take take) {
        if (!files_.exists(path(folder))) {
            return {};
        }
        LIUHEN_TRY(const auto items, files_.list(path(folder)));
        for (const core::FolderItem& item : items) {
            LIUHEN_CHECK(take(item));
        }
        return {};
    }

    void foreign(const std::string& name) { listing_.foreign.push_back(what_.cardPrefix + name); }

    core::Result<void> takeGeneration(const core::FolderItem& folder) {
        const auto generation = folder.isFolder ? plainNumber(folder.name) : std::nullopt;
        const std::string name = "ledger/" + folder.name;
        if (!generation) {
            foreign(name);
            return {};
        }
        return each(name, [this, &name, &generation](const core::FolderItem& item) {
            return takeChapter(*generation, name + "/" + item.name, item);
        });
    }

    core::Result<void> takeChapter(std::uint64_t generation,
                                   const std::string& name,
                                   const core::FolderItem& item) {
        const std::string_view file(item.name);
        const bool formed = file.size() == kChapterDigits + 5 && file.ends_with(".cbor");
        const auto first = formed ? core::parseUnsigned(file.substr(0, kChapterDigits))
                                  : core::Result<std::uint64_t>(tl::make_unexpected(core::Error{}));
        // Names with digits come before it, so the chapters are known by now.
        const auto known = listing_.chapters.find(generation);
        const bool anchor = file == "anchor.cbor" && known != listing_.chapters.end() &&
                            known->second.front().first > 0;
        if (!isPlainFile(item, name) || (!first && !anchor)) {
            foreign(name);
            return {};
        }
        LIUHEN_TRY(Buffer bytes, core::readFile(files_, path(name), kMaxChapterBytes));
        LedgerFile read{what_.cardPrefix + name, first.value_or(0), std::move(bytes)};
        if (anchor) {
            listing_.anchors.emplace(generation, std::move(read));
        } else {
            listing_.chapters[generation].push_back(std::move(read));
        }
        return {};
    }

    /// Links, devices and the like have no size and do not open.
    [[nodiscard]] bool isPlainFile(const core::FolderItem& item, const std::string& name) {
        return !item.isFolder &&
               (item.sizeBytes > 0 || files_.open(path(name), core::OpenMode::Read).has_value());
    }

    core::Result<void> takeRecording(const core::FolderItem& folder) {
        const std::string name = "footage/" + folder.name;
        const std::size_t dash = folder.name.find('-');
        const std::string_view text(folder.name);
        const bool formed = folder.isFolder && dash != std::string::npos &&
                            plainNumber(text.substr(0, dash)) && plainNumber(text.substr(dash + 1));
        if (!formed) {
            foreign(name);
            return {};
        }
        return each(name,
                    [this, &name, &folder](const core::FolderItem& item) -> core::Result<void> {
                        const std::string_view file(item.name);
                        const bool segment = isPlainFile(item, name + "/" + item.name) &&
                                             file.ends_with(".mp4") &&
                                             plainNumber(file.substr(0, file.size() - 4));
                        if (segment) {
                            listing_.segments[folder.name + "/" + item.name] =
                                what_.cardPrefix + name + "/" + item.name;
                        } else {
                            foreign(name + "/" + item.name);
                        }
                        return {};
                    });
    }

    core::Result<void> takeTorn(const core::FolderItem& item) {
        if (isPlainFile(item, "torn/" + item.name) && item.name.ends_with(".torn") &&
            item.name.size() > 5) {
            listing_.torn.push_back(item.name);
        } else {
            foreign("torn/" + item.name);
        }
        return {};
    }

    core::Files& files_;
    const CardCheck& what_;
    Listing listing_;
};

core::Result<Digest> hashFile(core::Files& files, const std::string& path, std::uint64_t& size) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::Read));
    crypto::Sha256 hash;
    Buffer buffer(kTornChunk);
    size = 0;
    for (;;) {
        LIUHEN_TRY(const std::size_t got, file->readAt(size, buffer));
        if (got == 0) {
            return hash.finish();
        }
        hash.update(ByteView(buffer).first(got));
        size += got;
    }
}

core::Result<void> checkTorn(core::Files& files,
                             const CardReader& reader,
                             const Listing& listing,
                             const std::multimap<std::string, TornFile>& named,
                             const std::string& prefix,
                             Report& report) {
    for (const std::string& name : listing.torn) {
        const Place place{std::nullopt, std::nullopt, prefix + "torn/" + name, std::nullopt};
        const auto [known, behind] = named.equal_range(name);
        if (known == behind) {
            report.add(
                Verdict::Incomplete, place, "bytes that a recovery cut off and no entry names yet");
            continue;
        }
        std::uint64_t size = 0;
        LIUHEN_TRY(const Digest hash, hashFile(files, reader.path("torn/" + name), size));
        const bool holds = std::any_of(known, behind, [size, &hash](const auto& said) {
            return said.second.size == size && said.second.hash == hash;
        });
        if (!holds) {
            report.add(Verdict::Altered, place, "bytes that a recovery kept are not what it named");
        }
    }
    const std::set<std::string> present(listing.torn.begin(), listing.torn.end());
    for (const auto& [name, file] : named) {
        if (!present.contains(name)) {
            report.findings.push_back(
                Finding{"torn_gone",
                        Place{std::nullopt, std::nullopt, prefix + "torn/" + name, std::nullopt},
                        "bytes that a recovery kept are gone"});
        }
    }
    return {};
}

core::Result<void> checkKeystore(core::Files& files,
                                 const std::string& folder,
                                 const Chains& chains,
                                 Report& report) {
    const Place place{std::nullopt, std::nullopt, "keystore/state.cbor", std::nullopt};
    const std::string path = core::joinPath(folder, "state.cbor");
    if (!files.exists(path)) {
        report.add(Verdict::Incomplete, place, "the keystore has no state");
        return {};
    }
    LIUHEN_TRY(const Buffer bytes, core::readFile(files, path, kMaxStateBytes));
    const auto state = KeystoreHead::decode(bytes);
    if (!state) {
        report.add(
            Verdict::Altered, place, "the keystore's state is malformed: " + state.error().message);
    } else if (state->head) {
        checkHead(chains, *state->head, report);
    }
    return {};
}

/// What a person should know of a chain that is whole: declared losses and interruptions.
void collectFindings(const Chain& chain, Report& report) {
    std::uint64_t boot = chain.entries.empty() ? 0 : chain.entries.front().entry.boot;
    for (const PlacedEntry& placed : chain.entries) {
        const Entry& entry = placed.entry;
        if (entry.boot > boot + 1) {
            report.findings.push_back(Finding{"boot_gap",
                                              chain.placeOf(placed),
                                              "the boot counter skipped: a start left no entry"});
        }
        boot = entry.boot;
        if (entry.kind == "recovery") {
            const auto body = RecoveryBody::fromCbor(entry.body);
            if (body->lostMs > 0 || !body->missing.empty()) {
                report.findings.push_back(Finding{
                    "loss",
                    chain.placeOf(placed),
                    fmt::format(
                        "after a power loss at most {} ms of footage are lost, {} parts missing",
                        body->lostMs,
                        body->missing.size())});
            }
        } else if (entry.kind == "interruption") {
            const core::Cbor* cause = entry.body.find("cause");
            report.findings.push_back(Finding{"interruption",
                                              chain.placeOf(placed),
                                              cause != nullptr && cause->text() != nullptr
                                                  ? *cause->text()
                                                  : std::string("other")});
        } else if (entry.kind == "late" || entry.kind == "fault" || entry.kind == "fork" ||
                   entry.kind == "part.lost") {
            report.findings.push_back(
                Finding{entry.kind, chain.placeOf(placed), "told by the recorder"});
        }
    }
}

}  // namespace

core::Result<Report> checkCard(core::Files& files, const CardCheck& what, const Trust& trust) {
    Report report;
    CardReader reader(files, what);
    LIUHEN_TRY(const Listing listing, reader.list());
    for (const std::string& name : listing.foreign) {
        report.add(Verdict::Altered,
                   Place{std::nullopt, std::nullopt, name, std::nullopt},
                   "a file that belongs to no ledger or footage");
    }
    if (listing.chapters.empty()) {
        report.add(Verdict::Incomplete, Place{}, "there is no ledger");
    }
    Chains chains;
    ChainStart start;
    for (const auto& [generation, chapters] : listing.chapters) {
        const auto anchor = listing.anchors.find(generation);
        start.anchor =
            anchor == listing.anchors.end() ? std::nullopt : std::optional(anchor->second);
        Chain chain = checkChain(generation, chapters, start);
        if (start.device.empty()) {
            start.device = chain.device();
        }
        chain.tell(report);
        report.entries += chain.entries.size();
        chains.emplace(generation, std::move(chain));
    }
    for (const auto& [generation, chain] : chains) {
        checkOrigin(chains, chain, trust, report);
    }
    if (what.keystoreFolder) {
        LIUHEN_CHECK(checkKeystore(files, *what.keystoreFolder, chains, report));
    }
    std::set<std::string> known;
    std::multimap<std::string, TornFile> torn;
    for (const auto& [generation, chain] : chains) {
        const FootageIndex index(chain);
        torn.insert(index.torn().begin(), index.torn().end());
        const OpenSegment open = [&](std::uint64_t gen,
                                     std::uint64_t recording,
                                     std::uint64_t segment) -> core::Result<SegmentPlace> {
            const std::string name =
                fmt::format("{}/{}.mp4", recordingName(gen, recording), segment);
            known.insert(name);
            SegmentPlace place{what.cardPrefix + "footage/" + name, nullptr};
            if (listing.segments.contains(name)) {
                LIUHEN_TRY(place.file,
                           files.open(reader.path("footage/" + name), core::OpenMode::Read));
            }
            return place;
        };
        LIUHEN_CHECK(checkFootage(index, open, trust.root(), report));
        collectFindings(chain, report);
    }
    for (const auto& [name, shown] : listing.segments) {
        if (!known.contains(name)) {
            report.add(Verdict::Altered,
                       Place{std::nullopt, std::nullopt, shown, std::nullopt},
                       "footage that no segment entry tells of");
        }
    }
    LIUHEN_CHECK(checkTorn(files, reader, listing, torn, what.cardPrefix, report));
    if (!chains.empty()) {
        checkTail(chains.rbegin()->second, report);
    }
    for (const auto& [generation, chain] : chains) {
        checkPruned(chain, trust, report);
    }
    return report;
}

}  // namespace liuhen::evidence
