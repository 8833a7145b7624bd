// SPDX-License-Identifier: Apache-2.0
// One pass over a generation's entries, with all signatures or with the last under each key.
#include "common/evidence/chain_check.hpp"

#include "common/crypto/certificate.hpp"
#include "common/crypto/cose.hpp"
#include "common/evidence/fields.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

/// Walks the files once.
class Walk {
public:
    Walk(std::uint64_t generation,
         const std::vector<LedgerFile>& files,
         const ChainStart& start,
         bool allSignatures)
        : files_(files),
          start_(start),
          all_(allSignatures),
          keys_(start.keys),
          order_(files.empty() ? 0 : files.front().first) {
        chain_.generation = generation;
        chain_.first = files.empty() ? 0 : files.front().first;
        expected_ = chain_.first;
        for (const LedgerFile& file : files) {
            chain_.fileNames.push_back(file.name);
        }
    }

    Chain run() {
        if (chain_.first > 0 && !start_.trusted) {
            takePruned();
        }
        for (std::size_t i = 0; i < files_.size() && !chain_.problem; ++i) {
            walkFile(i);
        }
        if (!chain_.problem) {
            (void)checkPending();
        }
        return std::move(chain_);
    }

private:
    void fail(Verdict verdict, std::size_t file, std::uint64_t offset, std::string text) {
        chain_.problem = Problem{verdict,
                                 Place{chain_.generation, expected_, files_[file].name, offset},
                                 std::move(text)};
    }

    /// What is before the first file: its anchor, or nothing that could prove the first keys.
    void takePruned() {
        if (!start_.anchor) {
            chain_.unproven = Problem{
                Verdict::Unproven,
                Place{chain_.generation, chain_.first, files_.front().name, std::uint64_t{0}},
                "the keys of a pruned stretch are not at hand"};
            return;
        }
        chain_.anchorName = start_.anchor->name;
        ByteView rest(start_.anchor->bytes);
        const std::array<std::uint64_t, 2> seqs = {0, chain_.first - 1};
        for (const std::uint64_t seq : seqs) {
            const std::uint64_t offset = start_.anchor->bytes.size() - rest.size();
            const Frame frame = frameEntry(rest);
            auto wrong = frame.framing == Framing::Whole
                             ? takeAnchor(rest.first(frame.sizeBytes), seq, offset)
                             : std::optional<std::string>("bytes that are no entry");
            if (wrong) {
                failAnchor(seq, offset, *std::move(wrong));
                return;
            }
            rest = rest.subspan(frame.sizeBytes);
        }
        if (!rest.empty()) {
            failAnchor(seqs.back(),
                       start_.anchor->bytes.size() - rest.size(),
                       "bytes behind the docking that ends the pruned stretch");
            return;
        }
        order_.continueAfter(chain_.anchor.back().entry);
    }

    void failAnchor(std::uint64_t seq, std::uint64_t offset, std::string text) {
        chain_.problem = Problem{Verdict::Altered,
                                 Place{chain_.generation, seq, chain_.anchorName, offset},
                                 std::move(text)};
    }

    std::optional<std::string> takeAnchor(ByteView bytes, std::uint64_t seq, std::uint64_t offset) {
        auto parsed = parseEntry(bytes);
        if (!parsed) {
            return parsed.error().message;
        }
        Entry& entry = *parsed;
        if (auto wrong = checkIdentity(entry, seq)) {
            return wrong;
        }
        if (const auto body = checkBody(entry); !body) {
            return body.error().message;
        }
        if (seq == 0) {
            Order opening(0);
            if (entry.previous != Digest{}) {
                return "it does not hold the hash of the entry before";
            }
            if (auto wrong = opening.judge(entry)) {
                return wrong;
            }
            if (auto wrong = checkSignature(entry)) {
                return wrong;
            }
        } else if (entry.kind != "docking") {
            return "a pruned stretch ends with a docking";
        } else if (auto wrong = checkStatement(entry)) {
            return wrong;
        }
        keys_ = *readNextKeys(entry.body);
        chain_.anchor.push_back(PlacedEntry{*std::move(parsed), kAnchorFile, offset});
        return std::nullopt;
    }

