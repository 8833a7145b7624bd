// SPDX-License-Identifier: Apache-2.0
// Objects and evidence of a vault against its log.
#include "common/evidence/vault_check.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/fields.hpp"
#include "common/evidence/footage_check.hpp"
#include "common/evidence/messages.hpp"
#include "common/evidence/origin_check.hpp"
#include "common/evidence/vault_log.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

using core::Result;

constexpr std::uint64_t kMaxChapterBytes = std::uint64_t{1} << 31U;
constexpr std::size_t kHashChunk = std::size_t{128} << 10U;

/// One object of the log's leaves, in log order.
struct Stored {
    ObjectLeaf leaf;
    std::string name;  // objects/aa/hash
    bool present = false;
    bool judged = false;  // its content has the hash and the size that the leaf names
};

struct Generation {
    std::map<std::uint64_t, std::vector<std::size_t>> chapters;  // by first
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::size_t>>
        segments;  // by recording, segment
};

std::string objectName(const Digest& hash) {
    const std::string hex = core::toHex(hash);
    return "objects/" + hex.substr(0, 2) + "/" + hex;
}

class VaultCheck {
public:
    VaultCheck(core::Files& files, std::string vault, const Trust& trust, Report& report)
        : files_(files), vault_(std::move(vault)), trust_(trust), report_(report) {}

    Result<void> run(const VaultLog& log) {
        readLeaves(log);
        LIUHEN_CHECK(listObjects());
        checkPresence();
        for (auto& [device, generations] : devices_) {
            LIUHEN_CHECK(checkDevice(device, generations));
        }
        LIUHEN_CHECK(checkRest());
        for (const Place& fork : forks_) {
            report_.add(Verdict::Altered, fork, "two validly signed entries claim this place");
        }
        return {};
    }

private:
    [[nodiscard]] std::string path(const std::string& name) const {
        return core::joinPath(vault_, name);
    }

    void readLeaves(const VaultLog& log) {
        for (const Buffer& bytes : log.leaves) {
            const auto leaf = Leaf::decode(bytes);
            if (!leaf) {
                continue;  // told of by the log's check
            }
            if (leaf->kind == "object") {
                takeObject(bytes);
            } else if (leaf->kind == "quarantine") {
                keepAside(leaf->body);
            } else if (leaf->kind == "fork") {
                keepAside(leaf->body);
                const auto generation = unsignedAt(leaf->body, "generation");
                const auto seq = unsignedAt(leaf->body, "seq");
                forks_.push_back(Place{generation ? std::optional(*generation) : std::nullopt,
                                       seq ? std::optional(*seq) : std::nullopt,
                                       std::nullopt,
                                       std::nullopt});
            }
        }
    }

    void keepAside(const core::Cbor& body) {
        if (const auto hash = digestAt(body, "object")) {
            quarantined_.emplace(objectName(*hash), *hash);
            known_.insert(objectName(*hash));
        }
    }

    void takeObject(const Buffer& bytes) {
        auto leaf = ObjectLeaf::decode(bytes);
        if (!leaf) {
            return;  // told of by the log's check
        }
        const std::size_t index = stored_.size();
        Generation& generation = devices_[leaf->device][leaf->generation];
        if (leaf->type == "chapter") {
            generation.chapters[*leaf->first].push_back(index);
        } else {
            generation.segments[{*leaf->recording, *leaf->segment}].push_back(index);
        }
        std::string name = objectName(leaf->object);
        known_.insert(name);
        stored_.push_back(Stored{*std::move(leaf), std::move(name)});
    }

    Result<void> listObjects() {
        if (!files_.exists(path("objects"))) {
            return {};
        }
        LIUHEN_TRY(const auto folders, files_.list(path("objects")));
        for (const core::FolderItem& folder : folders) {
            const std::string below = "objects/" + folder.name;
            if (!folder.isFolder) {
                foreign(below);
                continue;
            }
            LIUHEN_TRY(const auto items, files_.list(path(below)));
            for (const core::FolderItem& item : items) {
                const std::string name = below + "/" + item.name;
                const bool plain =
                    !item.isFolder &&
                    (item.sizeBytes > 0 || files_.open(path(name), core::OpenMode::Read));
                if (!plain || !known_.contains(name)) {
                    foreign(name);
                } else {
                    present_.insert(name);
                }
            }
        }
        return {};
    }

