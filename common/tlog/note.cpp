// SPDX-License-Identifier: Apache-2.0
// Notes read strictly: one text for each note, bounded, judged only by name, id and key together.
#include "common/tlog/note.hpp"

#include "common/core/utf8.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::tlog {
namespace {

using core::ErrorKind;
using core::fail;
using core::viewOf;

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash, space
constexpr std::size_t kEd25519Bytes = 64;
constexpr std::size_t kCosignatureBytes = 8 + kEd25519Bytes;
constexpr std::uint64_t kLatestTime = INT64_MAX;

/// The characters with the Unicode property White_Space that are no control characters, as UTF-8.
constexpr std::array<std::string_view, 20> kSpaces = {" ",
                                                      "\xC2\x85",
                                                      "\xC2\xA0",
                                                      "\xE1\x9A\x80",
                                                      "\xE2\x80\x80",
                                                      "\xE2\x80\x81",
                                                      "\xE2\x80\x82",
                                                      "\xE2\x80\x83",
                                                      "\xE2\x80\x84",
                                                      "\xE2\x80\x85",
                                                      "\xE2\x80\x86",
                                                      "\xE2\x80\x87",
                                                      "\xE2\x80\x88",
                                                      "\xE2\x80\x89",
                                                      "\xE2\x80\x8A",
                                                      "\xE2\x80\xA8",
                                                      "\xE2\x80\xA9",
                                                      "\xE2\x80\xAF",
                                                      "\xE2\x81\x9F",
                                                      "\xE3\x80\x80"};

/// Whether `text` is UTF-8 without control characters below U+0020 other than the newline.
bool isPlainText(std::string_view text) {
    return core::isUtf8(viewOf(text)) && std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 && c != '\n';
           });
}

bool hasSpace(std::string_view text) {
    return std::any_of(kSpaces.begin(), kSpaces.end(), [text](std::string_view space) {
        return text.find(space) != std::string_view::npos;
    });
}

tl::unexpected<core::Error> bad(std::string_view why) {
    return fail(ErrorKind::InvalidArgument, fmt::format("read note: {}", why));
}

/// Why `text` cannot stand before the signatures of a note, if it cannot.
std::optional<std::string_view> textProblem(std::string_view text) {
    if (text.empty() || text.back() != '\n') {
        return "the text does not end with a newline";
    }
    if (text.size() > kNoteBytes) {
        return "the text is too long";
    }
    return isPlainText(text) ? std::nullopt
                             : std::optional<std::string_view>("not UTF-8, or a control character");
}

std::string signatureLine(const VerifierKey& key, ByteView signature) {
    Buffer bytes;
    core::appendU32(bytes, keyId(key));
    core::append(bytes, signature);
    return fmt::format("{}{} {}\n", kDash, key.name, core::toBase64(bytes));
}

Result<NoteSignature> parseSignature(std::string_view line) {
    if (!line.starts_with(kDash)) {
        return bad("a signature line does not begin with a dash");
    }
    line.remove_prefix(kDash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !isKeyName(line.substr(0, space))) {
        return bad("a signature line without a key name");
    }
    LIUHEN_TRY(const Buffer bytes, core::fromBase64(line.substr(space + 1)));
    core::ByteReader reader(bytes);
    if (reader.left() < 5) {
        return bad("a signature is too short");
    }
    NoteSignature signature;
    signature.name = line.substr(0, space);
    LIUHEN_TRY(signature.keyId, reader.u32());
    LIUHEN_TRY(const ByteView rest, reader.take(reader.left()));
    signature.signature = core::toBuffer(rest);
    return signature;
}

std::string cosignedMessage(std::uint64_t unixSeconds, std::string_view text) {
    return fmt::format("cosignature/v1\ntime {}\n{}", unixSeconds, text);
}

/// The signatures under the key's name and id.
std::vector<const NoteSignature*> signaturesOf(const Note& note, const VerifierKey& key) {
    const std::uint32_t id = keyId(key);
    std::vector<const NoteSignature*> found;
    for (const NoteSignature& signature : note.signatures) {
        if (signature.keyId == id && signature.name == key.name) {
            found.push_back(&signature);
        }
    }
    return found;
}

}  // namespace

bool isKeyName(std::string_view name) {
    return !name.empty() && name.find('+') == std::string_view::npos && isPlainText(name) &&
           name.find('\n') == std::string_view::npos && !hasSpace(name);
}

std::uint32_t keyId(const VerifierKey& key) {
    Buffer tail = {'\n', static_cast<std::uint8_t>(key.type)};
    core::append(tail, key.publicKey);
    const Digest digest = crypto::sha256({viewOf(key.name), ByteView(tail)});
    return (std::uint32_t{digest[0]} << 24U) | (std::uint32_t{digest[1]} << 16U) |
           (std::uint32_t{digest[2]} << 8U) | std::uint32_t{digest[3]};
}

std::string toText(const VerifierKey& key) {
    Buffer bytes = {static_cast<std::uint8_t>(key.type)};
    core::append(bytes, key.publicKey);
    return fmt::format("{}+{:08x}+{}", key.name, keyId(key), core::toBase64(bytes));
}