    std::optional<std::string> checkIdentity(const Entry& entry, std::uint64_t seq) const {
        const std::string device = start_.device.empty() ? chain_.device() : start_.device;
        if ((!device.empty() && entry.device != device) || entry.generation != chain_.generation) {
            return "the entry is of another device or generation";
        }
        return entry.seq == seq ? std::nullopt
                                : std::optional<std::string>(
                                      fmt::format("seq {} stands where {} is due", entry.seq, seq));
    }

    void walkFile(std::size_t index) {
        const LedgerFile& file = files_[index];
        const bool afterDocking =
            chain_.entries.empty() || chain_.entries.back().entry.kind == "docking";
        if (file.absent || (start_.stored && afterDocking && file.first > expected_)) {
            chain_.problem =
                Problem{Verdict::Incomplete,
                        Place{chain_.generation, expected_, std::nullopt, std::nullopt},
                        "a chapter is absent"};
            return;
        }
        if (file.first != expected_ || !afterDocking) {
            fail(Verdict::Altered, index, 0, "a chapter does not follow the one before it");
            return;
        }
        chain_.endOffset = 0;
        ByteView rest(file.bytes);
        while (!rest.empty()) {
            const std::uint64_t offset = file.bytes.size() - rest.size();
            const Frame frame = frameEntry(rest);
            if (frame.framing == Framing::Malformed) {
                fail(Verdict::Altered, index, offset, "bytes that are no entry");
                return;
            }
            if (frame.framing == Framing::Torn) {
                const bool last = index + 1 == files_.size();
                fail(last ? Verdict::Incomplete : Verdict::Altered,
                     index,
                     offset,
                     "the ledger ends within an entry");
                return;
            }
            if (auto wrong = take(rest.first(frame.sizeBytes), index, offset)) {
                fail(Verdict::Altered, index, offset, *std::move(wrong));
                return;
            }
            rest = rest.subspan(frame.sizeBytes);
            chain_.endOffset = offset + frame.sizeBytes;
        }
    }

    /// Checks one entry and keeps it; the sentence that says what is wrong, if something is.
    std::optional<std::string> take(ByteView bytes, std::size_t file, std::uint64_t offset) {
        auto parsed = parseEntry(bytes);
        if (!parsed) {
            return parsed.error().message;
        }
        Entry& entry = *parsed;
        if (offset > 0 && chain_.entries.back().entry.kind == "docking") {
            return "an entry in the file of a chapter that has ended";
        }
        if (auto wrong = checkIdentity(entry, expected_)) {
            return wrong;
        }
        if (auto wrong = checkPrevious(entry)) {
            return wrong;
        }
        if (const auto body = checkBody(entry); !body) {
            return body.error().message;
        }
        if (auto wrong = order_.judge(entry)) {
            return wrong;
        }
        if (auto wrong = checkSignature(entry)) {
            return wrong;
        }
        if (auto wrong = checkStatement(entry)) {
            return wrong;
        }
        if (isNaming(entry.kind)) {
            keys_ = *readNextKeys(entry.body);
        }
        chain_.entries.push_back(PlacedEntry{*std::move(parsed), file, offset});
        ++expected_;
        return std::nullopt;
    }

    std::optional<std::string> checkPrevious(const Entry& entry) const {
        Digest due{};
        if (!chain_.entries.empty()) {
            due = chain_.entries.back().entry.hash;
        } else if (!chain_.anchor.empty()) {
            due = chain_.anchor.back().entry.hash;
        } else if (entry.seq != 0) {
            if (!start_.trusted) {
                return std::nullopt;
            }
            due = start_.previous;
        }
        return entry.previous == due
                   ? std::nullopt
                   : std::optional<std::string>("it does not hold the hash of the entry before");
    }

    std::optional<std::string> checkSignature(const Entry& entry) {
        if (entry.seq == 0) {
            const auto body = GenesisBody::fromCbor(entry.body, entry.kind == "rollback");
            const auto certificate = crypto::Certificate::fromDer(body->certificate);
            const auto key =
                certificate
                    ? certificate->key()
                    : core::Result<crypto::PublicKey>(tl::make_unexpected(certificate.error()));
            if (!key) {
                return "the identity certificate cannot be read";
            }
            return signedBy(entry, *key);
        }
        if (!keys_) {
            return std::nullopt;
        }
        if (entry.kind == "boot") {
            if (auto wrong = checkPending()) {
                return wrong;
            }
            return signedBy(entry, keys_->resume);
        }
        if (all_ || isNaming(entry.kind)) {
            pending_ = false;
            return signedBy(entry, keys_->epoch);
        }
        pending_ = true;
        return std::nullopt;
    }

