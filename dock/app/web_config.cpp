// SPDX-License-Identifier: Apache-2.0
// Reading of [web].
#include "dock/app/config.hpp"

#include <utility>

#include <fmt/format.h>

namespace liuhen::dock {

namespace {

constexpr std::uint64_t kPemBytes = std::uint64_t{64} << 10U;
constexpr std::int64_t kLeastSeconds = 2;
constexpr std::int64_t kDaySeconds = 86'400;

/// A file of keys as text; "" if something is wrong, which the table tells.
std::string readPemText(core::Files& files, core::ConfigTable& table, const char* key) {
    const std::string path = table.path(key);
    if (path.empty()) {
        return "";  // told already
    }
    auto pem = core::readFile(files, path, kPemBytes);
    if (!pem) {
        table.reject(key, pem.error().message);
        return "";
    }
    std::string text(core::textOf(*pem));
    crypto::wipe(*pem);
    return text;
}

std::optional<net::TlsIdentity> readIdentity(core::Files& files,
                                             core::ConfigTable& table,
                                             const crypto::Certificate& root) {
    std::string keyText = readPemText(files, table, "key");
    const std::string text = readPemText(files, table, "certificate");
    if (keyText.empty() || text.empty()) {
        return std::nullopt;
    }
    const auto key = crypto::PrivateKey::fromPem(keyText);
    const auto certificate = crypto::Certificate::fromPem(text);
    if (!key || !certificate) {
        table.reject(key ? "certificate" : "key",
                     key ? certificate.error().message : key.error().message);
        return std::nullopt;
    }
    const auto wrong =
        crypto::judge(*certificate, root, crypto::Role::Web, core::SystemClock().utc());
    const auto certified = certificate->key();
    if (wrong) {
        table.reject("certificate", *wrong + "; 'liuhen enroll web' makes one");
    } else if (!certified || !(*certified == key->publicKey())) {
        table.reject("key", "it is not the key of certificate");
    }
    return net::TlsIdentity{
        std::move(keyText), *certificate, root, crypto::Role::Web, {}, {}, {}, true};
}

}  // namespace

std::optional<web::WebSettings> readWeb(core::Files& files,
                                        core::ConfigTable& file,
                                        const crypto::Certificate& root) {
    if (!file.has("web")) {
        return std::nullopt;
    }
    core::ConfigTable table = file.table("web");
    const std::string origin = table.text("origin");
    const auto place = web::parseOrigin(origin);
    if (!place && !origin.empty()) {
        table.reject("origin", place.error().message);
    }
    const std::uint16_t port = place ? place->second : std::uint16_t{443};
    const std::string address = table.text("address", "127.0.0.1");
    const auto bound = static_cast<std::uint16_t>(table.integer("port", 1, 65535, port));
    const std::string ui = table.path("ui");
    const std::int64_t idle = table.integer("idle_seconds", kLeastSeconds, kDaySeconds, 1800);
    const std::int64_t longest =
        table.integer("session_seconds", kLeastSeconds, kDaySeconds, 43'200);
    auto identity = readIdentity(files, table, root);
    if (!identity) {
        return std::nullopt;
    }
    const std::string& subject = identity->certificate.subject();
    if (place && place->first != subject && place->first != "localhost") {
        table.reject("origin", fmt::format("the certificate is for {} and localhost", subject));
    }
    web::WebSettings settings{address, bound, origin, ui, *std::move(identity), {}};
    settings.sessions.idle = std::chrono::seconds(idle);
    settings.sessions.longest = std::chrono::seconds(longest);
    return settings;
}

}  // namespace liuhen::dock