Result<VerifierKey> parseVerifierKey(std::string_view text) {
    const auto refused = [&text](std::string_view why) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read verifier key '{}': {}", text.substr(0, 80), why));
    };
    const std::size_t first = text.find('+');
    const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos || !isKeyName(text.substr(0, first))) {
        return refused("not of the form name+id+key");
    }
    const auto bytes = core::fromBase64(text.substr(second + 1));
    if (!bytes || bytes->size() != 1 + NotePublicKey{}.size()) {
        return refused("the key is not base64 of 33 bytes");
    }
    VerifierKey key;
    key.name = text.substr(0, first);
    key.type = static_cast<NoteKeyType>(bytes->front());
    if (key.type != NoteKeyType::Ed25519 && key.type != NoteKeyType::CosignatureV1) {
        return refused("unknown signature type");
    }
    std::copy(bytes->begin() + 1, bytes->end(), key.publicKey.begin());
    if (toText(key) != text) {
        return refused("the id is not the key's");
    }
    return key;
}

Result<Note> parseNote(std::string_view bytes) {
    if (bytes.size() > kNoteBytes) {
        return bad("longer than 64 KiB");
    }
    if (!isPlainText(bytes)) {
        return bad("not UTF-8, or a control character");
    }
    const std::size_t gap = bytes.rfind("\n\n");
    if (gap == std::string_view::npos || bytes.back() != '\n') {
        return bad("no empty line between text and signatures, or no newline at the end");
    }
    Note note;
    note.text = bytes.substr(0, gap + 1);
    std::string_view rest = bytes.substr(gap + 2);
    while (!rest.empty()) {
        if (note.signatures.size() == kNoteSignatures) {
            return bad("more than 64 signatures");
        }
        const std::size_t end = rest.find('\n');
        LIUHEN_TRY(NoteSignature signature, parseSignature(rest.substr(0, end)));
        note.signatures.push_back(std::move(signature));
        rest.remove_prefix(end + 1);
    }
    if (note.signatures.empty()) {
        return bad("no signature");
    }
    return note;
}

Result<std::string> signNote(std::string_view text,
                             std::string_view name,
                             const crypto::NoteKey& key) {
    if (const auto problem = textProblem(text)) {
        return fail(ErrorKind::InvalidArgument, fmt::format("sign note: {}", *problem));
    }
    if (!isKeyName(name)) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("sign note: '{}' is no key name", name));
    }
    const VerifierKey verifier{std::string(name), NoteKeyType::Ed25519, key.publicBytes()};
    return fmt::format("{}\n{}", text, signatureLine(verifier, key.sign(viewOf(text))));
}

bool verifySignature(const Note& note, std::string_view name, const NotePublicKey& publicKey) {
    const VerifierKey key{std::string(name), NoteKeyType::Ed25519, publicKey};
    const auto found = signaturesOf(note, key);
    return !found.empty() &&
           std::all_of(found.begin(), found.end(), [&](const NoteSignature* signature) {
               return signature->signature.size() == kEd25519Bytes &&
                      crypto::verifyNote(publicKey, viewOf(note.text), signature->signature);
           });
}

Result<std::string> cosign(std::string_view text,
                           std::string_view witnessName,
                           const crypto::NoteKey& key,
                           std::uint64_t unixSeconds) {
    if (const auto problem = textProblem(text)) {
        return fail(ErrorKind::InvalidArgument, fmt::format("cosign: {}", *problem));
    }
    if (!isKeyName(witnessName) || unixSeconds > kLatestTime) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("cosign as '{}' at {}: no key name, or no time", witnessName, unixSeconds));
    }
    const VerifierKey verifier{
        std::string(witnessName), NoteKeyType::CosignatureV1, key.publicBytes()};
    Buffer timed;
    core::appendU64(timed, unixSeconds);
    core::append(timed, key.sign(viewOf(cosignedMessage(unixSeconds, text))));
    return signatureLine(verifier, timed);
}

std::optional<std::uint64_t> verifyCosignature(const Note& note,
                                               std::string_view name,
                                               const NotePublicKey& publicKey) {
    const VerifierKey key{std::string(name), NoteKeyType::CosignatureV1, publicKey};
    std::optional<std::uint64_t> latest;
    for (const NoteSignature* signature : signaturesOf(note, key)) {
        core::ByteReader reader(signature->signature);
        const auto time = reader.u64();
        if (signature->signature.size() != kCosignatureBytes || !time || *time > kLatestTime) {
            return std::nullopt;
        }
        const std::string message = cosignedMessage(*time, note.text);
        if (!crypto::verifyNote(
                publicKey, viewOf(message), ByteView(signature->signature).subspan(8))) {
            return std::nullopt;
        }
        latest = std::max(latest.value_or(0), *time);
    }
    return latest;
}

Result<std::string> withSignature(std::string_view note, std::string_view line) {
    LIUHEN_TRY(const Note before, parseNote(note));
    if (line.empty() || line.find('\n') != line.size() - 1) {
        return bad("not one signature line");
    }
    const std::string ended = fmt::format("\n{}", line);
    if (note.substr(before.text.size()).find(ended) != std::string_view::npos) {
        return std::string(note);
    }
    std::string more = fmt::format("{}{}", note, line);
    LIUHEN_TRY(const Note after, parseNote(more));
    if (after.signatures.size() != before.signatures.size() + 1) {
        return bad("not one signature line");
    }
    return more;
}

}  // namespace liuhen::tlog