    /// The last entry under the current epoch key, if its signature was put off.
    std::optional<std::string> checkPending() {
        if (!pending_) {
            return std::nullopt;
        }
        pending_ = false;
        const PlacedEntry& last = chain_.entries.back();
        auto wrong = signedBy(last.entry, keys_->epoch);
        if (wrong) {
            chain_.problem = Problem{Verdict::Altered, chain_.placeOf(last), *wrong};
        }
        return wrong;
    }

    static std::optional<std::string> signedBy(const Entry& entry, const crypto::PublicKey& key) {
        return verifyEntry(entry, key)
                   ? std::nullopt
                   : std::optional<std::string>("it is not signed with the key that was due");
    }

    std::optional<std::string> checkStatement(const Entry& entry) const {
        if (entry.kind != "docking") {
            return std::nullopt;
        }
        const auto nonce = bytesAt(entry.body, "nonce");
        const auto statement = crypto::parseSign1(*bytesAt(entry.body, "statement"));
        const auto next = readNextKeys(entry.body);
        const bool good =
            statement && statement->contentType == "liuhen/docking" &&
            core::equal(statement->payload, dockingStatementPayload(entry, *nonce, *next)) &&
            identitySigned(*statement);
        return good ? std::nullopt
                    : std::optional<std::string>(
                          "the identity key did not make its docking statement");
    }

    /// True also where the identity certificate is not at hand.
    [[nodiscard]] bool identitySigned(const crypto::Sign1& statement) const {
        const PlacedEntry* opening = chain_.find(0);
        if (opening == nullptr) {
            return true;
        }
        const Entry& entry = opening->entry;
        const auto genesis = GenesisBody::fromCbor(entry.body, entry.kind == "rollback");
        const auto key = crypto::Certificate::fromDer(genesis->certificate)->key();
        return crypto::verifySign1(statement, *key);
    }

    const std::vector<LedgerFile>& files_;
    const ChainStart& start_;
    bool all_;
    std::optional<NextKeys> keys_;
    Order order_;
    Chain chain_;
    std::uint64_t expected_ = 0;
    bool pending_ = false;  // the last entry's signature is not checked yet
};

}  // namespace

const PlacedEntry* Chain::find(std::uint64_t seq) const {
    for (const PlacedEntry& kept : anchor) {
        if (kept.entry.seq == seq) {
            return &kept;
        }
    }
    if (seq < first || seq - first >= entries.size()) {
        return nullptr;
    }
    return &entries[static_cast<std::size_t>(seq - first)];
}

std::optional<Digest> Chain::hashAt(std::uint64_t seq) const {
    if (const PlacedEntry* placed = find(seq)) {
        return placed->entry.hash;
    }
    if (!entries.empty() && first > 0 && seq == first - 1) {
        return entries.front().entry.previous;
    }
    return std::nullopt;
}

std::string Chain::device() const {
    if (!anchor.empty()) {
        return anchor.front().entry.device;
    }
    return entries.empty() ? std::string() : entries.front().entry.device;
}

void Chain::tell(Report& report) const {
    if (unproven) {
        report.problems.push_back(*unproven);
    }
    if (problem) {
        report.problems.push_back(*problem);
    }
}

Place Chain::placeOf(const PlacedEntry& entry) const {
    const std::string& name = entry.file == kAnchorFile ? anchorName : fileNames[entry.file];
    return Place{generation, entry.entry.seq, name, entry.offset};
}

Chain checkChain(std::uint64_t generation,
                 const std::vector<LedgerFile>& files,
                 const ChainStart& start) {
    Chain chain = Walk(generation, files, start, false).run();
    if (chain.problem) {
        return Walk(generation, files, start, true).run();
    }
    return chain;
}

}  // namespace liuhen::evidence
