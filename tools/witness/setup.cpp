// SPDX-License-Identifier: Apache-2.0
// `liuhen witness init`.
#include "tools/witness/setup.hpp"

#include "common/tlog/note.hpp"
#include "tools/witness/memory.hpp"

#include <sys/stat.h>

#include <cerrno>

#include <fmt/format.h>

namespace liuhen::witness {

using core::ErrorKind;
using core::fail;
using core::joinPath;
using core::Result;

namespace {

constexpr std::uint64_t kKeyBytes = 4096;

/// A verifier key from a file of one line.
Result<tlog::VerifierKey> readLogKey(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const core::Buffer bytes, core::readFile(files, path, kKeyBytes));
    std::string_view line = core::textOf(bytes);
    line = line.substr(0, line.find('\n'));
    const auto key = tlog::parseVerifierKey(line);
    if (!key) {
        return core::failWith(key.error(), "read " + path);
    }
    // Both texts go into a TOML file between quotes.
    if (key->type != tlog::NoteKeyType::Ed25519 ||
        line.find_first_of("\"\\") != std::string_view::npos) {
        return fail(ErrorKind::InvalidArgument,
                    "read " + path + ": it is no log's key; take checkpoint.vkey of the dock");
    }
    return *key;
}

Result<std::string> configText(core::Files& files, const SetupOptions& options) {
    std::string text = fmt::format(
        "# Configuration of 'liuhen witness'; docs/ref/config.md tells every key.\n"
        "# Paths are relative to this file.\n\n"
        "# Stands in each cosignature. Never change it.\n"
        "name = \"{}\"\n"
        "key = \"witness.pem\"\n"
        "# What was seen of each log. Never put back an older copy of it.\n"
        "state = \"state\"\n"
        "# Where docks reach it.\n"
        "listen = \"127.0.0.1:8480\"\n",
        options.name);
    for (const std::string& path : options.logs) {
        LIUHEN_TRY(const tlog::VerifierKey key, readLogKey(files, path));
        text +=
            fmt::format("\n[[log]]\norigin = \"{}\"\nkey = \"{}\"\n", key.name, tlog::toText(key));
    }
    return text;
}

}  // namespace

Result<std::string> setUp(core::Files& files, const SetupOptions& options) {
    if (!tlog::isKeyName(options.name) || options.name.find_first_of("\"\\") != std::string::npos) {
        return fail(ErrorKind::InvalidArgument,
                    "make a witness: a name has no spaces, no plus, no quotes; such as "
                    "witness.example/w1");
    }
    const auto path = [&options](const char* name) { return joinPath(options.folder, name); };
    for (const char* name : {"witness.pem", "witness.vkey", "witness.toml", "state"}) {
        if (files.exists(path(name))) {
            return fail(ErrorKind::AlreadyExists,
                        "write " + path(name) + ": it is there already; nothing was changed");
        }
    }
    LIUHEN_TRY(const std::string config, configText(files, options));
    const crypto::NoteKey key = crypto::NoteKey::generate();
    const std::string vkey = tlog::toText(
        tlog::VerifierKey{options.name, tlog::NoteKeyType::CosignatureV1, key.publicBytes()});
    LIUHEN_CHECK(files.makeFolders(options.folder));
    LIUHEN_CHECK(core::replaceFile(files, path("witness.pem"), core::viewOf(key.toPem())));
    if (::chmod(path("witness.pem").c_str(), S_IRUSR | S_IWUSR) != 0) {
        return core::failErrno(errno, "protect " + path("witness.pem"));
    }
    LIUHEN_CHECK(core::replaceFile(files, path("witness.vkey"), core::viewOf(vkey + "\n")));
    LIUHEN_CHECK(Memory::make(files, path("state")));
    LIUHEN_CHECK(core::replaceFile(files, path("witness.toml"), core::viewOf(config)));
    return vkey;
}

}  // namespace liuhen::witness
