// SPDX-License-Identifier: Apache-2.0
// Whether what is absent was released after a vault of the agency had confirmed it.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/ledger_walk.hpp"
#include "common/evidence/messages.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// The ledger files of a generation, in order.
struct GenerationFiles {
    std::vector<LedgerFile> chapters;
    std::optional<LedgerFile> anchor;
};

using LedgerFiles = std::map<std::uint64_t, GenerationFiles>;

/// Answers from the releases and receipts of a whole ledger. A receipt is read and verified when it
/// is first asked for.
///
/// Errors of its calls: those of reading the ledger's files.
class Coverage {
public:
    /// `ledger` and `facts` must outlive it; the facts' releases are sorted.
    Coverage(core::Files& files,
             const LedgerFiles& ledger,
             LedgerFacts& facts,
             std::string device,
             const crypto::Certificate& root);

    /// Whether a segment is released whose last entry has this hash.
    [[nodiscard]] Result<bool> coversSegment(std::uint64_t generation,
                                             std::uint64_t recording,
                                             std::uint64_t number,
                                             const Digest& last);
    /// Whether a torn file is released that an entry with this hash names.
    [[nodiscard]] Result<bool> coversTorn(std::uint64_t generation,
                                          const std::string& file,
                                          const Digest& entry);
    using HashOf = std::function<Result<std::optional<Digest>>(std::uint64_t seq)>;
    /// Whether the chapter that ends at `last`, or a later one, of a generation is released.
    /// `hashOf` answers for entries that were read.
    [[nodiscard]] Result<bool> coversStretch(std::uint64_t generation,
                                             std::uint64_t last,
                                             const HashOf& hashOf);
    /// For each docking, whether some receipt names it as the end of a chapter.
    [[nodiscard]] Result<std::vector<bool>> confirmed(const std::vector<Head>& dockings);

private:
    /// What a receipt that verifies says of this ledger.
    struct Confirmed {
        std::string type;
        std::uint64_t generation = 0;
        std::optional<std::uint64_t> recording;
        std::optional<std::uint64_t> segment;
        std::uint64_t seq = 0;
        Digest entry{};
        bool intact = false;
        std::optional<std::string> file;  // of a torn one
    };
    [[nodiscard]] Result<const Confirmed*> receiptAt(const Head& head);
    [[nodiscard]] Result<const Confirmed*> receiptNumber(std::size_t index);
    [[nodiscard]] Result<Buffer> messageOf(const ReceiptRecord& record);

    core::Files* files_;
    const LedgerFiles* ledger_;
    LedgerFacts* facts_;
    std::string device_;
    ReceiptSigners signers_;
    std::map<std::size_t, std::optional<Confirmed>> known_;
    // The file that was read last.
    std::optional<std::pair<std::uint64_t, std::uint32_t>> opened_;
    std::shared_ptr<const core::File> file_;
    std::unique_ptr<ByteWindow> window_;
};

}  // namespace liuhen::evidence
