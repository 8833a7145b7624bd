// SPDX-License-Identifier: Apache-2.0
// How the dock's programs end: exit codes, the place of a mistake, and nothing made before it.
#include "tests/dock/vault/bench.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

TEST_SUITE_BEGIN("dock/app/programs");

namespace liuhen::vault::test {

namespace {

/// Two configurations that are well, with all that they name.
class Site {
public:
    Site() {
        const auto tlsKey = crypto::PrivateKey::generate();
        const auto dockKey = crypto::PrivateKey::generate();
        const auto certify = [this](const crypto::PrivateKey& key, crypto::Role role) {
            return must(agency.root.certify(key.publicKey(), role, "dock-1", 1, agency.now))
                .toPem();
        };
        write("root.pem", agency.root.certificate().toPem());
        write("receipt.pem", agency.receiptKey.toPem());
        write("receipt.crt", agency.receipt.toPem());
        write("checkpoint.pem", agency.checkpointKey.toPem());
        write("checkpoint.crt", agency.checkpoint.toPem());
        write("tls.pem", tlsKey.toPem());
        write("tls.crt", certify(tlsKey, crypto::Role::DockTls));
        write("dock.pem", dockKey.toPem());
        write("dock.crt", certify(dockKey, crypto::Role::Dock));
        write("other.pem", crypto::PrivateKey::generate().toPem());
        write("revoked", "# nobody\n");
        write("vault.toml",
              fmt::format("root = \"root.pem\"\n"
                          "registered = \"registered\"\n"
                          "folder = \"vault\"\n"
                          "socket = \"socket\"\n"
                          "receipt_key = \"receipt.pem\"\n"
                          "receipt_certificate = \"receipt.crt\"\n"
                          "checkpoint_key = \"checkpoint.pem\"\n"
                          "checkpoint_certificate = \"checkpoint.crt\"\n"
                          "origin = \"{}\"\n",
                          kOrigin));
        write("dock/dock.toml",
              "folder = \".\"\n"
              "vault_socket = \"../socket\"\n"
              "revoked = \"../revoked\"\n"
              "[keys]\n"
              "root = \"../root.pem\"\n"
              "tls_key = \"../tls.pem\"\n"
              "tls_certificate = \"../tls.crt\"\n"
              "dock_key = \"../dock.pem\"\n"
              "dock_certificate = \"../dock.crt\"\n"
              "[[bay]]\n"
              "name = \"bay-1\"\n"
              "host = \"127.0.0.1\"\n"
              "port = 1\n");
    }
    void write(const std::string& name, const std::string& text) {
        writeFile(*files, folder / name, core::viewOf(text));
    }
    /// Puts another line in place of the one that begins so.
    void change(const std::string& name, const std::string& key, const std::string& line) {
        std::string text(core::textOf(must(core::readFile(*files, folder / name, UINT64_MAX))));
        const std::size_t at = text.find(key + " = ");
        REQUIRE(at != std::string::npos);
        text.replace(at, text.find('\n', at) - at, line);
        write(name, text);
    }
    /// Runs a command line; its output is kept. Answers the exit code.
    int run(const std::string& command) {
        // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): our own programs and paths.
        const int status = std::system((command + " > " + (folder / "out") + " 2>&1").c_str());
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::string output() {
        return std::string(core::textOf(must(core::readFile(*files, folder / "out", UINT64_MAX))));
    }
    [[nodiscard]] std::string vault() const {
        return fmt::format("{} --config {}", LIUHEN_VAULT_PROGRAM, folder / "vault.toml");
    }
    [[nodiscard]] std::string dock(const std::string& verb) const {
        return fmt::format(
            "{} {} --config {}", LIUHEN_DOCK_PROGRAM, verb, folder / "dock/dock.toml");
    }

    hal::test::TemporaryFolder folder;
    std::unique_ptr<core::Files> files = core::systemFiles();
    Agency agency;
};

struct Mistake {
    const char* file;
    const char* key;
    std::string line;
    const char* place;  // in the message
};

}  // namespace

TEST_CASE("calls that make no sense end with 2, versions and help with 0") {
    Site site;
    const std::string vault = LIUHEN_VAULT_PROGRAM;
    const std::string dock = LIUHEN_DOCK_PROGRAM;
    for (const std::string& command :
         {vault,
          vault + " --nonsense",
          vault + " --config",
          vault + " --config /nowhere/vault.toml",
          dock,
          dock + " fly",
          dock + " run",
          dock + " run --config /nowhere/dock.toml",
          dock + " check --config /nowhere/dock.toml",
          dock + " witness",
          dock + " witness request",
          dock + " hold",
          dock + " retention fly",
          site.dock("hold lift"),
          site.dock("hold lift 12 --reason why --by who"),
          site.dock("hold lift " + std::string(64, '1') + " --reason why --by who --grant 12"),
          site.dock("hold place --device CAM-1 --reason a --by b"),
          site.dock("retention list"),
          site.dock("witness request w1"),
          site.dock("witness answer w1 < /dev/null"),
          site.dock("check")}) {
        CAPTURE(command);
        CHECK(site.run(command) == 2);
        CHECK_FALSE(site.output().empty());
    }
    for (const std::string& command : {vault + " --version",
                                       dock + " --version",
                                       vault + " --help",
                                       dock + " --help",
                                       dock + " hold place --help",
                                       dock + " retention list --help"}) {
        CAPTURE(command);
        CHECK(site.run(command) == 0);
    }
}

TEST_CASE("a mistake in a configuration is told by file, line and key, and nothing is made") {
    const std::vector<Mistake> rows = {
        {"vault.toml", "origin", "origin = \"a b\"", "vault.toml:9: origin:"},
        {"vault.toml", "origin", "origin = \"other.example\"", "vault.toml:9: origin:"},
        {"vault.toml",
         "socket",
         "socket = \"" + std::string(200, 's') + "\"",
         "vault.toml:4: socket:"},
        {"vault.toml",
         "socket",
         "socket = \"socket\"\nsecond_copy = \"vault/within\"",
         "vault.toml:5: second_copy:"},
        {"vault.toml",
         "socket",
         "socket = \"socket\"\nsecond_copy = \"other/../vault\"",
         "vault.toml:5: second_copy:"},
        {"vault.toml",
         "socket",
         "socket = \"socket\"\ncopy_mbytes_per_s = 0",
         "vault.toml:5: copy_mbytes_per_s:"},
        {"vault.toml", "root", "root = \"receipt.crt\"", "vault.toml:1: root:"},
        {"vault.toml", "receipt_key", "receipt_key = \"none.pem\"", "vault.toml:5: receipt_key:"},
        {"vault.toml", "receipt_key", "receipt_key = \"other.pem\"", "vault.toml:5: receipt_key:"},
        {"vault.toml",
         "receipt_certificate",
         "receipt_certificate = \"dock.crt\"",
         "vault.toml:6: receipt_certificate:"},
        {"vault.toml",
         "checkpoint_key",
         "checkpoint_key = \"receipt.pem\"",
         "vault.toml:7: checkpoint_key:"},
        {"dock/dock.toml", "tls_key", "tls_key = \"../other.pem\"", "dock.toml:6: [keys] tls_key:"},
        {"dock/dock.toml",
         "dock_key",
         "dock_key = \"../other.pem\"",
         "dock.toml:8: [keys] dock_key:"},
        {"dock/dock.toml",
         "tls_certificate",
         "tls_certificate = \"../dock.crt\"",
         "dock.toml:7: [keys] tls_certificate:"},
        {"dock/dock.toml", "revoked", "revoked = \"../none\"", "dock.toml:3: revoked:"},
        {"dock/dock.toml",
         "port",
         "port = 1\n[[witness]]\nname = \"w 1\"",
         "dock.toml:15: [[witness]] name:"},
        {"dock/dock.toml",
         "port",
         "port = 1\n[[witness]]\nname = \"w1\"\nurl = \"https://w1.example\"",
         "dock.toml:16: [[witness]] url:"},
        {"dock/dock.toml",
         "port",
         "port = 1\n[[witness]]\nname = \"w1\"\n[[witness]]\nname = \"w1\"",
         "dock.toml:17: [[witness]] name:"},
    };
    for (const Mistake& row : rows) {
        CAPTURE(row.line);
        Site site;
        const bool vault = std::string(row.file) == "vault.toml";
        site.change(row.file, row.key, row.line);
        CHECK(site.run(vault ? site.vault() : site.dock("run --once")) == 2);
        INFO(site.output());
        CHECK(site.output().find(row.place) != std::string::npos);
        CHECK_FALSE(site.files->exists(site.folder / "vault"));
        CHECK(must(site.files->list(site.folder / "dock")).size() == 1);
    }
}

TEST_CASE("told to end while it starts, a program ends well and soon") {
    Site site;
    const core::SystemClock clock;
    const auto began = clock.boottime();
    CHECK(site.run("timeout --preserve-status -s TERM 0.3 " + site.dock("run")) == 0);
    CHECK(site.run("timeout --preserve-status -s TERM 0.3 " + site.vault()) == 0);
    CHECK(clock.boottime() - began < std::chrono::seconds(8));
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
