// SPDX-License-Identifier: Apache-2.0
// `liuhen enroll`: what an agency does once for itself, for each recorder, generation and dock.
#include "common/core/clock.hpp"
#include "common/crypto/certificate.hpp"
#include "common/evidence/bodies.hpp"
#include "common/evidence/messages.hpp"
#include "common/tlog/note.hpp"
#include "tools/liuhen/commands.hpp"

#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::cli {

namespace {

using core::joinPath;
using core::Result;
using crypto::Role;

constexpr std::uint64_t kMaxPemBytes = 65'536;
constexpr std::uint64_t kMaxLedgerBytes = std::uint64_t{1} << 31U;
constexpr int kRootYears = 20;
constexpr int kLeafYears = 5;

Result<void> writeNew(core::Files& files,
                      const std::string& path,
                      std::string_view text,
                      bool secret) {
    if (files.exists(path)) {
        return core::fail(core::ErrorKind::AlreadyExists,
                          "write " + path + ": it is there already; nothing was changed");
    }
    LIUHEN_CHECK(core::replaceFile(files, path, core::viewOf(text)));
    if (secret && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
        return core::failErrno(errno, "protect " + path);
    }
    return {};
}

Result<std::string> readText(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const core::Buffer bytes, core::readFile(files, path, kMaxPemBytes));
    return std::string(core::textOf(bytes));
}

Result<crypto::Authority> openAgency(core::Files& files, const std::string& agency) {
    LIUHEN_TRY(const std::string key, readText(files, joinPath(agency, "root-key.pem")));
    LIUHEN_TRY(const std::string certificate, readText(files, joinPath(agency, "root.pem")));
    return crypto::Authority::open(key, certificate);
}

/// Makes a key pair, certifies it and writes both as <stem>.pem and <stem>.crt.
Result<void> issue(core::Files& files,
                   const crypto::Authority& authority,
                   Role role,
                   const std::string& subject,
                   const std::string& keyPath,
                   const std::string& certificatePath) {
    const crypto::PrivateKey key = crypto::PrivateKey::generate();
    LIUHEN_TRY(
        const crypto::Certificate certificate,
        authority.certify(key.publicKey(), role, subject, kLeafYears, core::SystemClock().utc()));
    LIUHEN_CHECK(writeNew(files, keyPath, key.toPem(), true));
    return writeNew(files, certificatePath, certificate.toPem(), false);
}

Result<void> copyFile(core::Files& files, const std::string& from, const std::string& to) {
    LIUHEN_TRY(const std::string text, readText(files, from));
    return writeNew(files, to, text, false);
}

}  // namespace

Result<int> enrollAgency(core::Files& files, const EnrollOptions& options) {
    const core::Microseconds now = core::SystemClock().utc();
    LIUHEN_CHECK(files.makeFolders(joinPath(options.agency, "registered")));
    LIUHEN_CHECK(files.makeFolders(joinPath(options.agency, "witnesses")));
    LIUHEN_TRY(const crypto::Authority authority,
               crypto::Authority::create(options.name, kRootYears, now));
    LIUHEN_CHECK(
        writeNew(files, joinPath(options.agency, "root-key.pem"), authority.key().toPem(), true));
    LIUHEN_CHECK(writeNew(
        files, joinPath(options.agency, "root.pem"), authority.certificate().toPem(), false));
    LIUHEN_CHECK(issue(files,
                       authority,
                       Role::Evidence,
                       "evidence",
                       joinPath(options.agency, "evidence-key.pem"),
                       joinPath(options.agency, "evidence.crt")));
    LIUHEN_CHECK(issue(files,
                       authority,
                       Role::Escrow,
                       "escrow",
                       joinPath(options.agency, "escrow-key.pem"),
                       joinPath(options.agency, "escrow.crt")));
    fmt::print("agency {} made in {}\nKeep root-key.pem and escrow-key.pem away from every dock.\n",
               options.name,
               options.agency);
    return 0;
}

Result<int> enrollRecorder(core::Files& files, const EnrollOptions& options) {
    if (!evidence::isDeviceName(options.name)) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "enrol recorder: a device name has 1 to 32 of A-Z a-z 0-9 . _ -");
    }
    LIUHEN_TRY(const crypto::Authority authority, openAgency(files, options.agency));
    const std::string keystore = joinPath(options.recorder, "keystore");
    LIUHEN_CHECK(files.makeFolders(keystore));
    LIUHEN_CHECK(files.makeFolders(joinPath(options.recorder, "card")));
    LIUHEN_CHECK(issue(files,
                       authority,
                       Role::Recorder,
                       options.name,
                       joinPath(keystore, "identity.pem"),
                       joinPath(keystore, "identity.crt")));
    LIUHEN_CHECK(issue(files,
                       authority,
                       Role::RecorderTls,
                       options.name,
                       joinPath(keystore, "tls.pem"),
                       joinPath(keystore, "tls.crt")));
    LIUHEN_CHECK(writeNew(
        files, joinPath(keystore, "witness.pem"), crypto::NoteKey::generate().toPem(), true));
    LIUHEN_CHECK(
        copyFile(files, joinPath(options.agency, "root.pem"), joinPath(keystore, "root.pem")));
    LIUHEN_CHECK(copyFile(
        files, joinPath(options.agency, "evidence.crt"), joinPath(keystore, "evidence.crt")));
    LIUHEN_CHECK(
        copyFile(files, joinPath(options.agency, "escrow.crt"), joinPath(keystore, "escrow.crt")));
    fmt::print("recorder {} certified; switch it on once, then 'liuhen enroll genesis'\n",
               options.name);
    return 0;
}

