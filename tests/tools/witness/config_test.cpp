// SPDX-License-Identifier: Apache-2.0
// A witness made by `init`, its configuration, and the HTTP face of it.
#include "tools/witness/config.hpp"

#include "common/net/client.hpp"
#include "common/tlog/add_checkpoint.hpp"
#include "tests/common/tlog/fixtures.hpp"
#include "tests/hal/temporary_folder.hpp"
#include "tools/witness/service.hpp"
#include "tools/witness/setup.hpp"

#include <fmt/format.h>

namespace {

using namespace liuhen;
using namespace liuhen::test;

struct Site {
    hal::test::TemporaryFolder folder;
    std::unique_ptr<core::Files> files = core::systemFiles();
    crypto::NoteKey log = exampleKey();
    std::string logFile =
        folder.write("log.vkey",
                     tlog::toText(tlog::VerifierKey{
                         "vault.example", tlog::NoteKeyType::Ed25519, log.publicBytes()}) +
                         "\n");
    std::string vkey =
        must(witness::setUp(*files, {folder / "w", "witness.example/w1", {logFile}}));

    void rewrite(const std::string& from, const std::string& to) {
        const std::string path = folder / "w/witness.toml";
        std::string text(core::textOf(must(core::readFile(*files, path, UINT64_MAX))));
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        must(core::replaceFile(*files, path, core::viewOf(text.replace(at, from.size(), to))));
    }
    [[nodiscard]] core::Result<witness::Config> load() {
        return witness::loadConfig(*files, folder / "w/witness.toml");
    }
};

}  // namespace

TEST_SUITE("tools/witness/config") {
    TEST_CASE("what init makes can be loaded, and init makes nothing twice") {
        Site site;
        const auto config = must(site.load());
        CHECK(config.settings.name == "witness.example/w1");
        REQUIRE(config.settings.logs.size() == 1);
        CHECK(config.settings.logs.front().origin == "vault.example");
        CHECK(config.settings.logs.front().key.publicKey == site.log.publicBytes());
        CHECK(config.address == "127.0.0.1");
        CHECK(config.port == 8480);
        const auto key = must(tlog::parseVerifierKey(site.vkey));
        CHECK(key.type == tlog::NoteKeyType::CosignatureV1);
        CHECK(key.publicKey == config.settings.key.publicBytes());
        CHECK(witness::Memory::open(*site.files, config.state, site.folder / "locks").has_value());
        CHECK_FALSE(
            witness::setUp(*site.files, {site.folder / "w", "other", {site.logFile}}).has_value());
        for (const char* name : {"", "a b", "a+b", "a\"b"}) {
            CAPTURE(name);
            CHECK_FALSE(
                witness::setUp(*site.files, {site.folder / "v", name, {site.logFile}}).has_value());
        }
        const std::string witnessKey = site.folder.write("w.vkey", site.vkey + "\n");
        CHECK_FALSE(
            witness::setUp(*site.files, {site.folder / "v", "v", {witnessKey}}).has_value());
        CHECK_FALSE(site.files->exists(site.folder / "v"));
    }

    TEST_CASE("a wrong configuration is told with its place") {
        struct Row {
            const char* name;
            const char* from;
            const char* to;
            const char* told;
        };
        for (const Row& row : {Row{"an unknown key", "listen =", "listens =", "listens"},
                               Row{"no port", "127.0.0.1:8480", "127.0.0.1", "ADDRESS:PORT"},
                               Row{"no key", "key = \"witness.pem\"", "key = \"none.pem\"", "key"},
                               Row{"a name with a space", "witness.example/w1", "a b", "name"},
                               Row{"another id", "vault.example+", "vault.example+0", "key"},
                               Row{"no log", "[[log]]", "[logs]", "log"}}) {
            CAPTURE(row.name);
            SUBCASE(row.name) {
                Site site;
                site.rewrite(row.from, row.to);
                const auto config = site.load();
                REQUIRE_FALSE(config.has_value());
                CAPTURE(config.error().message);
                CHECK(config.error().message.find(row.told) != std::string::npos);
            }
        }
    }

    TEST_CASE("over HTTP there is one call") {
        Site site;
        const auto config = must(site.load());
        const core::SystemClock clock;
        witness::Witness watching(
            config.settings,
            must(witness::Memory::open(*site.files, config.state, site.folder / "locks")),
            clock);
        const auto server = must(net::HttpServer::listenPlain(
            "127.0.0.1",
            0,
            [&watching](const net::Request& request) { return witness::serve(watching, request); },
            witness::serviceLimits()));
        const auto client =
            must(net::HttpClient::connectPlain("127.0.0.1", server->port(), net::ClientLimits{}));
        const auto ask = [&client](const std::string& method,
                                   const std::string& target,
                                   const std::string& body) {
            net::Request request;
            request.method = method;
            request.target = target;
            request.body = core::toBuffer(core::viewOf(body));
            return must(client->request(request));
        };
        const tlog::Checkpoint one{"vault.example", 1, core::Digest{1}};
        const std::string note = must(tlog::signCheckpoint(one, one.origin, site.log));
        const auto good = ask("POST", "/add-checkpoint", "old 0\n\n" + note);
        CHECK(good.status == 200);
        const std::string line(core::textOf(good.body));
        const auto cosigned = must(tlog::parseNote(must(tlog::withSignature(note, line))));
        CHECK(tlog::verifyCosignature(
            cosigned, "witness.example/w1", config.settings.key.publicBytes()));
        const auto again = ask("POST", "/add-checkpoint", "old 0\n\n" + note);
        CHECK(again.status == 409);
        CHECK(again.contentType == "text/x.tlog.size");
        CHECK(core::textOf(again.body) == "1\n");
        CHECK(ask("GET", "/add-checkpoint", "").status == 405);
        CHECK(ask("POST", "/", "old 0\n\n" + note).status == 404);
        CHECK(ask("POST", "/add-checkpoint", "").status == 400);
        CHECK(client->usable());
        net::Request huge;
        huge.method = "POST";
        huge.target = "/add-checkpoint";
        huge.body.resize(tlog::kAddCheckpointBytes + 1);
        const auto refused = client->request(huge);
        CHECK((!refused || refused->status == 413));
    }
}
