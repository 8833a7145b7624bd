// SPDX-License-Identifier: Apache-2.0
// What only a real file system has: links, pipes, sparse files.
#include "tests/common/evidence/sample_ledger.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

namespace liuhen::evidence::test {

namespace {

namespace fs = std::filesystem;

/// A recorder on disk.
class OnDisk {
public:
    OnDisk() {
        ledger_.genesis();
        ledger_.boot(false);
        ledger_.record();
        ledger_.shutdown();
        (void)ledger_.check();
        copy("r");
        copy("agency");
    }
    [[nodiscard]] fs::path path(const std::string& name) const { return folder_ / name; }
    std::string told() {
        const auto trust = Trust::open(*files_, path("agency/root.pem"));
        REQUIRE(trust.has_value());
        const auto report =
            checkCard(*files_, {path("r/card"), "card/", path("r/keystore").string()}, *trust);
        REQUIRE(report.has_value());
        return textOf(*report);
    }

private:
    void copy(const std::string& from) {
        const auto items = ledger_.disk->list(from);
        REQUIRE(items.has_value());
        fs::create_directories(path(from));
        for (const core::FolderItem& item : *items) {
            const std::string name = core::joinPath(from, item.name);
            if (item.isFolder) {
                copy(name);
                continue;
            }
            const auto bytes = core::readFile(*ledger_.disk, name, UINT64_MAX);
            std::ofstream(path(name), std::ios::binary) << core::textOf(*bytes);
        }
    }

    SampleLedger ledger_;
    hal::test::TemporaryFolder folder_;
    std::unique_ptr<core::Files> files_ = core::systemFiles();
};

}  // namespace

TEST_SUITE("common/evidence/links") {
    TEST_CASE("an ordinary recorder is intact") {
        CHECK(OnDisk().told() == "intact");
    }

    TEST_CASE("a link is no file and no folder of a card") {
        struct Row {
            const char* place;
            const char* to;
            const char* told;
        };
        for (const Row& row : std::initializer_list<Row>{
                 {"r/card/ledger/0/0000000009.cbor",
                  "0000000000.cbor",
                  "altered -:- card/ledger/0/0000000009.cbor"},
                 {"r/card/ledger/1", "0", "altered -:- card/ledger/1"},
                 {"r/card/footage/0-2/1.mp4", "0.mp4", "altered -:- card/footage/0-2/1.mp4"},
                 {"r/card/footage/0-9", "0-2", "altered -:- card/footage/0-9"},
                 {"r/card/torn", "footage", "altered -:- card/torn"},
             }) {
            CAPTURE(row.place);
            OnDisk disk;
            fs::create_symlink(row.to, disk.path(row.place));
            CHECK(disk.told() == row.told);
        }
    }

    TEST_CASE("folders of a card that are links are strays and are not looked into") {
        OnDisk disk;
        fs::rename(disk.path("r/card/footage"), disk.path("r/card/elsewhere"));
        fs::create_symlink("elsewhere", disk.path("r/card/footage"));
        CHECK(disk.told() == "altered -:- card/footage");
        fs::remove(disk.path("r/card/footage"));
        fs::rename(disk.path("r/card/elsewhere"), disk.path("r/card/footage"));
        fs::rename(disk.path("r/card/ledger"), disk.path("r/card/elsewhere"));
        fs::create_symlink("elsewhere", disk.path("r/card/ledger"));
        CHECK(disk.told() == "altered -:- card/ledger");
    }

    TEST_CASE("a pipe does not hold the check") {
        OnDisk disk;
        REQUIRE(::mkfifo(disk.path("r/card/footage/0-2/1.mp4").c_str(), 0600) == 0);
        CHECK(disk.told() == "altered -:- card/footage/0-2/1.mp4");
    }

    TEST_CASE("a keystore's state that is a link is no state") {
        OnDisk disk;
        fs::rename(disk.path("r/keystore/state.cbor"), disk.path("r/keystore/other"));
        fs::create_symlink("other", disk.path("r/keystore/state.cbor"));
        CHECK(disk.told() == "incomplete -:- keystore/state.cbor");
    }

    TEST_CASE("a ledger file of more than 1 GiB is altered unread") {
        OnDisk disk;
        fs::resize_file(disk.path("r/card/ledger/0/0000000000.cbor"), (1ULL << 30U) + 1);
        CHECK(disk.told() == "altered 0:0 card/ledger/0/0000000000.cbor@0");
    }

    TEST_CASE("a registration that is a link is none") {
        OnDisk disk;
        fs::rename(disk.path("agency/registered/CAM-1-0.cose"), disk.path("agency/other"));
        fs::create_symlink("../other", disk.path("agency/registered/CAM-1-0.cose"));
        CHECK(disk.told() == "incomplete 0:0 card/ledger/0/0000000000.cbor@0");
    }
}

}  // namespace liuhen::evidence::test