Result<int> enrollGenesis(core::Files& files, const EnrollOptions& options) {
    LIUHEN_TRY(const crypto::Authority authority, openAgency(files, options.agency));
    const std::string ledger = joinPath(options.recorder, "card/ledger");
    LIUHEN_TRY(const auto folders, files.list(ledger));
    std::uint64_t generation = 0;
    for (const core::FolderItem& folder : folders) {
        LIUHEN_TRY(const std::uint64_t number, core::parseUnsigned(folder.name));
        generation = std::max(generation, number);
    }
    LIUHEN_TRY(const core::Buffer bytes,
               core::readFile(
                   files, joinPath(ledger, evidence::chapterPath(generation, 0)), kMaxLedgerBytes));
    const evidence::Frame frame = evidence::frameEntry(bytes);
    if (frame.framing != evidence::Framing::Whole) {
        return core::fail(core::ErrorKind::DataLoss,
                          "register genesis: the ledger does not begin with an entry");
    }
    LIUHEN_TRY(const evidence::Entry entry,
               evidence::parseEntry(core::ByteView(bytes).first(frame.sizeBytes)));
    LIUHEN_TRY(const evidence::GenesisBody body,
               evidence::GenesisBody::fromCbor(entry.body, entry.kind == "rollback"));
    LIUHEN_TRY(const crypto::Certificate identity, crypto::Certificate::fromDer(body.certificate));
    LIUHEN_TRY(const crypto::PublicKey key, identity.key());
    const auto wrong =
        crypto::judge(identity, authority.certificate(), Role::Recorder, std::nullopt);
    if (wrong || identity.subject() != entry.device || !evidence::verifyEntry(entry, key)) {
        return core::fail(core::ErrorKind::Unauthenticated,
                          "register genesis: it is not signed by a recorder of this agency" +
                              (wrong ? ": " + *wrong : std::string()));
    }
    const std::string folder = joinPath(options.agency, "registered");
    LIUHEN_CHECK(files.makeFolders(folder));
    const std::string path = joinPath(folder, evidence::registrationName(entry.device, generation));
    const core::Buffer message =
        evidence::Registration{entry.device, generation, entry.hash}.sign(authority.key());
    LIUHEN_CHECK(writeNew(files, path, core::textOf(message), false));
    fmt::print(
        "generation {} of {} registered: {}\n", generation, entry.device, core::toHex(entry.hash));
    return 0;
}

Result<int> enrollDock(core::Files& files, const EnrollOptions& options) {
    LIUHEN_TRY(const crypto::Authority authority, openAgency(files, options.agency));
    const std::string keys = joinPath(options.dock, "keys");
    LIUHEN_CHECK(files.makeFolders(keys));
    const auto path = [&keys](const char* name) { return joinPath(keys, name); };
    const std::string vault = options.name + "-vault";
    LIUHEN_CHECK(
        issue(files, authority, Role::DockTls, options.name, path("tls.pem"), path("tls.crt")));
    LIUHEN_CHECK(
        issue(files, authority, Role::Dock, options.name, path("dock.pem"), path("dock.crt")));
    LIUHEN_CHECK(
        issue(files, authority, Role::Receipt, vault, path("receipt.pem"), path("receipt.crt")));
    const crypto::NoteKey checkpoint = crypto::NoteKey::generate();
    LIUHEN_TRY(const crypto::Certificate certificate,
               authority.certifyNoteKey(
                   checkpoint.publicBytes(), vault, kLeafYears, core::SystemClock().utc()));
    LIUHEN_CHECK(writeNew(files, path("checkpoint.pem"), checkpoint.toPem(), true));
    LIUHEN_CHECK(writeNew(files, path("checkpoint.crt"), certificate.toPem(), false));
    LIUHEN_CHECK(copyFile(files, joinPath(options.agency, "root.pem"), path("root.pem")));
    const std::string vkey = tlog::toText(
        tlog::VerifierKey{vault, tlog::NoteKeyType::Ed25519, checkpoint.publicBytes()});
    LIUHEN_CHECK(writeNew(files, path("checkpoint.vkey"), vkey + "\n", false));
    fmt::print("dock {} certified; its vault's log is {}, its key for witnesses\n{}\n",
               options.name,
               vault,
               vkey);
    return 0;
}

Result<int> enrollWeb(core::Files& files, const EnrollOptions& options) {
    LIUHEN_TRY(const crypto::Authority authority, openAgency(files, options.agency));
    const std::string keys = joinPath(options.dock, "keys");
    LIUHEN_CHECK(files.makeFolders(keys));
    LIUHEN_CHECK(issue(files,
                       authority,
                       Role::Web,
                       options.name,
                       joinPath(keys, "web.pem"),
                       joinPath(keys, "web.crt")));
    fmt::print(
        "page of {} certified; browsers must trust {}\n"
        "next:  name it in [web] of dock.toml, then 'liuhen-dock account make'\n",
        options.name,
        joinPath(options.agency, "root.pem"));
    return 0;
}

}  // namespace liuhen::cli