    void foreign(const std::string& name) {
        report_.add(Verdict::Altered,
                    Place{std::nullopt, std::nullopt, name, std::nullopt},
                    "a file that no leaf names");
    }

    void checkPresence() {
        for (Stored& stored : stored_) {
            stored.present = present_.contains(stored.name);
            if (!stored.present) {
                report_.add(
                    Verdict::Incomplete,
                    Place{stored.leaf.generation, stored.leaf.seq, stored.name, std::nullopt},
                    "an object that the log names is not there");
            }
        }
    }

    Result<void> checkDevice(const std::string& device,
                             std::map<std::uint64_t, Generation>& generations) {
        Chains chains;
        for (const auto& [number, generation] : generations) {
            checkDistinct(number, generation.chapters);
            checkDistinct(number, generation.segments);
        }
        for (auto& [number, generation] : generations) {
            if (generation.chapters.empty()) {
                continue;
            }
            LIUHEN_TRY(const std::vector<LedgerFile> files, ledgerFiles(generation));
            ChainStart start;
            start.device = device;
            start.stored = true;
            Chain chain = checkChain(number, files, start);
            chain.tell(report_);
            report_.entries += chain.entries.size();
            chains.emplace(number, std::move(chain));
        }
        for (const auto& [number, chain] : chains) {
            checkOrigin(chains, chain, trust_, report_);
        }
        for (const auto& [number, generation] : generations) {
            const auto chain = chains.find(number);
            const Chain none;
            const FootageIndex index(chain == chains.end() ? none : chain->second);
            LIUHEN_CHECK(checkSegments(generation, index));
        }
        if (!chains.empty()) {
            checkTail(chains.rbegin()->second, report_);
        }
        for (const auto& [number, chain] : chains) {
            checkPruned(chain, trust_, report_);
        }
        return {};
    }

    /// The chapters of a generation, those included that are absent; of two of one place the first.
    Result<std::vector<LedgerFile>> ledgerFiles(const Generation& generation) {
        std::vector<LedgerFile> files;
        for (const auto& [first, indexes] : generation.chapters) {
            Stored& stored = stored_[indexes.front()];
            if (!stored.present) {
                files.push_back(LedgerFile{stored.name, first, {}, true});
                continue;
            }
            LIUHEN_TRY(Buffer bytes, core::readFile(files_, path(stored.name), kMaxChapterBytes));
            stored.judged =
                crypto::sha256(bytes) == stored.leaf.object && bytes.size() == stored.leaf.size;
            files.push_back(LedgerFile{stored.name, first, std::move(bytes)});
        }
        return files;
    }

    Result<void> checkSegments(const Generation& generation, const FootageIndex& index) {
        const OpenSegment open = [&](std::uint64_t,
                                     std::uint64_t recording,
                                     std::uint64_t segment) -> Result<SegmentPlace> {
            const auto found = generation.segments.find({recording, segment});
            if (found == generation.segments.end()) {
                return SegmentPlace{};
            }
            const Stored& stored = stored_[found->second.front()];
            SegmentPlace place{stored.name, nullptr};
            if (stored.present) {
                LIUHEN_TRY(place.file, files_.open(path(stored.name), core::OpenMode::Read));
            }
            return place;
        };
        LIUHEN_CHECK(checkFootage(index, open, trust_.root(), report_));
        checkLeaves(generation, index);
        return {};
    }

    /// What leaves say of their last entries, against the entries read.
    void checkLeaves(const Generation& generation, const FootageIndex& index) {
        for (const auto& [key, indexes] : generation.segments) {
            checkLeaf(
                stored_[indexes.front()], index, index.find(key.first, key.second) != nullptr);
        }
        for (const auto& [first, indexes] : generation.chapters) {
            checkLeaf(stored_[indexes.front()], index, true);
        }
    }

