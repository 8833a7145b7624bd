// SPDX-License-Identifier: Apache-2.0
// Signed messages around the ledger: registration, receipt, clock (docs/format ledger.md,
// custody.md).
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/entry.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// The agency's word that a generation's first entry is genuine; signed by the root key.
struct Registration {
    std::string device;
    std::uint64_t generation = 0;
    Digest genesis{};

    [[nodiscard]] Buffer sign(const crypto::PrivateKey& rootKey) const;
    /// Errors: DataLoss if malformed; Unauthenticated if `rootKey` did not sign it.
    [[nodiscard]] static Result<Registration> verify(ByteView message,
                                                     const crypto::PublicKey& rootKey);
};

/// "<device>-<generation>.cose", below agency/registered.
[[nodiscard]] std::string registrationName(std::string_view device, std::uint64_t generation);

/// The receipt certificates met so far, judged once each.
class ReceiptSigners {
public:
    explicit ReceiptSigners(crypto::Certificate root) : root_(std::move(root)) {}
    /// The certificate's subject and key. Errors: as fromDer; Unauthenticated if the root did not
    /// certify it for receipts.
    [[nodiscard]] Result<std::pair<std::string, crypto::PublicKey>> judge(ByteView der);

private:
    crypto::Certificate root_;
    std::map<Buffer, Result<std::pair<std::string, crypto::PublicKey>>> known_;  // a few
};

/// What a vault signs about one stored object.
struct Receipt {
    std::string vault;
    Buffer certificate;  // DER, role Receipt
    std::string device;
    std::uint64_t generation = 0;
    std::string type;  // chapter, segment, torn
    std::optional<std::uint64_t> recording;
    std::optional<std::uint64_t> segment;
    std::uint64_t seq = 0;
    Digest entry{};
    Digest object{};
    std::uint64_t size = 0;
    std::int64_t storedUs = 0;
    std::uint64_t copies = 0;
    std::uint64_t index = 0;
    std::vector<Digest> path;
    std::string checkpoint;
    Buffer leaf;

    [[nodiscard]] Buffer sign(const crypto::PrivateKey& key) const;
    [[nodiscard]] static Result<Receipt> parse(ByteView message);
    /// Checks signature, certificate, leaf, path and origin (custody.md section 4).
    /// Errors: DataLoss if malformed; Unauthenticated, with what does not hold.
    [[nodiscard]] static Result<Receipt> verify(ByteView message, const crypto::Certificate& root);
    /// The same for many receipts.
    [[nodiscard]] static Result<Receipt> verify(ByteView message, ReceiptSigners& signers);
};

/// Bounds of leaves (custody.md section 2).
inline constexpr std::size_t kMaxLeafBytes = 65535;
inline constexpr std::size_t kMaxObjectLeafBytes = 4096;
inline constexpr std::size_t kMaxLeafFindings = 16;
/// Of the maker and the device that an `imported` leaf names.
inline constexpr std::size_t kMaxImportNameBytes = 64;
inline constexpr std::size_t kMaxLeafFindingBytes = 64;

/// The leaf of an object, as the vault logs it and a receipt repeats it.
struct ObjectLeaf {
    std::int64_t timeUs = 0;
    Digest object{};
    std::uint64_t size = 0;
    std::string type;  // chapter, segment, torn
    std::string device;
    std::uint64_t generation = 0;
    std::uint64_t seq = 0;
    Digest entry{};
    std::optional<std::uint64_t> first;      // chapter
    std::optional<std::uint64_t> recording;  // segment
    std::optional<std::uint64_t> segment;    // segment
    std::optional<std::string> file;         // torn
    std::string verdict;                     // as name(Verdict)
    std::vector<std::string> findings;       // at most kMaxLeafFindings of kMaxLeafFindingBytes

    [[nodiscard]] Buffer encode() const;
    /// Errors: DataLoss if it is no leaf of kind `object`.
    [[nodiscard]] static Result<ObjectLeaf> decode(ByteView leaf);
};

/// Any leaf: {version, time, kind, body}.
[[nodiscard]] Buffer encodeLeaf(std::int64_t timeUs, std::string_view kind, Cbor body);
struct Leaf {
    std::int64_t timeUs = 0;
    std::string kind;
    Cbor body;

    [[nodiscard]] static Result<Leaf> decode(ByteView bytes);
};

/// The dock's time for a recorder, as a `clock` entry keeps it.
struct ClockMessage {
    Buffer certificate;  // DER, role Dock
    std::string device;
    Digest docking{};
    std::int64_t utcUs = 0;

    [[nodiscard]] Buffer sign(const crypto::PrivateKey& dockKey) const;
    [[nodiscard]] static Result<ClockMessage> verify(ByteView message,
                                                     const crypto::Certificate& root);
};

}  // namespace liuhen::evidence
