// SPDX-License-Identifier: Apache-2.0
// Reading of the configuration and of the files that it names.
#include "dock/vault/config.hpp"

#include "common/core/config_table.hpp"

namespace liuhen::vault {

namespace {

constexpr std::uint64_t kPemBytes = std::uint64_t{64} << 10U;

Result<crypto::Certificate> readCertificate(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const Buffer pem, core::readFile(files, path, kPemBytes));
    auto certificate = crypto::Certificate::fromPem(core::textOf(pem));
    if (!certificate) {
        return core::failWith(certificate.error(), "read " + path);
    }
    return certificate;
}

template <class Key>
Result<Key> readKey(core::Files& files, const std::string& path) {
    LIUHEN_TRY(Buffer pem, core::readFile(files, path, kPemBytes));
    auto key = Key::fromPem(core::textOf(pem));
    crypto::wipe(pem);
    if (!key) {
        return core::failWith(key.error(), "read " + path);
    }
    return key;
}

}  // namespace

Result<Config> loadConfig(const std::string& path) {
    LIUHEN_TRY(core::ConfigTable table, core::ConfigTable::open(path));
    Config config;
    config.root = table.path("root");
    config.registered = table.path("registered");
    config.folder = table.path("folder");
    config.socket = table.path("socket");
    config.receiptKey = table.path("receipt_key");
    config.receiptCertificate = table.path("receipt_certificate");
    config.checkpointKey = table.path("checkpoint_key");
    config.checkpointCertificate = table.path("checkpoint_certificate");
    config.origin = table.text("origin");
    LIUHEN_CHECK(table.finish());
    return config;
}

Result<Identity> loadIdentity(core::Files& files, const Config& config) {
    LIUHEN_TRY(crypto::Certificate root, readCertificate(files, config.root));
    if (root.role() != crypto::Role::Root) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "read " + config.root + ": it is no root certificate");
    }
    LIUHEN_TRY(crypto::PrivateKey receiptKey,
               readKey<crypto::PrivateKey>(files, config.receiptKey));
    LIUHEN_TRY(crypto::Certificate receipt, readCertificate(files, config.receiptCertificate));
    LIUHEN_TRY(crypto::NoteKey checkpointKey,
               readKey<crypto::NoteKey>(files, config.checkpointKey));
    LIUHEN_TRY(crypto::Certificate checkpoint,
               readCertificate(files, config.checkpointCertificate));
    return Identity{config.origin,
                    std::move(root),
                    std::move(receiptKey),
                    std::move(receipt),
                    std::move(checkpointKey),
                    std::move(checkpoint)};
}

}  // namespace liuhen::vault