    void checkLeaf(const Stored& stored, const FootageIndex& index, bool named) {
        const Place place{stored.leaf.generation, stored.leaf.seq, stored.name, std::nullopt};
        const PlacedEntry* entry = index.chain().find(stored.leaf.seq);
        if (entry == nullptr) {
            if (!named) {
                report_.add(Verdict::Incomplete, place, "the chapter of this segment is absent");
            }
        } else if (entry->entry.hash != stored.leaf.entry) {
            report_.add(
                Verdict::Altered, place, "the leaf names another entry than the chapter holds");
        } else if (!named) {
            report_.add(Verdict::Altered, place, "no segment entry names this object");
        }
    }

    /// Two objects of one place and other content cannot both be evidence.
    template <class Key>
    void checkDistinct(std::uint64_t number,
                       const std::map<Key, std::vector<std::size_t>>& places) {
        for (const auto& [key, indexes] : places) {
            for (const std::size_t other : indexes) {
                const ObjectLeaf& a = stored_[indexes.front()].leaf;
                const ObjectLeaf& b = stored_[other].leaf;
                if (a.object != b.object) {
                    report_.add(Verdict::Altered,
                                Place{number, std::min(a.seq, b.seq), std::nullopt, std::nullopt},
                                "two objects of the same place");
                }
            }
        }
    }

    [[nodiscard]] bool toldOf(const std::string& name) const {
        return std::any_of(report_.problems.begin(),
                           report_.problems.end(),
                           [&name](const Problem& problem) { return problem.place.file == name; });
    }

    Result<bool> hashHolds(const std::string& name,
                           const Digest& hash,
                           std::optional<std::uint64_t> size) {
        LIUHEN_TRY(const auto file, files_.open(path(name), core::OpenMode::Read));
        crypto::Sha256 running;
        Buffer buffer(kHashChunk);
        std::uint64_t done = 0;
        for (;;) {
            LIUHEN_TRY(const std::size_t got, file->readAt(done, buffer));
            if (got == 0) {
                break;
            }
            running.update(ByteView(buffer).first(got));
            done += got;
        }
        return running.finish() == hash && (!size || done == *size);
    }

    /// Objects whose content no step before has judged, and quarantined ones.
    Result<void> checkRest() {
        for (const Stored& stored : stored_) {
            if (!stored.present || stored.judged || toldOf(stored.name)) {
                continue;
            }
            LIUHEN_TRY(const bool holds,
                       hashHolds(stored.name, stored.leaf.object, stored.leaf.size));
            if (!holds) {
                report_.add(Verdict::Altered,
                            Place{stored.leaf.generation, stored.leaf.seq, stored.name, 0},
                            "the object is not what the log names");
            }
        }
        for (const auto& kept : quarantined_) {
            const std::string& name = kept.first;
            const bool evidence =
                std::any_of(stored_.begin(), stored_.end(), [&name](const Stored& stored) {
                    return stored.name == name;
                });
            if (evidence) {
                continue;
            }
            const Place place{std::nullopt, std::nullopt, name, std::nullopt};
            if (!present_.contains(name)) {
                report_.add(Verdict::Incomplete, place, "a quarantined object is not there");
                continue;
            }
            LIUHEN_TRY(const bool holds, hashHolds(name, kept.second, std::nullopt));
            if (!holds) {
                report_.add(
                    Verdict::Altered, place, "a quarantined object is not what the log names");
            }
        }
        return {};
    }

    core::Files& files_;
    std::string vault_;
    const Trust& trust_;
    Report& report_;
    std::vector<Stored> stored_;
    std::map<std::string, Digest> quarantined_;  // by name
    std::map<std::string, std::map<std::uint64_t, Generation>> devices_;
    std::set<std::string> known_;
    std::set<std::string> present_;
    std::vector<Place> forks_;
};

}  // namespace

Result<Report> checkVault(core::Files& files,
                          const std::string& vault,
                          const Trust& trust,
                          const std::optional<std::string>& otherNote) {
    Report report;
    LIUHEN_TRY(const VaultLog log,
               readVaultLog(files, core::joinPath(vault, "log"), trust, otherNote, report));
    report.witnessed = log.witnessed;
    LIUHEN_CHECK(VaultCheck(files, vault, trust, report).run(log));
    return report;
}

}  // namespace liuhen::evidence
